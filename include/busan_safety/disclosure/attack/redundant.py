"""Rows that say nothing new: repeated ones, and totals of a table whose parts are all printed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from busan_safety.disclosure.attack.fixing import CONTRADICTION, Residual
from busan_safety.disclosure.attack.model import AttackRefused, Mask
from busan_safety.disclosure.attack.system import Rows

Numbers = npt.NDArray[np.int64]


def informative(rows: Rows, free: Mask, left: Residual) -> Numbers:
    """Return the numbers of the rows that are not implied by smaller or earlier ones."""
    alive = np.flatnonzero((left.size > 1) & ((left.lower > left.least) | np.isfinite(left.upper)))
    matrix = sparse.csr_array(rows.matrix[alive][:, np.flatnonzero(free)])
    single = _first_of_equals(matrix, left.lower[alive], left.upper[alive])
    alive, matrix = alive[single], matrix[single]
    equal = left.lower[alive] == left.upper[alive]
    return alive[~_sums_of_others(matrix, rows.groups[alive], equal)]


def signatures(matrix: sparse.csr_array) -> Numbers:
    """Return one number per row that only equal rows share (64 random bits per column)."""
    drawn = np.random.default_rng(20260101).integers(
        np.iinfo(np.int64).min, np.iinfo(np.int64).max, size=matrix.shape[1], dtype=np.int64
    )
    total: Numbers = matrix.astype(np.int64) @ drawn
    return total


def _first_of_equals(
    matrix: sparse.csr_array,
    lower: npt.NDArray[np.float64],
    upper: npt.NDArray[np.float64],
) -> Numbers:
    marks = signatures(matrix)
    equal = lower == upper
    # Per mark: equations first, then the strictest of the inequalities.
    order = np.lexsort((upper, -lower, ~equal, marks))
    first = np.ones(len(order), dtype=bool)
    first[1:] = marks[order][1:] != marks[order][:-1]
    leader = order[np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))]
    clash = (lower[order] > upper[leader]) | (upper[order] < lower[leader])
    if clash.any():
        raise AttackRefused(CONTRADICTION)
    keep = first | (~equal[leader] & (upper[order] < upper[leader]))
    return np.sort(order[keep])


def _sums_of_others(matrix: sparse.csr_array, groups: Numbers, equal: Mask) -> Mask:
    """Mark the rows that whole smaller rows of one group cover."""
    sizes = np.diff(matrix.indptr)
    covered = np.zeros(matrix.shape[0], dtype=bool)
    owners = {
        int(group): _owner(matrix, np.flatnonzero((groups == group) & equal))
        for group in np.unique(groups[equal & (groups >= 0)])
    }
    for group, owner in owners.items():
        for other, inner in owners.items():
            if other == group:
                continue
            both = np.flatnonzero((owner >= 0) & (inner >= 0))
            pairs, counts = np.unique(
                owner[both] * matrix.shape[0] + inner[both], return_counts=True
            )
            outside, inside = pairs // matrix.shape[0], pairs % matrix.shape[0]
            whole = (counts == sizes[inside]) & (sizes[inside] < sizes[outside])
            total = np.bincount(outside[whole], counts[whole], minlength=matrix.shape[0])
            covered |= (total == sizes) & equal
    return covered


def _owner(matrix: sparse.csr_array, numbers: Numbers) -> Numbers:
    owner = np.full(matrix.shape[1], -1)
    chosen = matrix[numbers]
    owner[chosen.indices] = np.repeat(numbers, np.diff(chosen.indptr))
    return owner
