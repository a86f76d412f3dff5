"""Counts of many tables that are sums of the same parts: what suppression protects.

A part is the smallest group of events that the tables tell apart (one neighbourhood and station,
one month, one class). A cell is a printed count: the sum of some parts. Tables are linked where
their cells share parts, whether or not one contains the other: a district and the police
stations that cross its border, a quarter and its months, all crimes and their classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse


@dataclass(frozen=True)
class LinkedTables:
    """Cells of linked tables and the parts of which each is the sum.

    cells: one row per cell, in the order of `values`: `table` (its name) and `key` (tuple of
    the values of the table's columns). values: counts, shape (n,), whole and not negative.
    parts: 0 or 1, shape (n, m), CSR: `values == parts @ part_counts`. Cells of different tables
    may hold the same parts.
    """

    cells: pd.DataFrame
    values: npt.NDArray[np.int64]
    parts: sparse.csr_array
    part_counts: npt.NDArray[np.int64]


def link(parts: pd.DataFrame, *, count: str, tables: Mapping[str, Sequence[str]]) -> LinkedTables:
    """Group `parts` into the cells of every table.

    parts: one row per part; column `count` holds its events, the other columns the levels that
    tables group by (district, station, month, quarter, class, ...). A part whose level is
    missing (null) in a table's columns is in no cell of that table (a class outside the five
    major ones). tables: name -> columns to group by; no columns: the grand total.

    Raises ValueError for counts that are negative, missing or not whole, and for a table that
    names a column that is not there.
    """
    counts = parts[count].to_numpy()
    if pd.isna(counts).any() or (counts < 0).any() or (counts != np.floor(counts)).any():
        raise ValueError(f"{count} holds a count that is missing, negative or not whole")
    labels: list[pd.DataFrame] = []
    rows: list[npt.NDArray[np.int64]] = []
    columns: list[npt.NDArray[np.int64]] = []
    first = 0
    for name, by in tables.items():
        unknown = sorted(set(by) - set(parts.columns))
        if unknown:
            raise ValueError(f"table {name} groups by {', '.join(unknown)}, which parts lack")
        groups, keys = _groups(parts, list(by))
        inside = np.flatnonzero(groups >= 0)
        rows.append(groups[inside] + first)
        columns.append(inside)
        labels.append(pd.DataFrame({"table": name, "key": pd.Series(keys, dtype=object)}))
        first += len(keys)
    matrix = sparse.csr_array(
        (
            np.ones(sum(map(len, rows)), dtype=np.int64),
            (np.concatenate(rows), np.concatenate(columns)),
        ),
        shape=(first, len(parts)),
    )
    whole = counts.astype(np.int64)
    return LinkedTables(
        cells=pd.concat(labels, ignore_index=True),
        values=matrix @ whole,
        parts=matrix,
        part_counts=whole,
    )


def _groups(
    parts: pd.DataFrame, by: list[str]
) -> tuple[npt.NDArray[np.int64], list[tuple[object, ...]]]:
    """Return the group of each part (-1: in none) and the keys of the groups in order."""
    if not by:
        return np.zeros(len(parts), dtype=np.int64), [()]
    grouped = parts.groupby(by, dropna=True, sort=True, observed=True)
    numbers = np.asarray(grouped.ngroup().fillna(-1), dtype=np.int64)
    keys = grouped.size().reset_index()[by].itertuples(index=False, name=None)
    return numbers, list(keys)
