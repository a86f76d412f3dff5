"""Record stream for deliveries whose values need another shape first.

Records are written to a temporary spool in COPY's text format, one line each, so that the whole
delivery is read and judged before the database sees it, in memory that does not grow.
"""

from __future__ import annotations

import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO, Literal

from busan_safety.connectors.layout import Layout
from busan_safety.connectors.records import Context, Record, Rejected, Tally, read_records
from busan_safety.connectors.tabular import Row
from busan_safety.loading.stream import Chunk, StreamCounts
from busan_safety.sources import Source

_CHUNK_RECORDS = 2000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class SpooledStream:
    """RowStream over any rows; `open_rows` gives them anew when a row must be shown again."""

    copy_format: Literal["csv", "text"] = "text"

    def __init__(
        self,
        source: Source,
        open_rows: Callable[[], tuple[Layout, Iterator[Row]]],
        context: Context,
        encoding: str | None,
    ) -> None:
        """Read the whole delivery into the spool. Raises DeliveryRefused as `read_records`."""
        self.encoding = encoding
        self.columns = [column.name for column in source.stored_columns]
        self.counts = StreamCounts()
        self._open_rows = open_rows
        self._spool: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._marks: list[tuple[int, int]] = []  # (first record, offset)
        layout, rows = open_rows()
        self.form_id = layout.form.id
        tally = Tally()
        for item in read_records(source, layout, rows, context, tally):
            if isinstance(item, Rejected):
                self.counts.rejected.append(item)
            else:
                self._write(item)
        self.counts.read = tally.rows_read
        self.counts.out_of_scope = tally.out_of_scope

    def close(self) -> None:
        """Remove the spool."""
        self._spool.close()

    def reject_limit(self) -> int:
        """At least 100 rows, or 1 %."""
        return max(100, self.counts.sent // 100)

    def chunks(self, batch_id: int) -> Iterator[Chunk]:
        """Yield the spool with the batch's number in front of each record."""
        self._spool.seek(0)
        front = b"%d\t" % batch_id
        while lines := list(islice(self._spool, _CHUNK_RECORDS)):
            yield Chunk(front + front.join(lines), len(lines))

    def row_of_copy_line(self, copy_line: int) -> tuple[int, str]:
        """(file line, row as sent) of a record."""
        at = bisect_right([first for first, _ in self._marks], copy_line) - 1
        first, offset = self._marks[at]
        self._spool.seek(offset)
        record = next(islice(self._spool, copy_line - first, None))
        line = int(record.split(b"\t", 1)[0])
        return line, self.rows_of_lines({line})[line]

    def rows_of_lines(self, lines: set[int]) -> dict[int, str]:
        """Rows as sent by file line, by reading the delivery again."""
        _, rows = self._open_rows()
        return {row.line: row.raw for row in rows if row.line in lines}

    def _write(self, record: Record) -> None:
        self.counts.sent += 1
        if (self.counts.sent - 1) % _CHUNK_RECORDS == 0:
            self._marks.append((self.counts.sent, self._spool.tell()))
        values = "\t".join(
            "\\N" if value is None else value.translate(_ESCAPES) for value in record.values
        )
        self.counts.content.update(values.encode("utf-8"))
        self.counts.content.update(b"\n")
        flags = "{" + ",".join(record.flags) + "}" if record.flags else "\\N"
        self._spool.write(f"{record.line}\t{flags}\t{values}\n".encode())
        self.counts.findings.extend((record.line, finding) for finding in record.findings)
