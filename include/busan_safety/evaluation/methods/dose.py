"""More of something in some districts than in others, over the same months: a ratio per step.

Poisson regression with district and period effects (what a district always is, and what a month is
for all, is taken out). With some 16 districts usual errors are too small: the error and the p value
are those of the same estimate with the districts' doses dealt out among them anew (placebo
districts), by the efficient score, which needs one fit for all draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from busan_safety.evaluation.methods.rate_ratio import RateRatio
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.within import TwoWayProjection, crv1_factor

Floats = NDArray[np.float64]

LEAST_UNITS = 8
# Below this share of the dose's spread, nothing is left once districts and months are taken out.
LEAST_CHANGE = 1e-6
# A log ratio beyond this over the whole range of the dose is no estimate.
_LARGEST = 20.0


@dataclass(frozen=True)
class DoseEffect:
    """Ratio of rates per step of the dose, and what was checked.

    ratio: its error and p value are those of the placebo districts. clustered_error: of the usual
    kind. without_one: estimates with each unit left out. dispersion: Pearson's, 1 or more.
    """

    ratio: RateRatio
    clustered_error: float
    without_one: tuple[float, ...]
    dispersion: float
    draws: int


def dose_effect(
    counts: Floats,
    dose: Floats,
    *,
    exposure: Floats | None = None,
    seed: int,
    draws: int = 1999,
    level: float = 0.95,
    minimum_events: int = 20,
) -> DoseEffect:
    """Estimate the ratio per step of the dose from a complete table of units x periods.

    counts, dose, exposure: shape (units, periods); exposure above zero or None. Units and periods
    without any event tell nothing and are left out.
    Raises Refused: too_few_events, too_few_clusters (fewer than 8 units), no_change_of_dose (once
    unit and period effects are out), zero_counts (no exposure somewhere), no_convergence.
    """
    if counts.sum() < max(1, minimum_events):
        raise Refused("too_few_events", "The units hold too few events.")
    if exposure is not None and not (exposure > 0).all():
        raise Refused("zero_counts", "A district without any exposure in a period has no rate.")
    rows, columns = counts.sum(axis=1) > 0, counts.sum(axis=0) > 0
    held = np.ix_(rows, columns)
    seen, given = counts[held], dose[held]
    offset = np.zeros_like(seen) if exposure is None else np.log(exposure[held])
    if len(seen) < LEAST_UNITS:
        raise Refused("too_few_clusters", f"Placebo districts need {LEAST_UNITS} districts.")
    expected = _expected(seen, offset)
    projection = TwoWayProjection(np.ones_like(seen, dtype=bool), expected)
    left = projection.residuals(given)
    if left @ left <= LEAST_CHANGE * max((expected * given**2).sum(), LEAST_CHANGE):
        raise Refused(
            "no_change_of_dose", "Every district got the same at the same time: nothing to compare."
        )
    coefficient, clustered = _fit(seen, offset, given)
    own, placebos = _placebos(seen - expected, expected, given, projection, seed, draws)
    error = float(placebos.std(ddof=1))
    reach = float(stats.t.ppf(1 - (1 - level) / 2, len(seen) - 1)) * error
    chi_square = float(((seen - expected) ** 2 / expected).sum())
    return DoseEffect(
        ratio=RateRatio(
            estimate=math.exp(coefficient),
            lower=math.exp(coefficient - reach),
            upper=math.exp(coefficient + reach),
            standard_error=error,
            p_value=float((1 + (np.abs(placebos) >= abs(own)).sum()) / (1 + draws)),
        ),
        clustered_error=clustered,
        without_one=_without_one(seen, offset, given),
        dispersion=max(1.0, chi_square / ((len(seen) - 1) * (seen.shape[1] - 1))),
        draws=draws,
    )


def _without_one(seen: Floats, offset: Floats, given: Floats) -> tuple[float, ...]:
    """Ratios with each unit left out; a fit that fails without one is left out itself."""
    found: list[float] = []
    for at in range(len(seen)):
        others = np.arange(len(seen)) != at
        periods = seen[others].sum(axis=0) > 0
        parts = [values[others][:, periods] for values in (seen, offset, given)]
        try:
            found.append(math.exp(_fit(*parts)[0]))
        except Refused:
            continue
    return tuple(found)


def _placebos(
    residual: Floats,
    expected: Floats,
    given: Floats,
    projection: TwoWayProjection,
    seed: int,
    draws: int,
) -> tuple[float, Floats]:
    """One-step estimates: of the doses as they were, and dealt out anew, shape (draws,)."""
    roots = np.sqrt(expected).ravel()
    score = residual.ravel() / roots

    def one_step(doses: Floats) -> Floats:
        left = projection.residuals(doses)
        result: Floats = left @ score / (left**2).sum(axis=-1)
        return result

    rng = np.random.default_rng(seed)
    orders = np.array([rng.permutation(len(given)) for _ in range(draws)])
    found = [one_step(given[part]) for part in np.array_split(orders, max(1, draws // 200))]
    return float(one_step(given)), np.concatenate(found)


def _expected(seen: Floats, offset: Floats) -> Floats:
    """Counts expected from unit and period alone (iterative proportional fitting)."""
    fitted = np.exp(offset)
    for _ in range(500):
        fitted = fitted * (seen.sum(axis=1) / fitted.sum(axis=1))[:, None]
        scale = seen.sum(axis=0) / fitted.sum(axis=0)
        fitted = fitted * scale
        if np.abs(scale - 1).max() < 1e-10:
            break
    return np.asarray(fitted, dtype=np.float64)


def _fit(seen: Floats, offset: Floats, given: Floats) -> tuple[float, float]:
    """Coefficient of the dose and its cluster-robust error.

    For a coefficient the best unit and period effects are those of proportional fitting; the
    likelihood that is left has its top where the score of the dose is zero.
    """
    centred = given - given.mean()

    def score(coefficient: float) -> float:
        expected = _expected(seen, offset + coefficient * centred)
        return float((centred * (seen - expected)).sum())

    reach = _LARGEST / float(np.abs(centred).max())
    if score(-reach) <= 0 or score(reach) >= 0:
        raise Refused("no_convergence", "The regression could not be fitted.")
    coefficient = float(optimize.brentq(score, -reach, reach, xtol=1e-10))
    expected = _expected(seen, offset + coefficient * centred)
    left = TwoWayProjection(np.ones_like(seen, dtype=bool), expected).residuals(centred)
    own = (left * ((seen - expected) / np.sqrt(expected)).ravel()).reshape(seen.shape).sum(axis=1)
    factor = crv1_factor(seen.size, len(seen), 1 + seen.shape[1])
    error = math.sqrt(factor * float((own**2).sum())) / float(left @ left)
    return coefficient, error
