"""Bytes of the files that agencies drop: CSV in their encodings, XLSX without a clock in it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

Cell = str | int | float | None
Encoding = Literal["cp949", "utf-8-sig"]
# Below which folder a delivery goes: the agencies' drops, or the interfaces' own data.
Root = Literal["drop", "state"]

# In the state folder: what was generated. Its presence says that there is a city to serve.
JOURNAL = "generated.jsonl"


@dataclass(frozen=True)
class Delivery:
    """One file of an agency: its path below the drop (or the state) folder, and its bytes."""

    path: str
    content: bytes


def csv_bytes(
    rows: Iterable[Sequence[Cell]], encoding: Encoding, line_end: Literal["\n", "\r\n"] = "\n"
) -> bytes:
    """Return rows as CSV with minimal quoting; None becomes an empty field."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=line_end).writerows(rows)
    return buffer.getvalue().encode(encoding)


def json_bytes(document: object) -> bytes:
    """Return a JSON document in UTF-8, Korean unescaped, in the order it was built."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="xl/workbook.xml" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>'
        "</Relationships>"
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.xml" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
        "</Relationships>"
    ),
}
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The earliest time a zip entry can carry: the archive must not depend on the clock.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def xlsx_bytes(sheet_name: str, title: str, rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return a workbook with one sheet: a merged title row, then the rows.

    Text is written inline and the dimension is always A1, as in the CCTV standard data of
    Busan; a reader that trusts the dimension sees one cell.
    """
    width = max(len(row) for row in rows)
    lines = [_row_xml(1, [title])]
    lines += [_row_xml(number, row) for number, row in enumerate(rows, 2)]
    sheet = (
        f'<worksheet xmlns="{_MAIN}"><dimension ref="A1"/><sheetData>{"".join(lines)}</sheetData>'
        f'<mergeCells count="1"><mergeCell ref="A1:{_column(width - 1)}1"/></mergeCells>'
        "</worksheet>"
    )
    workbook = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        f'<sheet name="{escape(sheet_name)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    parts = {**_PARTS, "xl/workbook.xml": workbook, "xl/worksheets/sheet1.xml": sheet}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            archive.writestr(entry, _XML + text)
    return buffer.getvalue()


def _row_xml(number: int, cells: Sequence[Cell]) -> str:
    written = [
        _cell_xml(f"{_column(i)}{number}", cell)
        for i, cell in enumerate(cells)
        if cell is not None and cell != ""
    ]
    return f'<row r="{number}">{"".join(written)}</row>'


def _cell_xml(place: str, cell: str | int | float) -> str:
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    return f'<c r="{place}"><v>{cell}</v></c>'


def _column(index: int) -> str:
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
