"""What tables of counts by place, period and class have in common.

One row is one count: no rates, so that nothing has to be computed anew when a further count is
hidden. Totals (the city, all classes, quarters, years) have rows of their own.
"""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import AS_OF, SYNTHETIC
from busan_safety.evaluation.tables import Column

PLACE = (
    Column("place_type", "text", "장소 종류", "Kind of place: city, district or station"),
    Column("place_code", "text", "장소 코드", "Code of the place"),
    Column("place_name_ko", "text not null", "장소 국문 이름", "Place in Korean"),
    Column("place_name_en", "text not null", "장소 영문 이름", "Place in English"),
)
PERIOD = (
    Column("period_type", "text", "기간 종류", "Month, quarter or year"),
    Column("period_start", "date", "기간 시작일", "First day of the period"),
    Column("period_end", "date not null", "기간 종료일", "Last day of the period"),
)


def end(status: Column) -> tuple[Column, ...]:
    """Return the last columns, with the status that the dataset's rows may have."""
    unit = Column("unit", "text not null", "건수의 단위", "What is counted")
    return (unit, status, AS_OF, SYNTHETIC)


def event_count(ko: str, en: str) -> Column:
    """Return the column of the count: empty where it is not published."""
    return Column("event_count", "bigint", ko, en)
