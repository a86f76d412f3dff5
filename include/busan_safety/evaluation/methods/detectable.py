"""Minimum detectable effect: what the data could have shown, whatever they did show."""

from __future__ import annotations

import math

from scipy import stats


def minimum_detectable_ratio(
    standard_error: float, *, level: float = 0.95, power: float = 0.8, increase: bool = False
) -> float:
    """Rate ratio nearest to 1 that a two-sided test would find with the given power.

    standard_error: of the log rate ratio, > 0. A fall gives a ratio below 1, `increase` its
    reciprocal above 1. With 100 events in each of four cells the error is 0.2 and the ratio
    0.57. Raises ValueError for a standard error that is not positive.
    Source: DOMAIN.md E7, exp(+-(1.96 + 0.84) x SE).
    """
    return math.exp(
        minimum_detectable_difference(standard_error, level=level, power=power, increase=increase)
    )


def minimum_detectable_difference(
    standard_error: float, *, level: float = 0.95, power: float = 0.8, increase: bool = False
) -> float:
    """Difference nearest to 0 that a two-sided test would find with the given power.

    standard_error: of the difference, > 0; a fall gives a negative one. Raises ValueError for a
    standard error that is not positive.
    """
    if standard_error <= 0:
        raise ValueError(f"A standard error is positive, not {standard_error}.")
    quantiles = float(stats.norm.ppf(1 - (1 - level) / 2) + stats.norm.ppf(power))
    return quantiles * standard_error * (1 if increase else -1)
