"""Cells and districts of points at load: what raw and quarantine hold."""

import h3
import pytest

from busan_safety.loading import ingest_file, reload
from busan_safety.settings import get_settings
from two_districts import BORDER, EAST, FAR, WEST, write_two_districts

HEADER = "연번,구군,장비종류,관리번호,시설명칭,위도,경도"
INSIDE, ACROSS, SEA = BORDER - FAR, BORDER + FAR, 129.0 - FAR


def cameras(path, rows):
    """The city's list of cameras of 중구: (latitude, longitude) of each."""
    lines = [f"{at},중구,방범용,A-{at},보수동,{y},{x}" for at, (y, x) in enumerate(rows, 1)]
    path.write_bytes(("\n".join([HEADER, *lines]) + "\n").encode("cp949"))
    return path


@pytest.fixture
def with_boundaries(warehouse, monkeypatch, tmp_path):
    monkeypatch.setenv("BUSAN_BOUNDARY_FILE", str(write_two_districts(tmp_path)))
    get_settings.cache_clear()
    yield warehouse
    monkeypatch.undo()
    get_settings.cache_clear()


def located(warehouse, batch_id):
    return warehouse.execute(
        "select _line, _h3_cell, _point_district, _flags from raw.district_cctv"
        " where _batch_id = %s order by _line",
        [batch_id],
    ).fetchall()


def test_points_are_located_after_mending_and_those_elsewhere_flagged(with_boundaries, tmp_path):
    rows = [(35.12, INSIDE), (INSIDE, 35.12), (35.12, ACROSS), (35.12, SEA), (37.5, 127.0)]
    report = ingest_file("district_cctv", cameras(tmp_path / "부산 CCTV_20240101.csv", rows))

    home = h3.latlng_to_cell(35.12, INSIDE, 9)
    assert located(with_boundaries, report.batch_id) == [
        (2, home, WEST, None),
        (3, home, WEST, ["coordinates_swapped"]),
        (4, h3.latlng_to_cell(35.12, ACROSS, 9), EAST, ["outside_district"]),
        (5, h3.latlng_to_cell(35.12, SEA, 9), None, ["outside_boundaries"]),
        (6, None, None, ["coordinates_outside_busan"]),
    ]
    assert (report.rows_loaded, report.rows_mended, report.rows_flagged) == (5, 2, 2)
    findings = with_boundaries.execute(
        "select line, rule_id, action, reason from quarantine.row_finding"
        " where batch_id = %s and action = 'flag' order by line",
        [report.batch_id],
    ).fetchall()
    assert findings == [
        (4, "outside_district", "flag",
         "the point lies in another district, over 150 m from the reported one"),
        (5, "outside_boundaries", "flag",
         "the point lies over 150 m from every district's polygon"),
    ]  # fmt: skip


def test_the_views_of_current_rows_and_of_a_moment_show_cell_and_district(
    with_boundaries, tmp_path
):
    ingest_file(
        "district_cctv", cameras(tmp_path / "부산 CCTV_20240201.csv", [(35.13, INSIDE)] * 5)
    )
    for relation in ("raw.current_district_cctv", "raw.district_cctv_as_of(now())"):
        found = with_boundaries.execute(
            f"select distinct _h3_cell, _point_district from {relation}"
        ).fetchall()
        assert found == [(h3.latlng_to_cell(35.13, INSIDE, 9), WEST)], relation


def test_without_boundaries_there_are_cells_only_and_a_reload_adds_the_districts(
    warehouse, tmp_path, monkeypatch
):
    rows = [(35.14, INSIDE), (35.14, ACROSS), (35.141, INSIDE)]
    report = ingest_file("district_cctv", cameras(tmp_path / "부산 CCTV_20240301.csv", rows))
    assert report.reasons == {}
    before = located(warehouse, report.batch_id)
    assert [one[2:] for one in before] == [(None, None)] * 3
    assert all(one[1] for one in before)

    monkeypatch.setenv("BUSAN_BOUNDARY_FILE", str(write_two_districts(tmp_path)))
    get_settings.cache_clear()
    reload("district_cctv")
    after = located(warehouse, report.batch_id)
    monkeypatch.undo()
    get_settings.cache_clear()
    assert [one[1] for one in after] == [one[1] for one in before]
    assert [one[2:] for one in after] == [(WEST, None), (EAST, ["outside_district"]), (WEST, None)]


def test_more_rows_than_a_chunk_are_all_located(with_boundaries, tmp_path, monkeypatch):
    monkeypatch.setattr("busan_safety.loading.points._CHUNK", 7)
    rows = [(35.11 + at / 10000, INSIDE if at % 3 else ACROSS) for at in range(50)]
    report = ingest_file("district_cctv", cameras(tmp_path / "부산 CCTV_20240401.csv", rows))

    found = located(with_boundaries, report.batch_id)
    assert [one[1] for one in found] == [h3.latlng_to_cell(y, x, 9) for y, x in rows]
    assert [one[2] for one in found] == [WEST if at % 3 else EAST for at in range(50)]
    assert report.rows_flagged == 17


def test_calls_have_no_cells(warehouse):
    columns = warehouse.execute(
        "select column_name from information_schema.columns where table_schema = 'raw'"
        " and table_name = 'police_112_calls' and column_name in ('_h3_cell', '_point_district')"
    ).fetchall()
    assert columns == []
