"""A row of a delivery, whatever it was sent as."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One row: line (1 = first line of the file or sheet), its cells and its text as sent."""

    line: int
    cells: list[str]
    raw: str
