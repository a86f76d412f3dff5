"""The 2x2 rate ratio, its error and its over-dispersion behave as the formulas say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from busan_safety.evaluation.methods.detectable import minimum_detectable_ratio
from busan_safety.evaluation.methods.rate_ratio import (
    Cells,
    log_standard_error,
    pearson_overdispersion,
    rate_ratio,
)
from busan_safety.evaluation.methods.refusal import Refused

counts = st.integers(min_value=1, max_value=1_000_000)


def test_estimate_is_the_ratio_of_the_two_changes() -> None:
    found = rate_ratio(Cells(200, 120, 1000, 800))

    assert found.estimate == pytest.approx((120 / 200) / (800 / 1000))


def test_interval_is_the_estimate_times_and_over_the_error_factor() -> None:
    # SE = sqrt(1/100 + 1/50 + 1/200 + 1/100) = 0.2121, factor exp(1.959964 x 0.2121) = 1.5155.
    found = rate_ratio(Cells(100, 50, 200, 100))

    assert found.estimate == pytest.approx(1)
    assert found.lower == pytest.approx(0.6598, abs=5e-5)
    assert found.upper == pytest.approx(1.5155, abs=5e-5)
    assert found.p_value == pytest.approx(1)


def test_p_value_is_that_of_the_normal_score() -> None:
    # log(0.5) / 0.2 = -3.4657
    found = rate_ratio(Cells(100, 50, 100, 100))

    assert found.standard_error == pytest.approx(math.sqrt(0.05))
    assert found.p_value == pytest.approx(0.001936, abs=1e-5)


def test_one_hundred_events_a_cell_can_detect_a_ratio_of_0_57() -> None:
    error = log_standard_error(Cells(100, 100, 100, 100))

    assert error == pytest.approx(0.2)
    assert round(minimum_detectable_ratio(error), 2) == 0.57
    assert minimum_detectable_ratio(error, increase=True) == pytest.approx(
        1 / minimum_detectable_ratio(error)
    )


def test_detectable_effect_needs_a_positive_error() -> None:
    with pytest.raises(ValueError, match="positive"):
        minimum_detectable_ratio(0)


@pytest.mark.parametrize("cells", [Cells(0, 50, 50, 50), Cells(50, 50, 50, 19)])
def test_a_cell_with_too_few_events_is_refused_without_its_count(cells: Cells) -> None:
    with pytest.raises(Refused) as refusal:
        rate_ratio(cells, minimum_events=20)

    assert refusal.value.code == "too_few_events"
    assert "19" not in str(refusal.value)


def test_zero_events_are_refused_even_without_a_minimum() -> None:
    with pytest.raises(Refused):
        rate_ratio(Cells(5, 5, 5, 0), minimum_events=0)


def test_under_dispersion_is_not_taken_at_its_word() -> None:
    with pytest.raises(ValueError, match="less variable than Poisson"):
        rate_ratio(Cells(50, 50, 50, 50), overdispersion=0.5)


@given(counts, counts, counts, counts, st.floats(min_value=1, max_value=50))
def test_over_dispersion_widens_by_its_root_and_leaves_the_estimate(
    a: int, b: int, c: int, d: int, factor: float
) -> None:
    plain, wide = (
        rate_ratio(Cells(a, b, c, d)),
        rate_ratio(Cells(a, b, c, d), overdispersion=factor),
    )

    assert wide.estimate == plain.estimate
    assert wide.standard_error == pytest.approx(plain.standard_error * math.sqrt(factor))
    assert wide.lower <= plain.lower <= plain.estimate <= plain.upper <= wide.upper


@given(counts, counts, counts, counts)
def test_exchanging_before_and_after_inverts_the_result(a: int, b: int, c: int, d: int) -> None:
    there, back = rate_ratio(Cells(a, b, c, d)), rate_ratio(Cells(b, a, d, c))

    assert there.estimate == pytest.approx(1 / back.estimate)
    assert there.lower == pytest.approx(1 / back.upper)
    assert there.p_value == pytest.approx(back.p_value)


def test_poisson_counts_have_a_dispersion_near_one() -> None:
    rng = np.random.default_rng(11)
    means = np.outer(rng.uniform(2, 20, 80), rng.uniform(0.7, 1.3, 24))

    assert pearson_overdispersion(rng.poisson(means)) == pytest.approx(1, abs=0.1)


def test_doubled_variance_is_found() -> None:
    # A sum of pairs: every event comes twice, so variance is twice the mean.
    rng = np.random.default_rng(12)
    means = np.outer(rng.uniform(5, 20, 80), rng.uniform(0.7, 1.3, 24))

    assert pearson_overdispersion(2 * rng.poisson(means)) == pytest.approx(2, abs=0.2)


def test_dispersion_is_never_below_one() -> None:
    assert pearson_overdispersion(np.full((5, 12), 7)) == 1.0


@pytest.mark.parametrize(
    "panel", [np.zeros((5, 12), dtype=int), np.array([[3, 4, 5]]), np.array([[3], [4]])]
)
def test_dispersion_needs_variation_over_units_and_months(panel: np.ndarray) -> None:
    with pytest.raises(Refused) as refusal:
        pearson_overdispersion(panel)

    assert refusal.value.code == "no_variation"
