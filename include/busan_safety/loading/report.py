"""What happened to a delivery and to a pull, as data for the log, the CLI and the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class BatchReport:
    """One delivery. Counts are rows; `reasons` maps reason or rule id → rows.

    replaces: batch → rows it had loaded, for batches that this one superseded, at least in part.
    """

    batch_id: int
    source_id: str
    scope_key: str
    status: Literal["loaded", "duplicate"]
    file_name: str
    period: str | None
    form_id: str | None
    encoding: str | None
    rows_read: int
    rows_out_of_scope: int
    rows_received: int
    rows_loaded: int
    rows_quarantined: int
    rows_mended: int
    rows_flagged: int
    reasons: dict[str, int] = field(default_factory=dict)
    replaces: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PullReport:
    """One attempt to fetch a source from one sender."""

    source_id: str
    scope_key: str
    outcome: Literal["new", "unchanged", "refused"]
    batches: list[BatchReport]
    deliveries_seen: int
    rows_loaded: int
    rows_quarantined: int
    message: str
