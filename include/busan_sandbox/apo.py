"""Officers for abuse prevention (APO): their vehicles' roll-out and the quarterly workbook.

The first six vehicles and their day are published (2024-04-18); the day on which the nine other
stations follow is invented, and so are officers, households and kilometres. The workbook has one
header row to 2023 and two stacked ones since; its last row is a total by formula.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from busan_sandbox import city
from busan_sandbox.files import Delivery, Formula, Sheet, SheetCell, column_name, workbook_bytes
from busan_sandbox.options import Month, Options

FEED = "police_apo"
# Rate ratio of the chance that a report is followed by another of the same household, for
# reports at a station with a vehicle.
APO_EFFECT = 0.90
_FIRST = date(2024, 4, 18)
_SECOND = date(2025, 3, 20)
STATIONS = (
    "중부", "서부", "동부", "영도", "부산진", "동래", "남부", "북부",
    "해운대", "사하", "금정", "강서", "연제", "수영", "사상", "기장",
)  # fmt: skip
_FIRST_SIX = ("동부", "부산진", "남부", "해운대", "강서", "기장")
# 수영 opened after the plan of 15 stations and has no vehicle of its own.
VEHICLE_FROM = {
    station: _FIRST if station in _FIRST_SIX else _SECOND
    for station in STATIONS
    if station != "수영"
}
_OLD_HEADER = (
    "연번", "경찰서", "기준일", "APO 정원", "APO 현원", "모니터링 가구수", "신규 등록 가구",
    "해제 가구", "업무차량 대수", "차량 인도일", "운행거리(km)",
)  # fmt: skip
_GROUPS = ("", "", "", "학대예방경찰관", "", "모니터링 가구", "", "", "업무차량", "", "")
_NEW_HEADER = (
    "연번", "경찰서", "기준일", "정원", "현원", "전체", "신규", "해제", "대수", "인도일",
    "운행거리(km)",
)  # fmt: skip
_SUMMED = (3, 4, 5, 6, 7, 8, 10)
# Households that the officers of the whole city watch, of about 12,700 domestic reports a year.
_WATCHED = 1_900


def apo_files(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield one workbook for each quarter that ends in the span."""
    for month in options.months:
        if month.number % 3 == 0:
            rows = _rows(options, month)
            planted[f"{FEED}.rows"] += len(rows)
            planted[f"{FEED}.total_rows"] += 1
            yield Delivery(
                f"police/apo/apo_{month.year}Q{month.number // 3}.xlsx", _workbook(month, rows)
            )


def apo_effect(options: Options) -> dict[str, Any]:
    """Return what the truth file says of the vehicles."""
    end = options.last.last_day
    treated = {name: day.isoformat() for name, day in VEHICLE_FROM.items() if day <= end}
    return {
        "programme": "apo_vehicles",
        "outcome": "share of relational reports followed by another of the same household",
        "rate_ratio": options.effect("apo_vehicles", APO_EFFECT),
        "unit": "station",
        "starts": "00:00 KST on the day of the hand-over, for reports from then on",
        "window": {"from": _FIRST.isoformat(), "to": end.isoformat()},
        "treated": treated,
        "untreated": [name for name in STATIONS if name not in treated],
    }


def has_vehicle(station: str, day: date) -> bool:
    """Whether a station has its vehicle on a day."""
    return station in VEHICLE_FROM and VEHICLE_FROM[station] <= day


def _rows(options: Options, month: Month) -> list[list[SheetCell]]:
    end = month.last_day
    stream = options.stream("apo", month)
    people: dict[str, int] = dict.fromkeys(STATIONS, 0)
    for dong in city.dongs():
        people[city.station_on(dong, end)] += dong.residents
    total = sum(people.values())
    rows: list[list[SheetCell]] = []
    for station in STATIONS:
        if not people[station]:
            continue
        share = people[station] / total
        posts = max(2, round(70 * share))
        watched = int(stream.poisson(_WATCHED * share))
        vehicle = has_vehicle(station, end)
        handed = VEHICLE_FROM.get(station)
        quarter_days = min(91, (end - handed).days + 1) if handed and vehicle else 0
        rows.append(
            [
                len(rows) + 1,
                station,
                f"{end.year}. {end.month}. {end.day}.",
                posts,
                posts - int(stream.random() < 0.25),
                watched,
                int(stream.binomial(watched, 0.16)),
                int(stream.binomial(watched, 0.15)),
                int(vehicle),
                f"{handed.year}. {handed.month}. {handed.day}." if handed and vehicle else "",
                round(float(stream.uniform(14, 32)) * quarter_days) if vehicle else 0,
            ]
        )
    return rows


def _workbook(month: Month, rows: list[list[SheetCell]]) -> bytes:
    stacked = month.year >= 2024
    width = len(_OLD_HEADER)
    title = f"{month.year}년 {month.number // 3}분기 학대예방경찰관(APO) 운영 현황 (모의자료)"
    heading: list[list[SheetCell]] = [[title]]
    merges = [f"A1:{column_name(width - 1)}1"]
    if stacked:
        heading += [list(_GROUPS), list(_NEW_HEADER)]
        merges += ["D2:E2", "F2:H2", "I2:K2"]
    else:
        heading.append(list(_OLD_HEADER))
    first = len(heading) + 1
    last = len(heading) + len(rows)
    total: list[SheetCell] = ["", "합계", rows[0][2], *[""] * (width - 3)]
    for at in _SUMMED:
        letter = column_name(at)
        cached = sum(int(str(row[at])) for row in rows)
        total[at] = Formula(f"SUM({letter}{first}:{letter}{last})", cached)
    return workbook_bytes([Sheet("APO 현황", [*heading, *rows, total], tuple(merges))])
