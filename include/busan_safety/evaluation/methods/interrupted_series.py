"""Interrupted time series: one city-wide change, a monthly count, and what it would have been.

Segmented Poisson regression: log expected count = log exposure + trend + level change from the
interruption on, with a change of slope, a season of harmonics and a control series where asked
for. Source: Lopez Bernal, Cummins & Gasparrini 2017, Int J Epidemiol 46:348 (DOMAIN.md E6).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.genmod.families import Binomial, Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.diagnostic import acorr_breusch_godfrey, acorr_ljungbox
from statsmodels.stats.stattools import durbin_watson
from statsmodels.tools.sm_exceptions import ModelWarning

from busan_safety.evaluation.methods.rate_ratio import RateRatio
from busan_safety.evaluation.methods.refusal import Refused

Floats = NDArray[np.float64]
Errors = Literal["poisson", "quasi_poisson", "hac"]

MINIMUM_BEFORE = 8
MINIMUM_AFTER = 3
MONTHS_IN_YEAR = 12
LARGEST_HARMONIC = 5


@dataclass(frozen=True)
class Series:
    """A monthly count and what it was exposed to.

    months: first days, ascending. counts: whole numbers, shape (months,). exposure: e.g.
    residents, > 0, same shape, or None for a count as it is. Raises ValueError otherwise.
    """

    months: tuple[date, ...]
    counts: NDArray[np.int64]
    exposure: Floats | None = None

    def __post_init__(self) -> None:
        counts = np.asarray(self.counts)
        if counts.shape != (len(self.months),):
            raise ValueError("A series has one count a month.")
        if not ((counts >= 0) & (counts == np.floor(counts))).all():
            raise ValueError("Counts are whole numbers, zero or more.")
        if any(month.day != 1 for month in self.months) or (np.diff(self.ordinals()) <= 0).any():
            raise ValueError("Months are first days in ascending order.")
        exposure = self.exposures()
        if exposure.shape != counts.shape or not (np.isfinite(exposure) & (exposure > 0)).all():
            raise ValueError("Exposure is one finite number above zero a month.")

    def ordinals(self) -> NDArray[np.int64]:
        """Return the months counted from year 0, shape (months,)."""
        return np.array([_ordinal(month) for month in self.months], dtype=np.int64)

    def exposures(self) -> Floats:
        """Return the exposure, ones where there is none, shape (months,)."""
        if self.exposure is None:
            return np.ones(len(self.months))
        return np.asarray(self.exposure, dtype=float)


@dataclass(frozen=True)
class Autocorrelation:
    """Checks of the deviance residuals; small p values say that months are not independent.

    ljung_box_p and breusch_godfrey_p (its F form) are joint over `lags`. In some 40 months with
    many terms both find autocorrelation where there is none in about one series of ten, not of
    twenty. durbin_watson is near 2 where neighbours are independent, lower where they are alike.
    """

    lags: int
    ljung_box_p: float
    breusch_godfrey_p: float
    durbin_watson: float


@dataclass(frozen=True)
class Curves:
    """Events a month, each shape (months,): counted, fitted, and as if nothing had happened.

    The limits are of the expected count, not of a single month's. Before the interruption the
    counterfactual is the fitted curve.
    """

    months: tuple[date, ...]
    observed: NDArray[np.int64]
    fitted: Floats
    fitted_lower: Floats
    fitted_upper: Floats
    counterfactual: Floats
    counterfactual_lower: Floats
    counterfactual_upper: Floats


@dataclass(frozen=True)
class InterruptedSeries:
    """The estimated change and what is needed to judge it.

    level_change: ratio of the level just after to the level without interruption (with a slope
    change: extrapolated to the last month before). trend: ratio a month. slope_change: further
    ratio a month after, None where not asked for. With a control series each is relative to
    the control's. season: the harmonics' ratios by name (sin_1, cos_1, ...).
    dispersion: Pearson's chi-square over the residual degrees of freedom, as it is; the quasi
    errors take it as 1 where it is below.
    """

    level_change: RateRatio
    trend: RateRatio
    slope_change: RateRatio | None
    season: Mapping[str, RateRatio]
    dispersion: float
    residual_degrees: int
    months_before: int
    months_after: int
    autocorrelation: Autocorrelation
    curves: Curves


def interrupted_series(
    series: Series,
    interruption: date,
    *,
    slope_change: bool = False,
    harmonic_pairs: int = 0,
    control: Series | None = None,
    breaks: Collection[date] = (),
    errors: Errors = "quasi_poisson",
    hac_lags: int | None = None,
    student_t: bool = False,
    level: float = 0.95,
    minimum_events: int = 1,
) -> InterruptedSeries:
    """Estimate the change of a monthly count at an interruption.

    interruption: first day of the first month that counts as after. harmonic_pairs: 0 to 5
    sine and cosine pairs of a year. breaks: months from which on the series is known to count
    something else; one inside the series is refused, also at the interruption itself.

    control: a series of the same months without the interruption. The counts are then compared
    month by month, given their sum (a binomial model, the same as Poisson with an effect for
    every month): whatever moves both alike, season and shocks included, cancels, and harmonics
    stand for a season that the two do not share.

    errors: "poisson", "quasi_poisson" (times the root of the dispersion) or "hac" (Newey-West
    over `hac_lags` months, by default 4 (n / 100)^(2/9)). Intervals and p values are normal on
    the log scale as in the paper; `student_t` takes t with the residual degrees of freedom,
    which is safer for short series.

    Raises Refused: missing_months, interruption_outside, too_few_points (fewer than 8 months
    before or 3 after), known_break, too_few_events (on a side; with a control also in a month),
    not_identified, no_convergence. Raises ValueError for arguments that make no sense.
    """
    _check_arguments(series, interruption, control, harmonic_pairs, hac_lags, level)
    after = after_interruption(series, interruption, breaks)
    for counted in [series] if control is None else [series, control]:
        _check_events(counted.counts, after, minimum_events)

    design = segmented_terms(series, after, slope_change, harmonic_pairs)
    matrix = np.column_stack(list(design.values()))
    degrees = len(matrix) - matrix.shape[1]
    if degrees < 1 or np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise Refused("not_identified", "The months are too few to tell the model's terms apart.")
    result = _fit(series, control, matrix, errors, hac_lags)

    dispersion = float(result.pearson_chi2) / degrees
    scale = max(1.0, dispersion) if errors == "quasi_poisson" else 1.0
    covariance = np.asarray(result.cov_params()) * scale
    distribution = stats.t(degrees) if student_t else stats.norm()
    reach = float(distribution.ppf(1 - (1 - level) / 2))
    deviations = np.sqrt(np.diag(covariance))
    ratios = {
        name: _ratio(float(result.params[at]), float(deviations[at]), reach, distribution)
        for at, name in enumerate(design)
    }
    return InterruptedSeries(
        level_change=ratios["level_change"],
        trend=ratios["trend"],
        slope_change=ratios.get("slope_change"),
        season={name: ratio for name, ratio in ratios.items() if name[:3] in ("sin", "cos")},
        dispersion=dispersion,
        residual_degrees=degrees,
        months_before=int((~after).sum()),
        months_after=int(after.sum()),
        autocorrelation=_autocorrelation(result, matrix),
        curves=_curves(series, control, design, result, reach, covariance),
    )


def _check_arguments(
    series: Series,
    interruption: date,
    control: Series | None,
    harmonic_pairs: int,
    hac_lags: int | None,
    level: float,
) -> None:
    if interruption.day != 1:
        raise ValueError(f"An interruption is the first day of a month, not {interruption}.")
    if not 0 <= harmonic_pairs <= LARGEST_HARMONIC:
        raise ValueError(f"Months carry 0 to {LARGEST_HARMONIC} harmonics, not {harmonic_pairs}.")
    if hac_lags is not None and not 0 <= hac_lags < len(series.months):
        raise ValueError(f"Lags are zero or more and fewer than the months, not {hac_lags}.")
    if not 0 < level < 1:
        raise ValueError(f"A confidence level lies between 0 and 1, not at {level}.")
    if control is not None and control.months != series.months:
        raise ValueError("The control series does not have the same months.")


def after_interruption(
    series: Series, interruption: date, breaks: Collection[date]
) -> NDArray[np.bool_]:
    """Which months are after the interruption, if the series can carry one there.

    Raises Refused: interruption_outside, missing_months, too_few_points, known_break.
    """
    months = series.ordinals()
    if not len(months) or not months[0] < _ordinal(interruption) <= months[-1]:
        raise Refused("interruption_outside", "The interruption does not lie inside the series.")
    if (np.diff(months) != 1).any():
        raise Refused("missing_months", "A month is missing inside the series.")
    after = months >= _ordinal(interruption)
    if (~after).sum() < MINIMUM_BEFORE or after.sum() < MINIMUM_AFTER:
        raise Refused(
            "too_few_points",
            f"A series needs {MINIMUM_BEFORE} months before and {MINIMUM_AFTER} after.",
        )
    if any(months[0] < _ordinal(known) <= months[-1] for known in breaks):
        raise Refused("known_break", "The series is known to break inside its months.")
    return np.asarray(after)


def _check_events(counts: NDArray[np.int64], after: NDArray[np.bool_], minimum_events: int) -> None:
    if min(counts[after].sum(), counts[~after].sum()) < max(1, minimum_events):
        raise Refused(
            "too_few_events", "The series holds too few events on a side of the interruption."
        )


def segmented_terms(
    series: Series, after: NDArray[np.bool_], slope_change: bool, harmonic_pairs: int
) -> dict[str, Floats]:
    """Columns of the segmented regression by name, each shape (months,)."""
    time = np.arange(1, len(after) + 1, dtype=float)
    columns = {"constant": np.ones(len(after)), "trend": time, "level_change": after.astype(float)}
    if slope_change:
        columns["slope_change"] = np.where(after, time - (~after).sum(), 0.0)
    angle = 2 * math.pi * (series.ordinals() % MONTHS_IN_YEAR) / MONTHS_IN_YEAR
    for pair in range(1, harmonic_pairs + 1):
        columns[f"sin_{pair}"] = np.sin(pair * angle)
        columns[f"cos_{pair}"] = np.cos(pair * angle)
    return columns


def _fit(
    series: Series, control: Series | None, matrix: Floats, errors: Errors, hac_lags: int | None
) -> Any:
    offset = np.log(series.exposures())
    if control is None:
        model = GLM(np.asarray(series.counts), matrix, family=Poisson(), offset=offset)
    else:
        pair = np.column_stack([series.counts, control.counts])
        if (pair.sum(axis=1) == 0).any():
            raise Refused("too_few_events", "A month holds no event in either series.")
        offset = offset - np.log(control.exposures())
        model = GLM(pair, matrix, family=Binomial(), offset=offset)
    with warnings.catch_warnings():
        # Whether the fit converged is asked below.
        warnings.simplefilter("ignore", ModelWarning)
        if errors == "hac":
            lags = math.floor(4 * (len(matrix) / 100) ** (2 / 9)) if hac_lags is None else hac_lags
            keywords = {"maxlags": lags, "use_correction": True}
            result = model.fit(tol_criterion="params", cov_type="HAC", cov_kwds=keywords)
        else:
            result = model.fit(tol_criterion="params")
    if not result.converged or not np.isfinite(result.bse).all():
        raise Refused("no_convergence", "The regression could not be fitted.")
    return result


def _ratio(coefficient: float, deviation: float, reach: float, distribution: Any) -> RateRatio:
    return RateRatio(
        estimate=math.exp(coefficient),
        lower=math.exp(coefficient - reach * deviation),
        upper=math.exp(coefficient + reach * deviation),
        standard_error=deviation,
        p_value=float(2 * distribution.sf(abs(coefficient) / deviation)),
    )


def _autocorrelation(result: Any, matrix: Floats) -> Autocorrelation:
    residuals = np.asarray(result.resid_deviance)
    lags = max(1, min(MONTHS_IN_YEAR, len(residuals) // 5))
    # The test asks for a linear model. One with the terms as they are keeps its constant; with
    # the weights of the fit the test would add a second, nearly equal one, and find too much.
    linear = OLS(residuals, matrix).fit()
    with warnings.catch_warnings():
        # Releases of statsmodels differ in the type returned, not in its fourth place.
        warnings.simplefilter("ignore", FutureWarning)
        breusch_godfrey = float(acorr_breusch_godfrey(linear, nlags=lags)[3])
    return Autocorrelation(
        lags=lags,
        ljung_box_p=float(acorr_ljungbox(residuals, lags=[lags])["lb_pvalue"].iloc[0]),
        breusch_godfrey_p=breusch_godfrey,
        durbin_watson=float(durbin_watson(residuals)),
    )


def _curves(
    series: Series,
    control: Series | None,
    design: Mapping[str, Floats],
    result: Any,
    reach: float,
    covariance: Floats,
) -> Curves:
    scale = series.exposures()
    if control is not None:
        both = np.asarray(series.counts) + np.asarray(control.counts)
        scale = scale / control.exposures() * both * (1 - np.asarray(result.mu))
    untouched = {
        name: np.zeros_like(column) if name in ("level_change", "slope_change") else column
        for name, column in design.items()
    }
    curves: list[Floats] = []
    for columns in (design, untouched):
        matrix = np.column_stack(list(columns.values()))
        middle = matrix @ np.asarray(result.params)
        width = reach * np.sqrt(np.einsum("ij,jk,ik->i", matrix, covariance, matrix))
        curves.extend(scale * np.exp(middle + side * width) for side in (0, -1, 1))
    return Curves(series.months, np.asarray(series.counts), *curves)


def _ordinal(day: date) -> int:
    return day.year * MONTHS_IN_YEAR + day.month
