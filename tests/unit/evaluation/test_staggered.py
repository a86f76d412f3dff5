"""Windows round staggered works dates: equal sides, no works month, same months for controls."""

from datetime import date

import numpy as np
import pytest

from busan_safety.evaluation.methods.rate_ratio import Cells
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.staggered import Comparison, Panel, compare

MONTHS = tuple(date(2023 + i // 12, i % 12 + 1, 1) for i in range(24))


def panel(counts: dict[str, list[int]], works: dict[str, date], months=MONTHS) -> Panel:
    return Panel(tuple(counts), tuple(months), np.array(list(counts.values())), works)


def run(of: Panel, window: int = 12, minimum: int = 3) -> Comparison:
    return compare(of, window_months=window, minimum_window_months=minimum)


def test_window_has_equal_sides_and_leaves_the_works_month_out() -> None:
    # given: works in the 10th of 24 months, so nine months fit on each side; marked counts
    marked = [1] * 9 + [1000] + [1] * 9 + [100] * 5

    found = run(panel({"t": marked, "c": [10] * 24}, {"t": date(2023, 10, 17)}))

    assert found.cells == Cells(9, 9, 90, 90)
    assert found.before == (date(2023, 1, 1), date(2023, 9, 30))
    assert found.after == (date(2023, 11, 1), date(2024, 7, 31))


def test_window_is_at_most_as_long_as_planned() -> None:
    found = run(panel({"t": [1] * 24, "c": [10] * 24}, {"t": date(2024, 1, 31)}), window=6)

    assert found.cells == Cells(6, 6, 60, 60)
    assert found.after == (date(2024, 2, 1), date(2024, 7, 31))


def test_controls_are_read_over_the_same_months() -> None:
    # given: a city-wide rise of one call a month
    trend = list(range(24))

    found = run(panel({"t": trend, "c": trend}, {"t": date(2023, 7, 1)}))

    assert found.cells.control_before == found.cells.treated_before == sum(range(6))
    assert found.cells.control_after == found.cells.treated_after == sum(range(7, 13))


def test_unit_too_near_the_edge_is_in_neither_group() -> None:
    of = panel(
        {"t": [5] * 24, "edge": [7] * 24, "c": [9] * 24},
        {"t": date(2024, 1, 5), "edge": date(2023, 3, 5)},
    )

    found = run(of)

    assert (found.treated_units, found.control_units, found.excluded_units) == (1, 1, 1)
    assert found.cells.control_before == 9 * found.cells.treated_before / 5


def test_works_outside_the_data_are_in_neither_group() -> None:
    of = panel(
        {"t": [5] * 24, "old": [7] * 24, "new": [7] * 24, "c": [9] * 24},
        {"t": date(2024, 1, 5), "old": date(2019, 5, 1), "new": date(2025, 5, 1)},
    )

    assert run(of).excluded_units == 2


def test_missing_month_is_missing_for_both_groups() -> None:
    months = [month for month in MONTHS if month != date(2023, 8, 1)]
    counts = {"t": [1] * 23, "c": [10] * 23}

    found = run(panel(counts, {"t": date(2023, 10, 1)}, months))

    assert found.cells == Cells(8, 9, 80, 90)


def test_control_cells_weigh_windows_by_the_treated_units_level() -> None:
    # given: a step in the comparison group that only the window of the larger unit holds
    control = [10] * 12 + [20] * 12
    of = panel(
        {"large": [90] * 24, "small": [10] * 24, "c": control},
        {"large": date(2024, 1, 1), "small": date(2023, 4, 1)},
    )

    found = run(of, window=3)

    # levels: 540 / (30 + 60) = 6 for the large unit, 60 / (30 + 30) = 1 for the small one
    assert found.cells == Cells(300, 300, 30, round((6 * 60 + 1 * 30) / 7))


def test_stable_city_gives_a_ratio_of_one_whatever_the_dates() -> None:
    rng = np.random.default_rng(5)
    season = 100 * (1 + 0.4 * np.sin(np.arange(24) / 12 * 2 * np.pi))
    levels = rng.integers(1, 50, 60)
    counts = {
        f"d{i:02}": list(np.rint(level * season).astype(int)) for i, level in enumerate(levels)
    }
    works = {f"d{i:02}": MONTHS[rng.integers(4, 20)] for i in range(25)}

    cells = run(panel(counts, works)).cells

    ratio = cells.treated_after / cells.treated_before * cells.control_before / cells.control_after
    assert ratio == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("of", "code"),
    [
        (
            Panel(("t", "c"), (), np.zeros((2, 0), dtype=int), {"t": date(2024, 1, 1)}),
            "no_complete_months",
        ),
        (panel({"t": [1] * 24, "c": [1] * 24}, {}), "no_treated_units"),
        (panel({"t": [1] * 24, "c": [1] * 24}, {"t": date(2023, 2, 1)}), "no_treated_units"),
        (panel({"t": [1] * 24}, {"t": date(2024, 1, 1)}), "no_control_units"),
    ],
)
def test_impossible_comparisons_are_refused_with_a_code(of: Panel, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        run(of)

    assert refusal.value.code == code
