"""Difference in differences as a regression on unit and period effects, and what it averages.

Least squares, Poisson, and the decomposition that shows which comparisons the staggered
coefficient is made of. With staggered dates and effects that grow, the coefficient is not an
average effect: read `bacon_decomposition` beside it, or use `group_time`. The cluster-robust error
is too small with few clusters or few treated ones; `few_clusters` is for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy import stats
from statsmodels.tools.sm_exceptions import PerfectSeparationError

from busan_safety.evaluation.methods.panel import UnitPanel
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.within import (
    TwoWayProjection,
    cluster_sums,
    crv1_factor,
    two_way_dummies,
)

ComparisonKind = Literal[
    "earlier_vs_later", "later_vs_earlier", "treated_vs_never", "treated_vs_always"
]


@dataclass(frozen=True)
class TwoWayEffect:
    """Coefficient of "treated" beside unit and period effects, in units of the outcome.

    The interval and the p value use the cluster-robust error and Student's t with clusters - 1
    degrees of freedom.
    """

    estimate: float
    lower: float
    upper: float
    p_value: float
    standard_error_clustered: float
    standard_error_iid: float
    observations: int
    clusters: int


@dataclass(frozen=True)
class PoissonTwoWayEffect:
    """Rate ratio of "treated" beside unit and period effects on the log scale.

    Both standard errors are of the log ratio; interval and p value as in `TwoWayEffect`.
    overdispersion: Pearson's chi-square over the residual degrees of freedom.
    """

    ratio: float
    lower: float
    upper: float
    p_value: float
    standard_error_clustered: float
    standard_error_poisson: float
    overdispersion: float
    observations: int
    clusters: int


@dataclass(frozen=True)
class BaconComparison:
    """One difference in differences of two groups, and its share of the two-way coefficient.

    treated: first treated period of the group whose treatment starts; control: that of the group
    it is compared with, infinity for never treated, minus infinity for always treated.
    """

    kind: ComparisonKind
    treated: float
    control: float
    weight: float
    estimate: float


@dataclass(frozen=True)
class BaconDecomposition:
    """All two-group comparisons; weights sum to 1, the weighted sum is the two-way coefficient."""

    comparisons: tuple[BaconComparison, ...]

    def estimate(self) -> float:
        """Weighted sum of the comparisons."""
        return sum(part.weight * part.estimate for part in self.comparisons)

    def by_kind(self) -> dict[ComparisonKind, tuple[float, float]]:
        """(total weight, weighted average estimate) of each kind that occurs."""
        kinds = dict.fromkeys(part.kind for part in self.comparisons)
        return {kind: self._total(kind) for kind in kinds}

    def _total(self, kind: ComparisonKind) -> tuple[float, float]:
        parts = [part for part in self.comparisons if part.kind == kind]
        weight = sum(part.weight for part in parts)
        return weight, sum(part.weight * part.estimate for part in parts) / weight


def two_way_effect(
    panel: UnitPanel, *, weighted: bool = False, level: float = 0.95
) -> TwoWayEffect:
    """Least-squares effect of being treated, net of unit and period effects.

    weighted: weigh cells by the panel's exposure. Missing outcomes are left out.
    Raises Refused: no_treated_units or no_control_units without a contrast, too_few_clusters with
    one cluster, not_identified when treatment is a sum of unit and period effects in the cells
    observed. ValueError when `weighted` and the panel has no exposure.
    Source: Angrist & Pischke 2009, chapter 5; errors Cameron & Miller 2015.
    """
    panel.require_comparison()
    observed = ~np.isnan(panel.outcome)
    projection = TwoWayProjection(observed, least_squares_weights(panel, weighted))
    outcome = projection.residuals(np.where(observed, panel.outcome, 0.0))
    treated = identified_residuals(projection, panel.treated())
    codes = cell_clusters(panel, observed)
    spread = float(treated @ treated)
    estimate = float(treated @ outcome) / spread
    errors = outcome - estimate * treated
    cells, clusters = len(errors), len(np.unique(codes))
    clustered = clustered_error(
        treated * errors, codes, spread, slopes_and_periods(projection, panel, 1)
    )
    lower, upper, p_value = t_inference(estimate, clustered, clusters - 1, level)
    return TwoWayEffect(
        estimate=estimate,
        lower=lower,
        upper=upper,
        p_value=p_value,
        standard_error_clustered=clustered,
        standard_error_iid=float(np.sqrt(errors @ errors / (cells - projection.rank - 1) / spread)),
        observations=cells,
        clusters=clusters,
    )


def poisson_two_way_effect(panel: UnitPanel, *, level: float = 0.95) -> PoissonTwoWayEffect:
    """Rate ratio of being treated, net of unit and period effects, from counts.

    The panel's exposure, if any, is the offset. Units and periods without any event say nothing
    about the ratio and are left out. A cluster-robust error makes no claim about the dispersion.
    Raises Refused: no_treated_units, no_control_units, too_few_clusters, too_few_events when no
    event is left in treated or in untreated cells, not_identified when the fit runs off to
    infinity, no_convergence. ValueError for negative outcomes.
    Source: Wooldridge 1999, J. Econometrics 90:77 (fixed effects Poisson).
    """
    if np.nanmin(panel.outcome) < 0:
        raise ValueError("Counts cannot be negative.")
    panel.require_comparison()
    observed = _informative_cells(panel)
    counts, treated = panel.outcome[observed], panel.treated()[observed]
    if counts[treated].sum() == 0 or counts[~treated].sum() == 0:
        raise Refused("too_few_events", "Treated or untreated units have no events to compare.")
    estimate, means = _poisson_fit(panel, observed)
    full_means = np.zeros(observed.shape)
    full_means[observed] = means
    projection = TwoWayProjection(observed, full_means)
    # The residuals carry root weights; the score is the plain residual regressor x (y - mean).
    regressor = identified_residuals(projection, panel.treated())
    scores = regressor / projection.root_weights * (counts - means)
    codes = cell_clusters(panel, observed)
    spread = float(regressor @ regressor)
    clusters = len(np.unique(codes))
    clustered = clustered_error(scores, codes, spread, slopes_and_periods(projection, panel, 1))
    lower, upper, p_value = t_inference(estimate, clustered, clusters - 1, level)
    freedom = len(counts) - projection.rank - 1
    return PoissonTwoWayEffect(
        ratio=float(np.exp(estimate)),
        lower=float(np.exp(lower)),
        upper=float(np.exp(upper)),
        p_value=p_value,
        standard_error_clustered=clustered,
        standard_error_poisson=float(1 / np.sqrt(spread)),
        overdispersion=float(((counts - means) ** 2 / means).sum() / freedom),
        observations=len(counts),
        clusters=clusters,
    )


def bacon_decomposition(panel: UnitPanel) -> BaconDecomposition:
    """Split the unweighted two-way coefficient into the two-group comparisons it averages.

    "later_vs_earlier" and "treated_vs_always" use units already treated as controls: where effects
    grow over time their share is the part of the coefficient not to be trusted.
    Raises Refused: incomplete_panel, no_treated_units, no_control_units.
    Source: Goodman-Bacon 2021, J. Econometrics 225:254, theorem 1.
    """
    panel.require_comparison()
    panel.require_complete()
    starts = np.where(panel.always_treated(), -np.inf, panel.cohorts())
    spread = TwoWayProjection(np.ones_like(panel.treated())).residuals(
        panel.treated().astype(np.float64)
    )
    variance = float(spread @ spread) / spread.size
    groups = {
        float(start): _Group.of(panel, starts == start, float(start)) for start in np.unique(starts)
    }
    periods = np.array(panel.periods)
    return BaconDecomposition(
        tuple(
            comparison
            for treated in groups.values()
            if np.isfinite(treated.start)
            for control in groups.values()
            if control.start != treated.start
            for comparison in [_compare(treated, control, periods, variance)]
        )
    )


def least_squares_weights(panel: UnitPanel, weighted: bool) -> NDArray[np.float64] | None:
    """Weights of the cells, None for equal ones; ValueError when the panel has no exposure."""
    if weighted and panel.exposure is None:
        raise ValueError("A weighted fit needs a panel with exposure.")
    return panel.exposure if weighted else None


def identified_residuals(
    projection: TwoWayProjection, treated: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Treatment net of the effects, shape (cells,); Refused (not_identified) when none is left."""
    residuals = projection.residuals(treated.astype(np.float64))
    if float(residuals @ residuals) < 1e-9 * float(
        projection.root_weights @ projection.root_weights
    ):
        raise Refused(
            "not_identified",
            "In the cells observed, treatment cannot be told apart from unit and period effects.",
        )
    return residuals


def cell_clusters(panel: UnitPanel, observed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Cluster of every observed cell, counted from 0; Refused (too_few_clusters) with one."""
    codes = np.repeat(panel.cluster_codes()[:, None], len(panel.periods), axis=1)[observed]
    codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    if codes.max() < 1:
        raise Refused("too_few_clusters", "A cluster-robust error needs at least two clusters.")
    return codes


def slopes_and_periods(projection: TwoWayProjection, panel: UnitPanel, slopes: int) -> int:
    """Parameters that are not nested in clusters; see `within.crv1_factor`."""
    units = int(projection.observed.any(axis=1).sum())
    return slopes + projection.rank - units + 1


def clustered_error(
    scores: NDArray[np.float64], codes: NDArray[np.int64], spread: float, parameters: int
) -> float:
    """CRV1 standard error of one slope; scores: residual regressor x error, shape (cells,)."""
    sums = cluster_sums(scores[:, None], codes)
    factor = crv1_factor(len(scores), len(sums), parameters)
    return float(np.sqrt(factor * (sums**2).sum())) / spread


def t_inference(
    estimate: float, error: float, freedom: int, level: float
) -> tuple[float, float, float]:
    """(lower, upper, two-sided p value) by Student's t."""
    reach = float(stats.t.ppf(1 - (1 - level) / 2, freedom)) * error
    p_value = float(2 * stats.t.sf(abs(estimate) / error, freedom)) if error > 0 else 0.0
    return estimate - reach, estimate + reach, p_value


def _informative_cells(panel: UnitPanel) -> NDArray[np.bool_]:
    observed = ~np.isnan(panel.outcome)
    counts = np.where(observed, panel.outcome, 0.0)
    kept: NDArray[np.bool_] = (
        observed & (counts.sum(axis=1) > 0)[:, None] & (counts.sum(axis=0) > 0)[None, :]
    )
    return kept


def _poisson_fit(
    panel: UnitPanel, observed: NDArray[np.bool_]
) -> tuple[float, NDArray[np.float64]]:
    """Log ratio and fitted means of the observed cells."""
    dummies = two_way_dummies(observed)
    dummies = dummies[:, dummies.any(axis=0)]
    design = np.column_stack([panel.treated()[observed], dummies])
    offset = None if panel.exposure is None else np.log(panel.exposure[observed])
    model = sm.GLM(panel.outcome[observed], design, family=sm.families.Poisson(), offset=offset)
    try:
        fit = model.fit(maxiter=100, tol=1e-12)
    except (PerfectSeparationError, np.linalg.LinAlgError) as error:
        raise Refused("not_identified", "The Poisson fit runs off to infinity.") from error
    means: NDArray[np.float64] = np.asarray(fit.fittedvalues, dtype=np.float64)
    if means.min() < 1e-8 * means.mean():
        raise Refused("not_identified", "The Poisson fit runs off to infinity.")
    if not fit.converged:
        raise Refused("no_convergence", "The Poisson fit did not converge.")
    return float(fit.params[0]), means


@dataclass(frozen=True)
class _Group:
    """Units that start together: their share of all units, of time treated, and mean outcomes."""

    start: float
    share: float
    time_treated: float
    means: NDArray[np.float64]

    @classmethod
    def of(cls, panel: UnitPanel, members: NDArray[np.bool_], start: float) -> _Group:
        return cls(
            start=start,
            share=float(members.mean()),
            time_treated=float((np.array(panel.periods) >= start).mean()),
            means=panel.outcome[members].mean(axis=0),
        )


def _compare(
    treated: _Group, control: _Group, periods: NDArray[np.int64], variance: float
) -> BaconComparison:
    """Compare over the periods in which the control group's treatment does not change."""
    kind = _kind(treated, control)
    window = np.ones(len(periods), dtype=bool)
    if kind == "earlier_vs_later":
        window = periods < control.start
    elif kind == "later_vs_earlier":
        window = periods >= control.start
    before, after = window & (periods < treated.start), window & (periods >= treated.start)
    change = treated.means - control.means
    shares = treated.share * control.share
    # Squared size of the pair x variance of its treatment within the window, as the paper's
    # equations 10e-10g, with (n_k + n_l)^2 n_kl (1 - n_kl) = n_k n_l.
    weight = shares * float(before.mean()) * float(after.mean()) / variance
    return BaconComparison(
        kind=kind,
        treated=treated.start,
        control=control.start,
        weight=weight,
        estimate=float(change[after].mean() - change[before].mean()),
    )


def _kind(treated: _Group, control: _Group) -> ComparisonKind:
    if control.start == np.inf:
        return "treated_vs_never"
    if control.start == -np.inf:
        return "treated_vs_always"
    return "earlier_vs_later" if treated.start < control.start else "later_vs_earlier"
