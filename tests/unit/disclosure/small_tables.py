"""Tables small enough to be checked by trying everything, and an audit written for that alone."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from busan_safety.disclosure.linked import LinkedTables, link

UNBOUNDED = 3


def two_way(counts: np.ndarray) -> LinkedTables:
    """A table of rows by columns with its margins and total."""
    parts = pd.DataFrame(
        [
            (f"r{row}", f"c{column}", counts[row, column])
            for row, column in product(*map(range, counts.shape))
        ],
        columns=["row", "column", "n"],
    )
    tables = {"inner": ["row", "column"], "rows": ["row"], "columns": ["column"], "all": []}
    return link(parts, count="n", tables=tables)


def named(linked: LinkedTables, mask: np.ndarray) -> set[str]:
    return {" ".join(key) or "all" for key in linked.cells["key"][mask]}


def width(linked: LinkedTables, hidden: np.ndarray, cell: int, known: list[int] = ()) -> float:
    """Greatest less least value of a cell in all tables that agree with what is published."""
    members = linked.parts.toarray()
    told = ~hidden
    told[list(known)] = True
    if not told.any():
        return np.inf
    found = [
        linprog(sign * members[cell], A_eq=members[told], b_eq=linked.values[told])
        for sign in (1, -1)
    ]
    ends = [-np.inf if end.status == UNBOUNDED else end.fun for end in found]
    return -ends[1] - ends[0]


def safe(
    linked: LinkedTables, hidden: np.ndarray, primary: np.ndarray, need: float, singletons: bool
) -> bool:
    """Whether every hidden cell is `need` wide, also for someone alone in a hidden cell."""
    if any(width(linked, hidden, cell) < need - 1e-6 for cell in np.flatnonzero(hidden)):
        return False
    members = linked.parts.toarray()
    ones = np.flatnonzero(hidden & (linked.values == 1))
    for part in np.flatnonzero((linked.part_counts == 1) & singletons):
        known = [cell for cell in ones if members[cell, part]]
        for cell in np.flatnonzero(primary) if known else ():
            if cell not in known and width(linked, hidden, cell, known) < need - 1e-6:
                return False
    return True


def least_hidden(linked: LinkedTables, primary: np.ndarray, need: float, singletons: bool) -> int:
    """Number of hidden cells in the smallest safe pattern, by trying all patterns."""
    others = np.flatnonzero(~primary & (linked.values > 0))
    for more in range(len(others) + 1):
        for chosen in combinations(others, more):
            hidden = primary.copy()
            hidden[list(chosen)] = True
            if safe(linked, hidden, primary, need, singletons):
                return int(hidden.sum())
    return -1
