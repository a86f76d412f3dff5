"""Indicators by place and period."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import (
    AS_OF,
    ROUNDABLE_STATUS,
    SYNTHETIC,
    DisclosedTable,
)
from busan_safety.evaluation.tables import Column

_COLUMNS = (
    Column("indicator_id", "text", "지표 코드", "Indicator id"),
    Column("indicator_name_ko", "text not null", "지표 국문 이름", "Indicator in Korean"),
    Column("indicator_name_en", "text not null", "지표 영문 이름", "Indicator in English"),
    Column("definition_version", "smallint", "지표 정의의 판", "Version of the definition"),
    Column("place_type", "text", "장소 종류", "District, station or city"),
    Column("place_code", "text", "장소 코드", "Code of the place"),
    Column("place_name_ko", "text", "장소 국문 이름", "Place in Korean"),
    Column("place_name_en", "text", "장소 영문 이름", "Place in English"),
    Column("period_type", "text", "기간 종류", "Month, quarter, year or snapshot"),
    Column("period_start", "date", "기간 시작일", "First day of the period"),
    Column("period_end", "date", "기간 종료일", "Last day of the period"),
    Column(
        "numerator",
        "numeric",
        "분자. 1~4이면 비공개 또는 반올림",
        "Numerator, empty where suppressed",
    ),
    Column(
        "denominator",
        "numeric",
        "분모. 인원·사건 수이면 함께 비공개",
        "Denominator; suppressed with the numerator unless it is the resident population",
    ),
    Column("value", "numeric", "지표 값", "Value, made from the protected counts"),
    Column("lower_95", "numeric", "95% 신뢰구간 하한", "Lower limit of the 95 % interval"),
    Column("upper_95", "numeric", "95% 신뢰구간 상한", "Upper limit of the 95 % interval"),
    Column("interval_method", "text", "신뢰구간 계산법", "Method of the interval"),
    ROUNDABLE_STATUS,
    Column("unit", "text", "단위", "Unit of the value"),
    Column("scale", "numeric", "환산 배수", "Factor between quotient and value"),
    Column("population_basis", "text", "인구 기준", "Population basis of the denominator"),
    Column(
        "is_partial_period", "boolean", "기간이 덜 찼는지 여부", "Whether the period is partial"
    ),
    Column("series_break", "text", "시계열 단절", "Break in the series"),
    AS_OF,
    SYNTHETIC,
)

TABLE = DisclosedTable(
    (
        "indicator_id",
        "definition_version",
        "place_type",
        "place_code",
        "period_type",
        "period_start",
    ),
    "One row per indicator, place and period, after disclosure control. 공개 가능 지표.",
    _COLUMNS,
    known=("scale", "series_break"),
    public_with={"denominator": "population_basis"},
)
