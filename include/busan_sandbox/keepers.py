"""Child safety keepers: who stood at which primary school, month by month from March to December.

CP949: `police/child_keepers/child_keepers_YYYYMM.csv`, one row per person and month. 250, 274
and 302 persons (2024 to 2026) and three hours a day are published; schools, days and actions are
invented. Not scaled.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from busan_sandbox import city
from busan_sandbox.draws import fault_rows, note
from busan_sandbox.facilities import school_answers
from busan_sandbox.files import Delivery, csv_bytes
from busan_sandbox.options import Month, Options

FEED = "police_child_keepers"
# 2023 is an assumption; years after 2026 repeat it.
PERSONS = {2023: 240, 2024: 250, 2025: 274, 2026: 302}
MONTHS = range(3, 13)
HOURS_A_DAY = 3
# Field -> header to 2024 and since 2025.
HEADERS = {
    False: {
        "id": "지킴이번호", "name": "성명", "month": "활동월", "station": "경찰서",
        "code": "학교코드", "school": "배치학교", "days": "활동일수", "hours": "활동시간",
        "actions": "조치건수",
    },
    True: {
        "month": "활동연월", "id": "지킴이번호", "name": "지킴이 성명", "station": "관할경찰서",
        "school": "배치 초등학교", "code": "표준학교코드", "days": "활동일수(일)",
        "hours": "활동시간(시간)", "actions": "선도·보호 조치(건)",
    },
}  # fmt: skip
_FAULTS = {"hours_impossible": 0.002, "station_unknown": 0.002, "row_repeated": 0.004}


def keeper_files(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield one file for each month of activity."""
    for month in options.months:
        if month.number in MONTHS and month.year >= min(PERSONS):
            yield _file(options, month, planted)


def persons_in(year: int) -> int:
    """Return the keepers of a year."""
    return PERSONS[min(year, max(PERSONS))]


@lru_cache(maxsize=4)
def _schools(options: Options) -> tuple[tuple[str, str, str], ...]:
    """Return (code, name, district name) of the primary schools that NEIS lists."""
    rows = json.loads(school_answers(options).content)
    return tuple(
        (row["SD_SCHUL_CODE"], row["SCHUL_NM"], row["ORG_RDNMA"].split()[1])
        for row in rows
        if row["SCHUL_KND_SC_NM"] == "초등학교"
    )


def _file(options: Options, month: Month, planted: Counter[str]) -> Delivery:
    # Who stands where is settled once a year.
    yearly = options.stream("keepers", month.year)
    size = persons_in(month.year)
    schools = _schools(options)
    # Two keepers may share a school: about 80 % of the places are distinct.
    at_school = yearly.choice(len(schools), size, replace=size > len(schools))
    shared = np.flatnonzero(yearly.random(size) < 0.2)
    at_school[shared] = at_school[yearly.integers(0, size, len(shared))]
    stream = options.stream("keepers", month)
    days = stream.integers(15, 21, size)
    actions = stream.poisson(2.2, size)
    by_name = {d.name: d.code for d in city.districts()}
    rows: list[dict[str, str]] = []
    for i in range(size):
        code, school, district = schools[int(at_school[i])]
        dongs = city.dongs_of(by_name[district])
        station = city.station_on(dongs[i % len(dongs)], month.last_day)
        rows.append(
            {
                "id": f"K{month.year}-{i + 1:03d}",
                "name": f"모의지킴이{i + 1:03d}",
                "month": f"{month}" if month.year >= 2025 else f"{month.year}년 {month.number}월",
                "station": station if i % 3 else f"{station}경찰서",
                "code": code,
                "school": school,
                "days": str(int(days[i])),
                "hours": str(int(days[i]) * HOURS_A_DAY),
                "actions": str(int(actions[i])),
            }
        )
    faults = fault_rows(size, _FAULTS, options.stream("keeper faults", month))
    planted[f"{FEED}.rows"] += size
    note(planted, FEED, faults)
    for i in faults["hours_impossible"]:
        rows[i]["hours"] = "999"
    for i in faults["station_unknown"]:
        rows[i]["station"] = "미배정"
    headers = HEADERS[month.year >= 2025]
    order = list(range(size)) + faults["row_repeated"]
    lines = [list(headers.values()), *([rows[i][name] for name in headers] for i in order)]
    return Delivery(
        f"police/child_keepers/child_keepers_{month.year}{month.number:02d}.csv",
        csv_bytes(lines, "cp949", "\r\n"),
    )
