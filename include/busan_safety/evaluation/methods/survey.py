"""Means and proportions from a survey with design weights, and their errors.

Answers of a survey are neither equally likely nor independent: weights undo the first for the
estimate, strata and clusters say the second for its error. The error comes from linearisation
(Taylor) where strata and clusters are known, and from replicate weights where a data provider
gives those instead, or by the jackknife. Clusters are the first stage's (primary sampling
units), taken as drawn with replacement, which errs to the safe side.

Sources: Binder 1983, International Statistical Review 51:279; Wolter 2007, Introduction to
Variance Estimation, chapters 4 and 6; Lumley 2010, Complex Surveys. Numbers to reproduce: tests
of R's survey package.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from busan_safety.evaluation.methods.refusal import Refused

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

SUM_TOLERANCE = 0.01


@dataclass(frozen=True)
class SurveyDesign:
    """Checked weights of the respondents, and where each was drawn; see `survey_design`.

    weights: shape (respondents,). clusters: code 0 to clusters - 1 of each respondent, same
    shape. strata: code of each cluster's stratum, shape (clusters,).
    """

    weights: Floats
    clusters: Codes
    strata: Codes


@dataclass(frozen=True)
class ReplicateWeights:
    """The full sample's weights and those of its replicates.

    weights: shape (respondents,). replicates: shape (respondents, replicates), design weights
    included. scales: factor of each replicate's squared distance from the estimate, shape
    (replicates,). degrees_of_freedom: of the variance, at least one.
    """

    weights: Floats
    replicates: Floats
    scales: Floats
    degrees_of_freedom: int


@dataclass(frozen=True)
class SurveyEstimate:
    """A weighted mean or proportion with its error.

    interval: Student's t on `degrees_of_freedom`; for a proportion on the logit scale, so that
    it stays within 0 and 1. sample_size: respondents in the group with a weight above zero.
    design_effect: variance over that of a simple random sample of this size.
    effective_sample_size: sample_size / design_effect.
    """

    estimate: float
    standard_error: float
    lower: float
    upper: float
    degrees_of_freedom: int
    sample_size: int
    design_effect: float
    effective_sample_size: float


def survey_design(
    weights: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    population_total: float | None = None,
    tolerance: float = SUM_TOLERANCE,
) -> SurveyDesign:
    """Check a survey's weights and code its strata and clusters.

    weights: people each respondent stands for, shape (respondents,); all rows of the sample,
    also those outside a group that is estimated. strata, clusters: labels, same shape, or None
    for one stratum, and for respondents drawn one by one. A cluster's label counts within its
    stratum: 1 in stratum a and 1 in stratum b are two clusters.
    population_total: what the weights should sum to, within `tolerance` as a share of it.
    Raises Refused (unusable_weights) for weights that are negative, not finite or all zero,
    Refused (weights_do_not_sum), Refused (too_few_sampling_units) where a stratum has a single
    cluster, and ValueError for other shapes, missing labels, a total that is not positive or a
    tolerance below zero.
    """
    checked = _checked_weights(weights)
    if checked.ndim != 1:
        raise ValueError("Weights are one number per respondent.")
    if population_total is not None:
        _check_sum(checked, population_total, tolerance)
    stratum = _codes(strata, np.zeros(len(checked), dtype=np.intp))
    cluster = _codes(clusters, np.arange(len(checked)))
    pairs, nested = np.unique(np.stack([stratum, cluster]), axis=1, return_inverse=True)
    if (np.bincount(pairs[0]) < 2).any():
        raise Refused(
            "too_few_sampling_units",
            "A stratum has a single cluster and so no error of its own; join it with another.",
        )
    return SurveyDesign(weights=checked, clusters=nested.reshape(-1), strata=pairs[0])


def jackknife_weights(design: SurveyDesign) -> ReplicateWeights:
    """Replicate weights that leave out one cluster each: JKn, and JK1 with a single stratum.

    The others of its stratum stand in for it: their weights grow by n / (n - 1), n clusters,
    and the replicate's scale is (n - 1) / n.
    """
    sizes = np.bincount(design.strata)[design.strata]
    at = design.strata[design.clusters]
    left_out = design.clusters[:, None] == np.arange(len(sizes))
    same_stratum = at[:, None] == design.strata
    factors = np.where(same_stratum, sizes / (sizes - 1), 1.0)
    return ReplicateWeights(
        weights=design.weights,
        replicates=design.weights[:, None] * np.where(left_out, 0.0, factors),
        scales=(sizes - 1) / sizes,
        degrees_of_freedom=len(sizes) - int(design.strata.max()) - 1,
    )


def given_replicates(
    weights: ArrayLike,
    replicates: ArrayLike,
    scale: float,
    *,
    replicate_scales: ArrayLike | None = None,
    degrees_of_freedom: int | None = None,
    population_total: float | None = None,
    tolerance: float = SUM_TOLERANCE,
) -> ReplicateWeights:
    """Check replicate weights that came with the data.

    weights: of the full sample, shape (respondents,); replicates: shape (respondents,
    replicates), design weights included. scale: of all replicates (1 / R for balanced
    repeated replication, (R - 1) / R for JK1), > 0; replicate_scales: further factors, >= 0,
    shape (replicates,). degrees_of_freedom: replicates - 1 unless given.
    Raises as `survey_design`, Refused (too_few_sampling_units) for fewer than two replicates, and
    ValueError for other shapes, scales or degrees of freedom.
    """
    full, columns = _checked_weights(weights), _checked_weights(replicates)
    if full.ndim != 1 or columns.ndim != 2 or len(columns) != len(full):
        raise ValueError("Replicate weights are a table with one row per respondent.")
    if population_total is not None:
        _check_sum(full, population_total, tolerance)
    count = columns.shape[1]
    if count < 2:
        raise Refused("too_few_sampling_units", "A single replicate has no error to tell.")
    factors = np.ones(count) if replicate_scales is None else np.asarray(replicate_scales, float)
    if not (math.isfinite(scale) and scale > 0) or factors.shape != (count,):
        raise ValueError("The scale is above zero, with one further factor per replicate.")
    if not (np.isfinite(factors).all() and (factors >= 0).all()):
        raise ValueError("Factors of replicates are finite and zero or more.")
    freedom = count - 1 if degrees_of_freedom is None else degrees_of_freedom
    if freedom < 1:
        raise ValueError("A variance has at least one degree of freedom.")
    return ReplicateWeights(full, columns, scale * factors, freedom)


def linearised_estimate(
    values: ArrayLike,
    design: SurveyDesign,
    *,
    group: ArrayLike | None = None,
    proportion: bool = False,
    level: float = 0.95,
) -> SurveyEstimate:
    """Weighted mean or proportion with the linearised (Taylor) variance of its ratio.

    values: answers, shape (respondents,); for a proportion 0 or 1. group: True for the
    respondents the estimate is about, same shape, or None for all; the others stay in the
    design, which is why they must not be cut off beforehand. Values outside the group, or with
    a weight of zero, are not read and may be missing.
    The variance sums n / (n - 1) x the squared distances of the clusters' totals from their
    stratum's mean, n clusters, of weight x (value - mean) / sum of weights. Degrees of freedom:
    clusters less strata that have someone in the group.
    Raises Refused (too_few_respondents) for fewer than two in the group, Refused
    (too_few_sampling_units) without a degree of freedom, Refused (no_variation) where the variance
    is zero, and ValueError for other shapes, missing values, values other than 0 and 1 for a
    proportion, or a level outside (0, 1).
    """
    answers, inside = _answers(values, group, design.weights, proportion)
    weights = np.where(inside, design.weights, 0.0)
    mean = float(np.average(answers, weights=weights))
    shares = weights * (answers - mean) / weights.sum()
    totals = np.bincount(design.clusters, weights=shares, minlength=len(design.strata))
    sizes = np.bincount(design.strata)
    centres = np.bincount(design.strata, weights=totals) / sizes
    distances = np.bincount(design.strata, weights=(totals - centres[design.strata]) ** 2)
    seen = np.unique(design.clusters[inside])
    freedom = len(seen) - len(np.unique(design.strata[seen]))
    variance = float((sizes / (sizes - 1) * distances).sum())
    return _estimate(answers, weights, mean, variance, freedom, proportion, level)


def replicated_estimate(
    values: ArrayLike,
    replicates: ReplicateWeights,
    *,
    group: ArrayLike | None = None,
    proportion: bool = False,
    level: float = 0.95,
) -> SurveyEstimate:
    """Weighted mean or proportion with the variance of its replicates.

    Arguments and refusals as for `linearised_estimate`. The variance sums scale x squared
    distance of each replicate's estimate from the full sample's; Refused (too_few_sampling_units)
    also where a replicate has nobody of the group left.
    """
    answers, inside = _answers(values, group, replicates.weights, proportion)
    weights = np.where(inside, replicates.weights, 0.0)
    mean = float(np.average(answers, weights=weights))
    repeated = np.where(inside[:, None], replicates.replicates, 0.0)
    sums = repeated.sum(axis=0)
    if not (sums > 0).all():
        raise Refused(
            "too_few_sampling_units",
            "A replicate has nobody of the group; its error cannot be told.",
        )
    distances = (answers @ repeated) / sums - mean
    variance = float((replicates.scales * distances**2).sum())
    freedom = replicates.degrees_of_freedom
    return _estimate(answers, weights, mean, variance, freedom, proportion, level)


def _estimate(
    answers: Floats,
    weights: Floats,
    mean: float,
    variance: float,
    freedom: int,
    proportion: bool,
    level: float,
) -> SurveyEstimate:
    if not 0 < level < 1:
        raise ValueError(f"A confidence level lies between 0 and 1, not at {level}.")
    if freedom < 1:
        raise Refused(
            "too_few_sampling_units", "The group lies in too few clusters to have an error."
        )
    size = int((weights > 0).sum())
    spread = float(np.average((answers - mean) ** 2, weights=weights)) * size / (size - 1)
    # Answers that are all equal leave rounding behind, not variance.
    if min(variance, spread) <= 1e-20 * max(1.0, mean**2):
        raise Refused("no_variation", "The answers do not differ enough to tell their error.")
    error = math.sqrt(variance)
    effect = variance / (spread / size)
    reach = float(stats.t.ppf(1 - (1 - level) / 2, freedom)) * error
    lower, upper = _logit_limits(mean, reach) if proportion else (mean - reach, mean + reach)
    return SurveyEstimate(
        estimate=mean,
        standard_error=error,
        lower=lower,
        upper=upper,
        degrees_of_freedom=freedom,
        sample_size=size,
        design_effect=effect,
        effective_sample_size=size / effect,
    )


def _logit_limits(share: float, reach: float) -> tuple[float, float]:
    centre, distance = math.log(share / (1 - share)), reach / (share * (1 - share))
    lower, upper = stats.logistic.cdf([centre - distance, centre + distance])
    return float(lower), float(upper)


def _answers(
    values: ArrayLike, group: ArrayLike | None, weights: Floats, proportion: bool
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the answers, 0 where they do not count, and who counts."""
    answers = np.asarray(values, dtype=float)
    members = np.ones(len(weights), dtype=bool) if group is None else np.asarray(group)
    if answers.shape != weights.shape or members.shape != weights.shape:
        raise ValueError("Values and group are one per respondent.")
    if members.dtype != np.bool_:
        raise ValueError("A group says True or False of each respondent.")
    inside = members & (weights > 0)
    if not np.isfinite(answers[inside]).all():
        raise ValueError("A value is missing; leave those respondents out of the group.")
    if proportion and not np.isin(answers[inside], (0, 1)).all():
        raise ValueError("A proportion is of values 0 and 1.")
    if inside.sum() < 2:
        raise Refused("too_few_respondents", "The group has fewer than two respondents.")
    return np.where(inside, answers, 0.0), inside


def _checked_weights(weights: ArrayLike) -> Floats:
    """Return weights of one sample, or of replicates in columns."""
    checked = np.asarray(weights, dtype=float)
    finite = np.isfinite(checked).all() and (checked >= 0).all()
    if not finite or not (np.atleast_1d(checked.sum(axis=0)) > 0).all():
        raise Refused(
            "unusable_weights", "Weights are finite, zero or more, and not all of them zero."
        )
    return checked


def _check_sum(weights: Floats, population_total: float, tolerance: float) -> None:
    if not (math.isfinite(population_total) and population_total > 0):
        raise ValueError(f"A population total is above zero, not {population_total}.")
    if not tolerance >= 0:
        raise ValueError(f"A tolerance is zero or more, not {tolerance}.")
    if abs(float(weights.sum()) - population_total) > tolerance * population_total:
        raise Refused(
            "weights_do_not_sum",
            "The weights do not sum to the declared population; check which of the two is meant "
            "for these answers.",
        )


def _codes(labels: ArrayLike | None, default: Codes) -> Codes:
    if labels is None:
        return default
    codes, _ = pd.factorize(np.asarray(labels))
    if codes.shape != default.shape:
        raise ValueError("Strata and clusters are one label per respondent.")
    if (codes < 0).any():
        raise ValueError("A stratum's or a cluster's label is missing.")
    return codes
