"""What the gate says: a decision, its reasons, and the error that a closed gate raises."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["critical", "warning"]
Verdict = Literal["pass", "warn", "fail"]

DECIDED_BY_SUITE = "suite"


@dataclass(frozen=True)
class Waived:
    """Who answers for a check that did not hold, why, and until which day (inclusive)."""

    owner: str
    reason_ko: str
    reason_en: str
    granted_on: str
    expires_on: str


@dataclass(frozen=True)
class Reason:
    """One check that did not hold: which, how grave, why it matters, and how often.

    waived: set where a valid waiver lets the dataset pass all the same.
    """

    check: str
    severity: Severity
    sentence: str
    sentence_ko: str
    why: str
    unexpected_count: int | None
    could_not_run: bool = False
    waived: Waived | None = None

    @property
    def stands(self) -> bool:
        """Whether no waiver covers it."""
        return self.waived is None

    def as_json(self) -> dict[str, Any]:
        """Return the reason as it stands in `ops.gate_decision` and `gate.json`."""
        content = asdict(self)
        if self.waived is None:
            del content["waived"]
        return content

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Reason:
        """Read what `as_json` gave."""
        waived = content.get("waived")
        return cls(**{**content, "waived": Waived(**waived) if waived else None})


@dataclass(frozen=True)
class Decision:
    """The gate's answer for exactly one candidate fingerprint under one suite."""

    decision_id: int
    dataset: str
    candidate_fingerprint: str
    suite_hash: str
    code_version: str
    decision: Verdict
    reasons: tuple[Reason, ...]
    row_count: int
    decided_by: str

    @property
    def is_open(self) -> bool:
        """Whether nothing critical stands against publication."""
        return self.decision != "fail"

    @property
    def has_approval(self) -> bool:
        """Whether a person, not the suite alone, said yes."""
        return self.decided_by != DECIDED_BY_SUITE


class GateClosed(RuntimeError):
    """Some candidates may not be published; the message names each dataset and its reasons."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self.decisions = tuple(decisions)
        lines = [
            f"{decision.dataset}: {reason.check} ({_count(reason)}) {reason.sentence}"
            for decision in self.decisions
            for reason in decision.reasons
            if reason.severity == "critical" and reason.stands
        ]
        super().__init__(
            "The gate is closed; the last release stays.\n"
            + "\n".join(lines)
            + "\nWhat to do: docs/runbooks/closed-gate.md"
        )


def verdict_of(reasons: Iterable[Reason]) -> Verdict:
    """Sum up reasons: anything critical fails, anything else warns, nothing or waived passes."""
    severities = {reason.severity for reason in reasons if reason.stands}
    if "critical" in severities:
        return "fail"
    return "warn" if severities else "pass"


def require_open(decisions: Iterable[Decision]) -> None:
    """Raise GateClosed if any of the decisions is `fail`."""
    closed = [decision for decision in decisions if not decision.is_open]
    if closed:
        raise GateClosed(closed)


def _count(reason: Reason) -> str:
    if reason.could_not_run:
        return "could not run"
    if reason.unexpected_count is None:
        return "does not hold"
    return f"{reason.unexpected_count} unexpected"
