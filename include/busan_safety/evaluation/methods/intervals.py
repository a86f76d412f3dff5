"""Intervals for counts and proportions: exact and Byar for Poisson counts, Wilson for shares.

Every interval takes the confidence level as a fraction (0.95, 0.998) and returns
(lower, upper). A funnel turns the intervals of counts round: what may be counted where a
number is expected. Numbers to reproduce: DOMAIN.md E1, PHEindicatormethods test data.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from scipy import optimize, special, stats

CountMethod = Literal["exact", "byar"]
FunnelPosition = Literal["below_998", "below_95", "within", "above_95", "above_998"]

BYAR_MINIMUM = 10
WARNING_LEVEL = 0.95
ALARM_LEVEL = 0.998


@dataclass(frozen=True)
class FunnelLimits:
    """Control limits of a count where `expected` events are expected, in events, not whole.

    A lower limit is None where so little is expected that even no event is not too few.
    """

    expected: float
    lower_95: float | None
    upper_95: float
    lower_998: float | None
    upper_998: float

    def as_ratio(self) -> FunnelLimits:
        """Return the limits of observed over expected; `expected` stays the funnel's axis."""
        return FunnelLimits(
            expected=self.expected,
            lower_95=None if self.lower_95 is None else self.lower_95 / self.expected,
            upper_95=self.upper_95 / self.expected,
            lower_998=None if self.lower_998 is None else self.lower_998 / self.expected,
            upper_998=self.upper_998 / self.expected,
        )


def poisson_interval(observed: int, level: float = 0.95) -> tuple[float, float, CountMethod]:
    """Interval for a count by the method its size asks for: exact below 10, Byar from 10 on.

    Returns (lower, upper, method) in events. Source: APHO Technical Briefing 3 (2008).
    """
    if observed < BYAR_MINIMUM:
        return (*exact_interval(observed, level), "exact")
    return (*byar_interval(observed, level), "byar")


def exact_interval(observed: int, level: float = 0.95) -> tuple[float, float]:
    """Exact Poisson interval from chi-square quantiles.

    observed: number of events, >= 0; the lower limit of zero events is zero.
    Returns (lower, upper) in events. Raises ValueError for a negative count.
    Source: Garwood 1936, Biometrika 28:437.
    """
    if observed < 0:
        raise ValueError(f"A count cannot be negative: {observed}.")
    tail = (1 - _checked(level)) / 2
    lower = float(stats.chi2.ppf(tail, 2 * observed)) / 2 if observed > 0 else 0.0
    upper = float(stats.chi2.ppf(1 - tail, 2 * observed + 2)) / 2
    return lower, upper


def byar_interval(observed: int, level: float = 0.95) -> tuple[float, float]:
    """Byar's approximate Poisson interval for a count.

    observed: number of events, >= 10 (below that use `exact_interval`).
    Returns (lower, upper) in events. Raises ValueError below 10.
    Source: Breslow & Day 1987, as in APHO Technical Briefing 3.
    """
    if observed < BYAR_MINIMUM:
        raise ValueError(f"Byar's interval needs {BYAR_MINIMUM} events or more, not {observed}.")
    z = _normal_quantile(level)
    return _byar_limit(observed, -z), _byar_limit(observed + 1, z)


def wilson_interval(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a proportion.

    successes: 0 to trials; trials: >= 1. Returns (lower, upper) as fractions in [0, 1].
    Raises ValueError outside these ranges. Source: Wilson 1927, JASA 22:209.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is not a proportion.")
    z = _normal_quantile(level)
    share = successes / trials
    centre = share + z**2 / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    scale = 1 + z**2 / trials
    return max(0.0, (centre - reach) / scale), min(1.0, (centre + reach) / scale)


def funnel_limits(expected: float) -> FunnelLimits:
    """Control limits at 95 % and 99.8 % of a count against the number expected.

    A count lies outside a limit exactly when its own interval (`poisson_interval`) does not
    hold the expected number: the limits are the counts, not whole, one of whose interval's ends
    is `expected`. Exact below 10 events, Byar's from there on, as for the intervals.
    expected: events, > 0, taken as known without error. Raises ValueError otherwise.
    Source: Spiegelhalter 2005, Statistics in Medicine 24:1185; PHEindicatormethods, funnels.
    """
    _check_expected(expected)
    lower_95, upper_95 = _control_limits(expected, WARNING_LEVEL)
    lower_998, upper_998 = _control_limits(expected, ALARM_LEVEL)
    return FunnelLimits(expected, lower_95, upper_95, lower_998, upper_998)


def funnel_position(observed: int, expected: float) -> FunnelPosition:
    """Say between which control limits a count lies; the outermost limit it passes is named.

    observed: number of events, >= 0; expected: events, > 0. Raises ValueError otherwise.
    """
    _check_expected(expected)
    lower_95, upper_95, _ = poisson_interval(observed, WARNING_LEVEL)
    lower_998, upper_998, _ = poisson_interval(observed, ALARM_LEVEL)
    if expected > upper_95:
        return "below_998" if expected > upper_998 else "below_95"
    if expected < lower_95:
        return "above_998" if expected < lower_998 else "above_95"
    return "within"


def _control_limits(expected: float, level: float) -> tuple[float | None, float]:
    tail, z = (1 - _checked(level)) / 2, _normal_quantile(level)
    upper = _count_with_limit(expected, tail, -z, BYAR_MINIMUM)
    lower = _count_with_limit(expected, 1 - tail, z, BYAR_MINIMUM + 1) - 1
    return (lower if lower >= 0 else None), upper


def _count_with_limit(limit: float, tail: float, z: float, byar_from: int) -> float:
    """Return the count, not whole, whose interval ends at `limit`, by the method of its size."""
    if _byar_limit(byar_from, z) < limit:
        beyond = limit + 5 * abs(z) * math.sqrt(limit) + 5 * z**2 + byar_from
        return _root(lambda count: limit - _byar_limit(count, z), byar_from, beyond)
    # Byar's limits of ten events differ from the exact ones in the third digit; between the two
    # the count stays at ten, so that limits and intervals never disagree.
    if special.gammainc(byar_from, limit) >= tail:
        return byar_from
    return _root(lambda count: special.gammainc(count, limit) - tail, 1e-9, byar_from)


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    return float(optimize.brentq(falling, low, high, xtol=1e-10))


def _byar_limit(count: float, z: float) -> float:
    return float(count * (1 - 1 / (9 * count) + z / (3 * math.sqrt(count))) ** 3)


def _check_expected(expected: float) -> None:
    if not (math.isfinite(expected) and expected > 0):
        raise ValueError(f"Events are expected above zero, not {expected}.")


def _normal_quantile(level: float) -> float:
    return float(stats.norm.ppf(1 - (1 - _checked(level)) / 2))


def _checked(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"A confidence level lies between 0 and 1, not at {level}.")
    return level
