"""Small-count rounding: the declared alternative where suppression would blank too much.

Parts from 1 to base - 1 become 0 or base so that all sums stay as near as they can; every other
part is exact. Tables stay additive and no count from 1 to base - 1 is left anywhere.
Source: Langsrud & Heldal (2018) "An algorithm for small count rounding of tabular data".
"""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse

from busan_safety.disclosure.linked import LinkedTables
from busan_safety.disclosure.suppression.model import Bools, Floats, Integers
from busan_safety.disclosure.suppression.optimum import Limits
from busan_safety.disclosure.suppression.solver import OPTIMAL, solver


def blank_share(linked: LinkedTables, hidden: Bools) -> float:
    """Return the share of inner cells that are hidden.

    A cell is inner if for some of its parts no smaller cell shows it.
    """
    by_part = sparse.csc_array(linked.parts)
    sizes = np.diff(sparse.csr_array(linked.parts).indptr)
    covered = np.diff(by_part.indptr) > 0
    smallest = np.minimum.reduceat(sizes[by_part.indices], by_part.indptr[:-1][covered])
    of_entry = np.repeat(smallest, np.diff(by_part.indptr)[covered])
    inner = np.unique(by_part.indices[sizes[by_part.indices] == of_entry])
    return float(hidden[inner].mean()) if len(inner) else 0.0


def round_small(linked: LinkedTables, thresholds: Floats, limits: Limits) -> tuple[Integers, bool]:
    """Return rounded counts of all parts, and whether no other rounding is nearer in all cells.

    thresholds: one per cell; the base of a part is the greatest of its cells. Nearness: sum over
    all cells of the absolute change. Tables of more small parts than `limits.rows` are rounded
    part by part, each the nearer way, which is not proven.
    """
    members = sparse.csr_array(linked.parts, dtype=float)
    limited = sparse.csc_array(sparse.diags_array(np.nan_to_num(thresholds)) @ members)
    bases = limited.max(axis=0).toarray().ravel()
    small = np.flatnonzero((linked.part_counts > 0) & (linked.part_counts < bases))
    counts, base = linked.part_counts[small].astype(float), bases[small]
    touched = sparse.csr_array(members[:, small])
    if len(small) <= limits.rows:
        up, proven = _nearest(touched, counts, base, limits)
    else:
        up, proven = _part_by_part(touched, counts, base), False
    rounded = linked.part_counts.astype(np.int64)
    rounded[small] = np.rint(base * up).astype(np.int64)
    return rounded, proven


def _nearest(
    members: sparse.csr_array, counts: Floats, base: Floats, limits: Limits
) -> tuple[Bools, bool]:
    """Choose by MILP which small parts go up: least sum of absolute changes of the cells."""
    members = sparse.csr_array(members[np.diff(members.indptr) > 0])
    cells, parts = members.shape
    if not parts:
        return np.zeros(0, dtype=bool), True
    identity = sparse.eye_array(cells)
    size = parts + 2 * cells
    cost = np.ones(size)
    cost[:parts] = 1e-7 * np.arange(parts) / parts
    upper = np.full(size, np.inf)
    upper[:parts] = 1.0
    target = members @ counts
    highs = solver(
        cost,
        np.zeros(size),
        upper,
        sparse.hstack([members @ sparse.diags_array(base), -identity, identity]),
        target,
        target,
    )
    columns = np.arange(parts, dtype=np.int32)
    highs.changeColsIntegrality(parts, columns, np.full(parts, highspy.HighsVarType.kInteger))
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_max_nodes", limits.nodes)
    highs.run()
    if highs.getModelStatus() == OPTIMAL:
        return np.asarray(highs.getSolution().col_value)[:parts] > 0.5, True
    return _part_by_part(members, counts, base), False


def _part_by_part(members: sparse.csr_array, counts: Floats, base: Floats) -> Bools:
    """Begin with all parts down, then turn each whose turn brings the sums nearer."""
    by_part = sparse.csc_array(members)
    error = -(members @ counts)
    up = np.zeros(len(counts), dtype=bool)
    order = np.lexsort((np.arange(len(counts)), -counts))
    for _ in range(4):
        turned = False
        for part in order.tolist():
            cells = by_part.indices[by_part.indptr[part] : by_part.indptr[part + 1]]
            change = -base[part] if up[part] else base[part]
            if np.abs(error[cells] + change).sum() < np.abs(error[cells]).sum() - 1e-9:
                error[cells] += change
                up[part] = ~up[part]
                turned = True
        if not turned:
            break
    return up
