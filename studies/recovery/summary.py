"""What the cities add up to: bias, coverage, significance and width, with their own errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from busan_safety.evaluation.methods.intervals import wilson_interval
from studies.recovery.run import Outcome

Estimator = Literal["plan", "naive"]
# What an interval of 95 % should cover.
LEAST, MOST = 0.93, 0.97


@dataclass(frozen=True)
class Share:
    """A share of cities with its 95 % Monte-Carlo interval (Wilson)."""

    value: float
    lower: float
    upper: float

    @classmethod
    def of(cls, hits: int, cities: int) -> Share:
        """Return hits over cities. Raises ValueError without cities."""
        if cities < 1:
            raise ValueError("A share needs at least one city.")
        return cls(hits / cities, *wilson_interval(hits, cities))


@dataclass(frozen=True)
class Summary:
    """An estimator over the cities of one arm.

    truth: rate ratio planted. refused: share of all cities; the rest is over those estimated.
    mean: geometric mean of the estimates. bias, bias_error: of the log estimate, with its standard
    error over cities. covered: intervals that hold the truth. significant: those that leave out 1.
    width: geometric mean of upper over lower, of the bounded ones.
    """

    plan_id: str
    arm: str
    estimator: Estimator
    truth: float
    cities: int
    refused: float
    mean: float
    bias: float
    bias_error: float
    covered: Share
    significant: Share
    width: float

    @property
    def verdict(self) -> Literal["within", "compatible", "outside"]:
        """Whether coverage is 93 to 97 %: itself, as far as so many cities can tell, or not."""
        if LEAST <= self.covered.value <= MOST:
            return "within"
        reaches = self.covered.lower <= MOST and self.covered.upper >= LEAST
        return "compatible" if reaches else "outside"


def summarise(
    outcomes: Sequence[Outcome],
    *,
    plan_id: str,
    arm: str,
    truth: float,
    estimator: Estimator = "plan",
) -> Summary | None:
    """Summarise one arm's cities; None where fewer than two gave a number."""
    found = [triple for one in outcomes if (triple := _triple(one, estimator)) is not None]
    if len(found) < 2:
        return None
    estimate, lower, upper = np.array(found).T
    logs = np.log(estimate)
    bounded = (lower > 0) & np.isfinite(upper)
    widths = np.log(upper[bounded] / lower[bounded])
    return Summary(
        plan_id=plan_id,
        arm=arm,
        estimator=estimator,
        truth=truth,
        cities=len(outcomes),
        refused=1 - len(found) / len(outcomes),
        mean=math.exp(logs.mean()),
        bias=float(logs.mean()) - math.log(truth),
        bias_error=float(logs.std(ddof=1)) / math.sqrt(len(logs)),
        covered=Share.of(int(((lower <= truth) & (truth <= upper)).sum()), len(found)),
        significant=Share.of(int(((lower > 1) | (upper < 1)).sum()), len(found)),
        width=math.exp(widths.mean()) if bounded.any() else math.inf,
    )


def _triple(outcome: Outcome, estimator: Estimator) -> tuple[float, float, float] | None:
    values = (
        (outcome.estimate, outcome.lower, outcome.upper)
        if estimator == "plan"
        else (outcome.naive_estimate, outcome.naive_lower, outcome.naive_upper)
    )
    estimate, lower, upper = values
    if estimate is None or lower is None or upper is None:
        return None
    return estimate, lower, upper
