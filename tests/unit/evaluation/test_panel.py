"""A panel is whole and says so, or is refused before any method reads it."""

import numpy as np
import pandas as pd
import pytest

from busan_safety.evaluation.methods.panel import UnitPanel
from busan_safety.evaluation.methods.refusal import Refused


def panel(**changes) -> UnitPanel:
    given = {
        "units": ("a", "b", "c"),
        "periods": (1, 2, 3, 4),
        "outcome": np.arange(12, dtype=float).reshape(3, 4) + 1,
        "first_treated": (3, None, 9),
    } | changes
    return UnitPanel(**given)


def test_a_unit_treated_after_the_last_period_counts_as_never_treated() -> None:
    found = panel()

    assert found.never_treated().tolist() == [False, True, True]
    assert found.treated().tolist() == [[False, False, True, True], [False] * 4, [False] * 4]


def test_a_unit_treated_in_the_first_period_is_always_treated() -> None:
    assert panel(first_treated=(1, 0, 2)).always_treated().tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outcome": np.ones((3, 3))}, "shape"),
        ({"units": ("a", "a", "b")}, "more than once"),
        ({"periods": (1, 2, 2, 3)}, "ascend"),
        ({"first_treated": (3, None)}, "per unit"),
        ({"clusters": ("x",)}, "cluster"),
        ({"outcome": np.full((3, 4), np.inf)}, "infinite"),
        ({"outcome": np.full((3, 4), np.nan)}, "not declared"),
        ({"exposure": np.ones((2, 4))}, "Exposure of shape"),
        ({"exposure": np.zeros((3, 4))}, "positive"),
    ],
)
def test_a_panel_that_contradicts_itself_is_an_error(changes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        panel(**changes)


def test_declared_missing_values_are_kept_and_refused_by_methods_that_need_all() -> None:
    outcome = np.ones((3, 4))
    outcome[1, 2] = np.nan
    found = panel(outcome=outcome, missing_allowed=True)

    assert not found.is_complete()
    with pytest.raises(Refused) as refusal:
        found.require_complete()
    assert refusal.value.code == "incomplete_panel"


@pytest.mark.parametrize(
    ("first_treated", "code"),
    [
        ((None, None, None), "no_treated_units"),
        ((1, None, None), "no_treated_units"),
        ((3, 3, 3), "no_control_units"),
    ],
)
def test_a_panel_without_a_contrast_is_refused(first_treated, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        panel(first_treated=first_treated).require_comparison()

    assert refusal.value.code == code


def test_units_treated_later_are_a_contrast() -> None:
    found = panel(first_treated=(2, 3, 4))

    found.require_comparison()
    with pytest.raises(Refused) as refusal:
        found.require_never_treated()
    assert refusal.value.code == "no_control_units"


def test_long_table_is_read_whatever_its_order() -> None:
    rows = [
        {"dong": unit, "year": year, "calls": value, "gu": "x"}
        for unit, year, value in [("b", 2, 4), ("a", 2, 2), ("a", 1, 1), ("b", 1, 3)]
    ]

    found = UnitPanel.from_long(
        pd.DataFrame(rows),
        unit="dong",
        period="year",
        outcome="calls",
        first_treated={"b": 2},
        cluster="gu",
    )

    assert found.outcome.tolist() == [[1, 2], [3, 4]]
    assert found.first_treated == (None, 2)
    assert found.cluster_codes().tolist() == [0, 0]


@pytest.mark.parametrize(
    ("rows", "treated", "message"),
    [
        ([("a", 1, 1.0), ("a", 1, 2.0)], {}, "more than one row"),
        ([("a", 1, 1.0), ("a", 2, 2.0), ("b", 1, 2.0)], {}, "not declared"),
        ([("a", 1, 1.0), ("a", 2, 2.0)], {"z": 2}, "without data"),
    ],
)
def test_long_table_with_holes_or_doubles_is_an_error(rows, treated, message: str) -> None:
    frame = pd.DataFrame(rows, columns=["u", "t", "y"])

    with pytest.raises(ValueError, match=message):
        UnitPanel.from_long(frame, unit="u", period="t", outcome="y", first_treated=treated)


def test_log_rates_divide_by_exposure() -> None:
    found = panel(outcome=np.full((3, 4), 10.0), exposure=np.full((3, 4), 5.0)).log_rates()

    assert found.outcome == pytest.approx(np.full((3, 4), np.log(2)))


def test_rates_divide_by_exposure_and_need_one() -> None:
    found = panel(outcome=np.full((3, 4), 10.0), exposure=np.full((3, 4), 5.0)).rates()

    assert found.outcome == pytest.approx(np.full((3, 4), 2.0))
    with pytest.raises(ValueError, match="exposure"):
        panel().rates()


def test_zero_counts_have_no_log_rate() -> None:
    with pytest.raises(Refused) as refusal:
        panel(outcome=np.zeros((3, 4))).log_rates()

    assert refusal.value.code == "zero_counts"


def test_selection_keeps_what_belongs_to_the_units() -> None:
    found = panel(clusters=("x", "y", "x"), exposure=np.ones((3, 4))).select(
        np.array([True, False, True])
    )

    assert (found.units, found.first_treated, found.clusters) == (("a", "c"), (3, 9), ("x", "x"))
    assert found.exposure is not None
    assert found.exposure.shape == found.outcome.shape == (2, 4)
