"""Rows of an XLSX sheet, one at a time: memory grows neither with its rows nor with its width.

Readers that build the whole used range need as much memory as one stray cell says: a file of
5 KB with a value in the last cell asks python-calamine for 512 GB and ends the process. Cells
are therefore read as the XML comes, with the standard library's expat. `<dimension>` is not
believed, blank cells cost nothing, formulas give the value that was saved with them, and a text
that looks like a formula stays a text.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from math import isfinite
from pathlib import Path
from xml.parsers import expat

from busan_safety.connectors.archives import MAX_UNPACKED_BYTES, open_archive, read_member
from busan_safety.connectors.encoding import refuse_replacement_characters
from busan_safety.connectors.rows import Row
from busan_safety.connectors.xlsx_parts import (
    Attributes,
    DateKind,
    Parts,
    Sheet,
    broken,
    feed,
    local,
    part_parser,
    read_parts,
    refuse_endless_token,
    unescape,
)

_MOST_COLUMNS = 16_384
_MOST_ROWS = 1_048_576
_LONGEST_CELL = 1024 * 1024
_LAST_SERIAL = 2_958_465  # 9999-12-31
_FLAGS = {"1": "Y", "0": "N"}
_BLANK = rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: [a-z]{1,2}="[A-Za-z0-9]{0,9}")* ?/>'
# A used range out to the last column is a run of blank cells in each row; the last of a run
# stays, so that what follows keeps its place.
_BLANK_RUN = re.compile(b"(?:" + _BLANK + b")+(" + _BLANK + b")")


class Workbook:
    """An opened workbook. Raises DeliveryRefused for hostile, broken and too large ones."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self._archive: zipfile.ZipFile = open_archive(path)
        self._parts: Parts = read_parts(self._archive, self.name)

    @property
    def sheets(self) -> list[Sheet]:
        """Sheets in the workbook's order, hidden ones too."""
        return self._parts.sheets

    def rows(self, sheet: Sheet) -> Iterator[Row]:
        """Yield the rows of a sheet that are not blank; line = the sheet's own row number."""
        parser = part_parser(self.name)
        cells = _Cells(self._parts, parser, self.name)
        fed = 0
        for block in read_member(self._archive, sheet.member, self.name, MAX_UNPACKED_BYTES):
            if b"/><c " in block:
                block = _BLANK_RUN.sub(rb"\1", block)
            feed(parser, block, self.name)
            fed += len(block)
            refuse_endless_token(parser, fed, self.name)
            yield from self._finished(cells)
        feed(parser, b"", self.name, final=True)
        yield from self._finished(cells)

    def _finished(self, cells: _Cells) -> Iterator[Row]:
        cells.refuse_overlong()
        for number, values in cells.finished:
            raw = json.dumps(values, ensure_ascii=False)
            if "\ufffd" in raw:
                refuse_replacement_characters("\ufffd".encode(), self.name)
            yield Row(number, values, raw)
        cells.finished.clear()


class _Cells:
    """What the parser tells, as rows of texts; one row is unfinished at most."""

    def __init__(self, parts: Parts, parser: expat.XMLParserType, name: str) -> None:
        self.finished: list[tuple[int, list[str]]] = []
        self._parts = parts
        self._parser = parser
        self._name = name
        self._number = 0
        self._row: list[str] = []
        self._at = -1
        self._kind = "n"
        self._style = ""
        self._texts: list[str] = []
        self._is_pronounced = False
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def refuse_overlong(self) -> None:
        """Raise DeliveryRefused when the unfinished cell is longer than a table's can be."""
        if sum(map(len, self._texts)) > _LONGEST_CELL:
            raise broken(self._name, f"row {self._number} holds a cell of more than a megabyte")

    def _start(self, name: str, attributes: Attributes) -> None:
        tag = name if name in _PLAIN_TAGS else local(name)
        if tag == "c":
            reference = attributes.get("r")
            self._at = _column(reference) if reference else self._at + 1
            if not 0 <= self._at < _MOST_COLUMNS:
                raise broken(self._name, f"there is no cell {str(reference)[:20]!r}")
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._texts.clear()
        elif tag == "v" or (tag == "t" and not self._is_pronounced):
            self._parser.CharacterDataHandler = self._texts.append
        elif tag == "row":
            given = attributes.get("r", "")
            self._number = int(given) if _is_number(given) else self._number + 1
            if self._number > _MOST_ROWS:
                raise broken(self._name, f"there is no row {self._number}")
            self._row = []
            self._at = -1
        elif tag == "rPh":
            self._is_pronounced = True

    def _end(self, name: str) -> None:
        tag = name if name in _PLAIN_TAGS else local(name)
        if tag == "v" or tag == "t":
            self._parser.CharacterDataHandler = None
        elif tag == "c":
            if self._texts and (text := self._text("".join(self._texts))):
                self._place(text)
        elif tag == "row":
            if self._row:
                self.finished.append((self._number, self._row))
                self._row = []
        elif tag == "rPh":
            self._is_pronounced = False

    def _place(self, text: str) -> None:
        missing = self._at - len(self._row)
        if missing >= 0:
            if missing:
                self._row.extend([""] * missing)
            self._row.append(text)
        else:
            self._row[self._at] = text

    def _text(self, text: str) -> str:
        kind = self._kind
        if kind == "s":
            try:
                return self._parts.texts[int(text)]
            except (ValueError, IndexError):
                pass
            raise broken(self._name, f"row {self._number} names a text that is not there")
        if kind == "n":
            formats = self._parts.formats
            style = int(self._style) if _is_number(self._style) else 0
            date_kind = formats[style] if style < len(formats) else None
            if date_kind:
                return _date_text(text, date_kind, self._parts.is_1904)
            return _number_text(text)
        if kind == "b":
            return _FLAGS.get(text.strip(), text)
        return unescape(text)


_PLAIN_TAGS = frozenset({"c", "v", "row", "t", "is", "f"})


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


@lru_cache(maxsize=100_000)
def _letters_column(letters: str) -> int:
    """0 for A, 16,383 for XFD, -1 for what is no column."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        return -1
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _column(reference: str) -> int:
    return _letters_column(reference.rstrip("0123456789")[:4])


def _number_text(text: str) -> str:
    """`3.0` as 3 and `35.100000000000001` as 35.1: what the sheet shows, not how it is kept."""
    if _is_number(text):
        return text
    try:
        value = float(text)
    except ValueError:
        return text.strip()
    if not isfinite(value):
        return text.strip()
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _date_text(text: str, kind: DateKind, is_1904: bool) -> str:
    """A serial number as ISO date, date and time, or time; as it is where it is no date."""
    try:
        serial = float(text)
    except ValueError:
        return text.strip()
    if not 0 <= serial <= _LAST_SERIAL:
        return _number_text(text)
    days, seconds = divmod(round(serial * 86_400), 86_400)
    if kind == "time":
        hours, rest = divmod(days * 86_400 + seconds, 3_600)
        return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
    # Day 60 is 1900-02-29, which never was: days before it are counted from a day later.
    year, month, day = (1904, 1, 1) if is_1904 else (1899, 12, 30 if days > 60 else 31)
    try:
        # A cell has no time zone.
        moment = dt.datetime(year, month, day) + dt.timedelta(days=days, seconds=seconds)  # noqa: DTZ001
    except OverflowError:
        return _number_text(text)
    return moment.date().isoformat() if not seconds else moment.isoformat(sep=" ")
