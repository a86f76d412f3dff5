"""112 calls by place, period, code and class."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import ROUNDABLE_STATUS, DisclosedTable
from busan_safety.disclosure.tables.counts import PERIOD, PLACE, end, event_count
from busan_safety.evaluation.tables import Column

_COLUMNS = (
    *PLACE,
    *PERIOD,
    Column("priority_code", "text", "긴급도(C0~C4, all은 전체)", "Code C0 to C4, or all"),
    Column(
        "class_level",
        "text",
        "사건종별 단계: 전체, 분류, 사건종별(경찰서는 분류까지)",
        "Level of the class: total, group or event class; stations have no event classes",
    ),
    Column("class_code", "text", "사건종별 코드", "Code of the class"),
    Column("class_name_ko", "text not null", "사건종별 국문 이름", "Class in Korean"),
    Column("class_name_en", "text not null", "사건종별 영문 이름", "Class in English"),
    event_count("신고 건수. 1~4이면 비공개 또는 반올림", "Calls, empty where suppressed"),
    *end(ROUNDABLE_STATUS),
)

TABLE = DisclosedTable(
    (
        "place_type",
        "place_code",
        "period_type",
        "period_start",
        "priority_code",
        "class_level",
        "class_code",
    ),
    "One row per place, period, code and class of 112 call. 공개 가능 112신고 건수.",
    _COLUMNS,
)
