"""Staggered treatment without forbidden comparisons: cohort by period effects and their averages.

Effects on a logarithm (`UnitPanel.log_rates`) are log ratios, `AggregatedEffect.ratio` takes them
back. Errors and intervals rest on many clusters: with few, or with cohorts of one or two units,
they are too small (the spread within a cohort of one unit is zero); `few_clusters` is for that.
Left out: covariates, anticipation, unit weights (every unit counts once).

Source: Callaway & Sant'Anna 2021, J. Econometrics 225:200; conventions of its R package `did`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from busan_safety.evaluation.methods.panel import UnitPanel
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.within import cluster_sums

Controls = Literal["never_treated", "not_yet_treated"]
BasePeriod = Literal["varying", "universal"]
Aggregation = Literal["simple", "group", "dynamic", "calendar"]
Multiplier = Literal["mammen", "rademacher"]


@dataclass(frozen=True)
class GroupTimeEffect:
    """Average effect on a cohort in a period, in units of the outcome.

    cohort: its first treated period. Before it (`period < cohort`) the effect is a test of trends.
    standard_error: analytic, from the influence function.
    """

    cohort: int
    period: int
    estimate: float
    standard_error: float
    treated_units: int
    control_units: int


@dataclass(frozen=True)
class GroupTimeEffects:
    """Effects by cohort and period with what their averages need.

    influence: influence function, shape (units, effects); cohorts: first treated period per unit,
    infinity for never; cluster_codes: cluster per unit; last_period: of the panel.
    """

    effects: tuple[GroupTimeEffect, ...]
    influence: NDArray[np.float64]
    cohorts: NDArray[np.float64]
    cluster_codes: NDArray[np.int64]
    last_period: int


@dataclass(frozen=True)
class Bootstrap:
    """Multiplier bootstrap of clusters: number of draws, seed and distribution of multipliers.

    The default is that of the package `did`; the paper's example is Mammen's.
    """

    seed: int
    draws: int = 1999
    multiplier: Multiplier = "rademacher"


@dataclass(frozen=True)
class AggregatedEffect:
    """A weighted average of group-time effects.

    at: cohort, time since treatment or calendar period; None for the overall effect. lower, upper:
    pointwise, from the bootstrap error. band_lower, band_upper: hold for all effects of the
    aggregation at once; for the overall effect they equal the pointwise ones.
    """

    at: int | None
    estimate: float
    standard_error: float
    bootstrap_error: float
    lower: float
    upper: float
    band_lower: float
    band_upper: float

    def ratio(self) -> tuple[float, float, float]:
        """(ratio, lower, upper) when the outcome was a logarithm."""
        return math.exp(self.estimate), math.exp(self.lower), math.exp(self.upper)


@dataclass(frozen=True)
class Aggregated:
    """Overall effect and its parts in ascending order of `at` (none for "simple").

    critical_value: of the simultaneous band, in bootstrap errors; never below the normal quantile.
    """

    kind: Aggregation
    overall: AggregatedEffect
    parts: tuple[AggregatedEffect, ...]
    critical_value: float


def group_time_effects(
    panel: UnitPanel,
    *,
    controls: Controls = "never_treated",
    base_period: BasePeriod = "varying",
) -> GroupTimeEffects:
    """Effect on each cohort in each period, as a difference in differences of means.

    A treated period is compared with the last period before treatment. Earlier periods are
    compared with the one before them ("varying") or with that same last period ("universal",
    which itself has no effect). Controls are units never treated, or all units not treated by
    the later of the two periods. Cells without controls are absent. Units treated in the first
    period are left out.
    Raises Refused: incomplete_panel, no_treated_units, no_control_units.
    """
    panel.require_comparison()
    panel.require_complete()
    if controls == "never_treated":
        panel.require_never_treated()
    panel = panel.select(~panel.always_treated())
    starts = panel.cohorts()
    effects: list[GroupTimeEffect] = []
    influences: list[NDArray[np.float64]] = []
    codes = panel.cluster_codes()
    for cohort in np.unique(starts[np.isfinite(starts)]):
        for now, base in _comparisons(panel.periods, int(cohort), base_period):
            treated = starts == cohort
            compared = np.isinf(starts)
            if controls == "not_yet_treated":
                compared = (starts > panel.periods[max(now, base)]) & ~treated
            if not compared.any():
                continue
            change = panel.outcome[:, now] - panel.outcome[:, base]
            influence = _centred(change, treated) - _centred(change, compared)
            influences.append(influence)
            effects.append(
                GroupTimeEffect(
                    cohort=int(cohort),
                    period=panel.periods[now],
                    estimate=float(change[treated].mean() - change[compared].mean()),
                    standard_error=float(_analytic_errors(influence[:, None], codes)[0]),
                    treated_units=int(treated.sum()),
                    control_units=int(compared.sum()),
                )
            )
    if not any(effect.period >= effect.cohort for effect in effects):
        raise Refused("no_control_units", "No treated period has an untreated unit beside it.")
    return GroupTimeEffects(
        tuple(effects), np.column_stack(influences), starts, codes, panel.periods[-1]
    )


def aggregate(
    found: GroupTimeEffects,
    kind: Aggregation,
    *,
    bootstrap: Bootstrap,
    level: float = 0.95,
    balance: int | None = None,
) -> Aggregated:
    """Average group-time effects, cohorts weighted by their number of units.

    simple: all treated cells. group: mean over each cohort's treated periods, overall weighted by
    cohort. dynamic: by time since treatment, overall the plain mean from 0 on. calendar: by
    period, overall the plain mean. balance: "dynamic" only, cohorts observed at least so many
    periods after the first treated one, and no later times, so that the same cohorts make up
    every treated time.
    Intervals are normal with the bootstrap error (its interquartile range over that of a normal).
    Raises Refused: too_few_clusters with one cluster, no_periods_before when `balance` leaves no
    cohort. ValueError for fewer than 100 draws, or `balance` with another kind.
    """
    if bootstrap.draws < 100:
        raise ValueError(f"A bootstrap needs 100 draws or more, not {bootstrap.draws}.")
    if balance is not None and kind != "dynamic":
        raise ValueError("Only the dynamic aggregation can be balanced.")
    if found.cluster_codes.max() < 1:
        raise Refused("too_few_clusters", "A cluster bootstrap needs at least two clusters.")
    parts = _parts(found, kind, balance)
    if not parts:
        raise Refused("no_treated_units", "No cohort is observed for as long as the balance asks.")
    overall = _overall(found, kind, parts)
    everything = [overall, *(parts if kind != "simple" else [])]
    influence = np.column_stack([average.influence for average in everything])
    draws = _bootstrap_draws(influence, found.cluster_codes, bootstrap)
    errors = _interquartile_errors(draws)
    normal = float(stats.norm.ppf(1 - (1 - level) / 2))
    critical = normal
    if len(everything) > 1:
        critical = max(normal, _simultaneous_quantile(draws[:, 1:], errors[1:], level))
    analytic = _analytic_errors(influence, found.cluster_codes)
    results = [
        _interval(average, analytic[k], errors[k], normal, critical if k else normal)
        for k, average in enumerate(everything)
    ]
    return Aggregated(kind, results[0], tuple(results[1:]), critical)


@dataclass(frozen=True)
class _Average:
    at: int | None
    estimate: float
    influence: NDArray[np.float64]


def _comparisons(
    periods: tuple[int, ...], cohort: int, base_period: BasePeriod
) -> Iterator[tuple[int, int]]:
    """(index of the period, index of its base period)."""
    last_before = max(index for index, period in enumerate(periods) if period < cohort)
    for now, period in enumerate(periods):
        base = last_before
        if base_period == "varying" and period < cohort:
            base = now - 1
        if base not in (-1, now):
            yield now, base


def _centred(change: NDArray[np.float64], members: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Influence function of the members' mean change, shape (units,)."""
    share = members.mean()
    result: NDArray[np.float64] = members * (change - change[members].mean()) / share
    return result


def _parts(found: GroupTimeEffects, kind: Aggregation, balance: int | None) -> list[_Average]:
    cells = [
        index
        for index, effect in enumerate(found.effects)
        if (effect.period >= effect.cohort or kind == "dynamic")
        and _is_balanced(effect, found.last_period, balance)
    ]
    if kind == "simple":
        return [_weighted(found, None, cells)] if cells else []
    keys = {index: _key(found.effects[index], kind) for index in cells}
    return [
        _weighted(found, at, [index for index in cells if keys[index] == at])
        for at in sorted(set(keys.values()))
    ]


def _is_balanced(effect: GroupTimeEffect, last_period: int, balance: int | None) -> bool:
    if balance is None:
        return True
    return last_period - effect.cohort >= balance >= effect.period - effect.cohort


def _key(effect: GroupTimeEffect, kind: Aggregation) -> int:
    if kind == "group":
        return effect.cohort
    return effect.period if kind == "calendar" else effect.period - effect.cohort


def _overall(found: GroupTimeEffects, kind: Aggregation, parts: list[_Average]) -> _Average:
    if kind == "simple":
        return parts[0]
    if kind == "group":
        estimates = np.array([part.estimate for part in parts])
        influence = np.column_stack([part.influence for part in parts])
        cohorts = np.array([part.at for part in parts], dtype=np.float64)
        return _cohort_weighted(found, None, estimates, influence, cohorts)
    treated = [part for part in parts if kind == "calendar" or (part.at or 0) >= 0]
    return _Average(
        at=None,
        estimate=float(np.mean([part.estimate for part in treated])),
        influence=np.mean([part.influence for part in treated], axis=0),
    )


def _weighted(found: GroupTimeEffects, at: int | None, cells: list[int]) -> _Average:
    return _cohort_weighted(
        found,
        at,
        np.array([found.effects[index].estimate for index in cells]),
        found.influence[:, cells],
        np.array([found.effects[index].cohort for index in cells], dtype=np.float64),
    )


def _cohort_weighted(
    found: GroupTimeEffects,
    at: int | None,
    estimates: NDArray[np.float64],
    influence: NDArray[np.float64],
    cohorts: NDArray[np.float64],
) -> _Average:
    """Average by cohort size; that the sizes are themselves a sample is in the influence."""
    member = (found.cohorts[:, None] == cohorts[None, :]).astype(np.float64)
    shares = member.mean(axis=0)
    weights = shares / shares.sum()
    estimate = float(weights @ estimates)
    deviations = member - shares
    of_weights = (deviations @ estimates - deviations.sum(axis=1) * estimate) / shares.sum()
    return _Average(at, estimate, influence @ weights + of_weights)


def _analytic_errors(
    influence: NDArray[np.float64], codes: NDArray[np.int64]
) -> NDArray[np.float64]:
    result: NDArray[np.float64] = np.sqrt((cluster_sums(influence, codes) ** 2).sum(axis=0))
    return result / len(influence)


def _bootstrap_draws(
    influence: NDArray[np.float64], codes: NDArray[np.int64], bootstrap: Bootstrap
) -> NDArray[np.float64]:
    """Deviations of the estimates, shape (draws, estimates)."""
    sums = cluster_sums(influence, codes)
    rng = np.random.default_rng(bootstrap.seed)
    shape = (bootstrap.draws, len(sums))
    if bootstrap.multiplier == "rademacher":
        multipliers = rng.choice([-1.0, 1.0], size=shape)
    else:
        root = math.sqrt(5)
        low = (root + 1) / (2 * root)
        multipliers = rng.choice([(1 - root) / 2, (1 + root) / 2], p=[low, 1 - low], size=shape)
    return np.asarray(multipliers @ sums / len(influence), dtype=np.float64)


def _interquartile_errors(draws: NDArray[np.float64]) -> NDArray[np.float64]:
    upper, lower = np.quantile(draws, [0.75, 0.25], axis=0)
    result: NDArray[np.float64] = (upper - lower) / (stats.norm.ppf(0.75) - stats.norm.ppf(0.25))
    return result


def _simultaneous_quantile(
    draws: NDArray[np.float64], errors: NDArray[np.float64], level: float
) -> float:
    """Quantile of the largest absolute t value; effects without spread cannot be the largest."""
    spread = errors > 0
    if not spread.any():
        return 0.0
    largest = np.abs(draws[:, spread] / errors[spread]).max(axis=1)
    return float(np.quantile(largest, level))


def _interval(
    average: _Average, analytic: float, error: float, normal: float, critical: float
) -> AggregatedEffect:
    return AggregatedEffect(
        at=average.at,
        estimate=average.estimate,
        standard_error=float(analytic),
        bootstrap_error=float(error),
        lower=float(average.estimate - normal * error),
        upper=float(average.estimate + normal * error),
        band_lower=float(average.estimate - critical * error),
        band_upper=float(average.estimate + critical * error),
    )
