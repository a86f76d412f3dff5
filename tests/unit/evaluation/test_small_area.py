"""Marshall's rates reproduce the published toy and agree with esda (DOMAIN.md E4)."""

from pathlib import Path

import libpysal
import numpy as np
import pandas as pd
import pytest
from esda.smoothing import Empirical_Bayes
from hypothesis import assume, given
from hypothesis import strategies as st

from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.small_area import small_area_rates

TOY = [30, 25, 25, 15, 33, 21, 30, 20]

areas = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=10**6)
    ),
    min_size=2,
    max_size=30,
)


def test_toy_matches_published_numbers() -> None:
    found = small_area_rates(TOY, [100] * 8)

    assert round(found.mean, 5) == 0.24875
    assert round(found.variance, 10) == 0.0031859375
    assert round(found.between, 10) == 0.0006984375
    assert [round(float(rate), 8) for rate in found.rates] == [
        0.25998529,
        0.24902403,
        0.24902403,
        0.22710152,
        0.26656204,
        0.24025503,
        0.25998529,
        0.23806278,
    ]


def test_homicides_round_st_louis_match_the_numbers_in_esdas_documentation() -> None:
    folder = Path(libpysal.__file__).parent / "examples" / "stl"
    counties = pd.read_csv(folder / "stl_hom.csv")

    found = small_area_rates(counties["HC7984"], counties["PO7984"])

    documented = [2.36718950e-05, 4.54539167e-05, 4.78114019e-05, 2.76907146e-05, 6.58989323e-05]
    assert [float(f"{rate:.8e}") for rate in found.rates[:5]] == documented


@given(areas)
def test_rates_agree_with_esda_where_areas_differ_beyond_chance(given_areas) -> None:
    events, population = map(np.array, zip(*given_areas, strict=True))
    found = small_area_rates(events, population)
    assume(found.between > 0)

    peer = Empirical_Bayes(events, population).r.ravel()

    assert found.rates == pytest.approx(peer, rel=1e-9)


def test_areas_that_differ_by_chance_only_all_have_the_overall_rate() -> None:
    found = small_area_rates([10, 11, 9, 10], [100, 100, 100, 100])

    assert found.between == 0
    assert list(found.weight) == [0, 0, 0, 0]
    assert found.rates == pytest.approx([0.1] * 4)


def test_no_events_anywhere_are_a_rate_of_zero_everywhere() -> None:
    assert list(small_area_rates([0, 0, 0], [50, 500, 5]).rates) == [0, 0, 0]


def test_smaller_area_is_drawn_further() -> None:
    # the same own rate of 0.5 in 20 and in 200 people; overall rate 0.1
    found = small_area_rates([10, 100, 34, 58], [20, 200, 600, 1200])

    own, overall = 0.5, found.mean
    assert overall == pytest.approx(0.1)
    assert overall < found.rates[0] < found.rates[1] < own
    assert found.weight[0] == pytest.approx(found.between / (found.between + 0.1 / 20))


@given(areas)
def test_rate_lies_between_the_areas_own_and_the_overall_rate(given_areas) -> None:
    events, population = map(np.array, zip(*given_areas, strict=True))

    found = small_area_rates(events, population)

    own = events / population
    slack = 1e-9 * max(1.0, found.mean, own.max())
    assert (found.rates >= np.minimum(own, found.mean) - slack).all()
    assert (found.rates <= np.maximum(own, found.mean) + slack).all()


def test_unit_of_the_population_does_not_matter() -> None:
    people = np.array([300.0, 5_000.0, 800.0, 12_000.0])
    events = [9, 40, 2, 210]

    found, per_1000 = small_area_rates(events, people), small_area_rates(events, people / 1000)

    assert found.between > 0
    assert found.weight == pytest.approx(per_1000.weight)
    assert found.rates * 1000 == pytest.approx(per_1000.rates)


def test_one_area_alone_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        small_area_rates([5], [100])

    assert refusal.value.code == "too_few_areas"


@pytest.mark.parametrize(
    ("events", "population"),
    [
        ([1, -1], [10, 10]),
        ([1, float("nan")], [10, 10]),
        ([1, 2], [10, 0]),
        ([1, 2], [10, 10, 10]),
        ([[1, 2]], [[10, 10]]),
    ],
)
def test_arguments_that_make_no_sense_are_errors(events, population) -> None:
    with pytest.raises(ValueError, match=r"per area|Events|Populations"):
        small_area_rates(events, population)
