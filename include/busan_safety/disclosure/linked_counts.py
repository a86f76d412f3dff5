"""Counts of one fact, protected together: parts are rounded, or cells of all its tables hidden."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import psycopg
from psycopg import sql

from busan_safety.disclosure.attack import AttackRefused, attack
from busan_safety.disclosure.declared import COUNT, CountTable, Fact, LinkedDataset
from busan_safety.disclosure.linked import LinkedTables, link
from busan_safety.disclosure.policy import Dataset
from busan_safety.disclosure.suppression import Pattern, suppress

log = logging.getLogger(__name__)

PART = "part_number"


class AttackSucceeded(ValueError):
    """The attack computed hidden counts; nothing is disclosed. The message holds none of them."""


@dataclass(frozen=True)
class ProtectedFact:
    """One fact of a dataset, its cells and what was decided about each.

    threshold: counts from 1 to threshold - 1 must not be published.
    """

    dataset: Dataset
    fact: Fact
    threshold: int
    linked: LinkedTables
    pattern: Pattern

    @property
    def method(self) -> str:
        """How the counts were protected: nothing, elimination, optimum or rounding."""
        return self.pattern.method


def make_parts(connection: psycopg.Connection, linked: LinkedDataset) -> None:
    """Make the temporary tables of a dataset's parts, which last until the transaction ends."""
    for fact in linked.facts:
        name = sql.Identifier(fact.temporary_table)
        connection.execute(
            sql.SQL("create temporary table {} on commit drop as ").format(name)
            + sql.SQL("select row_number() over () as {}, parts.* from (").format(
                sql.Identifier(PART)
            )
            + sql.SQL(fact.parts_sql().decode())  # our own file
            + sql.SQL(") as parts")
        )
        connection.execute(sql.SQL("analyze {}").format(name))


def protect_fact(
    connection: psycopg.Connection,
    dataset: Dataset,
    fact: Fact,
    *,
    threshold: int,
    round_above: float,
) -> ProtectedFact:
    """Decide what of a fact may be published; where it is rounded, round the parts in place.

    The temporary table of the parts (`make_parts`) must exist. round_above: share of inner cells
    from which small counts are rounded rather than left blank. Raises CannotProtect.
    """
    parts = read_parts(connection, fact)
    tables = {table.name: list(table.by.values()) for table in fact.count_tables}
    linked = link(parts, count=COUNT, tables=tables)
    pattern = suppress(linked, thresholds=threshold, round_above=round_above)
    if pattern.rounded_parts is not None:
        _store_rounded(connection, fact, parts[PART].to_numpy(), pattern.rounded_parts)
    log.info(
        "%s: %d cells, %d hidden (%d of them small), by %s",
        fact.parts,
        len(linked.values),
        int(pattern.hidden.sum()),
        int((pattern.reason == "primary").sum()),
        pattern.method,
    )
    return ProtectedFact(dataset, fact, threshold, linked, pattern)


def read_parts(connection: psycopg.Connection, fact: Fact) -> pd.DataFrame:
    """Read the parts of a fact in the order of their number: levels as text, empty as missing."""
    table = sql.Identifier(fact.temporary_table)
    cursor = connection.execute(sql.SQL("select * from {} order by {}").format(table, _PART))
    names = [column.name for column in cursor.description or []]
    frame = pd.DataFrame(cursor.fetchall(), columns=names)
    levels = frame.columns.drop([COUNT, PART])
    text = frame[levels].astype(object).map(str, na_action="ignore")
    return pd.concat([frame[[PART, COUNT]].astype("int64"), text], axis=1)


def hide_cells(connection: psycopg.Connection, protected: ProtectedFact) -> None:
    """Empty the hidden cells of a disclosed table and mark them as suppressed."""
    hidden = protected.linked.cells[protected.pattern.hidden]
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
    for name in hidden["table"].unique():
        connection.execute(_hide(protected.dataset, by_name[name]), {"name": name})


def mark_rounded(connection: psycopg.Connection, protected: ProtectedFact) -> None:
    """Say of every printed count of a rounded fact, exact or not, that the table is rounded."""
    if protected.pattern.rounded is None:
        return
    for table in protected.fact.count_tables:
        connection.execute(
            sql.SQL(
                "update {} as disclosed_rows set value_status = 'rounded'"
                " where value_status in ('observed', 'provisional', 'revised') and {}"
            ).format(sql.Identifier("disclosed", protected.dataset), _belongs(table))
        )


def attack_fact(connection: psycopg.Connection, protected: ProtectedFact) -> None:
    """Attack what the disclosed table really shows; raise AttackSucceeded if a count is found.

    Rounded counts are made from rounded parts, of which nothing more can be computed: there the
    test is that no small count is printed and every printed one is that sum.
    """
    printed = _printed(connection, protected)
    linked, threshold = protected.linked, protected.threshold
    small = printed.notna() & printed.between(1, threshold - 1)
    if small.any():
        raise AttackSucceeded(f"{protected.fact.parts}: {int(small.sum())} small counts printed.")
    if protected.pattern.rounded is not None:
        wrong = printed.fillna(-1).to_numpy() != protected.pattern.rounded
        if wrong.any():
            raise AttackSucceeded(f"{protected.fact.parts}: {int(wrong.sum())} cells not rounded.")
        return
    hidden = printed.isna().to_numpy()
    try:
        report = attack(linked, hidden, width=threshold - 1)
    except AttackRefused as error:
        raise AttackSucceeded(f"{protected.fact.parts}: {error}") from error
    log.info("%s, attack: %s", protected.fact.parts, report.public_summary())
    if report.succeeded:
        raise AttackSucceeded(f"{protected.fact.parts}: {report.public_summary()}")


def _printed(connection: psycopg.Connection, protected: ProtectedFact) -> pd.Series:
    """Counts as printed, in the order of the linked cells; empty where hidden."""
    shown: dict[tuple[str, tuple[str, ...]], int | None] = {}
    for table in protected.fact.count_tables:
        columns = sql.SQL(", ").join(
            [sql.SQL("{}::text").format(sql.Identifier(name)) for name in table.by]
            + [sql.Identifier(COUNT)]
        )
        rows = connection.execute(
            sql.SQL("select {} from {} as disclosed_rows where {}").format(
                columns, sql.Identifier("disclosed", protected.dataset), _belongs(table)
            )
        )
        shown |= {(table.name, row[:-1]): row[-1] for row in rows}
    cells = protected.linked.cells
    keys = zip(cells["table"], cells["key"], strict=True)
    return pd.Series([shown[key] for key in keys], dtype="Int64")


def _store_rounded(
    connection: psycopg.Connection,
    fact: Fact,
    numbers: np.ndarray,
    counts: np.ndarray,
) -> None:
    connection.execute(
        "create temporary table if not exists rounded_parts (part_number bigint, counted bigint)"
        " on commit drop"
    )
    connection.execute("truncate rounded_parts")
    with connection.cursor().copy("copy rounded_parts from stdin") as copy:
        for row in zip(numbers.tolist(), counts.tolist(), strict=True):
            copy.write_row(row)
    connection.execute(
        sql.SQL(
            "update {} as parts set {} = rounded_parts.counted from rounded_parts"
            " where parts.{} = rounded_parts.part_number"
        ).format(sql.Identifier(fact.temporary_table), sql.Identifier(COUNT), _PART)
    )


def _hide(dataset: Dataset, table: CountTable) -> sql.Composed:
    key = sql.SQL("array[{}]::text[]").format(
        sql.SQL(", ").join(
            sql.SQL("disclosed_rows.{}::text").format(sql.Identifier(name)) for name in table.by
        )
    )
    return sql.SQL(
        "update {} as disclosed_rows set {} = null, value_status = 'suppressed' from hidden_cells"
        " where hidden_cells.count_table = %(name)s and hidden_cells.key = {} and {}"
    ).format(sql.Identifier("disclosed", dataset), sql.Identifier(COUNT), key, _belongs(table))


def _belongs(table: CountTable) -> sql.Composed:
    return sql.SQL(" and ").join([sql.SQL("true"), *_conditions(table)])


def _conditions(table: CountTable) -> Iterator[sql.Composed]:
    for operator, wanted in (("=", table.rows), ("<>", table.unlike)):
        for column, value in wanted.items():
            yield sql.SQL("disclosed_rows.{}::text " + operator + " {}").format(
                sql.Identifier(column), sql.Literal(value)
            )


_PART = sql.Identifier(PART)
