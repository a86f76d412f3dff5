"""The ledger of all counts that ever went out: `ops.published_count`, read by disclosure."""

from __future__ import annotations

import psycopg
from psycopg import sql

from busan_safety.disclosure.declared import CountTable, read_links
from busan_safety.gate.candidate import CANDIDATE_SCHEMA, Candidate
from busan_safety.settings import get_settings

_NEW = """
    with printed as (
        select
            jsonb_build_object({key}) as row_key,
            {count} as event_count,
            value_status
        from {candidate} as disclosed_rows
        where {counted}
    ),
    newest as (
        select distinct on (row_key) row_key, event_count, value_status
        from ops.published_count
        where dataset = %(dataset)s and count_column = %(count)s
        order by row_key, published_count_id desc
    )
    insert into ops.published_count (
        dataset, version, row_key, count_column, event_count, value_status
    )
    select %(dataset)s, %(version)s, printed.row_key, %(count)s, printed.event_count,
           printed.value_status
    from printed
    left join newest using (row_key)
    where (printed.event_count, printed.value_status)
        is distinct from (newest.event_count, newest.value_status)
    order by printed.row_key
"""


def record_counts(connection: psycopg.Connection, candidate: Candidate, version: str) -> int:
    """Record the counts of a candidate that is being published, in the caller's transaction.

    Counts are the columns and rows that `expectations/linked` declares. Only what the versions
    before did not print like this is written: the newest entry of a key and column holds until the
    next. Returns the number of entries; 0 for a dataset without declared counts.
    """
    return sum(
        _record(connection, candidate, version, count, tables)
        for count, tables in _counted(candidate.dataset.id).items()
    )


def _counted(dataset: str) -> dict[str, list[CountTable]]:
    """Tables of a dataset by the column that holds their counts."""
    counted: dict[str, list[CountTable]] = {}
    for linked in read_links(get_settings().expectations_dir / "linked").values():
        for fact in linked.facts if linked.dataset == dataset else ():
            for table in fact.count_tables:
                counted.setdefault(table.count, []).append(table)
    return counted


def _record(
    connection: psycopg.Connection,
    candidate: Candidate,
    version: str,
    count: str,
    tables: list[CountTable],
) -> int:
    dataset = candidate.dataset
    key = sql.SQL(", ").join(
        part
        for name in dataset.key
        for part in (sql.Literal(name), sql.SQL("{}::text").format(sql.Identifier(name)))
    )
    return connection.execute(
        sql.SQL(_NEW).format(
            key=key,
            count=sql.Identifier(count),
            candidate=sql.Identifier(CANDIDATE_SCHEMA, dataset.candidate_table),
            counted=sql.SQL(" or ").join(
                sql.SQL("({})").format(table.belongs()) for table in tables
            ),
        ),
        {"dataset": dataset.id, "version": version, "count": count},
    ).rowcount
