"""Group-time effects of a staggered roll-out as ratios of counts, for units with few events.

Comparisons are those of Callaway & Sant'Anna 2021 (J. Econometrics 225:200): each cohort against
the units not yet treated, never against units treated before. Where most cells hold no event a
logarithm has no value and a difference of means depends on how busy a place is, so a cohort's
expected count is its own time before times the change of its comparison (parallel trends of
ratios, Wooldridge 2023, Econometrics Journal 26:C31), and effects are observed over expected.
Errors: Bayesian bootstrap of clusters (Rubin 1981, Annals of Statistics 9:130), which leaves no
cohort empty.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from busan_safety.evaluation.methods.panel import UnitPanel
from busan_safety.evaluation.methods.rate_ratio import RateRatio
from busan_safety.evaluation.methods.refusal import Refused

Floats = NDArray[np.float64]

LEAST_CLUSTERS = 10
_NO_SPREAD, _SINGULAR = 1e-9, 1e12


@dataclass(frozen=True)
class TimedRatio:
    """Observed over expected at a time since the start; before it, a test of trends."""

    relative_time: int
    ratio: RateRatio


@dataclass(frozen=True)
class CountDifference:
    """Events observed less expected, with the interval of the bootstrap."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class GroupTimeRatios:
    """Overall ratio after the start, its course, and the events behind it.

    before, after: events in treated units before and after their starts; expected: after, had they
    moved like their comparison. difference: after less expected. draws: of that difference, shape
    (draws,). leads_p: of all times before together, None with fewer than two.
    """

    overall: RateRatio
    course: tuple[TimedRatio, ...]
    before: int
    after: int
    expected: float
    difference: CountDifference
    draws: Floats
    treated_units: int
    control_units: int
    leads_p: float | None


def group_time_ratios(
    panel: UnitPanel,
    *,
    seed: int,
    draws: int = 1999,
    first: int = -4,
    last: int = 4,
    level: float = 0.95,
    minimum_events: int = 20,
) -> GroupTimeRatios:
    """Ratio of counts observed after the start to those expected from units not yet treated.

    panel: counts, complete. The period of the start counts neither as before nor as after. A time
    before is compared with the cohort's other times before. first, last: relative times beyond
    these count as these. The bootstrap draws the clusters of the panel.
    Raises Refused: incomplete_panel, no_treated_units, no_control_units, no_periods_before,
    too_few_clusters, too_few_events, no_variation.
    """
    panel.require_complete()
    panel.require_comparison()
    periods, starts = np.array(panel.periods), panel.cohorts()
    # A cohort needs a period before its start and one after it.
    usable = (starts > periods[0]) & (starts < periods[-1])
    if not usable.any():
        raise Refused("no_periods_before", "No unit has periods before and after its start.")
    panel = panel.select(usable | np.isinf(starts) | (starts == periods[-1]))
    starts = panel.cohorts()
    codes = panel.cluster_codes()
    if codes.max() + 1 < LEAST_CLUSTERS:
        raise Refused("too_few_clusters", f"A bootstrap needs {LEAST_CLUSTERS} clusters.")
    weights = np.random.default_rng(seed).exponential(size=(draws, int(codes.max()) + 1))
    weights = np.vstack([np.ones(weights.shape[1]), weights])[:, codes]
    cells = _cells(panel, starts, weights)
    after = np.array([time > 0 for time, _, _ in cells])
    observed = np.array([one for _, one, _ in cells])
    expected = np.array([one for _, _, one in cells])
    treated = np.isfinite(starts) & (starts < periods[-1])
    is_before = periods[None, :] < starts[:, None]
    before = int(panel.outcome[treated][is_before[treated]].sum())
    seen, awaited = observed[after].sum(axis=0), expected[after].sum(axis=0)
    if min(before, seen[0]) < max(1, minimum_events) or not (awaited > 0).all():
        raise Refused("too_few_events", "The treated units hold too few events before or after.")
    times = np.clip([time for time, _, _ in cells], first, last)
    logs: dict[int, Floats] = {}
    for time in sorted(set(times.tolist())):
        at = times == time
        numerator, denominator = observed[at].sum(axis=0), expected[at].sum(axis=0)
        if (numerator > 0).all() and (denominator > 0).all():
            found = np.log(numerator / denominator)
            if found[1:].std() >= _NO_SPREAD:
                logs[time] = found
    reach = float(stats.norm.ppf(1 - (1 - level) / 2))
    gaps = seen - awaited
    spread = reach * float(gaps[1:].std(ddof=1))
    leads = np.array([draw for time, draw in logs.items() if time < 0])
    return GroupTimeRatios(
        overall=_ratio(np.log(seen / awaited), reach),
        course=tuple(TimedRatio(time, _ratio(draw, reach)) for time, draw in logs.items()),
        before=before,
        after=int(seen[0]),
        expected=float(awaited[0]),
        difference=CountDifference(
            float(gaps[0]), float(gaps[0]) - spread, float(gaps[0]) + spread
        ),
        draws=gaps[1:],
        treated_units=int(treated.sum()),
        control_units=int((~treated).sum()),
        leads_p=_joint_p(leads),
    )


def _cells(panel: UnitPanel, starts: Floats, weights: Floats) -> list[tuple[int, Floats, Floats]]:
    """(relative time, observed, expected) by cohort and period; arrays of shape (1 + draws,)."""
    periods = panel.periods
    cells: list[tuple[int, Floats, Floats]] = []
    untreated: dict[float, Floats] = {}

    def sums_of(members: NDArray[np.bool_]) -> Floats:
        result: Floats = weights[:, members] @ panel.outcome[members]
        return result

    for cohort in np.unique(starts[np.isfinite(starts) & (starts < periods[-1])]):
        own = sums_of(starts == cohort)
        earlier = [at for at, period in enumerate(periods) if period < cohort]
        for now, period in enumerate(periods):
            base = [at for at in earlier if at != now]
            if period == cohort or not base:
                continue
            limit = float(max(period, cohort))
            if limit not in untreated:
                untreated[limit] = sums_of(starts > limit)
            compared = untreated[limit]
            basis = compared[:, base].mean(axis=1)
            if not (starts > limit).any() or not (basis > 0).all():
                continue
            expected = own[:, base].mean(axis=1) * compared[:, now] / basis
            cells.append((int(period - cohort), own[:, now], expected))
    if not any(time > 0 for time, _, _ in cells):
        raise Refused("no_control_units", "No treated period has an untreated unit beside it.")
    return cells


def _ratio(logs: Floats, reach: float) -> RateRatio:
    """Ratio of the first element, error of the others; shape (1 + draws,)."""
    estimate, error = float(logs[0]), float(logs[1:].std(ddof=1))
    if error < _NO_SPREAD:
        raise Refused("no_variation", "The units do not differ enough to tell the error.")
    return RateRatio(
        estimate=math.exp(estimate),
        lower=math.exp(estimate - reach * error),
        upper=math.exp(estimate + reach * error),
        standard_error=error,
        p_value=float(2 * stats.norm.sf(abs(estimate) / error)),
    )


def _joint_p(leads: Floats) -> float | None:
    """Wald test that all times before are 1. They share their sum, so one is left out."""
    if len(leads) < 3:
        return None
    held = leads[:-1]
    covariance = np.cov(held[:, 1:])
    if np.linalg.cond(covariance) > _SINGULAR:
        return None
    statistic = float(held[:, 0] @ np.linalg.solve(covariance, held[:, 0]))
    return float(stats.chi2.sf(statistic, len(held)))
