"""The exact limits that SQL reads from a seed are the ones this package computes."""

import csv

import pytest

from busan_safety.evaluation.methods.intervals import BYAR_MINIMUM, exact_interval
from busan_safety.settings import ROOT

SEED = ROOT / "dbt_project" / "seeds" / "poisson_exact_limits.csv"


def test_seed_holds_the_exact_interval_of_every_count_below_byars_minimum() -> None:
    with SEED.open(encoding="utf-8", newline="") as lines:
        limits = {
            int(row["observed_count"]): (float(row["lower_95"]), float(row["upper_95"]))
            for row in csv.DictReader(lines)
        }

    assert sorted(limits) == list(range(BYAR_MINIMUM))
    for observed, expected in limits.items():
        assert exact_interval(observed) == pytest.approx(expected, abs=1e-10)
