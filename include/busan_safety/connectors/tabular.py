"""Rows of a CSV or XLSX file with their line numbers and their text as sent, one at a time."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from busan_safety.connectors.encoding import (
    BLOCK,
    refuse_replacement_characters,
    sniff_encoding,
)
from busan_safety.connectors.errors import DeliveryRefused

# A sheet of 60,000 camera rows unpacks to about 40 MB; a bomb to gigabytes.
MAX_UNPACKED_BYTES = 1024**3
MAX_UNPACKED_RATIO = 250
_MAX_FIELD = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One row: line (1 = first line of the file or sheet), its cells and its text as sent."""

    line: int
    cells: list[str]
    raw: str


def read_rows(path: Path) -> tuple[str, str | None, Iterator[Row]]:
    """Return (format, encoding, rows) of a CSV or XLSX file; the rows stream.

    Raises DeliveryRefused for other formats, undecodable text, U+FFFD and hostile archives.
    """
    with path.open("rb") as file:
        magic = file.read(4)
    if magic[:2] == b"PK":
        return "xlsx", None, _xlsx_rows(path)
    if magic == b"\xd0\xcf\x11\xe0":
        raise DeliveryRefused(
            "old_excel", f"{path.name} is an old .xls file; save it as .xlsx or CSV."
        )
    encoding = sniff_encoding(path)
    return "csv", encoding, _csv_rows(path, encoding)


def _csv_rows(path: Path, encoding: str) -> Iterator[Row]:
    consumed: list[str] = []
    with path.open("rb") as raw:
        lines = _decoded_lines(raw, encoding, path.name)

        def tap() -> Iterator[str]:
            for line in lines:
                consumed.append(line)
                yield line

        csv.field_size_limit(_MAX_FIELD)
        first = next(lines, "")
        delimiter = "\t" if first.count("\t") > first.count(",") else ","
        lines = _chain(first, lines)
        reader = csv.reader(tap(), delimiter=delimiter)
        number = 1
        try:
            for cells in reader:
                text = "".join(consumed)
                yield Row(number, cells, text.rstrip("\r\n"))
                number += len(consumed)
                consumed.clear()
        except csv.Error as error:
            raise DeliveryRefused(
                "broken_csv",
                f"{path.name}, line {number}: {error}; probably a quotation mark that is never "
                "closed. Mend the line and send the file again.",
            ) from error


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _decoded_lines(file: io.BufferedReader, encoding: str, name: str) -> Iterator[str]:
    # Bytes that cannot be decoded become lone surrogates: their row is refused, not the file.
    decoder = codecs.getincrementaldecoder(encoding)(errors="surrogateescape")
    carry = ""
    while True:
        block = file.read(BLOCK)
        if encoding != "cp949":
            refuse_replacement_characters(block, name)
        carry += decoder.decode(block, final=not block)
        *lines, carry = carry.split("\n")
        yield from (line + "\n" for line in lines)
        if not block:
            if carry:
                yield carry
            return


def _xlsx_rows(path: Path) -> Iterator[Row]:
    refuse_hostile_archive(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if "visible" in str(sheet.visible).lower() and "worksheet" in str(sheet.typ).lower()
        ]
        sheet = workbook.get_sheet_by_name((sheets or workbook.sheet_names)[0])
    except (CalamineError, OSError, ValueError) as error:
        raise DeliveryRefused(
            "broken_workbook", f"{path.name} cannot be read as a workbook: {error}."
        ) from error
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = [_cell_text(value) for value in values]
        if any("\ufffd" in cell for cell in cells):
            refuse_replacement_characters("\ufffd".encode(), path.name)
        yield Row(number, cells, json.dumps(cells, ensure_ascii=False))


def refuse_hostile_archive(path: Path) -> None:
    """Raise DeliveryRefused for archives that unpack to far more than a register can hold."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise DeliveryRefused(
            "broken_workbook", f"{path.name} is not a readable workbook: {error}."
        ) from error
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if unpacked > MAX_UNPACKED_BYTES or (
        unpacked > 64 * 1024**2 and unpacked / packed > MAX_UNPACKED_RATIO
    ):
        raise DeliveryRefused(
            "archive_too_large",
            f"{path.name} would unpack to {unpacked / 1024**2:,.0f} MB from "
            f"{packed / 1024**2:,.1f} MB; it was not opened.",
        )


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)
