"""How verbs speak: tables for people, JSON for machines, one line for errors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]

_WIDE = 140


def _console(*, stderr: bool = False) -> Console:
    """Terminal as wide as it is; a file or pipe gets lines wide enough for the tables."""
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=_WIDE)


screen = _console()
errors = _console(stderr=True)


class BadInput(Exception):
    """What the user gave cannot be used; the message says why. Ends with status 2."""


class VerbFailed(Exception):
    """What was asked for could not be done; the message says why. Ends with status 1."""


def print_json(value: Any) -> None:
    """Print a value as one JSON document."""
    print(json.dumps(value, default=_plain, ensure_ascii=False))


def print_error(text: str) -> None:
    """Print one clear line (or a few) on the error stream."""
    errors.print(text, style="red", highlight=False, markup=False, soft_wrap=True)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under headings; numbers to the right."""
    table = Table(box=None, pad_edge=False)
    known = [list(row) for row in rows]
    for position, heading in enumerate(headings):
        numeric = known and all(isinstance(row[position], int) for row in known)
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in known:
        table.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row))
    screen.print(table, highlight=False)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (set, frozenset, Mapping)):
        return list(value)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no JSON form")
