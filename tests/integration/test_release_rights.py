"""What the publisher's role may touch, and that a release is the same on any machine."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest
from release_support import DATASETS, FIRST, everything, publish_all

from busan_safety.release.tables import BYTE_ORDER_MARK
from busan_safety.warehouse import connect

pytest_plugins = ["release_support"]

# The publisher reads candidates and the records of decisions, deliveries and releases.
READS = {"published_candidate", "published"}
RECORDS = {"gate_decision", "batch", "release", "published_count"}


def test_the_publisher_reads_only_what_the_gate_judges(
    releases: Path, warehouse: psycopg.Connection
) -> None:
    tables = warehouse.execute(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'v', 'm', 'p') and n.nspname !~ '^(pg_|information_schema)'"
    ).fetchall()
    assert len({schema for schema, _ in tables}) >= 5
    for schema, table in tables:
        readable = schema in READS or (schema == "ops" and table in RECORDS)
        with connect("publisher") as connection:
            try:
                connection.execute(f'select from {schema}."{table}" limit 0')
                could = True
            except psycopg.errors.InsufficientPrivilege:
                could = False
                connection.rollback()
        assert could is readable, f"{schema}.{table}"


@pytest.mark.parametrize(
    "statement",
    [
        "insert into ops.gate_decision (dataset) values ('x')",
        "delete from ops.release",
        "truncate ops.gate_decision",
        "delete from ops.published_count",
        "update ops.published_count set event_count = 1",
        "insert into ops.disclosure_attack (dataset) values ('x')",
        "create table published_candidate.mine ()",
        "create table disclosed.mine ()",
        "alter table published_candidate.pub_living_lab_v1 rename to other",
        "set role transformer",
        "copy published_candidate.pub_living_lab_v1 to '/tmp/out'",
    ],
)
def test_the_publisher_changes_nothing_but_its_own(releases: Path, statement: str) -> None:
    with connect("publisher") as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute(statement)
        connection.rollback()

    assert refused.value.sqlstate in ("42501", "0LP01")


def test_csv_and_parquet_agree_in_every_cell(published: Path) -> None:
    for dataset in DATASETS:
        folder = published / dataset / FIRST
        text = (folder / f"{dataset}.csv").read_bytes().removeprefix(BYTE_ORDER_MARK).decode()
        header, *rows = csv.reader(text.splitlines(keepends=True))
        table = pq.read_table(folder / f"{dataset}.parquet")
        assert header == table.column_names
        for place, name in enumerate(header):
            cells = [row[place] for row in rows]
            for cell, value in zip(cells, table.column(name).to_pylist(), strict=True):
                assert same(cell, value), (dataset, name, cell, value)


def same(cell: str, value: object) -> bool:
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell == str(value).lower()
    if isinstance(value, (int, float)):
        return float(cell) == float(value)
    return str(value) in (cell, cell.removeprefix("'"))


PUBLISH = """
import os
os.umask({umask})
from busan_safety.portal import build_portal
from busan_safety.release import publish_passed
publish_passed()
build_portal()
"""


def test_another_zone_locale_and_umask_give_the_same_bytes(releases: Path, tmp_path: Path) -> None:
    publish_all()
    first = tree(releases)

    other = subprocess.run(
        [sys.executable, "-c", PUBLISH.format(umask="0o077")],
        env={
            **os.environ,
            "BUSAN_RELEASES_DIR": str(tmp_path / "releases"),
            **{"TZ": "America/New_York", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"},
            **{"PYTHONHASHSEED": "7", "PGTZ": "UTC"},
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert other.returncode == 0, other.stderr
    elsewhere = tree(tmp_path / "releases")
    assert {name: held for name, held in elsewhere.items() if name in first} == first


def tree(folder: Path) -> dict[str, str]:
    return {
        name: held if isinstance(held, str) else hashlib.sha256(held).hexdigest()
        for name, held in everything(folder).items()
    }
