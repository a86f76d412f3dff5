"""What changed since the previous version, by key: no diff, no release."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from busan_safety.release.tables import csv_bytes, read_csv

# rounding: one of the values, or both, is of a table whose small counts were rounded, so that
# rounding alone may have moved it.
ReasonCode = Literal[
    "new_period",
    "late_report",
    "new_row",
    "withdrawn_row",
    "disclosure_control",
    "rounding",
    "revision",
]

# Moves with every delivery on every row; the release as a whole says it once.
_NOT_COMPARED = frozenset({"data_as_of"})
_STATUS = "value_status"
_PERIOD = "period_start"


@dataclass(frozen=True)
class Change:
    """One added or removed row, or one changed cell."""

    kind: Literal["added", "removed", "changed"]
    key: tuple[str, ...]
    column: str
    old: str
    new: str
    reason: ReasonCode


def changes_csv(key: list[str], previous: bytes | None, current: bytes) -> bytes:
    """CSV of all changes from the previous version's CSV to this one; header only for a first.

    Columns: change, the key, column, old_value, new_value, reason_code.
    """
    changes = list(find_changes(key, previous, current)) if previous else []
    header = ["change", *key, "column", "old_value", "new_value", "reason_code"]
    rows = [
        [change.kind, *change.key, change.column, change.old, change.new, change.reason]
        for change in changes
    ]
    return csv_bytes(header, rows)


def find_changes(key: list[str], previous: bytes, current: bytes) -> Iterator[Change]:
    """Yield the changes between two released CSVs, in key order of each kind."""
    before = _by_key(key, previous)
    after = _by_key(key, current)
    newest = max((row.get(_PERIOD, "") for row in before.values()), default="")
    for place, row in after.items():
        if place not in before:
            yield Change("added", place, "", "", "", _reason_of_addition(row, newest))
    for place in before:
        if place not in after:
            yield Change("removed", place, "", "", "", "withdrawn_row")
    for place, row in after.items():
        old_row = before.get(place)
        if old_row is None:
            continue
        reason = _reason_of_change(old_row, row)
        for column, new in row.items():
            old = old_row.get(column, "")
            if old != new and column not in _NOT_COMPARED:
                yield Change("changed", place, column, old, new, reason)


def _by_key(key: list[str], content: bytes) -> dict[tuple[str, ...], dict[str, str]]:
    header, rows = read_csv(content)
    named = [dict(zip(header, row, strict=True)) for row in rows]
    return {tuple(row.get(name, "") for name in key): row for row in named}


def _reason_of_addition(row: dict[str, str], newest: str) -> ReasonCode:
    if _PERIOD not in row:
        return "new_row"
    return "new_period" if row[_PERIOD] > newest else "late_report"


def _reason_of_change(old: dict[str, str], new: dict[str, str]) -> ReasonCode:
    statuses = {old.get(_STATUS, ""), new.get(_STATUS, "")}
    if len(statuses) == 2 and "suppressed" in statuses:
        return "disclosure_control"
    if len(statuses) == 2 and old.get(_STATUS) == "not_reported":
        return "late_report"
    return "rounding" if "rounded" in statuses else "revision"
