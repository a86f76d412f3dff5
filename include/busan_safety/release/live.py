"""The live table `published.<dataset>`: the last release, for SQL."""

from __future__ import annotations

import psycopg
from psycopg import sql

from busan_safety.gate import Dataset
from busan_safety.gate.candidate import CANDIDATE_SCHEMA, Candidate, read_candidate
from busan_safety.release import words

LIVE_SCHEMA = "published"


def switch_live_table(connection: psycopg.Connection, candidate: Candidate, version: str) -> None:
    """Replace the live table by the candidate in the caller's transaction.

    Readers see the old table until the commit. The transaction must be the one that read the
    candidate, repeatable read, so that table and files hold the same rows.
    """
    dataset = candidate.dataset
    incoming = sql.Identifier(LIVE_SCHEMA, f"{dataset.id}__incoming")
    live = sql.Identifier(LIVE_SCHEMA, dataset.id)
    source = sql.Identifier(CANDIDATE_SCHEMA, dataset.candidate_table)
    connection.execute(sql.SQL("create table {} as select * from {}").format(incoming, source))
    connection.execute(
        sql.SQL("alter table {} add primary key ({})").format(
            incoming, sql.SQL(", ").join(map(sql.Identifier, dataset.key))
        )
    )
    warning = f" {words.SYNTHETIC_WARNING.ko} {words.SYNTHETIC_WARNING.en}"
    is_synthetic = "t" in candidate.values("is_synthetic")
    said = f"{candidate.table_comment} (판 {version} / version {version})"
    _comment(connection, "table", incoming, said + (warning if is_synthetic else ""))
    for column in candidate.columns:
        if column.comment:
            name = sql.Identifier(LIVE_SCHEMA, f"{dataset.id}__incoming", column.name)
            _comment(connection, "column", name, column.comment)
    connection.execute(sql.SQL("drop table if exists {}").format(live))
    connection.execute(
        sql.SQL("alter table {} rename to {}").format(incoming, sql.Identifier(dataset.id))
    )


def live_fingerprint(connection: psycopg.Connection, dataset: Dataset) -> str:
    """SHA-256 of the live table's canonical CSV. Raises CandidateMissing when there is none."""
    return read_candidate(connection, dataset, schema=LIVE_SCHEMA, table=dataset.id).fingerprint


def _comment(connection: psycopg.Connection, kind: str, target: sql.Identifier, text: str) -> None:
    connection.execute(
        sql.SQL("comment on " + kind + " {} is {}").format(target, sql.Literal(text))
    )
