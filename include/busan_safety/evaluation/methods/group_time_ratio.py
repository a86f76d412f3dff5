"""Group-time effects of a staggered roll-out as ratios of counts, for units with few events.

Comparisons are those of Callaway & Sant'Anna 2021 (J. Econometrics 225:200): each cohort against
the units not yet treated, never against units treated before. Where most cells hold no event a
logarithm has no value and a difference of means depends on how busy a place is, so a cohort's
expected count is its own time before times the change of its comparison (parallel trends of
ratios, Wooldridge 2023, Econometrics Journal 26:C31), and effects are observed over expected.
Errors: jackknife of clusters, around their mean where they hold treated units. Few clusters hold
most events, so intervals are Fieller's of a ratio of sums (Fieller 1954, JRSS B 16:175) with
Student's t of the effective number of treated clusters (Kish's) less one: a bootstrap with a normal
interval of the logarithm covered 90 % of what was planted in 200 sandbox cities.
"""

from __future__ import annotations

import contextlib
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
# With fewer no interval is bounded in practice.
_LEAST_EFFECTIVE = 3.0


@dataclass(frozen=True)
class TimedRatio:
    """Observed over expected at a time since the start; before it, a test of trends."""

    relative_time: int
    ratio: RateRatio


@dataclass(frozen=True)
class CountDifference:
    """Events observed less expected, with the interval of the jackknife."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class GroupTimeRatios:
    """Overall ratio after the start, its course, and the events behind it.

    before, after: events in treated units before and after their starts; expected: after, had they
    moved like their comparison. difference: after less expected. effective_clusters: of treated
    units, how many would tell as much with equally many events each. leads_p: of all times before
    together, None with fewer than two.
    """

    overall: RateRatio
    course: tuple[TimedRatio, ...]
    before: int
    after: int
    expected: float
    difference: CountDifference
    effective_clusters: float
    treated_units: int
    control_units: int
    leads_p: float | None


def group_time_ratios(
    panel: UnitPanel,
    *,
    first: int = -4,
    last: int = 4,
    level: float = 0.95,
    minimum_events: int = 20,
) -> GroupTimeRatios:
    """Ratio of counts observed after the start to those expected from units not yet treated.

    panel: counts, complete. The period of the start counts neither as before nor as after. A time
    before is compared with the cohort's other times before. first, last: relative times beyond
    these count as these. The jackknife leaves out the clusters of the panel.
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
    count = int(codes.max()) + 1
    if count < LEAST_CLUSTERS:
        raise Refused("too_few_clusters", f"A jackknife needs {LEAST_CLUSTERS} clusters.")
    weights = np.vstack([np.ones(count), 1 - np.eye(count)])[:, codes]
    cells = _cells(panel, starts, weights)
    after = np.array([time > 0 for time, _, _ in cells])
    observed = np.array([one for _, one, _ in cells])
    expected = np.array([one for _, _, one in cells])
    treated = np.isfinite(starts) & (starts < periods[-1])
    is_before = periods[None, :] < starts[:, None]
    before = int(panel.outcome[treated][is_before[treated]].sum())
    seen, awaited = observed[after].sum(axis=0), expected[after].sum(axis=0)
    if min(before, seen[0]) < max(1, minimum_events) or not (seen * awaited > 0).all():
        raise Refused("too_few_events", "The treated units hold too few events before or after.")
    events = np.bincount(codes[treated], panel.outcome[treated].sum(axis=1), minlength=count)
    effective = float(events.sum() ** 2 / (events**2).sum())
    if effective < _LEAST_EFFECTIVE:
        raise Refused("too_few_clusters", "One cluster holds most events of the treated units.")
    holds_treated = np.isin(np.arange(count), codes[treated])
    jackknife = _Jackknife(holds_treated, effective - 1, level)
    times = np.clip([time for time, _, _ in cells], first, last)
    course: dict[int, RateRatio] = {}
    logs: dict[int, Floats] = {}
    for time in sorted(set(times.tolist())):
        at = times == time
        numerator, denominator = observed[at].sum(axis=0), expected[at].sum(axis=0)
        if (numerator > 0).all() and (denominator > 0).all():
            with contextlib.suppress(Refused):
                course[time] = jackknife.ratio(numerator, denominator)
                logs[time] = np.log(numerator / denominator)
    gap = float(seen[0] - awaited[0])
    spread = jackknife.reach * jackknife.error(seen - awaited)
    leads = np.array([draw for time, draw in logs.items() if time < 0])
    return GroupTimeRatios(
        overall=jackknife.ratio(seen, awaited),
        course=tuple(TimedRatio(time, ratio) for time, ratio in course.items()),
        before=before,
        after=int(seen[0]),
        expected=float(awaited[0]),
        difference=CountDifference(gap, gap - spread, gap + spread),
        effective_clusters=effective,
        treated_units=int(treated.sum()),
        control_units=int((~treated).sum()),
        leads_p=_joint_p(leads, jackknife),
    )


def _cells(panel: UnitPanel, starts: Floats, weights: Floats) -> list[tuple[int, Floats, Floats]]:
    """(relative time, observed, expected) by cohort and period; arrays of shape (1 + clusters,)."""
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


@dataclass(frozen=True)
class _Jackknife:
    """Errors of totals, each an array of the total and then the total without each cluster.

    holds_treated: shape (clusters,). How many such clusters there are is given, so what they tell
    is their spread around their mean; with clusters of equal size a ratio has no error from size.
    """

    holds_treated: NDArray[np.bool_]
    freedom: float
    level: float

    @property
    def reach(self) -> float:
        """Quantile of Student's t for a two-sided interval."""
        return float(stats.t.ppf(1 - (1 - self.level) / 2, self.freedom))

    def products(self, one: Floats, other: Floats) -> float:
        """Covariance of two totals."""
        parts, others = one[0] - one[1:], other[0] - other[1:]
        mine, rest = self.holds_treated, ~self.holds_treated
        count = int(mine.sum())
        spread = (parts[mine] - parts[mine].mean()) @ (others[mine] - others[mine].mean())
        return float(count / (count - 1) * spread + parts[rest] @ others[rest])

    def error(self, total: Floats) -> float:
        """Standard error of a total."""
        return math.sqrt(self.products(total, total))

    def ratio(self, seen: Floats, awaited: Floats) -> RateRatio:
        """Ratio of two totals with Fieller's interval.

        Raises Refused: no_variation, too_few_events (no bounded interval).
        """
        error = self.error(np.log(seen / awaited))
        gap = self.error(seen - awaited)
        if min(error, gap / awaited[0]) < _NO_SPREAD:
            raise Refused("no_variation", "The units do not differ enough to tell the error.")
        reach = self.reach**2
        square = awaited[0] ** 2 - reach * self.products(awaited, awaited)
        linear = seen[0] * awaited[0] - reach * self.products(seen, awaited)
        constant = seen[0] ** 2 - reach * self.products(seen, seen)
        if square <= 0:
            raise Refused("too_few_events", "What the comparison lets expect is too uncertain.")
        # Never below zero but by rounding: the estimate itself lies within.
        root = math.sqrt(max(0.0, linear**2 - square * constant))
        return RateRatio(
            estimate=float(seen[0] / awaited[0]),
            lower=max(0.0, float((linear - root) / square)),
            upper=float((linear + root) / square),
            standard_error=error,
            p_value=float(2 * stats.t.sf(abs(seen[0] - awaited[0]) / gap, self.freedom)),
        )


def _joint_p(leads: Floats, jackknife: _Jackknife) -> float | None:
    """Wald test that all times before are 1. They share their sum, so one is left out."""
    if len(leads) < 3:
        return None
    held = leads[:-1]
    covariance = np.array([[jackknife.products(one, other) for other in held] for one in held])
    if np.linalg.cond(covariance) > _SINGULAR:
        return None
    statistic = float(held[:, 0] @ np.linalg.solve(covariance, held[:, 0]))
    return float(stats.chi2.sf(statistic, len(held)))
