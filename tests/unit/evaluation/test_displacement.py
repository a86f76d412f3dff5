"""WDQ, WDD and the E-test reproduce published numbers (DOMAIN.md E2; tests of R's ptools)."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from busan_safety.evaluation.methods.displacement import (
    AreaSizes,
    BeforeAfter,
    PeriodLengths,
    displacement_difference,
    displacement_quotient,
    poisson_means_test,
)
from busan_safety.evaluation.methods.refusal import Refused

counts = st.integers(min_value=1, max_value=100_000)
areas = st.builds(BeforeAfter, counts, counts)

PAPER = {
    "treated": BeforeAfter(207, 110),
    "control": BeforeAfter(308, 318),
    "displacement_treated": BeforeAfter(178, 157),
    "displacement_control": BeforeAfter(150, 140),
}


def test_quotient_of_full_displacement_is_minus_one() -> None:
    found = displacement_quotient(
        BeforeAfter(100, 50), BeforeAfter(100, 150), BeforeAfter(100, 100)
    )

    assert found.value == -1
    assert found.undefined is None
    assert (found.treated_change, found.buffer_change) == (-0.5, 0.5)


@pytest.mark.parametrize(("buffer_after", "value"), [(125, -0.5), (100, 0.0), (75, 0.5), (40, 1.2)])
def test_quotient_tells_displacement_from_diffusion(buffer_after: int, value: float) -> None:
    found = displacement_quotient(
        BeforeAfter(100, 50), BeforeAfter(100, buffer_after), BeforeAfter(100, 100)
    )

    assert found.value == pytest.approx(value)


@pytest.mark.parametrize("after", [150, 100, 99, 96])
def test_quotient_without_a_gain_to_displace_is_undefined(after: int) -> None:
    found = displacement_quotient(
        BeforeAfter(100, after), BeforeAfter(100, 150), BeforeAfter(100, 100)
    )

    assert found.value is None
    assert found.undefined == "no_gain_to_displace"
    assert found.treated_change == pytest.approx(after / 100 - 1)


def test_gain_of_the_least_size_is_enough() -> None:
    area = BeforeAfter(100, 90)

    assert displacement_quotient(area, area, BeforeAfter(1, 1), least_gain=0.1).value == 1
    assert displacement_quotient(area, area, BeforeAfter(1, 1), least_gain=0.11).value is None


def test_treated_area_without_events_before_has_no_gain_to_displace() -> None:
    found = displacement_quotient(BeforeAfter(0, 0), BeforeAfter(9, 9), BeforeAfter(9, 9))

    assert found.undefined == "no_gain_to_displace"


@pytest.mark.parametrize("control", [BeforeAfter(0, 10), BeforeAfter(10, 0)])
def test_quotient_needs_events_in_the_comparison(control: BeforeAfter) -> None:
    found = displacement_quotient(BeforeAfter(100, 50), BeforeAfter(100, 90), control)

    assert (found.value, found.undefined) == (None, "no_events_in_comparison")
    assert found.treated_change is None


@settings(deadline=None)
@given(areas, areas, areas)
def test_quotient_is_undefined_or_of_a_treated_area_that_gained(
    treated: BeforeAfter, buffer: BeforeAfter, control: BeforeAfter
) -> None:
    found = displacement_quotient(treated, buffer, control)

    assert (found.value is None) == (found.undefined is not None)
    assert (found.value is None) or (found.treated_change is not None and found.treated_change < 0)


def test_difference_matches_the_paper() -> None:
    total = displacement_difference(**PAPER).total

    assert total.estimate == -118
    assert total.standard_error == pytest.approx(math.sqrt(1568))
    assert round(total.standard_error, 3) == 39.598
    assert round(total.z, 2) == -2.98
    assert (round(total.lower), round(total.upper)) == (-196, -40)


def test_difference_per_time_matches_the_published_number() -> None:
    found = displacement_difference(
        BeforeAfter(80, 20), BeforeAfter(100, 50), lengths=PeriodLengths(2, 1)
    )

    assert found.total.estimate == -20
    assert found.total.standard_error == pytest.approx(math.sqrt(115))
    assert found.displacement is None
    assert found.total == found.local


def test_difference_per_area_matches_the_published_numbers() -> None:
    total = displacement_difference(
        **PAPER,
        sizes=AreaSizes(
            treated=1.2, control=0.9, displacement_treated=1.5, displacement_control=1.6
        ),
    ).total

    assert round(total.estimate, 8) == -99.69444444
    assert round(total.standard_error, 7) == 35.4280755
    assert round(total.z, 9) == -2.813995483
    assert round(total.lower, 7) == -169.1321965
    assert round(total.upper, 8) == -30.25669241


def test_local_difference_per_area_matches_the_published_number() -> None:
    local = displacement_difference(
        PAPER["treated"], PAPER["control"], sizes=AreaSizes(treated=1.2, control=0.9)
    ).local

    assert (round(local.estimate, 1), round(local.standard_error, 1)) == (-91.9, 31.5)


def test_local_and_displacement_differences_add_up() -> None:
    found = displacement_difference(
        BeforeAfter(20, 10), BeforeAfter(20, 20),
        displacement_treated=BeforeAfter(20, 10), displacement_control=BeforeAfter(20, 20),
    )  # fmt: skip

    assert found.displacement is not None
    assert found.local.estimate == found.displacement.estimate == -10
    assert found.total.estimate == -20
    assert found.local.standard_error == pytest.approx(math.sqrt(70))
    assert found.total.standard_error == pytest.approx(math.sqrt(140))


@settings(deadline=None)
@given(areas, areas, st.floats(min_value=0.1, max_value=10), st.floats(min_value=0.1, max_value=10))
def test_units_of_time_and_area_scale_the_difference_but_not_its_score(
    treated: BeforeAfter, control: BeforeAfter, time: float, size: float
) -> None:
    plain = displacement_difference(treated, control, minimum_events=1).total
    scaled = displacement_difference(
        treated, control, lengths=PeriodLengths(time, time),
        sizes=AreaSizes(treated=size, control=size), minimum_events=1,
    ).total  # fmt: skip

    assert scaled.standard_error * time * size == pytest.approx(plain.standard_error)
    assert scaled.z == pytest.approx(plain.z, abs=1e-6)


def test_over_dispersion_widens_by_its_root() -> None:
    plain, wide = (displacement_difference(**PAPER, overdispersion=f).total for f in (1, 4))

    assert wide.estimate == plain.estimate
    assert wide.standard_error == pytest.approx(2 * plain.standard_error)


def test_interval_holds_no_change_as_often_as_it_says_from_the_fewest_events() -> None:
    rng = np.random.default_rng(7)
    cells = rng.poisson(5, size=(2000, 4))

    held = [
        found.lower <= 0 <= found.upper
        for a, b, c, d in cells.tolist()
        for found in [
            displacement_difference(BeforeAfter(a, b), BeforeAfter(c, d), minimum_events=1).total
        ]
    ]

    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_too_few_events_in_a_comparison_are_refused_without_their_count() -> None:
    with pytest.raises(Refused) as refusal:
        displacement_difference(BeforeAfter(9, 3), BeforeAfter(3, 4))
    with pytest.raises(Refused):
        displacement_difference(
            BeforeAfter(90, 30), BeforeAfter(90, 40),
            displacement_treated=BeforeAfter(1, 1), displacement_control=BeforeAfter(1, 1),
        )  # fmt: skip
    with pytest.raises(Refused):
        displacement_difference(BeforeAfter(0, 0), BeforeAfter(0, 0), minimum_events=0)

    assert refusal.value.code == "too_few_events"
    assert "19" not in str(refusal.value)


@pytest.mark.parametrize("missing", ["displacement_treated", "displacement_control"])
def test_displacement_area_without_its_comparison_is_an_error(missing: str) -> None:
    with pytest.raises(ValueError, match="other way round"):
        displacement_difference(**{**PAPER, missing: None})


# Krishnamoorthy & Thomson 2004: the first example is printed as 0.0884, the second as 0.1749.
@pytest.mark.parametrize(("first", "second", "p_value"), [(0, 3, 0.0884), (6, 2, 0.1749)])
def test_e_test_matches_the_paper(first: int, second: int, p_value: float) -> None:
    found = poisson_means_test(first, second)

    assert round(found.p_value, 4) == p_value
    assert found.method == "e_test"


@settings(deadline=None)
@given(
    st.integers(min_value=0, max_value=40), st.integers(min_value=0, max_value=40),
    st.sampled_from([1.0, 2.0, 0.7, 10.0]),
)  # fmt: skip
def test_order_of_the_counts_does_not_matter(first: int, second: int, exposure: float) -> None:
    assume(first + second > 0)
    one = poisson_means_test(first, second, first_exposure=exposure)
    other = poisson_means_test(second, first, second_exposure=exposure)

    assert one.p_value == pytest.approx(other.p_value, abs=1e-6)
    assert 0 <= one.p_value <= 1


def test_e_test_keeps_its_level_with_unequal_exposures() -> None:
    # Rate 2 over four units of exposure and over one: with each count's own variance 5.6 %.
    weight = [[math.exp(-10) * 8**i * 2**j / math.factorial(i) / math.factorial(j)
               for j in range(11)] for i in range(25)]  # fmt: skip

    size = sum(
        weight[i][j]
        for i in range(25)
        for j in range(11)
        if i + j and poisson_means_test(i, j, first_exposure=4).p_value <= 0.05
    )

    assert 0.03 < size <= 0.05


def test_many_events_are_compared_by_the_score_test() -> None:
    few, many = poisson_means_test(1060, 940), poisson_means_test(1061, 940)

    assert (few.method, many.method) == ("e_test", "score")
    # z = 121 / sqrt(2001) = 2.70497
    assert many.p_value == pytest.approx(0.006831, abs=1e-6)
    assert few.p_value == pytest.approx(0.0073, abs=1e-4)


def test_e_test_without_events_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        poisson_means_test(0, 0)

    assert refusal.value.code == "too_few_events"


def test_arguments_that_make_no_sense_are_errors() -> None:
    area = BeforeAfter(50, 40)

    with pytest.raises(ValueError, match="zero or more"):
        BeforeAfter(-1, 3)
    with pytest.raises(ValueError, match="whole"):
        BeforeAfter(1, 2.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="above zero"):
        PeriodLengths(0, 1)
    with pytest.raises(ValueError, match="above zero"):
        AreaSizes(treated=float("nan"))
    with pytest.raises(ValueError, match="above zero"):
        poisson_means_test(3, 4, first_exposure=0)
    with pytest.raises(ValueError, match="zero or more"):
        poisson_means_test(3, -4)
    with pytest.raises(ValueError, match="less variable"):
        displacement_difference(area, area, overdispersion=0.9)
    with pytest.raises(ValueError, match="between 0 and 1"):
        displacement_difference(area, area, level=95)
    with pytest.raises(ValueError, match="between 0 and 1"):
        displacement_quotient(area, area, area, least_gain=0)
