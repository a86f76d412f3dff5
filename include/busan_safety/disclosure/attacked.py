"""The attack on what the disclosed tables really show; its outcome stands in the way of the gate.

One row of `ops.disclosure_attack` per fact and run, bound to the attacked rows by their
fingerprint: the gate opens only for rows of which the newest attack found nothing.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from busan_safety.disclosure.attack import AttackRefused, Singletons, attack
from busan_safety.disclosure.declared import read_links
from busan_safety.disclosure.linked_counts import ProtectedFact
from busan_safety.disclosure.policy import Dataset
from busan_safety.disclosure.rows import printed_rows
from busan_safety.disclosure.tables import TABLES
from busan_safety.settings import get_settings

log = logging.getLogger(__name__)

_OF_INDICATORS = ("numerator", "denominator", "value", "lower_95", "upper_95")


@dataclass(frozen=True)
class Outcome:
    """What the attack on one subject (a fact, or shared counts) found; holds no hidden count.

    found: counts that could be known too closely, None where the attack could not conclude.
    increments: small differences between releases: so few were newly reported. summary: counts by
    kind of finding, or why there is no conclusion.
    """

    dataset: Dataset
    subject: str
    method: str
    cells: int
    hidden: int
    found: int | None
    increments: int
    summary: dict[str, Any]


def attack_fact(connection: psycopg.Connection, protected: ProtectedFact) -> Outcome:
    """Attack the disclosed rows of a fact, with everything that was ever published of it.

    Rounded counts are made of rounded parts and of nothing else, so nothing nearer than these can
    be computed from them: there the test is that every printed count is such a sum and none is
    small.
    """
    printed = printed_rows(connection, protected)
    found = _rounded(protected, printed) if protected.is_rounded else _hidden(protected, printed)
    return Outcome(
        dataset=protected.dataset,
        subject=protected.fact.parts,
        method=protected.method,
        cells=len(protected.linked.values),
        hidden=int(printed["status"].eq("suppressed").sum()),
        **found,
    )


def record(connection: psycopg.Connection, outcome: Outcome, run_id: str | None) -> None:
    """Write the outcome with the fingerprint of the rows that the disclosed table holds now."""
    row = [
        outcome.dataset,
        outcome.subject,
        outcome.method,
        outcome.cells,
        outcome.hidden,
        outcome.found,
        outcome.increments,
        json.dumps(outcome.summary, sort_keys=True),
        fingerprint(connection, "disclosed", outcome.dataset, outcome.dataset),
        run_id,
    ]
    connection.execute(
        "insert into ops.disclosure_attack (dataset, subject, method, cell_count, hidden_count,"
        " found_count, increment_count, summary, counts_fingerprint, run_id)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        row,
    )
    level = logging.INFO if outcome.found == 0 else logging.ERROR
    log.log(level, "attack on %s.%s: %s", outcome.dataset, outcome.subject, outcome.summary)


def fingerprinted(dataset: Dataset) -> list[str]:
    """Columns of a dataset that its fingerprint covers: the key and all that tells a count."""
    linked = read_links(get_settings().expectations_dir / "linked").get(dataset)
    numbers = linked.numbers if linked else _OF_INDICATORS
    return [*TABLES[dataset].key, *numbers, "value_status"]


def fingerprint(connection: psycopg.Connection, schema: str, table: str, dataset: Dataset) -> str:
    """Fingerprint of a table of the dataset as it stands, whatever the order of its rows."""
    ((found,),) = connection.execute(
        sql.SQL("select ops.counts_fingerprint(array_agg(row({})::text)) from {}").format(
            sql.SQL(", ").join(map(sql.Identifier, fingerprinted(dataset))),
            sql.Identifier(schema, table),
        )
    ).fetchall()
    return str(found)


def _rounded(protected: ProtectedFact, printed: Any) -> dict[str, Any]:
    pattern = protected.pattern
    shown = printed["value"].notna()
    small = shown & printed["value"].between(1, protected.threshold - 1)
    other = shown & (printed["value"] != (pattern.rounded if pattern else None))
    found = int((small | other).sum())
    return {
        "found": found,
        "increments": 0,
        "summary": {"small": int(small.sum()), "not_a_sum_of_rounded_parts": int(other.sum())},
    }


def _hidden(protected: ProtectedFact, printed: Any) -> dict[str, Any]:
    hidden = printed["status"].eq("suppressed").to_numpy()
    if protected.shares_rows:
        # A zero goes with the other count of its row; of others a reader knows that it is none.
        hidden = hidden & (protected.linked.values > 0)
    width = protected.threshold - 1
    small = int(printed["value"].between(1, width).sum())
    wrong = int((printed["value"].notna() & (printed["value"] != protected.linked.values)).sum())
    try:
        report = attack(
            protected.linked,
            hidden,
            width=width,
            absent=(printed["value"].isna() & ~hidden).to_numpy(),
            ledger=protected.before.entries,
            singletons=Singletons(width=width),
        )
    except AttackRefused as error:
        return {"found": None, "increments": 0, "summary": {"refused": str(error)}}
    increments = len(report.of("increment"))
    return {
        "found": len(report.findings) - increments + small + wrong,
        "increments": increments,
        "summary": {**report.public_summary(), "small": small, "not_the_sum_of_parts": wrong},
    }
