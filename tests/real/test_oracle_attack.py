"""The attack on the test data of easySdcTable (z3): hiding small counts alone protects few of them.

Data: `z3` of the R package SSBtools, 432 cells of region, kind and month, with the totals of both
codes of regions and months. Published with them: 333 of 1,200 cells are 1 to 3 persons (zeros
open); the package's simple heuristic leaves 27 cells of the linked tables revealed, the one by
Gaussian elimination none (easySdcTable, comparison of 2025-06-27). Which cells the two hide is not
published, so what is held here is that the attack breaks a protection that is none.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from busan_safety.disclosure.attack import Knowledge, attack
from busan_safety.disclosure.linked import LinkedTables, link

pytestmark = pytest.mark.real

PLACES = {"region": ["region"], "fylke": ["fylke"], "all": []}
OTHER_PLACES = {**PLACES, "kostragr": ["kostragr"]}
KINDS = {"hovedint": ["hovedint"], "all": []}
MONTHS = {"mnd": ["mnd"], "mnd2": ["mnd2"], "all": []}


def tables(places: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        f"{p}.{k}.{m}": [*places[p], *KINDS[k], *MONTHS[m]]
        for p in places
        for k in KINDS
        for m in MONTHS
    }


@pytest.fixture(scope="module")
def counts(real_files: Path) -> pd.DataFrame:
    file = real_files.parent / "oracles" / "suppression_z3.csv"
    if not file.is_file():
        pytest.skip(f"no suppression data at {file}")
    return pd.read_csv(file).astype({"ant": int})


@pytest.fixture(scope="module")
def single(counts: pd.DataFrame) -> LinkedTables:
    return link(counts, count="ant", tables=tables(PLACES))


def small(linked: LinkedTables) -> np.ndarray:
    return (linked.values > 0) & (linked.values <= 3)


def test_the_tables_are_those_of_the_comparison(counts: pd.DataFrame, single: LinkedTables) -> None:
    both = link(counts, count="ant", tables=tables(OTHER_PLACES))

    assert (len(single.values), small(single).sum()) == (1200, 333)
    assert (len(both.values), small(both).sum()) == (1350, 350)


def test_small_counts_alone_are_found_nearly_all(single: LinkedTables) -> None:
    report = attack(single, small(single), width=3, knowledge=Knowledge(zeros_are_published=False))

    # 333 hidden: 251 exactly known, 293 within less than 3 of each other.
    assert report.public_summary() == {
        "hidden_cells": 333,
        "graded_cells": 333,
        "findings": 293,
        "exact": 251,
        "findings_tables": 293,
    }


def test_one_who_knows_that_zeros_are_published_finds_more(single: LinkedTables) -> None:
    report = attack(single, small(single), width=3)

    assert (len(report.findings), report.public_summary()["exact"]) == (333, 301)


def test_a_second_code_of_regions_gives_every_small_count_away(counts: pd.DataFrame) -> None:
    both = link(counts, count="ant", tables=tables(OTHER_PLACES))

    report = attack(both, small(both), width=3)

    assert len(report.findings) == sum(f.is_exact for f in report.findings) == 350


def test_with_every_positive_cell_hidden_there_is_nothing_to_find(single: LinkedTables) -> None:
    assert not attack(single, single.values > 0, width=3).succeeded
