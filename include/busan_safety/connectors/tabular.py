"""Rows of a file with their line numbers and their text as sent, one at a time."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from busan_safety.connectors.archives import UnpackedFile, is_workbook, open_archive
from busan_safety.connectors.encoding import (
    BLOCK,
    refuse_replacement_characters,
    sniff_encoding,
)
from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.rows import Row
from busan_safety.connectors.xlsx import Workbook
from busan_safety.sources.model import Format

_MAX_FIELD = 1024 * 1024
# A line without a break; beyond it a file is no table, whatever it decodes to.
_MAX_LINE = 16 * 1024**2
_OLE = b"\xd0\xcf\x11\xe0"

__all__ = ["OpenedFile", "Row", "read_rows"]


class OpenedFile:
    """A file that was recognised by its first bytes, unpacked where it came in an archive.

    path: what to read; for an archive a temporary copy that goes with this object.
    """

    def __init__(self, path: Path, name: str | None = None) -> None:
        """Raises DeliveryRefused for hostile archives and formats that are not read."""
        self.name = name or path.name
        self.path = path
        self._unpacked: UnpackedFile | None = None
        magic = _first_bytes(path)
        if magic.startswith(b"PK"):
            with open_archive(path) as archive:
                if not is_workbook(archive):
                    self._unpacked = UnpackedFile(archive, self.name)
                    self.path = self._unpacked.path
                    magic = _first_bytes(self.path)
        if magic.startswith(_OLE):
            raise DeliveryRefused(
                "old_excel",
                f"{self.name} is an old .xls file or protected by a password; save it as .xlsx or "
                "CSV without one.",
            )
        text = magic.removeprefix(codecs.BOM_UTF8).lstrip()
        if magic.startswith(b"PK"):
            self.format: Format = "xlsx"
        elif text.startswith((b"{", b"[{", b"[\n")) and not text.startswith(b"{,"):
            self.format = "geojson"
        else:
            self.format = "csv"

    def workbook(self) -> Workbook:
        """The file as a workbook."""
        return Workbook(self.path, self.name)

    def rows(self) -> tuple[str | None, Iterator[Row]]:
        """(encoding, rows); of a workbook the rows of its first visible sheet."""
        if self.format == "geojson":
            # Not at the top: shapely and pyproj take half a second, and few feeds need them.
            from busan_safety.connectors.geojson import geojson_rows

            encoding, rows = geojson_rows(self.path, self.name)
            return encoding, self._kept(rows)
        if self.format == "csv":
            encoding = sniff_encoding(self.path, self.name)
            return encoding, self._kept(_csv_rows(self.path, encoding, self.name))
        book = self.workbook()
        visible = [sheet for sheet in book.sheets if sheet.is_visible]
        return None, self._kept(book.rows((visible or book.sheets)[0]))

    def close(self) -> None:
        """Remove the temporary copy of a file that came in an archive."""
        if self._unpacked:
            self._unpacked.close()

    def _kept(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows, holding on to the temporary copy while they are read."""
        yield from rows
        self.close()


def read_rows(path: Path) -> tuple[Format, str | None, Iterator[Row]]:
    """Return (format, encoding, rows) of a CSV, XLSX or GeoJSON file, or a ZIP that holds one.

    The rows stream. Raises DeliveryRefused for other formats, undecodable text, U+FFFD and
    hostile archives.
    """
    opened = OpenedFile(path)
    encoding, rows = opened.rows()
    return opened.format, encoding, rows


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)


def _csv_rows(path: Path, encoding: str, name: str) -> Iterator[Row]:
    consumed: list[str] = []
    with path.open("rb") as raw:
        lines = _decoded_lines(raw, encoding, name)

        def tap() -> Iterator[str]:
            letters = 0
            for line in lines:
                letters = letters + len(line) if consumed else len(line)
                if letters > _MAX_LINE:
                    raise _broken_csv(name, number, "a row of many megabytes")
                consumed.append(line)
                yield line

        csv.field_size_limit(_MAX_FIELD)
        first = next(lines, "")
        delimiter = "\t" if first.count("\t") > first.count(",") else ","
        lines = chain([first], lines)
        reader = csv.reader(tap(), delimiter=delimiter)
        number = 1
        text = ""
        try:
            for cells in reader:
                text = "".join(consumed)
                yield Row(number, cells, text.rstrip("\r\n"))
                number += len(consumed)
                consumed.clear()
            if text.count('"') % 2 and _ends_inside_quotes(text, delimiter):
                raise csv.Error("the file ends inside a quoted cell, so it may be cut off")
        except csv.Error as error:
            raise _broken_csv(name, number, str(error)) from error


def _ends_inside_quotes(row: str, delimiter: str) -> bool:
    """Whether the last row's quotation mark is open at the file's end, which csv lets pass."""
    try:
        list(csv.reader(row.splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _broken_csv(name: str, number: int, what: str) -> DeliveryRefused:
    return DeliveryRefused(
        "broken_csv",
        f"{name}, line {number}: {what}; probably a quotation mark that is never closed. Mend the "
        "line and send the file again.",
    )


def _decoded_lines(file: io.BufferedReader, encoding: str, name: str) -> Iterator[str]:
    # Bytes that cannot be decoded become lone surrogates: their row is refused, not the file.
    decoder = codecs.getincrementaldecoder(encoding)(errors="surrogateescape")
    carry = ""
    while True:
        block = file.read(BLOCK)
        if encoding != "cp949":
            refuse_replacement_characters(block, name)
        carry += decoder.decode(block, final=not block)
        if len(carry) > _MAX_LINE:
            raise _broken_csv(name, 1, "a line of many megabytes")
        *lines, carry = carry.split("\n")
        yield from (line + "\n" for line in lines)
        if not block:
            if carry:
                yield carry
            return
