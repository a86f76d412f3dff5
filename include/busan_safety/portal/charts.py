"""Geometry of the page's pictures: pure functions from numbers to coordinates.

The templates draw what these return as SVG inside the page, so that the pictures change language
with it, need no font of their own and have the same bytes for the same numbers.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# The 16 districts as (column, row), roughly where they lie: sea in the south and east.
TILES: dict[str, tuple[int, int]] = {
    "26320": (1, 0),
    "26410": (3, 0),
    "26710": (4, 0),
    "26440": (0, 1),
    "26530": (1, 1),
    "26230": (2, 1),
    "26260": (3, 1),
    "26350": (4, 1),
    "26380": (0, 2),
    "26140": (1, 2),
    "26170": (2, 2),
    "26470": (3, 2),
    "26500": (4, 2),
    "26110": (2, 3),
    "26290": (3, 3),
    "26200": (2, 4),
}
TILE_SIZE = 76
TILE_GAP = 4
CLASS_COUNT = 5


@dataclass(frozen=True)
class Cell:
    """One district's value for a map; `value` is None when `status` says why."""

    code: str
    name_ko: str
    name_en: str
    value: float | None
    status: str


@dataclass(frozen=True)
class Tile:
    """A drawn district: corner of its square, and the colour class or None for hatching."""

    cell: Cell
    x: int
    y: int
    colour: int | None


@dataclass(frozen=True)
class Range:
    """One colour class and the values it holds."""

    colour: int
    low: float
    high: float


def tile_map(cells: Sequence[Cell]) -> tuple[list[Tile], list[Range]]:
    """Place the districts and class their values into equal shares (quantiles).

    Raises KeyError for a code that is not one of the 16 districts.
    """
    values = sorted(cell.value for cell in cells if cell.value is not None)
    breaks = [
        values[math.ceil(len(values) * step / CLASS_COUNT)]
        for step in range(1, CLASS_COUNT)
        if math.ceil(len(values) * step / CLASS_COUNT) < len(values)
    ]
    tiles = []
    for cell in cells:
        column, row = TILES[cell.code]
        colour = None if cell.value is None else bisect_right(breaks, cell.value)
        tiles.append(Tile(cell, column * TILE_SIZE, row * TILE_SIZE, colour))
    held: dict[int, list[float]] = {}
    for value in values:
        held.setdefault(bisect_right(breaks, value), []).append(value)
    return tiles, [Range(colour, min(group), max(group)) for colour, group in sorted(held.items())]


@dataclass(frozen=True)
class Line:
    """A series drawn into a box: runs of points without gaps, and the scale's ends."""

    runs: list[list[tuple[float, float]]]
    low: float
    high: float


def line(values: Sequence[float | None], *, width: float, height: float) -> Line:
    """Draw a series from left to right; a missing value breaks the line.

    Raises ValueError when no value is known.
    """
    known = [value for value in values if value is not None]
    if not known:
        raise ValueError("a series without any value cannot be drawn")
    low, high = min(known), max(known)
    spread = (high - low) or 1.0
    step = width / max(len(values) - 1, 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for position, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            y = height - (value - low) / spread * height
            runs[-1].append((round(position * step, 1), round(y, 1)))
    return Line([run for run in runs if run], low, high)


@dataclass(frozen=True)
class IntervalPlot:
    """A rate ratio with its interval on a logarithmic axis; positions in 0..width."""

    estimate: float
    lower: float
    upper: float
    one: float
    mde: float | None
    ticks: list[tuple[float, str]]


_TICKS = (0.25, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 4.0)


def reach_of(ratios: Iterable[float | None]) -> float:
    """Half the length of a logarithmic axis around 1 that holds all ratios, and 1.25 at least.

    Raises ValueError for a ratio that is not positive.
    """
    known = [value for value in ratios if value is not None]
    if any(value <= 0 for value in known):
        raise ValueError("a rate ratio is positive")
    return max(abs(math.log(value)) for value in (*known, 1.25)) * 1.12


def interval_plot(
    estimate: float,
    lower: float,
    upper: float,
    mde: float | None,
    *,
    width: float,
    reach: float | None = None,
) -> IntervalPlot:
    """Place a rate ratio, its 95 % interval and the minimum detectable ratio around 1.

    All values are positive. Raises ValueError otherwise. reach: that of an axis which several
    share (`reach_of`); without it the axis is as long as these values need.
    """
    reach = max(reach_of((estimate, lower, upper, mde)), reach or 0.0)

    def place(value: float) -> float:
        return round((math.log(value) + reach) / (2 * reach) * width, 1)

    ticks = [(place(tick), f"{tick:g}") for tick in _TICKS if abs(math.log(tick)) <= reach]
    return IntervalPlot(
        estimate=place(estimate),
        lower=place(lower),
        upper=place(upper),
        one=place(1.0),
        mde=None if mde is None else place(mde),
        ticks=ticks if len(ticks) <= 7 else [tick for tick in ticks if tick[1] in _FEW],
    )


_FEW = frozenset({"0.25", "0.5", "0.7", "1", "1.5", "2", "4"})
