"""What every design hands back, whatever it computed inside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Verdict = Literal["decrease", "increase", "not_detectable", "refused"]


@dataclass(frozen=True)
class Groups:
    """How many units stand on either side of the comparison; none where it is with the past."""

    treated: int
    control: int | None


@dataclass(frozen=True)
class Point:
    """One point of the picture: a month or a label, a value, its interval, what it belongs to."""

    series: str
    at: str
    value: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Estimate:
    """A rate ratio with its interval, what it rests on and what was checked.

    estimate, lower, upper, detectable: rate ratios. before, after: first and last day of the
    periods compared. diagnostics: figures by name, as published; points: the picture.
    """

    estimate: float
    lower: float
    upper: float
    standard_error: float
    p_value: float
    groups: Groups
    before: tuple[date, date]
    after: tuple[date, date]
    treated_before: int
    treated_after: int
    control_before: int | None = None
    control_after: int | None = None
    overdispersion: float | None = None
    diagnostics: dict[str, Any] = field(default_factory=dict)
    points: tuple[Point, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What the interval says: it leaves out 1 on one side, or it does not."""
        if self.upper < 1:
            return "decrease"
        return "increase" if self.lower > 1 else "not_detectable"
