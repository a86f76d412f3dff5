"""Pictures: the right place, the right class, nothing drawn for what is missing."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busan_safety.portal.charts import TILES, Cell, interval_plot, line, reach_of, tile_map

SEED = Path(__file__).resolve().parents[3] / "dbt_project" / "seeds" / "districts.csv"


def _cells(values: list[float | None]) -> list[Cell]:
    status = {True: "suppressed", False: "observed"}
    return [
        Cell(code, code, code, value, status[value is None])
        for code, value in zip(TILES, values, strict=False)
    ]


def test_every_district_has_a_tile_of_its_own() -> None:
    with SEED.open(encoding="utf-8") as seed:
        codes = {row["district_code"] for row in csv.DictReader(seed)}

    assert set(TILES) == codes
    assert len(set(TILES.values())) == 16


def test_hidden_district_is_hatched_and_not_the_lowest_class() -> None:
    tiles, ranges = tile_map(_cells([None, 0.0, 5.0, 9.0]))

    assert tiles[0].colour is None
    assert tiles[1].colour == 0
    assert min(known.low for known in ranges) == 0.0


@given(st.lists(st.floats(0, 1e6) | st.none(), max_size=16))
def test_higher_values_are_never_lighter(values: list[float | None]) -> None:
    tiles, ranges = tile_map(_cells(values))

    drawn = sorted((tile.cell.value, tile.colour) for tile in tiles if tile.cell.value is not None)
    assert all(first[1] <= second[1] for first, second in pairwise(drawn))
    assert all(
        any(known.colour == colour and known.low <= value <= known.high for known in ranges)
        for value, colour in drawn
    )


def test_missing_month_breaks_the_line() -> None:
    drawn = line([1.0, 3.0, None, 2.0], width=300, height=100)

    assert drawn.runs == [[(0.0, 100.0), (100.0, 0.0)], [(300.0, 50.0)]]
    assert (drawn.low, drawn.high) == (1.0, 3.0)


def test_series_without_values_is_refused() -> None:
    with pytest.raises(ValueError, match="without any value"):
        line([None, None], width=10, height=10)


@given(st.floats(0.1, 5), st.floats(0.01, 1), st.floats(0.01, 1))
def test_interval_lies_inside_the_picture_and_on_the_right_side_of_one(
    estimate: float, below: float, above: float
) -> None:
    plot = interval_plot(estimate, estimate / (1 + below), estimate * (1 + above), None, width=560)

    assert 0 <= plot.lower <= plot.estimate <= plot.upper <= 560
    assert (plot.estimate < plot.one) == (plot.estimate - plot.one < 0)
    assert plot.one == 280
    if estimate < 0.99:
        assert plot.estimate < plot.one
    assert len(plot.ticks) <= 7


def test_on_a_shared_axis_the_same_ratio_has_the_same_place() -> None:
    reach = reach_of((0.4, None, 1.3))

    narrow = interval_plot(0.9, 0.8, 1.0, None, width=300, reach=reach)
    wide = interval_plot(0.9, 0.4, 1.3, None, width=300, reach=reach)

    assert narrow.estimate == wide.estimate
    assert narrow.ticks == wide.ticks
    assert 0 <= wide.lower < narrow.lower


def test_ratio_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        interval_plot(0.0, 0.0, 1.2, None, width=560)
