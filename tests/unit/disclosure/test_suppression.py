"""No hidden cell can be known too closely, and no more is hidden than that takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from busan_safety.disclosure.linked import LinkedTables, link
from busan_safety.disclosure.suppression import CannotProtect, Limits, suppress
from tests.unit.disclosure.small_tables import least_hidden, named, safe, two_way, width

COUNTS = st.sampled_from([0, 1, 1, 2, 3, 4, 6, 9, 15, 30])
TABLES = st.tuples(st.integers(2, 3), st.integers(2, 4)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=COUNTS)
)
NO_OPTIMUM = Limits(rows=0)


def shuffled(linked: LinkedTables, cells: np.ndarray, parts: np.ndarray) -> LinkedTables:
    return LinkedTables(
        cells=linked.cells.iloc[cells].reset_index(drop=True),
        values=linked.values[cells],
        parts=linked.parts[cells][:, parts],
        part_counts=linked.part_counts[parts],
    )


def test_a_hidden_cell_takes_a_rectangle_with_it():
    linked = two_way(np.array([[3, 20, 30], [40, 9, 60], [70, 80, 90]]))

    pattern = suppress(linked, thresholds=5)

    assert named(linked, pattern.hidden) == {"r0 c0", "r0 c1", "r1 c0", "r1 c1"}
    assert pattern.reason[pattern.hidden].tolist() == ["primary", *["complementary"] * 3]
    assert (pattern.method, pattern.proven) == ("optimum", True)


def test_zeros_are_published_and_hide_nothing():
    linked = two_way(np.array([[3, 0, 30], [40, 0, 60], [0, 80, 90]]))

    pattern = suppress(linked, thresholds=5)

    assert not pattern.hidden[linked.values == 0].any()
    assert named(linked, pattern.hidden) == {"r0 c0", "r0 c2", "r1 c0", "r1 c2"}


def test_a_sum_with_one_part_left_is_hidden_with_it():
    linked = two_way(np.array([[3, 0], [40, 60]]))

    pattern = suppress(linked, thresholds=5)

    assert {"r0 c0", "r0"} <= named(linked, pattern.hidden)


@pytest.mark.parametrize("limits", [None, NO_OPTIMUM])
@settings(max_examples=15, deadline=None, derandomize=True)
@given(counts=TABLES)
def test_no_hidden_cell_is_known_too_closely(limits, counts):
    linked = two_way(counts)

    pattern = suppress(linked, thresholds=5, limits=limits)

    primary = (linked.values > 0) & (linked.values < 5)
    assert pattern.hidden[primary].all()
    assert not pattern.hidden[linked.values == 0].any()
    assert safe(linked, pattern.hidden, primary, 4, singletons=True)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(counts=arrays(np.int64, (2, 3), elements=COUNTS), singletons=st.booleans())
def test_the_optimum_is_that_of_trying_everything(counts, singletons):
    linked = two_way(counts)
    primary = (linked.values > 0) & (linked.values < 5)

    pattern = suppress(linked, thresholds=5, weights=1, singletons=singletons)

    assert pattern.proven
    assert pattern.hidden.sum() == least_hidden(linked, primary, 4, singletons)


@pytest.mark.parametrize("limits", [None, NO_OPTIMUM])
@settings(max_examples=10, deadline=None, derandomize=True)
@given(counts=TABLES, data=st.data())
def test_the_order_of_cells_and_parts_is_immaterial(limits, counts, data):
    linked = two_way(counts)
    cells = np.array(data.draw(st.permutations(range(len(linked.values)))))
    parts = np.array(data.draw(st.permutations(range(counts.size))))

    pattern = suppress(linked, thresholds=5, limits=limits)
    again = suppress(shuffled(linked, cells, parts), thresholds=5, limits=limits)

    assert np.array_equal(pattern.hidden[cells], again.hidden)
    assert np.array_equal(pattern.reason[cells], again.reason)


def test_bounds_hold_the_truth_and_are_wide_enough():
    linked = two_way(np.array([[3, 20, 1], [4, 9, 60], [70, 2, 90]]))

    pattern = suppress(linked, thresholds=5)

    lower, upper = pattern.lower[pattern.hidden], pattern.upper[pattern.hidden]
    truth = linked.values[pattern.hidden]
    assert (lower <= truth).all()
    assert (truth <= upper).all()
    assert (upper - lower >= 4).all()
    exact = [width(linked, pattern.hidden, cell) for cell in np.flatnonzero(pattern.hidden)]
    assert (upper - lower <= np.array(exact) + 1e-6).all()
    assert np.isnan(pattern.lower[~pattern.hidden]).all()


def test_someone_alone_in_a_cell_does_not_learn_the_other():
    linked = two_way(np.array([[1, 4, 50], [60, 70, 80], [90, 95, 99]]))
    primary = (linked.values > 0) & (linked.values < 5)

    open_to_him = suppress(linked, thresholds=5, singletons=False)
    closed = suppress(linked, thresholds=5)

    assert not safe(linked, open_to_him.hidden, primary, 4, singletons=True)
    assert safe(linked, closed.hidden, primary, 4, singletons=True)


def test_what_was_published_stays_and_others_protect():
    linked = two_way(np.array([[3, 20, 30], [40, 9, 60], [70, 80, 90]]))
    before = np.array([" ".join(key) == "r1 c1" for key in linked.cells["key"]])

    pattern = suppress(linked, thresholds=5, fixed_published=before)

    assert not pattern.hidden[before].any()
    assert safe(linked, pattern.hidden, pattern.reason == "primary", 4, singletons=True)


def test_a_cell_that_published_ones_give_away_is_named():
    linked = two_way(np.array([[3, 20, 30], [40, 9, 60], [70, 80, 90]]))
    names = [" ".join(key) for key in linked.cells["key"]]
    before = np.isin(names, ["r0 c1", "r0 c2", "r0"])

    with pytest.raises(CannotProtect, match=r"r0.*c0") as refused:
        suppress(linked, thresholds=5, fixed_published=before)

    assert [tuple(key) for key in refused.value.cells["key"]] == [("r0", "c0")]


def test_a_sensitive_cell_that_was_published_is_named():
    linked = two_way(np.array([[3, 20], [40, 60]]))

    with pytest.raises(CannotProtect, match="published"):
        suppress(linked, thresholds=5, fixed_published=linked.values == 3)


def test_what_was_hidden_stays_hidden():
    linked = two_way(np.array([[30, 20, 30], [40, 9, 60], [70, 80, 90]]))

    pattern = suppress(linked, thresholds=5, fixed_hidden=linked.values == 9)

    assert pattern.hidden.sum() == 4
    assert (pattern.reason == "earlier").sum() == 1


def test_tables_that_cross_are_protected_together():
    # Station A covers all of district 1 and part of 2: the difference of the tables is a cell.
    parts = pd.DataFrame(
        [("1", "A", 20), ("2", "A", 3), ("2", "B", 40), ("3", "B", 30), ("3", "C", 25)],
        columns=["district", "station", "n"],
    )
    tables = {"district": ["district"], "station": ["station"], "city": [], "both": []}
    linked = link(parts, count="n", tables=tables | {"both": ["district", "station"]})

    pattern = suppress(linked, thresholds=5)

    primary = (linked.values > 0) & (linked.values < 5)
    assert safe(linked, pattern.hidden, primary, 4, singletons=True)
    assert pattern.hidden.sum() > primary.sum()


def test_thresholds_differ_by_cell():
    linked = two_way(np.array([[7, 20, 30], [40, 7, 60], [70, 80, 90]]))
    names = np.array([" ".join(key) for key in linked.cells["key"]])

    pattern = suppress(linked, thresholds=np.where(names == "r0 c0", 10, 5))

    assert named(linked, pattern.reason == "primary") == {"r0 c0"}
    ends = pattern.upper - pattern.lower
    assert ends[names == "r0 c0"][0] >= 9


def test_nothing_sensitive_hides_nothing():
    linked = two_way(np.array([[7, 20], [40, 0]]))

    pattern = suppress(linked, thresholds=5)

    assert not pattern.hidden.any()
    assert (pattern.method, pattern.proven) == ("nothing", True)
