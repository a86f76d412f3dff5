"""The ledger of all counts that ever went out: written by the release, never unwritten."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from release_support import FIRST, publish_all, publish_outcomes

from busan_safety.gate import Text
from busan_safety.release import withdraw

pytest_plugins = ["release_support"]

CRIME = "published_candidate.pub_crime_v1"
SECOND = "2024.12.2"
COUNTED = [
    *("calls_112", "citizen_survey", "crime", "relational_crime", "schools_child_safety"),
    "traffic_safety",
]
_ONE = "place_code = '26140' and period_type = 'month' and class_code = 'arson'"
_HIDE = f"""
    update {CRIME} set event_count = null, value_status = 'suppressed'
    where ctid = (select min(ctid) from {CRIME} where event_count > 0 and {_ONE})
"""


@pytest.fixture
def corrected(published: Path, warehouse: psycopg.Connection) -> Path:
    warehouse.execute(_HIDE)
    publish_all()
    return published


def test_everything_printed_is_in_the_ledger_with_its_version(
    published: Path, warehouse: psycopg.Connection
) -> None:
    datasets = warehouse.execute(
        "select distinct dataset from ops.published_count order by 1"
    ).fetchall()
    unlike = warehouse.execute(
        f"""
        select count(*) filter (where ledger.version is distinct from %s), count(*)
        from {CRIME} as printed
        left join ops.published_count as ledger
            on ledger.dataset = 'crime'
            and ledger.row_key ->> 'source' = printed.source
            and ledger.row_key ->> 'measure' = printed.measure
            and ledger.row_key ->> 'place_type' = printed.place_type
            and ledger.row_key ->> 'place_code' = printed.place_code
            and ledger.row_key ->> 'period_type' = printed.period_type
            and ledger.row_key ->> 'period_start' = printed.period_start::text
            and ledger.row_key ->> 'class_level' = printed.class_level
            and ledger.row_key ->> 'class_code' = printed.class_code
            and ledger.event_count is not distinct from printed.event_count
            and ledger.value_status = printed.value_status
        """,
        [FIRST],
    ).fetchone()

    assert [name for (name,) in datasets] == COUNTED
    assert unlike == (0, count(warehouse, "crime"))


def test_second_count_of_a_row_is_in_the_ledger_beside_the_first(
    published: Path, warehouse: psycopg.Connection
) -> None:
    entries = warehouse.execute(
        "select row_key ->> 'measure_id', count_column, event_count, value_status"
        " from ops.published_count where dataset = 'schools_child_safety'"
        " and row_key ->> 'place_code' = '26110' and row_key ->> 'school_level' in ('all', 'high')"
    ).fetchall()

    assert {
        one for one in entries if one[0] in ("violence_victims", "keepers", "keeper_hours")
    } == {
        ("violence_victims", "count_value", None, "suppressed"),
        ("violence_victims", "base_count", None, "suppressed"),
        ("violence_victims", "count_value", 120, "observed"),
        ("violence_victims", "base_count", 3000, "observed"),
        ("keepers", "count_value", 15, "observed"),
        # Hours are no count of people.
        ("keeper_hours", "base_count", 15, "observed"),
    }
    assert not {"child_zones", "camera_zones", "keeper_schools"} & {one[0] for one in entries}


def test_a_version_adds_only_what_it_prints_otherwise(
    corrected: Path, warehouse: psycopg.Connection
) -> None:
    (added,) = warehouse.execute(
        "select event_count, value_status, row_key ->> 'class_code'"
        " from ops.published_count where version = %s",
        [SECOND],
    ).fetchall()

    assert added == (None, "suppressed", "arson")


def test_the_same_candidate_adds_nothing(published: Path, warehouse: psycopg.Connection) -> None:
    before = count(warehouse, "crime")

    assert set(publish_outcomes().values()) == {"unchanged"}

    assert count(warehouse, "crime") == before


def test_what_was_withdrawn_was_read_all_the_same(
    corrected: Path, warehouse: psycopg.Connection
) -> None:
    before = count(warehouse, "crime")

    withdraw(
        "crime", SECOND, reason=Text(ko="개인 식별 우려", en="A person"), by="데이터 공개 담당"
    )

    assert count(warehouse, "crime") == before


def count(connection: psycopg.Connection, dataset: str) -> int:
    (rows,) = connection.execute(
        "select count(*) from ops.published_count where dataset = %s", [dataset]
    ).fetchone()
    return int(rows)
