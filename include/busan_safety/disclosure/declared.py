"""Which rows of a disclosed table are sums of which parts: `expectations/linked/<dataset>.yml`.

A fact is counted in parts (`sql/parts_<fact>.sql`: the smallest groups, with every level that a
table groups by). The rows of a disclosed table fall into tables in the sense of `linked`: all rows
with the same kind of place, period and class. A table's columns name columns of the parts.
Which column of the disclosed table holds the counts, and what goes with a hidden one, is declared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from itertools import product
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from psycopg import sql
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from busan_safety.disclosure.policy import Dataset, Text

# Column of the parts, and of the disclosed tables that declare no other.
COUNT = "event_count"


class LinksRefused(ValueError):
    """A declaration of linked tables is not understood, so nothing may be protected by it."""


@dataclass(frozen=True)
class CountTable:
    """Rows of a disclosed table that are cells of one table.

    rows: values that these rows have in columns of the disclosed table; unlike: values that they
    do not have. by: column of the disclosed table -> column of the parts; a cell is the sum of the
    parts that agree with its row in all of them. A part whose column is empty is in no cell.
    count: column of the disclosed table with the cells' counts.
    """

    name: str
    count: str
    rows: Mapping[str, str]
    unlike: Mapping[str, str]
    by: Mapping[str, str]

    def holds(self, row: Mapping[str, object]) -> bool:
        """Say whether a row of the disclosed table is a cell of this table."""
        return all(str(row[column]) == value for column, value in self.rows.items()) and all(
            str(row[column]) != value for column, value in self.unlike.items()
        )

    def belongs(self) -> sql.Composed:
        """Return the same as a condition on `disclosed_rows`, the alias of a disclosed table."""
        wanted = [("=", *pair) for pair in self.rows.items()]
        unwanted = [("<>", *pair) for pair in self.unlike.items()]
        return sql.SQL(" and ").join(
            [
                sql.SQL("true"),
                *(
                    sql.SQL("disclosed_rows.{}::text " + operator + " {}").format(
                        sql.Identifier(column), sql.Literal(value)
                    )
                    for operator, column, value in wanted + unwanted
                ),
            ]
        )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Level(_Strict):
    """One way to group by a dimension (place, period, class): constants and columns.

    count: column of the counts, where it is not the dataset's own: a second number of its rows.
    """

    rows: dict[str, str] = {}
    unlike: dict[str, str] = {}
    by: dict[str, str] = {}
    count: Text | None = None


class SharedIndicator(_Strict):
    """An indicator of `safety_indicators` that is counted from the same fact.

    numerator, denominator: what the disclosed rows of the same place and period, whose sum it is,
    hold in the other columns; none where the dataset has no such rows (a note then says what is
    counted).
    """

    id: Text
    definition_version: int
    numerator: list[dict[str, str]] = []
    denominator: list[dict[str, str]] = []
    note: Text | None = None

    @field_validator("numerator", "denominator", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, rows: object) -> object:
        return [rows] if isinstance(rows, dict) else rows

    @model_validator(mode="after")
    def _says_what_is_counted(self) -> Self:
        if not self.numerator and not self.denominator and self.note is None:
            raise ValueError(f"{self.id} names neither rows nor a note")
        return self


class Fact(_Strict):
    """One fact, its parts and the tables made of them.

    parts: `sql/parts_<parts>.sql`. rows: constants of all its rows. tables: blocks of dimensions;
    a block's tables are all combinations of one level of each dimension. count: column of the
    counts, by default the dataset's.
    """

    parts: Text
    count: str = ""
    rows: dict[str, str] = {}
    tables: list[dict[str, dict[str, Level]]] = Field(min_length=1)
    indicators: list[SharedIndicator] = []

    @cached_property
    def count_tables(self) -> tuple[CountTable, ...]:
        """Every table of the fact, in the order of the declaration."""
        return tuple(self._combined())

    @property
    def temporary_table(self) -> str:
        """Name of the table of parts that `protect` makes for its transaction."""
        return f"parts_{self.parts}"

    def parts_sql(self) -> bytes:
        """Query of the parts: the level columns and `event_count`."""
        path = resources.files(__package__).joinpath("sql", f"parts_{self.parts}.sql")
        return path.read_bytes()

    def _combined(self) -> Iterator[CountTable]:
        for block in self.tables:
            for names in product(*block.values()):
                levels = [block[dim][name] for dim, name in zip(block, names, strict=True)]
                yield CountTable(
                    name=".".join([self.parts, *names]),
                    count=_only_count(levels) or self.count,
                    rows=_joined([self.rows, *(level.rows for level in levels)]),
                    unlike=_joined([level.unlike for level in levels]),
                    by=_joined([level.by for level in levels]),
                )


class LinkedDataset(_Strict):
    """The declaration of one dataset. `definitions` holds anchors for the rest of the file.

    count: column of the disclosed table with the counts. hidden_with: columns that are emptied with
    a hidden count: what is made of it (rates, estimates, intervals) and other counts of its row.
    """

    version: Literal[1]
    dataset: Dataset
    count: Text = COUNT
    hidden_with: tuple[Text, ...] = ()
    definitions: dict[str, Any] = {}
    facts: list[Fact] = Field(min_length=1)

    @field_validator("facts")
    @classmethod
    def _count_as_the_dataset(cls, facts: list[Fact], known: ValidationInfo) -> list[Fact]:
        count = known.data.get("count", COUNT)
        return [fact if fact.count else fact.model_copy(update={"count": count}) for fact in facts]

    @property
    def numbers(self) -> tuple[str, ...]:
        """Columns that a hidden row leaves empty: the count and what is hidden with it."""
        return (self.count, *self.hidden_with)

    @property
    def counts(self) -> set[str]:
        """Columns that hold counts of some table."""
        return {table.count for fact in self.facts for table in fact.count_tables}

    @model_validator(mode="after")
    def _empties_every_count(self) -> Self:
        if left := sorted(self.counts - set(self.numbers)):
            raise ValueError(f"counts that a hidden row would keep: {', '.join(left)}")
        return self

    @model_validator(mode="after")
    def _names_each_table_once(self) -> Self:
        names = [table.name for fact in self.facts for table in fact.count_tables]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"tables named twice: {', '.join(twice)}")
        return self


def read_links(folder: Path) -> dict[Dataset, LinkedDataset]:
    """Read every declaration in `folder`; datasets without counts of linked events have none.

    Raises LinksRefused for a file that is not understood or is not named as its dataset.
    """
    links: dict[Dataset, LinkedDataset] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            linked = LinkedDataset.model_validate(
                yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            )
        except (yaml.YAMLError, ValidationError) as error:
            raise LinksRefused(f"{path.name}: {error}") from error
        if linked.dataset != path.stem:
            raise LinksRefused(f"{path.name} declares the dataset {linked.dataset}")
        links[linked.dataset] = linked
    return links


def _only_count(levels: list[Level]) -> str | None:
    named = [level.count for level in levels if level.count is not None]
    if len(named) > 1:
        raise ValueError(f"two levels of one table name a count: {', '.join(named)}")
    return named[0] if named else None


def _joined(parts: list[dict[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for part in parts:
        if both := joined.keys() & part.keys():
            raise ValueError(f"two levels of one table set {', '.join(sorted(both))}")
        joined |= part
    return joined
