"""Money: the committee's programme budget by quarter, and the urgent budget's requests.

Names of programmes follow the 2024 plan. The total of 2022 (10.5 billion won, of which 4.0 of
the city) and three programmes (section speed control 0.75 billion; domestic violence model 0.27
billion in 2023, 0.30 in 2024) follow published figures; every other amount is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from busan_sandbox import city
from busan_sandbox.age_population import apportion
from busan_sandbox.files import (
    Cell,
    Delivery,
    Formula,
    Sheet,
    SheetCell,
    column_name,
    json_bytes,
    workbook_bytes,
)
from busan_sandbox.options import Options
from busan_sandbox.truth import Truth

FIRST_BUDGET_YEAR = 2022
_TOTAL_2022 = 10_500_000  # thousand won
_CITY_SHARE_2022 = 0.38
_GROWTH = 1.04

# (code, section, programme, weight). The weights are assumptions.
_PROGRAMMES = (
    ("AP01", "시민참여", "치안리빙랩 운영", 4),
    ("AP02", "시민참여", "자문단·시민소통단 운영", 2),
    ("AP03", "시민참여", "시책 성과평가 및 인식조사", 2),
    ("AP04", "범죄예방", "범죄예방강화구역 환경개선", 12),
    ("AP05", "범죄예방", "여성안심귀갓길 정비", 9),
    ("AP06", "범죄예방", "반려견·자율방범대 합동순찰 지원", 4),
    ("AP07", "범죄예방", "이상동기범죄 긴급 예산지원", 3),
    ("AP08", "약자보호", "주취해소센터 운영", 7),
    ("AP09", "약자보호", "정신응급 합동대응센터 운영", 7),
    ("AP10", "약자보호", "가정폭력 대응모델(희망드림)", 3),
    ("AP11", "약자보호", "고위험 피해자 민간경호", 4),
    ("AP12", "약자보호", "아동안전지킴이 운영", 14),
    ("AP13", "약자보호", "학대예방경찰관 업무차량 지원", 3),
    ("AP14", "교통안전", "보행신호 보조등·잔여시간표시기 설치", 10),
    ("AP15", "교통안전", "구간단속 장비 설치", 8),
    ("AP16", "교통안전", "고령자 운전면허 자진반납 지원", 8),
)
_KNOWN = {("AP15", 2022): 750_000, ("AP10", 2023): 270_000, ("AP10", 2024): 300_000}
_FUNDS = ("국비", "시비")
_HEADER = (
    "회계연도", "기준일", "사업코드", "부문", "세부사업명", "재원",
    "당초예산액", "예산현액", "집행액", "집행률(%)", "비고",
)  # fmt: skip
# The expected share executed at the end of each quarter.
_COURSE = (0.11, 0.36, 0.62, 0.94)
# Seen in published workbooks: the used range goes out to here.
_USED_TO = "FP"


@dataclass(frozen=True)
class _Line:
    """A programme's money from one fund in one year, in thousand won."""

    year: int
    code: str
    section: str
    name: str
    fund: str
    planned: int
    current: int
    executed: tuple[int, ...]  # by quarter


def budget_files(options: Options, truth: Truth) -> Iterator[Delivery]:
    """Yield one workbook for each quarter that has ended: a sheet a year, newest first.

    Columns of money are named differently from 2024 on. The workbook of the fourth quarter has
    one line with more executed than there is budget; the next first quarter corrects it.
    """
    lines = [
        line
        for year in range(min(FIRST_BUDGET_YEAR, options.first.year), options.last.year + 1)
        for line in _lines_of_year(options, year)
    ]
    for month in options.months:
        if month.number % 3:
            continue
        day = month.last_day
        years = sorted({line.year for line in lines if line.year <= day.year}, reverse=True)
        sheets = []
        for year in years:
            rows = [_row(line, day, options) for line in lines if line.year == year]
            if month.number == 12 and year == day.year:
                # Typed with one digit too many.
                rows[3][8] = _plain(rows[3][8]) * 10
                truth.planted["city_safety_budget.executed_above_budget"] += 1
            truth.planted["city_safety_budget.rows"] += len(rows) + 1
            sheets.append(_sheet(year, day, rows))
        sheets.insert(1, Sheet("코드표", [["부문"], ["시민참여"], ["범죄예방"]], hidden=True))
        sheets.append(Sheet("작성요령", [["금액은 천원 단위로 적습니다. (모의 자료)"]]))
        yield Delivery(
            f"http/city/budget/자치경찰시책예산_집행현황_{day:%Y%m%d}.xlsx", workbook_bytes(sheets)
        )


def _lines_of_year(options: Options, year: int) -> list[_Line]:
    stream = options.stream("budget", year)
    total = round(_TOTAL_2022 * _GROWTH ** (year - FIRST_BUDGET_YEAR))
    known = {code: amount for (code, own), amount in _KNOWN.items() if own == year}
    open_programmes = [entry for entry in _PROGRAMMES if entry[0] not in known]
    weights = np.array([entry[3] for entry in open_programmes], dtype=float)
    weights *= stream.uniform(0.85, 1.15, len(weights))
    amounts = dict(known)
    rest = apportion((total - sum(known.values())) // 100, weights)
    amounts.update(
        (entry[0], int(part) * 100) for entry, part in zip(open_programmes, rest, strict=True)
    )
    lines = []
    for code, section, name, _ in _PROGRAMMES:
        of_city = round(amounts[code] * _CITY_SHARE_2022 / 100) * 100
        for fund, planned in zip(_FUNDS, (amounts[code] - of_city, of_city), strict=True):
            current = planned
            if stream.random() < 0.25:  # a supplementary budget or a transfer
                current = round(planned * float(stream.uniform(0.9, 1.15)) / 100) * 100
            pace = float(np.clip(stream.normal(1.0, 0.05), 0.85, 1.06))
            executed = tuple(min(current, int(current * part * pace)) for part in _COURSE)
            lines.append(_Line(year, code, section, name, fund, planned, current, executed))
    return lines


def _row(line: _Line, day: date, options: Options) -> list[SheetCell]:
    quarter = 3 if line.year < day.year else day.month // 3 - 1
    executed = line.executed[quarter]
    note = "이월분 포함" if line.year < day.year and line.fund == "시비" else ""
    # The oldest year was typed: text with separators, and a dash for nothing.
    if line.year == FIRST_BUDGET_YEAR:
        money: list[SheetCell] = [f"{value:,}" if value else "-" for value in _money(line, quarter)]
    else:
        money = list(_money(line, quarter))
    percent = round(100 * executed / line.current, 1) if line.current else 0
    day_cell: SheetCell = day if line.year == day.year else f"{day:%Y.%m.%d}"
    return [
        line.year, day_cell, line.code, line.section, f"{line.name} ", line.fund,
        *money, percent, note,
    ]  # fmt: skip


def _money(line: _Line, quarter: int) -> tuple[int, int, int]:
    return line.planned, line.current, line.executed[quarter]


def _sheet(year: int, day: date, rows: Sequence[list[SheetCell]]) -> Sheet:
    header: list[SheetCell] = list(_HEADER)
    if day.year >= 2024:
        header[6:9] = ["본예산(천원)", "예산현액(천원)", "집행액(천원)"]
    last = len(rows) + 3
    total: list[SheetCell] = [year, rows[0][1], "", "", "합　계", ""]
    sums = [sum(_plain(row[column]) for row in rows) for column in (6, 7, 8)]
    for column, cached in zip((6, 7, 8), sums, strict=True):
        letter = column_name(column)
        total.append(Formula(f"SUM({letter}4:{letter}{last})", cached))
    percent = round(100 * sums[2] / sums[1], 1)
    total += [Formula(f"ROUND(I{last + 1}/H{last + 1}*100,1)", percent), ""]
    end = column_name(len(_HEADER) - 1)
    return Sheet(
        name=f"{year}년",
        rows=[
            [f"{year}년도 자치경찰 시책예산 집행현황 (모의 자료)"],
            ["", "", "", "", "", "", "", "", "", "(단위: 천원)"],
            header,
            *rows,
            total,
        ],
        merges=(f"A1:{end}1", f"J2:{end}2"),
        dimension=f"A1:{_USED_TO}{last + 1}",
        used_to=_USED_TO,
    )


def _plain(cell: SheetCell) -> int:
    text = str(cell).replace(",", "")
    return int(text) if text.isdecimal() else 0


_CASE_KINDS = ("흉기 난동 우려", "무차별 폭행", "방화 우려", "예고 글")
_PURPOSES = ("특별순찰 운영", "비상벨·CCTV 긴급 설치", "피해자 긴급 보호", "조명 긴급 보강")


def urgent_budget_answers(options: Options, truth: Truth) -> Delivery:
    """Return the requests for urgent money: about two a month since 2023-08 (all made up).

    Faults: one paid before it was requested, one of a district nobody knows, one without a
    number; dates in three spellings.
    """
    stream = options.stream("urgent budget")
    reference = options.last.last_day
    begins = max(options.first.first_day, date(2023, 8, 1))
    rows: list[dict[str, Cell]] = []
    day = begins + timedelta(days=int(stream.integers(1, 20)))
    while day <= reference:
        rows.append(_request(len(rows) + 1, day, reference, stream))
        day += timedelta(days=int(stream.integers(6, 26)))
    if len(rows) >= 8:
        rows[2]["PAY_DE"], rows[2]["STTUS_NM"] = f"{begins - timedelta(days=9):%Y-%m-%d}", "집행"
        rows[4]["GUGUN_NM"] = "부산광역시 청년구"
        rows[6]["REQ_NO"] = " "
        truth.planted["city_urgent_budget.paid_before_requested"] += 1
        truth.planted["city_urgent_budget.unmapped_code"] += 1
        truth.planted["city_urgent_budget.missing_value"] += 1
    truth.planted["city_urgent_budget.rows"] += len(rows)
    return Delivery("api/urgent_budget.json", json_bytes(rows))


def _request(
    number: int, requested: date, reference: date, stream: np.random.Generator
) -> dict[str, Cell]:
    district = city.districts()[int(stream.integers(0, 16))]
    approved = requested + timedelta(days=int(stream.integers(1, 6)))
    paid = approved + timedelta(days=int(stream.gamma(3.0, 2.5)) + 1)
    amount = int(stream.integers(3, 60)) * 1_000_000
    refused = stream.random() < 0.12
    state = "반려" if refused else "집행"
    if paid > reference and not refused:
        state = "승인" if approved <= reference else "요청"
    style = ("%Y-%m-%d", "%Y%m%d", "%Y.%m.%d")[number % 3]
    is_approved = state in ("승인", "집행")
    return {
        "REQ_NO": f"UB{requested:%Y}-{number:03d}",
        "CASE_TY_NM": _CASE_KINDS[int(stream.integers(0, len(_CASE_KINDS)))],
        "GUGUN_NM": (district.name, f"{city.CITY_NAME} {district.name}")[number % 2],
        "USE_PURPS": _PURPOSES[int(stream.integers(0, len(_PURPOSES)))],
        "REQ_DE": f"{requested:{style}}",
        "APRV_DE": f"{approved:{style}}" if is_approved else "",
        "PAY_DE": f"{paid:{style}}" if state == "집행" else "-",
        "REQ_AMT": f"{amount:,}",
        "APRV_AMT": f"{round(amount * 0.9):,}" if is_approved else "0",
        "STTUS_NM": state,
        "DATA_STD_DE": f"{reference:%Y-%m-%d}",
    }
