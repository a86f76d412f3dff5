"""Road accidents and casualties by district, period and class."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import STATUS, DisclosedTable
from busan_safety.disclosure.tables.counts import PERIOD, PLACE, end, event_count
from busan_safety.evaluation.tables import Column

_COLUMNS = (
    Column(
        "measure",
        "text",
        "사고(accident), 사망자(death), 부상자(injury)",
        "Accidents with a casualty, deaths within 30 days, or injured persons",
    ),
    *PLACE,
    *PERIOD,
    Column(
        "class_level",
        "text",
        "구분 단계: 전체, 사고유형(합하면 전체), 대상(서로 겹침)",
        "Level of the class: total, type (types add up to the total) or group (groups overlap)",
    ),
    Column("class_code", "text", "구분 코드", "Code of the class"),
    Column("class_name_ko", "text not null", "구분 국문 이름", "Class in Korean"),
    Column("class_name_en", "text not null", "구분 영문 이름", "Class in English"),
    event_count("건수(명)", "Accidents or persons"),
    *end(STATUS),
)

TABLE = DisclosedTable(
    (
        "measure",
        "place_type",
        "place_code",
        "period_type",
        "period_start",
        "class_level",
        "class_code",
    ),
    "One row per measure, place, period and class of accident. 공개 가능 교통사고 건수.",
    _COLUMNS,
)
