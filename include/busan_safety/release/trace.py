"""From one published number back to the bytes that were landed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

from busan_safety.connectors.nearest import nearest
from busan_safety.gate import Dataset, get_dataset
from busan_safety.release.behind import (
    Relation,
    feeds_behind,
    relations_behind,
    rows_as_text,
)
from busan_safety.release.delivered import DeliveredFeed, deliveries_of
from busan_safety.release.records import Release, releases_of
from busan_safety.release.tables import read_csv
from busan_safety.settings import get_settings
from busan_safety.warehouse import connect

_EXAMPLES = 5


class UntraceableKey(ValueError):
    """No row, or more than one, has the key that was given; the message says what is near."""


@dataclass(frozen=True)
class GateRecord:
    """The decision that let the version out, as recorded now."""

    decision_id: int
    decision: str
    decided_by: str
    decided_at: str
    suite_hash: str
    checks_not_held: tuple[str, ...]


@dataclass(frozen=True)
class DisclosedRow:
    """The row after disclosure control, as the warehouse holds it today.

    differs_in: columns whose value is no longer the released one; the warehouse has moved on.
    """

    table: str
    row_count: int
    differs_in: tuple[str, ...]


@dataclass(frozen=True)
class Trace:
    """Every step from a released cell to landed files."""

    dataset: str
    version: str
    file: Path
    row_number: int
    key: dict[str, str]
    column: str | None
    row: dict[str, str]
    is_synthetic: bool
    candidate_fingerprint: str
    gate: GateRecord | None
    disclosed: DisclosedRow
    relations: tuple[Relation, ...]
    lineage: tuple[str, ...]
    feeds: tuple[DeliveredFeed, ...]


def trace(
    dataset_id: str,
    key: dict[str, str],
    *,
    version: str | None = None,
    column: str | None = None,
) -> Trace:
    """Walk one released row back: gate, disclosed row, marts, feeds, deliveries, files.

    key: values of key columns as they stand in the CSV; as many as make the row unique.
    version: default the newest that stands. Reads as role transformer; the numbers behind a row
    that disclosure control has emptied are not part of the answer.
    Raises UnknownDataset, and UntraceableKey for a version, column or key that is not there.
    """
    settings = get_settings()
    dataset = get_dataset(dataset_id)
    with connect("transformer", settings=settings) as connection:
        release = _release(releases_of(connection, dataset.id), dataset, version)
        file = settings.releases_dir / release.path / f"{dataset.id}.csv"
        number, row = _find(file, dataset, key, column)
        whole_key = {name: row[name] for name in dataset.key}
        relations = relations_behind(connection, dataset.id, row)
        behind = feeds_behind(dataset, row, relations)
        return Trace(
            dataset=dataset.id,
            version=release.version,
            file=file,
            row_number=number,
            key=whole_key,
            column=column,
            row=row,
            is_synthetic=row.get("is_synthetic") == "true",
            candidate_fingerprint=release.candidate_fingerprint,
            gate=_gate(connection, release.decision_id),
            disclosed=_disclosed(connection, dataset, whole_key, row),
            relations=relations,
            lineage=behind.lineage,
            feeds=tuple(
                deliveries_of(connection, settings, feed, row, release) for feed in behind.feeds
            ),
        )


def _release(history: list[Release], dataset: Dataset, version: str | None) -> Release:
    if not history:
        raise UntraceableKey(f"Nothing of {dataset.id} has been released.")
    if version is None:
        return history[-1]
    for release in history:
        if release.version == version:
            return release
    known = ", ".join(release.version for release in history[-_EXAMPLES:])
    raise UntraceableKey(f"{dataset.id} has no version {version!r} that stands. Newest: {known}.")


def _find(
    file: Path, dataset: Dataset, key: dict[str, str], column: str | None
) -> tuple[int, dict[str, str]]:
    """Number of the row in the CSV, the header being 1, and the row."""
    if not file.is_file():
        raise UntraceableKey(f"{file} is gone: run `busan-safety verify`.")
    header, rows = read_csv(file.read_bytes())
    for name in (*key, *([column] if column else [])):
        if name not in header:
            like = nearest(name, header)
            hint = f" Did you mean {like}?" if like else ""
            raise UntraceableKey(f"{dataset.id} has no column {name!r}.{hint}")
    places = {name: header.index(name) for name in key}
    found = [
        (number, row)
        for number, row in enumerate(rows, start=2)
        if all(row[place] == key[name] for name, place in places.items())
    ]
    if len(found) != 1:
        raise UntraceableKey(_not_one(dataset, key, header, rows, [row for _, row in found]))
    number, row = found[0]
    return number, dict(zip(header, row, strict=True))


def _not_one(
    dataset: Dataset,
    key: dict[str, str],
    header: list[str],
    rows: list[list[str]],
    found: list[list[str]],
) -> str:
    given = " ".join(f"{name}={value}" for name, value in key.items()) or "no key"
    if found:
        lacking = {
            name: sorted({row[header.index(name)] for row in found})
            for name in dataset.key
            if name not in key
        }
        say = "; ".join(
            f"{name}= {', '.join(values[:_EXAMPLES])}{' …' if len(values) > _EXAMPLES else ''}"
            for name, values in lacking.items()
            if len(values) > 1
        )
        return f"{given} is {len(found):,} rows of {dataset.id}. Say which: {say}."
    hints = []
    for name, value in key.items():
        known = sorted({row[header.index(name)] for row in rows})
        if value not in known:
            like = nearest(value, known)
            hints.append(f"{name}={like}" if like else f"{name}= {', '.join(known[:_EXAMPLES])} …")
    if not hints:
        hints = _nearest_rows(dataset, key, header, rows)
    return f"No row of {dataset.id} has {given}. Near: {'; '.join(hints)}."


def _nearest_rows(
    dataset: Dataset, key: dict[str, str], header: list[str], rows: list[list[str]]
) -> list[str]:
    """Each value exists, only not together: the rows that share most of them."""
    places = {name: header.index(name) for name in key}
    ranked = sorted(
        rows,
        key=lambda row: sum(row[place] == key[name] for name, place in places.items()),
        reverse=True,
    )
    return [
        " ".join(f"{name}={row[header.index(name)]}" for name in dataset.key)
        for row in ranked[:_EXAMPLES]
    ]


def _gate(connection: psycopg.Connection, decision_id: int) -> GateRecord | None:
    with connection.cursor(row_factory=dict_row) as cursor:
        known = cursor.execute(
            "select decision_id, decision, decided_by, decided_at, suite_hash, reasons"
            " from ops.gate_decision where decision_id = %s",
            [decision_id],
        ).fetchone()
    if known is None:
        return None
    reasons = known.pop("reasons")
    return GateRecord(
        **{**known, "decided_at": known["decided_at"].isoformat()},
        checks_not_held=tuple(reason["check"] for reason in reasons),
    )


def _disclosed(
    connection: psycopg.Connection, dataset: Dataset, key: dict[str, str], row: dict[str, str]
) -> DisclosedRow:
    table = f"disclosed.{dataset.id}"
    found = rows_as_text(connection, table, key)
    differs = [
        name
        for name, released in row.items()
        if found and name in found[0] and (found[0][name] or "") not in _as_released(released)
    ]
    return DisclosedRow(table, len(found), tuple(differs))


def _as_released(cell: str) -> tuple[str, str]:
    """The cell, and the cell without the guard that keeps spreadsheets from running it."""
    return cell, cell.removeprefix("'")
