"""What happened to a delivery and to a pull, as data for the log, the CLI and the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class BatchReport:
    """One delivery. Counts are rows; `reasons` maps reason or rule id → rows.

    replaces: batch → rows it had loaded, for batches that this one superseded, at least in part.
    partial_reason: why it is only a part of its period, for partial deliveries. notes: what a
    person should know of it beside the counts, in sentences.
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
    partial_reason: str | None = None
    notes: list[str] = field(default_factory=list)


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


@dataclass(frozen=True)
class ReloadReport:
    """Batches read from landing anew, and those that could not be, with the reason."""

    source_id: str
    reloaded: list[BatchReport]
    refused: dict[int, str]


@dataclass(frozen=True)
class RotationReport:
    """A new key version: what was reloaded with it, and batches that still carry an older one.

    versions_in_use: key version → loaded batches with its pseudonyms.
    """

    version: int
    reloaded: dict[str, int]
    refused: dict[int, str]
    versions_in_use: dict[int, int]
