"""A person's yes lets a candidate out; a no, and no answer within a day, do not."""

from __future__ import annotations

from typing import Any

import pytest

from busan_safety import gate, portal, release
from busan_safety.release import approval

QUESTION = approval.Question("living_lab", 41, "공개할까요? / Publish?", "- first")


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the DAG did: approvals, then `published`."""
    log: list[Any] = []
    monkeypatch.setattr(approval, "waiting_for_a_person", lambda: [QUESTION])
    monkeypatch.setattr(gate, "approve", lambda decision, person: log.append((decision, person)))
    monkeypatch.setattr(release, "publish_passed", lambda: log.append("published") or [])
    monkeypatch.setattr(portal, "build_portal", lambda: None)
    return log


def test_no_answer_within_a_day_is_a_refusal(run: Any, resume: Any, done: list[Any]) -> None:
    asked = run("approve_candidates")
    assert asked["ask_person", 0].state == "awaiting_input"
    early = resume("approve_candidates", hours_later=23)
    assert early["ask_person", 0].state == "awaiting_input"

    ended = resume("approve_candidates", hours_later=2)

    assert ended["record_answers", -1].state == "success"
    assert ended["publish_approved", -1].state == "skipped"
    assert done == []


def test_a_persons_yes_is_recorded_by_name_and_publishes(
    run: Any, resume: Any, done: list[Any]
) -> None:
    run("approve_candidates")

    resume("approve_candidates", hours_later=25, answer=["승인 / Approve"])

    assert done == [(41, "gildong"), "published"]


def test_a_persons_no_publishes_nothing(run: Any, resume: Any, done: list[Any]) -> None:
    run("approve_candidates")

    resume("approve_candidates", hours_later=25, answer=["거부 / Refuse"])

    assert done == []
