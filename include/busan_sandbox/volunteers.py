"""Patrol logs of volunteer teams: one growing file a district and year, each in its own form.

Teams, patrols, names and telephones are invented: one team a dong, two patrols a week. Scaled,
but never below a tenth, so that a district's month can still be read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from busan_sandbox import city
from busan_sandbox.draws import event_scale
from busan_sandbox.facilities import base_name
from busan_sandbox.files import (
    Cell,
    Delivery,
    Formula,
    Sheet,
    SheetCell,
    column_name,
    csv_bytes,
    workbook_bytes,
)
from busan_sandbox.options import Options

_PATROLS_PER_TEAM_YEAR = 104
_JOINT_SHARE = 0.4
_IMPOSSIBLE_DAY = "2024-02-30"
_FEED = "district_volunteer_patrols"


@dataclass(frozen=True)
class Patrol:
    """One patrol of a team; it may end after midnight."""

    day: date
    team: str
    dong: str
    members: int
    begins: int  # minutes after midnight
    minutes: int
    joint: bool
    reports_112: int
    reports_120: int
    leader: str
    phone: str


_Writer = Callable[[Patrol], SheetCell]


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _in_words(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join(f"{n}{unit}" for n, unit in ((hours, "시간"), (rest, "분")) if n)


# Four styles of logs: header -> what is written below it. Districts take them in turn.
_STYLES: tuple[Mapping[str, _Writer], ...] = (
    {
        "순찰일자": lambda p: p.day.isoformat(),
        "자율방범대명": lambda p: p.team,
        "행정동": lambda p: p.dong,
        "참여인원": lambda p: p.members,
        "시작시각": lambda p: _clock(p.begins),
        "종료시각": lambda p: _clock(p.begins + p.minutes),
        "순찰시간(분)": lambda p: p.minutes,
        "합동순찰여부": lambda p: "Y" if p.joint else "N",
        "112신고": lambda p: p.reports_112,
        "120신고": lambda p: p.reports_120,
        "조장": lambda p: p.leader,
        "연락처": lambda p: p.phone,
        "비고": lambda p: "",
    },
    {
        "활동일": lambda p: f"{p.day.year}.{p.day.month}.{p.day.day}",
        "단체명": lambda p: p.team,
        "관할동": lambda p: p.dong,
        "인원수": lambda p: p.members,
        "활동시간(시간)": lambda p: round(p.minutes / 60, 2),
        "합동기관": lambda p: "지구대" if p.joint else "",
        "특이사항": lambda p: "",
    },
    {
        "일자": lambda p: f"{p.day:%Y%m%d}",
        "방범대명": lambda p: p.team,
        "활동지역": lambda p: p.dong,
        "참석 인원": lambda p: f"{p.members}명",
        "시작시간": lambda p: _clock(p.begins),
        "종료시간": lambda p: _clock(p.begins + p.minutes),
        "소요시간": lambda p: _in_words(p.minutes),
        "합동여부": lambda p: "O" if p.joint else "X",
        "112 신고건수": lambda p: p.reports_112 or "-",
        "120 신고건수": lambda p: p.reports_120 or "-",
        "순찰코스": lambda p: f"{p.dong} 일원, 통학로",
    },
    {
        "순찰일": lambda p: p.day,
        "대명": lambda p: p.team,
        "동": lambda p: p.dong,
        "인원(명)": lambda p: p.members,
        "순찰시간": lambda p: f"{p.minutes}분",
        "합동순찰": lambda p: "O" if p.joint else "X",
        "순찰노선": lambda p: f"{p.dong} 일원",
        "112신고(건)": lambda p: p.reports_112,
        "120신고(건)": lambda p: p.reports_120,
        "책임자": lambda p: p.leader,
        "휴대전화": lambda p: p.phone,
    },
)
_SERIAL = ("연번", "번호", "", "순번")


def patrol_files(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield each district's log of each year of the span."""
    for position, district in enumerate(city.districts()):
        for year in sorted({month.year for month in options.months}):
            patrols = _patrols(options, district, year)
            planted[f"{_FEED}.rows"] += len(patrols)
            covered = min(date(year, 12, 31), options.last.last_day)
            stem = (
                f"districts/{district.instt_code}/부산광역시_{district.name}_"
                f"자율방범대 합동순찰 일지_{covered:%Y%m%d}"
            )
            style = position % len(_STYLES)
            if style == 1 or style == 3:
                planted[f"{_FEED}.totals"] += 1
                content = _workbook(district, year, style, patrols)
                yield Delivery(f"{stem}.xlsx", content)
            else:
                rows = _csv_rows(style, patrols, planted)
                content = (
                    csv_bytes(rows, "cp949") if style == 0 else csv_bytes(rows, "utf-8-sig", "\r\n")
                )
                yield Delivery(f"{stem}.csv", content)


def _csv_rows(style: int, patrols: list[Patrol], planted: Counter[str]) -> list[list[Cell]]:
    """Return header and rows; style 0 repeats a row, style 2 has a day that does not exist."""
    writers = _STYLES[style]
    serial = _SERIAL[style]
    if style == 0:
        patrols = [*patrols, patrols[0]]
        planted[f"{_FEED}.duplicates"] += 1
    rows: list[list[Cell]] = [[*([serial] if serial else []), *writers]]
    for number, patrol in enumerate(patrols, 1):
        cells = [str(write(patrol)) for write in writers.values()]
        rows.append([*([number] if serial else []), *cells])
    if style == 2:
        rows[1][0] = _IMPOSSIBLE_DAY
        planted[f"{_FEED}.impossible_days"] += 1
    return rows


def _workbook(district: city.District, year: int, style: int, patrols: list[Patrol]) -> bytes:
    """Return a workbook: merged titles, the log, a computed total, a hidden list of members."""
    writers = _STYLES[style]
    header: list[SheetCell] = [_SERIAL[style], *writers]
    last = column_name(len(header) - 1)
    rows: list[list[SheetCell]] = [
        [f"{year}년 {district.name} 자율방범대 합동순찰 일지"],
        ["(단위: 명, 시간, 건)"],
        header,
    ]
    for number, patrol in enumerate(patrols, 1):
        rows.append([number, *(write(patrol) for write in writers.values())])
    members = sum(patrol.members for patrol in patrols)
    rows.append(["", "", "합계", "", Formula(f"SUM(E4:E{len(patrols) + 3})", members)])
    log = Sheet("순찰일지", rows, (f"A1:{last}1", f"A2:{last}2"))
    people = sorted({(patrol.team, patrol.leader, patrol.phone) for patrol in patrols})
    roster = Sheet("명단", [["방범대", "성명", "연락처"], *map(list, people)], hidden=True)
    return workbook_bytes([roster, log])


def _patrols(options: Options, district: city.District, year: int) -> list[Patrol]:
    """Return the patrols of one district and year up to the end of the span, by day."""
    stream = options.stream("volunteer patrols", district.code, year)
    dongs = city.dongs_of(district.code)
    first = max(date(year, 1, 1), options.first.first_day)
    days = (min(date(year, 12, 31), options.last.last_day) - first).days + 1
    expected = len(dongs) * _PATROLS_PER_TEAM_YEAR * event_scale(options) * days / 365
    count = max(4, int(stream.poisson(expected)))
    offsets = np.sort(stream.integers(0, days, count)).tolist()
    picked = stream.integers(0, len(dongs), count).tolist()
    members = (4 + stream.poisson(4, count)).tolist()
    begins = (1140 + 10 * stream.integers(0, 19, count)).tolist()
    minutes = (60 + 10 * stream.integers(0, 10, count)).tolist()
    joint = (stream.random(count) < _JOINT_SHARE).tolist()
    reports = stream.poisson((0.02, 0.12), (count, 2)).tolist()
    found = []
    for at in range(count):
        dong = dongs[picked[at]]
        number = picked[at] + 1
        found.append(
            Patrol(
                day=first + timedelta(days=offsets[at]),
                team=f"{base_name(dong.name)}{number} 자율방범대",
                dong=dong.name,
                members=members[at],
                begins=begins[at],
                minutes=minutes[at],
                joint=joint[at],
                reports_112=reports[at][0],
                reports_120=reports[at][1],
                leader=f"모의조장{number:02d}",
                phone=f"010-0000-{number:04d}",
            )
        )
    return found
