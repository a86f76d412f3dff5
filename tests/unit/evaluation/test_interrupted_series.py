"""Interrupted time series: known changes are found, errors are those asked for, breaks refused."""

import math
from datetime import date

import numpy as np
import pytest
import statsmodels.api as sm

from busan_safety.evaluation.methods.interrupted_series import (
    InterruptedSeries,
    Series,
    interrupted_series,
)
from busan_safety.evaluation.methods.refusal import Refused

BAN = date(2023, 1, 1)
BEFORE, AFTER = 24, 18
MONTHS = tuple(date(2021 + i // 12, i % 12 + 1, 1) for i in range(BEFORE + AFTER))
TIME = np.arange(1, BEFORE + AFTER + 1)
POST = (TIME > BEFORE).astype(float)
SEASON = 0.2 * np.sin(2 * np.pi * TIME / 12) + 0.1 * np.cos(4 * np.pi * TIME / 12)


def series(counts, months=MONTHS, exposure=None) -> Series:
    return Series(tuple(months), np.asarray(counts), exposure)


def exactly(log_mean: np.ndarray) -> np.ndarray:
    """Counts so large that rounding them does not show."""
    return np.rint(1e9 * np.exp(log_mean)).astype(np.int64)


def noisy(seed: int, spread: float = 0.15) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(
        200 * np.exp(0.005 * TIME - 0.2 * POST + spread * rng.normal(size=len(TIME)))
    )


def design() -> np.ndarray:
    return np.column_stack([np.ones(len(TIME)), TIME, POST])


def test_trend_level_slope_and_season_are_found() -> None:
    slope = np.where(POST == 1, TIME - BEFORE, 0)
    residents = np.linspace(1.0, 1.5, len(TIME))
    counts = exactly(0.01 * TIME - 0.3 * POST - 0.02 * slope + SEASON + np.log(residents))

    found = interrupted_series(
        series(counts, exposure=residents), BAN, slope_change=True, harmonic_pairs=2
    )

    assert found.level_change.estimate == pytest.approx(math.exp(-0.3))
    assert found.trend.estimate == pytest.approx(math.exp(0.01))
    assert found.slope_change is not None
    assert found.slope_change.estimate == pytest.approx(math.exp(-0.02))
    assert {name: round(math.log(r.estimate), 6) for name, r in found.season.items()} == {
        "sin_1": 0.2,
        "cos_1": 0.0,
        "sin_2": 0.0,
        "cos_2": 0.1,
    }
    assert (found.months_before, found.months_after) == (BEFORE, AFTER)
    assert found.residual_degrees == BEFORE + AFTER - 8


def test_quasi_errors_are_poisson_errors_times_the_root_of_the_dispersion() -> None:
    counts = noisy(1)

    plain = interrupted_series(series(counts), BAN, errors="poisson")
    quasi = interrupted_series(series(counts), BAN, errors="quasi_poisson")

    expected = sm.GLM(counts, design(), family=sm.families.Poisson()).fit(scale="X2")
    assert quasi.dispersion == pytest.approx(expected.scale)
    assert quasi.dispersion > 2
    assert quasi.level_change.estimate == plain.level_change.estimate
    assert quasi.level_change.standard_error == pytest.approx(
        plain.level_change.standard_error * math.sqrt(quasi.dispersion)
    )
    assert quasi.level_change.standard_error == pytest.approx(expected.bse[2])
    assert quasi.level_change.p_value == pytest.approx(expected.pvalues[2])


def test_under_dispersion_is_shown_and_not_taken_at_its_word() -> None:
    counts = np.where(POST == 1, 80, 100)

    plain = interrupted_series(series(counts), BAN, errors="poisson")
    quasi = interrupted_series(series(counts), BAN)

    assert quasi.dispersion == pytest.approx(0, abs=1e-9)
    assert quasi.level_change == plain.level_change
    assert quasi.level_change.estimate == pytest.approx(0.8)


def test_newey_west_errors_are_those_of_the_bartlett_sandwich() -> None:
    counts, matrix, lags = noisy(2), design(), 4

    found = interrupted_series(series(counts), BAN, errors="hac", hac_lags=lags)

    mean = sm.GLM(counts, matrix, family=sm.families.Poisson()).fit().mu
    scores = matrix * (counts - mean)[:, None]
    meat = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (cross + cross.T)
    bread = np.linalg.inv(matrix.T @ (matrix * mean[:, None]))
    rows, columns = matrix.shape
    covariance = bread @ meat @ bread * rows / (rows - columns)
    assert found.level_change.standard_error == pytest.approx(math.sqrt(covariance[2, 2]))


def test_newey_west_lags_follow_the_length_by_default() -> None:
    # floor(4 x (42 / 100)^(2/9)) = 3
    default = interrupted_series(series(noisy(3)), BAN, errors="hac")

    chosen = interrupted_series(series(noisy(3)), BAN, errors="hac", hac_lags=3)
    assert default.level_change == chosen.level_change
    other = interrupted_series(series(noisy(3)), BAN, errors="hac", hac_lags=2)
    assert default.level_change != other.level_change


def test_interval_covers_a_true_change_in_about_95_percent_of_series() -> None:
    rng = np.random.default_rng(4)
    mean = 60 * np.exp(0.005 * TIME - 0.25 * POST + SEASON)

    def covered() -> bool:
        # variance 3 x mean: a gamma mixture with shape mean / 2
        counts = rng.poisson(2 * rng.gamma(mean / 2))
        found = interrupted_series(series(counts), BAN, harmonic_pairs=2, student_t=True)
        return found.level_change.lower <= math.exp(-0.25) <= found.level_change.upper

    # 95 % of 120 is 114 with a binomial standard deviation of 2.4
    assert 107 <= sum(covered() for _ in range(120)) <= 119


def test_student_t_widens_the_interval_only() -> None:
    normal = interrupted_series(series(noisy(5)), BAN).level_change
    student = interrupted_series(series(noisy(5)), BAN, student_t=True).level_change

    # quantiles for 42 - 3 = 39 degrees of freedom
    widths = [math.log(found.upper / found.lower) for found in (normal, student)]
    assert widths[1] / widths[0] == pytest.approx(2.022691 / 1.959964, rel=1e-6)
    assert student.standard_error == normal.standard_error
    assert student.p_value > normal.p_value


def controlled(treated: np.ndarray, control: np.ndarray, **options) -> InterruptedSeries:
    return interrupted_series(series(treated), BAN, control=series(control), **options)


def test_control_takes_common_shocks_away() -> None:
    # given: a common shock in the very months after, and a season, which both series have
    common = SEASON + 0.4 * POST * (TIME < BEFORE + 6)
    control = exactly(common)

    found = controlled(exactly(common - 0.2 * POST + 0.01 * TIME), control)
    alone = interrupted_series(series(exactly(common - 0.2 * POST + 0.01 * TIME)), BAN)

    assert found.level_change.estimate == pytest.approx(math.exp(-0.2))
    assert found.trend.estimate == pytest.approx(math.exp(0.01))
    assert alone.level_change.estimate != pytest.approx(math.exp(-0.2), abs=0.05)


@pytest.mark.parametrize("errors", ["poisson", "quasi_poisson"])
def test_control_is_poisson_with_an_effect_for_every_month(errors) -> None:
    treated, control = noisy(6), noisy(7) // 2
    residents, elsewhere = np.linspace(3, 4, len(TIME)), np.linspace(9, 8, len(TIME))

    found = interrupted_series(
        series(treated, exposure=residents),
        BAN,
        control=series(control, exposure=elsewhere),
        errors=errors,
    )

    months = np.tile(np.eye(len(TIME)), (2, 1))
    relative = np.vstack([design(), np.zeros_like(design())])
    peer = sm.GLM(
        np.append(treated, control),
        np.column_stack([relative, months]),
        family=sm.families.Poisson(),
        offset=np.log(np.append(residents, elsewhere)),
    ).fit(scale="X2" if errors == "quasi_poisson" else 1.0)
    assert math.log(found.level_change.estimate) == pytest.approx(peer.params[2])
    assert found.level_change.standard_error == pytest.approx(peer.bse[2], rel=1e-6)
    assert found.dispersion == pytest.approx(peer.pearson_chi2 / peer.df_resid)
    assert found.curves.fitted == pytest.approx(peer.mu[: len(TIME)])


def test_counterfactual_leaves_the_change_out() -> None:
    slope = np.where(POST == 1, TIME - BEFORE, 0)
    untouched = 0.01 * TIME + SEASON

    found = interrupted_series(
        series(exactly(untouched - 0.3 * POST - 0.02 * slope)),
        BAN,
        slope_change=True,
        harmonic_pairs=2,
    ).curves

    assert found.counterfactual == pytest.approx(1e9 * np.exp(untouched), rel=1e-6)
    assert found.fitted == pytest.approx(found.observed, rel=1e-6)
    assert found.months == MONTHS


@pytest.mark.parametrize("control", [None, series(noisy(9))])
def test_curves_part_at_the_interruption_by_the_level_change(control) -> None:
    found = interrupted_series(series(noisy(8)), BAN, control=control)

    curves = found.curves
    assert curves.fitted[:BEFORE] == pytest.approx(curves.counterfactual[:BEFORE])
    ratio = curves.fitted[BEFORE:] / curves.counterfactual[BEFORE:]
    assert ratio == pytest.approx(np.full(AFTER, found.level_change.estimate))
    assert curves.fitted.sum() == pytest.approx(noisy(8).sum())
    for middle, lower, upper in (
        (curves.fitted, curves.fitted_lower, curves.fitted_upper),
        (curves.counterfactual, curves.counterfactual_lower, curves.counterfactual_upper),
    ):
        assert (lower < middle).all()
        assert (middle < upper).all()
    # the further from the data that carry it, the less is known of the counterfactual
    width = np.log(curves.counterfactual_upper / curves.counterfactual_lower)
    assert (np.diff(width[BEFORE:]) > 0).all()


def test_limits_of_the_fit_are_those_of_its_expected_counts() -> None:
    found = interrupted_series(series(noisy(10)), BAN, errors="poisson").curves

    frame = sm.GLM(noisy(10), design(), family=sm.families.Poisson()).fit().get_prediction()
    assert np.column_stack([found.fitted_lower, found.fitted_upper]) == pytest.approx(
        frame.conf_int(alpha=0.05)
    )


def test_autocorrelated_months_are_noticed() -> None:
    rng = np.random.default_rng(11)
    shock = np.zeros(len(TIME))
    for at in range(1, len(TIME)):
        shock[at] = 0.8 * shock[at - 1] + 0.1 * rng.normal()

    found = interrupted_series(series(rng.poisson(500 * np.exp(shock))), BAN).autocorrelation

    assert found.lags == 8
    assert found.ljung_box_p < 0.05
    assert found.breusch_godfrey_p < 0.05
    assert found.durbin_watson < 1.4


def test_independent_months_are_seldom_called_autocorrelated() -> None:
    rng = np.random.default_rng(12)
    checks = [
        interrupted_series(series(rng.poisson(np.full(len(TIME), 90))), BAN).autocorrelation
        for _ in range(80)
    ]

    # 5 % of 80 is 4 with a binomial standard deviation of 1.9; both find somewhat more in 42
    # months, up to 8 %
    assert sum(check.ljung_box_p < 0.05 for check in checks) <= 12
    assert sum(check.breusch_godfrey_p < 0.05 for check in checks) <= 12
    assert np.mean([check.durbin_watson for check in checks]) == pytest.approx(2.1, abs=0.15)


ANY = series(np.full(len(MONTHS), 50))
SHORT = MONTHS[: BEFORE + 3]


@pytest.mark.parametrize(
    ("given", "interruption", "options", "code"),
    [
        (ANY, MONTHS[0], {}, "interruption_outside"),
        (ANY, date(2024, 7, 1), {}, "interruption_outside"),
        (ANY, date(2020, 12, 1), {}, "interruption_outside"),
        (series([], ()), BAN, {}, "interruption_outside"),
        (ANY, MONTHS[7], {}, "too_few_points"),
        (ANY, MONTHS[-2], {}, "too_few_points"),
        (ANY, BAN, {"breaks": [date(2021, 2, 1)]}, "known_break"),
        (ANY, BAN, {"breaks": [date(2020, 3, 1), MONTHS[-1]]}, "known_break"),
        (ANY, BAN, {"breaks": [BAN]}, "known_break"),
        (ANY, BAN, {"breaks": [date(2023, 4, 15)]}, "known_break"),
        (series([5] * 41, MONTHS[:6] + MONTHS[7:]), BAN, {}, "missing_months"),
        (series([5] * BEFORE + [0] * AFTER), BAN, {}, "too_few_events"),
        (series([0] * BEFORE + [5] * AFTER), BAN, {}, "too_few_events"),
        (ANY, BAN, {"minimum_events": 2_000}, "too_few_events"),
        (ANY, BAN, {"control": series([5] * BEFORE + [0] * AFTER)}, "too_few_events"),
        (
            series([0] + [5] * (len(MONTHS) - 1)),
            BAN,
            {"control": series([0] + [5] * (len(MONTHS) - 1))},
            "too_few_events",
        ),
        (series([5] * 11, MONTHS[:11]), MONTHS[8], {"harmonic_pairs": 5}, "not_identified"),
    ],
)
def test_series_that_cannot_carry_the_estimate_is_refused(given, interruption, options, code):
    with pytest.raises(Refused) as refusal:
        interrupted_series(given, interruption, **options)

    assert refusal.value.code == code


def test_eight_months_before_and_three_after_are_enough() -> None:
    found = interrupted_series(series([50] * 11, MONTHS[:11]), MONTHS[8])

    assert (found.months_before, found.months_after) == (8, 3)


def test_breaks_outside_the_months_do_no_harm() -> None:
    # a break in the first month lies before everything that is compared
    breaks = [date(2019, 1, 1), MONTHS[0], date(2024, 7, 1)]

    assert interrupted_series(ANY, BAN, breaks=breaks) is not None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: series([1, 2], MONTHS[:3]),
        lambda: series([1, -2], MONTHS[:2]),
        lambda: series([1, 2.5], MONTHS[:2]),
        lambda: series([1, 2], (MONTHS[1], MONTHS[0])),
        lambda: series([1, 2], (MONTHS[0], date(2021, 2, 2))),
        lambda: series([1, 2], MONTHS[:2], np.array([1.0, 0.0])),
        lambda: series([1, 2], MONTHS[:2], np.array([1.0])),
        lambda: interrupted_series(ANY, date(2023, 1, 10)),
        lambda: interrupted_series(ANY, BAN, harmonic_pairs=6),
        lambda: interrupted_series(ANY, BAN, hac_lags=-1),
        lambda: interrupted_series(ANY, BAN, level=95),
        lambda: interrupted_series(ANY, BAN, control=series([5] * 10, MONTHS[:10])),
    ],
)
def test_arguments_that_make_no_sense_are_errors(wrong) -> None:
    with pytest.raises(ValueError, match=r"\w") as error:
        wrong()

    assert not isinstance(error.value, Refused)
