"""Faulty variants of delivered files, written beside the good ones.

`write_faulty(path, fault)`, or on the command line `python -m busan_sandbox fault PATH FAULT`,
where PATH is a file of the drop folder or a folder, whose last file by name is meant. The
variant takes the name of the next delivery (the day, month or year after the one in the name),
`name` gives it another, `replace` puts it in the place of the good file. A fault is written as
for interfaces:

    empty header_only cut html text     nothing; only the header; cut off; a web page; plain text
    utf16 lossy                         encodings: UTF-16; Korean letters lost to U+FFFD
    rename:OLD=NEW drop:COLUMN column:NAME=VALUE     drifting headers
    value:COLUMN=VALUE                  the first row's value: a new code, a correction
    leak:IDENTIFIER[=COLUMN]            a personal identifier in a text column
    formula[:COLUMN]                    a cell that a spreadsheet would run
    fewer repeat                        half of the rows; every row twice
    late on_time                        the file is held back; it arrives after all
    zip_bomb[:MEGABYTES] zip_names entities   workbooks and archives that harm a naive reader
    metres                              GeoJSON in UTM-K metres without a word about it

Columns are changed in CSV, XLSX and GeoJSON alike. The identifiers are made up (`faults`).
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from busan_sandbox.faults import IDENTIFIERS, FaultError
from busan_sandbox.files import Formula, Sheet, json_bytes, workbook_bytes
from busan_sandbox.projection import to_utmk
from busan_sandbox.spoiling import HOSTILE_XML, MAINTENANCE, lossy
from busan_sandbox.workbooks import bomb, read_workbook, with_first_sheet

# A table with its title and header rows.
Rows = list[list[Any]]
Change = Callable[[Rows], Rows]

_TABLE_KINDS = (
    "header_only", "lossy", "rename", "drop", "column", "value", "leak", "formula", "fewer",
    "repeat",
)  # fmt: skip
FILE_KINDS = (
    *_TABLE_KINDS, "empty", "cut", "html", "text", "utf16", "zip_bomb", "zip_names", "entities",
    "metres", "late", "on_time",
)  # fmt: skip
_FORMULA = '=HYPERLINK("http://example.invalid/","확인")'
_BOMB_MEGABYTES = 300
_HELD_BACK = ".late-"
_HEADER_SEARCH = 8
_DATE_IN_NAME = re.compile(r"(20\d\d)(?:([-_]?)(0[1-9]|1[0-2])(?:\2(0[1-9]|[12]\d|3[01]))?)?(?!\d)")


def write_faulty(path: Path, fault: str, *, name: str | None = None, replace: bool = False) -> Path:
    """Write a faulty variant of a delivered file and return its path.

    Raises FaultError for an unknown fault, and where the file cannot have it.
    """
    kind = fault.partition(":")[0]
    if kind == "on_time":
        held = path.with_name(f"{_HELD_BACK}{path.name}")
        return held.rename(path)
    if path.is_dir():
        path = max(entry for entry in path.iterdir() if not entry.name.startswith("."))
    if kind == "late":
        return path.rename(path.with_name(f"{_HELD_BACK}{path.name}"))
    content = faulty(path.read_bytes(), path.suffix.lower(), fault)
    target = path if replace else path.with_name(name or next_name(path.name))
    beside = target.with_name(f".{target.name}.part")
    beside.write_bytes(content)
    return beside.rename(target)


def faulty(content: bytes, suffix: str, fault: str) -> bytes:
    """Return the content of a file (its suffix says its format) with a fault in it."""
    kind, _, argument = fault.partition(":")
    if kind in _TABLE_KINDS:
        return _changed_table(content, suffix, _change(kind, argument))
    if kind == "empty":
        return b""
    if kind == "cut":
        return content[: len(content) * 3 // 5]
    if kind == "html":
        return MAINTENANCE.encode()
    if kind == "text":
        return b"Unexpected errors"
    if kind == "utf16":
        return _decoded(content)[0].encode("utf-16")
    if kind == "zip_bomb":
        return bomb(int(argument or _BOMB_MEGABYTES))
    if kind == "zip_names":
        return _hostile_archive()
    if kind == "entities":
        return with_first_sheet(content, HOSTILE_XML)
    if kind == "metres":
        return _in_metres(content)
    raise FaultError(f"unknown fault {fault!r}: use one of {', '.join(FILE_KINDS)}")


def next_name(name: str) -> str:
    """Return the name of the delivery after this one: the next day, month or year."""
    found = list(_DATE_IN_NAME.finditer(name))
    if not found:
        stem, dot, suffix = name.rpartition(".")
        return f"{stem} - 복사본{dot}{suffix}" if dot else f"{name} - 복사본"
    last = found[-1]
    year, between, month, day = last.groups()
    if day:
        after = date(int(year), int(month), int(day)) + timedelta(days=1)
        text = f"{after.year}{between}{after.month:02d}{between}{after.day:02d}"
    elif month:
        index = int(year) * 12 + int(month)
        text = f"{index // 12}{between}{index % 12 + 1:02d}"
    else:
        text = str(int(year) + 1)
    return name[: last.start()] + text + name[last.end() :]


def _change(kind: str, argument: str) -> Change:
    """Return what a fault does to a table. Raises FaultError for a wrong argument."""
    name, equals, value = argument.partition("=")
    if kind in ("rename", "column", "value") and not (name and equals):
        raise FaultError(f"{kind} needs a column and a value: {kind}:COLUMN=VALUE")
    if kind == "leak" and name not in IDENTIFIERS:
        raise FaultError(f"leak needs one of {', '.join(IDENTIFIERS)}")
    column = {"leak": value, "column": ""}.get(kind, name)

    def change(rows: Rows) -> Rows:
        at = _header(rows, column)
        above, header, body = rows[:at], rows[at], rows[at + 1 :]
        if kind == "header_only":
            return [*above, header]
        if kind == "fewer":
            return [*above, header, *body[: len(body) // 2]]
        if kind == "repeat":
            return [*above, header, *body, *body]
        if kind == "lossy":
            return [[lossy(cell) for cell in row] for row in rows]
        if kind == "column":
            return [*above, [*header, name], *([*row, value] for row in body)]
        place = _spellings(header).index(column) if column else _text_place(body)
        if kind == "drop":
            return [[*row[:place], *row[place + 1 :]] for row in rows]
        if kind == "rename":
            return [*above, [*header[:place], value, *header[place + 1 :]], *body]
        first = [*body[0], *[None] * (place + 1 - len(body[0]))]
        if kind == "leak":
            first[place] = f"{first[place] or ''} {IDENTIFIERS[name]}"
        else:
            first[place] = _FORMULA if kind == "formula" else value
        return [*above, header, first, *body[1:]]

    return change


def _header(rows: Rows, column: str) -> int:
    """Return where the header is: the row with this column, the fullest of the first rows.

    Raises FaultError where there is none.
    """
    head = rows[:_HEADER_SEARCH]
    if column:
        with_it = [at for at, row in enumerate(head) if column in _spellings(row)]
        if not with_it:
            raise FaultError(f"there is no column {column!r}")
        return with_it[-1]
    if len(rows) < 2:
        raise FaultError("there are no rows")
    filled = [sum(bool(spelling) for spelling in _spellings(row)) for row in head]
    return filled.index(max(filled))


def _spellings(row: list[Any]) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in row]


def _text_place(body: Rows) -> int:
    """Return the first column whose first cell holds Korean text."""
    texts = (i for i, cell in enumerate(body[0]) if re.search("[가-힣]", str(cell)))
    return next(texts, 0)


def _changed_table(content: bytes, suffix: str, change: Change) -> bytes:
    if suffix == ".xlsx":
        return _changed_workbook(content, change)
    if suffix in (".geojson", ".json"):
        return _changed_features(content, change)
    text, encoding = _decoded(content)
    line_end = "\r\n" if "\r\n" in text else "\n"
    rows = list(csv.reader(io.StringIO(text, newline="")))
    buffer = io.StringIO(newline="")
    changed = change([list(row) for row in rows])
    csv.writer(buffer, lineterminator=line_end).writerows(changed)
    written = buffer.getvalue()
    # What was lost cannot be written in CP949: the damage is done by a save as UTF-8.
    return written.encode("utf-8" if "\ufffd" in written else encoding)


def _decoded(content: bytes) -> tuple[str, str]:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        plain = encoding == "utf-8-sig" and not content.startswith(b"\xef\xbb\xbf")
        return text, "utf-8" if plain else encoding
    raise FaultError("the file is neither UTF-8 nor CP949")


def _changed_workbook(content: bytes, change: Change) -> bytes:
    """Change every sheet that can be; raises FaultError where none can."""
    sheets: list[Sheet] = []
    reasons: list[FaultError] = []
    for sheet in read_workbook(content):
        rows = [list(row) for row in sheet.rows]
        try:
            rows = change(rows)
        except FaultError as reason:
            reasons.append(reason)
        computed = [[Formula(_FORMULA[1:], 0) if c == _FORMULA else c for c in r] for r in rows]
        sheets.append(Sheet(sheet.name, computed, sheet.merges, hidden=sheet.hidden))
    if len(reasons) == len(sheets):
        raise reasons[0]
    return workbook_bytes(sheets)


def _changed_features(content: bytes, change: Change) -> bytes:
    """Change the properties of features as a table; each keeps its geometry."""
    document = json.loads(content)
    names = list(dict.fromkeys(n for f in document["features"] for n in f["properties"]))
    rows: Rows = [["geometry", *names]]
    for feature in document["features"]:
        rows.append([feature["geometry"], *(feature["properties"].get(n) for n in names)])
    header, *body = change(rows)
    if len(set(header)) < len(header):
        # Names whose letters are lost are alike; an object cannot hold them all.
        header = ["geometry", *names]
    document["features"] = [
        {
            "type": "Feature",
            "properties": dict(zip(header[1:], row[1:], strict=True)),
            "geometry": row[0],
        }
        for row in body
    ]
    return json_bytes(document)


def _in_metres(content: bytes) -> bytes:
    """Return a GeoJSON file in UTM-K metres that says nothing about its coordinates."""
    document = json.loads(content)
    document.pop("crs", None)

    def moved(part: Any) -> Any:
        if isinstance(part[0], int | float):
            # Some files are in metres already.
            degrees = abs(part[0]) <= 180
            return [round(v, 2) for v in to_utmk(part[0], part[1])] if degrees else part
        return [moved(inner) for inner in part]

    for feature in document["features"]:
        geometry = feature["geometry"]
        if geometry is None:
            continue
        feature["geometry"] = {**geometry, "coordinates": moved(geometry["coordinates"])}
    return json_bytes(document)


def _hostile_archive() -> bytes:
    """Return an archive whose entries would be written outside the reader's folder."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("../../escaped.csv", "/escaped.csv", "..\\escaped.csv"):
            archive.writestr(zipfile.ZipInfo(name), "a,b\n1,2\n")
    return buffer.getvalue()
