"""Support of victims: private guards and other help, and the Happy Home programme.

Published: 242 supports and 61 solution meetings in 2024; 181, 240 and 322 participants in 2022
to 2024. Persons and all else are made up. Participation is voluntary: households with earlier
reports take part less often and are reported again more often, whatever the programme does. The
planted effect is none (`PROGRAMME_EFFECT`), so that a comparison of volunteers with others
finds a difference that is no effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from busan_sandbox import city
from busan_sandbox.files import Delivery, Sheet, SheetCell, column_name, workbook_bytes
from busan_sandbox.options import Options
from busan_sandbox.truth import Truth

PROGRAMME_EFFECT = 1.0
SUPPORTS = {2023: 120, 2024: 242, 2025: 260}
MEETINGS = {2023: 30, 2024: 61, 2025: 64}
PARTICIPANTS = {2022: 181, 2023: 240, 2024: 322, 2025: 330}

_GUARDS_SINCE = date(2023, 10, 1)
_SUPPORT_KINDS = (("민간경호", 0.25), ("의료지원", 0.45), ("법률지원", 0.30))
_BASE_REOFFENCE = 0.03
_PER_EARLIER_REPORT = 0.04
# Share of those offered who take part, and by how much each earlier report lowers it.
_TAKES_PART = 0.72
_RELUCTANCE = 0.45
_HEADER = (
    "연번", "지원연도", "관리번호", "지원구분", "참여구분", "대상자번호", "성명", "연락처",
    "생년월일", "성별", "대상구분", "거주구군", "솔루션회의일", "시작일", "종료일", "경호인원",
    "계획회기", "참여회기", "수료여부", "사전신고횟수", "재피해(재신고)여부", "재신고일", "만족도",
)  # fmt: skip


def victim_support_files(options: Options, truth: Truth) -> Iterator[Delivery]:
    """Yield the year so far at the end of each quarter: two sheets, and two that hold no rows.

    Faults of each fourth quarter: end before start, no case number, more sessions than planned,
    a kind of support nobody knows.
    """
    truth.effects.append(
        {
            "programme": "happy_home",
            "outcome": "re_report_within_12_months",
            "rate_ratio": PROGRAMME_EFFECT,
            "unit": "person",
            "treated": "participants (참여), self-selected by earlier reports",
            "window": {"from": f"{options.first}-01", "to": options.last.last_day.isoformat()},
        }
    )
    for month in options.months:
        if month.number % 3:
            continue
        reference = month.last_day
        supports = _supports(options, reference)
        programme = _programme(options, reference)
        if month.number == 12:
            if len(supports) > 6:
                supports[2][14] = f"{reference - timedelta(days=900):%Y-%m-%d}"
                supports[5][3] = "기타지원"
                truth.planted["city_victim_support.ends_before_start"] += 1
                truth.planted["city_victim_support.outside_domain"] += 1
            programme[1][2] = ""
            programme[3][17] = 99
            truth.planted["city_victim_support.missing_value"] += 1
            truth.planted["city_victim_support.more_sessions_than_planned"] += 1
        truth.planted["city_victim_support.rows"] += len(supports) + len(programme)
        name = f"피해자보호지원_현황_{reference.year}년_{month.number // 3}분기.xlsx"
        yield Delivery(f"city/victim_support/{name}", _workbook(reference, supports, programme))


def _workbook(
    reference: date, supports: list[list[SheetCell]], programme: list[list[SheetCell]]
) -> bytes:
    end = column_name(len(_HEADER) - 1)
    sheets = [
        Sheet(
            "표지", [["고위험 피해자 보호·지원 현황 (모의 자료)"], [f"{reference:%Y.%m.%d} 기준"]]
        )
    ]
    for name, rows in (("민간경호", supports), ("희망드림", programme)):
        title = f"{reference.year}년 {name} 지원 현황"
        sheets.append(Sheet(name, [[title], [], list(_HEADER), *rows], (f"A1:{end}1",)))
    sheets.append(Sheet("코드", [["지원구분"], ["민간경호"], ["희망드림"]], hidden=True))
    return workbook_bytes(sheets)


def _supports(options: Options, reference: date) -> list[list[SheetCell]]:
    year = reference.year
    stream = options.stream("victim support", year)
    begins = max(date(year, 1, 1), _GUARDS_SINCE)
    span = (date(year, 12, 31) - begins).days + 1
    if span <= 0:
        return []
    count = round(SUPPORTS.get(year, SUPPORTS[max(SUPPORTS)]) * min(1.0, span / 365 * 1.6))
    meetings = np.sort(stream.integers(0, span, MEETINGS.get(year, MEETINGS[max(MEETINGS)])))
    days = np.sort(stream.integers(0, span, count)).tolist()
    rows: list[list[SheetCell]] = []
    for number, offset in enumerate(days, 1):
        start = begins + timedelta(days=offset)
        draws = stream.random(5)
        kind = _pick(_SUPPORT_KINDS, float(draws[0]))
        held = meetings[meetings <= offset]
        meeting = begins + timedelta(days=int(held[-1] if len(held) else 0))
        ends = start + timedelta(days=6 + int(draws[1] * 22))
        is_guarded = kind == "민간경호"
        again = is_guarded and draws[2] < 0.04
        if start > reference:
            continue
        rows.append(
            [
                number, year, f"VS{year}-{number:04d}", kind, "",
                *_person(f"V{year}{number:04d}", "피해자", float(draws[3])),
                meeting, f"{start:%Y-%m-%d}", f"{ends:%Y-%m-%d}",
                2 if is_guarded else "-", None, None, "",
                int(draws[4] * 4), "Y" if again else "N",
                f"{ends + timedelta(days=9):%Y%m%d}" if again else "", None,
            ]
        )  # fmt: skip
    return rows


def _programme(options: Options, reference: date) -> list[list[SheetCell]]:
    """Return those who were offered the programme: participants, and as many who did not come."""
    year = reference.year
    stream = options.stream("happy home", year)
    wanted = PARTICIPANTS.get(year, PARTICIPANTS[max(PARTICIPANTS)])
    rows: list[list[SheetCell]] = []
    participants = others = 0
    # Systematic sampling from a random start: each person has the own risk, and a small year
    # shows its rate.
    due = {True: float(stream.random()), False: float(stream.random())}
    while participants < wanted or others < wanted:
        earlier = int(stream.geometric(0.5)) - 1
        takes_part = bool(stream.random() < _TAKES_PART * _RELUCTANCE**earlier)
        draws = stream.random(6)
        if participants + others > 6 * wanted:
            raise ValueError(f"no {wanted} participants of {year} were found")
        if (participants if takes_part else others) >= wanted:
            continue
        participants += takes_part
        others += not takes_part
        number = participants + others
        risk = _BASE_REOFFENCE + _PER_EARLIER_REPORT * min(earlier, 4)
        before = due[takes_part]
        due[takes_part] += risk * (PROGRAMME_EFFECT if takes_part else 1.0)
        again = int(due[takes_part]) > int(before)
        start = date(year, 1, 1) + timedelta(days=int(draws[0] * 364))
        attended = int(draws[1] * 9) if draws[1] < 0.3 else 8
        completed = takes_part and attended >= 6
        role = "피해자" if draws[2] < 0.55 else "행위자"
        if start > reference:
            continue
        rows.append(
            [
                number, year, f"HH{year}-{number:04d}", "희망드림",
                "참여" if takes_part else "비참여",
                *_person(f"H{year}{number:04d}", role, float(draws[3])),
                "", start, start + timedelta(days=70), "-",
                8 if takes_part else 0, min(attended, 8) if takes_part else 0,
                ("Y" if completed else "N") if takes_part else "",
                earlier, "Y" if again else "N",
                f"{start + timedelta(days=75 + int(draws[4] * 280)):%Y%m%d}" if again else "",
                (5 if draws[5] < 0.5 else 4 if draws[5] < 0.85 else 2) if completed else "",
            ]
        )  # fmt: skip
    return rows


def _person(person: str, role: str, draw: float) -> list[SheetCell]:
    """Return number, name, telephone, birth date, sex, role and district; all invented."""
    birth = date(1960, 1, 1) + timedelta(days=int(draw * 16_000))
    district = city.districts()[int(draw * 7919) % 16]
    sex = "여" if (draw * 100) % 1 < (0.8 if role == "피해자" else 0.25) else "남"
    number = int(draw * 9999)
    return [
        person,
        f"{'김이박최정'[number % 5]}모의",
        f"010-0000-{number:04d}",
        f"{birth:%Y.%m.%d}",
        sex,
        role,
        f"\u3000{district.name}" if number % 5 == 0 else district.name,
    ]


def _pick(table: tuple[tuple[str, float], ...], draw: float) -> str:
    for name, share in table:
        draw -= share
        if draw < 0:
            return name
    return table[-1][0]
