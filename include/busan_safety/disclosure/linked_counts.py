"""Counts of one fact, protected together: parts are rounded, or cells of all its tables hidden."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
import psycopg
from psycopg import sql

from busan_safety.disclosure.declared import COUNT, Fact, LinkedDataset
from busan_safety.disclosure.ledger import Printed, read_printed
from busan_safety.disclosure.linked import LinkedTables, link
from busan_safety.disclosure.policy import Dataset
from busan_safety.disclosure.suppression import CannotProtect, Pattern, suppress
from busan_safety.disclosure.suppression.model import Bools

log = logging.getLogger(__name__)

_PART = "part_number"
# Below every share: a fact that was ever rounded is rounded again.
_ALWAYS = -1.0


@dataclass(frozen=True)
class ProtectedFact:
    """One fact of a dataset, its cells and what was decided about each.

    threshold: counts from 1 to threshold - 1 must not be published. before: what earlier
    releases printed. hidden: not published, one entry per cell. pattern: None where nothing
    protects the fact any more, because of what was published before; its gate stays closed.
    """

    declared: LinkedDataset
    fact: Fact
    threshold: int
    linked: LinkedTables
    before: Printed
    hidden: Bools
    pattern: Pattern | None

    @property
    def dataset(self) -> Dataset:
        """Dataset that prints the counts."""
        return self.declared.dataset

    @property
    def method(self) -> str:
        """How the counts were protected: nothing, elimination, optimum, rounding or impossible."""
        return self.pattern.method if self.pattern else "impossible"

    @property
    def shares_rows(self) -> bool:
        """Some rows print two counts: hidden for one of them, they are empty in both."""
        return _shares_rows(self.fact)

    @property
    def is_rounded(self) -> bool:
        """Printed counts are sums of rounded parts."""
        return self.pattern is not None and self.pattern.rounded is not None


def make_parts(connection: psycopg.Connection, linked: LinkedDataset) -> None:
    """Make the temporary tables of a dataset's parts, which last until the transaction ends."""
    for fact in linked.facts:
        name = sql.Identifier(fact.temporary_table)
        connection.execute(
            sql.SQL("create temporary table {} on commit drop as ").format(name)
            + sql.SQL("select row_number() over () as {}, parts.* from (").format(
                sql.Identifier(_PART)
            )
            + sql.SQL(fact.parts_sql().decode())  # our own file
            + sql.SQL(") as parts")
        )
        connection.execute(sql.SQL("analyze {}").format(name))


def protect_fact(
    connection: psycopg.Connection,
    declared: LinkedDataset,
    fact: Fact,
    *,
    threshold: int,
    round_above: float,
) -> ProtectedFact:
    """Decide what of a fact may be published; where it is rounded, round the parts in place.

    The temporary table of the parts (`make_parts`) must exist. round_above: share of inner cells
    from which small counts are rounded rather than left blank; whatever was rounded in an earlier
    release stays rounded, because exact sums beside rounded parts tell more than either.
    """
    parts = read_parts(connection, fact)
    tables = {table.name: list(table.by.values()) for table in fact.count_tables}
    linked = link(parts, count=COUNT, tables=tables)
    before = read_printed(connection, declared.dataset, fact)
    pattern, hidden = _pattern(fact, linked, before, threshold, round_above)
    if pattern is not None and pattern.rounded_parts is not None:
        _store_rounded(connection, fact, parts[_PART].to_numpy(), pattern.rounded_parts)
    protected = ProtectedFact(declared, fact, threshold, linked, before, hidden, pattern)
    log.info(
        "%s: %d cells, %d hidden, by %s",
        *(fact.parts, len(linked.values), int(hidden.sum()), protected.method),
    )
    return protected


def read_parts(connection: psycopg.Connection, fact: Fact) -> pd.DataFrame:
    """Read the parts of a fact in the order of their number: levels as text, empty as missing."""
    table = sql.Identifier(fact.temporary_table)
    cursor = connection.execute(
        sql.SQL("select * from {} order by {}").format(table, sql.Identifier(_PART))
    )
    names = [column.name for column in cursor.description or []]
    frame = pd.DataFrame(cursor.fetchall(), columns=names)
    levels = frame.columns.drop([COUNT, _PART])
    text = frame[levels].astype(object).map(str, na_action="ignore")
    return pd.concat([frame[[_PART, COUNT]].astype("int64"), text], axis=1)


def _shares_rows(fact: Fact) -> bool:
    return len({table.count for table in fact.count_tables}) > 1


def _pattern(
    fact: Fact, linked: LinkedTables, before: Printed, threshold: int, round_above: float
) -> tuple[Pattern | None, Bools]:
    if before.was_rounded:
        pattern = suppress(linked, thresholds=threshold, round_above=_ALWAYS)
        return pattern, pattern.hidden
    same, hidden = before.same(linked), before.hidden(linked)
    # What was hidden for the other count of its row stays hidden, but is no secret of its own.
    secret = np.zeros_like(hidden) if _shares_rows(fact) else hidden
    try:
        pattern = suppress(
            linked,
            thresholds=threshold,
            fixed_published=same,
            fixed_hidden=secret,
            least=1,
            round_above=round_above,
        )
    except CannotProtect as error:
        log.warning("%s: nothing of it can be published but what already was", error)
        return None, ~same & (linked.values > 0)
    return pattern, pattern.hidden | (hidden & ~secret)


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
        ).format(sql.Identifier(fact.temporary_table), sql.Identifier(COUNT), sql.Identifier(_PART))
    )
