"""What every design hands back, whatever it computed inside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Self

from busan_safety.evaluation.methods.rate_ratio import Cells, RateRatio
from busan_safety.evaluation.verdicts import Verdict

# A ratio of rates or of typical minutes is 1 where nothing differs, a difference of points 0.
Unit = Literal["rate_ratio", "time_ratio", "points"]


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
    """An estimate with its interval, what it rests on and what was checked.

    estimate, lower, upper: in `unit`. standard_error: of the logarithm of a ratio, of a difference
    as it is. before, after: first and last day of the periods compared. diagnostics: figures by
    name, as published; points: the picture.
    """

    estimate: float
    lower: float
    upper: float
    standard_error: float
    p_value: float
    groups: Groups
    before: tuple[date, date]
    after: tuple[date, date]
    treated_before: int | None
    treated_after: int | None
    control_before: int | None = None
    control_after: int | None = None
    overdispersion: float | None = None
    diagnostics: dict[str, Any] = field(default_factory=dict)
    points: tuple[Point, ...] = ()
    unit: Unit = "rate_ratio"

    @classmethod
    def of_cells(cls, ratio: RateRatio, cells: Cells, **rest: Any) -> Self:
        """Estimate from a ratio of four cells; `rest` are the other fields."""
        return cls(
            estimate=ratio.estimate,
            lower=ratio.lower,
            upper=ratio.upper,
            standard_error=ratio.standard_error,
            p_value=ratio.p_value,
            treated_before=cells.treated_before,
            treated_after=cells.treated_after,
            control_before=cells.control_before,
            control_after=cells.control_after,
            **rest,
        )

    @property
    def verdict(self) -> Verdict:
        """What the interval says: it leaves out "no difference" on one side, or it does not."""
        none = 0 if self.unit == "points" else 1
        if self.upper < none:
            return "decrease"
        return "increase" if self.lower > none else "not_detectable"


@dataclass(frozen=True)
class Share:
    """A share of persons with its interval; limits lie within 0 and 1."""

    events: int
    persons: int
    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Described:
    """Two groups that chose themselves, side by side; nothing is estimated between them.

    period: first and last day on which somebody entered.
    """

    treated: Share
    control: Share
    period: tuple[date, date]
    diagnostics: dict[str, Any] = field(default_factory=dict)
    points: tuple[Point, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Always a description."""
        return "descriptive"
