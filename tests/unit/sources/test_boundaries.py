"""Boundary files: read, refused with a sentence, dissolved from dong polygons."""

import json

import numpy as np
import pytest

from busan_safety.settings import get_settings
from busan_safety.sources import boundaries as module
from busan_safety.sources.boundaries import BoundaryError, boundaries, dissolve
from busan_safety.sources.reference import districts
from two_districts import BORDER, EAST, WEST, two_districts, write_two_districts

NO_GEOMETRY = {"type": "FeatureCollection", "features": []}


@pytest.fixture
def deployment_with(monkeypatch, tmp_path):
    """Point the settings at a boundary file."""

    def point(path):
        monkeypatch.setenv("BUSAN_VAR_DIR", str(tmp_path / "var"))
        if path is not None:
            monkeypatch.setenv("BUSAN_BOUNDARY_FILE", str(path))
        get_settings.cache_clear()

    yield point
    monkeypatch.undo()
    get_settings.cache_clear()


def test_a_file_is_read_by_the_settings_and_read_again_when_it_changed(deployment_with, tmp_path):
    path = write_two_districts(tmp_path)
    deployment_with(path)

    found = boundaries().districts_of(np.array([BORDER - 0.01, 129.5]), np.array([35.12, 35.12]))

    assert found.tolist() == [WEST, None]
    assert boundaries() is boundaries()
    content = two_districts()
    content["features"].pop()
    path.write_text(json.dumps(content), encoding="utf-8")
    assert boundaries().codes == (WEST,)


def test_a_deployment_without_boundaries_says_so_once(deployment_with, caplog):
    deployment_with(None)
    module._say_that_there_are_none.cache_clear()

    assert [boundaries(), boundaries()] == [None, None]

    assert [one.message[:26] for one in caplog.records] == ["No district boundaries: po"]


def test_what_the_sandbox_wrote_is_taken_without_a_setting(deployment_with, tmp_path, monkeypatch):
    made = tmp_path / "var" / "sandbox"
    made.mkdir(parents=True)
    write_two_districts(made).rename(made / "district_boundaries.geojson")
    deployment_with(None)
    assert boundaries().codes == (WEST, EAST)

    monkeypatch.setenv("BUSAN_DEPLOYMENT", "production")
    get_settings.cache_clear()
    assert boundaries() is None


def moved(content, metres):
    for feature in content["features"]:
        ring = feature["geometry"]["coordinates"][0]
        feature["geometry"]["coordinates"] = [[[x * metres, y * metres] for x, y in ring]]
    return content


def coded(content, code):
    content["features"][0]["properties"] = {"district_code": code}
    return content


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (NO_GEOMETRY, "has no feature"),
        ({"type": "Topology"}, "no GeoJSON FeatureCollection"),
        (coded(two_districts(), "11110"), "no district of Busan"),
        (coded(two_districts(), None), "no district of Busan"),
        (moved(two_districts(), 7000), "UTM-K"),
    ],
)
def test_a_file_that_is_no_boundary_file_is_refused(deployment_with, tmp_path, content, sentence):
    path = tmp_path / "boundaries.geojson"
    path.write_text(json.dumps(content), encoding="utf-8")
    deployment_with(path)

    with pytest.raises(BoundaryError, match=sentence):
        boundaries()


def test_a_named_file_that_is_not_there_is_refused(deployment_with, tmp_path):
    deployment_with(tmp_path / "none.geojson")
    with pytest.raises(BoundaryError, match="cannot be read"):
        boundaries()


@pytest.fixture
def dongs(tmp_path):
    """Two dongs a district, side by side with a sliver of 1e-9 degrees; and their crosswalk."""
    features, lines = [], ["adm_nm\tadm_cd\tadm_cd2\tsgg"]
    for at, code in enumerate(districts()):
        for half in (0, 1):
            west = 128.8 + 0.02 * at + 0.01 * half + 1e-9 * half
            east = 128.8 + 0.02 * at + 0.01 * (half + 1)
            ring = [[west, 35.1], [east, 35.1], [east, 35.2], [west, 35.2], [west, 35.1]]
            geometry = {"type": "MultiPolygon", "coordinates": [[ring]]}
            kostat, mois = f"21{at:03}{half}1", f"{code}{half}1000"
            names = {"adm_cd": kostat, "adm_cd2": mois} if half else {"adm_cd": kostat}
            features.append({"type": "Feature", "properties": names, "geometry": geometry})
            lines.append(f"부산\t{kostat}\t{mois}\t{code}")
    polygons, crosswalk = tmp_path / "dongs.geojson", tmp_path / "codes.tsv"
    polygons.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    crosswalk.write_bytes(("\n".join(lines) + "\n").encode("cp949"))
    return polygons, crosswalk


def test_dongs_dissolve_into_sixteen_districts_without_slivers(dongs):
    content = dissolve(*dongs)

    assert [one["properties"]["district_code"] for one in content["features"]] == list(districts())
    for feature in content["features"]:
        assert feature["geometry"]["type"] == "Polygon"
        assert len(feature["geometry"]["coordinates"]) == 1


def test_a_dong_that_the_crosswalk_does_not_know_is_refused(dongs):
    polygons, crosswalk = dongs
    lines = crosswalk.read_bytes().splitlines(keepends=True)
    crosswalk.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(BoundaryError, match=r"1 dongs are not in codes\.tsv"):
        dissolve(polygons, crosswalk)


def test_polygons_that_lack_a_district_are_refused(dongs):
    polygons, crosswalk = dongs
    content = json.loads(polygons.read_text())
    content["features"] = content["features"][2:]
    polygons.write_text(json.dumps(content))
    with pytest.raises(BoundaryError, match="no dong of 26110"):
        dissolve(polygons, crosswalk)


def test_a_table_without_the_codes_is_no_crosswalk(dongs):
    polygons, crosswalk = dongs
    crosswalk.write_text("code\tname\n1\t2\n")
    with pytest.raises(BoundaryError, match="no column adm_cd, adm_cd2, sgg"):
        dissolve(polygons, crosswalk)
