"""The live table `published.<dataset>`: the last release, for SQL."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
from psycopg import sql

from busan_safety.gate import CandidateMissing, Dataset
from busan_safety.gate.candidate import CANDIDATE_SCHEMA, Candidate, read_candidate
from busan_safety.release import words
from busan_safety.release.tables import read_csv

LIVE_SCHEMA = "published"
# For a column that today's candidate no longer has; the text of its values is the same.
_TYPES = {
    "string": "text",
    "integer": "bigint",
    "number": "numeric",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamptz",
    "any": "jsonb",
}


def switch_live_table(connection: psycopg.Connection, candidate: Candidate, version: str) -> None:
    """Replace the live table by the candidate in the caller's transaction.

    Readers see the old table until the commit. The transaction must be the one that read the
    candidate, repeatable read, so that table and files hold the same rows.
    """
    dataset = candidate.dataset
    source = sql.Identifier(CANDIDATE_SCHEMA, dataset.candidate_table)
    connection.execute(
        sql.SQL("create table {} as select * from {}").format(_incoming(dataset), source)
    )
    comments = {column.name: column.comment for column in candidate.columns if column.comment}
    is_synthetic = "t" in candidate.values("is_synthetic")
    _put_live(
        connection,
        dataset,
        _said(candidate.table_comment, version, is_synthetic=is_synthetic),
        comments,
    )


def restore_live_table(
    connection: psycopg.Connection, dataset: Dataset, version: str, folder: Path
) -> None:
    """Replace the live table by an earlier version's files in the caller's transaction.

    Numbers and dates come from the CSV, texts from the Parquet file, which holds them without the
    guard against formulas.
    """
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    fields = package["resources"][0]["schema"]["fields"]
    types = _types(connection, dataset)
    connection.execute(
        sql.SQL("create table {} ({})").format(
            _incoming(dataset),
            sql.SQL(", ").join(
                sql.SQL("{} {}").format(
                    sql.Identifier(field["name"]),
                    sql.SQL(types.get(field["name"], _TYPES[field["type"]])),
                )
                for field in fields
            ),
        )
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("copy {} from stdin (format csv)").format(_incoming(dataset))) as copy,
    ):
        copy.write(_rows_of(folder, dataset, fields))
    comments = {
        field["name"]: f"{field['descriptions']['ko']} / {field['descriptions']['en']}"
        for field in fields
    }
    said = _said(
        f"{package['titles']['ko']} / {package['titles']['en']}",
        version,
        is_synthetic=package["synthetic"],
    )
    _put_live(connection, dataset, said, comments)


def drop_live_table(connection: psycopg.Connection, dataset: Dataset) -> None:
    """Remove the live table in the caller's transaction: no version stands."""
    connection.execute(
        sql.SQL("drop table if exists {}").format(sql.Identifier(LIVE_SCHEMA, dataset.id))
    )


def live_fingerprint(connection: psycopg.Connection, dataset: Dataset) -> str:
    """SHA-256 of the live table's canonical CSV. Raises CandidateMissing when there is none."""
    return read_candidate(connection, dataset, schema=LIVE_SCHEMA, table=dataset.id).fingerprint


def _put_live(
    connection: psycopg.Connection, dataset: Dataset, said: str, comments: dict[str, str]
) -> None:
    """Key, comments and name for the table that has come in."""
    incoming = _incoming(dataset)
    connection.execute(
        sql.SQL("alter table {} add primary key ({})").format(
            incoming, sql.SQL(", ").join(map(sql.Identifier, dataset.key))
        )
    )
    _comment(connection, "table", incoming, said)
    for column, comment in comments.items():
        name = sql.Identifier(LIVE_SCHEMA, f"{dataset.id}__incoming", column)
        _comment(connection, "column", name, comment)
    drop_live_table(connection, dataset)
    connection.execute(
        sql.SQL("alter table {} rename to {}").format(incoming, sql.Identifier(dataset.id))
    )


def _incoming(dataset: Dataset) -> sql.Identifier:
    return sql.Identifier(LIVE_SCHEMA, f"{dataset.id}__incoming")


def _said(about: str, version: str, *, is_synthetic: bool) -> str:
    warning = f" {words.SYNTHETIC_WARNING.ko} {words.SYNTHETIC_WARNING.en}"
    return f"{about} (판 {version} / version {version})" + (warning if is_synthetic else "")


def _types(connection: psycopg.Connection, dataset: Dataset) -> dict[str, str]:
    """Types of the candidate's columns, which an earlier version had too unless it lacked them."""
    try:
        columns = read_candidate(connection, dataset).columns
    except CandidateMissing:
        return {}
    return {column.name: column.type for column in columns}


def _rows_of(folder: Path, dataset: Dataset, fields: list[dict[str, Any]]) -> str:
    header, rows = read_csv((folder / f"{dataset.id}.csv").read_bytes())
    table = pq.read_table(folder / f"{dataset.id}.parquet")
    texts = {
        header.index(field["name"]): table.column(field["name"]).to_pylist()
        for field in fields
        if field["type"] in ("string", "any")
    }
    sink = io.StringIO(newline="")
    csv.writer(sink).writerows(
        [texts[place][number] if place in texts else cell for place, cell in enumerate(row)]
        for number, row in enumerate(rows)
    )
    return sink.getvalue()


def _comment(connection: psycopg.Connection, kind: str, target: sql.Identifier, text: str) -> None:
    connection.execute(
        sql.SQL("comment on " + kind + " {} is {}").format(target, sql.Literal(text))
    )
