"""Hauer's empirical Bayes: the tutorial's numbers, and sites chosen for their high counts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.site_before_after import (
    SafetyPerformance,
    SiteBeforeAfter,
    SitePeriod,
    Trend,
    before_after,
    eb_expected,
    eb_weight,
    effectiveness,
    fit_safety_performance,
    reference_trend,
    section_estimate,
)

TUTORIAL = SafetyPerformance(np.array([math.log(0.0224), 0.564]), 2.05, np.zeros((3, 3)))
SHAPE = 2.0


def sites(counts, exposure=10_000.0, years=3.0, covariates=None) -> SitePeriod:
    found = np.asarray(counts)
    return SitePeriod(
        found, np.broadcast_to(exposure, found.shape).astype(float), years, covariates
    )


def draw_sites(rng: np.random.Generator, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Exposure and true events a year of sites that differ beyond their exposure."""
    exposure = rng.uniform(3_000, 30_000, number)
    return exposure, 0.002 * exposure**0.7 * rng.gamma(SHAPE, 1 / SHAPE, number)


def selected_study(rng: np.random.Generator, theta: float) -> SiteBeforeAfter:
    """Treat the fifth of the candidates with most events in a year; others are the reference."""
    exposure, rate = draw_sites(rng, 120)
    fitted = fit_safety_performance(sites(rng.poisson(3 * rate), exposure, years=3))
    exposure, rate = draw_sites(rng, 200)
    counts = rng.poisson(rate)
    high = np.argsort(counts)[-40:]
    after = rng.poisson(3 * theta * rate[high])
    return before_after(
        sites(counts[high], exposure[high], years=1), sites(after, exposure[high], years=3), fitted
    )


def covers(found, value: float) -> bool:
    return found.lower <= value <= found.upper


def test_function_of_the_tutorial() -> None:
    expected = TUTORIAL.expected(sites([12], 4_000, years=1))

    assert round(float(expected[0]), 5) == 2.40885


def test_estimate_of_the_tutorial_for_one_year() -> None:
    rate = float(TUTORIAL.expected(sites([12], 4_000, years=1))[0])

    found = section_estimate(12, rate=rate, years=1, length=1.8, shape_per_length=2.05)

    assert round(found.weight, 5) == 0.45976
    assert round(found.per_year, 3) == 8.476
    assert round(found.per_length_year, 2) == 4.71
    assert round(found.deviation_per_length_year, 2) == 1.19


def test_estimate_of_the_tutorial_for_three_years() -> None:
    # The tutorial's second example: 12, 7 and 8 crashes, 7.97 +- 1.44 a year for the section.
    rate = float(TUTORIAL.expected(sites([12], 4_000, years=1))[0])

    found = section_estimate(27, rate=rate, years=3, length=1.8, shape_per_length=2.05)

    assert round(found.weight, 3) == 0.221
    assert round(found.per_year, 2) == 7.97
    assert round(found.per_length_year, 2) == 4.43
    assert round(found.deviation_per_length_year, 2) == 0.80
    assert round(found.deviation_per_length_year * 1.8, 2) == 1.44


def test_general_weight_is_the_tutorials_with_the_length_cancelled() -> None:
    weight = eb_weight([2.40885 * 3 * 1.8], 2.05 * 1.8)

    assert weight[0] == pytest.approx(1 / (1 + 2.40885 * 3 / 2.05))


@given(
    st.integers(min_value=0, max_value=500),
    st.floats(min_value=0.01, max_value=500),
    st.floats(min_value=0.01, max_value=1_000),
)
def test_estimate_lies_between_count_and_function(count: int, expected: float, shape: float):
    found = eb_expected([count], [expected], shape)

    low, high = sorted((count, expected))
    assert low - 1e-9 <= found.events[0] <= high + 1e-9
    # the posterior is a gamma distribution with shape k + x and rate k / mu + 1
    rate = shape / expected + 1
    assert found.events[0] == pytest.approx((shape + count) / rate)
    assert found.variance[0] == pytest.approx((shape + count) / rate**2)


def test_sites_that_differ_by_chance_only_are_as_the_function_says() -> None:
    found = eb_expected([0, 9], [4.0, 5.0], math.inf)

    assert list(found.events) == [4.0, 5.0]
    assert list(found.variance) == [0.0, 0.0]


def test_index_of_effectiveness_by_hand() -> None:
    # v = 25 / 100^2 = 0.0025; theta = 0.8 / 1.0025; var = theta^2 (1/80 + v) / 1.0025^2
    found = effectiveness(80, 100, 25)

    assert found.theta == pytest.approx(0.798005, abs=1e-6)
    assert found.variance == pytest.approx(0.798005**2 * 0.015 / 1.0025**2, rel=1e-5)
    reach = 1.959964 * math.sqrt(0.015) / 1.0025
    assert found.lower == pytest.approx(0.798005 * math.exp(-reach), rel=1e-5)
    assert found.upper == pytest.approx(0.798005 * math.exp(reach), rel=1e-5)


def test_prediction_follows_years_exposure_and_trend() -> None:
    before, after = sites([12], 4_000, years=3), sites([5], 8_000, years=1)

    found = before_after(before, after, TUTORIAL, trend=Trend(0.9))

    estimate = eb_expected([12], [2.40885 * 3], 2.05)
    assert found.predicted == pytest.approx(estimate.events[0] / 3 * 2**0.564 * 0.9, rel=1e-5)
    assert found.predicted_variance == pytest.approx(
        estimate.variance[0] * (2**0.564 * 0.9 / 3) ** 2, rel=1e-5
    )
    assert found.naive == effectiveness(5, 4, 12 / 9)


def test_share_of_regression_to_the_mean() -> None:
    # w = 1 / (1 + 4/4) = 1/2 at each site: (10 + 4) / 2 + (8 + 4) / 2 = 13 of 18 would remain.
    constant = SafetyPerformance(np.array([math.log(4.0), 0.0]), 4.0, np.zeros((3, 3)))

    found = before_after(sites([10, 8], years=1), sites([6, 7], years=1), constant)

    assert found.predicted == pytest.approx(13)
    assert found.regression_to_the_mean == pytest.approx(5 / 18)
    assert found.naive.theta == pytest.approx(13 / 18 / (1 + 1 / 18))


def test_uncertain_trend_widens_the_prediction() -> None:
    before, after = sites([12, 20]), sites([9, 14])

    known = before_after(before, after, TUTORIAL, trend=Trend(0.9))
    uncertain = before_after(before, after, TUTORIAL, trend=Trend(0.9, 0.01))

    assert uncertain.trend_variance == pytest.approx(0.01 * known.predicted**2)
    assert uncertain.predicted_variance == pytest.approx(
        known.predicted_variance + uncertain.trend_variance
    )


@pytest.mark.parametrize("direction", [(0.02, -0.001, 0.0), (0.0, 0.0, 0.05), (0.02, 0.01, 0.1)])
def test_variance_of_the_function_is_that_of_its_gradient(direction) -> None:
    # given: a covariance of rank one, so that the delta method is one directional derivative
    before, after = sites([12, 3, 0], [4e3, 9e3, 2e4]), sites([5, 4, 1], [8e3, 9e3, 1e4])

    def predicted(step: float) -> float:
        coefficients = TUTORIAL.coefficients + step * np.array(direction[:2])
        shape = 1 / (1 / TUTORIAL.shape + step * direction[2])
        moved = SafetyPerformance(coefficients, shape, np.zeros((3, 3)))
        return before_after(before, after, moved, trend=Trend(0.9)).predicted

    uncertain = SafetyPerformance(
        TUTORIAL.coefficients, TUTORIAL.shape, np.outer(direction, direction)
    )
    found = before_after(before, after, uncertain, trend=Trend(0.9))

    slope = (predicted(1e-5) - predicted(-1e-5)) / 2e-5
    assert found.function_variance == pytest.approx(slope**2, rel=1e-5)


def test_fit_finds_the_function_and_the_dispersion() -> None:
    rng = np.random.default_rng(3)
    exposure, level = draw_sites(rng, 1_500)
    school = rng.integers(0, 2, 1_500)
    years = rng.choice([0.5, 1.0, 2.0], 1_500)
    counts = rng.poisson(level * years * np.exp(0.4 * school))

    found = fit_safety_performance(sites(counts, exposure, years, school[:, None].astype(float)))

    errors = np.sqrt(np.diag(found.covariance))
    estimates = np.append(found.coefficients, 1 / found.shape)
    assert (np.abs(estimates - [math.log(0.002), 0.7, 0.4, 1 / SHAPE]) < 3 * errors).all()
    assert (errors[1:] < 0.1).all()


def test_counts_no_more_variable_than_poisson_give_an_infinite_shape() -> None:
    exposure = np.tile([5_000.0, 20_000.0], 30)

    found = fit_safety_performance(sites(np.tile([4, 9], 30), exposure))

    assert found.shape == math.inf
    assert found.expected(sites([0, 0], [5_000.0, 20_000.0])) == pytest.approx([4, 9])


def test_trend_is_what_exposure_does_not_explain() -> None:
    found = reference_trend(
        sites([60, 40], 4_000, years=2), sites([40, 20], 8_000, years=1), TUTORIAL
    )

    assert found.ratio == pytest.approx(60 / 100 / (2**0.564 / 2))
    assert found.relative_variance == pytest.approx(1 / 60 + 1 / 100)


def test_selected_sites_without_effect_look_improved_to_the_naive_ratio_only() -> None:
    rng = np.random.default_rng(17)

    studies = [selected_study(rng, theta=1.0) for _ in range(60)]

    assert sum(study.naive.upper < 1 for study in studies) >= 56
    assert sum(covers(study.effect, 1) for study in studies) >= 52
    assert np.mean([study.effect.theta for study in studies]) == pytest.approx(1, abs=0.04)
    regressed = np.mean([study.regression_to_the_mean for study in studies])
    assert regressed == pytest.approx(1 - np.mean([s.naive.theta for s in studies]), abs=0.04)


def test_interval_covers_a_true_effect_in_about_95_percent_of_studies() -> None:
    rng = np.random.default_rng(75)

    studies = [selected_study(rng, theta=0.75) for _ in range(200)]

    # 95 % of 200 is 190 with a binomial standard deviation of 3.1
    assert 181 <= sum(covers(study.effect, 0.75) for study in studies) <= 199
    assert sum(covers(study.naive, 0.75) for study in studies) < 20
    assert np.mean([study.effect.theta for study in studies]) == pytest.approx(0.75, abs=0.02)


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        (sites([3] * 20, np.arange(1, 21) * 1e3), "too_few_sites"),
        (sites([0] * 39 + [1], np.arange(1, 41) * 1e3), "too_few_events"),
        (sites([3, 5] * 20), "not_identified"),
    ],
)
def test_reference_that_cannot_carry_a_function_is_refused(reference, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        fit_safety_performance(reference)

    assert refusal.value.code == code


def test_no_events_after_are_refused_without_a_count() -> None:
    with pytest.raises(Refused) as refusal:
        before_after(sites([4, 5]), sites([0, 0]), TUTORIAL)

    assert refusal.value.code == "too_few_events"
    assert not any(character.isdigit() for character in str(refusal.value))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: sites([-1, 2]),
        lambda: sites([1.5, 2]),
        lambda: sites([1, 2], 0.0),
        lambda: sites([1, 2], years=np.array([1.0, 2.0, 3.0])),
        lambda: sites([1, 2], covariates=np.zeros((3, 1))),
        lambda: SitePeriod(np.array([1, 2]), np.array([1.0]), 1.0),
        lambda: Trend(0),
        lambda: SafetyPerformance(np.zeros(2), 1.0, np.zeros((2, 2))),
        lambda: eb_weight([1.0], 0),
        lambda: eb_expected([1], [1.0, 2.0], 2.0),
        lambda: TUTORIAL.expected(sites([1, 2], covariates=np.zeros((2, 1)))),
        lambda: before_after(sites([1, 2]), sites([1]), TUTORIAL),
        lambda: effectiveness(5, 0, 1),
        lambda: section_estimate(5, rate=1, years=0, length=1, shape_per_length=1),
    ],
)
def test_arguments_that_make_no_sense_are_errors(wrong) -> None:
    with pytest.raises(ValueError, match=r"\w") as error:
        wrong()

    assert not isinstance(error.value, Refused)
