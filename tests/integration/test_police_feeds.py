"""The police's feeds in the warehouse: what the rules take out is what was planted."""

from collections import Counter

import pytest

from busan_safety.loading import ingest_file
from busan_sandbox.accident_files import accident_files
from busan_sandbox.apo import apo_files
from busan_sandbox.incident_files import incident_files
from busan_sandbox.keepers import keeper_files
from busan_sandbox.options import Month, Options
from busan_sandbox.patrols import patrol_files
from busan_sandbox.relational_files import relational_files
from busan_sandbox.zones import zone_files

SPAN = Options(seed=1, scale=0.02, first=Month(2024, 3), last=Month(2024, 5))
STATIONS = (
    *("중부", "서부", "동부", "영도", "부산진", "동래", "남부", "북부"),
    *("해운대", "사하", "금정", "강서", "연제", "수영", "사상", "기장"),
)


def ingested(source_id, files, tmp_path):
    """Ingest the files one after the other; return their reports."""
    reports = []
    for file in files:
        path = tmp_path / file.path.rsplit("/", 1)[1]
        path.write_bytes(file.content)
        reports.append(ingest_file(source_id, path))
    return reports


def reasons(reports):
    return sum((Counter(report.reasons) for report in reports), Counter())


@pytest.mark.parametrize(
    ("source_id", "make", "expected"),
    [
        (
            "police_relational_cases",
            relational_files,
            {
                "outside_domain": "kind_unknown",
                "unmapped_code": "district_unknown",
                "measure_before_report": "measure_before_report",
                "duplicate": "row_repeated",
            },
        ),
        (
            "police_patrols",
            patrol_files,
            {
                "outside_bounds": "minutes_impossible",
                "unmapped_code": "district_unknown",
                "duplicate": "row_repeated",
            },
        ),
        (
            "police_child_keepers",
            keeper_files,
            {
                "outside_bounds": "hours_impossible",
                "unmapped_code": "station_unknown",
                "duplicate": "row_repeated",
            },
        ),
    ],
)
def test_every_planted_row_is_taken_out_for_its_reason(
    warehouse, tmp_path, source_id, make, expected
):
    planted: Counter[str] = Counter()
    reports = ingested(source_id, make(SPAN, planted), tmp_path)

    found = reasons(reports)
    assert {code: found[code] for code in expected} == {
        code: planted[f"{source_id}.{fault}"] for code, fault in expected.items()
    }
    taken = sum(planted[f"{source_id}.{fault}"] for fault in expected.values())
    assert sum(report.rows_quarantined for report in reports) == taken > 0
    kept = planted[f"{source_id}.rows"] + planted[f"{source_id}.row_repeated"] - taken
    assert sum(report.rows_loaded for report in reports) == kept


def test_incidents_are_mended_and_a_corrected_month_replaces_the_first(warehouse, tmp_path):
    planted: Counter[str] = Counter()
    reports = ingested("police_crime_incidents", incident_files(SPAN, planted), tmp_path)

    assert len(reports) == 4
    final = [*reports[:2], reports[3]]
    found = reasons(final)
    faults = {
        "unmapped_code": "class_unknown",
        "dong_outside_busan": "dong_outside_busan",
        "cleared_before_reported": "cleared_before_reported",
        "duplicate": "row_repeated",
        "coordinates_swapped": "coordinates_swapped",
    }
    assert {code: found[code] for code in faults} == {
        code: planted[f"police_crime_incidents.{fault}"] for code, fault in faults.items()
    }
    current = warehouse.execute(
        "select count(*), count(*) filter (where latitude > 100) from"
        " raw.current_police_crime_incidents"
    ).fetchone()
    assert current == (sum(report.rows_loaded for report in final), 0)
    columns = warehouse.execute(
        "select count(*) from information_schema.columns where table_schema = 'raw'"
        " and column_name in ('place_name', 'victim_name', 'victim_phone', 'keeper_name',"
        " 'leader_name') and table_name in ('police_crime_incidents', 'police_relational_cases',"
        " 'police_child_keepers', 'police_patrols')"
    ).fetchone()
    assert columns == (0,)


def test_accidents_without_a_casualty_go_and_repeated_ones_are_flagged(warehouse, tmp_path):
    planted: Counter[str] = Counter()
    files = accident_files(SPAN, planted)
    reports = ingested("police_traffic_accidents", (next(files) for _ in range(2)), tmp_path)

    listed, events = reports
    counts = {name.split(".")[1]: count for name, count in planted.items()}
    assert (listed.form_id, listed.rows_quarantined) == ("taas_list", 0)
    assert listed.rows_loaded == counts["list_rows"]
    assert events.rows_quarantined == counts["no_casualty"] + counts["negative_deaths"] > 0
    assert events.rows_out_of_scope == counts["other_city"] > 0
    flagged = warehouse.execute(
        "select count(*) from raw.current_police_traffic_accidents"
        " where register = 'police_events' and 'duplicate' = any(_flags)"
    ).fetchone()
    assert flagged == (counts["row_repeated"],)


def test_workbooks_and_zones_load_whole(warehouse, tmp_path):
    planted: Counter[str] = Counter()
    apo = ingested("police_apo", apo_files(SPAN, planted), tmp_path)
    zones = ingested("police_crime_zones", zone_files(SPAN, planted), tmp_path)

    assert [(report.rows_loaded, report.rows_quarantined) for report in apo] == [(16, 0)]
    assert reasons(apo) == {"total": 1}
    assert [(report.rows_loaded, report.rows_quarantined) for report in zones] == [(73, 0)] * 2
    assert reasons(zones) == {}
    current = warehouse.execute(
        "select count(*), count(works_completed_on) from raw.current_police_crime_zones"
    ).fetchone()
    assert current == (73, 44)


def station_flags(warehouse, tmp_path, year):
    rows = [f"{name},1,2,3,4,5,15" for name in STATIONS]
    text = "경찰서,살인,강도,강간(강제추행),절도,폭력,합계\n" + "\n".join(rows) + "\n"
    path = tmp_path / f"경찰청 부산광역시경찰청_경찰서별 5대 범죄 발생 현황_{year}1231.csv"
    path.write_bytes(text.encode("cp949"))
    ingest_file("police_crime_by_station", path)
    return dict(
        warehouse.execute(
            "select station_code, _flags from raw.current_police_crime_by_station"
            " where year = %s and cardinality(_flags) > 0",
            [year],
        ).fetchall()
    )


@pytest.mark.parametrize(
    ("year", "flags"),
    [
        (2024, {}),
        (
            2025,
            {
                "suyeong": ["part_period"],
                "nambu": ["boundary_changed"],
                "yeonje": ["boundary_changed"],
            },
        ),
        (2023, {}),
    ],
)
def test_the_year_of_a_stations_opening_is_flagged_and_no_other(warehouse, tmp_path, year, flags):
    assert station_flags(warehouse, tmp_path, year) == flags
