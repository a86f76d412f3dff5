"""Programmes by fiscal year: money, outputs, coverage of the plan, evaluation."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import AS_OF, STATUS, SYNTHETIC, DisclosedTable
from busan_safety.evaluation.tables import Column

_COLUMNS = (
    Column("programme_id", "text", "시책 코드", "Programme id"),
    Column("fiscal_year", "smallint", "회계연도", "Fiscal year"),
    Column("catalogue_number", "smallint", "시책 번호", "Number in the catalogue of programmes"),
    Column("programme_name_ko", "text not null", "시책 국문 이름", "Programme in Korean"),
    Column("programme_name_en", "text not null", "시책 영문 이름", "Programme in English"),
    Column("holder_ko", "text", "담당 기관", "Agencies in charge"),
    Column(
        "programme_codes",
        "text",
        "예산 사업코드(|로 구분)",
        "Programme codes of the budget, separated by |",
    ),
    Column(
        "is_budget_shared",
        "boolean",
        "여러 시책이 한 예산 항목을 나누어 쓰는지 여부(더하지 말 것)",
        "Whether several programmes share the line: never add them up",
    ),
    Column("planned_won", "bigint", "당초예산(원)", "Original budget, KRW"),
    Column("current_won", "bigint", "예산현액(원)", "Budget as revised, KRW"),
    Column("executed_won", "bigint", "집행액(원)", "Executed up to budget_as_of, KRW"),
    Column("execution_pct", "numeric", "집행률(%)", "Executed share of the revised budget, %"),
    STATUS,
    Column(
        "output_id",
        "text",
        "산출 지표 코드(activities는 시민참여 활동)",
        "Indicator that counts the output; activities: sessions, proposals and evaluations",
    ),
    Column("output_unit", "text", "산출 단위", "Unit of the output"),
    Column("output_count", "numeric", "연간 산출량", "Output of the year, empty where suppressed"),
    Column("output_status", "text not null", "산출량의 상태", "Status of the output"),
    Column("target_unit", "text", "목표 단위", "Unit of the target"),
    Column("target_value", "numeric", "계획의 목표값", "Target of the plan then in force"),
    Column("reached_value", "numeric", "도달값", "Value reached by the end of the year"),
    Column("coverage_pct", "numeric", "계획 대비 달성률(%)", "Reached share of the target, %"),
    Column(
        "evaluation_status",
        "text not null",
        "평가 상태: planned 계획됨, descriptive 기술통계만, refused 인과추정 거부, "
        "not_planned 계획 없음",
        "Status of the evaluation: planned, descriptive, refused or not_planned",
    ),
    Column("evaluation_design", "text not null", "평가 설계", "Design of the evaluation"),
    Column("budget_as_of", "date", "집행 기준일", "Day up to which execution is counted"),
    AS_OF,
    SYNTHETIC,
)

TABLE = DisclosedTable(
    ("programme_id", "fiscal_year"),
    "One row per programme and fiscal year, after disclosure control. 시책별 예산과 실적.",
    _COLUMNS,
    known=("catalogue_number", "target_value"),
    statuses={"output_status": ("output_count", "reached_value", "coverage_pct")},
)
