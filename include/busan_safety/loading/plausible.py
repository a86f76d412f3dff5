"""Whether a delivery as a whole is plausible, and whether it is complete.

A delivery outside its declared number of rows is refused; one that differs too much from what it
replaces is refused until a person accepts it; one that lacks places, or whose period is not over,
is loaded and marked partial.
"""

from __future__ import annotations

import datetime as dt

import psycopg
from psycopg import sql

from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.loading.period import normal_period
from busan_safety.loading.raw_tables import slice_expression
from busan_safety.loading.slices import current_holders
from busan_safety.privacy.classes import last_day
from busan_safety.settings import SEOUL
from busan_safety.sources import Source
from busan_safety.sources.reference import CITY_CODE, districts, stations

_PLACES = {
    "districts": frozenset({"district", "district_in_address", "district_with_city"}),
    "stations": frozenset({"station"}),
}
_CODE_COLUMN = {"districts": "district_code", "stations": "station_code"}


def refuse_implausible_count(source: Source, received: int, name: str) -> None:
    """Raise DeliveryRefused when the delivery has too few or too many rows."""
    low, high = source.plausibility.rows
    if (low is None or received >= low) and (high is None or received <= high):
        return
    expected = (
        f"{low:,} to {high:,}"
        if low is not None and high is not None
        else (f"at least {low:,}" if low is not None else f"at most {high:,}")
    )
    raise DeliveryRefused(
        "implausible_rows",
        f"{name} has {received:,} rows where {source.id} has {expected}. Ask the sender; if it is "
        "right, correct `plausibility` in "
        f"include/busan_safety/sources/registry/{source.id}.yml.",
    )


def refuse_other_period(
    source: Source, period: str | None, newest: dt.date | None, name: str
) -> None:
    """Raise DeliveryRefused when every event is of before the period that the delivery is for."""
    if period is None or newest is None or source.slice.period is None:
        return
    if newest.isoformat()[: len(period)] >= period:
        return
    raise DeliveryRefused(
        "other_period",
        f"{name} is for {period} and its newest row is of {newest}: the name or --period says "
        "another period than the rows. Give the right --period, or ask the sender.",
    )


def refuse_implausible_change(
    connection: psycopg.Connection,
    source: Source,
    batch_id: int,
    period: str | None,
    reference_date: dt.date | None,
    name: str,
) -> None:
    """Raise DeliveryRefused when there are far fewer or more rows than in what is replaced.

    Rows are compared within the slices that both have.
    """
    low, high = source.plausibility.against_previous
    holders = current_holders(connection, source, batch_id, period, reference_date)
    if not holders or (low is None and high is None):
        return
    old, new = _rows_in(connection, source, batch_id, holders, period)
    if old == 0:
        return
    ratio = new / old
    if (low is None or ratio >= low) and (high is None or ratio <= high):
        return
    replaced = ", ".join(str(one) for one in sorted({holder for _, holder in holders})[:5])
    raise DeliveryRefused(
        "implausible_change",
        f"{name} has {new:,} rows where batch {replaced}, which it would replace, has {old:,} "
        f"({ratio:.2f} times; plausible is {low if low is not None else 'any'} to "
        f"{high if high is not None else 'any'}). Look at it; if it is right, take it with "
        "--accept.",
    )


def _rows_in(
    connection: psycopg.Connection,
    source: Source,
    batch_id: int,
    holders: list[tuple[str, int]],
    period: str | None,
) -> tuple[int, int]:
    """(rows of the current batches, rows of this batch) in the slices that are replaced."""
    key = (
        slice_expression(source, sql.Literal(period))
        if source.slice.columns
        else sql.Literal(holders[0][0])
    )
    row = connection.execute(
        sql.SQL(
            "select count(*) filter (where r._batch_id <> {batch}), count(*) filter"
            " (where r._batch_id = {batch}) from {table} r join (select unnest(%s::text[]) as k,"
            " unnest(%s::int[]) as holder) h on h.k = {key} and r._batch_id in (h.holder, {batch})"
            " where r._batch_id = any (%s)"
        ).format(batch=sql.Literal(batch_id), table=sql.Identifier("raw", source.id), key=key),
        [
            [one for one, _ in holders],
            [holder for _, holder in holders],
            [batch_id, *{holder for _, holder in holders}],
        ],
    ).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def partial_reason(
    connection: psycopg.Connection,
    source: Source,
    batch_id: int,
    scope_key: str,
    period: str | None,
    offered_period: str | None,
) -> str | None:
    """Why the delivery is only a part of what its period has, or None when it is whole."""
    reasons = [
        *_unfinished(period, offered_period, dt.datetime.now(SEOUL).date()),
        *_missing_places(connection, source, batch_id, scope_key, period),
    ]
    return "; ".join(reasons) or None


def _unfinished(period: str | None, offered: str | None, today: dt.date) -> list[str]:
    end = last_day(period)
    if period is None or end is None:
        return []
    unit = {4: "year", 7: "month"}.get(len(period), "day")
    if end >= today:
        return [f"the {unit} {period} was not over on {today}"]
    stated = offered and (normal_period(offered, "day") or normal_period(offered, "month"))
    reached = last_day(stated or None)
    if reached and reached < end:
        return [f"it goes to {reached}, before the end of the {unit}"]
    return []


def _missing_places(
    connection: psycopg.Connection,
    source: Source,
    batch_id: int,
    scope_key: str,
    period: str | None,
) -> list[str]:
    """Districts or stations that a slice of the batch lacks."""
    wanted = source.plausibility.places
    column = _place_column(source)
    if wanted is None or column is None or scope_key != CITY_CODE:
        return []
    others = [name for name in source.slice.columns if name != column]
    key = sql.SQL(", ").join(sql.SQL("r.{}::text").format(sql.Identifier(one)) for one in others)
    rows = connection.execute(
        sql.SQL(
            "select array[{key}]::text[], array_agg(distinct r.{column}) from {table} r"
            " where r._batch_id = {batch} group by 1 order by 1"
        ).format(
            key=key,
            column=sql.Identifier(column),
            table=sql.Identifier("raw", source.id),
            batch=sql.Literal(batch_id),
        )
    )
    reasons = []
    for values, found in rows:
        span = period or next((one for one in values if last_day(one)), None)
        expected = _expected(wanted, span)
        lacking = [name for code, name in expected.items() if code not in set(found)]
        if lacking:
            where = f" in {' '.join(values)}" if values else ""
            reasons.append(f"lacks {', '.join(lacking)}{where}")
    return reasons


def _place_column(source: Source) -> str | None:
    """The column of codes of the places that must be complete."""
    wanted = source.plausibility.places
    if wanted is None:
        return None
    for column in source.stored_columns:
        if column.derive and column.derive.with_ in _PLACES[wanted]:
            return column.name
    named = _CODE_COLUMN[wanted]
    return named if any(column.name == named for column in source.stored_columns) else None


def _expected(places: str, period: str | None) -> dict[str, str]:
    """Code → name of the places that there were in the period; now, where none is known."""
    if places == "districts":
        return {district.code: district.name_ko for district in districts().values()}
    end = last_day(period) or dt.datetime.now(SEOUL).date()
    begin = normal_period(f"{period}-01-01"[:10], "day") if period else None
    first = dt.date.fromisoformat(begin) if begin else end
    return {
        station.code: station.name_ko
        for station in stations().values()
        if (station.valid_from is None or station.valid_from <= end)
        and (station.valid_to is None or station.valid_to >= first)
    }
