"""Councils, advisers, communication team and citizens' evaluations by year."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import AS_OF, STATUS, SYNTHETIC, DisclosedTable
from busan_safety.evaluation.tables import Column

_COLUMNS = (
    Column("body_name_ko", "text", "참여 기구 국문 이름", "Body in Korean"),
    Column("activity_year", "smallint", "활동 연도", "Year"),
    Column("body_name_en", "text not null", "참여 기구 영문 이름", "Body in English"),
    Column("programme_id", "text not null", "시책 코드", "Programme id"),
    Column("session_count", "bigint", "회의 수", "Sessions held"),
    Column("proposal_count", "bigint", "제안 수", "Proposals received"),
    Column("evaluation_count", "bigint", "평가 수", "Rounds of evaluation"),
    Column(
        "attendance_count",
        "bigint",
        "참석 연인원",
        "Attendances; a person counts at each session",
    ),
    Column("item_count", "bigint", "안건 수", "Items on the agenda or proposals"),
    Column("adopted_count", "bigint", "채택 건수", "Items adopted"),
    Column("completed_count", "bigint", "조치완료 건수", "Adopted items carried out"),
    Column(
        "answered_count",
        "bigint",
        "처리 완료된 활동 수",
        "Sessions, proposals and evaluations dealt with to the end",
    ),
    Column("answered_in_time_count", "bigint", "기한 안 처리 수", "Of these, by the due day"),
    Column(
        "mean_panel_score",
        "numeric",
        "평가단 평균 점수(0~100)",
        "Mean score of the evaluation panels, 0 to 100",
    ),
    STATUS,
    AS_OF,
    SYNTHETIC,
)

TABLE = DisclosedTable(
    ("body_name_ko", "activity_year"),
    "One row per body of citizens' participation and year. 시민참여 기구의 연간 활동.",
    _COLUMNS,
)
