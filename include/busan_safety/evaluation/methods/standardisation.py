"""Standardised rates: areas of different age and sex compared as if their people were alike.

Direct: the area's own rates in a standard population, comparable between areas. Indirect: the
area's events against those a reference population's rates would give it, for areas too small
for rates of their own; two such ratios are not comparable with each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from busan_safety.evaluation.methods.intervals import CountMethod, poisson_interval
from busan_safety.evaluation.methods.refusal import Refused

Floats = NDArray[np.float64]

DIRECT_MINIMUM = 10


@dataclass(frozen=True)
class StandardisedRate:
    """A directly standardised rate per `base` of population, its error and its interval."""

    rate: float
    lower: float
    upper: float
    standard_error: float
    observed: int
    base: float
    method: CountMethod


@dataclass(frozen=True)
class StandardisedRatio:
    """Observed over expected events (SMR, SIR), and the rate that follows from it.

    rate: the ratio times the reference population's crude rate, per `base` of population.
    """

    ratio: float
    lower: float
    upper: float
    observed: int
    expected: float
    rate: float
    rate_lower: float
    rate_upper: float
    base: float
    method: CountMethod


def direct_rate(
    events: ArrayLike,
    population: ArrayLike,
    standard: ArrayLike,
    *,
    base: float = 100_000,
    level: float = 0.95,
    minimum_events: int = DIRECT_MINIMUM,
) -> StandardisedRate:
    """Directly standardised rate with Dobson's interval.

    events: whole counts >= 0, shape (strata,); population: at risk in the area, standard: the
    standard population, both the same shape; a standard above zero in every stratum, in any
    unit. The interval of all events (exact below 10, Byar's from there on) is moved to the rate
    and scaled by the ratio of the two standard deviations.
    Raises Refused (too_few_events) below `minimum_events`, by default ten, as the source asks,
    and never below one; Refused (empty_stratum) where a stratum has nobody in the area. Raises
    ValueError for other shapes, negative or broken counts, populations or standards.
    Source: Dobson, Kuulasmaa, Eberle & Scherer 1991, Statistics in Medicine 10:457, as in APHO
    Technical Briefing 3 (2008).
    """
    counts, at_risk = _counts(events, "Events"), _amounts(population, "Populations")
    weights = _amounts(standard, "Standard populations")
    _check_shapes(counts, at_risk, weights)
    if not (weights > 0).all():
        raise ValueError("The standard population is above zero in every stratum.")
    if not (at_risk > 0).all():
        raise Refused(
            "empty_stratum", "A stratum has no population here; join it with its neighbour."
        )
    observed = int(counts.sum())
    if observed < max(1, minimum_events):
        raise Refused(
            "too_few_events",
            f"A directly standardised rate needs at least {max(1, minimum_events)} events; "
            "standardise indirectly.",
        )
    share = weights / weights.sum()
    rate = float((share * counts / at_risk).sum())
    error = math.sqrt(float((share**2 * counts / at_risk**2).sum()))
    lower, upper, method = poisson_interval(observed, level)
    per_event = error / math.sqrt(observed)
    return StandardisedRate(
        rate=rate * base,
        lower=(rate + per_event * (lower - observed)) * base,
        upper=(rate + per_event * (upper - observed)) * base,
        standard_error=error * base,
        observed=observed,
        base=base,
        method=method,
    )


def indirect_ratio(
    observed: int,
    population: ArrayLike,
    reference_events: ArrayLike,
    reference_population: ArrayLike,
    *,
    base: float = 100_000,
    level: float = 0.95,
) -> StandardisedRatio:
    """Events over the number expected at the reference's rates, and the rate from it.

    observed: all events of the area, >= 0; population: of the area, >= 0, shape (strata,);
    reference_events: whole counts >= 0; reference_population: above zero, both the same shape.
    The expected number is taken as known, so the reference should be much larger than the area.
    The interval is that of the observed count (exact below 10, Byar's from there on).
    Raises Refused (nothing_expected) where the reference's rates give the area no event at all,
    and ValueError for other shapes, negative or broken counts or populations.
    Source: Breslow & Day 1987, as in APHO Technical Briefing 3 (2008).
    """
    at_risk = _amounts(population, "Populations")
    counts = _counts(reference_events, "Reference events")
    reference = _amounts(reference_population, "Reference populations")
    _check_shapes(counts, at_risk, reference)
    if not (reference > 0).all():
        raise ValueError("The reference population is above zero in every stratum.")
    expected = float((at_risk * counts / reference).sum())
    if expected <= 0:
        raise Refused(
            "nothing_expected", "The reference population's rates give this area no event."
        )
    lower, upper, method = poisson_interval(observed, level)
    crude = float(counts.sum() / reference.sum()) * base
    return StandardisedRatio(
        ratio=observed / expected,
        lower=lower / expected,
        upper=upper / expected,
        observed=observed,
        expected=expected,
        rate=observed / expected * crude,
        rate_lower=lower / expected * crude,
        rate_upper=upper / expected * crude,
        base=base,
        method=method,
    )


def _check_shapes(*columns: Floats) -> None:
    if len({column.shape for column in columns}) != 1:
        raise ValueError("Events and populations are one number per stratum each.")


def _counts(values: ArrayLike, name: str) -> Floats:
    counts = _amounts(values, name)
    if not (counts == np.floor(counts)).all():
        raise ValueError(f"{name} are whole numbers.")
    return counts


def _amounts(values: ArrayLike, name: str) -> Floats:
    amounts = np.asarray(values, dtype=float)
    if amounts.ndim != 1 or not len(amounts):
        raise ValueError(f"{name} are one number per stratum.")
    if not (np.isfinite(amounts).all() and (amounts >= 0).all()):
        raise ValueError(f"{name} are finite and zero or more.")
    return amounts
