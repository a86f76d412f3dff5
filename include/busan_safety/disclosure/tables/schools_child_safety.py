"""Schools and the safety of children by district and period."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import AS_OF, STATUS, SYNTHETIC, DisclosedTable
from busan_safety.evaluation.tables import Column

_COLUMNS = (
    Column("measure_id", "text", "항목 코드", "Measure"),
    Column("measure_name_ko", "text not null", "항목 국문 이름", "Measure in Korean"),
    Column("measure_name_en", "text not null", "항목 영문 이름", "Measure in English"),
    Column(
        "school_level",
        "text",
        "학교급: elementary 초, middle 중, high 고, all 전체",
        "School level: elementary, middle, high or all",
    ),
    Column("place_type", "text", "장소 종류", "District or city"),
    Column("place_code", "text", "장소 코드", "Code of the place"),
    Column("place_name_ko", "text not null", "장소 국문 이름", "Place in Korean"),
    Column("place_name_en", "text not null", "장소 영문 이름", "Place in English"),
    Column("period_type", "text", "기간 종류", "Month, quarter, half, year or snapshot"),
    Column("period_start", "date", "기간 시작일", "First day of the period"),
    Column("period_end", "date not null", "기간 종료일", "Last day of the period"),
    Column(
        "count_value",
        "numeric",
        "건수·인원·시간. 사람에 관한 1~4이면 비공개",
        "Count, or hours; empty where suppressed",
    ),
    Column(
        "base_count",
        "numeric",
        "비교 기준(응답자, 초등학교, 지킴이, 보호구역)",
        "What the count is set against: respondents, primary schools, keepers, zones",
    ),
    Column("rate", "numeric", "비율", "Rate, made from the protected counts"),
    Column("rate_unit", "text", "비율의 단위", "Unit of the rate"),
    STATUS,
    AS_OF,
    SYNTHETIC,
)

TABLE = DisclosedTable(
    ("measure_id", "school_level", "place_type", "place_code", "period_type", "period_start"),
    "One row per measure, school level, place and period. 학교·아동안전 현황.",
    _COLUMNS,
)
