"""What earlier releases printed of a fact: the release writes it, protection and attack read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from busan_safety.disclosure.declared import CountTable, Fact
from busan_safety.disclosure.linked import LinkedTables
from busan_safety.disclosure.policy import Dataset
from busan_safety.disclosure.suppression.model import Bools

# Every version with all that it printed: an entry holds until a later one of the same row.
_ENTRIES = """
    with entries as (
        select * from ops.published_count
        where
            dataset = %(dataset)s and count_column = %(count)s
            and row_key @> %(rows)s and {unlike}
    ),
    versions as (
        select version, max(published_count_id) as last_id
        from ops.published_count
        where dataset = %(dataset)s
        group by version
    )
    select distinct on (versions.last_id, entries.row_key)
        to_char(versions.last_id, 'FM000000000000') || ' ' || versions.version as version,
        {key} as key,
        entries.event_count,
        entries.value_status
    from versions
    inner join entries on entries.published_count_id <= versions.last_id
    order by versions.last_id, entries.row_key, entries.published_count_id desc
"""


@dataclass(frozen=True)
class Printed:
    """Earlier releases of one fact.

    entries: one row per release and cell: version (sorts by time), table, key, value (empty: it
    was hidden). was_rounded: some release printed rounded counts of the fact.
    """

    entries: pd.DataFrame
    was_rounded: bool

    def same(self, linked: LinkedTables) -> Bools:
        """Mark cells that a release printed with the value that they have today."""
        numbers, values = self._placed(linked)
        same = np.zeros(len(linked.values), dtype=bool)
        same[numbers[linked.values[numbers] == values]] = True
        return same

    def hidden(self, linked: LinkedTables) -> Bools:
        """Mark cells that a release hid and none printed with today's value; zeros never."""
        numbers, values = self._placed(linked)
        hidden = np.zeros(len(linked.values), dtype=bool)
        hidden[numbers[np.isnan(values)]] = True
        return hidden & ~self.same(linked) & (linked.values > 0)

    def _placed(self, linked: LinkedTables) -> tuple[np.ndarray, np.ndarray]:
        cells = linked.cells.assign(cell=np.arange(len(linked.values)))
        placed = self.entries.merge(cells, on=["table", "key"])
        return placed["cell"].to_numpy(), placed["value"].to_numpy(dtype=float)


def read_printed(connection: psycopg.Connection, dataset: Dataset, fact: Fact) -> Printed:
    """Read what earlier releases of `dataset`, withdrawn ones too, printed of a fact."""
    frames = [_entries(connection, dataset, table) for table in fact.count_tables]
    entries = pd.concat(frames, ignore_index=True)
    rounded = entries["value_status"].eq("rounded")
    told = entries["value"].notna() | entries["value_status"].eq("suppressed")
    return Printed(
        entries=entries.loc[told & ~rounded, ["version", "table", "key", "value"]],
        was_rounded=bool(rounded.any()),
    )


def _entries(connection: psycopg.Connection, dataset: Dataset, table: CountTable) -> pd.DataFrame:
    rows = connection.execute(
        sql.SQL(_ENTRIES).format(
            unlike=sql.SQL(" and ").join([sql.SQL("true"), *_unlike(table)]),
            key=sql.SQL("array[{}]::text[]").format(
                sql.SQL(", ").join(
                    sql.SQL("entries.row_key ->> {}").format(sql.Literal(name)) for name in table.by
                )
            ),
        ),
        {"dataset": dataset, "count": table.count, "rows": Jsonb(dict(table.rows))},
    ).fetchall()
    frame = pd.DataFrame(rows, columns=["version", "key", "value", "value_status"], dtype=object)
    frame["key"] = frame["key"].map(tuple)
    frame["value"] = frame["value"].astype(float)
    return frame.assign(table=table.name)


def _unlike(table: CountTable) -> Iterator[sql.Composed]:
    for column, value in table.unlike.items():
        yield sql.SQL("row_key ->> {} <> {}").format(sql.Literal(column), sql.Literal(value))
