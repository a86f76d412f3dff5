"""The last look at a release's files: no hidden row holds a number, and no file says more.

Here the adversary of `disclosure.attack` reads what the public would download, byte for byte.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from busan_safety.disclosure.attack.finding import Finding
from busan_safety.disclosure.policy import Policy
from busan_safety.disclosure.printed import PrintedTable, attack_printed
from busan_safety.gate import Dataset
from busan_safety.gate.candidate import Candidate
from busan_safety.release.errors import FilesRefused
from busan_safety.release.tables import arrow_schema, kind_of, without_guard

_EXAMPLES = 5
_WHAT = {
    "row": "hidden rows hold a number",
    "sentence": "the text of hidden rows holds a number",
    "format": "the files do not say the same",
}


def require_silent(candidate: Candidate, files: Mapping[str, bytes], policy: Policy) -> None:
    """Raise FilesRefused where the files tell what is hidden, or contradict each other.

    files: the release's files by name, among them `<dataset>.csv` and `<dataset>.parquet`.
    """
    dataset = candidate.dataset
    schema = arrow_schema(candidate)
    kinds = {column.name: kind_of(column) for column in candidate.columns}
    try:
        frames = {
            "csv": _of_csv(files[f"{dataset.id}.csv"], schema),
            "parquet": _of_parquet(files[f"{dataset.id}.parquet"], schema),
        }
    except (pa.ArrowException, KeyError, ValueError) as error:
        raise FilesRefused(
            f"{dataset.id}: a file of the table cannot be read with the table's own types "
            f"({type(error).__name__}). Nothing of it was published. {_advice(dataset)}"
        ) from None
    printed = PrintedTable(
        dataset.id,
        dataset.family,
        dataset.key,
        frames,
        [name for name, kind in kinds.items() if kind in ("integer", "number")],
        [name for name, kind in kinds.items() if kind in ("string", "json")],
    )
    if found := attack_printed(printed, policy):
        raise FilesRefused(_message(dataset, found))


def _of_csv(content: bytes, schema: pa.Schema) -> pd.DataFrame:
    table = pa.csv.read_csv(
        io.BytesIO(content),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            true_values=["true"],
            false_values=["false"],
        ),
    )
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    for field in schema:
        if field.name in frame and pa.types.is_string(field.type):
            frame[field.name] = without_guard(frame[field.name])
    return frame


def _of_parquet(content: bytes, schema: pa.Schema) -> pd.DataFrame:
    table = pq.read_table(io.BytesIO(content))
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    for field in schema:
        if field.name in frame and pa.types.is_string(field.type):
            # A cell's line ends are LF in the CSV.
            frame[field.name] = frame[field.name].str.replace("\r\n?", "\n", regex=True)
    return frame


def _message(dataset: Dataset, found: list[Finding]) -> str:
    rows: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for one in found:
        rows[one.kind, one.table, one.column][", ".join(map(_name, one.key))] = None
    parts = []
    for (kind, table, column), keys in rows.items():
        where = f"table {table}" + (f", column {column}" if column else "")
        more = "; …" if len(keys) > _EXAMPLES else ""
        named = "; ".join(list(keys)[:_EXAMPLES]) + more
        parts.append(f"{where}: {_WHAT[kind]} ({len(keys)} rows; key: {named})")
    return (
        f"{dataset.id}: {' | '.join(parts)}. Nothing of it was published, the last release stays. "
        f"{_advice(dataset)}"
    )


def _name(part: object) -> str:
    return part.date().isoformat() if isinstance(part, datetime) else str(part)


def _advice(dataset: Dataset) -> str:
    return (
        f"Empty the column where the row is hidden (disclosure/sql/{dataset.family}.sql and "
        f"{dataset.candidate_table}.sql), or declare it as known in disclosure/tables/"
        f"{dataset.family}.py if it says nothing about the count; then rebuild and validate again "
        "(docs/runbooks/closed-gate.md)."
    )
