"""Unknowns that one row gives away: all but one are known, or the sum is as low as can be."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from busan_safety.disclosure.attack.model import AttackRefused, Mask
from busan_safety.disclosure.attack.system import Floats, Rows

BY_FLOOR = -1
CONTRADICTION = (
    "Published counts contradict each other: no whole counts add up to all of them. A release of "
    "other data was joined as if nothing had been revised, or a hidden count is zero."
)


@dataclass
class Unknowns:
    """What is known of each unknown so far, all of shape (n,).

    value: NaN where unknown. floor, ceiling: bounds. fixed_by: row that gave it away, BY_FLOOR
    where all unknowns of a row are at their floor.
    """

    value: Floats
    floor: Floats
    ceiling: Floats
    fixed_by: npt.NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.fixed_by = np.full(len(self.value), BY_FLOOR)

    @classmethod
    def so_many(cls, count: int) -> Unknowns:
        """Whole counts of which nothing is known."""
        return cls(np.full(count, np.nan), np.zeros(count), np.full(count, np.inf))

    def free(self) -> npt.NDArray[np.bool_]:
        """Unknowns without value."""
        return np.isnan(self.value)


@dataclass(frozen=True)
class Residual:
    """Rows less the unknowns that have a value, all of shape (r,)."""

    size: npt.NDArray[np.int64]
    lower: Floats
    upper: Floats
    least: Floats

    @classmethod
    def of(cls, rows: Rows, unknowns: Unknowns) -> Residual:
        """Subtract what is known; `least` is the sum of the floors of the rest."""
        free = unknowns.free()
        known = rows.matrix @ np.where(free, 0.0, unknowns.value)
        return cls(
            size=rows.matrix @ free.astype(np.int64),
            lower=rows.lower - known,
            upper=rows.upper - known,
            least=rows.matrix @ np.where(free, unknowns.floor, 0.0),
        )


def fix(rows: Rows, unknowns: Unknowns) -> Residual:
    """Give unknowns their values until no single row gives another; return what is left.

    Raises AttackRefused where rows contradict each other.
    """
    while True:
        left = Residual.of(rows, unknowns)
        crossed = (unknowns.floor > unknowns.ceiling).any()
        if crossed or (left.upper < left.least).any() or (left.lower[left.size == 0] > 0).any():
            raise AttackRefused(CONTRADICTION)
        free = unknowns.free()
        changed = _bound_alone(rows, unknowns, left, free)
        _at_floor(rows, unknowns, left)
        _alone(rows, unknowns, left, free)
        if np.array_equal(free, unknowns.free()) and not changed:
            return left


def _alone(rows: Rows, unknowns: Unknowns, left: Residual, free: Mask) -> None:
    alone = np.flatnonzero((left.size == 1) & (left.lower == left.upper))
    column = _only_column(rows, free, alone)
    still = unknowns.free()[column]
    alone, column = alone[still], column[still]
    unknowns.value[column] = left.lower[alone]
    unknowns.fixed_by[column] = alone


def _at_floor(rows: Rows, unknowns: Unknowns, left: Residual) -> None:
    tight = np.flatnonzero((left.upper == left.least) & (left.size > 1))
    columns = np.unique(rows.matrix[tight].indices)
    columns = columns[unknowns.free()[columns]]
    unknowns.value[columns] = unknowns.floor[columns]


def _bound_alone(rows: Rows, unknowns: Unknowns, left: Residual, free: Mask) -> bool:
    alone = np.flatnonzero((left.size == 1) & (left.lower < left.upper))
    column = _only_column(rows, free, alone)
    floor, ceiling = unknowns.floor.copy(), unknowns.ceiling.copy()
    np.maximum.at(unknowns.floor, column, left.lower[alone])
    np.minimum.at(unknowns.ceiling, column, left.upper[alone])
    met = unknowns.free() & (unknowns.floor == unknowns.ceiling)
    unknowns.value[met] = unknowns.floor[met]
    return not (np.array_equal(floor, unknowns.floor) and np.array_equal(ceiling, unknowns.ceiling))


def _only_column(rows: Rows, free: Mask, alone: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    numbers = np.where(free, np.arange(len(free)), 0)
    found: npt.NDArray[np.int64] = rows.matrix[alone] @ numbers
    return found
