"""Reasons sum up to a decision, and a closed gate says which and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from busan_safety.gate import Decision, GateClosed, Reason, require_open
from busan_safety.gate.decision import Severity, verdict_of
from busan_safety.gate.validation import gate_today
from busan_safety.settings import Settings


def _reason(severity: Severity, count: int | None = 3) -> Reason:
    return Reason("grid_complete", severity, "Rows are missing.", "행이 없습니다.", "why", count)


def _decision(*reasons: Reason) -> Decision:
    return Decision(
        decision_id=7,
        dataset="living_lab",
        candidate_fingerprint="f",
        suite_hash="s",
        code_version="0",
        decision=verdict_of(reasons),
        reasons=reasons,
        row_count=3,
        decided_by="suite",
    )


@pytest.mark.parametrize(
    ("severities", "verdict"),
    [
        ([], "pass"),
        (["warning"], "warn"),
        (["critical"], "fail"),
        (["warning", "critical", "warning"], "fail"),
    ],
)
def test_gravest_reason_decides(severities: list[Severity], verdict: str) -> None:
    assert verdict_of(_reason(severity) for severity in severities) == verdict


def test_closed_gate_names_dataset_check_count_and_sentence() -> None:
    closed = _decision(_reason("critical"), _reason("warning"))

    with pytest.raises(GateClosed) as raised:
        require_open([_decision(), closed])

    assert raised.value.decisions == (closed,)
    assert "living_lab: grid_complete (3 unexpected) Rows are missing." in str(raised.value)
    assert str(raised.value).count("living_lab") == 1


def test_check_that_could_not_run_says_so() -> None:
    broken = replace(_reason("critical", None), could_not_run=True)

    assert "(could not run)" in str(GateClosed([_decision(broken)]))


def test_warnings_do_not_close_the_gate() -> None:
    require_open([_decision(_reason("warning"))])


def test_sandbox_lives_at_the_end_of_its_last_month() -> None:
    settings = Settings(deployment="sandbox", sandbox_to="2024-02")

    assert gate_today(settings) == date(2024, 2, 29)
    assert gate_today(settings, date(2023, 1, 1)) == date(2024, 2, 29)
    assert gate_today(settings, date(2025, 3, 25)) == date(2025, 3, 25)
    assert gate_today(settings, date(2999, 1, 1)) < date(2999, 1, 1)
