"""Marshall's empirical Bayes rates: small areas borrow from the city what their counts lack."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from busan_safety.evaluation.methods.refusal import Refused

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SmallAreaRates:
    """Smoothed rates and what they were made of.

    rates: shape (areas,), events per unit of population. weight: of each area's own rate, the
    rest being the overall rate's, shape (areas,). mean: all events over all population.
    variance: of the areas' own rates around it, weighted by population. between: the part of
    it that chance does not explain; 0 where chance explains all, and then every rate is `mean`.
    """

    rates: Floats
    weight: Floats
    mean: float
    variance: float
    between: float


def small_area_rates(events: ArrayLike, population: ArrayLike) -> SmallAreaRates:
    """Draw each area's rate towards the overall rate, the more the smaller its population.

    events: counts, zero or more, shape (areas,); population: at risk, above zero, in any unit,
    same shape. With overall rate m and mean population n, a = variance - m / n is the variance
    between areas, and an area of population b keeps a / (a + m / b) of its own rate. A negative
    a is taken as 0.
    Raises Refused (too_few_areas) below two areas and ValueError for other shapes, a negative
    count or a population that is not positive.
    Source: Marshall 1991, Applied Statistics 40:283, the global estimator.
    """
    counts, at_risk = _checked(events, population)
    rates = counts / at_risk
    mean = float(counts.sum() / at_risk.sum())
    variance = float(np.average((rates - mean) ** 2, weights=at_risk))
    between = max(0.0, variance - mean / float(at_risk.mean()))
    weight = between / (between + mean / at_risk) if between > 0 else np.zeros_like(rates)
    return SmallAreaRates(
        rates=weight * rates + (1 - weight) * mean,
        weight=weight,
        mean=mean,
        variance=variance,
        between=between,
    )


def _checked(events: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats]:
    counts = np.asarray(events, dtype=float)
    at_risk = np.asarray(population, dtype=float)
    if counts.ndim != 1 or counts.shape != at_risk.shape:
        raise ValueError("Events and population are one number per area each.")
    if not (np.isfinite(counts).all() and (counts >= 0).all()):
        raise ValueError("Events are finite and zero or more.")
    if not (np.isfinite(at_risk).all() and (at_risk > 0).all()):
        raise ValueError("Populations are finite and above zero.")
    if len(counts) < 2:
        raise Refused("too_few_areas", "One area has no others to borrow from.")
    return counts, at_risk
