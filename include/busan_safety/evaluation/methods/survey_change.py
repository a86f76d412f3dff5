"""Change of a survey's mean between two waves, in some districts against the others.

A difference of differences of four weighted means. Waves are separate samples and districts are
strata, so the four linearised variances add up (Binder 1983); that a district as a whole may move
by itself is not in them, which placebo districts show beside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.survey import (
    SurveyEstimate,
    linearised_estimate,
    survey_design,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Wave:
    """Everybody asked in one wave: answer (or NaN), design weight and district, one each."""

    values: Floats
    weights: Floats
    districts: NDArray[np.str_]


@dataclass(frozen=True)
class SurveyChange:
    """The treated districts' change less that of the others, in units of the answer.

    means: by (is treated, is after). placebo_p: share of other choices of districts that give a
    difference as large. without_one: estimates with each treated district left out.
    """

    estimate: float
    lower: float
    upper: float
    standard_error: float
    p_value: float
    means: dict[tuple[bool, bool], SurveyEstimate]
    placebo_p: float
    without_one: tuple[float, ...]


def survey_change(
    before: Wave,
    after: Wave,
    treated: frozenset[str],
    *,
    seed: int,
    draws: int = 999,
    tolerance: float = 0.01,
    level: float = 0.95,
    minimum_respondents: int = 30,
) -> SurveyChange:
    """Compare the change of a weighted mean in treated districts with that in the others.

    The weights of a wave must sum to its respondents within `tolerance`.
    Raises Refused: no_treated_units, no_control_units, weights_do_not_sum, unusable_weights,
    too_few_respondents (in any of the four groups), too_few_sampling_units, no_variation.
    """
    answered = [set(wave.districts[np.isfinite(wave.values)]) for wave in (before, after)]
    everywhere = answered[0] & answered[1]
    if not treated & everywhere:
        raise Refused("no_treated_units", "No district was treated between the waves.")
    if not everywhere - treated:
        raise Refused("no_control_units", "No district is left to compare with.")
    means: dict[tuple[bool, bool], SurveyEstimate] = {}
    for is_after, is_treated in product((False, True), (False, True)):
        wave = after if is_after else before
        design = survey_design(
            wave.weights,
            strata=wave.districts,
            population_total=float(len(wave.weights)),
            tolerance=tolerance,
        )
        inside = np.isin(wave.districts, list(treated)) == is_treated
        inside &= np.isfinite(wave.values) & np.isin(wave.districts, list(everywhere))
        if inside.sum() < minimum_respondents:
            raise Refused("too_few_respondents", "A group of districts has too few respondents.")
        means[is_treated, is_after] = linearised_estimate(
            wave.values, design, group=inside, level=level
        )
    estimate = _difference({key: mean.estimate for key, mean in means.items()})
    error = math.sqrt(sum(mean.standard_error**2 for mean in means.values()))
    freedom = min(mean.degrees_of_freedom for mean in means.values())
    reach = float(stats.t.ppf(1 - (1 - level) / 2, freedom)) * error
    return SurveyChange(
        estimate=estimate,
        lower=estimate - reach,
        upper=estimate + reach,
        standard_error=error,
        p_value=float(2 * stats.t.sf(abs(estimate) / error, freedom)),
        means=means,
        placebo_p=_placebo_p(before, after, treated, sorted(everywhere), seed, draws),
        without_one=tuple(
            _plain(before, after, treated - {one}, everywhere - {one})
            for one in sorted(treated & everywhere)
            if len(treated & everywhere) > 1
        ),
    )


def _difference(means: dict[tuple[bool, bool], float]) -> float:
    return (means[True, True] - means[True, False]) - (means[False, True] - means[False, False])


def _plain(before: Wave, after: Wave, treated: frozenset[str], among: set[str]) -> float:
    """Return the estimate alone."""
    means: dict[tuple[bool, bool], float] = {}
    for is_after, wave in ((False, before), (True, after)):
        held = np.isfinite(wave.values) & np.isin(wave.districts, list(among))
        mine = np.isin(wave.districts, list(treated))
        for is_treated in (False, True):
            chosen = held & (mine == is_treated)
            means[is_treated, is_after] = float(
                np.average(wave.values[chosen], weights=wave.weights[chosen])
            )
    return _difference(means)


def _placebo_p(
    before: Wave,
    after: Wave,
    treated: frozenset[str],
    districts: list[str],
    seed: int,
    draws: int,
) -> float:
    """Share of random choices of as many districts that differ at least as much, own included."""
    sums = np.array(
        [
            [
                (
                    float((wave.weights * np.nan_to_num(wave.values))[held].sum()),
                    float(wave.weights[held].sum()),
                )
                for wave in (before, after)
                for held in [(wave.districts == name) & np.isfinite(wave.values)]
            ]
            for name in districts
        ]
    )

    def differences(chosen: Floats) -> Floats:
        mine, others = (np.einsum("ij,jkl->ikl", one, sums) for one in (chosen, 1 - chosen))
        means = [
            part[:, 1, 0] / part[:, 1, 1] - part[:, 0, 0] / part[:, 0, 1] for part in (mine, others)
        ]
        return np.asarray(means[0] - means[1], dtype=np.float64)

    own = np.isin(districts, list(treated)).astype(float)
    rng = np.random.default_rng(seed)
    dealt = np.array([rng.permutation(own) for _ in range(draws)])
    truth = abs(float(differences(own[None, :])[0]))
    return float((1 + (np.abs(differences(dealt)) >= truth - 1e-12).sum()) / (1 + draws))
