"""From a released row back: which row is meant, what stands behind it, and nothing hidden shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from release_support import FIRST

from busan_safety.landing import land
from busan_safety.release import behind, delivered
from busan_safety.release.trace import UntraceableKey, trace

pytest_plugins = ["release_support"]

PROJECT = {"project_id": "LL-2024-001"}
HIDDEN = {"value_status": "suppressed", "place_code": "26110", "period_start": "2024-12-01"}


@pytest.fixture
def published(published: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(behind, "_manifest", lambda: {"nodes": {}, "sources": {}, "macros": {}})
    return published


def test_a_row_leads_to_its_decision_and_landed_bytes(
    published: Path, warehouse: psycopg.Connection, tmp_path: Path
) -> None:
    def fetch(folder: Path) -> list[Path]:
        (folder / "lab.csv").write_text("a,b\n", "utf-8")
        return [folder / "lab.csv"]

    landed = land("city_living_lab", "26", "lab.csv", fetch)
    batch = warehouse.execute(
        "update ops.batch set landed_path = %s where source_id = 'city_living_lab'"
        " returning batch_id",
        [f"city_living_lab/26/{landed.folder.name}"],
    ).fetchone()[0]
    warehouse.execute(
        "insert into ops.batch_slice (batch_id, source_id, slice_key, current_from)"
        " values (%s, 'city_living_lab', 'all', '2020-01-01')",
        [batch],
    )

    found = trace("living_lab", PROJECT, column="citizen_vote_count")

    assert (found.version, found.row["citizen_vote_count"]) == (FIRST, "130")
    assert found.gate is not None
    assert found.gate.decision == "pass"
    (delivery,) = found.feeds[0].deliveries
    assert [file.sha256 for file in delivery.files] == [landed.bytes_sha256]
    assert delivery.files[0].is_intact
    landed.files[0].write_text("c,d\n", "utf-8")
    assert not trace("living_lab", PROJECT).feeds[0].deliveries[0].files[0].is_intact


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ({"project_id": "LL-2024-01"}, "Near: project_id=LL-2024-001"),
        ({"projectid": "LL-2024-001"}, "no column 'projectid'. Did you mean project_id?"),
        ({"value_status": "observed"}, "is 2 rows of living_lab. Say which: project_id="),
        ({**PROJECT, "stage": "공모"}, "Near: project_id="),
        ({}, "no key is 3 rows"),
    ],
)
def test_a_key_that_is_not_one_row_says_what_is_near(
    published: Path, key: dict[str, str], said: str
) -> None:
    with pytest.raises(UntraceableKey) as refused:
        trace("living_lab", key)

    assert said in str(refused.value)


def test_an_unknown_version_names_the_known(published: Path) -> None:
    with pytest.raises(UntraceableKey, match=f"no version '2023.01.1'.*{FIRST}"):
        trace("living_lab", PROJECT, version="2023.01.1")


@pytest.fixture
def with_hidden_count(warehouse: psycopg.Connection) -> Iterator[psycopg.Connection]:
    warehouse.execute(
        "create table marts.fct_indicator_value (indicator_id text, place_code text,"
        " period_start date, numerator int);"
        " insert into marts.fct_indicator_value values ('x', '26110', '2024-12-01', 3)"
    )
    warehouse.execute("grant select on marts.fct_indicator_value to transformer")
    yield warehouse
    warehouse.execute("drop table marts.fct_indicator_value")


@pytest.mark.parametrize(
    ("status", "shown"), [("observed", ("3",)), ("suppressed", ()), ("rounded", ())]
)
def test_the_numbers_behind_a_protected_row_stay_hidden(
    with_hidden_count: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    status: str,
    shown: tuple[str, ...],
) -> None:
    monkeypatch.setattr(behind, "_manifest", lambda: {"macros": {}})

    relations = behind.relations_behind(
        with_hidden_count, "safety_indicators", {**HIDDEN, "value_status": status}
    )

    values = next(one for one in relations if one.name == "marts.fct_indicator_value")
    assert values.row_count == 1
    assert tuple(row["numerator"] for row in values.rows) == shown


def test_only_the_branch_of_the_rows_own_kind_counts() -> None:
    named: Any = behind._relations_of_query(
        "safety_facilities", {"facility_type": "cctv", "category": "생활방범"}
    )

    assert "marts.fct_cctv_sites" in named
    assert not named & {"marts.fct_schools", "marts.fct_safe_routes"}


@pytest.mark.parametrize(
    ("slice_key", "fits"),
    [
        ("2024", True),
        ("2023", False),
        ("2024-03", True),
        ("2024-04", False),
        ("2024-03-31", True),
        ("standard|26110", True),
        ("standard|26140", False),
        ("2024|1차", True),
        ("all", True),
    ],
)
def test_slices_of_the_rows_period_and_district_fit(slice_key: str, fits: bool) -> None:
    march = (date(2024, 3, 1), date(2024, 3, 31))

    assert delivered._fits(slice_key, march, "26110") is fits
