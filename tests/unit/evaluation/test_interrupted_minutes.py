"""A step in typical minutes, with errors for months that resemble each other."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from statsmodels.regression.linear_model import WLS

from busan_safety.evaluation.methods.interrupted_minutes import (
    InterruptedMinutes,
    interrupted_minutes,
)
from busan_safety.evaluation.methods.refusal import Refused

MONTHS = tuple(date(2021 + at // 12, at % 12 + 1, 1) for at in range(48))
START = date(2023, 7, 1)
CASES = np.full(48, 100)


def logs(*, ratio: float = 1.0, memory: float = 0.0, seed: int = 2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 0.06, 48)
    for at in range(1, 48):
        noise[at] += memory * noise[at - 1]
    step = np.log(ratio) * np.array([month >= START for month in MONTHS])
    season = 0.1 * np.sin(2 * np.pi * np.arange(48) / 12)
    return np.log(165) + 0.002 * np.arange(48) + season + step + noise


def estimated(values: np.ndarray, **rest: object) -> InterruptedMinutes:
    return interrupted_minutes(MONTHS, values, CASES, START, harmonic_pairs=1, **rest)  # type: ignore[arg-type]


def test_a_step_is_found() -> None:
    found = estimated(logs(ratio=0.8))

    assert found.level_change.lower < 0.8 < found.level_change.upper < 1
    assert found.curves.counterfactual[-1] > found.curves.fitted[-1]
    assert found.curves.counterfactual[0] == pytest.approx(found.curves.fitted[0])


def test_months_that_resemble_each_other_widen_the_interval() -> None:
    wider = [
        one.level_change.standard_error / one.plain_error
        for seed in range(12)
        for one in [estimated(logs(memory=0.7, seed=seed), hac_lags=6)]
    ]

    assert np.mean(wider) > 1.1


def test_the_error_is_never_below_that_of_independent_months() -> None:
    found = [estimated(logs(seed=seed)) for seed in range(40)]

    assert all(one.level_change.standard_error >= one.plain_error * (1 - 1e-9) for one in found)
    # Newey-West alone falls below it in most of these series without any memory.
    below = [one.level_change.standard_error == pytest.approx(one.plain_error) for one in found]
    assert np.mean(below) > 0.5


def test_weights_are_the_months_cases() -> None:
    values, cases = logs(ratio=0.9), np.arange(48) + 20
    found = interrupted_minutes(MONTHS, values, cases, START)

    after = np.array([month >= START for month in MONTHS], dtype=float)
    terms = np.column_stack([np.ones(48), np.arange(1, 49), after])
    assert np.log(found.level_change.estimate) == pytest.approx(
        WLS(values, terms, weights=cases).fit().params[2]
    )


@pytest.mark.parametrize(
    ("start", "rest", "code"),
    [
        (date(2021, 1, 1), {}, "no_periods_before"),
        (date(2026, 1, 1), {}, "interruption_outside"),
        (date(2021, 5, 1), {}, "too_few_points"),
        (START, {"breaks": [date(2022, 3, 1)]}, "known_break"),
        (START, {"minimum_cases": 4000}, "too_few_events"),
    ],
)
def test_what_cannot_be_estimated_is_refused(
    start: date, rest: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        interrupted_minutes(MONTHS, logs(), CASES, start, **rest)  # type: ignore[arg-type]

    assert refusal.value.code == code


def test_a_month_missing_in_between_is_refused() -> None:
    kept = [at for at in range(48) if at != 20]
    with pytest.raises(Refused) as refusal:
        interrupted_minutes(tuple(MONTHS[at] for at in kept), logs()[kept], CASES[kept], START)

    assert refusal.value.code == "missing_months"
