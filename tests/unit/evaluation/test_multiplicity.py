"""Adjusted p values are those worked by hand, and stay where their tests are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from busan_safety.evaluation.methods.multiplicity import Adjustment, adjust_p_values

METHODS: tuple[Adjustment, ...] = ("holm", "benjamini_hochberg")
# Each adjustment by statsmodels collects garbage first, which is long in a large process.
few = settings(deadline=None, max_examples=20)
families = st.lists(st.none() | st.floats(min_value=0, max_value=1), max_size=20)

# Benjamini & Hochberg 1995, section 4.1: at 5 % Bonferroni and Holm keep three of these fifteen
# findings, their own procedure four.
PAPER = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
    0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip


@pytest.mark.parametrize(("method", "kept"), [("holm", 3), ("benjamini_hochberg", 4)])
def test_findings_kept_are_those_of_the_paper(method: Adjustment, kept: int) -> None:
    found = adjust_p_values(PAPER, method)

    assert found.family_size == 15
    assert [p is not None and p <= 0.05 for p in found.p_values] == [True] * kept + [False] * (
        15 - kept
    )


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # 4 x 0.01; 3 x 0.02; then 2 x 0.03 = 0.06 and 0.04, which may not fall below it
        ("holm", (0.06, 0.04, None, 0.06, 0.06)),
        # from the largest: 0.04; 0.03 x 4 / 3 = 0.04; 0.02 x 4 / 2 = 0.04; 0.01 x 4 = 0.04
        ("benjamini_hochberg", (0.04, 0.04, None, 0.04, 0.04)),
    ],
)
def test_adjustment_worked_by_hand(method: Adjustment, expected: tuple[float | None, ...]) -> None:
    found = adjust_p_values([0.04, 0.01, None, 0.02, 0.03], method)

    assert found.p_values == pytest.approx(expected)
    assert found.family_size == 4
    assert found.method == method


@pytest.mark.parametrize("method", METHODS)
def test_refused_tests_do_not_count_in_the_family(method: Adjustment) -> None:
    with_refused = adjust_p_values([None, 0.01, None, 0.03, None], method)

    assert with_refused.p_values[1::2] == adjust_p_values([0.01, 0.03], method).p_values
    assert with_refused.p_values[0::2] == (None, None, None)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("family", [[], [None, None]])
def test_family_without_tests_stays_empty(method: Adjustment, family: list[None]) -> None:
    found = adjust_p_values(family, method)

    assert (found.p_values, found.family_size) == (tuple(family), 0)


@few
@given(families, st.sampled_from(METHODS))
def test_adjusting_never_lowers_a_p_value_nor_passes_one(family, method: Adjustment) -> None:
    found = adjust_p_values(family, method)

    for before, after in zip(family, found.p_values, strict=True):
        assert (before is None) == (after is None)
        assert before is None or before * (1 - 1e-12) <= after <= 1


@few
@given(families)
def test_holm_is_never_below_benjamini_and_hochberg(family) -> None:
    holm, screen = (adjust_p_values(family, method).p_values for method in METHODS)

    assert all(h is None or h >= s * (1 - 1e-12) for h, s in zip(holm, screen, strict=True))


@pytest.mark.parametrize("p_value", [-0.01, 1.01, float("nan")])
def test_what_is_no_p_value_is_an_error(p_value: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust_p_values([0.5, p_value], "holm")


def test_unknown_method_is_an_error() -> None:
    with pytest.raises(ValueError, match="No adjustment"):
        adjust_p_values([0.5], "bonferroni")  # type: ignore[arg-type]
