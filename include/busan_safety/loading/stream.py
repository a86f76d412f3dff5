"""The one streaming pass: a delivery as chunks of COPY input, each record with its line.

Two producers make the same chunks. A file whose own bytes fit the table goes through a byte
screen (strict decoding, quote parity, field count). Everything else becomes a record stream
first: normalised values, written to a temporary spool in COPY's text format, one line a record.
Both know where each chunk came from, so that a row the database refuses can be shown whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

from busan_safety.connectors.records import Finding, Rejected


@dataclass(frozen=True, slots=True)
class Chunk:
    """COPY input of `records` rows."""

    payload: bytes
    records: int


@dataclass
class StreamCounts:
    """What the pass saw: rows sent on, refused here, out of scope, and the content's hash."""

    read: int = 0
    sent: int = 0
    out_of_scope: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    findings: list[tuple[int, Finding]] = field(default_factory=list)
    content: hashlib._Hash = field(default_factory=hashlib.sha256)


class RowStream(Protocol):
    """A delivery on its way into the database."""

    counts: StreamCounts
    columns: list[str]
    copy_format: Literal["csv", "text"]
    form_id: str
    encoding: str | None

    def chunks(self, batch_id: int) -> Iterator[Chunk]:
        """Yield the COPY input; rejected rows gather in `counts`."""
        ...

    def reject_limit(self) -> int:
        """How many rows the database may refuse before the delivery is refused whole."""
        ...

    def row_of_copy_line(self, copy_line: int) -> tuple[int, str]:
        """(line in the file, row as sent) of the record that COPY counted as `copy_line`."""
        ...

    def rows_of_lines(self, lines: set[int]) -> dict[int, str]:
        """Rows as sent, by line in the file."""
        ...
