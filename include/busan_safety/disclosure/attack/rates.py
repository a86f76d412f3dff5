"""Hidden counts that come back through a number made from them: a rate, a share, an interval.

A printed number and the way it was made leave few counts that give it after rounding. These bound
the hidden cell, and through it all that are linked to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from busan_safety.disclosure.attack.model import AttackRefused, Published
from busan_safety.disclosure.attack.system import Floats, Rows, no_rows

Formula = Callable[[Floats], Floats]


@dataclass(frozen=True)
class DerivedNumber:
    """A printed number made from the count of a cell.

    printed, digits: the number and its decimals. made: counts -> numbers before rounding. label:
    what a derivation calls it.
    """

    table: str
    key: tuple[object, ...]
    printed: float
    digits: int
    made: Formula
    label: str

    def counts(self, most: int) -> npt.NDArray[np.int64]:
        """Counts from 0 to `most` that would be printed so. Raises AttackRefused if none would."""
        counts = np.arange(most + 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            made = self.made(counts.astype(np.float64))
        # Either way of rounding a half, and the last bits of a division.
        near = np.abs(made - self.printed) <= 0.5 * 10.0**-self.digits * (1 + 1e-9)
        if not near.any():
            raise AttackRefused(f"no count up to {most} gives {self.label} of table {self.table}")
        return counts[near]


def per(denominator: float, unit: float = 1.0) -> Formula:
    """Rate: count / denominator * unit; with unit 100 a percentage of a total."""
    return lambda counts: counts / denominator * unit


def out_of(numerator: float, unit: float = 1.0) -> Formula:
    """Rate whose denominator is hidden: numerator / count * unit."""
    return lambda counts: numerator / counts * unit


def smoothed(denominator: float, prior: float, weight: float, unit: float = 1.0) -> Formula:
    """Rate drawn towards a published prior: weight * own rate + (1 - weight) * prior."""
    return lambda counts: (weight * counts / denominator * unit) + (1 - weight) * prior


def derived_rows(published: Published, derived: Sequence[DerivedNumber]) -> Rows:
    """Bounds on hidden cells from printed numbers; those of printed cells say nothing new.

    Raises ValueError for a number of a cell that is in no table.
    """
    number = {
        published.identity(int(cell)): int(cell) for cell in np.flatnonzero(~published.shown())
    }
    shown = published.parts[np.flatnonzero(published.shown())]
    values = published.values[published.shown()]
    cells, low, high, labels = [], [], [], []
    for each in derived:
        cell = number.get((each.table, each.key))
        if cell is None:
            if not _exists(published, each):
                raise ValueError(f"{each.label} is of no cell of table {each.table}")
            continue
        possible = each.counts(_most(published.parts[[cell]], shown, values))
        cells.append(cell)
        low.append(float(possible.min()))
        high.append(float(possible.max()))
        labels.append(each.label)
    if not cells:
        return no_rows(published.parts.shape[1])
    return Rows(
        published.parts[cells],
        np.array(low),
        np.array(high),
        np.full(len(cells), -1),
        tuple(labels),
    )


def _most(cell: sparse.csr_array, shown: sparse.csr_array, values: npt.NDArray[np.int64]) -> int:
    holds = np.asarray((shown @ cell.T).todense()).ravel() == cell.nnz
    return int(values[holds].min()) if holds.any() else 100_000


def _exists(published: Published, each: DerivedNumber) -> bool:
    cells = published.cells
    return any(key == each.key for key in cells.loc[cells["table"] == each.table, "key"])
