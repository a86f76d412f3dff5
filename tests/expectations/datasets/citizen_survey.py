"""Two questions in one wave: the city, its districts (two hidden for one question), both sexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from expectations.candidates import AS_OF, SMALL_DISTRICT, seed
from expectations.datasets import mutations_of_any

TABLE = """
    question text, question_name_ko text, question_name_en text, survey_year smallint,
    group_kind text, group_code text, group_name_ko text, group_name_en text,
    respondent_count bigint, estimate numeric, lower_95 numeric, upper_95 numeric,
    interval_method text, unit text, value_status text, data_as_of date, is_synthetic boolean
"""
SEEDS = ()
_RESPONDENTS = 60
# Few answers in one, and another district, without which the city would tell them.
_HIDDEN_DISTRICTS = (SMALL_DISTRICT, "26140")


def rows() -> Iterator[dict[str, Any]]:
    districts = [
        (row["district_code"], row["name_ko"], row["name_en"]) for row in seed("districts")
    ]
    city = _RESPONDENTS * len(districts)
    for question, name_ko, name_en, unit in (
        ("aware", "자치경찰 인지도", "Aware of the autonomous police", "%"),
        ("safety_all", "체감안전도(종합)", "Perceived safety, all three", "points of 100"),
    ):
        asked = {
            "question": question,
            "question_name_ko": name_ko,
            "question_name_en": name_en,
            "survey_year": 2024,
            "interval_method": "wilson_effective" if unit == "%" else "linearised",
            "unit": unit,
            "value_status": "observed",
            "data_as_of": AS_OF,
            "is_synthetic": True,
        }
        yield asked | _group("city", "26", "부산광역시", "Busan", city, 50)
        yield asked | _group("sex", "남", "남", "Men", city // 2, 52)
        yield asked | _group("sex", "여", "여", "Women", city // 2 - 10, 48)
        for number, (code, ko, en) in enumerate(districts):
            row = asked | _group("district", code, ko, en, _RESPONDENTS, 43 + number)
            if question == "aware" and code in _HIDDEN_DISTRICTS:
                numbers = ("respondent_count", "estimate", "lower_95", "upper_95")
                row |= dict.fromkeys((*numbers, "interval_method")) | {"value_status": "suppressed"}
            yield row


def _group(
    kind: str, code: str, name_ko: str, name_en: str, respondents: int, estimate: float
) -> dict[str, Any]:
    return {
        "group_kind": kind,
        "group_code": code,
        "group_name_ko": name_ko,
        "group_name_en": name_en,
        "respondent_count": respondents,
        "estimate": estimate,
        "lower_95": estimate - 5,
        "upper_95": estimate + 5,
    }


_ALL = "published_candidate.pub_citizen_survey_v1"
_ONE = "question = 'safety_all' and group_code = '26710'"
_CITY = "question = 'safety_all' and group_code = '26'"
_HIDDEN = f"question = 'aware' and group_code = '{SMALL_DISTRICT}'"
_WOMEN = "question = 'safety_all' and group_code = '여'"

MUTATIONS = {
    **mutations_of_any(
        "citizen_survey",
        one="question = 'safety_all' and group_code = '남'",
        source="city_citizen_survey",
        text_column="group_name_ko",
    ),
    "key_unique": f"""
        update {_ALL} set respondent_count = 30 where {_WOMEN};
        insert into {_ALL} select * from {_ALL} where {_WOMEN}
    """,
    "grid_complete": f"delete from {_ALL} where {_ONE}",
    "group_kind_known": f"update {_ALL} set group_kind = 'dong' where {_WOMEN}",
    "estimate_within_bounds": f"update {_ALL} set upper_95 = 100.5 where {_ONE}",
    "interval_contains_estimate": f"update {_ALL} set lower_95 = null where {_ONE}",
    "value_empty_iff_status": f"update {_ALL} set value_status = 'not_reported' where {_ONE}",
    "small_counts_hidden": f"update {_ALL} set respondent_count = 29 where {_WOMEN}",
    "hidden_rows_are_empty": f"update {_ALL} set lower_95 = 40, upper_95 = 44 where {_HIDDEN}",
    "parts_match_total": f"update {_ALL} set respondent_count = 961 where {_CITY}",
    "city_between_districts": f"""
        update {_ALL} set estimate = 70, lower_95 = 65, upper_95 = 75 where {_CITY}
    """,
    "wave_plausible": f"update {_ALL} set survey_year = 2025",
}
