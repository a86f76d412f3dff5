"""Reads what the sandbox delivers with the product's readers, as far as the database's door."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from busan_safety.connectors.api_records import rows_of_items
from busan_safety.connectors.layout import find_layout
from busan_safety.connectors.records import Context, Record, Rejected, Tally, read_records
from busan_safety.connectors.table import open_table
from busan_safety.privacy.detectors import kinds_in
from busan_safety.sources import Column, Source, get_source
from busan_sandbox.files import Delivery

Table = list[dict[str, Any]]


@dataclass
class Reading:
    """One delivery as it was read: records by column name, refused rows, counts."""

    source: Source
    form: str
    records: list[Record]
    rejected: list[Rejected]
    tally: Tally
    columns: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[dict[str, str | None]]:
        """Records as {column: text}, totals left out."""
        return [
            dict(zip(self.columns, record.values, strict=True))
            for record in self.records
            if "total" not in record.flags
        ]

    @property
    def totals(self) -> int:
        return sum("total" in record.flags for record in self.records)

    def counted(self, column: str) -> Counter[str | None]:
        return Counter(row[column] for row in self.rows)


def read_delivery(source_id: str, delivery: Delivery, scope: str | None = None) -> Reading:
    """Read a dropped file by the source's form. Raises DeliveryRefused."""
    source = get_source(source_id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(delivery.path).name
        path.write_bytes(delivery.content)
        opened = open_table(source, path)
        return _read(source, opened.layout, opened.rows, scope)


def read_items(
    source_id: str, items: Iterable[dict[str, Any]], scope: str | None = None
) -> Reading:
    """Read items of an interface by the source's form. Raises DeliveryRefused."""
    source = get_source(source_id)
    layout, rest = find_layout(source, "records", rows_of_items(iter(items), source_id), source_id)
    return _read(source, layout, rest, scope)


def table(delivery: Delivery) -> Table:
    rows: Table = json.loads(delivery.content)
    return rows


def by_name(deliveries: Iterator[Delivery]) -> dict[str, Delivery]:
    return {delivery.path: delivery for delivery in deliveries}


def misfits(reading: Reading) -> list[tuple[int, str, str | None]]:
    """(line, column, text) of values that the typed table, its domains or bounds refuse.

    A shape of a personal identifier where none is declared counts too.
    """
    stored = {column.name: column for column in reading.source.stored_columns}
    found = []
    for record in reading.records:
        for name, text in zip(reading.columns, record.values, strict=True):
            column = stored.get(name)
            if column and not _fits(column, text, is_total="total" in record.flags):
                found.append((record.line, name, text))
    return found


def _read(source: Source, layout: Any, rest: Any, scope: str | None) -> Reading:
    tally = Tally()
    found = list(read_records(source, layout, rest, Context("2023", scope), tally))
    return Reading(
        source,
        layout.form.id,
        [one for one in found if isinstance(one, Record)],
        [one for one in found if isinstance(one, Rejected)],
        tally,
        [column.name for column in source.columns],
    )


def _fits(column: Column, text: str | None, *, is_total: bool) -> bool:
    if text is None:
        return column.nullable or is_total
    try:
        value = _TYPES[column.type.split("(")[0]](text)
    except ValueError:
        return False
    low, high = column.bounds or (None, None)
    if not is_total and ((low is not None and value < low) or (high is not None and value > high)):
        return False
    return (column.domain is None or text in column.domain) and _kinds_in(text) <= {*column.holds}


@cache
def _kinds_in(text: str) -> frozenset[str]:
    return frozenset(kinds_in(text))


def _boolean(text: str) -> bool:
    if text not in ("Y", "N"):
        raise ValueError(text)
    return text == "Y"


_TYPES: dict[str, Callable[[str], Any]] = {
    "text": str,
    "integer": int,
    "smallint": int,
    "bigint": int,
    "numeric": float,
    "double precision": float,
    "boolean": _boolean,
    "date": dt.date.fromisoformat,
    # PostgreSQL takes 24:00 for midnight at the end of a day.
    "time": lambda text: dt.time.fromisoformat("00:00" if text == "24:00" else text),
    "timestamp": dt.datetime.fromisoformat,
    "timestamptz": dt.datetime.fromisoformat,
}
