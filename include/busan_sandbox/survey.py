"""The yearly citizens' survey: 1,000 respondents with design weights; every answer is made up.

Means follow published figures where there are any: awareness 33.3 % in 2022, fear at night
38.4 % of women in 2025, perceived safety 73.8 (crime 80, traffic 71, order 65, in proportion to
the national parts of 2021).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from busan_sandbox import city
from busan_sandbox.age_population import apportion
from busan_sandbox.files import Cell, Delivery, csv_bytes
from busan_sandbox.options import Month, Options
from busan_sandbox.truth import Truth

RESPONDENTS = 1000
_MINIMUM_PER_DISTRICT = 30
# Share who know the autonomous police, by year; later years add 1.5 points each.
_AWARE_2022 = 0.333
_AWARE_PER_YEAR = 0.015
_FEAR = {"여": 0.384, "남": 0.19}
_SCORES = (("crime", 80.0), ("traffic", 71.0), ("order", 65.0))
_MONTH = 11
# Share of answers left open, and how the years write it: in words or codes, as a score.
_NO_ANSWER = 0.015
_UNKNOWN = {0: ("9", "999"), 1: ("모름/무응답", "-")}

_HEADERS = {
    "old": (
        "조사연도", "응답자ID", "조사일자", "거주구군", "성별", "나이", "추첨용 휴대전화",
        "가중치", "문1_자치경찰 인지", "문2_야간보행 불안", "문3_체감안전도(범죄)",
        "문3_체감안전도(교통)", "문3_체감안전도(법질서)", "문4_치안리빙랩 평가", "문5_시책 만족도",
    ),
    "new": (
        "조사년도", "응답자 번호", "조사일", "구군", "성별", "만나이", "추첨용 휴대전화",
        "표본가중치", "자치경찰 인지도", "야간보행 불안감", "체감안전도_범죄", "체감안전도_교통",
        "체감안전도_법질서", "리빙랩 평가점수", "시책만족도",
    ),
}  # fmt: skip


def survey_files(options: Options, truth: Truth) -> Iterator[Delivery]:
    """Yield the file of each November in the span; a span without one has the year before's.

    Faults of each file: a district nobody knows, a weight of zero, a respondent twice.
    """
    years = [month.year for month in options.months if month.number == _MONTH]
    for year in years or [options.first.year - 1]:
        rows = _respondents(options, year)
        rows[10][3] = "부산광역시 낙동구"
        rows[20][7] = "0"
        rows.append(list(rows[30]))
        truth.planted["city_citizen_survey.unmapped_code"] += 1
        truth.planted["city_citizen_survey.weight_not_positive"] += 1
        truth.planted["city_citizen_survey.duplicate"] += 1
        truth.planted["city_citizen_survey.rows"] += len(rows)
        header = _HEADERS["old" if year <= 2023 else "new"]
        yield Delivery(
            f"sftp/city/survey/자치경찰_시민인식조사_{year}.csv",
            csv_bytes([header, *rows], "utf-8-sig"),
        )


def _respondents(options: Options, year: int) -> list[list[Cell]]:
    stream = options.stream("survey", year)
    districts = city.districts()
    adults = np.array(
        [_residents(district.code, Month(year, _MONTH)) for district in districts], dtype=float
    )
    extra = apportion(RESPONDENTS - _MINIMUM_PER_DISTRICT * len(districts), adults)
    sizes = extra + _MINIMUM_PER_DISTRICT
    place = np.repeat(np.arange(len(districts)), sizes)
    weight = (adults / adults.sum() * RESPONDENTS / sizes)[place]
    weight = weight * stream.uniform(0.8, 1.25, RESPONDENTS)
    weight *= RESPONDENTS / weight.sum()
    is_female = stream.random(RESPONDENTS) < 0.51
    age = np.clip(stream.normal(50, 17, RESPONDENTS), 19, 92).astype(int)
    aware_share = _AWARE_2022 + _AWARE_PER_YEAR * (year - 2022) + (age - 50) * 0.001
    is_aware = stream.random(RESPONDENTS) < aware_share
    fear = stream.random(RESPONDENTS) < np.where(is_female, _FEAR["여"], _FEAR["남"])
    scores = [
        np.clip(stream.normal(mean, 14, RESPONDENTS) - 6 * fear, 0, 100).round()
        for _, mean in _SCORES
    ]
    lab = np.clip(stream.normal(78, 11, RESPONDENTS), 0, 100).round()
    satisfied = np.clip(stream.normal(3.4, 0.9, RESPONDENTS).round(), 1, 5)
    silent = stream.random((RESPONDENTS, 4)) < _NO_ANSWER
    unknown, unknown_score = _UNKNOWN[year % 2]
    rows: list[list[Cell]] = []
    for i in range(RESPONDENTS):
        day = date(year, _MONTH, 4) + timedelta(days=i % 18)
        aware = ("잘 안다" if i % 4 == 0 else "들어본 적 있다") if is_aware[i] else "모른다"
        afraid = ("매우 불안" if i % 5 == 0 else "불안") if fear[i] else ("안전", "보통")[i % 2]
        name = districts[int(place[i])].name
        rows.append(
            [
                year,
                f"R{year}{i + 1:05d}",
                f"{day:%Y-%m-%d}" if i % 3 else f"{day:%Y.%m.%d}",
                f"{city.CITY_NAME} {name}" if i % 2 else name,
                "여" if is_female[i] else "남",
                int(age[i]),
                f"010-0000-{i:04d}" if i % 7 == 0 else "",
                f"{weight[i]:.4f}",
                unknown if silent[i, 0] else aware,
                unknown if silent[i, 1] else afraid,
                *(unknown_score if silent[i, 2] else int(score[i]) for score in scores),
                int(lab[i]) if is_aware[i] and i % 4 == 0 else "",
                unknown_score if silent[i, 3] else int(satisfied[i]),
            ]
        )
    return rows


def _residents(district_code: str, month: Month) -> int:
    figure = city.residents(f"{district_code}00000", month)
    return figure.residents if figure else 0
