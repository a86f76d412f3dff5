"""Build schema `disclosed` from marts and evaluation under the disclosure policy."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib import resources
from typing import Any

import psycopg
from psycopg import IsolationLevel, sql

from busan_safety.disclosure.attacked import attack_fact, record
from busan_safety.disclosure.declared import read_links
from busan_safety.disclosure.linked_counts import ProtectedFact, make_parts, protect_fact
from busan_safety.disclosure.policy import BY_INDICATOR, DATASETS, Dataset, Policy, read_policy
from busan_safety.disclosure.rows import hide_cells, mark_rounded
from busan_safety.disclosure.shared_counts import attack_shared, share_counts
from busan_safety.disclosure.tables import TABLES
from busan_safety.evaluation.effects import create_tables
from busan_safety.evaluation.tables import create_table
from busan_safety.settings import get_settings
from busan_safety.warehouse import connect

log = logging.getLogger(__name__)

_SUPPRESSED_EFFECT = {
    "sentence_ko": "개인을 알아볼 수 있을 만큼 적은 건수가 들어 있어 결과를 공개하지 않습니다.",
    "sentence_en": "Not published: a count behind this result is small enough to reveal a person.",
}


class UnclassedIndicator(ValueError):
    """An indicator has no class in the disclosure policy; nothing is disclosed until it has."""


@dataclass(frozen=True)
class ProtectionReport:
    """What happened to one dataset: rows written and rows whose numbers were hidden."""

    dataset: Dataset
    rows: int
    suppressed: int


def protect(run_id: str | None = None) -> list[ProtectionReport]:
    """Replace all `disclosed` tables in one transaction; a failure leaves the former ones.

    Counts from 1 to threshold - 1 of a person-based class are hidden with everything made from
    them, zeros are published. Where a dataset's tables are declared as linked, further cells are
    hidden until no hidden count can be computed from the others or from earlier releases, or the
    parts are rounded; indicators of the same counts follow. The attack then looks at what the
    tables show and leaves its outcome in `ops.disclosure_attack`, which the gate asks for. Other
    datasets have primary suppression only.

    Raises PolicyRefused for a policy that is absent or not understood, LinksRefused for a
    declaration of linked tables that is not and UnclassedIndicator for an indicator whose class
    the policy does not know.
    """
    expectations = get_settings().expectations_dir
    policy = read_policy(expectations / "disclosure.yml")
    links = read_links(expectations / "linked")
    with connect("transformer") as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        create_tables(connection)
        _require_classes(connection, policy)
        # Complete grids are cross joins of short lists, which the planner takes for a few rows: its
        # nested loops and merges over them take minutes where hash joins take seconds.
        connection.execute("set local enable_nestloop = off")
        connection.execute("set local enable_mergejoin = off")
        for linked in links.values():
            make_parts(connection, linked)
        protected = [
            protect_fact(
                connection,
                linked,
                fact,
                threshold=threshold,
                round_above=policy.round_above(dataset),
            )
            for dataset, linked in links.items()
            if (threshold := policy.threshold(dataset)) is not None
            for fact in linked.facts
        ]
        reports = [_protect_dataset(connection, dataset, policy, protected) for dataset in DATASETS]
        share_counts(connection, protected)
        for outcome in (
            *(attack_fact(connection, fact) for fact in protected),
            attack_shared(connection, protected),
        ):
            record(connection, outcome, run_id)
    for report in reports:
        log.info(
            "disclosed.%s: %d rows, %d suppressed (run %s)",
            report.dataset,
            report.rows,
            report.suppressed,
            run_id or "by hand",
        )
    return reports


def _require_classes(connection: psycopg.Connection, policy: Policy) -> None:
    unclassed = connection.execute(
        "select distinct indicator_values.indicator_id"
        " from marts.fct_indicator_value as indicator_values"
        " left join marts.dim_indicator as indicators using (indicator_id, definition_version)"
        " where indicators.suppression_class is null"
        " or indicators.suppression_class <> all(%s) order by 1",
        (sorted(policy.classes),),
    ).fetchall()
    if unclassed:
        names = ", ".join(indicator_id for (indicator_id,) in unclassed)
        raise UnclassedIndicator(
            f"No suppression class in expectations/disclosure.yml for: {names}. Give the "
            "indicator a class in seeds/indicators.csv that the policy declares."
        )


def _protect_dataset(
    connection: psycopg.Connection,
    dataset: Dataset,
    policy: Policy,
    protected: list[ProtectedFact],
) -> ProtectionReport:
    table = TABLES[dataset]
    name = sql.Identifier("disclosed", dataset)
    create_table(
        connection, f"disclosed.{dataset}", table.columns, key=table.key, comment=table.comment
    )
    # Not TRUNCATE: readers with an older snapshot must go on seeing the former rows.
    connection.execute(sql.SQL("delete from {}").format(name))
    rows = connection.execute(_query(dataset), _parameters(dataset, policy)).rowcount
    for fact in protected:
        if fact.dataset == dataset:
            hide_cells(connection, fact)
            mark_rounded(connection, fact)
    hidden = connection.execute(
        sql.SQL("select count(*) from {} where value_status = 'suppressed'").format(name)
    ).fetchone()
    return ProtectionReport(dataset, rows, hidden[0] if hidden else 0)


def _parameters(dataset: Dataset, policy: Policy) -> dict[str, Any]:
    if policy.datasets[dataset] == BY_INDICATOR:
        return {
            "classes": list(policy.classes),
            "thresholds": [rule.threshold for rule in policy.classes.values()],
            "public_denominators": sorted(policy.public_denominators),
        }
    return {"threshold": policy.threshold(dataset), **_SUPPRESSED_EFFECT}


def _query(dataset: Dataset) -> bytes:
    return resources.files(__package__).joinpath("sql", f"{dataset}.sql").read_bytes()
