"""Bytes of the files that agencies drop: CSV, JSON, GeoJSON, workbooks without a clock."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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
    rows: Iterable[Sequence[Cell]],
    encoding: Encoding,
    line_end: Literal["\n", "\r\n"] = "\n",
    *,
    quote_all: bool = False,
) -> bytes:
    """Return rows as CSV, quoted where needed or everywhere; None becomes an empty field."""
    buffer = io.StringIO()
    if quote_all:
        writer = csv.writer(buffer, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    else:
        writer = csv.writer(buffer, lineterminator=line_end)
    writer.writerows(rows)
    return buffer.getvalue().encode(encoding)


def json_bytes(document: object) -> bytes:
    """Return a JSON document in UTF-8, Korean unescaped, in the order it was built."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def geojson_bytes(
    features: Iterable[tuple[Mapping[str, object], Mapping[str, Cell]]],
    *,
    name: str = "",
    crs: str | None = None,
) -> bytes:
    """Return a FeatureCollection of (geometry, properties) pairs.

    name: the layer's name, as QGIS writes it. crs: name of the old-style crs member, such as
    `urn:ogc:def:crs:OGC:1.3:CRS84`; None writes none, as most published files do (also those
    whose coordinates are metres).
    """
    document: dict[str, object] = {"type": "FeatureCollection"}
    if name:
        document["name"] = name
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    document["features"] = [
        {"type": "Feature", "properties": dict(properties), "geometry": dict(geometry) or None}
        for geometry, properties in features
    ]
    return json_bytes(document)


@dataclass(frozen=True)
class Formula:
    """A cell that computes, such as `SUM(C3:C9)`, and the value that the program last saw."""

    text: str
    cached: int | float | str


SheetCell = Cell | date | Formula


@dataclass(frozen=True)
class Sheet:
    """One sheet, its rows as they stand: title lines, headers, data, totals.

    merges: ranges such as `A1:F1`; only their first cell holds text. dimension: what the file
    says of its extent, right or wrong. used_to: last column of the used range (`FP`), to which
    every row has a formatted empty cell and the first row a blank.
    """

    name: str
    rows: Sequence[Sequence[SheetCell]]
    merges: Sequence[str] = ()
    dimension: str = "A1"
    hidden: bool = False
    used_to: str = ""


def xlsx_bytes(sheet_name: str, title: str, rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return a workbook with one sheet: a merged title row, then the rows.

    Text is written inline and the dimension is always A1, as in the CCTV standard data of
    Busan; a reader that trusts the dimension sees one cell.
    """
    width = max(len(row) for row in rows)
    merged = f"A1:{column_name(width - 1)}1"
    return workbook_bytes([Sheet(sheet_name, [[title], *rows], (merged,))])


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook with these sheets, without a clock in it: the same in, the same bytes."""
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": _content_types(numbers),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/_rels/workbook.xml.rels": _relations(
            [*(("worksheet", f"worksheets/sheet{n}.xml") for n in numbers), _STYLES_RELATION]
        ),
        "xl/workbook.xml": _workbook_xml(sheets),
        "xl/styles.xml": _STYLES,
    }
    for number, sheet in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/sheet{number}.xml"] = _sheet_xml(sheet)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            archive.writestr(entry, _XML + text)
    return buffer.getvalue()


def column_name(index: int) -> str:
    """Return the letters of a column by its index from 0: A, …, Z, AA, …, FP (171)."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


_OFFICE = "http://schemas.openxmlformats.org"
_MAIN = f"{_OFFICE}/spreadsheetml/2006/main"
_RELATIONS = f"{_OFFICE}/officeDocument/2006/relationships"
_PACKAGE = f"{_OFFICE}/package/2006"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The earliest time a zip entry can carry: the archive must not depend on the clock.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
# Excel's day 0; right for every day since 1900-03-01.
_DAY_ZERO = date(1899, 12, 30)
_STYLES_RELATION = ("styles", "styles.xml")
# Style 0 is general, style 1 a date (number format 14).
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill>'
    '<patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf numFmtId="14" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


def _content_types(numbers: Iterable[int]) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" '
        f'ContentType="{_SPREADSHEET}.worksheet+xml"/>'
        for number in numbers
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SPREADSHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SPREADSHEET}.styles+xml"/>'
        f"{sheets}</Types>"
    )


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{number}" Target="{target}" Type="{_RELATIONS}/{kind}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _workbook_xml(sheets: Sequence[Sheet]) -> str:
    lines = "".join(
        f'<sheet name="{escape(sheet.name)}" sheetId="{number}"'
        f'{" state=" + chr(34) + "hidden" + chr(34) if sheet.hidden else ""} r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{lines}</sheets></workbook>'


def _sheet_xml(sheet: Sheet) -> str:
    lines = [_row_xml(number, row, sheet.used_to) for number, row in enumerate(sheet.rows, 1)]
    merges = "".join(f'<mergeCell ref="{area}"/>' for area in sheet.merges)
    merged = f'<mergeCells count="{len(sheet.merges)}">{merges}</mergeCells>' if merges else ""
    return (
        f'<worksheet xmlns="{_MAIN}"><dimension ref="{sheet.dimension}"/>'
        f"<sheetData>{''.join(lines)}</sheetData>{merged}</worksheet>"
    )


def _row_xml(number: int, cells: Sequence[SheetCell], used_to: str) -> str:
    written = [
        _cell_xml(f"{column_name(i)}{number}", cell)
        for i, cell in enumerate(cells)
        if cell is not None and cell != ""
    ]
    if used_to and number == 1:
        written.append(_cell_xml(f"{used_to}1", " "))
    elif used_to:
        written.append(f'<c r="{used_to}{number}" s="0"/>')
    return f'<row r="{number}">{"".join(written)}</row>'


def _cell_xml(place: str, cell: str | int | float | date | Formula) -> str:
    if isinstance(cell, str):
        space = ' xml:space="preserve"' if cell != cell.strip() else ""
        return f'<c r="{place}" t="inlineStr"><is><t{space}>{escape(cell)}</t></is></c>'
    if isinstance(cell, Formula):
        kind = ' t="str"' if isinstance(cell.cached, str) else ""
        value = escape(str(cell.cached))
        return f'<c r="{place}"{kind}><f>{escape(cell.text)}</f><v>{value}</v></c>'
    if isinstance(cell, date):
        return f'<c r="{place}" s="1"><v>{(cell - _DAY_ZERO).days}</v></c>'
    return f'<c r="{place}"><v>{cell}</v></c>'
