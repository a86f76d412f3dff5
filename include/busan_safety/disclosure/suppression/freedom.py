"""What published sums leave open: a sparse integer basis of the changes that keep all of them.

The dual of eliminating columns of the model matrix. There every published cell adds a column to
a growing span; here it removes one vector from a shrinking basis, which begins with one vector
per part. The tests are the same (a cell is known if no vector changes it; two cells tell each
other if all vectors change them in one proportion), but the vectors stay short: after all
margins of a table are out, a vector is a small cycle of cells, where the span is dense.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd

from scipy import sparse

Sparse = dict[int, int]


class Freedom:
    """Basis of the changes of parts that leave every published cell as it is.

    rows[c]: by how much each basis vector changes cell c (vectors that do not are absent).
    vectors[k]: by how much basis vector k changes each cell. Exact: Python integers.
    units[k]: by how much vector k changes part k. No other vector changes part k.
    """

    def __init__(self, members: sparse.csr_array, late: Iterable[int] = ()) -> None:
        """Begin with every part free; members: CSR, cells by parts.

        late: parts whose vectors leave only when no other vector changes the published cell.
        """
        by_part = sparse.csc_array(members)
        self.late = frozenset(late)
        self.rows: list[Sparse] = [{} for _ in range(members.shape[0])]
        self.vectors: dict[int, Sparse] = {}
        self.units: Sparse = dict.fromkeys(range(members.shape[1]), 1)
        for part in range(members.shape[1]):
            inside = by_part.indices[by_part.indptr[part] : by_part.indptr[part + 1]].tolist()
            self.vectors[part] = dict.fromkeys(inside, 1)
            for cell in inside:
                self.rows[cell][part] = 1

    def publish(self, cell: int) -> None:
        """Keep only the changes that leave `cell` as it is."""
        row = self.rows[cell]
        if not row:
            return
        vectors, late = self.vectors, self.late
        pivot = min(row, key=lambda k: (k in late, abs(row[k]) != 1, len(vectors[k]), k))
        leaving = vectors.pop(pivot)
        at_pivot = row[pivot]
        for other in leaving:
            del self.rows[other][pivot]
        for k, at_k in list(row.items()):
            common = gcd(at_pivot, at_k)
            self._subtract(k, leaving, at_k // common, at_pivot // common)

    def _subtract(self, k: int, leaving: Sparse, times: int, scale: int) -> None:
        """Replace vector k by scale * vector k - times * leaving, shortened."""
        vector, rows = self.vectors[k], self.rows
        if scale < 0:
            times, scale = -times, -scale
        if scale > 1:
            self.units[k] *= scale
            for cell, change in vector.items():
                vector[cell] = rows[cell][k] = change * scale
        for cell, change in leaving.items():
            new = vector.get(cell, 0) - times * change
            if new:
                vector[cell] = rows[cell][k] = new
            elif cell in vector:
                del vector[cell], rows[cell][k]
        if scale > 1:
            self._shorten(k)

    def _shorten(self, k: int) -> None:
        vector = self.vectors[k]
        common = gcd(self.units[k], *vector.values())
        if common > 1:
            self.units[k] //= common
            for cell, change in vector.items():
                vector[cell] = self.rows[cell][k] = change // common

    def tell_each_other(self, one: int, other: int) -> bool:
        """Whether each of two unknown cells gives the other one away."""
        first, second = self.rows[one], self.rows[other]
        if first.keys() != second.keys():
            return False
        key = next(iter(first))
        a, b = first[key], second[key]
        return all(second[k] * a == change * b for k, change in first.items())
