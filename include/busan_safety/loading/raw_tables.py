"""Raw tables and their current views, made from the registry."""

from __future__ import annotations

import psycopg
from psycopg import sql

from busan_safety.sources import Source, all_sources
from busan_safety.sources.points import POINT_COLUMNS
from busan_safety.warehouse import connect


def create_raw_tables() -> None:
    """Create each source's raw table, its view of current rows and its "as of" function.

    Idempotent; adds columns that are new. A column whose type in the registry differs from the
    table's is left alone: that is a change of contract and needs a migration.
    """
    with connect("loader") as connection:
        connection.execute("select pg_advisory_xact_lock(20240402)")
        for source in all_sources().values():
            create_raw_table(connection, source)


def ensure_raw_table(connection: psycopg.Connection, source: Source) -> None:
    """Create what a source needs when its file came into the registry after the last start.

    Commits what it creates, so that a delivery that is refused does not take the table away again.
    """
    if not has_raw_table(connection, source):
        connection.execute("select pg_advisory_xact_lock(20240402)")
        create_raw_table(connection, source)
        connection.commit()


def has_raw_table(connection: psycopg.Connection, source: Source) -> bool:
    """Whether the source's table and view are there."""
    row = connection.execute(
        "select to_regclass(%s) is not null", [f"raw.current_{source.id}"]
    ).fetchone()
    return row is not None and row[0]


def create_raw_table(connection: psycopg.Connection, source: Source) -> None:
    """Create what one source needs in schema raw; adds columns that are new."""
    _create_table(connection, source)
    _create_view(connection, source)
    _create_as_of(connection, source)


def slice_expression(source: Source, period: sql.Composable | None = None) -> sql.Composable:
    """SQL over alias `r` for the slice a raw row belongs to.

    period: SQL for the delivery's period, for sources whose slices have one beside columns. By
    default it is taken from the slice `s` that the row is compared with, and a source without
    slice columns has that slice itself.
    """
    if not source.slice.columns:
        return sql.SQL("s.slice_key")
    parts: list[sql.Composable] = [
        sql.SQL("r.{}::text").format(sql.Identifier(name)) for name in source.slice.columns
    ]
    if source.slice.period:
        parts.insert(0, period or sql.SQL("split_part(s.slice_key, '|', 1)"))
    return sql.SQL(" || '|' || ").join(parts)


def _create_table(connection: psycopg.Connection, source: Source) -> None:
    table = sql.Identifier("raw", source.id)
    found = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL("text"))
        for name in _point_columns(source)
    ]
    columns = [
        *found,
        *(
            sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.type))
            for column in source.stored_columns
        ),
    ]
    own = [
        sql.SQL("_batch_id integer not null"),
        sql.SQL("_line bigint not null"),
        sql.SQL("_flags text[]"),
    ]
    connection.execute(
        sql.SQL("create table if not exists {} ({})").format(
            table, sql.SQL(", ").join([*own, *columns])
        )
    )
    for column in columns:
        connection.execute(
            sql.SQL("alter table {} add column if not exists {}").format(table, column)
        )
    # Rows of a batch lie together: a block-range index finds them at almost no cost.
    connection.execute(
        sql.SQL(
            "create index if not exists {} on {} using brin (_batch_id) with (pages_per_range=16)"
        ).format(sql.Identifier(f"{source.id}_batch"), table)
    )
    comment = f"{source.title.ko} / {source.title.en}. {source.grain} Typed rows as sent."
    connection.execute(sql.SQL("comment on table {} is {}").format(table, sql.Literal(comment)))
    for name in _point_columns(source):
        said = POINT_COLUMNS[name]
        connection.execute(
            sql.SQL("comment on column {}.{} is {}").format(
                table, sql.Identifier(name), sql.Literal(f"{said.ko} / {said.en}")
            )
        )
    for column_model in source.stored_columns:
        description = column_model.description
        unit = f" [{column_model.unit}]" if column_model.unit else ""
        connection.execute(
            sql.SQL("comment on column {}.{} is {}").format(
                table,
                sql.Identifier(column_model.name),
                sql.Literal(f"{description.ko} / {description.en}{unit}"),
            )
        )


def _create_view(connection: psycopg.Connection, source: Source) -> None:
    view = sql.Identifier("raw", f"current_{source.id}")
    wanted = _view_columns(source)
    if _columns_of(connection, f"current_{source.id}") not in ([], wanted):
        connection.execute(sql.SQL("drop view {} cascade").format(view))
    connection.execute(
        sql.SQL(
            "create or replace view {} as select {} from {} r join ops.batch_slice s"
            " on s.batch_id = r._batch_id and s.source_id = {} and s.superseded_at is null"
            " and s.slice_key = {}"
        ).format(
            view,
            sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(name)) for name in wanted),
            sql.Identifier("raw", source.id),
            sql.Literal(source.id),
            slice_expression(source),
        )
    )


def _create_as_of(connection: psycopg.Connection, source: Source) -> None:
    """`raw.<source>_as_of(moment)`: the rows that were current at that moment.

    Where a batch was taken out by hand and the one before it put back, the batch that became
    current last is the one that was known.
    """
    function = sql.Identifier("raw", f"{source.id}_as_of")
    body = sql.SQL(
        "with known as (select distinct on (slice_key) batch_id, slice_key from ops.batch_slice"
        " where source_id = {source} and current_from <= moment"
        " and (superseded_at is null or superseded_at > moment)"
        " order by slice_key, current_from desc)"
        " select {columns} from {table} r join known s on s.batch_id = r._batch_id"
        " and s.slice_key = {key}"
    ).format(
        source=sql.Literal(source.id),
        columns=sql.SQL(", ").join(
            sql.SQL("r.{}").format(sql.Identifier(name)) for name in _view_columns(source)
        ),
        table=sql.Identifier("raw", source.id),
        key=slice_expression(source),
    )
    connection.execute(
        sql.SQL(
            "create or replace function {}(moment timestamptz) returns setof {}"
            " language sql stable as {}"
        ).format(
            function,
            sql.Identifier("raw", f"current_{source.id}"),
            sql.Literal(body.as_string(connection)),
        )
    )
    for statement in (
        "revoke execute on function {}(timestamptz) from public",
        "grant execute on function {}(timestamptz) to transformer",
        "comment on function {}(timestamptz) is 'What was known at that moment. 시점 조회.'",
    ):
        connection.execute(sql.SQL(statement).format(function))


def _view_columns(source: Source) -> list[str]:
    own = ["_batch_id", "_line", "_flags", *_point_columns(source)]
    return [*own, *(column.name for column in source.stored_columns)]


def _point_columns(source: Source) -> list[str]:
    return list(POINT_COLUMNS) if source.points else []


def _columns_of(connection: psycopg.Connection, relation: str) -> list[str]:
    rows = connection.execute(
        "select column_name from information_schema.columns"
        " where table_schema = 'raw' and table_name = %s order by ordinal_position",
        [relation],
    )
    return [row[0] for row in rows]
