r"""Byte screen for CSV files whose own bytes fit the table: no value is touched in Python.

Blocks of 256 KB are decoded strictly, re-encoded to UTF-8, split by quote parity and checked for
the number of fields; each record gets its batch and line number in front. CP949's second bytes
are never `,` `"` `\\` or a line break, so splitting bytes is safe; it happens after decoding all
the same, because strict decoding is wanted anyway.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Literal

from busan_safety.connectors.encoding import (
    BLOCK,
    UTF8_BOM,
    refuse_replacement_characters,
    sniff_encoding,
)
from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.layout import find_layout
from busan_safety.connectors.records import Rejected
from busan_safety.connectors.tabular import read_rows
from busan_safety.loading.personal import PersonalData
from busan_safety.loading.stream import Chunk, Refusal, StreamCounts
from busan_safety.sources import Source

# A record longer than this is a quotation mark that was never closed.
MAX_RECORD_BYTES = 64 * 1024
_NO_STRUCTURE = bytes(set(range(256)) - set(b",\n"))


class NotDirect(Exception):
    """The file needs another shape after all.

    It is packed or separated by tabs, has a title row, or a column that nobody declared.
    """


@dataclass(frozen=True, slots=True)
class _Screened:
    """A block after the screen: (line, UTF-8 record) pairs, refusals, and the decoded content."""

    records: list[tuple[int, bytes]]
    rejected: list[Rejected]
    content: bytes


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a chunk begins: in COPY's lines, in the file's lines, and its bytes in the file.

    line_count: lines in it. gaps: those that are no records (blank or refused), ascending; None
    where a record may go on over several lines.
    """

    copy_line: int
    file_line: int
    offset: int
    size: int
    line_count: int = 0
    gaps: tuple[int, ...] | None = None

    def line_of(self, copy_line: int) -> int:
        """File line of a record, where each record is one line."""
        line = self.file_line + copy_line - self.copy_line
        for gap in self.gaps or ():
            if gap > line:
                break
            line += 1
        return line


class DirectStream:
    """RowStream over one CSV file with a single header row."""

    copy_format: Literal["csv", "text"] = "csv"

    def __init__(self, source: Source, path: Path) -> None:
        """Read the header. Raises DeliveryRefused when form or encoding do not fit, NotDirect."""
        self.path = path
        with path.open("rb") as file:
            head = file.readline(MAX_RECORD_BYTES)
        if head.startswith(b"PK") or head.count(b"\t") > head.count(b","):
            raise NotDirect(path.name)
        encoding = sniff_encoding(path)
        self.encoding: str | None = encoding
        _, _, rows = read_rows(path)
        layout, rest = find_layout(source, "csv", rows, path.name)
        if next(rest, None) is None:
            raise DeliveryRefused(
                "empty", f"{path.name} holds a header and no rows; ask the sender for the data."
            )
        by_position = sorted((at, name) for name, at in layout.positions.items())
        is_plain = [at for at, _ in by_position] == list(range(len(layout.headers)))
        if layout.header_line != 1 or not is_plain:
            raise NotDirect(path.name)
        self.form_id = layout.form.id
        self.columns = [name for _, name in by_position]
        self.counts = StreamCounts()
        self.personal = PersonalData(source)
        self._codec = "utf-8" if encoding == "utf-8-sig" else encoding
        self._marks: list[_Mark] = []

    def close(self) -> None:
        """Nothing is kept open."""

    def reject_limit(self) -> int:
        """At least 100 rows, or about 1 % of the file judged by 100 bytes a row."""
        return max(100, self.path.stat().st_size // 10_000)

    def chunks(self, batch_id: int) -> Iterator[Chunk]:
        """Yield UTF-8 CSV with `batch_id,line,` before each record."""
        copy_line = 1
        for mark, block in self._blocks():
            screened = self._screen(block, mark.file_line)
            records = screened.records
            self.counts.content.update(screened.content)
            if not screened.content.endswith(b"\n"):
                self.counts.content.update(b"\n")
            self.counts.read += len(records) + len(screened.rejected)
            self.counts.sent += len(records)
            self._look_for_persons(screened)
            self._keep(screened.rejected)
            if not records:
                continue
            count = block.count(b"\n") + (not block.endswith(b"\n"))
            gaps = None if b'"' in block else _gaps(records, mark.file_line, count)
            self._marks.append(replace(mark, copy_line=copy_line, line_count=count, gaps=gaps))
            copy_line += len(records)
            if gaps is None:
                copy_line += sum(text.count(b"\n") for _, text in records)
            front = b"%d," % batch_id
            payload = front + (b"\n" + front).join([b"%d,%b" % record for record in records])
            yield Chunk(payload + b"\n", len(records))

    def lines_of(self, copy_lines: Sequence[int]) -> list[int]:
        """File lines of records, screening each chunk that holds one of them once more."""
        starts = [mark.copy_line for mark in self._marks]
        found: list[int] = []
        for at, wanted in groupby(copy_lines, lambda line: bisect_right(starts, line) - 1):
            mark = self._marks[at]
            if mark.gaps is not None:
                found += [mark.line_of(line) for line in wanted]
                continue
            reached = mark.copy_line - 1
            records = iter(self._screen(self._bytes_of(mark), mark.file_line).records)
            line = 0
            for copy_line in wanted:
                while reached < copy_line:
                    line, text = next(records)
                    reached += text.count(b"\n") + 1
                found.append(line)
        return found

    def whole(self, refusals: Iterable[Refusal]) -> Iterator[Rejected]:
        """Refusals with their rows as sent; only the chunks that hold them are read again."""
        starts = [mark.file_line for mark in self._marks]
        for at, group in groupby(refusals, lambda one: bisect_right(starts, one.line) - 1):
            wanted = list(group)
            lines = {one.line for one in wanted if one.raw is None}
            rows = self._rows_of(self._marks[at], lines) if lines else {}
            for one in wanted:
                raw = rows.get(one.line, "") if one.raw is None else one.raw
                yield Rejected(one.line, one.code, one.reason, one.column, raw)

    def _rows_of(self, mark: _Mark, lines: set[int]) -> dict[int, str]:
        if mark.gaps is not None:
            return self._plain_lines(mark, lines)
        records = self._screen(self._bytes_of(mark), mark.file_line).records
        return {line: text.decode("utf-8") for line, text in records if line in lines}

    def _look_for_persons(self, screened: _Screened) -> None:
        is_quoted = b'"' in screened.content
        text = screened.content
        if is_quoted:
            # A quoted cell may go on over several lines.
            text = b"\n".join(record.replace(b"\n", b" ") for _, record in screened.records)
        self.personal.look_at_csv(text, self.columns)
        for row in screened.rejected:
            if is_quoted or row.code == "undecodable":
                self.personal.look_at_row(row.raw)

    def _keep(self, rejected: list[Rejected]) -> None:
        for row in sorted(rejected, key=lambda one: one.line):
            self.counts.rejected.append([row.line, row.code, row.reason, row.column, row.raw])
        if len(self.counts.rejected) > self.reject_limit():
            raise DeliveryRefused(
                "too_many_bad_rows",
                f"{self.path.name} has more than {self.reject_limit():,} rows that cannot be read; "
                "the form has probably changed.",
            )

    def _plain_lines(self, mark: _Mark, lines: set[int]) -> dict[int, str]:
        """Rows of a chunk without quotes by file line, decoding no other."""
        raw = self._bytes_of(mark)
        found = {}
        for line in lines:
            row = _nth_line(raw, line - mark.file_line, mark.line_count)
            found[line] = row.rstrip(b"\r").decode(self._codec)
        return found

    def _bytes_of(self, mark: _Mark) -> bytes:
        with self.path.open("rb") as file:
            file.seek(mark.offset)
            return file.read(mark.size)

    def _blocks(self) -> Iterator[tuple[_Mark, bytes]]:
        """Yield raw blocks that end with a record, below the header."""
        with self.path.open("rb") as file:
            head = file.readline()
            offset = len(head)
            line = 2
            self.counts.content.update(_plain(head.removeprefix(UTF8_BOM), self._codec))
            carry = b""
            while block := file.read(BLOCK):
                if self.encoding != "cp949":
                    refuse_replacement_characters(carry[-2:] + block, self.path.name)
                carry += block
                cut = _last_record_end(carry)
                if cut == 0:
                    continue
                whole, carry = carry[:cut], carry[cut:]
                yield _Mark(0, line, offset, len(whole)), whole
                offset += len(whole)
                line += whole.count(b"\n")
            if carry:
                yield _Mark(0, line, offset, len(carry)), carry

    def _screen(self, block: bytes, first_line: int) -> _Screened:
        """Split a block into records and refusals; blank lines are no rows."""
        try:
            text = _plain(block, self._codec)
        except UnicodeDecodeError:
            return self._screen_lines(block, first_line)
        lines = text.split(b"\n")
        if b'"' in text:
            return self._screen_quoted(lines, first_line, text)
        separators = len(self.columns) - 1
        # All rows of a block at once; only a block with another row is looked at row by row.
        if text.translate(None, _NO_STRUCTURE) == (b"," * separators + b"\n") * (len(lines) - 1):
            return _Screened(list(enumerate(lines[:-1], first_line)), [], text)
        records = [pair for pair in enumerate(lines, first_line) if pair[1]]
        bad = [pair for pair in records if pair[1].count(b",") != separators]
        if not bad:
            return _Screened(records, [], text)
        refused = {line for line, _ in bad}
        return _Screened(
            [pair for pair in records if pair[0] not in refused],
            [self._wrong_count(line, record.decode("utf-8")) for line, record in bad],
            text,
        )

    def _screen_quoted(self, lines: list[bytes], first_line: int, content: bytes) -> _Screened:
        records: list[tuple[int, bytes]] = []
        rejected: list[Rejected] = []
        at = 0
        while at < len(lines):
            end = at
            quotes = lines[at].count(b'"')
            size = len(lines[at])
            while quotes % 2 and end + 1 < len(lines) and size < MAX_RECORD_BYTES:
                end += 1
                quotes += lines[end].count(b'"')
                size += len(lines[end])
            if quotes % 2:
                # Never closed: refuse this one line and go on with the next.
                rejected.append(
                    Rejected(
                        first_line + at,
                        "unbalanced_quote",
                        "a quotation mark is not closed",
                        None,
                        lines[at].decode("utf-8"),
                    )
                )
                at += 1
                continue
            text = b"\n".join(lines[at : end + 1])
            if text:
                decoded = text.decode("utf-8")
                if _field_count(decoded) == len(self.columns):
                    records.append((first_line + at, text))
                else:
                    rejected.append(self._wrong_count(first_line + at, decoded))
            at = end + 1
        return _Screened(records, rejected, content)

    def _screen_lines(self, block: bytes, first_line: int) -> _Screened:
        """Slow path for a block with a byte that cannot be decoded: line by line."""
        good: list[bytes] = []
        rejected: list[Rejected] = []
        for line, raw in enumerate(block.split(b"\n"), first_line):
            try:
                good.append(_plain(raw, self._codec))
            except UnicodeDecodeError as error:
                good.append(b"")
                rejected.append(
                    Rejected(
                        line,
                        "undecodable",
                        f"byte {error.start + 1} of the line is not {self._codec}",
                        None,
                        raw.decode("ascii", "surrogateescape"),
                    )
                )
        screened = self._screen_quoted(good, first_line, b"\n".join(good))
        return _Screened(screened.records, [*rejected, *screened.rejected], screened.content)

    def _wrong_count(self, line: int, text: str) -> Rejected:
        count = _field_count(text)
        reason = f"{count} fields where the header has {len(self.columns)}"
        return Rejected(line, "wrong_field_count", reason, None, text)


def _gaps(records: list[tuple[int, bytes]], first: int, count: int) -> tuple[int, ...]:
    """Lines of a chunk, of `count` from `first` on, that are no records."""
    if len(records) == count:
        return ()
    kept = {line for line, _ in records}
    return tuple(line for line in range(first, first + count) if line not in kept)


def _nth_line(block: bytes, number: int, count: int) -> bytes:
    """Line `number` (from 0) of about `count`: lines are about as long, so it is near its share."""
    begin = block.rfind(b"\n", 0, len(block) * number // max(count, 1)) + 1
    at = block.count(b"\n", 0, begin)
    while at < number:
        begin = block.index(b"\n", begin) + 1
        at += 1
    while at > number:
        begin = block.rfind(b"\n", 0, begin - 1) + 1
        at -= 1
    end = block.find(b"\n", begin)
    return block[begin:] if end < 0 else block[begin:end]


def _plain(block: bytes, codec: str) -> bytes:
    """Bytes as UTF-8 with plain line feeds: the same for every re-save of the same content."""
    text = block if codec == "utf-8" and block.isascii() else block.decode(codec).encode("utf-8")
    return text.replace(b"\r\n", b"\n") if b"\r" in text else text


def _last_record_end(block: bytes) -> int:
    """Position after the last line break outside quotes, 0 when there is none yet."""
    cut = block.rfind(b"\n") + 1
    if b'"' not in block:
        return cut
    while cut and block.count(b'"', 0, cut) % 2:
        cut = block.rfind(b"\n", 0, cut - 1) + 1
    if cut == 0 and len(block) > 2 * MAX_RECORD_BYTES:
        return block.rfind(b"\n") + 1
    return cut


def _field_count(text: str) -> int:
    try:
        return len(next(csv.reader([text.replace("\n", " ")]), []))
    except csv.Error:
        return -1
