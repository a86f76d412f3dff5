"""Small valid files and the surgery that tests do on them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl

STATIONS_HEADER = ["경찰서", "살인", "강도", "강간(강제추행)", "절도", "폭력"]
STATIONS_ROW = ["부산진", 5, 6, 347, 2577, 2681]
STATIONS_CSV = (",".join(STATIONS_HEADER) + "\n부산진,5,6,347,2577,2681\n").encode("cp949")


def workbook(change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """A workbook of station crimes as openpyxl writes it."""
    book = openpyxl.Workbook()
    book.active.append(STATIONS_HEADER)
    book.active.append(STATIONS_ROW)
    if change:
        change(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_member(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same archive with one member's bytes changed; a new one where there is none."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for info in old.infolist():
            body = old.read(info)
            new.writestr(info.filename, change(body) if info.filename == name else body)
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return out.getvalue()


def archive(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in members:
            packed.writestr(name, body)
    return out.getvalue()


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
