"""Differences between versions: every one, by key, with its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busan_safety.release.changes import Change, changes_csv, find_changes
from busan_safety.release.tables import csv_bytes, read_csv

HEADER = ["place", "period_start", "value", "value_status", "data_as_of"]
KEY = ["place", "period_start"]
OLD = [
    ["26110", "2024-11-01", "1.5", "observed", "2024-11-30"],
    ["26140", "2024-11-01", "", "not_reported", "2024-11-30"],
    ["26170", "2024-11-01", "3.0", "observed", "2024-11-30"],
]


def _changes(new: list[list[str]]) -> list[Change]:
    return list(find_changes(KEY, csv_bytes(HEADER, OLD), csv_bytes(HEADER, new)))


def test_same_rows_have_no_changes() -> None:
    assert _changes(OLD) == []


def test_new_day_alone_is_no_change() -> None:
    assert _changes([[*row[:4], "2024-12-31"] for row in OLD]) == []


def test_corrected_value_gives_old_and_new() -> None:
    new = [["26110", "2024-11-01", "1.6", "observed", "2024-11-30"], *OLD[1:]]

    assert _changes(new) == [
        Change("changed", ("26110", "2024-11-01"), "value", "1.5", "1.6", "revision")
    ]


def test_report_that_came_late_is_called_so() -> None:
    new = [OLD[0], ["26140", "2024-11-01", "2.0", "observed", "2024-11-30"], OLD[2]]

    assert {(change.column, change.reason) for change in _changes(new)} == {
        ("value", "late_report"),
        ("value_status", "late_report"),
    }


def test_value_hidden_since_is_disclosure_control() -> None:
    new = [["26110", "2024-11-01", "", "suppressed", "2024-11-30"], *OLD[1:]]

    assert {change.reason for change in _changes(new)} == {"disclosure_control"}


@pytest.mark.parametrize(
    ("before", "now", "reason"),
    [
        (["3.0", "observed"], ["5.0", "rounded"], "rounding"),
        (["5.0", "rounded"], ["3.0", "observed"], "rounding"),
        (["5.0", "rounded"], ["10.0", "rounded"], "rounding"),
        (["", "suppressed"], ["5.0", "rounded"], "disclosure_control"),
        (["5.0", "rounded"], ["", "suppressed"], "disclosure_control"),
        (["", "not_reported"], ["5.0", "rounded"], "late_report"),
    ],
)
def test_what_rounding_alone_may_have_moved_is_no_revision(
    before: list[str], now: list[str], reason: str
) -> None:
    old, new = (
        csv_bytes(HEADER, [["26110", "2024-11-01", *cells, "2024-11-30"]])
        for cells in (before, now)
    )

    assert {change.reason for change in find_changes(KEY, old, new)} == {reason}


def test_rows_of_a_new_period_differ_from_rows_filled_in() -> None:
    late = ["26200", "2024-10-01", "1", "observed", "2024-11-30"]
    new = ["26110", "2024-12-01", "1", "observed", "2024-12-31"]

    assert [(change.kind, change.reason) for change in _changes([*OLD, late, new])] == [
        ("added", "late_report"),
        ("added", "new_period"),
    ]


def test_lost_row_is_listed() -> None:
    assert _changes(OLD[1:]) == [
        Change("removed", ("26110", "2024-11-01"), "", "", "", "withdrawn_row")
    ]


def test_first_version_has_only_a_header() -> None:
    header, rows = read_csv(changes_csv(KEY, None, csv_bytes(HEADER, OLD)))

    assert header == ["change", *KEY, "column", "old_value", "new_value", "reason_code"]
    assert rows == []


_TABLE = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["1", "2", "3"]))


@given(_TABLE, _TABLE)
def test_changes_lead_from_the_old_table_to_the_new(
    old: dict[str, str], new: dict[str, str]
) -> None:
    before, after = (
        csv_bytes(["id", "value"], [list(row) for row in table.items()]) for table in (old, new)
    )

    rebuilt = dict(old)
    for change in find_changes(["id"], before, after):
        if change.kind == "removed":
            del rebuilt[change.key[0]]
        else:
            rebuilt[change.key[0]] = change.new or new[change.key[0]]

    assert rebuilt == new
