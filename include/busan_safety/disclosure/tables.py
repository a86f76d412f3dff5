"""The disclosed tables: columns, keys and the comments that the database shows."""

from __future__ import annotations

from typing import NamedTuple

from busan_safety.disclosure.policy import Dataset
from busan_safety.evaluation.effects import EFFECT_COLUMNS
from busan_safety.evaluation.tables import Column


class DisclosedTable(NamedTuple):
    """One table of schema `disclosed`."""

    key: tuple[str, ...]
    comment: str
    columns: tuple[Column, ...]


_STATUS = Column(
    "value_status",
    "text not null",
    "값의 상태. suppressed·not_reported·not_applicable이면 값이 비어 있음",
    "Status of the value; empty where suppressed, not reported or not applicable",
)
_AS_OF = Column("data_as_of", "date", "자료 기준일", "Newest date in the contributing data")
_SYNTHETIC = Column(
    "is_synthetic", "boolean not null", "합성 데이터 여부", "Whether the data are synthetic"
)

_INDICATOR_COLUMNS = (
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
    Column("numerator", "numeric", "분자. 1~4이면 비공개", "Numerator, empty where suppressed"),
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
    _STATUS,
    Column("unit", "text", "단위", "Unit of the value"),
    Column("scale", "numeric", "환산 배수", "Factor between quotient and value"),
    Column("population_basis", "text", "인구 기준", "Population basis of the denominator"),
    Column(
        "is_partial_period", "boolean", "기간이 덜 찼는지 여부", "Whether the period is partial"
    ),
    Column("series_break", "text", "시계열 단절", "Break in the series"),
    _AS_OF,
    _SYNTHETIC,
)

_FACILITY_COLUMNS = (
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
    _STATUS,
    _AS_OF,
    _SYNTHETIC,
)

_LIVING_LAB_COLUMNS = (
    Column("project_id", "text", "과제 번호", "Project id"),
    Column("project_name", "text not null", "과제명", "Project title"),
    Column("project_year", "smallint not null", "사업 연도", "Programme year"),
    Column("district_code", "text", "구·군 코드", "District code"),
    Column("district_name_ko", "text", "구·군 이름", "District"),
    Column("stage", "text not null", "단계", "Stage: call, selected, piloted, closed"),
    Column("team_count", "integer", "참여팀 수", "Teams"),
    Column("budget_won", "bigint", "예산(원)", "Budget in KRW"),
    Column(
        "citizen_vote_count",
        "integer",
        "시민 투표 수. 1~4이면 비공개",
        "Citizens' votes, empty where suppressed",
    ),
    Column("citizen_score", "numeric", "시민 평가 점수(0~100)", "Citizens' mean score, 0 to 100"),
    Column("started_on", "date", "시작일", "Start"),
    Column("ended_on", "date", "종료일", "End"),
    _STATUS,
    _AS_OF,
    _SYNTHETIC,
)

# Workings of an evaluation that the public table does not carry.
_EFFECT_WORKINGS = {
    "family",
    "family_size",
    "p_adjusted",
    "adjustment",
    "family_note_ko",
    "family_note_en",
    "change_our_mind",
    "diagnostics",
    "points",
    "is_public",
    "code_version",
}

TABLES: dict[Dataset, DisclosedTable] = {
    "safety_indicators": DisclosedTable(
        (
            "indicator_id",
            "definition_version",
            "place_type",
            "place_code",
            "period_type",
            "period_start",
        ),
        "One row per indicator, place and period, after disclosure control. 공개 가능 지표.",
        _INDICATOR_COLUMNS,
    ),
    "safety_facilities": DisclosedTable(
        ("facility_type", "district_code", "category"),
        "One row per kind of facility, district and category. 공개 가능 시설 현황.",
        _FACILITY_COLUMNS,
    ),
    "living_lab": DisclosedTable(
        ("project_id",),
        "One row per living lab project, after disclosure control. 공개 가능 리빙랩 과제.",
        _LIVING_LAB_COLUMNS,
    ),
    "policy_effects": DisclosedTable(
        ("effect_id",),
        "One row per policy effect, after disclosure control. 공개 가능 정책 효과.",
        tuple(column for column in EFFECT_COLUMNS if column.name not in _EFFECT_WORKINGS),
    ),
}
