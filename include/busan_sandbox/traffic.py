"""Fatal road accidents of the whole country, one file a year.

Form of 도로교통공단_사망교통사고정보: UTF-8 with a byte order mark, hours without padding, short
names of provinces, places in UTM-K and in degrees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from busan_sandbox import city
from busan_sandbox.files import Cell, Delivery, csv_bytes
from busan_sandbox.options import Options
from busan_sandbox.projection import to_utmk

HEADER: tuple[Cell, ...] = (
    "발생년", "발생년월일시", "주야", "요일", "사망자수", "부상자수", "중상자수", "경상자수",
    "부상신고자수", "발생지시도", "발생지시군구", "사고유형_대분류", "사고유형_중분류", "사고유형",
    "가해자법규위반", "도로형태_대분류", "도로형태", "가해자_당사자종별", "피해자_당사자종별",
    "발생위치X(UTMK)", "발생위치Y(UTMK)", "경도", "위도",
)  # fmt: skip
_BUSAN = "부산"
_WEEKDAYS = "월화수목금토일"
# National deaths fell from 2,735 (2022) to 2,551 (2023).
_CHANGE_PER_YEAR = 0.965
# Hour weights of the 2021 file.
_HOURS = (98, 74, 56, 74, 80, 94, 135, 113, 127, 113, 134, 143, 135, 137, 148, 124, 118, 128,
          163, 136, 132, 123, 123, 108)  # fmt: skip
# Large, middle and type (roads: large and type) with counts of the 2021 file as weights.
_TYPES = (
    ("차대차", "측면충돌", "측면충돌", 394),
    ("차대차", "추돌", "추돌", 355),
    ("차대차", "정면충돌", "정면충돌", 191),
    ("차대차", "기타", "기타", 242),
    ("차대사람", "횡단중", "횡단중", 441),
    ("차대사람", "차도통행중", "차도통행중", 146),
    ("차대사람", "기타", "기타", 380),
    ("차량단독", "공작물충돌", "공작물충돌", 326),
    ("차량단독", "전도", "전도", 81),
    ("차량단독", "도로이탈", "도로이탈 추락", 67),
    ("차량단독", "기타", "기타", 193),
)
_VIOLATIONS = (
    ("안전운전 의무 불이행", 1878), ("기타", 339), ("신호위반", 239), ("중앙선 침범", 169),
    ("보행자 보호의무 위반", 107), ("안전거리 미확보", 45), ("교차로 통행방법 위반", 39),
)  # fmt: skip
_ROADS = (
    ("단일로", "기타단일로", 1527), ("교차로", "교차로내", 574), ("교차로", "교차로부근", 255),
    ("기타", "기타", 174), ("교차로", "교차로횡단보도내", 134), ("단일로", "지하차도(도로)내", 68),
    ("단일로", "교량위", 44), ("단일로", "터널안", 26), ("불명", "불명", 6),
)  # fmt: skip
_VEHICLES = (
    ("승용차", 1297), ("화물차", 659), ("이륜차", 391), ("승합차", 137), ("건설기계", 77),
    ("자전거", 70), ("농기계", 61), ("원동기장치자전거", 38), ("개인형이동수단(PM)", 19),
)  # fmt: skip

_TWO_DEATHS = 0.026
# Mean seriously, slightly and reportedly injured beside the dead.
_INJURED = (0.2, 0.26, 0.02)


@dataclass(frozen=True)
class _Place:
    province: str
    district: str
    longitude: float
    latitude: float


def fatal_accident_files(options: Options) -> Iterator[Delivery]:
    """Yield the national file of each finished year."""
    for year in options.full_years:
        rows = [HEADER, *_accidents(options, year)]
        yield Delivery(
            f"police/fatal_accidents/도로교통공단_사망교통사고정보_{year}.csv",
            csv_bytes(rows, "utf-8-sig"),
        )


def _accidents(options: Options, year: int) -> list[list[Cell]]:
    stream = options.stream("fatal accidents", year)
    where: list[_Place] = []
    for province in city.table("provinces"):
        expected = float(province["fatal_accidents"]) * _CHANGE_PER_YEAR ** (year - 2021)
        # Busan had 111 in 2021 and 110 deaths in 2023: it did not follow the country.
        count = int(stream.poisson(110 if province["province"] == _BUSAN else expected))
        where += _places(province, count, stream)
    size = len(where)
    days = (date(year, 12, 31) - date(year, 1, 1)).days + 1
    day = stream.integers(0, days, size).tolist()
    hour = _weighted(_HOURS, size, stream)
    kind = _weighted([row[-1] for row in _TYPES], size, stream)
    violation = _weighted([row[-1] for row in _VIOLATIONS], size, stream)
    road = _weighted([row[-1] for row in _ROADS], size, stream)
    offender, victim = (_weighted([row[-1] for row in _VEHICLES], size, stream) for _ in range(2))
    deaths = (1 + (stream.random(size) < _TWO_DEATHS)).tolist()
    injured = stream.poisson(_INJURED, (size, len(_INJURED))).tolist()
    rows: list[list[Cell]] = []
    for i in sorted(range(size), key=lambda i: (day[i], hour[i])):
        date_of = date(year, 1, 1) + timedelta(days=day[i])
        large, middle, name, _ = _TYPES[kind[i]]
        other = {"차대사람": "보행자", "차량단독": "없음"}.get(large, _VEHICLES[victim[i]][0])
        x, y = to_utmk(where[i].longitude, where[i].latitude)
        rows.append(
            [
                year,
                f"{date_of} {hour[i]}:00",
                "주" if 7 <= hour[i] < 19 else "야",
                _WEEKDAYS[date_of.weekday()],
                deaths[i],
                sum(injured[i]),
                *injured[i],
                where[i].province,
                where[i].district,
                large,
                middle,
                name,
                _VIOLATIONS[violation[i]][0],
                *_ROADS[road[i]][:2],
                _VEHICLES[offender[i]][0],
                other,
                round(x),
                round(y),
                f"{where[i].longitude:.7f}",
                f"{where[i].latitude:.8f}",
            ]
        )
    return rows


def _places(province: dict[str, str], count: int, stream: np.random.Generator) -> list[_Place]:
    """Draw places of accidents in a province, with the district as the file writes it."""
    if province["province"] == _BUSAN:
        districts = city.districts()
        fatal = {d.code: d.fatal_accidents for d in districts}
        sizes = Counter(dong.district_code for dong in city.dongs())
        weights = [fatal[d.district_code] / sizes[d.district_code] for d in city.dongs()]
        chosen = _weighted(weights, count, stream)
        longitudes, latitudes = city.scatter(np.array(chosen), stream)
        district_names = {d.code: d.name for d in districts}
        names = [district_names[city.dongs()[i].district_code] for i in chosen]
    else:
        pairs = _districts_elsewhere()[province["crime_file_label"]]
        names = [pairs[i][0] for i in _weighted([weight for _, weight in pairs], count, stream)]
        longitudes = float(province["longitude"]) + stream.normal(0, 0.15, count)
        latitudes = float(province["latitude"]) + stream.normal(0, 0.12, count)
    return [
        _Place(province["province"], name, longitude, latitude)
        for name, longitude, latitude in zip(
            names, longitudes.tolist(), latitudes.tolist(), strict=True
        )
    ]


@lru_cache(maxsize=1)
def _districts_elsewhere() -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for row in city.table("places"):
        # 세종시 has no districts: the published file names the city itself.
        pair = (row["name"] or "세종시", int(row["crimes"]))
        found.setdefault(row["province"], []).append(pair)
    return found


def _weighted(weights: Sequence[float], size: int, stream: np.random.Generator) -> list[int]:
    cumulative = np.cumsum(weights)
    draw = stream.random(size) * cumulative[-1]
    chosen: list[int] = np.searchsorted(cumulative, draw, side="right").tolist()
    return chosen
