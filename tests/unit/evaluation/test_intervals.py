"""Intervals reproduce the published numbers to the printed digit (DOMAIN.md E1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busan_safety.evaluation.methods.intervals import (
    byar_interval,
    exact_interval,
    poisson_interval,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("observed", "level", "lower", "upper", "lower_digits", "upper_digits"),
    [
        (65, 0.95, 50.16318771, 82.84913855, 8, 8),
        (1045, 0.95, 982.5932018, 1110.331213, 7, 6),
        (65, 0.998, 42.88026, 94.00029, 5, 5),
    ],
)
def test_byar_matches_published_numbers(
    observed: int, level: float, lower: float, upper: float, lower_digits: int, upper_digits: int
) -> None:
    found = byar_interval(observed, level)

    assert round(found[0], lower_digits) == lower
    assert round(found[1], upper_digits) == upper


def test_byar_lower_limit_of_one_hundred_matches_published_number() -> None:
    assert round(byar_interval(100)[0], 8) == 81.36210549


@pytest.mark.parametrize(
    ("observed", "lower", "upper", "lower_digits", "upper_digits"),
    [
        (0, 0.0, 3.688879, 7, 6),
        (1, 0.0253178, 5.5716434, 7, 7),
        (5, 1.6234864, 11.6683321, 7, 7),
        (9, 4.1153731, 17.0848035, 7, 7),
    ],
)
def test_exact_matches_published_numbers(
    observed: int, lower: float, upper: float, lower_digits: int, upper_digits: int
) -> None:
    found = exact_interval(observed)

    assert round(found[0], lower_digits) == lower
    assert round(found[1], upper_digits) == upper


def test_exact_agrees_with_the_funnel_reference_as_far_as_that_was_solved() -> None:
    # The reference (PHEindicatormethods funnels) comes from a bisection and is off by 1e-6.
    assert exact_interval(1) == pytest.approx((0.025317898, 5.571644585), abs=2e-6)


@pytest.mark.parametrize(
    ("successes", "trials", "lower", "upper"),
    [(65, 100, 0.5525444, 0.7363575), (1045, 5000, 0.1979555, 0.2204913)],
)
def test_wilson_matches_published_numbers(
    successes: int, trials: int, lower: float, upper: float
) -> None:
    found = wilson_interval(successes, trials)

    assert (round(found[0], 7), round(found[1], 7)) == (lower, upper)


def test_method_changes_from_exact_to_byar_at_ten_events() -> None:
    assert poisson_interval(9) == (*exact_interval(9), "exact")
    assert poisson_interval(10) == (*byar_interval(10), "byar")


def test_byar_refuses_fewer_than_ten_events() -> None:
    with pytest.raises(ValueError, match="10 events or more"):
        byar_interval(9)


@pytest.mark.parametrize(("successes", "trials"), [(1, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_what_is_no_proportion(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="not a proportion"):
        wilson_interval(successes, trials)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_level_is_a_fraction(level: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        poisson_interval(3, level)


def test_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        exact_interval(-1)


@given(st.integers(min_value=0, max_value=10_000_000))
def test_poisson_interval_holds_its_count(observed: int) -> None:
    lower, upper, _ = poisson_interval(observed)

    assert 0 <= lower <= observed < upper


@given(st.integers(min_value=10, max_value=1_000_000))
def test_byar_stays_close_to_exact(observed: int) -> None:
    approximate, exact = byar_interval(observed), exact_interval(observed)

    assert approximate == pytest.approx(exact, rel=0.01)


@given(st.integers(min_value=0, max_value=100_000), st.floats(min_value=0.5, max_value=0.99))
def test_a_higher_level_gives_a_wider_interval(observed: int, level: float) -> None:
    narrow, wide = poisson_interval(observed, level), poisson_interval(observed, 0.998)

    assert wide[0] <= narrow[0]
    assert narrow[1] < wide[1]


@given(st.integers(min_value=1, max_value=1_000_000), st.data())
def test_wilson_holds_its_share_within_zero_and_one(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(min_value=0, max_value=trials))
    lower, upper = wilson_interval(successes, trials)

    assert 0 <= lower <= successes / trials + 1e-12
    assert successes / trials - 1e-12 <= upper <= 1
