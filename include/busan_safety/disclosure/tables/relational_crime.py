"""Reports of relational crime by place, period and kind."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import ROUNDABLE_STATUS, DisclosedTable
from busan_safety.disclosure.tables.counts import PERIOD, PLACE, end, event_count
from busan_safety.evaluation.tables import Column

_COLUMNS = (
    Column(
        "measure",
        "text",
        "신고(reported), 입건(accepted), 보호조치(protected), 90일 내 재신고(rereported)",
        "Reported, accepted as a case, with a protective measure, or reported again within 90 days",
    ),
    *PLACE,
    *PERIOD,
    Column("kind", "text", "유형 코드", "Kind of relational crime, or all"),
    Column("kind_name_ko", "text not null", "유형 국문 이름", "Kind in Korean"),
    Column("kind_name_en", "text not null", "유형 영문 이름", "Kind in English"),
    event_count("신고 건수. 1~4이면 비공개 또는 반올림", "Reports, empty where suppressed"),
    *end(ROUNDABLE_STATUS),
)

TABLE = DisclosedTable(
    ("measure", "place_type", "place_code", "period_type", "period_start", "kind"),
    "One row per measure, place, period and kind of relational crime. 공개 가능 관계성 범죄 건수.",
    _COLUMNS,
)
