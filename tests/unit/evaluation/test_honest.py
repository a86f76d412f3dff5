"""Honest intervals hold the effect whenever the trend keeps to the bound."""

from dataclasses import replace

import numpy as np
import pytest
from simulated_panels import simulated_panel

from busan_safety.evaluation.methods.event_study import (
    EventStudy,
    RelativeEffect,
    event_study,
)
from busan_safety.evaluation.methods.honest import (
    relative_magnitude_interval,
    smoothness_interval,
)
from busan_safety.evaluation.methods.refusal import Refused

Z = 1.959964


def study(estimates: dict[int, float], covariance: np.ndarray | None = None) -> EventStudy:
    """An event study with given estimates; independent errors of 0.1 unless said."""
    if covariance is None:
        covariance = np.eye(len(estimates)) * 0.01
    effects = tuple(
        RelativeEffect(time, value, np.nan, np.nan, float(np.sqrt(covariance[k, k])), 10)
        for k, (time, value) in enumerate(sorted(estimates.items()))
    )
    return EventStudy(effects, covariance, observations=1000, clusters=200)


def test_without_allowance_the_interval_is_the_ordinary_one() -> None:
    found = relative_magnitude_interval(study({-3: 0.1, -2: -0.3, 0: 1, 1: 2}), bound=0)

    assert (found.lower, found.upper) == pytest.approx((1 - Z * 0.1, 1 + Z * 0.1), rel=1e-6)


def test_one_lead_gives_the_effect_plus_and_minus_the_allowed_step() -> None:
    # given: one step of 0.3; bias up to 2 x 0.5 x 0.3 at time 1, its error 0.1 x sqrt(1 + 1)
    found = relative_magnitude_interval(study({-2: -0.3, 0: 1, 1: 2}), relative_time=1, bound=0.5)

    reach = 0.3 + Z * 0.1 * np.sqrt(2)
    assert (found.lower, found.upper) == pytest.approx((2 - reach, 2 + reach), rel=1e-6)


def test_largest_step_may_lie_between_any_two_leads() -> None:
    early = relative_magnitude_interval(study({-4: 2.0, -3: 0, -2: 0, 0: 1}))
    late = relative_magnitude_interval(study({-4: 2.0, -3: 2.0, -2: 2.0, 0: 1}))

    assert early.lower < 1 - 2
    assert late.lower < 1 - 2


def test_straight_line_is_taken_off() -> None:
    # given: a line of slope 0.5 through -1 and an effect of 2 at time 1
    line = {time: 0.5 * (time + 1) for time in (-4, -3, -2, 0, 1)}
    found = smoothness_interval(study({**line, 1: line[1] + 2}), relative_time=1)

    assert (found.lower + found.upper) / 2 == pytest.approx(2)


def test_line_from_one_lead_has_the_error_of_its_extrapolation() -> None:
    # given: weights 1 on the effect at 0 and 1 on the lead at -2
    found = smoothness_interval(study({-2: -0.3, 0: 1}))

    assert found.lower == pytest.approx(0.7 - Z * 0.1 * np.sqrt(2), rel=1e-6)


def test_worst_bias_of_one_lead_is_one_change_of_slope() -> None:
    # given: a bias far above the error; half length -> bound + one-sided normal quantile x error
    found = smoothness_interval(study({-2: -0.3, 0: 1}), bound=10)

    assert (found.upper - found.lower) / 2 == pytest.approx(10 + 1.644854 * 0.1 * np.sqrt(2))


def test_interval_does_not_depend_on_the_unit_of_the_outcome() -> None:
    values = {-4: 0.3, -3: 0.1, -2: -0.2, 0: 1.0, 1: 1.5}
    thousand = study({k: 1000 * v for k, v in values.items()}, np.eye(5) * 1e4)

    small = smoothness_interval(study(values), bound=0.1)
    large = smoothness_interval(thousand, bound=100)

    assert large.upper == pytest.approx(1000 * small.upper, rel=1e-4)


@pytest.mark.parametrize("method", [relative_magnitude_interval, smoothness_interval])
def test_more_allowance_never_gives_a_shorter_interval(method) -> None:
    of = study({-4: 0.3, -3: 0.1, -2: -0.2, 0: 1.0, 1: 1.5})

    lengths = [
        (found := method(of, relative_time=1, bound=bound)).upper - found.lower
        for bound in (0, 0.1, 0.5, 1, 3)
    ]

    assert np.all(np.diff(lengths) > 0)


def test_intervals_cover_at_least_as_often_as_they_say() -> None:
    # given: a zigzag whose steps before and after are equal, and a bent line
    rng = np.random.default_rng(6)
    times = np.array([-4, -3, -2, 0, 1])
    zigzag, bent = np.array([0, 0.4, 0.4, 0.4, 0.8]), 0.05 * (times + 1.0) ** 2
    held = []
    for _ in range(150):
        noise = rng.normal(size=5) * 0.1
        steps = study(dict(zip(times, zigzag + noise, strict=True)))
        curved = study(dict(zip(times, bent + noise, strict=True)))
        by_size = relative_magnitude_interval(steps, relative_time=1, bound=1)
        by_slope = smoothness_interval(curved, relative_time=1, bound=0.1)
        held.append([by_size.lower < 0 < by_size.upper, by_slope.lower < 0 < by_slope.upper])

    assert np.all(np.mean(held, axis=0) >= 0.9)


def test_event_study_feeds_the_intervals() -> None:
    panel = simulated_panel((5,) * 20 + (None,) * 20, effect=3)
    trend = 0.8 * np.arange(8) * ~panel.never_treated()[:, None]
    found = event_study(replace(panel, outcome=panel.outcome + trend))

    honest = smoothness_interval(found, relative_time=3)

    assert found.effects[-1].lower > 3
    assert honest.lower < 3 < honest.upper


@pytest.mark.parametrize("method", [relative_magnitude_interval, smoothness_interval])
@pytest.mark.parametrize("times", [{0: 1.0, 1: 2.0}, {-4: 0.1, -2: 0.2, 0: 1.0}])
def test_without_leads_or_with_gaps_the_bounds_are_refused(method, times) -> None:
    with pytest.raises(Refused) as refusal:
        method(study(times))

    assert refusal.value.code == "no_periods_before"


@pytest.mark.parametrize("method", [relative_magnitude_interval, smoothness_interval])
@pytest.mark.parametrize("wrong", [{"bound": -1}, {"relative_time": 7}, {"relative_time": -2}])
def test_a_wrong_bound_or_time_is_an_error(method, wrong) -> None:
    with pytest.raises(ValueError, match=r"bound|relative time"):
        method(study({-2: 0.1, 0: 1.0}), **wrong)
