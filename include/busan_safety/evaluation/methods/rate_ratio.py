"""Difference-in-differences rate ratio of four counts, with an over-dispersion factor.

Method and source: DOMAIN.md E7 (2x2 rate ratio), McCullagh & Nelder 1989, 6.2.4 (dispersion).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from busan_safety.evaluation.methods.refusal import Refused


@dataclass(frozen=True)
class Cells:
    """Event counts of a before-after comparison with a comparison group.

    Treated and control periods must be equally long before and after, or be the same calendar
    windows in both groups, so that exposure cancels.
    """

    treated_before: int
    treated_after: int
    control_before: int
    control_after: int

    def smallest(self) -> int:
        """Return the count of the smallest cell."""
        return min(self.treated_before, self.treated_after, self.control_before, self.control_after)


@dataclass(frozen=True)
class RateRatio:
    """An estimated rate ratio; `standard_error` is that of its logarithm, dispersion included."""

    estimate: float
    lower: float
    upper: float
    standard_error: float
    p_value: float


def rate_ratio(
    cells: Cells, *, overdispersion: float = 1.0, level: float = 0.95, minimum_events: int = 1
) -> RateRatio:
    """Ratio of the treated group's change to the control group's change.

    (treated_after / treated_before) / (control_after / control_before); the standard error of
    its log is sqrt(overdispersion * (1/a + 1/b + 1/c + 1/d)). The interval and the two-sided p
    value are normal on the log scale.
    overdispersion: variance over mean of the counts, >= 1 (see `pearson_overdispersion`).
    Raises Refused (too_few_events) when a cell holds fewer than `minimum_events` (at least 1)
    and ValueError for an over-dispersion below 1.
    """
    if cells.smallest() < max(1, minimum_events):
        raise Refused(
            "too_few_events",
            f"At least one of the four cells holds fewer than {max(1, minimum_events)} events; "
            "widen the windows or the group of places.",
        )
    if overdispersion < 1:
        raise ValueError(f"Counts are not taken as less variable than Poisson: {overdispersion}.")
    log_ratio = (
        math.log(cells.treated_after)
        - math.log(cells.treated_before)
        - math.log(cells.control_after)
        + math.log(cells.control_before)
    )
    error = log_standard_error(cells, overdispersion)
    reach = float(stats.norm.ppf(1 - (1 - level) / 2)) * error
    return RateRatio(
        estimate=math.exp(log_ratio),
        lower=math.exp(log_ratio - reach),
        upper=math.exp(log_ratio + reach),
        standard_error=error,
        p_value=float(2 * stats.norm.sf(abs(log_ratio) / error)),
    )


def log_standard_error(cells: Cells, overdispersion: float = 1.0) -> float:
    """Return the log rate ratio's standard error, sqrt(overdispersion x sum of 1/count)."""
    reciprocals = (
        1 / cells.treated_before
        + 1 / cells.treated_after
        + 1 / cells.control_before
        + 1 / cells.control_after
    )
    return math.sqrt(overdispersion * reciprocals)


def pearson_overdispersion(counts: NDArray[np.int64]) -> float:
    """Quasi-Poisson dispersion of unit x month counts around unit and month effects.

    counts: shape (units, months), of units that had no intervention. The log-linear model
    "unit + month" has the closed fit row total x column total / grand total; the factor is
    Pearson's chi-square over (units - 1)(months - 1), never below 1. Units and months without
    any event carry no information and are left out.
    Raises Refused (no_variation) with fewer than two units or months that hold events.
    """
    seen = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    units, months = seen.shape
    if units < 2 or months < 2:
        raise Refused(
            "no_variation", "Dispersion needs at least two units and two months with events."
        )
    expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0, keepdims=True) / seen.sum()
    chi_square = float(((seen - expected) ** 2 / expected).sum())
    return max(1.0, chi_square / float((units - 1) * (months - 1)))
