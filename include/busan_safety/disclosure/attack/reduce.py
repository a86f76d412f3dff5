"""From everything that is known to small independent systems, without losing a solution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from busan_safety.disclosure.attack.contained import Inside, Sum, differences
from busan_safety.disclosure.attack.fixing import BY_FLOOR, Unknowns, fix
from busan_safety.disclosure.attack.redundant import informative, signatures
from busan_safety.disclosure.attack.system import Floats, Rows, System

Numbers = npt.NDArray[np.int64]
Piece = tuple[int, ...]


@dataclass(frozen=True)
class Component:
    """Unknowns that no known sum joins with others.

    matrix: 0 or 1, shape (r, k), CSR; lower, upper: (r,); floor, ceiling: (k,). pieces: the sums of
    its unknowns (by number) that targets ask for.
    """

    matrix: sparse.csr_array
    lower: Floats
    upper: Floats
    floor: Floats
    ceiling: Floats
    pieces: tuple[Piece, ...]

    def key(self) -> tuple[object, ...]:
        """Equal for components that have the same solutions and pieces."""
        arrays = (self.matrix.indptr, self.matrix.indices, self.lower, self.upper)
        return (*(a.tobytes() for a in (*arrays, self.floor, self.ceiling)), self.pieces)


@dataclass(frozen=True)
class Target:
    """A sum asked for: what is known of it, and pieces (component, number) for the rest."""

    known: float
    pieces: tuple[tuple[int, int], ...]
    rest: Sum


@dataclass(frozen=True)
class Reduced:
    """The independent components, the targets on them, and how values were found."""

    components: tuple[Component, ...]
    targets: tuple[Target, ...]
    sums: tuple[Sum, ...]
    unknowns: Unknowns


def reduce(system: System) -> Reduced:
    """Fix what single rows give away, subtract, drop what is redundant, merge and split.

    Raises AttackRefused where what is known contradicts itself.
    """
    unknowns = Unknowns.so_many(system.targets.shape[1])
    sums = _sums(system.rows, unknowns)
    inside = Inside()
    for known in sums:
        if known.is_exact:
            inside.add(known)
    rests = [inside.subtract(rest) for rest in _rests(system.targets, unknowns)]
    return _split(sums, rests, unknowns)


def _sums(rows: Rows, unknowns: Unknowns) -> list[Sum]:
    left = fix(rows, unknowns)
    keep = informative(rows, unknowns.free(), left)
    sums = [
        Sum(frozenset(columns), left.lower[number], left.upper[number], int(number))
        for number, columns in zip(keep, _free_columns(rows.matrix[keep], unknowns), strict=True)
    ]
    while True:
        sums = differences(sums)
        before = int(unknowns.free().sum())
        shape = (len(sums), rows.matrix.shape[1])
        smaller = Rows(
            _matrix([sorted(known.unknowns) for known in sums], shape),
            np.array([known.lower for known in sums]),
            np.array([known.upper for known in sums]),
            np.full(len(sums), -1),
            ("",) * len(sums),
        )
        found_by = unknowns.fixed_by.copy()
        free = unknowns.free()
        left = fix(smaller, unknowns)
        newly = free & ~unknowns.free()
        by_row = newly & (unknowns.fixed_by != BY_FLOOR)
        found_by[by_row] = [sums[row].origin for row in unknowns.fixed_by[by_row]]
        unknowns.fixed_by = found_by
        sums = [
            Sum(
                frozenset(u for u in known.unknowns if np.isnan(unknowns.value[u])),
                left.lower[row],
                left.upper[row],
                known.origin,
                known.taken,
            )
            for row, known in enumerate(sums)
            if left.size[row] > 0
        ]
        if int(unknowns.free().sum()) == before:
            return [s for s in sums if len(s.unknowns) > 1 or s.is_exact]


def _rests(targets: sparse.csr_array, unknowns: Unknowns) -> list[Sum]:
    value = np.where(unknowns.free(), 0.0, unknowns.value)
    known = targets @ value
    return [
        Sum(frozenset(columns), -known[number], -known[number], number)
        for number, columns in enumerate(_free_columns(targets, unknowns))
    ]


def _free_columns(matrix: sparse.csr_array, unknowns: Unknowns) -> list[list[int]]:
    free = unknowns.free()
    return [
        [int(column) for column in columns if free[column]]
        for columns in np.split(matrix.indices, matrix.indptr[1:-1])
    ][: matrix.shape[0]]


def _split(sums: list[Sum], rests: list[Sum], unknowns: Unknowns) -> Reduced:
    count = len(unknowns.value)
    everything = _matrix(
        [sorted(each.unknowns) for each in (*sums, *rests)], (len(sums) + len(rests), count)
    )
    used = np.flatnonzero(np.bincount(everything.indices, minlength=count))
    marks = signatures(sparse.csr_array(everything[:, used].T))
    _, first, merged = np.unique(marks, return_index=True, return_inverse=True)
    leaders = used[first]
    matrix = sparse.csr_array(everything[:, leaders])
    floor = np.zeros(len(first))
    np.add.at(floor, merged, unknowns.floor[used])
    ceiling = np.zeros(len(first))
    np.add.at(ceiling, merged, unknowns.ceiling[used])
    return _assembled(matrix, floor, ceiling, sums, rests, unknowns)


def _assembled(
    matrix: sparse.csr_array,
    floor: Floats,
    ceiling: Floats,
    sums: list[Sum],
    rests: list[Sum],
    unknowns: Unknowns,
) -> Reduced:
    equations, asked = matrix[: len(sums)], matrix[len(sums) :]
    size = len(floor)
    joined = (
        sparse.csr_array(equations.T @ equations) if len(sums) else sparse.csr_array((size, size))
    )
    number, label = connected_components(joined, directed=False)
    order = np.argsort(label, kind="stable")
    local = np.empty(size, dtype=np.int64)
    starts = np.searchsorted(label[order], np.arange(number + 1))
    local[order] = np.arange(size) - starts[label[order]]
    pieces: list[dict[Piece, int]] = [{} for _ in range(number)]
    targets = []
    for rest, columns in zip(rests, np.split(asked.indices, asked.indptr[1:-1]), strict=False):
        parts: dict[int, list[int]] = {}
        for column in columns:
            parts.setdefault(int(label[column]), []).append(int(local[column]))
        found = tuple(
            (component, pieces[component].setdefault(tuple(sorted(piece)), len(pieces[component])))
            for component, piece in sorted(parts.items())
        )
        targets.append(Target(-rest.lower, found, rest))
    home = label[equations.indices[equations.indptr[:-1]]] if len(sums) else np.zeros(0, dtype=int)
    lower = np.array([known.lower for known in sums])
    upper = np.array([known.upper for known in sums])
    components = []
    for component in range(number):
        columns = order[starts[component] : starts[component + 1]]
        rows = np.flatnonzero(home == component)
        components.append(
            Component(
                sparse.csr_array(equations[rows][:, columns]),
                lower[rows],
                upper[rows],
                floor[columns],
                ceiling[columns],
                tuple(pieces[component]),
            )
        )
    return Reduced(tuple(components), tuple(targets), tuple(sums), unknowns)


def _matrix(columns: list[list[int]], shape: tuple[int, int]) -> sparse.csr_array:
    indptr = np.concatenate(([0], np.cumsum([len(each) for each in columns], dtype=np.int64)))
    indices = np.array([column for each in columns for column in each], dtype=np.int64)
    return sparse.csr_array((np.ones(len(indices), dtype=np.int64), indices, indptr), shape=shape)
