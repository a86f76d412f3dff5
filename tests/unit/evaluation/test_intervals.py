"""Intervals reproduce the published numbers to the printed digit (DOMAIN.md E1)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from busan_safety.evaluation.methods.intervals import (
    byar_interval,
    exact_interval,
    funnel_limits,
    funnel_position,
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


# Expected numbers at which the reference's limits are this count (PHEindicatormethods, its test
# data for funnels of ratios): at the first the lower 95 % limit, then upper 95, lower and upper
# 99.8. It is exact throughout, by a bisection good to five or six digits; ours is Byar's from
# ten events on.
FUNNEL = [
    (1, 5.571644585, 0.025317898, 9.233410143, 0.001000547, 1e-5),
    (2, 7.224687515, 0.242209467, 11.22886836, 0.04540199, 2e-6),
    (5, 11.6683331, 1.623486324, 16.45474478, 0.739371928, 2e-6),
    (9, 17.08479966, 4.11537405, 22.65737951, 2.452425215, 2e-6),
    (10, 18.39035799, 4.795387629, 24.13397235, 2.960519925, 2e-2),
    (100, 121.6268111, 81.36400699, 134.9243187, 71.92139974, 1e-3),
    (716, 770.4222128, 664.5083011, 802.60414, 636.1521174, 1e-3),
]


@pytest.mark.parametrize(
    ("count", "lower_95", "upper_95", "lower_998", "upper_998", "tolerance"), FUNNEL
)
def test_control_limits_match_the_funnel_reference(
    count: int,
    lower_95: float,
    upper_95: float,
    lower_998: float,
    upper_998: float,
    tolerance: float,
) -> None:
    near = pytest.approx(count, rel=tolerance)

    assert funnel_limits(lower_95).lower_95 == near
    assert funnel_limits(upper_95).upper_95 == near
    assert funnel_limits(lower_998).lower_998 == near
    assert funnel_limits(upper_998).upper_998 == near


@pytest.mark.parametrize(
    ("expected", "lower_percent", "upper_percent"),
    [
        (5.571644585, 17.94802207, None),
        (11.6683331, 42.85102213, None),
        (1.623486324, None, 307.98),
    ],
)
def test_ratio_limits_match_the_reference_in_percent(
    expected: float, lower_percent: float | None, upper_percent: float | None
) -> None:
    ratio = funnel_limits(expected).as_ratio()

    if lower_percent is not None:
        assert ratio.lower_95 * 100 == pytest.approx(lower_percent, rel=2e-6)
    if upper_percent is not None:
        assert ratio.upper_95 * 100 == pytest.approx(upper_percent, rel=2e-5)


def test_no_event_is_not_too_few_where_few_are_expected() -> None:
    # No event excludes 3.689 expected at 95 % and 6.908 at 99.8 %.
    assert funnel_limits(3.68).lower_95 is None
    assert funnel_limits(3.70).lower_95 == pytest.approx(0, abs=0.01)
    assert funnel_limits(3.70).lower_998 is None
    assert funnel_limits(3.68).as_ratio().lower_95 is None


@pytest.mark.parametrize(
    ("observed", "position"),
    [
        (4, "below_998"),
        (9, "below_95"),
        (20, "within"),
        (31, "above_95"),
        (37, "above_998"),
    ],
)
def test_position_names_the_outermost_limit_passed(observed: int, position: str) -> None:
    assert funnel_position(observed, 20.0) == position


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=3000), st.floats(min_value=0.01, max_value=3000))
def test_limits_and_position_never_disagree(observed: int, expected: float) -> None:
    limits, position = funnel_limits(expected), funnel_position(observed, expected)

    low, lowest = limits.lower_95, limits.lower_998
    slack = 1e-6
    if position.startswith("above"):
        assert observed > limits.upper_95 - slack
        assert (position == "above_998") or observed <= limits.upper_998 + slack
    elif position.startswith("below"):
        assert low is not None
        assert observed < low + slack
        assert (position == "below_998") or lowest is None or observed >= lowest - slack
    else:
        assert (low is None or observed >= low - slack) and observed <= limits.upper_95 + slack


@pytest.mark.parametrize("observed", [9, 10, 11])
@pytest.mark.parametrize("level", [0.95, 0.998])
@pytest.mark.parametrize("shift", [-2e-3, -1e-6, 1e-6, 2e-3])
def test_limits_follow_the_intervals_where_the_method_changes(
    observed: int, level: float, shift: float
) -> None:
    lower, upper, _ = poisson_interval(observed, level)
    at_lower, at_upper = funnel_limits(lower + shift), funnel_limits(upper + shift)

    high = at_lower.upper_95 if level == 0.95 else at_lower.upper_998
    low = at_upper.lower_95 if level == 0.95 else at_upper.lower_998
    assert (observed > high) == (lower > lower + shift)
    assert low is not None
    assert (observed < low) == (upper < upper + shift)


@settings(deadline=None)
@given(st.floats(min_value=0.01, max_value=5000), st.floats(min_value=1.001, max_value=3))
def test_more_expected_moves_every_limit_up(expected: float, factor: float) -> None:
    less, more = funnel_limits(expected), funnel_limits(expected * factor)

    assert more.upper_95 >= less.upper_95
    assert more.upper_998 >= less.upper_998
    assert less.upper_95 < less.upper_998
    if less.lower_95 is not None:
        assert more.lower_95 is not None
        assert more.lower_95 >= less.lower_95


@pytest.mark.parametrize("expected", [0.0, -1.0, float("nan"), float("inf")])
def test_a_funnel_needs_something_expected(expected: float) -> None:
    with pytest.raises(ValueError, match="expected above zero"):
        funnel_limits(expected)
    with pytest.raises(ValueError, match="expected above zero"):
        funnel_position(1, expected)
