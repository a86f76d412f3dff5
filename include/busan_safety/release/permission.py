"""Whether a candidate may go out today: the decision, a person, withdrawals, columns, embargo."""

from __future__ import annotations

from datetime import date
from typing import Literal

from busan_safety.gate import Decision
from busan_safety.gate.candidate import Candidate
from busan_safety.release.calendar import Calendar
from busan_safety.release.contract import ContractChange
from busan_safety.release.records import Withdrawal
from busan_safety.release.withdraw import was_withdrawn
from busan_safety.settings import Settings

Outcome = Literal["released", "unchanged", "refused", "waiting", "undecided", "embargoed"]


def why_not(
    decision: Decision | None, settings: Settings, today: date, *, is_first: bool
) -> tuple[Outcome, str] | None:
    """Say what the decision still lacks on this day; None where it is open."""
    if decision is None:
        return (
            "undecided",
            "There is no gate decision on exactly this candidate under today's suite; "
            "run validate_candidates.",
        )
    if not decision.is_open:
        return "refused", "The gate is closed; the last release stays."
    for reason in decision.reasons:
        if reason.waived and reason.waived.expires_on < today.isoformat():
            return (
                "undecided",
                f"The waiver of {reason.check} expired on {reason.waived.expires_on}; "
                "run validate_candidates.",
            )
    needs_person = decision.decision == "warn" or is_first
    if settings.gate_approval == "person" and needs_person and not decision.has_approval:
        return "waiting", f"A person must approve decision {decision.decision_id} first."
    return None


def may_not(
    candidate: Candidate, contract: ContractChange, withdrawn: list[Withdrawal]
) -> tuple[Outcome, str] | None:
    """Refusals that no decision of the gate can lift."""
    if taken_back := was_withdrawn(withdrawn, candidate.fingerprint):
        return (
            "refused",
            f"These very rows were withdrawn as {taken_back.version} "
            f"({taken_back.reason_en}); they are not published again.",
        )
    if contract.kind == "incompatible":
        dataset = candidate.dataset
        return (
            "refused",
            f"Readers of {dataset.id} would break: {'; '.join(contract.details)}. Declare table "
            f"version {dataset.table_version + 1} beside this one "
            "(docs/how-to/change-a-published-table.md).",
        )
    return None


def embargoed(
    calendar: Calendar, dataset: str, data_as_of: date, today: date
) -> tuple[Outcome, str] | None:
    """Say until when the calendar holds back data of this day."""
    embargo = calendar.embargo_on(dataset, data_as_of, today)
    if embargo is None:
        return None
    return "embargoed", f"Not before {embargo.until}: {embargo.reason.en} ({embargo.reason.ko})"
