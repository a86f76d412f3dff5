"""Workbooks that the sandbox wrote, read back, so that faults can be put into them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from xml.etree import ElementTree

from busan_sandbox.files import Formula, Sheet, SheetCell, workbook_bytes

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FIRST_SHEET = "xl/worksheets/sheet1.xml"
_DAY_ZERO = date(1899, 12, 30)
_DATE_STYLE = "1"
_MEGABYTE = 1024**2


def read_workbook(content: bytes) -> list[Sheet]:
    """Return the sheets of a workbook that `workbook_bytes` wrote; used ranges are not kept."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # Our own files: no entities, no bombs.
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
        sheets = []
        for number, named in enumerate(book.iter(f"{_MAIN}sheet"), 1):
            part = archive.read(f"xl/worksheets/sheet{number}.xml")
            root = ElementTree.fromstring(part)  # noqa: S314
            rows = [list(_cells(row)) for row in root.iter(f"{_MAIN}row")]
            merges = tuple(merge.attrib["ref"] for merge in root.iter(f"{_MAIN}mergeCell"))
            hidden = named.get("state") == "hidden"
            sheets.append(Sheet(named.attrib["name"], rows, merges, hidden=hidden))
    return sheets


def with_first_sheet(content: bytes, xml: str) -> bytes:
    """Return a workbook whose first sheet is this document, hostile or not."""
    return _with_part(content, iter([xml.encode()]))


def bomb(megabytes: int) -> bytes:
    """Return a small workbook whose first sheet unpacks to so many megabytes."""
    row = f'<row><c t="inlineStr"><is><t>{"0" * 1000}</t></is></c></row>'.encode()
    block = row * (_MEGABYTE // len(row))
    start = f'<worksheet xmlns="{_MAIN[1:-1]}"><sheetData>'.encode()

    def parts() -> Iterator[bytes]:
        yield start
        for _ in range(megabytes):
            yield block
        yield b"</sheetData></worksheet>"

    return _with_part(workbook_bytes([Sheet("Sheet1", [])]), parts())


def _cells(row: ElementTree.Element) -> Iterator[SheetCell]:
    position = 0
    for cell in row.iter(f"{_MAIN}c"):
        column = _index(cell.attrib["r"])
        while position < column:
            yield None
            position += 1
        yield _cell(cell)
        position += 1


def _cell(cell: ElementTree.Element) -> SheetCell:
    if cell.get("t") == "inlineStr":
        return "".join(cell.itertext())
    value = cell.findtext(f"{_MAIN}v")
    if value is None:
        return None
    formula = cell.findtext(f"{_MAIN}f")
    if cell.get("t") == "str":
        return Formula(formula or "", value)
    number = float(value) if "." in value or "e" in value.lower() else int(value)
    if formula is not None:
        return Formula(formula, number)
    return _DAY_ZERO + timedelta(days=int(number)) if cell.get("s") == _DATE_STYLE else number


def _index(place: str) -> int:
    number = 0
    for letter in re.sub(r"\d", "", place):
        number = number * 26 + ord(letter) - 64
    return number - 1


def _with_part(content: bytes, parts: Iterator[bytes]) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as good,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        for entry in good.infolist():
            if entry.filename != _FIRST_SHEET:
                archive.writestr(entry, good.read(entry))
        fixed = zipfile.ZipInfo(_FIRST_SHEET, (1980, 1, 1, 0, 0, 0))
        fixed.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(fixed, "w", force_zip64=True) as sheet:
            for part in parts:
                sheet.write(part)
    return buffer.getvalue()
