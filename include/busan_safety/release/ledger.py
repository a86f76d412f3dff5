"""The ledger of all counts that ever went out: `ops.published_count`, read by disclosure."""

from __future__ import annotations

import psycopg
from psycopg import sql

from busan_safety.gate.candidate import CANDIDATE_SCHEMA, Candidate

_COUNT = "event_count"


def record_counts(connection: psycopg.Connection, candidate: Candidate, version: str) -> int:
    """Record the counts of a candidate that is being published, in the caller's transaction.

    Only rows that the versions before did not print like this are written: the newest entry of a
    key holds until the next. Returns their number; 0 for a dataset that is no table of counts.
    """
    dataset = candidate.dataset
    if _COUNT not in {column.name for column in candidate.columns}:
        return 0
    key = sql.SQL(", ").join(
        part
        for name in dataset.key
        for part in (sql.Literal(name), sql.SQL("{}::text").format(sql.Identifier(name)))
    )
    return connection.execute(
        sql.SQL(
            """
            with printed as (
                select
                    jsonb_build_object({key}) as row_key,
                    event_count,
                    value_status
                from {candidate}
            ),
            newest as (
                select distinct on (row_key) row_key, event_count, value_status
                from ops.published_count
                where dataset = %(dataset)s
                order by row_key, published_count_id desc
            )
            insert into ops.published_count (
                dataset, version, row_key, event_count, value_status
            )
            select %(dataset)s, %(version)s, printed.row_key, printed.event_count,
                   printed.value_status
            from printed
            left join newest using (row_key)
            where (printed.event_count, printed.value_status)
                is distinct from (newest.event_count, newest.value_status)
            order by printed.row_key
            """
        ).format(key=key, candidate=sql.Identifier(CANDIDATE_SCHEMA, dataset.candidate_table)),
        {"dataset": dataset.id, "version": version},
    ).rowcount
