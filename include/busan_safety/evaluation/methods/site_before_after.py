"""Hauer's empirical Bayes before and after: sites (signals, junctions) chosen for their counts.

Sites are mostly treated because they had many events, and would have had fewer afterwards
anyway. A safety performance function fitted to reference sites says what sites of the same
exposure have on average; each site's own count is drawn towards it, and that, carried to the
after period, is compared with what was counted there.

Sources: Hauer 1997, Observational Before-After Studies in Road Safety, chapters 6, 7, 11
and 12; Hauer, Harwood, Council & Griffith 2002, TRR 1784:126 (the tutorial, DOMAIN.md E3).
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.discrete.discrete_model import NegativeBinomial, Poisson
from statsmodels.tools.sm_exceptions import ModelWarning

from busan_safety.evaluation.methods.refusal import Refused

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SitePeriod:
    """What was counted at each site in one period, and what it was exposed to.

    counts: events, shape (sites,). exposure: e.g. vehicles a day, > 0, shape (sites,). years:
    length of the period in years, > 0, a number or shape (sites,). covariates: further
    properties, shape (sites, properties), or None. Raises ValueError where shapes differ, a
    count is negative or not whole, or an exposure or a length is not positive.
    """

    counts: NDArray[np.int64]
    exposure: Floats
    years: Floats | float
    covariates: Floats | None = None

    def __post_init__(self) -> None:
        counts, exposure = np.asarray(self.counts), np.asarray(self.exposure, dtype=float)
        if counts.ndim != 1 or exposure.shape != counts.shape:
            raise ValueError("Counts and exposure are one number per site each.")
        if np.shape(self.years) not in ((), counts.shape):
            raise ValueError("Years are one number, or one per site.")
        if self.covariates is not None and (
            np.ndim(self.covariates) != 2
            or len(self.covariates) != len(counts)
            or not np.isfinite(self.covariates).all()
        ):
            raise ValueError("Covariates are a finite table with one row per site.")
        if not ((counts >= 0) & (counts == np.floor(counts))).all():
            raise ValueError("Counts are whole numbers, zero or more.")
        if not _positive(exposure) or not _positive(np.asarray(self.years, dtype=float)):
            raise ValueError("Exposure and years are finite and above zero.")

    def design(self) -> Floats:
        """Return the regressors: constant, log exposure, covariates; shape (sites, 2 + p)."""
        columns = [np.ones(len(self.counts)), np.log(self.exposure)]
        if self.covariates is not None:
            columns.extend(np.asarray(self.covariates, dtype=float).T)
        return np.column_stack(columns)

    def lengths(self) -> Floats:
        """Return the length of the period at each site, in years."""
        return np.broadcast_to(np.asarray(self.years, dtype=float), np.shape(self.counts))


@dataclass(frozen=True)
class SafetyPerformance:
    """A safety performance function: log events a year = coefficients . (1, log exposure, ...).

    shape: of the gamma distribution of sites with equal regressors, so that a count with mean m
    has variance m + m^2 / shape; infinite where sites differ by chance only. covariance: of the
    coefficients and, last, the dispersion 1 / shape, shape (3 + p, 3 + p); zeros for what is
    taken as known.
    """

    coefficients: Floats
    shape: float
    covariance: Floats

    def __post_init__(self) -> None:
        size = len(self.coefficients) + 1
        if not self.shape > 0 or np.shape(self.covariance) != (size, size):
            raise ValueError("The shape is positive, the covariance that of all coefficients.")

    def expected(self, period: SitePeriod) -> Floats:
        """Return the events that sites like these have in the period, shape (sites,)."""
        design = period.design()
        if design.shape[1] != len(self.coefficients):
            raise ValueError("The sites do not have the function's regressors.")
        return np.exp(design @ self.coefficients) * period.lengths()


@dataclass(frozen=True)
class ExpectedEvents:
    """Empirical Bayes estimates per site: weight of the function, events, their variance."""

    weight: Floats
    events: Floats
    variance: Floats


@dataclass(frozen=True)
class SectionEstimate:
    """A road section's expected events per length and year, and their standard deviation."""

    weight: float
    per_year: float
    per_length_year: float
    deviation_per_length_year: float


@dataclass(frozen=True)
class Trend:
    """Change of all sites from the before to the after period beyond their exposure.

    ratio: after over before, per year; relative_variance: its variance over its square.
    """

    ratio: float = 1.0
    relative_variance: float = 0.0

    def __post_init__(self) -> None:
        if not self.ratio > 0 or self.relative_variance < 0:
            raise ValueError("A trend has a positive ratio and no negative variance.")


@dataclass(frozen=True)
class Effectiveness:
    """Index of effectiveness: events counted over events to be expected without treatment.

    `variance` is that of `theta`; the interval is normal on the log scale with standard error
    sqrt(variance) / theta.
    """

    theta: float
    variance: float
    lower: float
    upper: float


@dataclass(frozen=True)
class SiteBeforeAfter:
    """The empirical Bayes result beside the naive one for the same sites.

    predicted: events expected after without treatment, all sites; predicted_variance: its
    variance, of which function_variance comes from the fitted function (Hauer takes it as known)
    and trend_variance from the trend. regression_to_the_mean: share of the events before
    that was chance and would have gone without treatment, (counted - expected) / counted;
    negative where sites with few events were chosen.
    """

    effect: Effectiveness
    naive: Effectiveness
    regression_to_the_mean: float
    predicted: float
    predicted_variance: float
    function_variance: float
    trend_variance: float
    before: ExpectedEvents


def fit_safety_performance(
    reference: SitePeriod, *, minimum_sites: int = 30, minimum_events: int = 30
) -> SafetyPerformance:
    """Fit the function to sites without treatment by negative binomial regression.

    count ~ log exposure + covariates, offset log years, dispersion by maximum likelihood (NB2).
    Where the counts vary no more than Poisson counts the dispersion's maximum lies at zero: the
    fit is then a Poisson one, `shape` infinite, and every site is as the function says.

    The reference sites must not be what a selection by counts left over: those are the lucky
    ones, and the function comes out too low. Take sites that were never considered, or all
    sites of the period before, the later treated ones with them.
    Raises Refused (too_few_sites, too_few_events, not_identified, no_convergence).
    """
    design = reference.design()
    if len(design) < max(minimum_sites, design.shape[1] + 1):
        raise Refused("too_few_sites", "There are too few reference sites to fit a function to.")
    if reference.counts.sum() < max(1, minimum_events):
        raise Refused("too_few_events", "The reference sites hold too few events in all.")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise Refused(
            "not_identified",
            "Exposure or a covariate does not vary over the reference sites by itself.",
        )
    offset = np.log(reference.lengths())
    # A step to a negative dispersion warns too; what counts is whether the fit converged.
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore", ModelWarning)
        return _fitted(np.asarray(reference.counts), design, offset)


def eb_weight(expected: ArrayLike, shape: float) -> Floats:
    """Weight of the function against a site's own count, w = 1 / (1 + expected / shape).

    expected: events of such sites in the whole period; shape: see `SafetyPerformance`.
    """
    if not shape > 0:
        raise ValueError(f"The shape of a gamma distribution is positive, not {shape}.")
    return np.asarray(1 / (1 + np.asarray(expected, dtype=float) / shape))


def eb_expected(counts: ArrayLike, expected: ArrayLike, shape: float) -> ExpectedEvents:
    """Draw counts towards what such sites have: w x expected + (1 - w) x count.

    counts, expected: events in the same period, shape (sites,). The variance is (1 - w) times
    the estimate. Source: the tutorial.
    """
    observed, prior = np.asarray(counts, dtype=float), np.asarray(expected, dtype=float)
    if observed.shape != prior.shape or (observed < 0).any() or not _positive(prior):
        raise ValueError("One count, zero or more, and one positive expectation per site.")
    weight = eb_weight(prior, shape)
    events = weight * prior + (1 - weight) * observed
    return ExpectedEvents(weight=weight, events=events, variance=(1 - weight) * events)


def section_estimate(
    count: int, *, rate: float, years: float, length: float, shape_per_length: float
) -> SectionEstimate:
    """Estimate of the tutorial for a road section, w = 1 / (1 + rate Y L / (phi L)).

    count: events in `years` on the section; rate: events per length and year of such sections;
    shape_per_length: phi, per length. For a junction the length is 1.
    """
    if not _positive(np.array([rate, years, length, shape_per_length])):
        raise ValueError("Rate, years, length and shape are finite and above zero.")
    found = eb_expected([count], [rate * years * length], shape_per_length * length)
    events, variance = float(found.events[0]), float(found.variance[0])
    return SectionEstimate(
        weight=float(found.weight[0]),
        per_year=events / years,
        per_length_year=events / (years * length),
        deviation_per_length_year=math.sqrt(variance) / (years * length),
    )


def reference_trend(
    before: SitePeriod, after: SitePeriod, function: SafetyPerformance, *, minimum_events: int = 1
) -> Trend:
    """Change of the reference sites beyond the change that the function gives their exposure.

    before, after: the same sites without treatment, so that what is lasting about each cancels
    and the relative variance is that of two Poisson counts.
    Raises Refused (too_few_events) when either period holds fewer than `minimum_events`.
    """
    first, last = int(before.counts.sum()), int(after.counts.sum())
    if min(first, last) < max(1, minimum_events):
        raise Refused("too_few_events", "The reference sites hold too few events for a trend.")
    change = function.expected(after).sum() / function.expected(before).sum()
    return Trend(ratio=last / first / float(change), relative_variance=1 / last + 1 / first)


def before_after(
    before: SitePeriod,
    after: SitePeriod,
    function: SafetyPerformance,
    *,
    trend: Trend | None = None,
    level: float = 0.95,
    minimum_events: int = 1,
) -> SiteBeforeAfter:
    """Compare the treated sites after treatment with what they would have had without.

    before, after: the same treated sites in the same order. Each site's empirical Bayes
    estimate is carried to the after period by the ratio of the function's values there (years
    and exposure) times the trend. The naive ratio carries the plain counts, by years only.

    The variance of the prediction is Hauer's sum over sites plus two parts that all sites share,
    each 0 where taken as known: the trend's, and the fitted function's by the delta method.
    Without the latter the intervals of sites chosen by a short before period are too narrow:
    all of them are drawn too far, or not far enough, towards the function together.
    Raises Refused (too_few_events) when either period holds fewer than `minimum_events` (at
    least 1) and ValueError where the periods do not hold equally many sites.
    """
    if len(before.counts) != len(after.counts):
        raise ValueError("Both periods hold the same sites.")
    counted = float(after.counts.sum())
    if min(before.counts.sum(), counted) < max(1, minimum_events):
        raise Refused("too_few_events", "The treated sites hold too few events in a period.")
    trend = trend or Trend()
    prior = function.expected(before)
    ratio = function.expected(after) / prior * trend.ratio
    found = eb_expected(before.counts, prior, function.shape)
    by_site = ratio * found.events
    predicted = float(by_site.sum())

    gradient = _prediction_gradient(before, after, prior, found, by_site)
    function_variance = float(gradient @ function.covariance @ gradient)
    trend_variance = predicted**2 * trend.relative_variance
    variance = float((ratio**2 * found.variance).sum()) + function_variance + trend_variance

    lengths = after.lengths() / before.lengths()
    return SiteBeforeAfter(
        effect=effectiveness(counted, predicted, variance, level=level),
        naive=effectiveness(
            counted,
            float((lengths * before.counts).sum()),
            float((lengths**2 * before.counts).sum()),
            level=level,
        ),
        regression_to_the_mean=1 - float(found.events.sum() / before.counts.sum()),
        predicted=predicted,
        predicted_variance=variance,
        function_variance=function_variance,
        trend_variance=trend_variance,
        before=found,
    )


def effectiveness(
    counted: float, predicted: float, predicted_variance: float, *, level: float = 0.95
) -> Effectiveness:
    """Index of effectiveness with Hauer's correction for the bias of a ratio.

    theta = (counted / predicted) / (1 + v), v = predicted_variance / predicted^2; its variance
    is theta^2 (1 / counted + v) / (1 + v)^2, `counted` being a Poisson count above 0.
    Source: Hauer 1997, chapter 6.
    """
    if not (counted > 0 and predicted > 0 and predicted_variance >= 0 and 0 < level < 1):
        raise ValueError("Counts and predictions are positive, a level lies between 0 and 1.")
    relative = predicted_variance / predicted**2
    theta = counted / predicted / (1 + relative)
    error = math.sqrt(1 / counted + relative) / (1 + relative)
    reach = float(stats.norm.ppf(1 - (1 - level) / 2)) * error
    return Effectiveness(
        theta=theta,
        variance=(theta * error) ** 2,
        lower=theta * math.exp(-reach),
        upper=theta * math.exp(reach),
    )


def _prediction_gradient(
    before: SitePeriod, after: SitePeriod, prior: Floats, found: ExpectedEvents, by_site: Floats
) -> Floats:
    """Derivative of the prediction by the coefficients and, last, the dispersion.

    With mean m, count x and dispersion a the estimate is e = m (1 + a x) / (1 + a m), so that
    d log e / d log m = w and d e / d a = w^2 m (x - m), while the ratio of the function's values
    moves with the difference of the regressors.
    """
    change = after.design() - before.design()
    by_coefficient = by_site @ (found.weight[:, None] * before.design() + change)
    moved = found.weight**2 * prior * (before.counts - prior)
    return np.append(by_coefficient, (by_site / found.events * moved).sum())


def _fitted(counts: NDArray[np.int64], design: Floats, offset: Floats) -> SafetyPerformance:
    poisson = Poisson(counts, design, offset=offset).fit(method="newton", maxiter=100, disp=False)
    if not poisson.mle_retvals["converged"]:
        raise _no_convergence()
    mean = poisson.predict()
    excess = float(((counts - mean) ** 2 - counts).sum())
    if excess <= 0:  # the likelihood falls in the dispersion from zero on
        covariance = np.pad(np.asarray(poisson.cov_params()), (0, 1))
        return SafetyPerformance(poisson.params, math.inf, covariance)
    model = NegativeBinomial(counts, design, offset=offset)
    start = np.append(poisson.params, excess / float((mean**2).sum()))
    for method in ("newton", "bfgs"):
        found = model.fit(start_params=start, method=method, maxiter=200, disp=False)
        if found.mle_retvals["converged"] and found.params[-1] > 0:
            covariance = np.asarray(found.cov_params())
            if np.isfinite(covariance).all():
                return SafetyPerformance(found.params[:-1], 1 / float(found.params[-1]), covariance)
    raise _no_convergence()


def _no_convergence() -> Refused:
    return Refused("no_convergence", "The safety performance function could not be fitted.")


def _positive(values: Floats) -> bool:
    return bool(np.isfinite(values).all() and (values > 0).all())
