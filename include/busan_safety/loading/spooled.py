"""Record stream for deliveries whose values need another shape first.

Records are written to a temporary spool in COPY's text format, one line each, so that the whole
delivery is read and judged before the database sees it, in memory that does not grow. The spool
holds values with the privacy classes applied; refused rows are read from landing once more, and
what may not leave landing is masked in them.
"""

from __future__ import annotations

import json
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import IO, Literal

from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.layout import Layout, like_header
from busan_safety.connectors.records import Context, Record, Rejected, Tally, read_records
from busan_safety.connectors.rows import Row
from busan_safety.loading.drift import CodesRefused
from busan_safety.loading.personal import PersonalData, joined, looks_like, without_identifiers
from busan_safety.loading.stream import Chunk, Refusal, StreamCounts
from busan_safety.privacy.classes import MASK, ClassNotApplied, DeclaredClasses
from busan_safety.privacy.keys import PseudonymKey
from busan_safety.sources import Source

_CHUNK_RECORDS = 2000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_SAMPLED_ROWS = 1000
# Rows that are no records at all, whatever they say; beyond the limit the form has changed.
_UNREADABLE = frozenset({"undecodable", "wrong_field_count"})
OpenRows = Callable[[], tuple[Layout, Iterator[Row], str | None]]


class SpooledStream:
    """RowStream over any rows; `open_rows` gives them anew when a row must be shown again."""

    copy_format: Literal["csv", "text"] = "text"

    def __init__(
        self,
        source: Source,
        open_rows: OpenRows,
        context: Context,
        key: PseudonymKey | None = None,
    ) -> None:
        """Read the whole delivery into the spool.

        open_rows: gives layout, rows below the header and encoding anew at each call. key: for
        sources with pseudonymised columns. Raises DeliveryRefused as `read_records`, for too many
        unreadable rows, and for unknown codes under a contract that freezes them.
        """
        self.columns = [column.name for column in source.stored_columns]
        self.counts = StreamCounts()
        self.personal = PersonalData(source)
        self._source = source
        self._open_rows = open_rows
        self._classes = DeclaredClasses(source, key, context.period)
        self._judged = [
            (at, column.name)
            for at, column in enumerate(source.columns)
            if column.name not in self._classes.hidden
        ]
        self._spool: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._marks: list[tuple[int, int]] = []  # (first record, offset)
        self._unjudged: list[bytes] = []
        layout, rows, self.encoding = open_rows()
        self.form_id = layout.form.id
        self._note_undeclared(layout)
        self._read(layout, rows, context)

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

    def lines_of(self, copy_lines: Sequence[int]) -> list[int]:
        """File lines of records, from the spool."""
        starts = [first for first, _ in self._marks]
        found: list[int] = []
        for at, wanted in groupby(copy_lines, lambda line: bisect_right(starts, line) - 1):
            first, offset = self._marks[at]
            self._spool.seek(offset)
            records = list(islice(self._spool, _CHUNK_RECORDS))
            found += [int(records[line - first].split(b"\t", 1)[0]) for line in wanted]
        return found

    def whole(self, refusals: Iterable[Refusal]) -> Iterator[Rejected]:
        """Refusals with their rows as they may be kept, by reading the delivery again.

        What is kept is searched for personal data like what is loaded.
        """
        layout: Layout | None = None
        rows: Iterator[Row] = iter(())
        row: Row | None = None
        shown = ""
        for line, group in groupby(refusals, lambda one: one.line):
            if layout is None:
                layout, rows, _ = self._open_rows()
            while row is None or row.line < line:
                row = next(rows, None)
                if row is None:
                    raise LookupError(f"line {line} is not in the delivery any more")
            wanted = list(group)
            is_aligned = not any(one.code in _UNREADABLE for one in wanted)
            shown = self._as_kept(layout, row, is_aligned=is_aligned)
            for one in wanted:
                yield Rejected(one.line, one.code, one.reason, one.column, shown)

    def _as_kept(self, layout: Layout, row: Row, *, is_aligned: bool) -> str:
        """The row's text for the quarantine: what its columns' classes allow.

        A row without anything to hide is kept as sent, otherwise as JSON by header. The cells of
        a row that cannot be told apart are all masked, if one of them might have to be.
        """
        kept = self._kept_positions(layout)
        hides = bool(self._classes.hidden) or bool(layout.undeclared)
        if not is_aligned:
            if hides:
                return json.dumps({MASK: f"{len(row.cells)} cells; see the landed file"})
            self.personal.look_at_row(row.raw)
            return row.raw
        for position, name in kept.items():
            if position < len(row.cells):
                self.personal.look_at(name, row.cells[position])
        if not hides:
            return row.raw
        cells = {
            header: cell if position in kept or not cell else MASK
            for position, (header, cell) in enumerate(zip(layout.headers, row.cells, strict=False))
        }
        return json.dumps(cells, ensure_ascii=False)

    def _kept_positions(self, layout: Layout) -> dict[int, str]:
        """Positions of the cells that may be kept as sent, with their columns' names."""
        named = {position: name for name, position in layout.positions.items()}
        named |= {part.position: part.column for group in layout.melted for part in group}
        return {at: name for at, name in named.items() if name not in self._classes.hidden}

    def _note_undeclared(self, layout: Layout) -> None:
        """Keep the headers that nobody declared, and say when their cells look like persons."""
        if not layout.undeclared or self._source.contract.columns == "discard":
            return
        _, rows, _ = self._open_rows()
        sample = list(islice(rows, _SAMPLED_ROWS))
        for header, position in layout.undeclared.items():
            cells = [row.cells[position] for row in sample if position < len(row.cells)]
            remark: str | None
            if kinds := looks_like(cells):
                remark = f"its cells look like {', '.join(kinds)}: declare its privacy class"
            else:
                like = like_header(self._source, header)
                remark = f"like {like!r}" if like else None
            self.counts.undeclared[header] = remark

    def _read(self, layout: Layout, rows: Iterator[Row], context: Context) -> None:
        tally = Tally()
        unreadable = 0
        for item in read_records(self._source, layout, rows, context, tally):
            if isinstance(item, Record):
                self._take(item)
                continue
            unreadable += item.code in _UNREADABLE
            self._refuse(item.line, item.code, item.reason, item.column)
        self._judge()
        self.counts.read = tally.rows_read
        self.counts.out_of_scope = tally.out_of_scope
        self.counts.unmapped = tally.unmapped
        if unreadable > self.reject_limit():
            raise DeliveryRefused(
                "too_many_bad_rows",
                f"{unreadable:,} of the {tally.rows_read:,} rows cannot be read; "
                "the form has probably changed.",
            )
        if tally.unmapped and self._source.contract.codes == "freeze":
            spelled = ", ".join(
                f"{without_identifiers(spelling) or '(not shown)'!r} in {column}"
                for column, spelling in list(tally.unmapped)[:6]
            )
            raise CodesRefused(
                f"No code is known for {spelled}, and {self._source.id} is not loaded with unknown "
                "codes. Add the spelling to the alias seed in dbt_project/seeds.",
                tally.unmapped,
            )

    def _take(self, record: Record) -> None:
        try:
            content = _copy_line(record.values)
            values = self._classes.apply(record.values) if self._classes.hidden else None
        except UnicodeEncodeError:
            self._refuse(record.line, "undecodable", "letters that no text may hold", None)
            return
        except ClassNotApplied as failure:
            self._refuse(record.line, "wrong_type", str(failure), failure.column)
            return
        self.counts.content.update(content)
        self._unjudged.append(joined(record.values[at] for at, _ in self._judged))
        if len(self._unjudged) >= _CHUNK_RECORDS:
            self._judge()
        self.counts.sent += 1
        if (self.counts.sent - 1) % _CHUNK_RECORDS == 0:
            self._marks.append((self.counts.sent, self._spool.tell()))
        flags = "{" + ",".join(record.flags) + "}" if record.flags else "\\N"
        self._spool.write(f"{record.line}\t{flags}\t".encode())
        self._spool.write(content if values is None else _copy_line(values))
        for rule, column, before, after in record.findings:
            if column in self._classes.hidden:
                before, after = (None if value is None else MASK for value in (before, after))
            self.counts.findings.append([record.line, rule, column, before, after])

    def _refuse(self, line: int, code: str, reason: str, column: str | None) -> None:
        self.counts.rejected.append([line, code, reason, column])

    def _judge(self) -> None:
        self.personal.look_at_records(self._unjudged, [name for _, name in self._judged])
        self._unjudged.clear()


def _copy_line(values: Sequence[str | None]) -> bytes:
    """One line of COPY's text format. Raises UnicodeEncodeError for letters no text may hold."""
    text = "\t".join(["\\N" if value is None else value for value in values])
    if "\0" in text:
        raise UnicodeEncodeError("utf-8", "\0", 0, 1, "no text in PostgreSQL holds it")
    is_plain = (
        text.count("\\") == values.count(None)
        and text.count("\t") == len(values) - 1
        and "\n" not in text
        and "\r" not in text
    )
    if not is_plain:
        text = "\t".join("\\N" if value is None else value.translate(_ESCAPES) for value in values)
    return f"{text}\n".encode()
