"""Recorded crimes by place, period and class."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import ROUNDABLE_STATUS, DisclosedTable
from busan_safety.disclosure.tables.counts import PERIOD, PLACE, end, event_count
from busan_safety.evaluation.tables import Column

_COLUMNS = (
    Column(
        "source",
        "text",
        "자료원: 사건 자료, 구·군별 연간 통계, 경찰서별 연간 통계. 서로 더하지 않음",
        "Source: incidents, region_statistics or station_statistics; never added to each other",
    ),
    Column(
        "measure",
        "text",
        "발생(recorded) 또는 검거(cleared). 검거는 사건 자료에만 있음",
        "Recorded or cleared crimes; cleared ones are told by the incidents only",
    ),
    *PLACE,
    *PERIOD,
    Column(
        "class_level",
        "text",
        "죄종 단계: 전체, 5대범죄, 5대범죄 죄종, 중분류",
        "Level of the class: total, five_major, group of the five, or middle class",
    ),
    Column("class_code", "text", "죄종 코드", "Code of the class"),
    Column("class_name_ko", "text not null", "죄종 국문 이름", "Class in Korean"),
    Column("class_name_en", "text not null", "죄종 영문 이름", "Class in English"),
    event_count("건수. 1~4이면 비공개 또는 반올림", "Crimes, empty where suppressed"),
    *end(ROUNDABLE_STATUS),
)

TABLE = DisclosedTable(
    (
        "source",
        "measure",
        "place_type",
        "place_code",
        "period_type",
        "period_start",
        "class_level",
        "class_code",
    ),
    "One row per source, measure, place, period and class of crime. 공개 가능 범죄 건수.",
    _COLUMNS,
)
