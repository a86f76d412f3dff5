"""Monthly logs of patrols on foot: volunteers with the police, and dogs with their owners.

CP949: `police/patrols/patrols_YYYYMM.csv`. Dog patrols keep the published numbers at every
scale; volunteers' patrols (two in a dong and week, an assumption) are scaled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from busan_sandbox import city
from busan_sandbox.dogpatrol import DOG_STARTS, dog_year
from busan_sandbox.draws import (
    Ints,
    Times,
    apportion,
    day64,
    days_of_year,
    event_scale,
    fault_rows,
    note,
    pick,
)
from busan_sandbox.files import Delivery, csv_bytes
from busan_sandbox.options import Month, Options

FEED = "police_patrols"
DOG, VOLUNTEER = "반려견순찰", "자율방범대 합동순찰"
_VOLUNTEER_PATROLS_PER_MONTH = 8
# Field -> header to 2023 and since 2024.
HEADERS = {
    False: {
        "id": "일지번호", "kind": "순찰구분", "team": "팀번호", "name": "팀명",
        "leader": "대표자명", "district": "구군", "dong": "행정동코드", "day": "순찰일자",
        "from": "시작시각", "to": "종료시각", "minutes": "순찰시간(분)", "people": "참여인원",
        "r112": "112신고", "r120": "120신고",
    },
    True: {
        "id": "순찰일지번호", "kind": "순찰유형", "district": "구군명", "dong": "행정동 코드",
        "team": "팀번호", "name": "팀 이름", "leader": "대표자", "day": "순찰일", "from": "시작",
        "to": "종료", "minutes": "소요시간(분)", "people": "인원(명)", "r112": "112신고건수",
        "r120": "120신고건수",
    },
}  # fmt: skip
_FAULTS = {
    "minutes_impossible": 0.0020,
    "district_unknown": 0.0010,
    "row_repeated": 0.0030,
}
# Fewer walks in winter; mean 1.
_MONTH_FACTORS = (0.75, 0.8, 0.95, 1.1, 1.15, 1.1, 0.95, 0.95, 1.15, 1.2, 1.05, 0.85)

Row = dict[str, str]


@dataclass(frozen=True)
class DogPatrols:
    """Dog patrols of a year by day; every array has one entry a patrol."""

    day: Times
    dong: Ints
    team: Ints
    reports_112: Ints
    reports_120: Ints


@lru_cache(maxsize=2)
def dog_patrols_of_year(options: Options, year: int) -> DogPatrols:
    """Draw the patrols of a year: as many as published, only where they had begun."""
    stream = options.stream("dog patrols", year)
    figures = dog_year(year)
    days = days_of_year(year)
    months = days.astype("datetime64[M]").astype(int) % 12
    starts = np.array([day64(DOG_STARTS.get(dong.district_code)) for dong in city.dongs()])
    walked = (days[:, None] >= starts) * np.array([dong.residents for dong in city.dongs()])
    mass = walked * np.array(_MONTH_FACTORS)[months][:, None]
    cell = np.sort(pick(mass.ravel(), figures.patrols if mass.any() else 0, stream))
    day, dong = np.divmod(cell, mass.shape[1])
    size = len(cell)
    teams = dog_teams(year)
    of_dong = np.array([teams.get(place.district_code, 0) for place in city.dongs()])
    team = 1 + (stream.random(size) * of_dong[dong]).astype(np.int64)
    reports = [
        np.bincount(stream.integers(0, max(size, 1), count if size else 0), minlength=size)
        for count in (figures.reports_112, figures.reports_120)
    ]
    return DogPatrols(days[day], dong, team, reports[0], reports[1])


def dog_teams(year: int) -> dict[str, int]:
    """Return the teams of each district at the end of a year; they add up to the published."""
    begun = [code for code, day in DOG_STARTS.items() if day.year <= year]
    if not begun:
        return {}
    people = [float(sum(dong.residents for dong in city.dongs_of(code))) for code in begun]
    return dict(zip(begun, apportion(np.array(people), dog_year(year).teams).tolist(), strict=True))


def patrol_files(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield one file a month."""
    for month in options.months:
        rows = [*_dog_rows(options, month), *_volunteer_rows(options, month)]
        rows.sort(key=lambda row: (row["day"], row["from"]))
        for number, row in enumerate(rows, 1):
            row["id"] = f"P{month.year}{month.number:02d}-{number:05d}"
        planted[f"{FEED}.rows"] += len(rows)
        planted[f"{FEED}.dog_rows"] += sum(row["kind"] == DOG for row in rows)
        faults = fault_rows(len(rows), _FAULTS, options.stream("patrol faults", month))
        note(planted, FEED, faults)
        for i in faults["minutes_impossible"]:
            rows[i]["minutes"] = "99999"
        for i in faults["district_unknown"]:
            rows[i]["district"] = "시외"
        headers = HEADERS[month.year >= 2024]
        order = list(range(len(rows))) + faults["row_repeated"]
        lines = [list(headers.values()), *([rows[i][name] for name in headers] for i in order)]
        yield Delivery(
            f"police/patrols/patrols_{month.year}{month.number:02d}.csv",
            csv_bytes(lines, "cp949"),
        )


def _dog_rows(options: Options, month: Month) -> list[Row]:
    found = dog_patrols_of_year(options, month.year)
    mine = np.flatnonzero(found.day.astype("datetime64[M]") == np.datetime64(str(month), "M"))
    stream = options.stream("dog patrol details", month)
    start = stream.integers(17 * 60, 22 * 60, len(mine)).tolist()
    minutes = stream.integers(35, 95, len(mine)).tolist()
    people = stream.integers(1, 4, len(mine)).tolist()
    rows = []
    for at, i in enumerate(mine.tolist()):
        dong = city.dongs()[int(found.dong[i])]
        team = f"DOG-{dong.district_code}-{int(found.team[i]):03d}"
        reports = int(found.reports_112[i]), int(found.reports_120[i])
        rows.append(
            _row(DOG, team, dong, str(found.day[i]), start[at], minutes[at], people[at], reports)
        )
    return rows


def _volunteer_rows(options: Options, month: Month) -> list[Row]:
    stream = options.stream("volunteer patrols", month)
    factor = _MONTH_FACTORS[month.number - 1] * event_scale(options)
    patrols = stream.poisson(_VOLUNTEER_PATROLS_PER_MONTH * factor, len(city.dongs()))
    rows = []
    for dong, count in zip(city.dongs(), patrols.tolist(), strict=True):
        for _ in range(count):
            day = f"{month}-{int(stream.integers(1, month.last_day.day + 1)):02d}"
            start = int(stream.integers(19 * 60, 23 * 60))
            minutes = int(stream.integers(6, 13)) * 15
            reports = int(stream.random() < 0.015), int(stream.random() < 0.03)
            people = int(stream.integers(4, 12))
            team = f"VOL-{dong.code[:8]}"
            rows.append(_row(VOLUNTEER, team, dong, day, start, minutes, people, reports))
    return rows


def _row(
    kind: str,
    team: str,
    dong: city.Dong,
    day: str,
    start: int,
    minutes: int,
    people: int,
    reports: tuple[int, int],
) -> Row:
    later = day >= "2024"
    district = next(d for d in city.districts() if d.code == dong.district_code)
    unit = "" if later else "건"
    return {
        "id": "",
        "kind": kind,
        "team": team,
        "name": f"{dong.name} {kind.split()[0]} 모의{team[-3:]}",
        "leader": f"모의인{team}",
        "district": district.name if later else f"부산 {district.name}",
        "dong": dong.code,
        "day": day if later else day.replace("-", "."),
        "from": _clock(start),
        "to": _clock(start + minutes),
        "minutes": str(minutes),
        "people": str(people) if later else f"{people}명",
        "r112": f"{reports[0]}{unit}",
        "r120": f"{reports[1]}{unit}",
    }


def _clock(minute: int) -> str:
    """Write a time; midnight at the end of a patrol is 24:00, as people write it."""
    hour, rest = divmod(minute, 60)
    return f"{hour if (hour, rest) == (24, 0) else hour % 24:02d}:{rest:02d}"
