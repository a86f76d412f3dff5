"""Everything known as sums of unknown counts: rows with bounds, and targets to be bounded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from busan_safety.disclosure.attack.model import Knowledge, Published

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Known sums: `lower <= matrix @ unknowns <= upper`.

    matrix: 0 or 1, shape (r, n), CSR. groups: rows of one group (a table) share no unknown; -1 for
    none. labels: what derivations call the row; empty for outside knowledge.
    """

    matrix: sparse.csr_array
    lower: Floats
    upper: Floats
    groups: npt.NDArray[np.int64]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.lower)


@dataclass(frozen=True)
class System:
    """Unknown whole counts >= 0, what is known of them, and the sums asked for.

    targets: 0 or 1, shape (t, n), CSR.
    """

    rows: Rows
    targets: sparse.csr_array


def published_rows(published: Published) -> Rows:
    """Every printed cell as an equation."""
    shown = np.flatnonzero(published.shown())
    return equations(
        published.parts[shown],
        published.values[shown],
        groups=published.cells["table"].factorize()[0][shown],
        labels=tuple(published.name(int(cell)) for cell in shown),
    )


def zero_rows(published: Published, knowledge: Knowledge) -> Rows:
    """Hidden cells that cannot be zero, because zeros are published."""
    if not knowledge.zeros_are_published:
        return no_rows(published.parts.shape[1])
    cells = np.flatnonzero(published.hidden)
    return Rows(
        matrix=published.parts[cells],
        lower=np.ones(len(cells)),
        upper=np.full(len(cells), np.inf),
        groups=np.full(len(cells), -1),
        labels=("",) * len(cells),
    )


def equations(
    matrix: sparse.csr_array,
    values: npt.NDArray[np.int64],
    *,
    groups: npt.NDArray[np.int64],
    labels: tuple[str, ...],
) -> Rows:
    """Rows whose sums are known exactly."""
    exact = values.astype(np.float64)
    return Rows(matrix, exact, exact, groups.astype(np.int64), labels)


def no_rows(unknowns: int) -> Rows:
    """Nothing known of so many unknowns."""
    return equations(
        sparse.csr_array((0, unknowns), dtype=np.int64),
        np.zeros(0, dtype=np.int64),
        groups=np.zeros(0, dtype=np.int64),
        labels=(),
    )


def joined(parts: list[Rows]) -> Rows:
    """Rows of several sources; unknowns that one does not know are added at its end."""
    unknowns = max(part.matrix.shape[1] for part in parts)
    filled = [part for part in parts if len(part)]
    if not filled:
        return no_rows(unknowns)
    matrices, groups, first = [], [], 0
    for part in filled:
        matrix = sparse.csr_array(part.matrix)
        matrix.resize((len(part), unknowns))
        matrices.append(matrix)
        groups.append(np.where(part.groups >= 0, part.groups + first, -1))
        first = max(first, int(groups[-1].max()) + 1)
    return Rows(
        matrix=sparse.csr_array(sparse.vstack(matrices, format="csr")),
        lower=np.concatenate([part.lower for part in filled]),
        upper=np.concatenate([part.upper for part in filled]),
        groups=np.concatenate(groups),
        labels=tuple(label for part in filled for label in part.labels),
    )
