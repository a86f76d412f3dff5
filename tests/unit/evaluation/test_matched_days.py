"""Event days against the same weekdays around them."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from busan_safety.evaluation.methods.matched_days import MatchedDays, matched_days
from busan_safety.evaluation.methods.refusal import Refused


def days(
    ratio: float, beside: float = 1.0, *, noise: float = 0.0, seed: int = 1
) -> tuple[np.ndarray, ...]:
    """30 events of one day: weekends busier, districts of uneven size, eight comparable days."""
    rng = np.random.default_rng(seed)
    counts, kinds, occasions, weekdays = [], [], [], []
    for event in range(30):
        size = 10 + 5 * (event % 5)
        for kind, weekday, number in (
            ("event", 6, 1), ("beside", 5, 1), ("comparable", 6, 8), ("comparable", 5, 8),
        ):  # fmt: skip
            for _ in range(number):
                level = size * (1.5 if weekday == 6 else 1.0)
                level *= {"event": ratio, "beside": beside}.get(kind, 1.0)
                level *= rng.gamma(1 / noise, noise) if noise else 1.0
                counts.append(rng.poisson(level))
                kinds.append(kind)
                occasions.append(f"e{event}")
                weekdays.append(weekday)
    return np.array(counts), np.array(kinds), np.array(occasions), np.array(weekdays)


def estimated(parts: tuple[np.ndarray, ...]) -> MatchedDays:
    return matched_days(*parts)


def test_a_rise_on_the_day_and_a_fall_beside_it_are_told_apart() -> None:
    found = estimated(days(1.4, 0.8))

    assert found.ratio.lower < 1.4 < found.ratio.upper
    assert found.ratio.lower > 1.2
    assert found.beside is not None
    assert found.beside.lower < 0.8 < found.beside.upper < 1
    assert found.strata == 60


def test_busier_weekdays_are_no_effect_of_the_event() -> None:
    found = estimated(days(1.0))

    assert found.ratio.lower < 1 < found.ratio.upper
    assert found.expected == pytest.approx(found.observed, rel=0.1)
    assert len(found.without_one) == 30


def test_it_is_observed_over_expected_of_the_stratum() -> None:
    found = matched_days(
        np.array([30, 10, 20, 40, 10]),
        np.array(["event", "comparable", "comparable", "event", "comparable"]),
        np.array(["a", "a", "a", "b", "b"]),
        np.array([1, 1, 1, 2, 2]),
        minimum_events=1,
    )

    # Mantel-Haenszel would say 2.75; the likelihood solves sum(70) = sum(stratum total x share).
    shares = [found.ratio.estimate * 1 / (found.ratio.estimate * 1 + n) for n in (2, 1)]
    assert 60 * shares[0] + 50 * shares[1] == pytest.approx(70, rel=1e-6)
    assert found.beside is None


def test_it_is_a_poisson_regression_with_an_effect_for_every_stratum() -> None:
    counts, kinds, occasions, weekdays = (part[:90] for part in days(1.3, 0.9, noise=0.1))
    strata = np.unique(
        [f"{o}|{w}" for o, w in zip(occasions, weekdays, strict=True)], return_inverse=True
    )[1]
    terms = [kinds == "event", kinds == "beside", *np.eye(strata.max() + 1)[strata].T]
    regression = GLM(counts, np.column_stack(terms).astype(float), family=Poisson()).fit(scale="X2")

    found = matched_days(counts, kinds, occasions, weekdays)

    assert found.beside is not None
    assert [np.log(found.ratio.estimate), np.log(found.beside.estimate)] == pytest.approx(
        regression.params[:2]
    )
    assert found.dispersion == pytest.approx(regression.scale)
    assert found.ratio.standard_error == pytest.approx(regression.bse[0])


def test_days_that_vary_more_than_chance_widen_the_interval() -> None:
    calm, wild = estimated(days(1.2)), estimated(days(1.2, noise=0.2))

    assert calm.dispersion < 1.3
    assert wild.dispersion > 2
    assert wild.ratio.standard_error > 1.4 * calm.ratio.standard_error


@pytest.mark.parametrize(
    ("kept", "code"),
    [
        (("comparable",), "no_treated_units"),
        (("event", "beside"), "no_control_units"),
    ],
)
def test_days_without_the_other_side_are_refused(kept: tuple[str, ...], code: str) -> None:
    parts = days(1.0)
    held = np.isin(parts[1], kept)
    with pytest.raises(Refused) as refusal:
        matched_days(*(part[held] for part in parts))

    assert refusal.value.code == code


def test_too_few_events_are_refused() -> None:
    with pytest.raises(Refused) as refusal:
        matched_days(*days(1.0), minimum_events=100_000)

    assert refusal.value.code == "too_few_events"
