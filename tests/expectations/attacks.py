"""A clean attack on a candidate as it stands, and what the attack's own check refuses."""

from __future__ import annotations

import psycopg

from busan_safety.disclosure.attacked import fingerprint
from busan_safety.disclosure.declared import read_links
from busan_safety.disclosure.policy import read_policy
from busan_safety.disclosure.shared_counts import SUBJECT
from busan_safety.settings import get_settings

CHECK = "attack_finds_nothing"


def subjects() -> dict[str, list[str]]:
    """What is attacked before each dataset may go out: its protected facts, or shared counts."""
    folder = get_settings().expectations_dir
    policy = read_policy(folder / "disclosure.yml")
    facts = {
        dataset: [fact.parts for fact in linked.facts]
        for dataset, linked in read_links(folder / "linked").items()
        if policy.threshold(dataset) is not None
    }
    return facts | {"safety_indicators": [SUBJECT]}


def attack_nothing_found(connection: psycopg.Connection, only: str | None = None) -> None:
    """Record an attack in vain on the present rows of every candidate, or of one."""
    for dataset, attacked in subjects().items():
        if only in (None, dataset):
            connection.execute("delete from ops.disclosure_attack where dataset = %s", [dataset])
            for subject in attacked:
                connection.execute(
                    "insert into ops.disclosure_attack (dataset, subject, method, cell_count,"
                    " hidden_count, found_count, summary, counts_fingerprint)"
                    " values (%s, %s, 'test', 1, 1, 0, '{}', %s)",
                    [dataset, subject, fingerprint(connection, *_candidate(dataset), dataset)],
                )


def _candidate(dataset: str) -> tuple[str, str]:
    return "published_candidate", f"pub_{dataset}_v1"


def found(dataset: str, count: str = "2") -> str:
    """Damage: the newest attack on the first subject found counts, or could not conclude."""
    return f"""
        insert into ops.disclosure_attack (
            dataset, subject, method, cell_count, hidden_count, found_count, summary,
            counts_fingerprint
        )
        select dataset, subject, method, cell_count, hidden_count, {count}, summary,
               counts_fingerprint
        from ops.disclosure_attack where dataset = '{dataset}' order by subject limit 1
    """
