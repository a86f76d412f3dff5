"""Reference tables before the first build: loading rules ask them from the first delivery on.

dbt owns them and makes them anew with every build; here they are only made where they are
missing, from the same seeds with the same column types (`seeds/*.yml`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql


def create_reference_tables(connection: psycopg.Connection, seeds_dir: Path) -> None:
    """Create and fill each missing table of schema `reference`; the connection may set roles."""
    known = {
        row[0]
        for row in connection.execute(
            "select tablename from pg_tables where schemaname = 'reference'"
        )
    }
    missing = {path.stem: path for path in seeds_dir.glob("*.csv") if path.stem not in known}
    if not missing:
        return
    connection.execute("set role transformer")
    for description in sorted(seeds_dir.glob("*.yml")):
        described = yaml.load(description.read_text("utf-8"), Loader=yaml.CSafeLoader)
        for seed in described["seeds"]:
            if seed["name"] in missing:
                _create(connection, seed, missing[seed["name"]])
    connection.execute("reset role")


def _create(connection: psycopg.Connection, seed: dict[str, Any], path: Path) -> None:
    types: dict[str, str] = seed["config"]["column_types"]
    table = sql.Identifier("reference", seed["name"])
    content = path.read_bytes()
    header = content.partition(b"\n")[0].decode("utf-8").strip().split(",")
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(types[name])) for name in header
    )
    connection.execute(sql.SQL("create table {} ({})").format(table, columns))
    statement = sql.SQL("copy {} from stdin with (format csv, header)").format(table)
    with connection.cursor().copy(statement) as copy:
        copy.write(content)
