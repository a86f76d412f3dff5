"""What dbt is told about the disclosed tables is what disclosure control makes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from busan_safety.disclosure.tables import TABLES

SOURCES = (
    Path(__file__).resolve().parents[3] / "dbt_project" / "models" / "published" / "sources.yml"
)
[DISCLOSED] = yaml.safe_load(SOURCES.read_text("utf-8"))["sources"]


def test_every_disclosed_table_is_a_source() -> None:
    assert {table["name"] for table in DISCLOSED["tables"]} == set(TABLES)


@pytest.mark.parametrize("table", DISCLOSED["tables"], ids=lambda table: table["name"])
def test_a_source_has_the_tables_columns_in_order(table) -> None:
    told = [(column["name"], column["data_type"]) for column in table["columns"]]

    assert told == [
        (column.name, column.sql_type.removesuffix(" not null"))
        for column in TABLES[table["name"]].columns
    ]
