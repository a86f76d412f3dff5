"""Published dong polygons, dissolved into districts, against published places."""

import json

import numpy as np
import pytest
import shapely

from busan_safety.cli import boundary_verb
from busan_safety.loading import ingest_file
from busan_safety.settings import get_settings
from busan_safety.sources.boundaries import boundaries
from busan_safety.sources.reference import districts

pytestmark = pytest.mark.real

DONGS = "boundary/행정동_부산광역시_20210401.geojson"
CROSSWALK = "boundary/행정동_코드대조표_20220309.tsv"
OFFICES = "police_office/지구대파출소_부산광역시_좌표_옮겨적음.csv"
ZONES = "child_zone/전국어린이보호구역표준데이터_2026_05.csv"
# Land of the register; outlines of dongs go out to the quays.
BUSAN_KM2 = 771


@pytest.fixture(scope="module")
def boundary_file(real_files, tmp_path_factory):
    out = tmp_path_factory.mktemp("boundaries") / "districts.geojson"
    boundary_verb.boundaries(real_files / DONGS, real_files / CROSSWALK, out)
    return out


@pytest.fixture
def with_boundaries(warehouse, boundary_file, monkeypatch):
    monkeypatch.setenv("BUSAN_BOUNDARY_FILE", str(boundary_file))
    get_settings.cache_clear()
    yield warehouse
    monkeypatch.undo()
    get_settings.cache_clear()


def test_dongs_dissolve_into_the_sixteen_districts(with_boundaries, boundary_file):
    content = json.loads(boundary_file.read_text(encoding="utf-8"))

    assert [one["properties"]["district_code"] for one in content["features"]] == list(districts())
    found = boundaries()
    assert sum(shapely.area(found.polygons)) / 1e6 == pytest.approx(BUSAN_KM2, rel=0.03)
    # City hall in 연제구, the observatory on 영도, the harbour of 다대포; and the open sea.
    longitude = np.array([129.0750, 129.0857, 128.9650, 129.30])
    latitude = np.array([35.1798, 35.0525, 35.0560, 35.00])
    assert found.districts_of(longitude, latitude).tolist() == ["26470", "26200", "26380", None]


def located(warehouse, source_id):
    """(rows with coordinates, with a cell, in a district, flagged)."""
    return warehouse.execute(
        "select count(*), count(_h3_cell), count(_point_district), count(*) filter"
        " (where _flags && array['outside_district', 'outside_boundaries'])"
        f" from raw.current_{source_id} where longitude is not null"
    ).fetchone()


def test_published_places_lie_in_the_districts_they_say(with_boundaries, real_files):
    ingest_file("police_offices", real_files / OFFICES, period="2025")
    ingest_file("district_child_zones", real_files / ZONES)

    # Every one of them, to the last dong office at a border.
    assert located(with_boundaries, "police_offices") == (94, 94, 94, 0)
    assert located(with_boundaries, "district_child_zones") == (809, 809, 809, 0)


def test_published_cameras_in_another_district_are_found(with_boundaries, real_files):
    report = ingest_file("district_cctv", real_files / "cctv" / "전국CCTV표준데이터_부산_utf8.csv")

    # The range rules passed all of them.
    assert located(with_boundaries, "district_cctv") == (15_731, 15_731, 15_669, 16)
    assert (report.reasons["outside_district"], report.reasons["outside_boundaries"]) == (10, 6)
