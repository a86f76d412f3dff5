"""One table's canonical bytes: the thing that is decided on, and the thing that is released."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass

import psycopg
from psycopg import sql

from busan_safety.gate.datasets import Dataset

CANDIDATE_SCHEMA = "published_candidate"


class CandidateMissing(RuntimeError):
    """The candidate table does not exist; the message says which step makes it."""


@dataclass(frozen=True)
class Column:
    """A column of the table, as PostgreSQL declares it."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class Candidate:
    """A table read once: its columns and its rows in key order, as canonical CSV."""

    dataset: Dataset
    columns: tuple[Column, ...]
    table_comment: str
    canonical_csv: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical CSV."""
        return hashlib.sha256(self.canonical_csv).hexdigest()

    def rows(self) -> list[list[str]]:
        """Rows as PostgreSQL's text, in key order; NULL and the empty string are both ''."""
        reader = csv.reader(io.StringIO(self.canonical_csv.decode("utf-8"), newline=""))
        return list(reader)[1:]

    def values(self, column: str) -> list[str]:
        """Every value of one column, in key order."""
        index = [known.name for known in self.columns].index(column)
        return [row[index] for row in self.rows()]


def read_candidate(
    connection: psycopg.Connection,
    dataset: Dataset,
    *,
    schema: str = CANDIDATE_SCHEMA,
    table: str | None = None,
) -> Candidate:
    """Read a candidate, or its published twin, in the connection's transaction.

    Raises CandidateMissing when the table does not exist.
    """
    name = table or dataset.candidate_table
    columns = _columns(connection, schema, name)
    if not columns:
        raise CandidateMissing(
            f"{schema}.{name} does not exist; run the DAG validate_candidates, which builds it."
        )
    comment = connection.execute(
        "select coalesce(obj_description(to_regclass(%s), 'pg_class'), '')", [f"{schema}.{name}"]
    ).fetchone()
    return Candidate(
        dataset=dataset,
        columns=columns,
        table_comment=comment[0] if comment else "",
        canonical_csv=_canonical_csv(connection, schema, name, columns, dataset.key),
    )


def fingerprint_of(connection: psycopg.Connection, dataset: Dataset) -> str:
    """SHA-256 of the candidate's canonical CSV, as it is now."""
    return read_candidate(connection, dataset).fingerprint


def _columns(connection: psycopg.Connection, schema: str, table: str) -> tuple[Column, ...]:
    found = connection.execute(
        """
        select
            attname,
            format_type(atttypid, atttypmod),
            coalesce(col_description(attrelid, attnum), '')
        from pg_attribute
        where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped
        order by attnum
        """,
        [f"{schema}.{table}"],
    ).fetchall()
    return tuple(Column(*row) for row in found)


def _canonical_csv(
    connection: psycopg.Connection,
    schema: str,
    table: str,
    columns: tuple[Column, ...],
    key: list[str],
) -> bytes:
    # Collation "C" and the whole row as tie-breaker: the same rows give the same bytes on any
    # server, also when a faulty candidate repeats a key.
    by_key = [
        sql.SQL('{}::text collate "C"').format(sql.Identifier(name))
        for name in key
        if name in {column.name for column in columns}
    ]
    statement = sql.SQL(
        'copy (select {} from {} as t order by {}, t::text collate "C")'
        " to stdout (format csv, header true, encoding 'UTF8')"
    ).format(
        sql.SQL(", ").join(sql.Identifier(column.name) for column in columns),
        sql.Identifier(schema, table),
        sql.SQL(", ").join(by_key),
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return b"".join(bytes(block) for block in copy)
