"""Small-count rounding: additive, no small count left, as near as it can be."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from busan_safety.disclosure.suppression import Limits, suppress
from tests.unit.disclosure.small_tables import two_way

TABLES = arrays(np.int64, (3, 3), elements=st.sampled_from([0, 1, 2, 3, 4, 5, 8, 20]))


def nearest(linked, base):
    small = np.flatnonzero((linked.part_counts > 0) & (linked.part_counts < base))
    best = np.inf
    for choice in product([0, base], repeat=len(small)):
        rounded = linked.part_counts.copy()
        rounded[small] = choice
        best = min(best, np.abs(linked.parts @ rounded - linked.values).sum())
    return best


def test_many_blanks_are_rounded_instead():
    linked = two_way(np.array([[1, 2, 3], [4, 30, 2], [3, 1, 20]]))

    pattern = suppress(linked, thresholds=5, round_above=0.25)

    assert pattern.method == "rounding"
    assert pattern.blank > 0.25
    assert not pattern.hidden.any()


def test_few_blanks_are_suppressed():
    linked = two_way(np.arange(20, 56).reshape(6, 6) - 17 * (np.arange(36).reshape(6, 6) == 0))

    pattern = suppress(linked, thresholds=5, round_above=0.25)

    assert pattern.method == "optimum"
    assert pattern.rounded is None


def test_what_was_published_is_not_rounded():
    linked = two_way(np.array([[1, 2, 3], [4, 30, 2], [3, 1, 20]]))

    pattern = suppress(linked, thresholds=5, round_above=0.25, fixed_published=linked.values == 66)

    assert pattern.method != "rounding"


@settings(max_examples=15, deadline=None, derandomize=True)
@given(counts=TABLES, by_milp=st.booleans())
def test_rounded_tables_add_up_and_hold_no_small_count(counts, by_milp):
    linked = two_way(counts)

    limits = None if by_milp else Limits(rows=0)
    pattern = suppress(linked, thresholds=5, round_above=-1.0, limits=limits)

    rounded = pattern.rounded
    inner = rounded[linked.cells["table"] == "inner"].reshape(3, 3)
    by = {name: rounded[linked.cells["table"] == name] for name in ("rows", "columns", "all")}
    assert np.array_equal(by["rows"], inner.sum(axis=1))
    assert np.array_equal(by["columns"], inner.sum(axis=0))
    assert by["all"] == inner.sum()
    assert not ((rounded > 0) & (rounded < 5)).any()
    large = (counts == 0) | (counts >= 5)
    assert np.array_equal(inner[large], counts[large])
    if by_milp:
        assert pattern.proven
        assert np.abs(rounded - linked.values).sum() == nearest(linked, 5)
