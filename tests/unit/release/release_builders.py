"""Small candidates in memory, as PostgreSQL would give them."""

from __future__ import annotations

from datetime import date

from busan_safety.gate import Decision, Reason, get_dataset
from busan_safety.gate.candidate import Candidate, Column
from busan_safety.release.package import Edition

COLUMNS = (
    Column("project_id", "text", "과제 번호 / Project id"),
    Column("project_name", "text", "과제명 / Project title"),
    Column("budget_won", "bigint", "예산(원) / Budget in KRW"),
    Column("citizen_score", "numeric(5,2)", "시민 점수 / Citizens' score"),
    Column("started_on", "date", "시작일 / Start"),
    Column("value_status", "text", "상태 / Status"),
    Column("data_as_of", "date", "자료 기준일 / Data as of"),
    Column("is_synthetic", "boolean", "합성 여부 / Synthetic"),
)
ROWS = (
    "P1,=SUM(A1),1000,-1.50,2024-03-01,observed,2024-12-31,t\n"
    'P2,"골목, 빛",,,,not_reported,2024-12-31,t\n'
)


def candidate(rows: str = ROWS) -> Candidate:
    header = ",".join(column.name for column in COLUMNS) + "\n"
    return Candidate(get_dataset("living_lab"), COLUMNS, "One row.", (header + rows).encode())


def edition(
    rows: str = ROWS, *, is_synthetic: bool = True, reasons: tuple[Reason, ...] = ()
) -> Edition:
    known = candidate(rows)
    decision = Decision(
        decision_id=41,
        dataset="living_lab",
        candidate_fingerprint=known.fingerprint,
        suite_hash="s" * 64,
        code_version="0.1.0",
        decision="warn" if reasons else "pass",
        reasons=reasons,
        row_count=2,
        decided_by="suite",
    )
    return Edition(known, decision, "2024.12.1", date(2024, 12, 31), is_synthetic)
