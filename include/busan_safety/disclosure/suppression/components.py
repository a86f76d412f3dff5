"""Hidden cells in groups that tell nothing of each other, and what is open in each group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from busan_safety.disclosure.suppression.freedom import Freedom
from busan_safety.disclosure.suppression.model import Bools, Floats, Integers, Model


@dataclass(frozen=True)
class Component:
    """A smallest group of parts that published cells leave open together.

    A guess at the parts is `counts + part_changes @ t`, of the cells `values + cell_changes @ t`,
    with any t that leaves no part negative; t = 0 is the truth. cells: rows of the model, hidden;
    values: their true values; fall: how far below these they may be thought.
    """

    cells: Integers
    values: Integers
    fall: Integers
    cell_changes: sparse.csr_array
    counts: Floats
    part_changes: sparse.csr_array


def open_components(model: Model, hidden: Bools) -> list[Component]:
    """Split what the published cells (those not hidden) leave open."""
    cells, parts = model.members.shape
    both = sparse.csr_array(sparse.vstack([model.members, sparse.eye_array(parts, dtype=int)]))
    freedom = Freedom(both)
    published = np.flatnonzero(~hidden)
    sizes = np.diff(model.members.indptr)[published]
    for row in published[np.argsort(sizes, kind="stable")].tolist():
        freedom.publish(row)
    changes = _as_matrix(freedom, both.shape[0])
    of_cells = sparse.csr_array(changes[:cells])
    of_parts = sparse.csr_array(changes[cells:])
    return [
        _component(model, of_cells, of_parts, vectors)
        for vectors in _separate(sparse.csr_array(of_parts != 0))
    ]


def _as_matrix(freedom: Freedom, rows: int) -> sparse.csr_array:
    entries = [
        (cell, number, change)
        for number, key in enumerate(sorted(freedom.vectors))
        for cell, change in freedom.vectors[key].items()
    ]
    cell, number, change = zip(*entries, strict=True) if entries else ((), (), ())
    return sparse.csr_array(
        (np.asarray(change, dtype=float), (np.asarray(cell, int), np.asarray(number, int))),
        shape=(rows, len(freedom.vectors)),
    )


def _separate(touched: sparse.csr_array) -> list[Integers]:
    """Group vectors that share parts."""
    if not touched.shape[1]:
        return []
    shared = sparse.csr_array(touched.T.astype(int) @ touched.astype(int))
    count, label = connected_components(shared, directed=False)
    order = np.argsort(label, kind="stable")
    return np.split(order, np.searchsorted(label[order], np.arange(1, count)))


def _component(
    model: Model, of_cells: sparse.csr_array, of_parts: sparse.csr_array, vectors: Integers
) -> Component:
    cell_changes, part_changes = of_cells[:, vectors], of_parts[:, vectors]
    cells = np.flatnonzero(np.diff(cell_changes.indptr))
    parts = np.flatnonzero(np.diff(part_changes.indptr))
    return Component(
        cells=cells,
        values=model.values[cells],
        fall=model.fall[cells],
        cell_changes=sparse.csr_array(cell_changes[cells]),
        counts=model.counts[parts].astype(float),
        part_changes=sparse.csr_array(part_changes[parts]),
    )
