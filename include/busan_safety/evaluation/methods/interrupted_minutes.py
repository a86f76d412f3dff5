"""Interrupted time series of a duration: the monthly mean of its logarithm, Newey-West errors.

Weighted least squares of the month's mean log minutes on the terms of `interrupted_series`, weights
the month's cases. Neighbouring months may resemble each other, so errors are heteroscedasticity and
autocorrelation consistent (Newey & West 1987, Econometrica 55:703) with Student's t. In series of a
few years such errors are too small on average where months do not resemble each other, so an error
is never below that of independent months: Newey-West alone covered 90 % of what was planted in 200
sandbox cities.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.stattools import durbin_watson

from busan_safety.evaluation.methods.interrupted_series import (
    Series,
    after_interruption,
    segmented_terms,
)
from busan_safety.evaluation.methods.rate_ratio import RateRatio
from busan_safety.evaluation.methods.refusal import Refused

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MinutesCurves:
    """Typical (geometric mean) minutes a month, each shape (months,)."""

    observed: Floats
    fitted: Floats
    counterfactual: Floats
    counterfactual_lower: Floats
    counterfactual_upper: Floats


@dataclass(frozen=True)
class InterruptedMinutes:
    """Ratio of typical minutes just after to those expected, and what is needed to judge it.

    plain_error: of its logarithm, had months been independent. hac_lags: months over which they
    may resemble each other.
    """

    level_change: RateRatio
    trend: RateRatio
    plain_error: float
    hac_lags: int
    durbin_watson: float
    months_before: int
    months_after: int
    curves: MinutesCurves


def interrupted_minutes(
    months: tuple[date, ...],
    mean_logs: Floats,
    cases: NDArray[np.int64],
    interruption: date,
    *,
    harmonic_pairs: int = 0,
    breaks: Collection[date] = (),
    hac_lags: int | None = None,
    level: float = 0.95,
    minimum_cases: int = 1,
) -> InterruptedMinutes:
    """Estimate the change of typical minutes at an interruption.

    mean_logs: mean of the log minutes of a month's cases, shape (months,); cases: their number,
    above zero. interruption, harmonic_pairs, breaks: as for `interrupted_series`. hac_lags: by
    default 4 (n / 100)^(2/9).
    Raises Refused: no_periods_before (no month lies before), missing_months, interruption_outside,
    too_few_points, known_break, too_few_events (cases on a side), not_identified. ValueError for
    means that are not finite or months without cases.
    """
    if not np.isfinite(mean_logs).all() or not (cases > 0).all():
        raise ValueError("Every month has cases and a finite mean.")
    if months and months[0] >= interruption:
        raise Refused("no_periods_before", "No month lies before the interruption.")
    series = Series(months, cases)
    after = after_interruption(series, interruption, breaks)
    if min(cases[after].sum(), cases[~after].sum()) < max(1, minimum_cases):
        raise Refused("too_few_events", "Too few cases on a side of the interruption.")
    terms = segmented_terms(series, after, slope_change=False, harmonic_pairs=harmonic_pairs)
    matrix = np.column_stack(list(terms.values()))
    freedom = len(matrix) - matrix.shape[1]
    if freedom < 1 or np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise Refused("not_identified", "The months are too few to tell the model's terms apart.")
    lags = math.floor(4 * (len(matrix) / 100) ** (2 / 9)) if hac_lags is None else hac_lags
    plain = WLS(mean_logs, matrix, weights=cases).fit()
    robust = plain.get_robustcov_results(
        cov_type="HAC", maxlags=lags, use_correction=True, use_t=True
    )
    reach = float(stats.t.ppf(1 - (1 - level) / 2, freedom))
    at = list(terms).index("level_change")
    return InterruptedMinutes(
        level_change=_ratio(plain, robust, at, reach),
        trend=_ratio(plain, robust, list(terms).index("trend"), reach),
        plain_error=float(plain.bse[at]),
        hac_lags=lags,
        durbin_watson=float(durbin_watson(plain.wresid)),
        months_before=int((~after).sum()),
        months_after=int(after.sum()),
        curves=_curves(terms, mean_logs, plain, robust, reach),
    )


def _ratio(plain: Any, robust: Any, at: int, reach: float) -> RateRatio:
    estimate, error = float(plain.params[at]), float(max(plain.bse[at], robust.bse[at]))
    return RateRatio(
        estimate=math.exp(estimate),
        lower=math.exp(estimate - reach * error),
        upper=math.exp(estimate + reach * error),
        standard_error=error,
        p_value=float(2 * stats.t.sf(abs(estimate) / error, plain.df_resid)),
    )


def _curves(
    terms: dict[str, Floats], mean_logs: Floats, plain: Any, robust: Any, reach: float
) -> MinutesCurves:
    values = np.asarray(plain.params)
    untouched = np.column_stack(
        [column * (name != "level_change") for name, column in terms.items()]
    )
    variances = [
        np.einsum("ij,jk,ik->i", untouched, np.asarray(result.cov_params()), untouched)
        for result in (plain, robust)
    ]
    width = reach * np.sqrt(np.maximum(*variances))
    middle = untouched @ values
    return MinutesCurves(
        observed=np.exp(mean_logs),
        fitted=np.exp(np.column_stack(list(terms.values())) @ values),
        counterfactual=np.exp(middle),
        counterfactual_lower=np.exp(middle - width),
        counterfactual_upper=np.exp(middle + width),
    )
