"""Personal data that nobody declared: what looks like an identifier refuses the delivery.

Counts and columns leave this module, never a value. A column is exempt where its privacy class
removes what it holds anyway, or where the registry says that such identifiers belong there
(`holds`, such as an office's telephone).
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.privacy import KINDS, Kind, kinds_in
from busan_safety.privacy.classes import hidden_columns
from busan_safety.privacy.screen import candidate_lines
from busan_safety.sources import Source

_WORDS: dict[Kind, str] = {
    "resident_number": "a resident number",
    "phone": "a telephone number",
    "vehicle_plate": "a vehicle plate",
    "driver_licence": "a driver's licence",
}
# A row whose cells cannot be told apart.
_WHOLE_ROW = "(a row with a wrong number of fields)"
_SEPARATOR = "\x1f"
# Every identifier has this many letters (12가3456) and four digits in a row.
_SHORTEST = 7
_FOUR_DIGITS = re.compile(r"\d{4}")


class PersonalData:
    """What looks like an undeclared identifier in one delivery."""

    def __init__(self, source: Source) -> None:
        self._source = source
        hidden = hidden_columns(source)
        self._exempt: dict[str, frozenset[Kind]] = {
            column.name: frozenset(KINDS) if column.name in hidden else frozenset(column.holds)
            for column in source.columns
            if column.name in hidden or column.holds
        }
        self._exempt[_WHOLE_ROW] = frozenset().union(*self._exempt.values())
        self.found: Counter[tuple[str, Kind]] = Counter()

    def look_at(self, column: str, text: str) -> None:
        """Judge one cell."""
        if len(text) < _SHORTEST or not _FOUR_DIGITS.search(text):
            return
        for kind in kinds_in(text) - self._exempt.get(column, frozenset()):
            self.found[(column, kind)] += 1

    def look_at_row(self, text: str) -> None:
        """Judge a row whose cells cannot be told apart."""
        self.look_at(_WHOLE_ROW, text)

    def look_at_csv(self, block: bytes, columns: Sequence[str]) -> None:
        """Judge UTF-8 lines of comma separated cells, of which `columns` are the names."""
        for _, line in candidate_lines(block):
            text = line.decode("utf-8", "surrogateescape")
            try:
                cells = next(csv.reader([text]), [])
            except csv.Error:
                cells = [text]
            self._look_at_cells(columns, cells)

    def look_at_records(self, records: Sequence[bytes], columns: Sequence[str]) -> None:
        """Judge records made by `joined`."""
        for _, line in candidate_lines(b"\n".join(records)):
            cells = line.decode("utf-8", "surrogateescape").split(_SEPARATOR)
            self._look_at_cells(columns, cells)

    def refuse(self, name: str) -> None:
        """Raise DeliveryRefused when there was any."""
        if not self.found:
            return
        columns: dict[str, list[str]] = {}
        for (column, kind), count in sorted(self.found.items()):
            columns.setdefault(column, []).append(f"{count:,} times {_WORDS[kind]}")
        listed = "; ".join(
            f"{self._title(column)}: {', '.join(kinds)}" for column, kinds in columns.items()
        )
        raise DeliveryRefused(
            "undeclared_personal_data",
            f"{name} holds what looks like personal data that nobody declared ({listed}). Nothing "
            "was loaded. Ask the sender to leave it out, or declare the column's privacy class "
            f"(or what it `holds`) in include/busan_safety/sources/registry/{self._source.id}.yml.",
        )

    def _look_at_cells(self, columns: Sequence[str], cells: Sequence[str]) -> None:
        if len(cells) != len(columns):
            columns = [_WHOLE_ROW] * len(cells)
        for column, cell in zip(columns, cells, strict=True):
            self.look_at(column, cell)

    def _title(self, column: str) -> str:
        known = {one.name: one for one in self._source.columns}
        headers = known[column].headers if column in known else []
        return f"column {headers[0]!r} ({column})" if headers else f"column {column}"


def joined(values: Iterable[str | None]) -> bytes:
    """The values of one record as one line for `look_at_records`."""
    line = _SEPARATOR.join(value or "" for value in values)
    if "\n" in line:
        line = line.replace("\n", " ")
    return line.encode("utf-8", "surrogateescape")


def without_persons(refusal: DeliveryRefused, name: str) -> DeliveryRefused:
    """The refusal; without its sentence where that quotes what looks like an identifier."""
    if not kinds_in(str(refusal)):
        return refusal
    return DeliveryRefused(
        refusal.code,
        f"{name} is refused ({refusal.code}). The reason is not shown, because it quotes what "
        "looks like personal data; look at the landed file.",
    )


def looks_like(texts: Iterable[str]) -> list[str]:
    """In words, which kinds of identifier some of the texts look like."""
    kinds: set[Kind] = set()
    for text in texts:
        kinds |= kinds_in(text)
    return [_WORDS[kind] for kind in KINDS if kind in kinds]


def without_identifiers(text: str) -> str:
    """The text for a message, or a remark where it looks like an identifier."""
    return "(not shown: it looks like personal data)" if kinds_in(text) else text
