"""Days of something against comparable days of the same place: a ratio of daily counts.

Poisson regression given the totals of strata, one occasion and one kind of day each (conditional
Poisson regression, the same as an effect for every stratum: Armstrong, Gasparrini & Tobias 2014,
BMC Med Res Methodol 14:122); errors are widened by the dispersion within strata. Days beside the
occasion have a ratio of their own, so that what moved to the days around shows, and do not count as
comparable.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from busan_safety.evaluation.methods.rate_ratio import RateRatio
from busan_safety.evaluation.methods.refusal import Refused

Floats = NDArray[np.float64]

_STEPS, _CLOSE, _SINGULAR = 50, 1e-9, 1e12


@dataclass(frozen=True)
class MatchedDays:
    """Ratios of the days themselves and of those beside them to comparable days.

    dispersion: Pearson's over the residual degrees of freedom, as it is. without_one: estimates
    with each occasion left out. observed, expected: events on the days, and what their comparable
    days lead one to expect.
    """

    ratio: RateRatio
    beside: RateRatio | None
    dispersion: float
    observed: int
    comparable: int
    expected: float
    strata: int
    without_one: tuple[float, ...]


def matched_days(
    counts: NDArray[np.int64],
    kinds: NDArray[np.str_],
    occasions: NDArray[np.str_],
    alike: NDArray[Any],
    *,
    level: float = 0.95,
    minimum_events: int = 20,
) -> MatchedDays:
    """Estimate the ratio of events a day to comparable days.

    One element a day and occasion: its count, kind ("event", "beside" or "comparable"), occasion
    and what comparable days have in common with it: the weekday, or weekday and month, which is the
    time-stratified choice without the bias of windows (Janes, Sheppard & Lumley 2005, Epidemiology
    16:717).
    A stratum without comparable days or with nothing but them tells nothing.
    Raises Refused: no_treated_units, no_control_units, too_few_events, no_convergence.
    """
    strata = np.array([f"{one}|{what}" for one, what in zip(occasions, alike, strict=True)])
    other = kinds != "comparable"
    useful = np.isin(strata, strata[other]) & np.isin(strata, strata[~other])
    if not (kinds == "event").any():
        raise Refused("no_treated_units", "No such day lies in the delivered period.")
    if not (useful & (kinds == "event")).any():
        raise Refused("no_control_units", "No comparable day was delivered.")
    # A stratum without any event has no rate to compare.
    codes = np.unique(strata[useful], return_inverse=True)[1]
    filled = np.flatnonzero(useful)[(np.bincount(codes, counts[useful]) > 0)[codes]]
    counts, kinds = counts[filled], kinds[filled]
    strata, occasions = strata[filled], occasions[filled]
    on, off = counts[kinds == "event"], counts[kinds == "comparable"]
    if min(on.sum(), off.sum()) < max(1, minimum_events):
        raise Refused("too_few_events", "Too few events on the days or on comparable days.")
    ratio, beside, dispersion, expected = _fit(counts, kinds, strata, level)
    names = np.unique(occasions)
    without = []
    for name in names if len(names) > 2 else []:
        kept = occasions != name
        if (kinds[kept] == "event").any() and counts[kept & (kinds == "event")].sum() > 0:
            without.append(_fit(counts[kept], kinds[kept], strata[kept], level)[0].estimate)
    return MatchedDays(
        ratio=ratio,
        beside=beside,
        dispersion=dispersion,
        observed=int(on.sum()),
        comparable=int(off.sum()),
        expected=expected,
        strata=len(np.unique(strata)),
        without_one=tuple(without),
    )


def _fit(
    counts: NDArray[np.int64], kinds: NDArray[np.str_], strata: NDArray[np.str_], level: float
) -> tuple[RateRatio, RateRatio | None, float, float]:
    """Ratio of the days, of those beside them, dispersion, and events expected on the days."""
    codes = np.unique(strata, return_inverse=True)[1]
    event, beside = (kinds == "event").astype(float), (kinds == "beside").astype(float)
    columns = np.column_stack([event, beside] if counts @ beside > 0 else [event])
    totals = np.bincount(codes, counts).astype(np.float64)[codes]
    values, covariance, expected = _conditional_poisson(counts, columns, codes, totals)
    degrees = max(1, len(counts) - int(codes.max()) - 1 - len(values))
    dispersion = float(((counts - expected) ** 2 / expected).sum()) / degrees
    errors = np.sqrt(np.diag(covariance) * max(1.0, dispersion))
    reach = float(stats.t.ppf(1 - (1 - level) / 2, degrees))

    def told(at: int) -> RateRatio:
        estimate, error = float(values[at]), float(errors[at])
        return RateRatio(
            estimate=math.exp(estimate),
            lower=math.exp(estimate - reach * error),
            upper=math.exp(estimate + reach * error),
            standard_error=error,
            p_value=float(2 * stats.t.sf(abs(estimate) / error, degrees)),
        )

    without = float(expected[event > 0].sum() / math.exp(values[0]))
    return told(0), told(1) if len(values) > 1 else None, dispersion, without


def _conditional_poisson(
    counts: NDArray[np.int64], columns: Floats, codes: NDArray[np.intp], totals: Floats
) -> tuple[Floats, Floats, Floats]:
    """Newton's method on the likelihood given the strata's totals.

    Returns coefficients, their covariance and the expected counts.
    """
    values: Floats = np.zeros(columns.shape[1])
    for _ in range(_STEPS):
        weights = np.exp(columns @ values)
        expected = totals * weights / np.bincount(codes, weights)[codes]
        means = np.column_stack([np.bincount(codes, expected * column) for column in columns.T])
        sizes = np.bincount(codes, counts)
        information = (columns * expected[:, None]).T @ columns - (means / sizes[:, None]).T @ means
        if np.linalg.cond(information) > _SINGULAR:
            break
        covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
        step = covariance @ (columns.T @ (counts - expected))
        values = values + np.clip(step, -1, 1)
        if np.abs(step).max() < _CLOSE:
            return values, covariance, expected
    raise Refused("no_convergence", "The days cannot be told from comparable ones.")
