"""Intervals for counts and proportions: exact and Byar for Poisson counts, Wilson for shares.

Every function takes the confidence level as a fraction (0.95, 0.998) and returns
(lower, upper). Numbers to reproduce: DOMAIN.md E1, PHEindicatormethods test data.
"""

from __future__ import annotations

import math
from typing import Literal

from scipy import stats

CountMethod = Literal["exact", "byar"]

BYAR_MINIMUM = 10


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
    above = observed + 1
    lower = observed * (1 - 1 / (9 * observed) - z / (3 * math.sqrt(observed))) ** 3
    upper = above * (1 - 1 / (9 * above) + z / (3 * math.sqrt(above))) ** 3
    return lower, upper


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


def _normal_quantile(level: float) -> float:
    return float(stats.norm.ppf(1 - (1 - _checked(level)) / 2))


def _checked(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"A confidence level lies between 0 and 1, not at {level}.")
    return level
