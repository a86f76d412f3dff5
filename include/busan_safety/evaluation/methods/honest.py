"""Intervals for one effect that allow trends to differ by as much as the leads suggest.

Two restrictions of Rambachan & Roth 2023, REStud 90:2555, on the difference in trends d(t) with
d(-1) = 0, for an event study with all relative times from its first to its last:
`relative_magnitude_interval`, a step after treatment at most M-bar times the largest step
between leads; `smoothness_interval`, a slope that changes by at most M from one period to the
next (M = 0: a straight line). Both take estimates as normal with a known covariance; with few
clusters that covariance is too small, and so are these intervals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from busan_safety.evaluation.methods.event_study import EventStudy
from busan_safety.evaluation.methods.refusal import Refused


@dataclass(frozen=True)
class HonestInterval:
    """Interval for the effect at one relative time under a bound on the difference in trends.

    bound: M-bar (a multiple) or M (outcome units per period squared).
    """

    relative_time: int
    bound: float
    lower: float
    upper: float


def relative_magnitude_interval(
    study: EventStudy, *, relative_time: int = 0, bound: float = 1.0, level: float = 0.95
) -> HonestInterval:
    """Interval when no step in the difference in trends exceeds `bound` x the largest one before.

    After k + 1 steps the bias is at most (k + 1) x bound x the largest absolute step between
    consecutive leads (the step from -2 to -1 included). Which step is largest is not known: the
    interval is the union, over every step and sign, of the effect less that bias with its own
    normal margin. It covers at least at `level`, whichever step is the largest; it is
    conservative, wider than the conditional and hybrid intervals of the paper. A bound of 0 gives
    the ordinary interval.
    Raises Refused (no_periods_before) without leads or with gaps between relative times.
    ValueError for a negative bound or a relative time that the study does not hold.
    """
    estimates, covariance, leads = _ordered(study)
    target = _position(study, relative_time, bound)
    margin = float(stats.norm.ppf(1 - (1 - level) / 2))
    # The reference -1 is zero, so the last step is minus the last lead.
    steps = np.diff(np.eye(leads, len(estimates)), axis=0, append=0)
    reach = (relative_time + 1) * bound
    ends = []
    for step in np.vstack([steps, -steps]):
        combination = -reach * step
        combination[target] += 1
        error = float(np.sqrt(combination @ covariance @ combination))
        ends.append((float(combination @ estimates), margin * error))
    return HonestInterval(
        relative_time=relative_time,
        bound=bound,
        lower=min(centre - reach_of for centre, reach_of in ends),
        upper=max(centre + reach_of for centre, reach_of in ends),
    )


def smoothness_interval(
    study: EventStudy, *, relative_time: int = 0, bound: float = 0.0, level: float = 0.95
) -> HonestInterval:
    """Interval when the slope of the difference in trends changes by at most `bound` a period.

    Fixed length: an estimator linear in the effect and the leads, without bias under a straight
    line; half length = the `level` quantile of |N(worst bias / error, 1)| x error. Its weights
    minimise that length and do not depend on the estimates, so that it covers at least at
    `level` whatever the trend within the bound. With `bound` 0 it is the effect less the
    extrapolated line.
    Raises Refused (no_periods_before) without leads or with gaps between relative times.
    ValueError for a negative bound or a relative time that the study does not hold.
    """
    estimates, covariance, leads = _ordered(study)
    target = _position(study, relative_time, bound)
    held = [*range(leads), target]
    covariance, estimates = covariance[np.ix_(held, held)], estimates[held]
    times = np.append(np.arange(-leads - 1, -1), relative_time)
    weights = _shortest_weights(covariance, times, bound, level)
    centre = float(weights @ estimates)
    half = _half_length(weights, covariance, _curvature(times), bound, level)
    return HonestInterval(relative_time, bound, centre - half, centre + half)


def _ordered(study: EventStudy) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Estimates, covariance and the number of leads; relative times must follow one another."""
    times = [effect.relative_time for effect in study.effects]
    leads = sum(time < 0 for time in times)
    if leads == 0 or times != [t for t in range(times[0], times[-1] + 1) if t != -1]:
        raise Refused(
            "no_periods_before",
            "The bounds need leads at every relative time from the first to -1.",
        )
    return np.array([effect.estimate for effect in study.effects]), study.covariance, leads


def _position(study: EventStudy, relative_time: int, bound: float) -> int:
    if bound < 0:
        raise ValueError(f"A bound cannot be negative: {bound}.")
    for index, effect in enumerate(study.effects):
        if effect.relative_time == relative_time >= 0:
            return index
    raise ValueError(f"The study has no effect at relative time {relative_time}.")


def _curvature(times: NDArray[np.int64]) -> NDArray[np.float64]:
    """Value of each time per unit of slope change at each period, shape (times, periods).

    d(t) with d(-1) = 0 is a line through -1 plus hinges: a change of slope at s moves the times
    beyond s, seen from -1, by their distance from s; at -1 it moves the later ones.
    """
    last = int(times[-1])
    hinges = np.arange(int(times[0]) + 1, last)
    t, s = times[:, None], hinges[None, :]
    distance = np.where(s >= -1, np.maximum(t - s, 0), np.maximum(s - t, 0))
    return np.asarray(distance, dtype=np.float64)


def _half_length(
    weights: NDArray[np.float64],
    covariance: NDArray[np.float64],
    curvature: NDArray[np.float64],
    bound: float,
    level: float,
) -> float:
    error = float(np.sqrt(weights @ covariance @ weights))
    bias = bound * float(np.abs(weights @ curvature).sum())
    return error * _folded_quantile(bias / error, level)


def _folded_quantile(shift: float, level: float) -> float:
    """Quantile of |N(shift, 1)|."""
    if shift > 30:
        return shift + float(stats.norm.ppf(level))
    return float(np.sqrt(stats.ncx2.ppf(level, 1, shift**2)))


def _shortest_weights(
    covariance: NDArray[np.float64], times: NDArray[np.int64], bound: float, level: float
) -> NDArray[np.float64]:
    """Weights with 1 on the effect and no bias under a line through -1.

    A line d(t) = slope x (t + 1) must vanish: sum of weights x (t + 1) = 0. Any such weights give
    a valid interval; the search only makes it short.
    """
    curvature, run = _curvature(times), (times + 1).astype(np.float64)
    leads = len(times) - 1
    # Weights = start + directions x free numbers spans all weights that satisfy the condition.
    start = np.append(-run[:-1] * run[-1] / (run[:-1] @ run[:-1]), 1.0)
    directions = np.vstack([np.linalg.svd(run[None, :leads])[2][1:].T, np.zeros(leads - 1)])

    if leads == 1:
        return start
    unit = float(np.sqrt(covariance[-1, -1]))

    def length(free: NDArray[np.float64]) -> float:
        return _half_length(start + directions @ free, covariance, curvature, bound, level) / unit

    at = np.linalg.solve(directions.T @ covariance @ directions, -directions.T @ covariance @ start)
    if bound > 0:
        for _ in range(3):
            at = optimize.minimize(
                length, at, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-8}
            ).x
    result: NDArray[np.float64] = start + directions @ at
    return result
