"""Every indicator, recomputed from the delivered bytes, is what the marts hold.

The tests of `tests/integration/test_demo.py` on the city that the demonstration has loaded: there,
so that pytest-xdist, which gives out whole files, runs the demonstration once.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from demo_machine import Machine
from recomputation.compare import IN_MARTS, NOT_RECOMPUTED, Difference, compare, recompute_all
from recomputation.delivered import Landing, seed
from recomputation.frames import COLUMNS

# Indicators whose rows no model makes yet; an entry goes when the first row is there.
DECLARED = [
    (row.indicator_id, int(row.definition_version)) for row in seed("indicators").itertuples()
]


@pytest.fixture(scope="module")
def marts(machine: Machine, first: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(machine.query(IN_MARTS), columns=COLUMNS)


@pytest.fixture(scope="module")
def differences(machine: Machine, marts: pd.DataFrame) -> dict[tuple[str, int], Difference]:
    recomputed = recompute_all(Landing(machine.folder / "var" / "landing"))
    return {(one.indicator_id, one.version): one for one in compare(recomputed, marts)}


@pytest.mark.parametrize(("name", "version"), DECLARED)
def test_marts_hold_what_the_files_say(name, version, differences):
    found = differences[name, version]
    if name in NOT_RECOMPUTED:
        assert found.equal + found.different + found.only_here == 0
        if NOT_RECOMPUTED[name].startswith("not reported"):
            assert found.only_there == 0, str(found)
    else:
        assert found.is_equal, str(found)


def test_districts_add_up_to_the_city(marts):
    measured = set(seed("indicators").query("value_kind == 'measured'")["indicator_id"])
    # Weights of a survey are drawn for the city too, but a respondent lives in one district.
    rows = marts[~marts["indicator_id"].isin(measured)].copy()
    period = ["indicator_id", "definition_version", "subgroup", "period_start"]
    rows[["numerator", "denominator"]] = rows[["numerator", "denominator"]].astype(float)
    # Registers of the districts have dates of their own: their sum has no common one.
    snapshots = seed("indicators").query("frequency == 'snapshot'")["indicator_id"]
    rows.loc[rows["indicator_id"].isin(snapshots), "period_start"] = None
    groups = rows.groupby([*period, "place_type"], dropna=False)[["numerator", "denominator"]]
    sums = groups.sum(min_count=1).unstack("place_type")
    checked = 0
    for column in ("numerator", "denominator"):
        both = sums[column][["district", "city"]].dropna()
        wrong = both[(both["district"] - both["city"]).abs() > 1e-6 * both["city"].abs() + 1e-9]
        assert wrong.empty, wrong.head(5).to_string()
        checked += len(both)
    assert checked > 100


def test_a_row_without_a_value_says_why(machine, first):
    [(wrong,)] = machine.query(
        "select count(*) from marts.fct_indicator_value"
        " where (value is null) <> (value_status in ('not_reported', 'not_applicable'))"
    )

    assert wrong == 0
