"""Files of injury accidents: the police's yearly events, and an older year as TAAS lists it.

Events: CP949, `police/traffic_accidents/traffic_accidents_YYYY.csv`, the finished years of the
span and three before; headers change in 2024. The year before those is the list that TAAS
exports (eight columns, no date, no number). A smaller city keeps a share of the accidents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from busan_sandbox import city
from busan_sandbox.accidents import (
    CROSSING_ROADS,
    MIDDLE_TYPES,
    NOBODY,
    ON_FOOT,
    OTHER_ROADS,
    PARTIES,
    TYPES,
    VIOLATIONS,
    WEATHER,
    Accidents,
    accidents_of_year,
)
from busan_sandbox.draws import Ints, event_scale, fault_rows, note, time_texts
from busan_sandbox.facilities import base_name
from busan_sandbox.files import Delivery, Sheet, SheetCell, csv_bytes, workbook_bytes
from busan_sandbox.options import Options
from busan_sandbox.sites import CAMERA_EFFECT, TIMER_EFFECT, all_sites, crossings

FEED = "police_traffic_accidents"
# A smaller share leaves too few accidents at the treated crossings.
_FLOOR = 0.25
_YEARS_BEFORE = 3
# Field -> header to 2023 and since 2024.
HEADERS = {
    False: {
        "id": "사고번호", "occurred": "발생일시", "place": "시군구", "dong": "행정동코드",
        "kind": "사고유형대분류", "type": "사고유형", "violation": "법규위반", "road": "도로형태",
        "weather": "기상상태", "offender": "가해운전자 차종", "offender_age": "가해운전자 연령",
        "victim": "피해운전자 차종", "victim_age": "피해운전자 연령", "deaths": "사망자수",
        "serious": "중상자수", "slight": "경상자수", "reported": "부상신고자수",
        "zone": "어린이보호구역여부", "drunk": "음주여부", "crossing": "교차로번호",
        "x": "경도", "y": "위도",
    },
    True: {
        "id": "사고관리번호", "occurred": "사고일시", "place": "시군구", "dong": "행정동 코드",
        "crossing": "신호교차로번호", "x": "X좌표(경도)", "y": "Y좌표(위도)",
        "kind": "사고유형 대분류", "type": "사고유형", "violation": "가해자 법규위반",
        "road": "도로형태",
        "weather": "기상상태", "deaths": "사망자수", "serious": "중상자수", "slight": "경상자수",
        "reported": "부상신고자수", "offender": "가해운전자 차종",
        "offender_age": "가해운전자 연령", "victim": "피해운전자 차종",
        "victim_age": "피해운전자 연령", "zone": "어린이보호구역 내", "drunk": "음주운전",
    },
}  # fmt: skip
LIST_HEADER = (
    "시군구", "사망자수", "중상자수", "경상자수", "부상신고자수", "도로형태", "가해운전자 차종",
    "피해운전자 차종",
)  # fmt: skip
_FAULTS = {
    "negative_deaths": 0.0008,
    "no_casualty": 0.0008,
    "other_city": 0.0010,
    "coordinates_swapped": 0.0030,
    "row_repeated": 0.0015,
}

Columns = dict[str, list[str]]


def file_years(options: Options) -> list[int]:
    """Return the years whose accidents are sent as events."""
    years = options.full_years
    return list(range(years[0] - _YEARS_BEFORE, years[-1] + 1))


def accident_files(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield the list of the oldest year, then the events of each year."""
    years = file_years(options)
    oldest = years[0] - 1
    found = delivered_accidents(options, oldest)
    planted[f"{FEED}.list_rows"] += len(found)
    yield Delivery(
        f"police/traffic_accidents/TAAS_사고목록_부산_{oldest}.xlsx", _list_workbook(found)
    )
    for year in years:
        found = delivered_accidents(options, year)
        planted[f"{FEED}.rows"] += len(found)
        columns = _columns(options, year, found)
        faults = fault_rows(len(found), _FAULTS, options.stream("accident faults", year))
        note(planted, FEED, faults)
        for fault, rows in faults.items():
            for row in rows:
                _spoil(columns, fault, row)
        headers = HEADERS[year >= 2024]
        order = list(range(len(found))) + faults["row_repeated"]
        lines = [list(headers.values()), *([columns[n][i] for n in headers] for i in order)]
        yield Delivery(
            f"police/traffic_accidents/traffic_accidents_{year}.csv", csv_bytes(lines, "cp949")
        )


def site_effects(options: Options) -> list[dict[str, Any]]:
    """Return what the truth file says of countdown timers and rear-plate cameras."""
    end = options.last.last_day
    effects = []
    for programme, kind, ratio, outcome in (
        ("countdown_timers", "countdown_timer", TIMER_EFFECT, "injury accidents at the crossing"),
        (
            "rear_plate_cameras",
            "rear_plate_camera",
            CAMERA_EFFECT,
            "injury accidents at the crossing that a two-wheeler caused",
        ),
    ):
        treated = {
            site.crossing.crossing_id: site.installed_on.isoformat()
            for site in all_sites(options)
            if site.kind == kind and site.installed_on <= end
        }
        effects.append(
            {
                "programme": programme,
                "outcome": outcome,
                "rate_ratio": options.effect(programme, ratio),
                "unit": "site",
                "starts": "00:00 KST on the day after the installation",
                "window": {"from": min(treated.values(), default=None), "to": end.isoformat()},
                "treated": treated,
                "regression_to_the_mean": kind == "countdown_timer",
            }
        )
    return effects


def delivered_accidents(options: Options, year: int) -> Accidents:
    """Return the accidents of a year that a city of this scale keeps."""
    found = accidents_of_year(options, year)
    return found.at(found.draw < event_scale(options, _FLOOR))


def _columns(options: Options, year: int, found: Accidents) -> Columns:
    dongs = [city.dongs()[i] for i in found.dong.tolist()]
    numbers = [c.crossing_id for c in crossings(options)]
    middles = zip(found.kind.tolist(), found.middle.tolist(), strict=True)
    return {
        "id": [f"{year}{number:07d}" for number in range(1, len(found) + 1)],
        "occurred": time_texts(found.occurred),
        "place": [place_name(dong) for dong in dongs],
        "dong": [dong.code for dong in dongs],
        "kind": _names(TYPES, found.kind),
        "type": [MIDDLE_TYPES[kind][middle] for kind, middle in middles],
        "violation": _names(VIOLATIONS, found.violation),
        "road": _roads(found),
        "weather": _names(WEATHER, found.weather),
        "offender": _names(PARTIES, found.offender),
        "offender_age": [str(age) for age in found.offender_age.tolist()],
        "victim": _victims(found),
        "victim_age": ["" if age < 0 else str(age) for age in found.victim_age.tolist()],
        "deaths": [str(count) for count in found.deaths.tolist()],
        "serious": [str(count) for count in found.serious.tolist()],
        "slight": [str(count) for count in found.slight.tolist()],
        "reported": [str(count) for count in found.reported.tolist()],
        "zone": np.where(found.in_child_zone, "Y", "N").tolist(),
        "drunk": np.where(found.drunk, "Y", "N").tolist(),
        "crossing": ["" if i < 0 else numbers[i] for i in found.crossing.tolist()],
        "x": [f"{x:.6f}" for x in found.longitude.tolist()],
        "y": [f"{y:.6f}" for y in found.latitude.tolist()],
    }


def place_name(dong: city.Dong) -> str:
    """Return a place as TAAS writes it: city, district and the dong without its number."""
    district = next(d for d in city.districts() if d.code == dong.district_code)
    town = dong.name if dong.name[-1] in "읍면" else f"{base_name(dong.name)}동"
    return f"{city.CITY_NAME} {district.name} {town}"


def _names(table: tuple[tuple[str, float], ...], positions: Ints) -> list[str]:
    return [table[i][0] for i in positions.tolist()]


def _roads(found: Accidents) -> list[str]:
    pairs = zip(found.crossing.tolist(), found.road.tolist(), strict=True)
    return [(CROSSING_ROADS if at >= 0 else OTHER_ROADS)[road][0] for at, road in pairs]


def _victims(found: Accidents) -> list[str]:
    names = {ON_FOOT: "보행자", NOBODY: ""} | {i: name for i, (name, _) in enumerate(PARTIES)}
    return [names[i] for i in found.victim.tolist()]


def _list_workbook(found: Accidents) -> bytes:
    dongs = [place_name(city.dongs()[i]) for i in found.dong.tolist()]
    rows: list[list[SheetCell]] = [list(LIST_HEADER)]
    rows += [
        list(row)
        for row in zip(
            dongs,
            found.deaths.tolist(),
            found.serious.tolist(),
            found.slight.tolist(),
            found.reported.tolist(),
            _roads(found),
            _names(PARTIES, found.offender),
            _victims(found),
            strict=True,
        )
    ]
    return workbook_bytes([Sheet("시트1", rows)])


def _spoil(columns: Columns, fault: str, row: int) -> None:
    """Plant a fault in one row; `row_repeated` is planted when the rows are written."""
    if fault == "negative_deaths":
        columns["deaths"][row] = "-1"
    elif fault == "no_casualty":
        for name in ("deaths", "serious", "slight", "reported"):
            columns[name][row] = "0"
    elif fault == "other_city":
        columns["place"][row] = "경상남도 김해시 대동면"
        columns["dong"][row] = "4825031000"
    elif fault == "coordinates_swapped":
        columns["x"][row], columns["y"][row] = columns["y"][row], columns["x"][row]
