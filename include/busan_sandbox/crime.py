"""Yearly crime figures: the national file by place, and the stations' five major crimes.

Both come from one table of district x class per year, so that they agree for the city and, as
in reality, not exactly for a station. They keep the real city's magnitude at every scale.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from busan_sandbox import city
from busan_sandbox.files import Cell, Delivery, csv_bytes, json_bytes
from busan_sandbox.options import Options

Counts = npt.NDArray[np.int64]

# Busan's total moved from 112,080 (2022) to 113,471 (2023).
_GROWTH_PER_YEAR = 1.006
_ALPHA = 0.002
_STATION_NAMESPACE = uuid.UUID("5d0a3c1e-15b0-4a36-8d6f-150365100001")

# Large class or middle classes of each of the five major crimes (DOMAIN.md B3).
FIVE_MAJOR: dict[str, tuple[str, ...]] = {
    "살인": ("살인기수", "살인미수등"),
    "강도": ("강도",),
    "성범죄": ("강간", "유사강간", "강제추행", "기타 강간 강제추행등"),
    "절도": ("절도범죄",),
    "폭력": (
        "상해", "폭행", "체포감금", "협박", "약취 유인", "폭력행위등", "공갈", "손괴",
    ),
}  # fmt: skip
# Order of the published station file of 2023.
_STATION_ORDER = (
    "중부", "동래", "영도", "동부", "부산진", "서부", "남부", "해운대",
    "사상", "금정", "사하", "연제", "수영", "강서", "북부", "기장",
)  # fmt: skip


@lru_cache(maxsize=16)
def crimes_of_year(options: Options, year: int) -> Counts:
    """Return recorded crimes as classes x districts, in the orders of the packaged tables."""
    stream = options.stream("crimes", year)
    shares = {row["class_large"]: row for row in city.table("crime_shares")}
    growth = _GROWTH_PER_YEAR ** (year - 2022)
    rows = []
    for row in city.table("crime_classes"):
        share = shares[row["class_large"]]
        parts = np.array([float(share[district.code]) for district in city.districts()])
        expected = float(row["busan_2022"]) * growth * parts / parts.sum()
        rows.append(stream.poisson(expected * stream.gamma(1 / _ALPHA, _ALPHA, len(parts))))
    return np.array(rows)


def region_file(options: Options, year: int) -> Delivery:
    """Return the national file of one year: 38 classes x 247 places, CP949, CRLF.

    Headers as published: 부산중구 up to 2023, 부산 중구 since; one class label changed too.
    """
    busan = crimes_of_year(options, year)
    column = {district.name: i for i, district in enumerate(city.districts())}
    classes = list(city.table("crime_classes"))
    places = list(city.table("places"))
    stream = options.stream("crimes elsewhere", year)
    mix = np.array([float(row["busan_2022"]) for row in classes])
    elsewhere = stream.poisson(
        np.outer(mix / mix.sum(), [float(place["crimes"]) for place in places])
    )
    space = " " if year >= 2024 else ""
    label = "class_middle_since_2024" if year >= 2024 else "class_middle"
    rows: list[list[Cell]] = [
        ["범죄대분류", "범죄중분류", *(f"{p['province']}{space}{p['name']}" for p in places)]
    ]
    for i, crime_class in enumerate(classes):
        counts = [
            int(busan[i, column[place["name"]]])
            if place["province"] == "부산"
            else int(elsewhere[i, j])
            for j, place in enumerate(places)
        ]
        rows.append([crime_class["class_large"], crime_class[label], *counts])
    return Delivery(
        f"police/crime_region/경찰청_범죄 발생 지역별 통계_{year}1231.csv",
        csv_bytes(rows, "cp949", "\r\n"),
    )


def region_files(options: Options) -> Iterator[Delivery]:
    """Yield the national file of each finished year."""
    for year in options.full_years:
        yield region_file(options, year)


def station_figures(options: Options, year: int) -> dict[str, dict[str, int]]:
    """Return the five major crimes of each station, as {station: {crime: count}}.

    수영 exists from 2025 and has that year only its share of days since the opening.
    """
    crimes = crimes_of_year(options, year)
    labels = [row["class_middle"] for row in city.table("crime_classes")]
    stream = options.stream("stations", year)
    shares = _station_shares(year)
    figures: dict[str, dict[str, int]] = {}
    for station in _STATION_ORDER:
        if not shares[station].any():
            continue
        figures[station] = {}
        for crime, middles in FIVE_MAJOR.items():
            by_district = crimes[[labels.index(middle) for middle in middles]].sum(axis=0)
            own = round(float(by_district @ shares[station]))
            # Cases that the two series assign to different years or places.
            moved = stream.binomial(own, 0.003) - stream.binomial(own, 0.003)
            figures[station][crime] = max(0, own + int(moved))
    return figures


def station_answers(options: Options) -> Delivery:
    """Return what the odcloud interface serves: one table a year, columns drifting by year."""
    tables = []
    for year in options.full_years:
        tables.append(
            {
                "uuid": str(uuid.uuid5(_STATION_NAMESPACE, str(year))),
                "summary": f"경찰청 부산광역시경찰청_경찰서별 5대 범죄 발생 현황_{year}1231",
                "data": _station_table(options, year),
            }
        )
    return Delivery("api/stations.json", json_bytes(tables))


def _station_table(options: Options, year: int) -> list[dict[str, Cell]]:
    figures = station_figures(options, year)
    rows: list[dict[str, Cell]] = []
    for number, (station, counts) in enumerate(figures.items(), 1):
        total = sum(counts.values())
        if year <= 2023:
            # The blank before 성범죄 is in the published header.
            named = {f" {crime}" if crime == "성범죄" else crime: counts[crime] for crime in counts}
            rows.append({"연번": number, "지역": station, "구분": "경찰서", **named, "합계": total})
        else:
            named = {"강간(강제추행)" if c == "성범죄" else c: counts[c] for c in counts}
            rows.append({"경찰서": station, **named, "합계": total})
    if year == 2024:
        numbers = [name for name in rows[0] if name != "경찰서"]
        rows.append({"경찰서": "합계", **{n: sum(int(r[n] or 0) for r in rows) for n in numbers}})
    return rows


def _station_shares(year: int) -> dict[str, npt.NDArray[np.float64]]:
    """Return, per station, the share of each district's crimes that are its own in a year."""
    districts = [district.code for district in city.districts()]
    shares = {station: np.zeros(len(districts)) for station in _STATION_ORDER}
    opened = city.SUYEONG_OPENED
    if year < opened.year:
        later = 0.0
    elif year > opened.year:
        later = 1.0
    else:
        later = (opened.replace(month=12, day=31) - opened).days / 365
    for dong in city.dongs():
        column = districts.index(dong.district_code)
        people = sum(other.residents for other in city.dongs_of(dong.district_code))
        weight = dong.residents / people
        moved = weight * later if dong.later_station else 0.0
        shares[dong.station][column] += weight - moved
        if moved:
            shares[dong.later_station][column] += moved
    return shares
