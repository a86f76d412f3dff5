"""What nobody knew: headers and spellings of places, offices and classes, with a suggestion.

Every outcome is recorded in one table, `ops.drift`, and listed by `busan-safety sources
--unmapped`. Headers and spellings only: a text that looks like a personal identifier, or that
stands in a column whose values are not to be seen, is recorded without the text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import psycopg

from busan_safety.connectors.derive import code_of, like_known
from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.nearest import nearest
from busan_safety.loading.stream import StreamCounts
from busan_safety.privacy import kinds_in
from busan_safety.sources import Source, UnknownSource, get_source
from busan_safety.sources.model import squash
from busan_safety.sources.reference import seed_of_spellings
from busan_safety.warehouse import connect

Outcome = Literal["left_out", "quarantined", "kept_empty", "refused"]
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Unmapped:
    """A header or spelling that the platform does not know, and what to do about it.

    name: as sent, empty where it may not be shown. rows: of the latest delivery that had any.
    suggestion: `like '부산진구'`, or what the cells look like. outcome: what happened to its rows
    or cells. is_known_now: it was added since; `busan-safety reload <source>` brings the rows in.
    """

    source_id: str
    scope_key: str
    kind: Literal["column", "code"]
    column: str
    name: str
    outcome: Outcome
    rows: int
    suggestion: str | None
    batch_id: int
    first_seen: dt.datetime
    last_seen: dt.datetime
    is_known_now: bool = False
    sentence: str = ""


@dataclass(frozen=True)
class _Seen:
    kind: Literal["column", "code"]
    column: str
    name: str
    outcome: Outcome
    rows: int
    suggestion: str | None


def unmapped() -> list[Unmapped]:
    """Everything that was not known in some delivery's latest form, the most rows first."""
    with connect("loader") as connection:
        rows = connection.execute(
            "select source_id, scope_key, kind, column_name, name, outcome, row_count, suggestion,"
            " batch_id, first_seen_at, last_seen_at from ops.drift"
            " order by row_count desc, source_id, scope_key, kind, column_name, name"
        ).fetchall()
    found = []
    for row in rows:
        try:
            source = get_source(row[0])
        except UnknownSource:
            continue
        one = Unmapped(*row)
        one = replace(one, is_known_now=_is_known(source, one))
        found.append(replace(one, sentence=_sentence(source, one)))
    return found


def write_drift(
    connection: psycopg.Connection,
    source: Source,
    scope_key: str,
    batch_id: int,
    counts: StreamCounts,
    outside_domain: dict[tuple[str, str], int],
) -> None:
    """Record what one loaded delivery had that nobody knew."""
    outcome: Outcome = "kept_empty" if source.contract.codes == "evolve" else "quarantined"
    seen = [
        _Seen("column", "", header, "left_out", counts.read, like)
        for header, like in counts.undeclared.items()
    ]
    seen += _codes(source, counts.unmapped, outcome)
    for (name, value), rows in outside_domain.items():
        column = source.column(name)
        like = nearest(value, column.domain or [])
        shown = value if column.privacy == "public" or like else ""
        seen.append(_Seen("code", name, shown, "quarantined", rows, _as_hint(like)))
    _write(connection, source, scope_key, batch_id, seen)
    # What the batch had when it was read before, and is known now.
    connection.execute(
        "delete from ops.drift where batch_id = %s and last_seen_at < now()", [batch_id]
    )


def write_refused_drift(
    connection: psycopg.Connection,
    source: Source,
    scope_key: str,
    batch_id: int,
    refusal: DeliveryRefused,
) -> None:
    """Record the headers for which a delivery was refused, and the codes under a freeze."""
    seen = [
        _Seen("column", "", header, "refused", 0, _as_hint(like))
        for header, like in refusal.headers.items()
    ]
    seen += _codes(source, getattr(refusal, "unmapped", {}), "refused")
    _write(connection, source, scope_key, batch_id, seen)


class CodesRefused(DeliveryRefused):
    """A delivery refused for its unknown codes; `unmapped` as in `StreamCounts`."""

    def __init__(self, sentence: str, unmapped: dict[tuple[str, str], int]) -> None:
        super().__init__("unmapped_code", sentence)
        self.unmapped = unmapped


def _codes(
    source: Source, unmapped: dict[tuple[str, str], int], outcome: Outcome
) -> Iterator[_Seen]:
    for (column, spelling), rows in unmapped.items():
        derive = source.column(column).derive
        # Several inputs are shown together; the first that is like something is the hint.
        parts = spelling.split(" / ") if spelling and derive else []
        like = next(
            (one for part in parts if derive and (one := like_known(derive.with_, part))), None
        )
        yield _Seen("code", column, spelling, outcome, rows, _as_hint(like))


def _as_hint(like: str | None) -> str | None:
    return like and f"like {like!r}"


def _write(
    connection: psycopg.Connection,
    source: Source,
    scope_key: str,
    batch_id: int,
    seen: list[_Seen],
) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.drift (source_id, scope_key, kind, column_name, name, outcome,"
            " row_count, suggestion, batch_id) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (source_id, scope_key, kind, column_name, name) do update set"
            " outcome = excluded.outcome, row_count = excluded.row_count,"
            " suggestion = excluded.suggestion, batch_id = excluded.batch_id,"
            " last_seen_at = now()",
            [
                [
                    *(source.id, scope_key, one.kind, one.column, _shown(one.name), one.outcome),
                    *(one.rows, one.suggestion, batch_id),
                ]
                for one in seen
            ],
        )


def _shown(name: str) -> str:
    return "" if kinds_in(name) else name[:_LONGEST_NAME]


def _is_known(source: Source, one: Unmapped) -> bool:
    if one.kind == "column":
        ignored = {squash(header) for header in source.ignored_headers}
        return squash(one.name) in source.header_map or squash(one.name) in ignored
    column = {known.name: known for known in source.columns}.get(one.column)
    if column is None:
        return True
    if not one.name:
        return False
    if column.derive is None:
        return column.domain is None or one.name in column.domain
    # Several inputs are shown together; the first that is known gives the code.
    return any(
        code_of(column, part, assume_city=_assumes_city(source)) is not None
        for part in one.name.split(" / ")
    )


def _assumes_city(source: Source) -> bool:
    return any(form.assume_city for form in source.forms)


def _is_namesake(source: Source, one: Unmapped) -> bool:
    """Whether the spelling is known, and only not said to be Busan's."""
    column = source.column(one.column)
    return not _assumes_city(source) and isinstance(
        code_of(column, one.name, assume_city=True), str
    )


def _sentence(source: Source, one: Unmapped) -> str:
    """What happened, and what a person should do."""
    registry = f"include/busan_safety/sources/registry/{source.id}.yml"
    name = repr(one.name) if one.name else f"a text that is not shown ({_where(source, one)})"
    what = f"column {name}" if one.kind == "column" else f"{name} as {one.column}"
    happened = {
        "left_out": "was left out",
        "quarantined": f"stopped {one.rows:,} rows",
        "kept_empty": f"left the code of {one.rows:,} rows empty",
        "refused": "refused the delivery",
    }[one.outcome]
    if one.is_known_now:
        remedy = f"It is known now: run `busan-safety reload {source.id}`."
    elif one.kind == "column":
        remedy = f"Add it to {registry}, to a column or to `ignored_headers`."
    elif (derive := source.column(one.column).derive) is None:
        remedy = f"If it is right, add it to the domain in {registry}."
    elif _is_namesake(source, one):
        remedy = (
            "Other cities have districts of that name: if the feed is Busan's alone, set "
            f"`assume_city: true` in its form in {registry}, then reload it."
        )
    else:
        seed = seed_of_spellings(derive.with_)
        remedy = f"If it is right, add it to dbt_project/seeds/{seed}.csv."
    like = f" ({one.suggestion})" if one.suggestion else ""
    return f"{source.id} of {one.scope_key}: {what}{like} {happened}. {remedy}"


def _where(source: Source, one: Unmapped) -> str:
    """Where a person with the right to may look at what the list does not show."""
    if one.outcome == "kept_empty":
        return f"see raw.{source.id} where _batch_id = {one.batch_id} and its flag unmapped_code"
    return f"see quarantine.rejected_row where batch_id = {one.batch_id}"
