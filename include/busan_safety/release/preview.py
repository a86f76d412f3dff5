"""What a release would change, before it is made: rows by reason, examples, columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from busan_safety.release.changes import Change, find_changes
from busan_safety.release.contract import ContractChange

_EXAMPLES = 3


@dataclass(frozen=True)
class ChangedRows:
    """Rows of one kind and reason; `examples` are keys, never values."""

    kind: str
    reason_code: str
    row_count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """Differences from the last version that stands."""

    previous_version: str | None
    contract: ContractChange
    changes: tuple[ChangedRows, ...]


def preview(
    key: list[str],
    previous_version: str | None,
    previous_csv: bytes | None,
    current_csv: bytes,
    contract: ContractChange,
) -> Preview:
    """Count the changes between two CSVs by kind and reason."""
    changes = find_changes(key, previous_csv, current_csv) if previous_csv else ()
    return Preview(previous_version, contract, tuple(_counted(changes)))


def _counted(changes: Iterable[Change]) -> list[ChangedRows]:
    rows: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for change in changes:
        rows[change.kind, change.reason]["/".join(change.key)] = None
    return [
        ChangedRows(kind, reason, len(keys), tuple(list(keys)[:_EXAMPLES]))
        for (kind, reason), keys in rows.items()
    ]
