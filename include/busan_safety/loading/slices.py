"""Slices: what a batch is current for, what it takes over, and what changed since when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import psycopg
from psycopg import sql

from busan_safety.loading.raw_tables import slice_expression
from busan_safety.sources import Source
from busan_safety.warehouse import connect


@dataclass(frozen=True)
class ChangedSlice:
    """A slice that a delivery, a correction or a withdrawal touched; no batch: taken out."""

    source_id: str
    slice_key: str
    current_batch_id: int | None
    changed_at: dt.datetime


def changed_slices(since: dt.datetime | int) -> list[ChangedSlice]:
    """Slices that changed after a moment, or after a batch was loaded: what is to be rebuilt.

    Raises LookupError when there is no such batch.
    """
    with connect("loader") as connection:
        moment = since if isinstance(since, dt.datetime) else _loaded_at(connection, since)
        rows = connection.execute(
            "select source_id, slice_key, current_batch_id, changed_at from ops.changed_slice"
            " where changed_at > %s order by source_id, slice_key",
            [moment],
        )
        return [ChangedSlice(*row) for row in rows]


def _loaded_at(connection: psycopg.Connection, batch_id: int) -> dt.datetime:
    row = connection.execute(
        "select coalesce((select max(current_from) from ops.batch_slice where batch_id = b.batch_id"
        "), b.received_at) from ops.batch b where b.batch_id = %s",
        [batch_id],
    ).fetchone()
    if row is None:
        raise LookupError(f"There is no batch {batch_id}.")
    moment: dt.datetime = row[0]
    return moment


def slice_keys(source: Source, batch_id: int, period: str | None) -> sql.Composable:
    """SQL that gives the batch's slice keys as `k`."""
    if source.slice.columns:
        return sql.SQL("select distinct {} as k from {} r where r._batch_id = {}").format(
            slice_expression(source, sql.Literal(period)),
            sql.Identifier("raw", source.id),
            sql.Literal(batch_id),
        )
    constant = "all" if source.slice.snapshot else (period or "all")
    return sql.SQL("select {} as k").format(sql.Literal(constant))


def current_holders(
    connection: psycopg.Connection,
    source: Source,
    batch_id: int,
    period: str | None,
    reference_date: dt.date | None,
) -> list[tuple[str, int]]:
    """(slice key, batch) of the batches that this one is about to supersede."""
    rows = connection.execute(
        sql.SQL(
            "select k.k, s.batch_id from ({keys}) k join ops.batch_slice s on s.slice_key = k.k"
            " and s.source_id = {source} and s.superseded_at is null"
            " join ops.batch b on b.batch_id = s.batch_id where {is_older}"
        ).format(
            keys=slice_keys(source, batch_id, period),
            source=sql.Literal(source.id),
            is_older=_is_older(source, batch_id, reference_date),
        )
    )
    return list(rows.fetchall())


def take_slices(
    connection: psycopg.Connection,
    source: Source,
    batch_id: int,
    period: str | None,
    reference_date: dt.date | None,
) -> None:
    """Make this batch the current one for its slices, all at one moment.

    A snapshot that is newer by its own reference date stays current, and so does a later batch
    when an older one is read anew. Slices that the batch holds already stay as they are.
    """
    keys = sql.SQL(
        "select k.k from ({}) k where not exists (select 1 from ops.batch_slice own"
        " where own.batch_id = {} and own.slice_key = k.k)"
    ).format(slice_keys(source, batch_id, period), sql.Literal(batch_id))
    # Not now(), which is when the transaction began: "as of" asks what was known, and until the
    # loading is over nothing of it was.
    moment = connection.execute("select clock_timestamp()").fetchone()
    known = {
        "batch": sql.Literal(batch_id),
        "keys": keys,
        "source": sql.Literal(source.id),
        "moment": sql.Literal(moment[0] if moment else None),
        "is_older": _is_older(source, batch_id, reference_date),
    }
    connection.execute(
        sql.SQL(
            "update ops.batch_slice s set superseded_at = {moment}, superseded_by = {batch}"
            " from ops.batch b, ({keys}) k where s.source_id = {source} and s.slice_key = k.k"
            " and s.superseded_at is null and b.batch_id = s.batch_id and {is_older}"
        ).format(**known)
    )
    connection.execute(
        sql.SQL(
            "insert into ops.batch_slice (batch_id, source_id, slice_key, current_from,"
            " superseded_at, superseded_by) select {batch}, {source}, k.k, {moment},"
            " case when s.batch_id is not null then {moment} end, s.batch_id"
            " from ({keys}) k left join ops.batch_slice s on s.source_id = {source}"
            " and s.slice_key = k.k and s.superseded_at is null"
        ).format(**known)
    )


def _is_older(source: Source, batch_id: int, reference_date: dt.date | None) -> sql.Composable:
    """SQL over `b`: whether the batch now current gives way to this one."""
    older = sql.SQL("b.batch_id < {}").format(sql.Literal(batch_id))
    if not source.slice.snapshot:
        return older
    return sql.SQL(
        "{} and (b.reference_date is null or {date}::date is null"
        " or b.reference_date <= {date}::date)"
    ).format(older, date=sql.Literal(reference_date))


def replaced_batches(connection: psycopg.Connection, batch_id: int) -> dict[int, int]:
    """Batches that this one superseded, at least in part, with the rows each had loaded."""
    rows = connection.execute(
        "select distinct b.batch_id, b.rows_loaded from ops.batch_slice s"
        " join ops.batch b using (batch_id) where s.superseded_by = %s and s.batch_id < %s"
        " order by 1",
        [batch_id, batch_id],
    )
    return {replaced: count for replaced, count in rows}
