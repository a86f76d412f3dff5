"""Licence returns of the elderly, beginners' stickers, and the city's calendar of crowds.

Returns: about 10,900 in 2024, 3.5 % of the holders aged 65 and over in 2023; the split by
district, month and age, and all numbers of stickers, are assumptions. Events, crowds and
incidents are made up; the firework nights are those of the 112 calls.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from busan_sandbox import city
from busan_sandbox.age_population import apportion
from busan_sandbox.calls import CROWD_DAYS, CROWD_DISTRICT
from busan_sandbox.files import Cell, Delivery, json_bytes
from busan_sandbox.options import Month, Options
from busan_sandbox.truth import Truth

_NAMESPACE = uuid.UUID("5d0a3c1e-15b0-4a36-8d6f-150900010001")
_RETURNS = {2022: 9_900, 2023: 10_700, 2024: 10_900}
_RETURN_RATE = 0.035
_STICKERS = 12_000
RETURNS_ITEM = "면허 자진반납"
# Age bands: share of the holders, return rate relative to the mean.
_BANDS = (
    ("65~69세", 0.47, 0.35), ("70~74세", 0.28, 1.0), ("75~79세", 0.15, 1.9),
    ("80세 이상", 0.10, 2.7),
)  # fmt: skip
# Headers of each yearly file: month, district, item, age band, count, holders.
_HEADERS = {
    2022: ("기준년월", "구군", "구분", "연령대", "건수", "면허소지자수"),
    2023: ("기준년월", "구군명", "구분", "연령구간", "건수", "면허 소지자수"),
}
_NEW_HEADERS = ("반납년월", "시군구명", "항목", "연령대", "건수(매)", "65세이상 면허소지자수")
_MONTH_WEIGHTS = np.array([0.8, 0.8, 1.1, 1.2, 1.1, 1.0, 0.95, 0.9, 1.0, 1.1, 1.15, 0.9])


def traffic_culture_answers(options: Options, truth: Truth) -> Delivery:
    """Return what the odcloud interface serves: a table a year, each with columns of its own.

    Faults: one count below zero, one district nobody knows, a total row from 2024 on.
    """
    tables = []
    for year in options.full_years:
        rows = list(year_rows(options, year))
        rows[7][4] = "-3"
        rows[11][1] = "부산광역시 낙동구"
        truth.planted["city_traffic_culture.negative_count"] += 1
        truth.planted["city_traffic_culture.unmapped_code"] += 1
        if year >= 2024:
            total = sum(int(str(row[4]).replace(",", "")) for row in rows)
            rows.append([f"{year}12", "합계", "", "", total, ""])
        truth.planted["city_traffic_culture.rows"] += len(rows)
        headers = _HEADERS.get(year, _HEADERS[2022] if year < 2022 else _NEW_HEADERS)
        tables.append(
            {
                "uuid": str(uuid.uuid5(_NAMESPACE, str(year))),
                "summary": f"부산광역시_교통안전문화 사업 현황_{year}1231",
                "data": [dict(zip(headers, row, strict=True)) for row in rows],
            }
        )
    return Delivery("api/traffic_culture.json", json_bytes(tables))


def year_rows(options: Options, year: int) -> Iterator[list[Cell]]:
    """Yield a year's rows without faults: month, district, item, age band, count, holders."""
    stream = options.stream("licence returns", year)
    total = _RETURNS.get(year, _RETURNS[max(_RETURNS)])
    holders_65 = _RETURNS[2023] / _RETURN_RATE * 1.03 ** (year - 2023)
    people = np.array([_residents(d.code, year) for d in city.districts()], dtype=float)
    weights = np.outer(_MONTH_WEIGHTS, people)[:, :, None] * np.array(
        [share * rate for _, share, rate in _BANDS]
    )
    weights *= stream.gamma(40, 1 / 40, weights.shape)
    returns = apportion(total, weights.ravel()).reshape(weights.shape)
    holders = apportion(
        round(holders_65), np.outer(people, [share for _, share, _ in _BANDS]).ravel()
    ).reshape(16, len(_BANDS))
    stickers = apportion(
        _STICKERS, (weights.sum(axis=2) * stream.uniform(0.5, 1.5, (12, 16))).ravel()
    )
    for month in range(12):
        period = f"{year}-{month + 1:02d}" if year >= 2024 else f"{year}{month + 1:02d}"
        for place, district in enumerate(city.districts()):
            name = f"부산 {district.name}" if year >= 2024 else district.name
            for band, (label, *_) in enumerate(_BANDS):
                count = int(returns[month, place, band])
                own = int(holders[place, band])
                yield [period, name, RETURNS_ITEM, label, str(count), f"{own:,}"]
            given = int(stickers[month * 16 + place])
            yield [period, name, "초보운전 스티커", "-", f"{given:,}", "-"]


def _residents(district_code: str, year: int) -> int:
    figure = city.residents(f"{district_code}00000", Month(year, 6))
    return figure.residents if figure else 0


# Kind, month, days, district, mean crowd: a year's calendar of made-up events.
_CALENDAR = (
    ("해맞이", 1, 1, "26350", 60_000), ("봄꽃 축제", 3, 9, "26500", 45_000),
    ("항구 축제", 5, 3, "26200", 80_000), ("모래 축제", 5, 4, "26350", 90_000),
    ("바다 축제", 8, 7, "26380", 120_000), ("록 공연", 10, 2, "26530", 40_000),
    ("영화제 거리행사", 10, 9, "26110", 70_000), ("핼러윈 거리", 10, 3, "26230", 55_000),
    ("불꽃축제", 11, 1, CROWD_DISTRICT, 800_000), ("연말 트리축제", 12, 20, "26110", 50_000),
    ("카운트다운", 12, 1, "26500", 60_000),
)  # fmt: skip
_OFFICERS_PER_10000 = 11
_INCIDENTS_PER_100000 = 3.2


def event_answers(options: Options, truth: Truth) -> Delivery:
    """Return the calendar of crowded events of the span, those to come without results.

    Faults: an end before the start, a crowd of zero with incidents, coordinates swapped.
    """
    rows: list[dict[str, Cell]] = []
    for year in range(options.first.year, options.last.year + 1):
        rows += events_of_year(options, year)
    if len(rows) >= 8:
        rows[1]["END_DE"] = f"{options.first.first_day - timedelta(days=30):%Y-%m-%d}"
        rows[3]["LA"], rows[3]["LO"] = rows[3]["LO"], rows[3]["LA"]
        rows[4]["ATNDNC_CO"] = "-1"
        truth.planted["city_events.ends_before_start"] += 1
        truth.planted["city_events.coordinates_swapped"] += 1
        truth.planted["city_events.attendance_out_of_bounds"] += 1
    truth.planted["city_events.rows"] += len(rows)
    return Delivery("api/crowded_events.json", json_bytes(rows))


def events_of_year(options: Options, year: int) -> list[dict[str, Cell]]:
    """Return the crowded events of a year from the span's start on, without faults."""
    rows = []
    stream = options.stream("events", year)
    for number, (kind, month, days, district_code, crowd) in enumerate(_CALENDAR, 1):
        begins = date(year, month, 1) + timedelta(days=int(stream.integers(0, 28)))
        if kind == "불꽃축제":
            begins = next((day for day in CROWD_DAYS if day.year == year), begins)
        if (kind, month) == ("해맞이", 1):
            begins = date(year, 1, 1)
        if kind == "카운트다운":
            begins = date(year, 12, 31)
        reference = options.last.last_day
        row = _event(year, number, kind, begins, days, district_code, crowd, reference, stream)
        if begins >= options.first.first_day:
            rows.append(row)
    return rows


def _event(
    year: int,
    number: int,
    kind: str,
    begins: date,
    days: int,
    district_code: str,
    crowd: int,
    reference: date,
    stream: np.random.Generator,
) -> dict[str, Cell]:
    district = next(d for d in city.districts() if d.code == district_code)
    dongs = city.dongs_of(district_code)
    dong = dongs[int(stream.integers(0, len(dongs)))]
    expected = round(crowd * float(stream.uniform(0.8, 1.2)), -3)
    actual = round(expected * float(stream.uniform(0.7, 1.3)), -2)
    incidents = int(stream.poisson(actual / 100_000 * _INCIDENTS_PER_100000))
    ends = begins + timedelta(days=days - 1)
    is_past = ends <= reference
    officers = max(6, round(expected / 10_000 * _OFFICERS_PER_10000))
    return {
        "EVENT_ID": f"EV{year}-{number:03d}",
        "EVENT_NM": f"{district.name} {kind}(모의)\n",
        "PLACE_NM": f"{dong.name} 일원",
        "GUGUN_NM": district.name if number % 2 else f"{city.CITY_NAME} {district.name}",
        "BGNG_DE": f"{begins:%Y-%m-%d}",
        "END_DE": f"{ends:%Y-%m-%d}",
        "EXPCT_CO": f"{expected:,.0f}",
        "ATNDNC_CO": f"{actual:.0f}" if is_past else "",
        "POLC_CO": officers if is_past else None,
        "SAFE_CO": round(officers * 1.8) if is_past else None,
        "INCDNT_CO": incidents if is_past else None,
        "CRWD_LVL": ("보통", "주의", "경계")[min(2, crowd // 60_000)],
        "LA": f"{dong.latitude:.6f}",
        "LO": f"{dong.longitude:.6f}",
        "DATA_STD_DE": f"{reference:%Y-%m-%d}",
    }
