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
    """

    def __init__(self, members: sparse.csr_array, parts: Iterable[int] | None = None) -> None:
        """Begin with every part (or those given) free; members: CSR, cells by parts."""
        by_part = sparse.csc_array(members)
        chosen = range(members.shape[1]) if parts is None else parts
        self.rows: list[Sparse] = [{} for _ in range(members.shape[0])]
        self.vectors: dict[int, Sparse] = {}
        for part in chosen:
            inside = by_part.indices[by_part.indptr[part] : by_part.indptr[part + 1]].tolist()
            self.vectors[part] = dict.fromkeys(inside, 1)
            for cell in inside:
                self.rows[cell][part] = 1

    def publish(self, cell: int) -> None:
        """Keep only the changes that leave `cell` as it is."""
        row = self.rows[cell]
        if not row:
            return
        pivot = min(row, key=lambda k: (abs(row[k]) != 1, len(self.vectors[k]), k))
        leaving = self.vectors.pop(pivot)
        for other in leaving:
            del self.rows[other][pivot]
        at_pivot = leaving[cell]
        for k, at_k in list(row.items()):
            common = gcd(at_pivot, at_k)
            self._subtract(k, leaving, at_k // common, at_pivot // common)

    def _subtract(self, k: int, leaving: Sparse, times: int, scale: int) -> None:
        """Replace vector k by scale * vector k - times * leaving."""
        vector = self.vectors[k]
        if scale == -1:
            times = -times
        elif scale != 1:
            for cell, change in vector.items():
                vector[cell] = self.rows[cell][k] = change * scale
        rows = self.rows
        for cell, change in leaving.items():
            new = vector.get(cell, 0) - times * change
            if new:
                vector[cell] = rows[cell][k] = new
            elif cell in vector:
                del vector[cell], rows[cell][k]
        if scale not in (1, -1):
            self._shorten(k)

    def _shorten(self, k: int) -> None:
        vector = self.vectors[k]
        common = gcd(*vector.values())
        if common > 1:
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
