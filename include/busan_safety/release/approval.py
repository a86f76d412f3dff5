"""Candidates that wait for a person, and what that person needs to know to decide."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from busan_safety.gate import get_dataset, latest_decision
from busan_safety.release.preview import Preview
from busan_safety.release.publish import publish_passed
from busan_safety.settings import get_settings
from busan_safety.warehouse import connect


@dataclass(frozen=True)
class Question:
    """One decision to be approved or refused; body: Markdown in both languages, no row values."""

    dataset: str
    decision_id: int
    subject: str
    body: str

    def as_json(self) -> dict[str, Any]:
        """Return the question as it goes through XCom."""
        return asdict(self)


def waiting_for_a_person() -> list[Question]:
    """Questions about every candidate that a publisher would now hold back for an approval."""
    waiting = [one for one in publish_passed(dry_run=True) if one.outcome == "waiting"]
    questions = []
    with connect("publisher", settings=get_settings()) as connection:
        for report in waiting:
            decision = latest_decision(connection, report.dataset)
            if decision is None:
                continue
            title = get_dataset(report.dataset).title
            reasons = [
                f"- {reason.check}: {reason.sentence_ko} / {reason.sentence}"
                for reason in report.reasons
            ]
            lines = [
                f"{report.row_count:,}행 / rows",
                *(reasons or ["- 첫 공개입니다. / This is the first release."]),
                *(_changes(report.preview) if report.preview else []),
            ]
            questions.append(
                Question(
                    report.dataset,
                    decision.decision_id,
                    f"{title.ko} ({title.en})을 공개할까요? / Publish {report.dataset}?",
                    "\n".join(lines),
                )
            )
    return questions


def _changes(preview: Preview) -> list[str]:
    return [f"- {one.row_count:,} {one.kind} ({one.reason_code})" for one in preview.changes]
