"""Linked tables as suppression sees them: distinct sums of distinct parts, in a fixed order.

Cells that are sums of the same parts are one cell (they show the same number), parts that lie
in the same cells are one part (nobody can tell them apart), and parts of a published zero are
known to be zero and drop out. Whatever the order of the input, the order here is the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from busan_safety.disclosure.linked import LinkedTables

Bools = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """Distinct cells (rows) and distinct parts (columns) in which something is unknown.

    members: CSR 0/1, shape (cells, parts). counts: events of each part. values: members @ counts.
    cell_of: for each cell of the linked tables its row here, -1 where the cell is known to be 0.
    primary: cells that must be hidden. forced: cells that stay published. need: least width of a
    hidden cell's feasible interval. weights: loss from hiding. order: rows in the order in which
    publication is tried. floor: the least that a hidden cell may be for who looks at it.
    """

    members: sparse.csr_array
    counts: Integers
    values: Integers
    cell_of: Integers
    primary: Bools
    forced: Bools
    need: Floats
    weights: Floats
    order: Integers
    floor: int = 0

    @property
    def fall(self) -> Integers:
        """Return how far each cell may be thought below its value."""
        return np.maximum(self.values - self.floor, 0)

    @property
    def far(self) -> float:
        """Return how far guesses are followed: nothing that is bounded lies further."""
        return float(self.counts.sum() + self.need.max(initial=0.0))

    def blocks(self) -> list[tuple[Integers, Model]]:
        """Split into models that share no parts, each with its rows here."""
        shared = sparse.csr_array(self.members @ self.members.T)
        count, label = connected_components(shared, directed=False)
        place = np.argsort(self.order)
        found = []
        for number in range(count):
            rows = np.flatnonzero(label == number)
            members = self.members[rows]
            parts = np.unique(members.indices)
            found.append((rows, self._cut_out(rows, parts, np.argsort(place[rows]))))
        return found

    def _cut_out(self, rows: Integers, parts: Integers, order: Integers) -> Model:
        return Model(
            members=sparse.csr_array(self.members[rows][:, parts]),
            counts=self.counts[parts],
            values=self.values[rows],
            cell_of=np.arange(len(rows)),
            primary=self.primary[rows],
            forced=self.forced[rows],
            need=self.need[rows],
            weights=self.weights[rows],
            order=order,
            floor=self.floor,
        )

    def spread(self, of_rows: npt.NDArray[np.generic], missing: object) -> npt.NDArray[np.generic]:
        """Return a value of every row here as a value of every cell of the linked tables."""
        padded = np.append(of_rows, np.asarray([missing], dtype=of_rows.dtype))
        return padded[self.cell_of]


def build_model(
    linked: LinkedTables,
    *,
    primary: Bools,
    forced: Bools,
    need: Floats,
    weights: Floats,
    floor: int = 0,
) -> Model:
    """Merge what cannot be told apart and put it in canonical order.

    primary, forced, need, weights: one per cell of `linked`. A cell of value 0 that is not
    primary is published, and so are its parts.
    """
    members = sparse.csr_array(linked.parts, dtype=np.int64)
    zero_cells = (linked.values == 0) & ~primary
    open_parts = ~(members[zero_cells].sum(axis=0) > 0)
    canonical = _canonical_cells(linked.cells)
    inside = sparse.csr_array(members[canonical][:, open_parts])
    part_class, part_first = _same(sparse.csr_array(inside.T))
    cells_by_parts = sparse.csr_array(inside[:, part_first])
    empty = np.diff(cells_by_parts.indptr) == 0
    cell_class, cell_first = _same(cells_by_parts, skip=empty)

    counts = np.zeros(len(part_first), dtype=np.int64)
    np.add.at(counts, part_class, linked.part_counts[open_parts])
    cell_of = np.empty(len(canonical), dtype=np.int64)
    cell_of[canonical] = cell_class
    rows = len(cell_first)
    kept = cell_of >= 0
    rank = _publication_rank(linked, weights, canonical)
    first_rank = np.full(rows, len(rank), dtype=np.int64)
    np.minimum.at(first_rank, cell_of[kept], rank[kept])
    return Model(
        members=sparse.csr_array(cells_by_parts[cell_first]),
        counts=counts,
        values=cells_by_parts[cell_first] @ counts,
        cell_of=cell_of,
        primary=_any(primary, cell_of, rows),
        forced=_any(forced, cell_of, rows),
        need=_most(need, cell_of, rows),
        weights=np.bincount(cell_of[kept], weights[kept], minlength=rows).astype(float),
        order=np.argsort(first_rank, kind="stable"),
        floor=floor,
    )


def _canonical_cells(cells: pd.DataFrame) -> Integers:
    keys = [tuple(str(level) for level in key) for key in cells["key"]]
    named = list(zip(cells["table"].astype(str), keys, strict=True))
    return np.asarray(sorted(range(len(named)), key=named.__getitem__), dtype=np.int64)


def _same(rows: sparse.csr_array, skip: Bools | None = None) -> tuple[Integers, Integers]:
    """Number equal rows alike: class of each row (-1: skipped), first row of each class.

    Classes are numbered by their sorted column lists, so that the order of rows is immaterial.
    """
    rows.sort_indices()
    named: dict[bytes, list[int]] = {}
    for row in range(rows.shape[0]):
        if skip is None or not skip[row]:
            inside = rows.indices[rows.indptr[row] : rows.indptr[row + 1]]
            named.setdefault(inside.astype(">i8").tobytes(), []).append(row)
    classes = np.full(rows.shape[0], -1, dtype=np.int64)
    firsts = np.empty(len(named), dtype=np.int64)
    for number, name in enumerate(sorted(named)):
        classes[named[name]] = number
        firsts[number] = named[name][0]
    return classes, firsts


def _publication_rank(linked: LinkedTables, weights: Floats, canonical: Integers) -> Integers:
    """Rank cells by loss if hidden; among equals those whose parts are in larger cells first.

    Zeros come before everything. Source: the order of R's GaussSuppression (Langsrud 2024).
    """
    members = sparse.csr_array(linked.parts, dtype=np.float64)
    reach = members @ (members.T @ (linked.values + 1.0))
    place = np.empty(len(canonical), dtype=np.int64)
    place[canonical] = np.arange(len(canonical))
    order = np.lexsort((place, -reach, -weights, linked.values != 0))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank


def _any(mask: Bools, cell_of: Integers, rows: int) -> Bools:
    found = np.zeros(rows, dtype=bool)
    found[cell_of[mask & (cell_of >= 0)]] = True
    return found


def _most(values: Floats, cell_of: Integers, rows: int) -> Floats:
    found = np.zeros(rows)
    kept = cell_of >= 0
    np.maximum.at(found, cell_of[kept], values[kept])
    return found
