"""The one streaming pass: a delivery as chunks of COPY input, each record with its line.

Two producers make the same chunks. A file whose own bytes fit the table goes through a byte
screen (strict decoding, quote parity, field count). Everything else becomes a record stream
first: normalised values with the declared privacy classes applied, written to a temporary spool
in COPY's text format, one line a record. Both look for personal data that nobody declared, and
both can show the rows that were refused once more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from busan_safety.connectors.records import Rejected
from busan_safety.loading.personal import PersonalData
from busan_safety.loading.spool import Spool


@dataclass(frozen=True, slots=True)
class Chunk:
    """COPY input of `records` rows."""

    payload: bytes
    records: int


class Refusal(NamedTuple):
    """A row that is refused, by its line; `raw` where it is at hand already."""

    line: int
    code: str
    reason: str
    column: str | None
    raw: str | None = None


@dataclass
class StreamCounts:
    """What the pass saw.

    rejected: `Refusal` rows of this pass, by line. findings: [line, rule, column, before, after].
    unmapped: rows by (column, spelling) that no code is known for. undeclared: headers nobody
    declared, with a remark: which declared header each is like, or what its cells are. content:
    hash of the values as sent, so that it stays the same when the key of the pseudonyms changes.
    """

    read: int = 0
    sent: int = 0
    out_of_scope: int = 0
    rejected: Spool = field(default_factory=Spool)
    findings: Spool = field(default_factory=Spool)
    content: hashlib._Hash = field(default_factory=hashlib.sha256)
    unmapped: dict[tuple[str, str], int] = field(default_factory=dict)
    undeclared: dict[str, str | None] = field(default_factory=dict)

    def refusals(self) -> Iterator[Refusal]:
        """The rows refused in this pass."""
        return (Refusal(*row) for row in self.rejected)


class RowStream(Protocol):
    """A delivery on its way into the database."""

    counts: StreamCounts
    personal: PersonalData
    columns: list[str]
    copy_format: Literal["csv", "text"]
    form_id: str
    encoding: str | None

    def chunks(self, batch_id: int) -> Iterator[Chunk]:
        """Yield the COPY input; rejected rows gather in `counts`."""
        ...

    def reject_limit(self) -> int:
        """How many rows may be unreadable before the delivery is refused whole."""
        ...

    def lines_of(self, copy_lines: Sequence[int]) -> list[int]:
        """Lines in the file of the records that COPY counted as these (ascending)."""
        ...

    def whole(self, refusals: Iterable[Refusal]) -> Iterator[Rejected]:
        """Refusals, ascending by line, with their rows as they may be kept."""
        ...
