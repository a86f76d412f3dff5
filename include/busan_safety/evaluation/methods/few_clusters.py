"""Inference for a few districts: randomisation, wild cluster bootstrap, leave one cluster out.

With 16 districts the usual cluster-robust error is too small, the more so the fewer were treated.
All of this is about the coefficient of `two_way_effects.two_way_effect`, with treatment that is
the same for every unit of a cluster. A multiplicative effect is that coefficient on log rates,
given back as a ratio.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from busan_safety.evaluation.methods.panel import NEVER, UnitPanel
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.two_way_effects import (
    cell_clusters,
    identified_residuals,
    least_squares_weights,
    two_way_effect,
)
from busan_safety.evaluation.methods.within import TwoWayProjection, cluster_sums

EffectScale = Literal["additive", "multiplicative"]
Permuted = Literal["treatment", "dates"]
WildWeights = Literal["rademacher", "webb"]

EXACT_ASSIGNMENTS = 5_000
EXACT_SIGNS = 2**16


@dataclass(frozen=True)
class RandomisationTest:
    """Effect with a p value and an interval from all or many other assignments of treatment.

    lower, upper: infinite (0 and infinity for a ratio) where there are too few assignments to
    exclude anything at this level. assignments: all of them when `exact`, the true one included;
    otherwise the number of draws. placebo_estimates: the effect under each, on the same scale.
    """

    estimate: float
    lower: float
    upper: float
    p_value: float
    assignments: int
    exact: bool
    placebo_estimates: NDArray[np.float64]


@dataclass(frozen=True)
class WildBootstrap:
    """Effect with a p value and an interval from the wild cluster bootstrap, null imposed.

    lower, upper: infinite (0 and infinity for a ratio) where no value can be excluded.
    draws: distinct sign vectors when `exact`, otherwise random ones.
    """

    estimate: float
    lower: float
    upper: float
    p_value: float
    draws: int
    exact: bool


@dataclass(frozen=True)
class WithoutCluster:
    """The effect when one cluster is left out; None when nothing is left to compare.

    change: effect without the cluster less the effect with all.
    """

    cluster: str
    estimate: float | None
    change: float | None


def randomisation_inference(
    panel: UnitPanel,
    *,
    seed: int,
    effect: EffectScale = "additive",
    permute: Permuted = "treatment",
    weighted: bool = False,
    draws: int = 4_999,
    level: float = 0.95,
) -> RandomisationTest:
    """Compare the effect with what it would be had treatment fallen on other clusters.

    permute: "treatment" hands the first treated periods to all clusters anew, "dates" only among
    the clusters that are treated. Every distinct assignment is used when there are at most
    5,000, otherwise `draws` random ones. Two-sided p value: share of assignments whose absolute
    estimate is at least as large, the true one counted ((1 + hits) / (1 + draws) when drawn). The
    interval holds the effects that the same test, on outcomes less that effect, does not reject.
    It is exact if every assignment was equally likely and the effect is the same everywhere;
    under cells that weigh differently it may be wider than needed.
    Raises Refused: no_treated_units, no_control_units, not_identified, too_few_clusters when only
    one assignment exists, zero_counts on the log scale. ValueError when units of one cluster
    start at different times.
    Source: Fisher 1935; MacKinnon & Webb 2020, J. Econometrics 218:435.
    """
    fit = _fit(_scaled(panel, effect), weighted)
    starts = _cluster_starts(panel)
    true = [float(start) for start in starts]
    open_to_change = [k for k, start in enumerate(true) if permute == "treatment" or start < NEVER]
    total = _count_assignments([true[k] for k in open_to_change])
    if total < 2:
        raise Refused("too_few_clusters", "Treatment can fall in one way only; nothing to compare.")
    exact = total <= EXACT_ASSIGNMENTS
    chosen = [true[k] for k in open_to_change]
    others = _all_assignments(chosen) if exact else _drawn_assignments(chosen, draws, seed)
    assignments = np.tile(np.array(true), (total if exact else draws, 1))
    assignments[:, open_to_change] = others

    estimates, slopes = _under_assignments(panel, fit, assignments)
    hits = int((np.abs(estimates) >= abs(fit.estimate) * (1 - 1e-9)).sum())
    lower, upper = _accepted_range(fit.estimate, estimates, slopes, exact, level)
    return RandomisationTest(
        estimate=_unscaled(fit.estimate, effect),
        lower=_unscaled(lower, effect),
        upper=_unscaled(upper, effect),
        p_value=hits / total if exact else (1 + hits) / (1 + draws),
        assignments=len(assignments),
        exact=exact,
        placebo_estimates=np.exp(estimates) if effect == "multiplicative" else estimates,
    )


def wild_cluster_bootstrap(
    panel: UnitPanel,
    *,
    seed: int,
    effect: EffectScale = "additive",
    weights: WildWeights = "rademacher",
    weighted: bool = False,
    draws: int = 9_999,
    level: float = 0.95,
) -> WildBootstrap:
    """Test the effect with residuals of the null model whose signs change by cluster.

    weights: "rademacher" (+1, -1), every sign vector when there are at most 16 clusters; "webb"
    (six points), for fewer than about 10 clusters. Two-sided symmetric p value; the interval
    holds the effects that the test does not reject. With few treated clusters the test hardly
    ever rejects: `randomisation_inference` is then the better one.
    Raises Refused: no_treated_units, no_control_units, not_identified, too_few_clusters when
    fewer than two clusters differ in treatment from the others, zero_counts on the log scale.
    ValueError when units of one cluster start at different times.
    Source: Cameron, Gelbach & Miller 2008, REStat 90:414; Webb 2023, Can. J. Econ. 56:839;
    MacKinnon & Webb 2018, Econometrics J. 21:114 (few treated clusters).
    """
    fit, signs, exact = _wild_fit(panel, seed, effect, weights, weighted, draws)
    p_value_of = _wild_p_values(fit, signs, exact)
    step = fit.error
    return WildBootstrap(
        estimate=_unscaled(fit.estimate, effect),
        lower=_unscaled(_rejected_from(p_value_of, fit.estimate, -step, 1 - level), effect),
        upper=_unscaled(_rejected_from(p_value_of, fit.estimate, step, 1 - level), effect),
        p_value=p_value_of(0.0),
        draws=len(signs),
        exact=exact,
    )


def wild_cluster_p_value(
    panel: UnitPanel,
    *,
    seed: int,
    effect: EffectScale = "additive",
    weights: WildWeights = "rademacher",
    weighted: bool = False,
    draws: int = 9_999,
) -> float:
    """Return the p value of `wild_cluster_bootstrap` alone; its interval costs ten times as much.

    Raises as `wild_cluster_bootstrap` does.
    """
    fit, signs, exact = _wild_fit(panel, seed, effect, weights, weighted, draws)
    return _wild_p_values(fit, signs, exact)(0.0)


def leave_one_cluster_out(
    panel: UnitPanel, *, effect: EffectScale = "additive", weighted: bool = False
) -> tuple[WithoutCluster, ...]:
    """Effect without each cluster in turn, in the order of the clusters' names.

    Changes are differences of effects, of ratios for a multiplicative effect. Raises Refused as
    `two_way_effect` does for the whole panel.
    """
    scaled = _scaled(panel, effect)
    whole = _unscaled(two_way_effect(scaled, weighted=weighted).estimate, effect)
    codes = panel.cluster_codes()
    results = []
    for code, name in enumerate(panel.cluster_names()):
        estimate = None
        with contextlib.suppress(Refused):
            estimate = _unscaled(_fit(scaled.select(codes != code), weighted).estimate, effect)
        change = None if estimate is None else estimate - whole
        results.append(WithoutCluster(name, estimate, change))
    return tuple(results)


@dataclass(frozen=True)
class _Fit:
    """The two-way fit in root-weighted residuals, shape (cells,) each."""

    projection: TwoWayProjection
    outcome: NDArray[np.float64]
    treated: NDArray[np.float64]
    codes: NDArray[np.int64]
    spread: float
    estimate: float
    error: float


def _fit(panel: UnitPanel, weighted: bool) -> _Fit:
    panel.require_comparison()
    observed = ~np.isnan(panel.outcome)
    projection = TwoWayProjection(observed, least_squares_weights(panel, weighted))
    outcome = projection.residuals(np.where(observed, panel.outcome, 0.0))
    treated = identified_residuals(projection, panel.treated())
    codes = cell_clusters(panel, observed)
    spread = float(treated @ treated)
    estimate = float(treated @ outcome) / spread
    scores = cluster_sums((treated * (outcome - estimate * treated))[:, None], codes)
    error = float(np.sqrt((scores**2).sum())) / spread
    return _Fit(projection, outcome, treated, codes, spread, estimate, error)


def _scaled(panel: UnitPanel, effect: EffectScale) -> UnitPanel:
    return panel.log_rates() if effect == "multiplicative" else panel


def _unscaled(value: float, effect: EffectScale) -> float:
    return float(np.exp(value)) if effect == "multiplicative" else float(value)


def _cluster_starts(panel: UnitPanel) -> NDArray[np.float64]:
    """First treated period per cluster, infinity for never."""
    codes, starts = panel.cluster_codes(), panel.cohorts()
    by_cluster = [np.unique(starts[codes == code]) for code in range(int(codes.max()) + 1)]
    if any(len(found) > 1 for found in by_cluster):
        raise ValueError("Units of one cluster are first treated in different periods.")
    return np.array([found[0] for found in by_cluster])


def _count_assignments(starts: list[float]) -> int:
    count = math.factorial(len(starts))
    for repeats in Counter(starts).values():
        count //= math.factorial(repeats)
    return count


def _all_assignments(starts: list[float]) -> NDArray[np.float64]:
    """Every distinct order of the starts, shape (assignments, clusters)."""
    return np.array(list(_orders(Counter(starts), len(starts))))


def _orders(left: Counter[float], places: int) -> Iterator[list[float]]:
    """Place one value after the other on combinations of the places still free."""
    if not left:
        yield []
        return
    value, repeats = next(iter(left.items()))
    rest = Counter({key: number for key, number in left.items() if key != value})
    for held in itertools.combinations(range(places), repeats):
        for order in _orders(rest, places - repeats):
            remaining = iter(order)
            yield [value if place in held else next(remaining) for place in range(places)]


def _drawn_assignments(starts: list[float], draws: int, seed: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    return rng.permuted(np.tile(np.array(starts), (draws, 1)), axis=1)


def _under_assignments(
    panel: UnitPanel, fit: _Fit, assignments: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Estimates under each assignment, of the outcome and of the true treatment.

    An assignment is a sum of blocks "this cluster from that period on", so that only the blocks,
    not the assignments, are projected.
    """
    values = np.unique(assignments[np.isfinite(assignments)])
    codes, periods = panel.cluster_codes(), np.array(panel.periods)
    clusters = int(codes.max()) + 1
    blocks = np.array(
        [
            (codes == cluster)[:, None] & (periods >= start)[None, :]
            for cluster in range(clusters)
            for start in values
        ],
        dtype=np.float64,
    )
    residuals = fit.projection.residuals(blocks)
    held = (assignments[:, :, None] == values).reshape(len(assignments), -1).astype(np.float64)
    spreads = ((held @ (residuals @ residuals.T)) * held).sum(axis=1)
    if (spreads < 1e-9 * fit.spread).any():
        raise Refused(
            "not_identified", "Under some assignments treatment cannot be told from the effects."
        )
    return (
        held @ (residuals @ fit.outcome) / spreads,
        held @ (residuals @ fit.treated) / spreads,
    )


def _accepted_range(
    estimate: float,
    estimates: NDArray[np.float64],
    slopes: NDArray[np.float64],
    exact: bool,
    level: float,
) -> tuple[float, float]:
    """Effects tau that the test on the outcome less tau x treatment does not reject.

    An assignment with estimate b and slope c is at least as extreme as the true one when
    |b - c tau| >= |estimate - tau|, for |c| < 1 between the roots of the equality; these always
    enclose the estimate, so the accepted range ends at order statistics of the roots. Slopes of
    1 or more (the true assignment and its mirror) never count against an effect.
    """
    bounded = np.abs(slopes) < 1 - 1e-9
    c, b = slopes[bounded], estimates[bounded]
    roots = np.sort([(estimate - b) / (1 - c), (estimate + b) / (1 + c)], axis=0)
    unbounded = len(slopes) - int(bounded.sum()) + (0 if exact else 1)
    lows = np.sort(np.append(np.full(unbounded, -np.inf), roots[0]))
    highs = np.sort(np.append(np.full(unbounded, np.inf), roots[1]))[::-1]
    place = math.floor((1 - level) * len(lows) + 1e-9)
    return float(lows[place]), float(highs[place])


def _all_signs(clusters: int) -> NDArray[np.float64]:
    """Every sign vector up to a common sign, which does not change |t|."""
    bits = (np.arange(2 ** (clusters - 1))[:, None] >> np.arange(clusters)) & 1
    return np.asarray(1.0 - 2.0 * bits, dtype=np.float64)


def _drawn_weights(
    clusters: int, weights: WildWeights, draws: int, seed: int
) -> NDArray[np.float64]:
    points = [-1.0, 1.0]
    if weights == "webb":
        points = [sign * math.sqrt(size) for sign in (-1, 1) for size in (0.5, 1.0, 1.5)]
    drawn: NDArray[np.float64] = np.random.default_rng(seed).choice(points, size=(draws, clusters))
    return drawn


def _wild_fit(
    panel: UnitPanel,
    seed: int,
    effect: EffectScale,
    weights: WildWeights,
    weighted: bool,
    draws: int,
) -> tuple[_Fit, NDArray[np.float64], bool]:
    """Fit and sign vectors of the wild bootstrap, and whether those are all there are."""
    starts = _cluster_starts(panel)
    fit = _fit(_scaled(panel, effect), weighted)
    if max(Counter(starts.tolist()).values()) > len(starts) - 2:
        raise Refused(
            "too_few_clusters",
            "The wild bootstrap needs at least two clusters that differ in treatment from the "
            "others.",
        )
    clusters = int(fit.codes.max()) + 1
    exact = weights == "rademacher" and 2**clusters <= EXACT_SIGNS
    signs = _all_signs(clusters) if exact else _drawn_weights(clusters, weights, draws, seed)
    return fit, signs, exact


def _wild_p_values(fit: _Fit, signs: NDArray[np.float64], exact: bool) -> Callable[[float], float]:
    """P value of an effect as a function of that effect.

    With the null residuals u, cluster weights w and the residual treatment D, the bootstrap
    estimate deviates by sum_g w_g D_g'u_g / D'D, and the score of cluster g is
    w_g D_g'u_g - sum_h w_h (Q_g'D_g)'(Q_h'u_h) - deviation x D_g'D_g, Q the basis of the effects.
    """
    basis = fit.projection.basis
    of_treated = cluster_sums(basis * fit.treated[:, None], fit.codes)
    sizes = cluster_sums((fit.treated**2)[:, None], fit.codes)[:, 0]

    def p_value(effect: float) -> float:
        residuals = fit.outcome - effect * fit.treated
        own = cluster_sums((fit.treated * residuals)[:, None], fit.codes)[:, 0]
        carried = of_treated @ cluster_sums(basis * residuals[:, None], fit.codes).T
        deviations = signs @ own / fit.spread
        scores = signs @ (np.diag(own) - carried).T - deviations[:, None] * sizes
        errors = np.sqrt((scores**2).sum(axis=1)) / fit.spread
        true = abs(fit.estimate - effect) / fit.error
        hits = int((np.abs(deviations) >= true * errors * (1 - 1e-9)).sum())
        return hits / len(signs) if exact else (1 + hits) / (1 + len(signs))

    return p_value


def _rejected_from(
    p_value_of: Callable[[float], float], estimate: float, step: float, alpha: float
) -> float:
    """End of the accepted effects on the side of `step`; infinite when none is rejected."""
    inside, outside = estimate, estimate + step
    while p_value_of(outside) > alpha:
        inside, outside = outside, estimate + 2 * (outside - estimate)
        if abs(outside - estimate) > 1_000 * abs(step):
            return math.copysign(math.inf, step)
    while abs(outside - inside) > 1e-6 * abs(step):
        middle = (inside + outside) / 2
        if p_value_of(middle) > alpha:
            inside = middle
        else:
            outside = middle
    return outside
