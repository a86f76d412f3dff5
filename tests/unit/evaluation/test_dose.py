"""A ratio per step where every district gets something, but not as much of it."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from busan_safety.evaluation.methods.dose import DoseEffect, dose_effect
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.within import two_way_dummies

DISTRICTS, MONTHS = 16, 24


def table(ratio: float, *, seed: int = 1, level: float = 20.0) -> tuple[np.ndarray, np.ndarray]:
    """Counts of districts of uneven size under a season, and doses that vary over both."""
    rng = np.random.default_rng(seed)
    dose = rng.gamma(4, 0.5, (DISTRICTS, 1)) * (np.arange(MONTHS) % 12 > 1)
    dose = dose * rng.uniform(0.7, 1.3, dose.shape)
    size = rng.gamma(4, 0.25, (DISTRICTS, 1))
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(MONTHS) / 12)
    return rng.poisson(level * size * season * ratio**dose).astype(float), dose


def estimated(counts: np.ndarray, dose: np.ndarray, **rest: object) -> DoseEffect:
    return dose_effect(counts, dose, seed=5, draws=199, **rest)  # type: ignore[arg-type]


def test_a_planted_ratio_per_step_is_found() -> None:
    found = estimated(*table(0.85))

    assert found.ratio.lower < 0.85 < found.ratio.upper < 1
    assert found.ratio.p_value < 0.02
    assert len(found.without_one) == DISTRICTS
    assert found.dispersion == pytest.approx(1, abs=0.3)


def test_what_is_common_to_a_month_or_a_district_is_no_effect_of_the_dose() -> None:
    found = estimated(*table(1.0))

    assert found.ratio.lower < 1 < found.ratio.upper
    assert found.ratio.p_value > 0.05


def test_the_estimate_is_that_of_a_poisson_regression_with_both_effects() -> None:
    counts, dose = table(0.9)
    dummies = two_way_dummies(np.ones_like(counts, dtype=bool))
    regression = GLM(
        counts.ravel(), np.column_stack([dose.ravel(), dummies]), family=Poisson()
    ).fit(cov_type="cluster", cov_kwds={"groups": np.repeat(np.arange(DISTRICTS), MONTHS)})

    found = estimated(counts, dose)

    assert np.log(found.ratio.estimate) == pytest.approx(regression.params[0], abs=1e-6)
    assert found.clustered_error == pytest.approx(regression.bse[0], rel=0.05)


def test_more_exposure_is_not_more_danger() -> None:
    counts, dose = table(1.0)
    exposure = np.exp(0.3 * dose)
    counts = np.random.default_rng(2).poisson(10 * exposure).astype(float)

    assert estimated(counts, dose).ratio.lower > 1.2
    assert estimated(counts, dose, exposure=exposure).ratio.lower < 1.05


def test_one_district_behind_it_all_shows_when_it_is_left_out() -> None:
    counts, dose = table(1.0)
    dose[0] += np.linspace(0, 8, MONTHS)
    counts[0] = np.round(20 * np.exp(-0.25 * np.linspace(0, 8, MONTHS)))

    found = estimated(counts, dose)

    assert found.ratio.estimate < 0.92
    assert max(found.without_one) > 0.97


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"dose": np.ones((DISTRICTS, MONTHS))}, "no_change_of_dose"),
        ({"dose": np.tile(np.arange(MONTHS) % 12 > 1, (DISTRICTS, 1)) * 1.0}, "no_change_of_dose"),
        ({"counts": np.zeros((DISTRICTS, MONTHS))}, "too_few_events"),
        ({"exposure": np.zeros((DISTRICTS, MONTHS))}, "zero_counts"),
    ],
)
def test_what_leaves_nothing_to_compare_is_refused(
    change: dict[str, np.ndarray], code: str
) -> None:
    counts, dose = table(1.0)
    parts = {"counts": counts, "dose": dose, **change}
    with pytest.raises(Refused) as refusal:
        dose_effect(seed=1, draws=99, **parts)  # type: ignore[arg-type]

    assert refusal.value.code == code


def test_a_handful_of_districts_is_refused() -> None:
    counts, dose = table(1.0)
    with pytest.raises(Refused) as refusal:
        estimated(counts[:7], dose[:7])

    assert refusal.value.code == "too_few_clusters"


def test_events_only_where_there_was_any_are_no_estimate() -> None:
    dose = np.tile([[1.0, 0.0], [0.0, 1.0]], (5, 1))
    with pytest.raises(Refused) as refusal:
        estimated(20 * dose, dose)

    assert refusal.value.code == "no_convergence"
