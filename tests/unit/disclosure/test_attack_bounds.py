"""Bounds found by reduction and programming are those of all whole tables that fit."""

from __future__ import annotations

from functools import cache
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from busan_safety.disclosure.attack.bounds import intervals
from busan_safety.disclosure.attack.model import AttackRefused, Knowledge, Published
from busan_safety.disclosure.attack.reduce import reduce
from busan_safety.disclosure.attack.system import (
    System,
    equations,
    joined,
    published_rows,
    zero_rows,
)
from busan_safety.disclosure.linked import LinkedTables, link

TABLES = {
    "inner": ["a", "b", "c"],
    "ab": ["a", "b"],
    "ac": ["a", "c"],
    "bc": ["b", "c"],
    "a": ["a"],
    "b": ["b"],
    "all": [],
}
CUBE = pd.DataFrame(list(product("xy", "xy", "xy")), columns=["a", "b", "c"])


def exact(linked: LinkedTables, hidden: np.ndarray, knowledge: Knowledge) -> np.ndarray:
    """Intervals by reduction and programs, each searched to its end."""
    published = Published.of(linked, hidden)
    system = System(
        joined([published_rows(published), zero_rows(published, knowledge)]), linked.parts[hidden]
    )
    found, proved = intervals(reduce(system), np.full(hidden.sum(), np.inf), {})
    assert proved.all()
    return found


def by_trying(linked: LinkedTables, hidden: np.ndarray, knowledge: Knowledge) -> np.ndarray:
    """Intervals over every whole table of the same total that shows the same."""
    cells = tables_of(int(linked.values[-1])) @ linked.parts.toarray().T
    fits = (cells[:, ~hidden] == linked.values[~hidden]).all(axis=1)
    if knowledge.zeros_are_published:
        fits &= (cells[:, hidden] > 0).all(axis=1)
    return np.stack([cells[fits][:, hidden].min(axis=0), cells[fits][:, hidden].max(axis=0)], 1)


@cache
def tables_of(total: int) -> np.ndarray:
    """All ways to put so many events into the eight parts."""
    bars = np.array(list(combinations(range(total + 7), 7)))
    return np.diff(np.pad(bars, ((0, 0), (1, 1)), constant_values=((0, 0), (-1, total + 7)))) - 1


@settings(max_examples=25, deadline=None)
@given(
    events=st.lists(st.integers(0, 7), max_size=8),
    mask=st.lists(st.booleans(), min_size=27, max_size=27),
    zeros=st.booleans(),
)
def test_bounds_are_those_of_every_whole_table_that_fits(events, mask, zeros):
    linked = link(CUBE.assign(n=np.bincount(events, minlength=8)), count="n", tables=TABLES)
    knowledge = Knowledge(zeros_are_published=zeros)
    hidden = np.array(mask[: len(linked.values)])
    hidden[-1] = False
    if zeros:
        hidden &= linked.values > 0
    if not hidden.any():
        return

    assert (
        exact(linked, hidden, knowledge).tolist() == by_trying(linked, hidden, knowledge).tolist()
    )


def test_two_small_counts_that_add_up_to_two_are_one_each_since_zeros_are_published():
    parts = pd.DataFrame([("중구", 1), ("서구", 1), ("동구", 9)], columns=["district", "n"])
    linked = link(parts, count="n", tables={"district": ["district"], "city": []})
    hidden = linked.values == 1

    assert exact(linked, hidden, Knowledge()).tolist() == [[1, 1], [1, 1]]
    assert exact(linked, hidden, Knowledge(zeros_are_published=False)).tolist() == [[0, 2], [0, 2]]


def test_whole_numbers_are_narrower_than_fractions():
    # Three pairs of three counts: each pair adds up to 2 or 3, half a person is no solution.
    matrix = np.array([[1, 1, 0, 1], [0, 1, 1, 1], [1, 0, 1, 1]])
    rows = equations(
        sparse.csr_array(matrix),
        np.array([1, 1, 1]),
        groups=np.full(3, -1),
        labels=("p", "q", "r"),
    )
    system = System(rows, sparse.csr_array(np.eye(4, dtype=np.int64)))

    found, proved = intervals(reduce(system), np.full(4, np.inf), {})

    assert found.tolist() == [[0, 0], [0, 0], [0, 0], [1, 1]]
    assert proved.all()


def test_counts_that_cannot_be_together_are_refused():
    parts = pd.DataFrame([("중구", 3), ("서구", 9)], columns=["district", "n"])
    linked = link(parts, count="n", tables={"district": ["district"], "city": []})
    linked.values[linked.cells["table"] == "city"] = 2
    published = Published.of(linked, np.array([True, False, False]))

    with pytest.raises(AttackRefused, match="contradict"):
        reduce(System(published_rows(published), linked.parts[[0]]))
