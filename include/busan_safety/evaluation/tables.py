"""Tables that the platform itself writes, documented in the database to the last column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString, NamedTuple

import psycopg
from psycopg import sql


class Column(NamedTuple):
    """Name, SQL type and the comment that the database itself will show."""

    name: str
    sql_type: LiteralString
    ko: str
    en: str


def create_table(
    connection: psycopg.Connection,
    table: str,
    columns: Sequence[Column],
    *,
    key: Sequence[str],
    comment: str,
) -> None:
    """Create `schema.table` or the columns it lacks; put comments on it and on every column.

    The columns of `key` become the primary key. A column that comes later to a table with rows
    is nullable or has a default. The caller commits.
    """
    path = table.split(".")
    parts: list[sql.Composable] = [
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.sql_type))
        for column in columns
    ]
    parts.append(sql.SQL("primary key ({})").format(sql.SQL(", ").join(map(sql.Identifier, key))))
    connection.execute(
        sql.SQL("create table if not exists {} ({})").format(
            sql.Identifier(*path), sql.SQL(", ").join(parts)
        )
    )
    for column in columns:
        connection.execute(
            sql.SQL("alter table {} add column if not exists {} {}").format(
                sql.Identifier(*path), sql.Identifier(column.name), sql.SQL(column.sql_type)
            )
        )
    connection.execute(
        sql.SQL("comment on table {} is {}").format(sql.Identifier(*path), sql.Literal(comment))
    )
    for column in columns:
        connection.execute(
            sql.SQL("comment on column {} is {}").format(
                sql.Identifier(*path, column.name), sql.Literal(f"{column.en}. {column.ko}.")
            )
        )
