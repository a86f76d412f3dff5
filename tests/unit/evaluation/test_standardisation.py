"""Standardised rates and ratios reproduce published numbers and the formulas worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from busan_safety.evaluation.methods.intervals import byar_interval, exact_interval
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.standardisation import direct_rate, indirect_ratio

# Children with Down's syndrome of mothers with five births or more, Michigan 1950-1964, by
# mother's age; standard: all births. Fleiss 1981, table 14.4; Fay & Feuer 1997, table II.
DOWN_CASES = [0, 8, 63, 112, 262, 295]
DOWN_BIRTHS = [327, 30666, 123419, 149919, 104088, 34392]
ALL_BIRTHS = [319933, 931318, 786511, 488235, 237863, 61313]

# Deaths from skin cancer, Florida against the United States, 2000, by age (SAS/STAT manual,
# first example of the STDRATE procedure).
FLORIDA_DEATHS = [0, 0, 4, 14, 43, 72, 70, 126, 136, 73]
FLORIDA = [
    953785, 1997935, 1885014, 1957573, 2356649, 2088000, 1548371, 1447432, 1087524, 335944,
]  # fmt: skip
US_DEATHS = [0, 1, 41, 186, 626, 1199, 1303, 1637, 1624, 803]
US = [
    19175798, 41077577, 39183891, 39892024, 45148527, 37677952, 24274684, 18390986, 12361180,
    4239587,
]  # fmt: skip
EXPECTED_BY_AGE = [0, 0.049, 1.972, 9.127, 32.676, 66.445, 83.112, 128.837, 142.878, 63.630]

strata = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=500),
        st.integers(min_value=1_000, max_value=10**6),
        st.integers(min_value=1, max_value=10**6),
    ),
    min_size=1,
    max_size=12,
).filter(lambda rows: sum(row[0] for row in rows) >= 10)


def test_direct_rate_matches_published_number() -> None:
    assert round(direct_rate(DOWN_CASES, DOWN_BIRTHS, ALL_BIRTHS).rate, 5) == 75.52901


def test_expected_events_match_published_numbers_stratum_by_stratum() -> None:
    for people, deaths, reference, printed in zip(
        FLORIDA, US_DEATHS, US, EXPECTED_BY_AGE, strict=True
    ):
        if deaths:
            assert round(indirect_ratio(0, [people], [deaths], [reference]).expected, 3) == printed

    found = indirect_ratio(sum(FLORIDA_DEATHS), FLORIDA, US_DEATHS, US)
    assert found.expected == pytest.approx(sum(EXPECTED_BY_AGE), abs=5e-3)
    assert found.ratio == pytest.approx(538 / 528.726, abs=1e-5)


def test_dobsons_interval_is_the_counts_interval_moved_and_scaled() -> None:
    # Two strata of 1,000 and 2,000 people, standard 3 : 1. Rates 0.02 and 0.01, so
    # 0.75 x 0.02 + 0.25 x 0.01 = 0.0175; variance 0.5625 x 20 / 10^6 + 0.0625 x 20 / 4 x 10^6
    # = 11.25e-6 + 0.3125e-6 = 11.5625e-6; error 0.0034004; per event 0.0034004 / sqrt(40).
    found = direct_rate([20, 20], [1000, 2000], [3, 1], base=1000)

    per_event = math.sqrt(11.5625e-6 / 40)
    lower, upper = byar_interval(40)
    assert found.rate == pytest.approx(17.5)
    assert found.standard_error == pytest.approx(3.4004, abs=5e-5)
    assert found.lower == pytest.approx(17.5 - 1000 * per_event * (40 - lower))
    assert found.upper == pytest.approx(17.5 + 1000 * per_event * (upper - 40))
    assert (found.observed, found.base, found.method) == (40, 1000, "byar")


def test_standard_like_the_area_gives_the_crude_rate_and_its_interval() -> None:
    people = np.array([4000.0, 1000.0, 5000.0])

    found = direct_rate([12, 3, 50], people, 7 * people, level=0.998)

    lower, upper = byar_interval(65, 0.998)
    assert found.rate == pytest.approx(650)
    assert (found.lower, found.upper) == pytest.approx((lower * 10, upper * 10))


def test_few_events_have_the_exact_interval_where_they_are_let_through() -> None:
    found = direct_rate([2, 3], [1000, 1000], [1, 1], base=2000, minimum_events=5)

    assert found.method == "exact"
    assert (found.lower, found.upper) == pytest.approx(exact_interval(5))


@settings(deadline=None)
@given(strata)
def test_rate_lies_between_the_strata_and_inside_its_interval(rows) -> None:
    events, people, standard = map(np.array, zip(*rows, strict=True))

    found = direct_rate(events, people, standard, base=1)

    own = events / people
    assert own.min() * (1 - 1e-9) <= found.rate <= own.max() * (1 + 1e-9)
    assert found.lower < found.rate < found.upper


@settings(deadline=None)
@given(strata)
def test_reference_equal_to_the_area_gives_a_ratio_of_one_and_the_crude_rate(rows) -> None:
    events, people, _ = map(np.array, zip(*rows, strict=True))
    observed = int(events.sum())

    found = indirect_ratio(observed, people, events, people, base=1)

    assert found.ratio == pytest.approx(1)
    assert found.rate == pytest.approx(observed / people.sum())
    assert found.rate_upper / found.rate == pytest.approx(found.upper)


def test_indirect_interval_is_exact_below_ten_events_and_byars_from_there() -> None:
    few, many = (
        indirect_ratio(observed, [100, 300], [50, 10], [1000, 1000], base=1000)
        for observed in (9, 10)
    )

    # expected 100 x 0.05 + 300 x 0.01 = 8; crude reference rate 60 / 2,000 = 30 per 1,000
    assert few.expected == pytest.approx(8)
    assert few.method == "exact"
    assert (few.lower, few.upper) == pytest.approx(tuple(x / 8 for x in exact_interval(9)))
    assert few.rate == pytest.approx(9 / 8 * 30)
    assert few.rate_lower == pytest.approx(exact_interval(9)[0] / 8 * 30)
    assert many.method == "byar"
    assert (many.lower, many.upper) == pytest.approx(tuple(x / 8 for x in byar_interval(10)))


def test_no_event_is_a_ratio_of_zero_with_an_upper_limit() -> None:
    found = indirect_ratio(0, [1000], [5], [1000])

    assert (found.ratio, found.lower) == (0, 0)
    assert found.upper == pytest.approx(3.688879 / 5, abs=1e-6)


@pytest.mark.parametrize("minimum", [0, 10])
def test_too_few_events_are_refused_without_their_count(minimum: int) -> None:
    events = [0, 0] if minimum == 0 else [4, 5]

    with pytest.raises(Refused) as refusal:
        direct_rate(events, [1000, 1000], [1, 1], minimum_events=minimum)

    assert refusal.value.code == "too_few_events"
    assert "9" not in str(refusal.value)


def test_stratum_without_people_is_refused_directly_but_not_indirectly() -> None:
    with pytest.raises(Refused) as refusal:
        direct_rate([20, 0], [1000, 0], [1, 1])

    assert refusal.value.code == "empty_stratum"
    assert indirect_ratio(20, [1000, 0], [5, 5], [500, 500]).expected == pytest.approx(10)


def test_ratio_to_nothing_expected_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        indirect_ratio(3, [100, 0], [0, 7], [1000, 1000])

    assert refusal.value.code == "nothing_expected"


@pytest.mark.parametrize(
    ("events", "population", "standard"),
    [
        ([20, -1], [10, 10], [1, 1]),
        ([20, 0.5], [10, 10], [1, 1]),
        ([20, 1], [10, float("nan")], [1, 1]),
        ([20, 1], [10, 10], [1, 0]),
        ([20, 1], [10, 10], [1]),
        ([[20, 1]], [10, 10], [1, 1]),
        ([], [], []),
    ],
)
def test_direct_arguments_that_make_no_sense_are_errors(events, population, standard) -> None:
    with pytest.raises(ValueError, match=r"stratum|whole|finite") as error:
        direct_rate(events, population, standard)
    assert not isinstance(error.value, Refused)


@pytest.mark.parametrize(
    ("observed", "population", "events", "reference"),
    [
        (-1, [10, 10], [1, 1], [10, 10]),
        (1, [10, 10], [1, 1], [10, 0]),
        (1, [10, -1], [1, 1], [10, 10]),
        (1, [10, 10], [1], [10, 10]),
    ],
)
def test_indirect_arguments_that_make_no_sense_are_errors(
    observed, population, events, reference
) -> None:
    with pytest.raises(ValueError, match=r"stratum|finite|negative") as error:
        indirect_ratio(observed, population, events, reference)
    assert not isinstance(error.value, Refused)
