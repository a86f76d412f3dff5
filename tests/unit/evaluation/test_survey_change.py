"""The change of a weighted mean between two waves, in some districts against the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.survey_change import SurveyChange, Wave, survey_change

TREATED = frozenset({"d00", "d01", "d02", "d03"})


def wave(*, gain: float, year: float, seed: int) -> Wave:
    """60 persons in each of 16 districts of uneven mood; a tenth did not answer."""
    rng = np.random.default_rng(seed)
    districts = np.repeat([f"d{at:02}" for at in range(16)], 60)
    mood = np.repeat(np.linspace(60, 80, 16), 60)
    values = mood + year + gain * np.isin(districts, list(TREATED)) + rng.normal(0, 12, 960)
    values[rng.random(960) < 0.1] = np.nan
    weights = rng.uniform(0.5, 1.5, 960)
    return Wave(values, weights * 960 / weights.sum(), districts)


def estimated(before: Wave, after: Wave, treated: frozenset[str] = TREATED) -> SurveyChange:
    return survey_change(before, after, treated, seed=1, draws=299)


BEFORE = wave(gain=0, year=0, seed=1)


def test_a_gain_beyond_the_common_change_is_found() -> None:
    found = estimated(BEFORE, wave(gain=8, year=-3, seed=2))

    assert found.lower < 8 < found.upper
    assert found.lower > 0
    assert found.placebo_p < 0.05
    assert len(found.without_one) == 4


def test_what_changed_everywhere_is_no_gain() -> None:
    found = estimated(BEFORE, wave(gain=0, year=6, seed=3))

    assert found.lower < 0 < found.upper
    assert found.placebo_p > 0.05


def test_the_estimate_is_that_of_four_weighted_means_and_errors_add_up() -> None:
    after = wave(gain=4, year=0, seed=4)
    found = estimated(BEFORE, after)

    def mean(of: Wave, treated: bool) -> float:
        held = np.isfinite(of.values) & (np.isin(of.districts, list(TREATED)) == treated)
        return float(np.average(of.values[held], weights=of.weights[held]))

    by_hand = mean(after, True) - mean(BEFORE, True) - mean(after, False) + mean(BEFORE, False)
    assert found.estimate == pytest.approx(by_hand)
    assert found.standard_error**2 == pytest.approx(
        sum(one.standard_error**2 for one in found.means.values())
    )


def test_weights_that_do_not_sum_are_refused() -> None:
    wrong = replace(BEFORE, weights=BEFORE.weights * 1.05)
    with pytest.raises(Refused) as refusal:
        estimated(wrong, BEFORE)

    assert refusal.value.code == "weights_do_not_sum"


@pytest.mark.parametrize(
    ("treated", "code"),
    [
        (frozenset({"elsewhere"}), "no_treated_units"),
        (frozenset(f"d{at:02}" for at in range(16)), "no_control_units"),
    ],
)
def test_without_two_groups_it_is_refused(treated: frozenset[str], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        estimated(BEFORE, BEFORE, treated)

    assert refusal.value.code == code


def test_districts_without_answers_are_no_placebo() -> None:
    after = wave(gain=3, year=0, seed=5)
    silent = np.isin(BEFORE.districts, ["d10", "d11", "d12"])
    before_less, after_less = (
        replace(of, values=np.where(silent, np.nan, of.values)) for of in (BEFORE, after)
    )
    cut = [
        Wave(of.values[~silent], of.weights[~silent], of.districts[~silent])
        for of in (BEFORE, after)
    ]
    scaled = [replace(of, weights=of.weights * len(of.weights) / of.weights.sum()) for of in cut]

    assert estimated(before_less, after_less).placebo_p == estimated(*scaled).placebo_p


def test_too_few_answers_are_refused() -> None:
    with pytest.raises(Refused) as refusal:
        survey_change(BEFORE, BEFORE, frozenset({"d00"}), seed=1, minimum_respondents=100)

    assert refusal.value.code == "too_few_respondents"
