"""Projects of the living lab."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import AS_OF, STATUS, SYNTHETIC, DisclosedTable
from busan_safety.evaluation.tables import Column

_COLUMNS = (
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
    STATUS,
    AS_OF,
    SYNTHETIC,
)

TABLE = DisclosedTable(
    ("project_id",),
    "One row per living lab project, after disclosure control. 공개 가능 리빙랩 과제.",
    _COLUMNS,
    known=("project_year",),
)
