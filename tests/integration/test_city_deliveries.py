"""Every file that the sandbox's city sends goes through the loader; only what is planted stays out.

The unit tests hold the reader's part; here are the rules in the database, the duplicates, the
slices that a later delivery replaces, and the classes of personal data.
"""

from collections import Counter

import psycopg
import pytest

from busan_safety.loading import ingest_file
from busan_safety.sources import get_source
from busan_sandbox.city_feeds import deliveries
from busan_sandbox.options import Month, Options
from busan_sandbox.truth import Truth

SPAN = Options(seed=7, scale=0.02, first=Month(2023, 10), last=Month(2024, 3))
FOLDERS = {
    "city/population_age": "city_population_age",
    "http/city/budget": "city_safety_budget",
    "city/participation": "city_participation",
    "sftp/city/survey": "city_citizen_survey",
    "http/city/signals": "city_signal_facilities",
    "sftp/city/relief_center": "city_relief_center",
    "city/victim_support": "city_victim_support",
}
# What the truth calls a fault -> how quarantine or findings name it, where that differs.
NAMES = {"unreadable_date": "unmapped_code", "unmapped_station": "unmapped_code"}
# Faults that are mended or flagged: their rows are loaded.
LOADED = ("coordinates_swapped", "coordinate_zero", "without_place", "unmapped_station")


@pytest.fixture(scope="module")
def loaded(warehouse: psycopg.Connection, tmp_path_factory):
    """Ingest every file in the order of names; (reasons, rows received, rows loaded) by source."""
    folder = tmp_path_factory.mktemp("city")
    truth = Truth()
    reasons: dict[str, Counter[str]] = {name: Counter() for name in FOLDERS.values()}
    received: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for root, delivery in sorted(deliveries(SPAN, truth), key=lambda pair: pair[1].path):
        where, _, name = delivery.path.rpartition("/")
        if root != "drop":
            continue
        path = folder / name
        path.write_bytes(delivery.content)
        report = ingest_file(FOLDERS[where], path)
        reasons[FOLDERS[where]].update(report.reasons)
        received[FOLDERS[where]] += report.rows_received
        kept[FOLDERS[where]] += report.rows_loaded
    return truth, reasons, received, kept


@pytest.mark.parametrize("source_id", [n for n in FOLDERS.values() if n != "city_population_age"])
def test_what_stays_out_is_what_was_planted(loaded, source_id):
    truth, reasons, received, kept = loaded
    planted = {
        key.removeprefix(f"{source_id}."): count
        for key, count in truth.planted.items()
        if key.startswith(f"{source_id}.")
    }
    rows = planted.pop("rows")
    planted.pop("corrected_months", None)

    stays_out = sum(count for fault, count in planted.items() if fault not in LOADED)

    assert received[source_id] == rows
    assert received[source_id] - kept[source_id] == stays_out > 0
    for fault, count in planted.items():
        assert reasons[source_id][NAMES.get(fault, fault)] >= count, fault


def test_population_is_loaded_whole(loaded):
    _, reasons, received, kept = loaded
    assert received["city_population_age"] == kept["city_population_age"] > 0
    assert set(reasons["city_population_age"]) <= {"total"}


def test_a_corrected_month_replaces_the_faulty_one(loaded, warehouse):
    left = warehouse.execute(
        "select count(*) filter (where admission_number is null),"
        " count(*) filter (where discharged_at < admitted_at), count(*)"
        " from raw.current_city_relief_center where admitted_at >= '2023-10-01 00:00+09'"
        " and admitted_at < '2023-11-01 00:00+09'"
    ).fetchone()
    assert left is not None
    assert left[:2] == (0, 0) and left[2] >= 8


def test_the_year_so_far_replaces_the_quarter_before(loaded, warehouse):
    found = warehouse.execute(
        "select support_year, count(*), count(distinct case_number)"
        " from raw.current_city_victim_support group by 1 order by 1"
    ).fetchall()
    assert [(year, rows == cases) for year, rows, cases in found] == [(2023, True), (2024, True)]


def test_totals_are_kept_and_marked(loaded, warehouse):
    found = warehouse.execute(
        "select fiscal_year, as_of_date,"
        " sum(executed_thousand_won) filter (where 'total' = any(_flags)) >="
        " sum(executed_thousand_won) filter (where 'total' <> all(coalesce(_flags, '{}')))"
        " from raw.current_city_safety_budget group by 1, 2"
    ).fetchall()
    assert len(found) == 2 + 3
    assert all(adds_up for *_, adds_up in found)


@pytest.mark.parametrize("source_id", ["city_relief_center", "city_victim_support"])
def test_persons_are_hashed_and_birth_dates_are_years(loaded, warehouse, source_id):
    columns = {column.name for column in get_source(source_id).stored_columns}
    row = warehouse.execute(
        "select bool_and(length(person_id) >= 16), bool_or(person_id ~ '^[PVH][0-9]+$'),"
        f" bool_and(birth_year between 1900 and 2020) from raw.current_{source_id}"
    ).fetchone()
    assert row == (True, False, True)
    assert not {"person_name", "person_phone", "remark"} & columns


def test_ages_are_bands_of_ten_years(loaded, warehouse):
    bands = warehouse.execute(
        "select count(distinct age_band) from raw.current_city_citizen_survey"
    ).fetchone()
    assert bands is not None and 5 <= bands[0] <= 12
    plain = warehouse.execute(
        "select count(*) from raw.current_city_citizen_survey where age_band ~ '^[0-9]{2}$'"
        " and age_band::int % 10 <> 0"
    ).fetchone()
    assert plain == (0,)
