"""The school violence survey and the reports of the half-year, as workbooks of the office.

Rates by level, pupils asked and answering, schools and reports are the published ones where
there are any (2020, 2024, 2025); what lies between is interpolated, and how it is spread over
the districts is invented. Not scaled. A year up to 2023 is one workbook with a sheet for each
round; since 2024 each round is a file of its own with other headers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import numpy as np

from busan_sandbox import city
from busan_sandbox.draws import Floats, Ints, apportion
from busan_sandbox.files import Delivery, Sheet, SheetCell, column_name, workbook_bytes
from busan_sandbox.options import Options

LEVELS = ("초등학교", "중학교", "고등학교")
# First round of 2024: pupils asked and answering, victim rates of the levels (%), schools.
_PUPILS, _ANSWERS, _SCHOOLS = 225_067, 206_727, 634
_RATES_2024 = np.array([4.4, 1.4, 0.4])
# Victim rate of the city in the first round (%), and reports of a half-year.
_RATE_BY_YEAR = {2020: 0.8, 2024: 2.1, 2025: 2.6}
_REPORTS = {
    (2020, 1): 777, (2020, 2): 777, (2023, 1): 1_611, (2024, 1): 1_587, (2024, 2): 1_508,
    (2025, 1): 1_413,
}  # fmt: skip
_PUPILS_PER_YEAR = 0.985
# The second round asks a sample and finds fewer victims (assumptions).
_SAMPLE, _SECOND_RATE = 0.1, 0.8
_DELIBERATED = 0.35
_FEED = "education_school_violence"

_OLD_HEADER = (
    "연도", "차수", "구·군", "학교급", "학교 수", "조사대상(명)", "응답학생(명)", "피해응답(명)",
    "피해 응답률", "학교폭력 신고(건)", "심의위원회 심의(건)", "기준일",
)  # fmt: skip
_NEW_HEADER = (
    "조사연도", "조사차수", "조사구분", "지역", "학교급", "참여학교 수", "대상학생 수",
    "참여학생 수", "피해응답 학생 수", "피해응답률(%)", "신고 건수", "심의 건수", "기준일자",
)  # fmt: skip

Round = tuple[int, int]


def school_violence_files(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield the workbooks of the rounds whose half-year is over at the end of the span."""
    rounds = _finished_rounds(options)
    folder = "http/education/school_violence"
    for year in sorted({year for year, _ in rounds}):
        of_year = [one for one in rounds if one[0] == year]
        name = f"{folder}/{year}년 학교폭력 실태조사 및 신고 현황"
        if year <= 2023:
            sheets = [_sheet(options, one, planted) for one in of_year]
            yield Delivery(f"{name}.xlsx", workbook_bytes(sheets))
        else:
            for one in of_year:
                content = workbook_bytes([_sheet(options, one, planted), _notes()])
                yield Delivery(f"{name}({one[1]}차).xlsx", content)


def _finished_rounds(options: Options) -> list[Round]:
    """Return the rounds from the half-year before the span to the last that is over."""
    first = options.first.year * 2 + (options.first.number > 6) - 1
    end = options.last.next
    last = end.year * 2 + (end.number > 6) - 1
    return [(half // 2, half % 2 + 1) for half in range(min(first, last), last + 1)]


def _sheet(options: Options, one: Round, planted: Counter[str]) -> Sheet:
    """Return one round: a merged title, the header, three levels and a sum a district, totals."""
    year, number = one
    header = _OLD_HEADER if year <= 2023 else _NEW_HEADER
    schools, pupils, answers, victims, reports = _counts(options, one)
    reference = date(year, 6, 30) if number == 1 else date(year, 12, 31)
    title = f"{year}년 {number}차 학교폭력 실태조사 결과 및 신고 현황(부산광역시교육청)"
    rows: list[list[SheetCell]] = [[title], list(header)]
    figures = np.stack([schools, pupils, answers, victims, reports])
    kind = "전수조사" if number == 1 else "표본조사"
    first: list[SheetCell] = [year, f"{number}차", *([kind] if year > 2023 else [])]
    for position, district in enumerate(city.districts()):
        for level, name in enumerate(LEVELS):
            cells = _cells(figures[:, position, level], reference)
            rows.append([*first, _spelling(district, year), name, *cells])
        total = _cells(figures[:, position].sum(axis=1), reference)
        rows.append([*first, _spelling(district, year), "소계", *total])
    for level, name in enumerate(LEVELS):
        rows.append([*first, "합계", name, *_cells(figures[:, :, level].sum(axis=1), reference)])
    rows.append([*first, "합계", "계", *_cells(figures.sum(axis=(1, 2)), reference)])
    planted[f"{_FEED}.rows"] += len(LEVELS) * len(city.districts())
    planted[f"{_FEED}.totals"] += len(city.districts()) + len(LEVELS) + 1
    merged = (f"A1:{column_name(len(header) - 1)}1",)
    return Sheet(f"{number}차" if year <= 2023 else f"{year}년 {number}차", rows, merged)


def _notes() -> Sheet:
    return Sheet("작성기준", [["모의 자료"], ["초등학교는 4~6학년, 2차는 표본조사"]])


def _cells(figures: Ints, reference: date) -> list[SheetCell]:
    schools, pupils, answers, victims, reports = (int(figure) for figure in figures)
    rate = round(100 * victims / answers, 1) if answers else 0.0
    return [
        schools, pupils, answers, victims, rate, reports, round(reports * _DELIBERATED), reference,
    ]  # fmt: skip


def _spelling(district: city.District, year: int) -> str:
    return district.name if year <= 2023 else f"부산 {district.name}"


def _counts(options: Options, one: Round) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return (schools, pupils, answers, victims, reports), each as districts x levels."""
    year, number = one
    stream = options.stream("school violence", year, number)
    children = {row["district_code"]: int(row["children"]) for row in city.table("children")}
    weights = np.array([children[district.code] for district in city.districts()], dtype=float)
    by_level = np.repeat(weights[:, None], len(LEVELS), axis=1)
    change = _PUPILS_PER_YEAR ** (year - 2024)
    pupils = apportion(by_level, round(_PUPILS * change))
    if number == 2:
        pupils = np.round(pupils * _SAMPLE).astype(np.int64)
    share = _ANSWERS / _PUPILS
    answers = apportion(pupils.astype(float), round(pupils.sum() * share))
    rates = _RATES_2024 * _rate(year) / _RATE_BY_YEAR[2024] / 100
    rates = rates * (1 if number == 1 else _SECOND_RATE)
    uneven = stream.gamma(20, 1 / 20, by_level.shape)
    victims = np.stack(
        [
            apportion(answers[:, level] * uneven[:, level], round(answers[:, level].sum() * rate))
            for level, rate in enumerate(rates)
        ],
        axis=1,
    )
    reports = apportion(by_level * rates * uneven, round(_interpolated(_REPORTS, one)))
    return _schools(), pupils, answers, victims, reports


def _schools() -> Ints:
    """Return the schools that took part: those of the location file, others by their numbers."""
    counts: Floats = np.zeros((len(city.districts()), len(LEVELS)))
    codes = [district.code for district in city.districts()]
    for row in city.table("schools"):
        counts[codes.index(row["district_code"]), LEVELS.index(row["level"])] = int(
            row["school_count"]
        )
    return apportion(counts, _SCHOOLS)


def _rate(year: int) -> float:
    years = sorted(_RATE_BY_YEAR)
    return float(np.interp(year, years, [_RATE_BY_YEAR[known] for known in years]))


def _interpolated(known: dict[Round, int], one: Round) -> float:
    halves = [year * 2 + number for year, number in known]
    return float(np.interp(one[0] * 2 + one[1], halves, list(known.values())))
