"""Rows of a disclosed table that are cells of a fact: hide them, mark them, read them back."""

from __future__ import annotations

import pandas as pd
import psycopg
from psycopg import sql

from busan_safety.disclosure.declared import CountTable
from busan_safety.disclosure.linked_counts import ProtectedFact


def hide_cells(connection: psycopg.Connection, protected: ProtectedFact) -> None:
    """Empty the rows of hidden cells, with all that goes with a count, and mark them."""
    hidden = protected.linked.cells[protected.hidden]
    if hidden.empty:
        return
    connection.execute(
        "create temporary table if not exists hidden_cells (count_table text, key text[])"
        " on commit drop"
    )
    connection.execute("truncate hidden_cells")
    with connection.cursor().copy("copy hidden_cells from stdin") as copy:
        for name, key in hidden[["table", "key"]].itertuples(index=False):
            copy.write_row((name, list(key)))
    connection.execute("analyze hidden_cells")
    by_name = {table.name: table for table in protected.fact.count_tables}
    emptied = sql.SQL(", ").join(
        sql.SQL("{} = null").format(sql.Identifier(name)) for name in protected.declared.numbers
    )
    for name in hidden["table"].unique():
        table = by_name[name]
        connection.execute(
            sql.SQL(
                "update {} as disclosed_rows set {}, value_status = 'suppressed'"
                " from hidden_cells where hidden_cells.count_table = {}"
                " and hidden_cells.key = {} and disclosed_rows.{} is not null and {}"
            ).format(
                sql.Identifier("disclosed", protected.dataset),
                emptied,
                sql.Literal(name),
                _key(table),
                sql.Identifier(table.count),
                table.belongs(),
            )
        )


def mark_rounded(connection: psycopg.Connection, protected: ProtectedFact) -> None:
    """Say of every printed count of a rounded fact, exact or not, that the table is rounded."""
    if not protected.is_rounded:
        return
    for table in protected.fact.count_tables:
        connection.execute(
            sql.SQL(
                "update {} as disclosed_rows set value_status = 'rounded' where {} is not null"
                " and {}"
            ).format(
                sql.Identifier("disclosed", protected.dataset),
                sql.Identifier(table.count),
                table.belongs(),
            )
        )


def printed_rows(connection: psycopg.Connection, protected: ProtectedFact) -> pd.DataFrame:
    """Read what the disclosed table says of each cell of the fact, in the order of the cells.

    Columns: value (empty where none is printed) and status (empty where there is no such row).
    """
    frames = [_rows(connection, protected, table) for table in protected.fact.count_tables]
    cells = protected.linked.cells[["table", "key"]]
    return cells.merge(pd.concat(frames), on=["table", "key"], how="left")[["value", "status"]]


def _rows(
    connection: psycopg.Connection, protected: ProtectedFact, table: CountTable
) -> pd.DataFrame:
    rows = connection.execute(
        sql.SQL("select {}, {}, value_status from {} as disclosed_rows where {}").format(
            _key(table),
            sql.Identifier(table.count),
            sql.Identifier("disclosed", protected.dataset),
            table.belongs(),
        )
    ).fetchall()
    frame = pd.DataFrame(rows, columns=["key", "value", "status"], dtype=object)
    frame["key"] = frame["key"].map(tuple)
    return frame.assign(table=table.name, value=frame["value"].astype(float))


def _key(table: CountTable) -> sql.Composed:
    return sql.SQL("array[{}]::text[]").format(
        sql.SQL(", ").join(
            sql.SQL("disclosed_rows.{}::text").format(sql.Identifier(name)) for name in table.by
        )
    )
