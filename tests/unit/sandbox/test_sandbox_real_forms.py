"""The sandbox's files beside the ones that agencies really published: the same forms."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from busan_sandbox import city as facts
from busan_sandbox.calls import month_of_calls
from busan_sandbox.cameras import FIELDS
from busan_sandbox.options import Month, Options

from .conftest import City, read_csv

pytestmark = pytest.mark.real


def test_population_heads_are_equal_to_the_byte(city: City, real_files: Path) -> None:
    name = "2023_first_half_registered_population_and_household_monthly.csv"
    published = (real_files / "population/mois" / name).read_bytes()
    ours = (city.drop / "city/population" / name).read_bytes()

    assert ours.split(b"\n")[:3] == published.split(b"\n")[:3]
    real_names = {line.split(b",")[1] for line in published.split(b"\n")[3:-1]}
    assert {line.split(b",")[1] for line in ours.split(b"\n")[3:-1]} <= real_names


def test_region_file_has_the_published_header_and_classes(city: City, real_files: Path) -> None:
    published = read_csv(real_files / "crime/경찰청_범죄발생지역별통계_20231231.csv", "cp949")
    ours = read_csv(
        city.drop / "police/crime_region/경찰청_범죄 발생 지역별 통계_20231231.csv", "cp949"
    )

    assert ours[0] == published[0]
    assert [row[:2] for row in ours] == [row[:2] for row in published]
    assert ours != published


def test_station_table_has_the_published_header_and_order(city: City, real_files: Path) -> None:
    published = read_csv(
        real_files / "crime/부산경찰청_경찰서별_5대범죄_20231231_지역머리글.csv", "cp949"
    )
    ours = city.api("stations")[0]["data"]

    assert list(ours[0]) == published[0]
    assert [row["지역"] for row in ours] == [row[1] for row in published[1:]]


def test_fatal_accidents_use_the_published_words(city: City, real_files: Path) -> None:
    published = read_csv(real_files / "traffic/도로교통공단_사망교통사고정보_2021.csv", "utf-8-sig")
    ours = read_csv(
        city.drop / "police/fatal_accidents/도로교통공단_사망교통사고정보_2023.csv", "utf-8-sig"
    )

    assert ours[0] == published[0]
    for column in ("주야", "요일", "발생지시도", "사고유형", "도로형태", "가해자_당사자종별"):
        at = ours[0].index(column)
        assert {row[at] for row in ours[1:]} <= {row[at] for row in published[1:]}


def test_camera_files_use_the_published_headers_and_spellings(city: City, real_files: Path) -> None:
    published = read_csv(real_files / "cctv/전국CCTV표준데이터_부산_utf8.csv", "utf-8")
    (path,) = (city.drop / "districts/3320000").glob("*CCTV*.csv")

    assert read_csv(path, "cp949")[0] == published[0]
    purpose = list(FIELDS).index("instlPurps") + 1
    ours = {row["instlPurps"] for row in city.api("cctv_3310000")}
    assert ours <= {row[purpose] for row in published[1:]}


def test_school_rows_have_the_published_keys(city: City, real_files: Path) -> None:
    answer = json.loads(
        (real_files / "api/retyped_neis_schoolInfo_INFO-000.json").read_text(encoding="utf-8")
    )

    assert list(city.api("schools")[0]) == list(answer["schoolInfo"][1]["row"][0])


def boundaries(real_files: Path) -> dict[str, list[np.ndarray]]:
    """Return dong code -> rings of (longitude, latitude)."""
    text = (real_files / "boundary/행정동_부산광역시_20210401.geojson").read_text(encoding="utf-8")
    rings: dict[str, list[np.ndarray]] = {}
    for feature in json.loads(text)["features"]:
        geometry = feature["geometry"]
        parts = geometry["coordinates"]
        polygons = parts if geometry["type"] == "MultiPolygon" else [parts]
        rings[feature["properties"]["adm_cd2"]] = [
            np.array(ring)[:, :2] for polygon in polygons for ring in polygon
        ]
    return rings


def is_inside(x: float, y: float, rings: list[np.ndarray]) -> bool:
    crossings = 0
    for ring in rings:
        (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
        spans = (y0 > y) != (y1 > y)
        crossings += int(
            (x < x0[spans] + (y - y0[spans]) / (y1 - y0)[spans] * (x1 - x0)[spans]).sum()
        )
    return crossings % 2 == 1


def test_dongs_are_those_of_the_boundaries(real_files: Path) -> None:
    """Two dongs changed after the boundaries of 2021: 신호동 is new, 일광 became an eup."""
    drawn = set(boundaries(real_files))

    assert {dong.code for dong in facts.dongs()} - drawn == {"2644059000", "2671025900"}


def test_calls_lie_inside_the_boundary_of_their_dong(real_files: Path) -> None:
    drawn = boundaries(real_files)
    calls = month_of_calls(Options(scale=0.02), Month(2023, 1), {})
    checked = 0

    for x, y, i in zip(calls.longitude, calls.latitude, calls.dong, strict=True):
        rings = drawn.get(facts.dongs()[i].code)
        if rings and not np.isnan(x):
            assert is_inside(x, y, rings), facts.dongs()[i]
            checked += 1

    assert checked > 1000
