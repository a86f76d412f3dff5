"""Effects by time since treatment, the test of trends before it, and placebo dates.

One dummy per relative time beside unit and period effects, against units never treated. Under
staggered dates and effects that differ between cohorts a coefficient also holds effects of other
relative times (Sun & Abraham 2021, J. Econometrics 225:175); `group_time` does not have this
fault. A pre-trend test that does not reject shows no trend only as far as it could have found
one: read it beside `honest`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from busan_safety.evaluation.methods.panel import UnitPanel
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.two_way_effects import (
    TwoWayEffect,
    cell_clusters,
    slopes_and_periods,
    two_way_effect,
)
from busan_safety.evaluation.methods.within import TwoWayProjection, cluster_sums, crv1_factor

REFERENCE = -1


@dataclass(frozen=True)
class RelativeEffect:
    """Difference from the period before treatment, in units of the outcome.

    relative_time: periods since the first treated one, which is 0. units: treated units that were
    observed at this time; with very few of them the standard error is far too small.
    """

    relative_time: int
    estimate: float
    lower: float
    upper: float
    standard_error: float
    units: int


@dataclass(frozen=True)
class EventStudy:
    """Effects in order of relative time without the reference -1, which is zero by definition.

    covariance: cluster-robust, rows and columns in the order of `effects`.
    """

    effects: tuple[RelativeEffect, ...]
    covariance: NDArray[np.float64]
    observations: int
    clusters: int

    def leads(self) -> tuple[RelativeEffect, ...]:
        """Effects before treatment."""
        return tuple(effect for effect in self.effects if effect.relative_time < 0)

    def lags(self) -> tuple[RelativeEffect, ...]:
        """Effects from the first treated period on."""
        return tuple(effect for effect in self.effects if effect.relative_time >= 0)


@dataclass(frozen=True)
class PreTrendTest:
    """Joint Wald test that all leads are zero, as an F statistic."""

    statistic: float
    leads: int
    denominator_freedom: int
    p_value: float


@dataclass(frozen=True)
class Placebo:
    """Two-way effect of a treatment that is pretended to start some periods early."""

    periods_early: int
    effect: TwoWayEffect


def event_study(
    panel: UnitPanel,
    *,
    first: int | None = None,
    last: int | None = None,
    level: float = 0.95,
) -> EventStudy:
    """Dynamic two-way effects against never-treated units, relative time -1 omitted.

    first, last: relative times beyond these count as these (binned ends); without them every
    relative time that occurs has its own dummy. Units treated in the first period have no
    reference and are left out. Missing outcomes are left out.
    Intervals: cluster-robust, Student's t with clusters - 1 degrees of freedom, pointwise.
    Raises Refused: no_treated_units, no_control_units (nobody never treated), too_few_clusters,
    not_identified (relative times collinear). ValueError when first > -2 or last < 0.
    """
    if (first is not None and first > REFERENCE - 1) or (last is not None and last < 0):
        raise ValueError("The first relative time is at most -2 and the last at least 0.")
    panel.require_comparison()
    panel.require_never_treated()
    panel = panel.select(~panel.always_treated())
    observed = ~np.isnan(panel.outcome)
    relative = _relative_times(panel, first, last)
    times = sorted(set(relative[observed & ~np.isnan(relative)].astype(int)) - {REFERENCE})
    dummies = np.array([relative == time for time in times], dtype=np.float64)

    projection = TwoWayProjection(observed)
    regressors = projection.residuals(dummies).T
    if np.linalg.matrix_rank(regressors, tol=1e-8 * np.sqrt(len(regressors))) < len(times):
        raise Refused(
            "not_identified",
            "Relative times cannot be told apart from unit and period effects; bin the ends.",
        )
    outcome = projection.residuals(np.where(observed, panel.outcome, 0.0))
    bread = np.linalg.inv(regressors.T @ regressors)
    estimates = bread @ regressors.T @ outcome
    codes = cell_clusters(panel, observed)
    sums = cluster_sums(regressors * (outcome - regressors @ estimates)[:, None], codes)
    factor = crv1_factor(len(outcome), len(sums), slopes_and_periods(projection, panel, len(times)))
    covariance = factor * bread @ (sums.T @ sums) @ bread
    errors = np.sqrt(np.diag(covariance))
    reach = float(stats.t.ppf(1 - (1 - level) / 2, len(sums) - 1)) * errors
    return EventStudy(
        effects=tuple(
            RelativeEffect(
                relative_time=int(time),
                estimate=float(estimates[k]),
                lower=float(estimates[k] - reach[k]),
                upper=float(estimates[k] + reach[k]),
                standard_error=float(errors[k]),
                units=int(((relative == time) & observed).any(axis=1).sum()),
            )
            for k, time in enumerate(times)
        ),
        covariance=covariance,
        observations=len(outcome),
        clusters=len(sums),
    )


def pre_trend_test(study: EventStudy) -> PreTrendTest:
    """Test jointly that the outcome did not move differently before treatment.

    F with (leads, clusters - 1) degrees of freedom.
    Raises Refused: no_periods_before when there is no lead beside the reference,
    too_few_clusters when the clusters cannot support a test of so many leads.
    """
    held = [k for k, effect in enumerate(study.effects) if effect.relative_time < 0]
    if not held:
        raise Refused("no_periods_before", "Only the reference period lies before treatment.")
    estimates = np.array([study.effects[k].estimate for k in held])
    covariance = study.covariance[np.ix_(held, held)]
    if len(held) >= study.clusters or np.linalg.cond(covariance) > 1e12:
        raise Refused(
            "too_few_clusters",
            "Too few clusters for a joint test of this many leads; bin the early ones.",
        )
    statistic = float(estimates @ np.linalg.solve(covariance, estimates)) / len(held)
    return PreTrendTest(
        statistic=statistic,
        leads=len(held),
        denominator_freedom=study.clusters - 1,
        p_value=float(stats.f.sf(statistic, len(held), study.clusters - 1)),
    )


def placebo_dates(
    panel: UnitPanel, periods_early: Sequence[int], *, level: float = 0.95
) -> tuple[Placebo, ...]:
    """Effects of pretended earlier dates, from data before the true ones only.

    periods_early: how many periods before the true start each placebo starts, >= 1. Treated
    cells of the true treatment are left out, so that a true effect cannot show; units whose
    placebo would start at or before the first period are left out too.
    Raises Refused: no_periods_before when no unit has time before a placebo, and what
    `two_way_effect` raises. ValueError for a shift below 1.
    """
    return tuple(_placebo(panel, shift, level) for shift in periods_early)


def _placebo(panel: UnitPanel, shift: int, level: float) -> Placebo:
    if shift < 1:
        raise ValueError(f"A placebo starts at least one period early, not {shift}.")
    starts = panel.cohorts()
    testable = np.isinf(starts) | (starts - shift > panel.periods[0])
    if not (testable & np.isfinite(starts)).any():
        raise Refused("no_periods_before", "No treated unit has periods before this placebo date.")
    untreated = replace(
        panel,
        outcome=np.where(panel.treated(), np.nan, panel.outcome),
        missing_allowed=True,
        first_treated=tuple(int(start) - shift if np.isfinite(start) else None for start in starts),
    ).select(testable)
    return Placebo(periods_early=shift, effect=two_way_effect(untreated, level=level))


def _relative_times(panel: UnitPanel, first: int | None, last: int | None) -> NDArray[np.float64]:
    """Periods since first treated, ends binned, shape (units, periods); NaN if never treated."""
    starts = panel.cohorts()[:, None]
    relative = np.array(panel.periods)[None, :] - np.where(np.isinf(starts), np.nan, starts)
    return np.asarray(np.clip(relative, first, last), dtype=np.float64)
