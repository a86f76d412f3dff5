"""Feeds that only tests have: a source in the registry's own words, with a raw table."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from busan_safety.loading.raw_tables import create_raw_table
from busan_safety.sources import Source, all_sources
from busan_safety.warehouse import connect

TEXT = {"ko": "시험", "en": "test"}
BASE: dict[str, Any] = {
    "title": TEXT,
    "agency": "city",
    "owner": "city-feeds",
    "publisher": TEXT,
    "legal_basis": "test",
    "licence": "closed",
    "grain": "One row per case.",
    "cadence": "monthly",
    "freshness": {"event_column": "happened_at", "warn_days": 40, "fail_days": 80},
    "transport": {"kind": "file_drop", "connection": "city_drop", "path": "test"},
    "natural_key": ["case_number"],
    "slice": {"period": "month"},
    "contract": {"columns": "evolve"},
    "plausibility": {"against_previous": [None, None]},
    "forms": [
        {
            "id": "monthly",
            "formats": ["csv", "xlsx"],
            "title": "test",
            "assume_city": True,
            "requires": ["case_number", "happened_at"],
        }
    ],
}


def column(name: str, header: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "headers": [header], "type": kind, "description": TEXT, **more}


NUMBER = column("case_number", "번호", nullable=False, normalise=["trim"])
TIME = column("happened_at", "일시", "timestamptz", nullable=False, normalise=["datetime"])
DISTRICT = column("district_name", "구군", normalise=["collapse"])
DISTRICT_CODE = {
    "name": "district_code",
    "type": "text",
    "derive": {"from": "district_name", "with": "district"},
    "description": TEXT,
}

Feed = Callable[..., Source]


@pytest.fixture
def feed(warehouse: psycopg.Connection) -> Iterator[Feed]:
    """Make a feed: `feed(id, columns, **changes)`, gone after the test with all it loaded."""
    made: list[str] = []

    def make(source_id: str, columns: list[dict[str, Any]], **changes: Any) -> Source:
        content = copy.deepcopy(BASE) | {"id": source_id, "columns": columns} | changes
        source = Source.model_validate(content)
        all_sources()[source_id] = source
        if source_id not in made:
            made.append(source_id)
        with connect("loader") as connection:
            create_raw_table(connection, source)
        return source

    yield make
    for source_id in made:
        del all_sources()[source_id]
        warehouse.execute(f'drop table raw."{source_id}" cascade')
        for table in ("quarantine.rejected_row", "quarantine.row_finding", "ops.batch_slice"):
            warehouse.execute(
                f"delete from {table} where batch_id in"
                " (select batch_id from ops.batch where source_id = %s)",
                [source_id],
            )
        warehouse.execute("delete from ops.drift where source_id = %s", [source_id])
        warehouse.execute("delete from ops.batch where source_id = %s", [source_id])
