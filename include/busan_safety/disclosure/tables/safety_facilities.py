"""Facilities by kind, district and category."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import AS_OF, STATUS, SYNTHETIC, DisclosedTable
from busan_safety.evaluation.tables import Column

_COLUMNS = (
    Column("facility_type", "text", "시설 종류", "Kind of facility: cctv, safe_route or school"),
    Column("district_code", "text", "구·군 코드", "District code"),
    Column("district_name_ko", "text not null", "구·군 국문 이름", "District in Korean"),
    Column("district_name_en", "text not null", "구·군 영문 이름", "District in English"),
    Column(
        "category", "text", "구분(설치목적, 학교급)", "Category: purpose, school level or route"
    ),
    Column("reference_date", "date", "대장 기준일", "Reference date of the register"),
    Column("site_count", "bigint", "개소 수", "Sites"),
    Column("unit_count", "bigint", "대수(카메라, 시설)", "Units: cameras, facilities on routes"),
    Column("length_m", "numeric", "길이(m)", "Length in metres, routes only"),
    Column("completed_count", "bigint", "정비된 노선 수", "Routes with completed works"),
    STATUS,
    AS_OF,
    SYNTHETIC,
)

TABLE = DisclosedTable(
    ("facility_type", "district_code", "category"),
    "One row per kind of facility, district and category. 공개 가능 시설 현황.",
    _COLUMNS,
)
