"""Say to people how a hidden count comes back, where one subtraction is enough."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import sparse

from busan_safety.disclosure.attack.system import Rows

TERMS = 6
# Texts are for people: after so many findings the rest is said to follow the same way.
TEXTS = 50
# The smallest printed cells that hold the hidden one.
WHOLES = 10


class Derivations:
    """Subtractions among printed cells."""

    def __init__(self, rows: Rows) -> None:
        printed = np.flatnonzero(rows.lower == rows.upper)
        self._matrix = sparse.csr_array(rows.matrix[printed])
        self._values = rows.lower[printed]
        self._groups = rows.groups[printed]
        self._labels = [rows.labels[number] for number in printed]
        self._sizes = np.diff(self._matrix.indptr)
        self._texts = 0

    def text(self, target: sparse.csr_array, low: float, high: float) -> str:
        """Say how a sum of unknowns, shape (1, n), is known to lie in [low, high]."""
        ending = f"so {low:.0f}" if low == high else f"so {low:.0f} to {high:.0f}"
        self._texts += 1
        if self._texts <= TEXTS:
            for simple in self._subtractions(target):
                if simple[1] == low == high:
                    return f"{simple[0]}, {ending}"
        return f"from all printed cells together, {ending}"

    def _subtractions(self, target: sparse.csr_array) -> Iterator[tuple[str, float]]:
        wide = np.zeros(self._matrix.shape[1], dtype=np.int64)
        wide[target.indices] = 1
        holds = np.flatnonzero(self._matrix @ wide == target.nnz)
        for whole in holds[np.argsort(self._sizes[holds], kind="stable")][:WHOLES]:
            rest = -wide
            rest[self._matrix[[whole]].indices] += 1
            known = self._cover(rest)
            if known is not None:
                yield self._sentence(int(whole), known)

    def _cover(self, rest: npt.NDArray[np.int64]) -> npt.NDArray[np.int64] | None:
        """Printed cells of one table, with zeros of any, that make up the rest."""
        inside = np.flatnonzero(self._matrix @ rest == self._sizes)
        zeros = inside[self._values[inside] == 0]
        open_ = rest.astype(bool)
        open_[self._matrix[zeros].indices] = False
        if not open_.any():
            return np.zeros(0, dtype=np.int64)
        positive = inside[self._values[inside] > 0]
        for group in np.unique(self._groups[positive]):
            chosen = positive[self._groups[positive] == group]
            if open_[self._matrix[chosen].indices].sum() == open_.sum():
                found: npt.NDArray[np.int64] = chosen
                return found
        return None

    def _sentence(self, whole: int, known: npt.NDArray[np.int64]) -> tuple[str, float]:
        left = float(self._values[whole] - self._values[known].sum())
        text = f"{self._labels[whole]} {self._values[whole]:.0f}"
        if len(known) > TERMS:
            text += f" - {len(known)} others {self._values[known].sum():.0f}"
        else:
            text += "".join(f" - {self._labels[k]} {self._values[k]:.0f}" for k in known)
        return text, left
