"""The table's files: CSV that spreadsheets cannot run, and typed Parquet."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from busan_safety.gate.candidate import Candidate, Column

Kind = Literal["string", "integer", "number", "boolean", "date", "datetime", "json"]

BYTE_ORDER_MARK = "\ufeff".encode()
# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_GUARD = "'"

_KINDS: dict[str, Kind] = {
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "numeric": "number",
    "real": "number",
    "double precision": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp with time zone": "datetime",
    "json": "json",
    "jsonb": "json",
}
_ARROW: dict[Kind, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="Asia/Seoul"),
    "json": pa.string(),
}


def kind_of(column: Column) -> Kind:
    """Say what a PostgreSQL column is to a reuser; anything without a number or date is text."""
    return _KINDS.get(column.type.split("(")[0].strip(), "string")


def released_rows(candidate: Candidate) -> list[list[str]]:
    """Rows as they stand in the released CSV: booleans spelt out, formulas disarmed.

    A text that a spreadsheet would run gets a leading apostrophe.
    Numbers, dates and JSON are left alone: a negative number is no formula.
    """
    kinds = [kind_of(column) for column in candidate.columns]
    return [
        [_released(cell, kind) for cell, kind in zip(row, kinds, strict=True)]
        for row in candidate.rows()
    ]


def csv_bytes(header: list[str], rows: list[list[str]]) -> bytes:
    """UTF-8 with byte order mark (Excel needs it for Korean), comma, LF also inside cells."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    # A lone carriage return inside a cell would be written bare and read as the end of a row.
    writer.writerows([re.sub(r"\r\n?", "\n", cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + text.getvalue().encode("utf-8")


def read_csv(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a CSV that `csv_bytes` wrote."""
    text = content.removeprefix(BYTE_ORDER_MARK).decode("utf-8")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    return header, rows


def without_guard(texts: pd.Series) -> pd.Series:
    """Texts of a released CSV as they were before a spreadsheet's formulas were disarmed."""
    guarded = texts.str.startswith(tuple(_GUARD + start for start in _FORMULA_STARTS), na=False)
    return texts.mask(guarded, texts.str[len(_GUARD) :])


def arrow_schema(candidate: Candidate) -> pa.Schema:
    """Names and types of the table's columns in Parquet."""
    return pa.schema(
        [pa.field(column.name, _ARROW[kind_of(column)]) for column in candidate.columns]
    )


def parquet_bytes(candidate: Candidate, metadata: dict[str, Any]) -> bytes:
    """Typed table in Parquet (zstd); texts are as in the database, without the CSV's guard.

    metadata: goes into the file's own metadata as JSON under `busan_safety`.
    """
    rows = candidate.rows()
    fields = []
    arrays = []
    for position, column in enumerate(candidate.columns):
        kind = kind_of(column)
        description = {"description": column.comment} if column.comment else None
        fields.append(pa.field(column.name, _ARROW[kind], metadata=description))
        arrays.append(pa.array([_typed(row[position], kind) for row in rows], type=_ARROW[kind]))
    described = json.dumps(metadata, ensure_ascii=False, sort_keys=True)
    schema = pa.schema(fields, metadata={"busan_safety": described})
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays, schema=schema), sink, compression="zstd")
    return sink.getvalue()


def _released(cell: str, kind: Kind) -> str:
    if kind == "boolean":
        return {"t": "true", "f": "false"}.get(cell, cell)
    if kind == "string" and cell.startswith(_FORMULA_STARTS):
        return _GUARD + cell
    return cell


def _typed(cell: str, kind: Kind) -> Any:
    if cell == "":
        return None
    if kind == "integer":
        return int(cell)
    if kind == "number":
        return float(cell)
    if kind == "boolean":
        return cell == "t"
    if kind == "date":
        return date.fromisoformat(cell)
    if kind == "datetime":
        return datetime.fromisoformat(cell)
    return cell
