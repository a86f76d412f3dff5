"""Compare what was recomputed with `marts.fct_indicator_value`.

`python -m recomputation.compare [indicator ...]` (with tests/ on the path) reads the deployment
of the settings and prints, per indicator, rows equal, different, only recomputed, only in marts,
and three examples of each difference.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recomputation.delivered import Landing, seed
from recomputation.frames import COLUMNS, KEY

TOPICS = (
    "crime", "calls", "relational", "people", "centres", "money",
    "survey", "places", "traffic", "patrols", "civic",
)  # fmt: skip

NOT_RECOMPUTED = {
    "code01_within_target_share": "not reported by definition: no target is published",
    "two_wheeler_accident_rate": "not reported by definition: no source gives the registered",
    "zone_wdq": "needs the ring geometry in a metric projection; covered by a dbt unit test",
}

# One row per place whatever the register's date: the date is not part of the definition.
SNAPSHOTS = frozenset(
    seed("indicators").query("frequency in ('snapshot', 'event', 'window')")["indicator_id"]
)


def recompute_all(landing: Landing) -> pd.DataFrame:
    """Return the rows of all topics."""
    parts = [
        importlib.import_module(f"recomputation.{topic}").recompute(landing) for topic in TOPICS
    ]
    return pd.concat([part[COLUMNS] for part in parts], ignore_index=True)


# Rows of marts that have a value; of windows only those whose months are all delivered.
IN_MARTS = (
    f"select {', '.join(COLUMNS)} from marts.fct_indicator_value where value is not null"
    " and not (period_type = 'window' and is_partial_period)"
)


def in_marts() -> pd.DataFrame:
    """Return the rows of marts of the deployment that the settings name."""
    from busan_safety.warehouse import connect

    with connect("transformer") as connection:
        return pd.DataFrame(connection.execute(IN_MARTS).fetchall(), columns=COLUMNS)


@dataclass(frozen=True)
class Difference:
    """How the two sides of one indicator and version agree; examples as text."""

    indicator_id: str
    version: int
    equal: int
    different: int
    only_here: int
    only_there: int
    examples: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether both sides have the same rows, at least one."""
        return self.equal > 0 and not (self.different or self.only_here or self.only_there)

    def __str__(self) -> str:
        head = (
            f"{self.indicator_id} v{self.version}: {self.equal} equal, {self.different} "
            f"different, {self.only_here} only recomputed, {self.only_there} only in marts"
        )
        return "\n".join([head, *(f"    {one}" for one in self.examples)])


def compare(here: pd.DataFrame, there: pd.DataFrame) -> list[Difference]:
    """Compare by indicator and version: counts exactly, values to the sixth decimal."""
    here, there = _typed(here), _typed(there)
    found = []
    for row in seed("indicators").itertuples():
        name, version = row.indicator_id, int(row.definition_version)
        key = [one for one in KEY if one != "period_start" or name not in SNAPSHOTS]
        left, right = (
            side[(side["indicator_id"] == name) & (side["definition_version"] == version)]
            for side in (here, there)
        )
        if name not in SNAPSHOTS:
            left = left[left["period_start"] >= pd.Timestamp(row.earliest_period)]
        if row.revision_policy == "latest_register" and len(right):
            # How far back a register is told is a choice of the marts, no part of a definition.
            left = left[(left["period_start"] >= right["period_start"].min()) | (name in SNAPSHOTS)]
        both = left.merge(right, on=key, how="outer", suffixes=("", "_marts"), indicator=True)
        matched = both[both["_merge"] == "both"]
        same = pd.Series(True, matched.index)
        for column in ("numerator", "denominator", "value"):
            same &= _equal(matched[column], matched[f"{column}_marts"])
        wrong = matched[~same]
        only_here = both[both["_merge"] == "left_only"]
        only_there = both[both["_merge"] == "right_only"]
        examples = [
            _example(label, one, key)
            for label, rows in (
                ("different", wrong),
                ("only recomputed", only_here),
                ("only in marts", only_there),
            )
            for _, one in rows.head(3).iterrows()
        ]
        found.append(
            Difference(
                name,
                version,
                int(same.sum()),
                len(wrong),
                len(only_here),
                len(only_there),
                tuple(examples),
            )
        )
    return found


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    typed = rows.copy()
    typed["definition_version"] = typed["definition_version"].astype(int)
    typed["period_start"] = pd.to_datetime(typed["period_start"]).astype("datetime64[us]")
    for column in ("numerator", "denominator", "value"):
        typed[column] = typed[column].astype(float)
    for column in ("indicator_id", "subgroup", "place_type", "place_code"):
        typed[column] = typed[column].astype(object)
    return typed


def _equal(left: pd.Series, right: pd.Series) -> pd.Series:
    """Half a unit of the sixth decimal, and what a double loses on large numbers."""
    tolerance = 0.5000001e-6 + left.abs() * 1e-12
    return ((left - right).abs() <= tolerance) | (left.isna() & right.isna())


def _example(label: str, row: pd.Series, key: Sequence[str]) -> str:
    where = " ".join(str(row[one].date() if one == "period_start" else row[one]) for one in key[2:])

    def side(suffix: str) -> str:
        cells = [row[f"{name}{suffix}"] for name in ("numerator", "denominator", "value")]
        return " / ".join("-" if np.isnan(cell) else f"{cell:.10g}" for cell in cells)

    if label == "different":
        return f"{label}: {where}: recomputed {side('')}, marts {side('_marts')}"
    return f"{label}: {where}: {side('' if label == 'only recomputed' else '_marts')}"


def main() -> None:
    from busan_safety.settings import get_settings

    here, there = recompute_all(Landing(Path(get_settings().landing_dir))), in_marts()
    for one in compare(here, there):
        if len(sys.argv) == 1 or one.indicator_id in sys.argv[1:]:
            print(one)


if __name__ == "__main__":
    main()
