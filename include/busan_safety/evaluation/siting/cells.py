"""H3 cells of a study area and which of them lie near one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import h3
import numpy as np
from numpy.typing import NDArray


def neighbours(cells: Sequence[str], reach: int) -> list[NDArray[np.intp]]:
    """For each cell the ascending positions of the cells within grid distance `reach`, itself too.

    cells: distinct H3 cells of one resolution; only these count as neighbours. Raises ValueError
    for a negative reach.
    """
    position = {cell: index for index, cell in enumerate(cells)}
    return [positions_near(cell, position, reach) for cell in cells]


def positions_near(cell: str, position: Mapping[str, int], reach: int) -> NDArray[np.intp]:
    """Ascending positions of those cells in `position` that lie within `reach` of the cell."""
    if reach < 0:
        raise ValueError(f"A reach is a grid distance from 0 up, not {reach}.")
    near = (position.get(other) for other in h3.grid_disk(cell, reach))
    return np.array(sorted(index for index in near if index is not None), dtype=np.intp)


def check_cells(cells: Iterable[str]) -> None:
    """Raise ValueError unless all are valid H3 cells of one resolution."""
    distinct = set(cells)
    if not all(isinstance(cell, str) and h3.is_valid_cell(cell) for cell in distinct):
        raise ValueError("At least one identifier is not an H3 cell.")
    if len({h3.get_resolution(cell) for cell in distinct}) > 1:
        raise ValueError("Cells of different H3 resolutions cannot be compared.")
