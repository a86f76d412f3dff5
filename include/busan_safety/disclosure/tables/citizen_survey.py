"""Weighted answers of the citizens' survey by question, group and wave."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import AS_OF, STATUS, SYNTHETIC, DisclosedTable
from busan_safety.evaluation.tables import Column

_COLUMNS = (
    Column("question", "text", "문항 코드", "Question"),
    Column("question_name_ko", "text not null", "문항 국문 이름", "Question in Korean"),
    Column("question_name_en", "text not null", "문항 영문 이름", "Question in English"),
    Column("survey_year", "smallint", "조사 연도", "Wave: year of the survey"),
    Column(
        "group_kind",
        "text",
        "집단 구분: city 시, district 구·군, sex 성별, age_band 연령대",
        "Kind of group: city, district, sex or age_band",
    ),
    Column("group_code", "text", "집단 코드", "Group"),
    Column("group_name_ko", "text not null", "집단 국문 이름", "Group in Korean"),
    Column("group_name_en", "text not null", "집단 영문 이름", "Group in English"),
    Column(
        "respondent_count",
        "bigint",
        "응답자 수(가중하지 않음). 기준 미만이면 비공개",
        "Respondents, unweighted; empty where suppressed",
    ),
    Column(
        "estimate",
        "numeric",
        "설계가중 비율(%) 또는 평균(100점 만점)",
        "Design-weighted share in % or mean in points of 100",
    ),
    Column("lower_95", "numeric", "95% 신뢰구간 하한", "Lower limit of the 95 % interval"),
    Column("upper_95", "numeric", "95% 신뢰구간 상한", "Upper limit of the 95 % interval"),
    Column("interval_method", "text", "신뢰구간 계산법", "Method of the interval"),
    Column("unit", "text not null", "단위", "Unit of the estimate"),
    STATUS,
    AS_OF,
    SYNTHETIC,
)

TABLE = DisclosedTable(
    ("question", "survey_year", "group_kind", "group_code"),
    "One row per question, wave and group, after disclosure control. 공개 가능 시민조사 결과.",
    _COLUMNS,
)
