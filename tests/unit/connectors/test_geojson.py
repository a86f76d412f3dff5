"""GeoJSON as agencies send it: degrees, named systems, and metres that nobody named."""

import json

import pyproj
import pytest

from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.tabular import read_rows

POINT = {"type": "Point", "coordinates": [129.075, 35.1796]}
SQUARE = {
    "type": "Polygon",
    "coordinates": [
        [[129.0, 35.0], [129.01, 35.0], [129.01, 35.01], [129.0, 35.01], [129.0, 35.0]]
    ],
}


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features, **more):
    return {"type": "FeatureCollection", "features": list(features), **more}


def rows_of(tmp_path, content, encoding="utf-8"):
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path = tmp_path / "f.geojson"
    path.write_bytes(text.encode(encoding))
    file_format, found, rows = read_rows(path)
    assert (file_format, found) == ("geojson", encoding)
    header, *rest = rows
    return [dict(zip(header.cells, row.cells, strict=True)) for row in rest]


def refusal(tmp_path, content) -> str:
    with pytest.raises(DeliveryRefused) as refused:
        rows_of(tmp_path, content)
    return refused.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_properties_are_columns_in_every_encoding(tmp_path, encoding):
    content = collection(
        feature(POINT, 이름="측면등", 수=3), feature(None, 이름="우회전", 설치=None)
    )
    first, second = rows_of(tmp_path, content, encoding)
    assert (first["이름"], first["수"], first["설치"]) == ("측면등", "3", "")
    assert (first["geometry_longitude"], first["geometry_latitude"]) == (
        "129.0750000",
        "35.1796000",
    )
    assert first["geometry_wkt"] == "POINT (129.075 35.1796)"
    assert (first["geometry_length_m"], first["geometry_area_m2"]) == ("", "")
    assert second["geometry_wkt"] == ""


def test_lengths_and_areas_are_metres_on_the_ground(tmp_path):
    line = {"type": "LineString", "coordinates": [[129.0, 35.0], [129.01, 35.0]]}
    area, length = rows_of(tmp_path, collection(feature(SQUARE), feature(line)))
    # 0.01 degrees at 35 N: about 912.8 m east and 1,109.4 m north.
    assert float(length["geometry_length_m"]) == pytest.approx(912.8, abs=1)
    assert float(area["geometry_area_m2"]) == pytest.approx(912.8 * 1109.4, rel=0.002)
    assert 129.0 < float(area["geometry_longitude"]) < 129.01


def test_the_point_of_a_bent_area_lies_inside_it(tmp_path):
    bent = [[0, 0], [4, 0], [4, 1], [1, 1], [1, 3], [4, 3], [4, 4], [0, 4], [0, 0]]
    [row] = rows_of(tmp_path, collection(feature({"type": "Polygon", "coordinates": [bent]})))
    assert float(row["geometry_longitude"]) < 1 or not 1 < float(row["geometry_latitude"]) < 3


@pytest.mark.parametrize("name", ["EPSG:5179", "urn:ogc:def:crs:EPSG::5179", "EPSG:5186"])
@pytest.mark.parametrize("behind", [True, False])
def test_a_named_system_is_transformed_wherever_it_stands(tmp_path, name, behind):
    number = int(name[-4:])
    x, y = pyproj.Transformer.from_crs(4326, number, always_xy=True).transform(129.075, 35.1796)
    crs = {"crs": {"type": "name", "properties": {"name": name}}}
    point = feature({"type": "Point", "coordinates": [x, y]})
    content = collection(point, **crs) if behind else {**crs, **collection(point)}
    [row] = rows_of(tmp_path, content)
    assert float(row["geometry_longitude"]) == pytest.approx(129.075, abs=1e-6)
    assert float(row["geometry_latitude"]) == pytest.approx(35.1796, abs=1e-6)


@pytest.mark.parametrize(
    "name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"]
)
def test_degrees_by_name_stay_as_they_are(tmp_path, name):
    crs = {"type": "name", "properties": {"name": name}}
    [row] = rows_of(tmp_path, collection(feature(POINT), crs=crs))
    assert row["geometry_wkt"] == "POINT (129.075 35.1796)"


def test_metres_without_a_system_are_refused_with_the_remedy(tmp_path):
    content = collection(feature({"type": "Point", "coordinates": [1140000.5, 1680000.2]}))
    with pytest.raises(DeliveryRefused, match=r"EPSG:4326.*EPSG:5179") as refused:
        rows_of(tmp_path, content)
    assert refused.value.code == "coordinates_in_metres"


def test_swapped_degrees_are_kept_for_the_rules_to_judge(tmp_path):
    [row] = rows_of(tmp_path, collection(feature({"type": "Point", "coordinates": [35.1, 129.0]})))
    assert (row["geometry_longitude"], row["geometry_latitude"]) == ("35.1000000", "129.0000000")


COLLECTED = {"type": "GeometryCollection", "geometries": [POINT]}
TOO_SHORT = {"type": "Polygon", "coordinates": [[[129, 35], [129, 35]]]}
LINKED = {"type": "link", "properties": {"href": "x"}}
UNHEARD_OF = {"type": "name", "properties": {"name": "EPSG:99999"}}
BEGUN = '{"type": "FeatureCollection", "features": ['
ENDLESS_NUMBER = BEGUN + '{"geometry": {"type": "Point", "coordinates": [1e999, 1]}}]}'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (collection(feature(COLLECTED)), "geometry_collection"),
        (collection(feature(POINT, where={"구": "중구"})), "nested_value"),
        (collection(feature(POINT, geometry_wkt="x")), "ambiguous_columns"),
        (collection(feature({"type": "Point", "coordinates": [[129, 35]]})), "bad_geometry"),
        (collection(feature(TOO_SHORT)), "bad_geometry"),
        (collection(feature({"type": "Curve", "coordinates": [1, 2]})), "bad_geometry"),
        (collection("x"), "wrong_form"),
        (collection(feature(POINT), crs=LINKED), "unknown_system"),
        (collection(feature(POINT), crs=UNHEARD_OF), "unknown_system"),
        (feature(POINT), "wrong_form"),
        ({"type": "FeatureCollection"}, "wrong_form"),
        ({"a": [1]}, "wrong_form"),
        (BEGUN, "broken_json"),
        (BEGUN + "[" * 5000, "broken_json"),
        (ENDLESS_NUMBER, "broken_json"),
    ],
)
def test_what_is_no_usable_geojson_is_refused_by_name(tmp_path, content, code):
    assert refusal(tmp_path, content) == code


def test_a_feature_without_end_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("busan_safety.connectors.geojson._LONGEST_FEATURE_BYTES", 300_000)
    assert refusal(tmp_path, collection(feature(POINT, a="x" * 1_000_000))) == "feature_too_large"
