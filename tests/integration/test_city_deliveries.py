"""All that the sandbox's city sends goes through the loader; only what is planted stays out.

The unit tests hold the reader's part; here are the rules in the database, the duplicates, the
slices that a later delivery replaces, and the classes of personal data. Population by age has
no faults and is loaded by the tests of the real files.
"""

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest

from busan_safety.loading import ingest_file, pull
from busan_safety.loading.report import BatchReport
from busan_safety.sources import get_source
from busan_sandbox.city_feeds import ENDPOINTS, deliveries
from busan_sandbox.endpoints import ENDPOINTS_FILE, endpoints_document
from busan_sandbox.files import JOURNAL
from busan_sandbox.options import Month, Options
from busan_sandbox.server import SandboxServer
from busan_sandbox.truth import Truth

KEY = "sandbox-key"
SPAN = Options(seed=7, scale=0.02, first=Month(2023, 10), last=Month(2024, 3))
FOLDERS = {
    "http/city/budget": "city_safety_budget",
    "city/participation": "city_participation",
    "sftp/city/survey": "city_citizen_survey",
    "http/city/signals": "city_signal_facilities",
    "sftp/city/relief_center": "city_relief_center",
    "city/victim_support": "city_victim_support",
}
INTERFACES = (
    "city_urgent_budget",
    "city_mental_center",
    "city_events",
    "city_traffic_culture",
)
# What the truth calls a fault -> how quarantine or findings name it, where that differs.
NAMES = {
    "unreadable_date": "missing_value",
    "unmapped_station": "unmapped_code",
    "attendance_out_of_bounds": "outside_bounds",
    "negative_count": "outside_bounds",
}
# Faults that are mended or flagged: their rows are loaded.
LOADED = ("coordinates_swapped", "coordinate_zero", "without_place", "unmapped_station")


@dataclass
class Loaded:
    """What became of the deliveries of each source."""

    truth: Truth = field(default_factory=Truth)
    reasons: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    received: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)

    def take(self, source_id: str, report: BatchReport) -> None:
        self.reasons[source_id].update(report.reasons)
        self.received[source_id] += report.rows_received
        self.kept[source_id] += report.rows_loaded


@pytest.fixture(scope="module")
def loaded(warehouse: psycopg.Connection, tmp_path_factory) -> Iterator[Loaded]:
    """Ingest every file in the order of names, and pull every interface from the played sender."""
    folder = tmp_path_factory.mktemp("city")
    done = Loaded()
    for root, delivery in sorted(deliveries(SPAN, done.truth), key=lambda pair: pair[1].path):
        path = folder / root / delivery.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(delivery.content)
        source_id = FOLDERS.get(delivery.path.rpartition("/")[0])
        if root == "drop" and source_id:
            done.take(source_id, ingest_file(source_id, path))
    (folder / "state" / JOURNAL).touch()
    (folder / "state" / ENDPOINTS_FILE).write_bytes(endpoints_document(ENDPOINTS))
    server = SandboxServer(("127.0.0.1", 0), folder / "state", KEY)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    address = json.dumps({"host": server.url, "password": KEY})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_DATAGOKR", address)
        patch.setenv("AIRFLOW_CONN_ODCLOUD", address)
        for source_id in INTERFACES:
            for report in pull(source_id).batches:
                done.take(source_id, report)
    yield done
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("source_id", [*FOLDERS.values(), *INTERFACES])
def test_what_stays_out_is_what_was_planted(loaded, source_id):
    planted = {
        key.removeprefix(f"{source_id}."): count
        for key, count in loaded.truth.planted.items()
        if key.startswith(f"{source_id}.")
    }
    rows = planted.pop("rows")
    planted.pop("corrected_months", None)

    expected: Counter[str] = Counter()
    for fault, count in planted.items():
        expected[NAMES.get(fault, fault)] += count
    stays_out = sum(count for fault, count in planted.items() if fault not in LOADED)

    found = loaded.reasons[source_id]
    assert loaded.received[source_id] == rows
    assert loaded.received[source_id] - loaded.kept[source_id] == stays_out > 0
    assert {name: found[name] for name in expected if name not in LOADED} == {
        name: count for name, count in expected.items() if name not in LOADED
    }
    assert all(found[name] >= count for name, count in expected.items())


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
