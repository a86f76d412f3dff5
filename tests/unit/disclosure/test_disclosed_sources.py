"""What dbt is told about the disclosed tables is what disclosure control makes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from busan_safety.disclosure.policy import Dataset
from busan_safety.disclosure.tables import TABLES
from busan_safety.disclosure.tables.columns import ROUNDABLE_STATUS

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


@pytest.mark.parametrize("dataset", TABLES)
def test_where_counts_may_be_rounded_source_and_model_say_so(dataset: Dataset) -> None:
    [source] = [table for table in DISCLOSED["tables"] if table["name"] == dataset]
    page = SOURCES.with_name(f"pub_{dataset}_v1.yml").read_text("utf-8")
    [model] = yaml.safe_load(page)["models"]
    declared = {column.name: column for column in TABLES[dataset].columns}["value_status"]
    is_roundable = declared is ROUNDABLE_STATUS

    for known in (source, model):
        told = {column["name"]: column for column in known["columns"]}["value_status"]
        assert ("rounded" in told["description"]) is is_roundable
        if is_roundable:
            assert told["description"] == f"{declared.ko} / {declared.en}"
    assert ("provisional, revised, rounded, suppressed" in page) is is_roundable
