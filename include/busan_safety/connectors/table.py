"""A delivered file as one table: the sheets that hold rows, read one after the other.

Which sheets those are is the form's business. A form that names sheets has all of them read,
each with its own title lines, header and order of columns; otherwise the first visible sheet
whose header fits is read. A hidden sheet is read only where a form names it letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.layout import Layout, find_layout
from busan_safety.connectors.rows import Row
from busan_safety.connectors.tabular import OpenedFile
from busan_safety.connectors.xlsx import Workbook
from busan_safety.connectors.xlsx_parts import Sheet
from busan_safety.sources import Form, Source
from busan_safety.sources.model import Format, squash


@dataclass(frozen=True)
class Table:
    """A file as one table: what it came as, how to read it, and the rows below the header."""

    format: Format
    encoding: str | None
    layout: Layout
    rows: Iterator[Row]


@dataclass(frozen=True)
class _Part:
    """One sheet's layout and where its columns stand in the whole table's."""

    sheet: Sheet
    layout: Layout
    places: dict[int, int] | None = None


def open_table(source: Source, path: Path, name: str | None = None) -> Table:
    """Open a CSV, XLSX or GeoJSON file, or a ZIP that holds one, as the source's form says.

    name: of the file in messages. Lines of later sheets are counted on from the sheet before.
    Raises DeliveryRefused with what does not fit.
    """
    opened = OpenedFile(path, name)
    if opened.format != "xlsx":
        encoding, rows = opened.rows()
        layout, rest = find_layout(source, opened.format, rows, opened.name)
        return Table(opened.format, encoding, layout, rest)
    book = opened.workbook()
    refusals: list[DeliveryRefused] = []
    for form in (form for form in source.forms if "xlsx" in form.formats):
        try:
            parts = _parts(source, form, book)
        except DeliveryRefused as refusal:
            refusals.append(refusal)
            continue
        layout, parts = _joined(parts, book.name)
        return Table("xlsx", None, layout, _stacked(opened, book, layout, parts))
    if refusals:
        raise refusals[0]
    raise DeliveryRefused(
        "wrong_format",
        f"{source.id} is not sent as xlsx; known are "
        f"{', '.join(sorted({kind for form in source.forms for kind in form.formats}))}.",
    )


def _parts(source: Source, form: Form, book: Workbook) -> list[_Part]:
    """Sheets of the form with their layouts. Raises DeliveryRefused when none fits."""
    named = [sheet for sheet in book.sheets if form.sheets and _is_named(form.sheets, sheet)]
    if form.sheets and not named:
        shown = ", ".join(repr(sheet.name[:40]) for sheet in book.sheets[:6])
        raise DeliveryRefused(
            "wrong_sheets",
            f"{book.name} has no sheet such as {form.sheets!r} (form {form.id} of {source.id}); it "
            f"has {shown}. Check that this is the right file.",
        )
    visible = [sheet for sheet in book.sheets if sheet.is_visible]
    parts: list[_Part] = []
    refusals: list[DeliveryRefused] = []
    for sheet in named or visible or book.sheets[:1]:
        label = f"{book.name}, sheet {sheet.name!r}" if len(book.sheets) > 1 else book.name
        try:
            layout, _ = find_layout(source, "xlsx", book.rows(sheet), label, [form])
        except DeliveryRefused as refusal:
            # A blank sheet among those that were named holds nothing that could be lost.
            if named and refusal.code != "empty":
                raise
            refusals.append(refusal)
            continue
        parts.append(_Part(sheet, layout))
        if not named:
            break
    if not parts:
        raise next((one for one in refusals if one.code != "empty"), refusals[0])
    return parts


def _is_named(pattern: str, sheet: Sheet) -> bool:
    if sheet.is_visible:
        return re.search(pattern, sheet.name) is not None
    return sheet.name in re.sub(r"[\^$()]", "", pattern).split("|")


def _joined(parts: Sequence[_Part], name: str) -> tuple[Layout, list[_Part]]:
    """One layout for all sheets: the first one's columns, then those only later ones have."""
    first = parts[0].layout
    spelled = [[squash(text) for text in part.layout.headers] for part in parts]
    if all(one == spelled[0] for one in spelled):
        return first, list(parts)
    headers = list(first.headers)
    positions = dict(first.positions)
    undeclared = dict(first.undeclared)
    placed = []
    for part in parts:
        layout = part.layout
        if layout.melted or first.melted:
            raise DeliveryRefused(
                "wrong_sheets",
                f"{name}: the sheets {parts[0].sheet.name!r} and {part.sheet.name!r} have "
                "different columns, and this form turns columns into rows. Send them as two files.",
            )
        places = {}
        for column, at in layout.positions.items():
            if column not in positions:
                positions[column] = len(headers)
                headers.append(layout.headers[at])
            places[at] = positions[column]
        for header, at in layout.undeclared.items():
            if header not in undeclared:
                undeclared[header] = len(headers)
                headers.append(header)
            places[at] = undeclared[header]
        placed.append(replace(part, places=places))
    return replace(first, headers=headers, positions=positions, undeclared=undeclared), placed


def _stacked(
    opened: OpenedFile, book: Workbook, layout: Layout, parts: Sequence[_Part]
) -> Iterator[Row]:
    """Rows below each sheet's header; `opened` keeps an unpacked copy alive while they are read."""
    width = len(layout.headers)
    above = 0
    for part in parts:
        line = 0
        for row in book.rows(part.sheet):
            line = row.line
            if row.line <= part.layout.header_line:
                continue
            cells = _placed(row.cells, part, width) if part.places else row.cells
            yield Row(above + row.line, cells, row.raw) if above or part.places else row
        above += line
    opened.close()


def _placed(cells: list[str], part: _Part, width: int) -> list[str]:
    places = part.places or {}
    own = len(part.layout.headers)
    found = [""] * width
    for at, cell in enumerate(cells[:own]):
        if at in places:
            found[places[at]] = cell
    return [*found, *cells[own:]]
