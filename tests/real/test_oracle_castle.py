"""Castle doctrine laws and homicide: the published two-way numbers are found again.

Data: Cheng & Hoekstra 2013, as in the R package bacondecomp (`castle`): 50 states, 2000-2010.
"""

from pathlib import Path

import pandas as pd
import pytest

from busan_safety.evaluation.methods.panel import UnitPanel
from busan_safety.evaluation.methods.two_way_effects import bacon_decomposition, two_way_effect

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def castle(real_files: Path) -> UnitPanel:
    file = real_files.parent / "oracles" / "castle.csv"
    if not file.is_file():
        pytest.skip(f"no castle doctrine data at {file}")
    table = pd.read_csv(file, usecols=["state", "year", "effyear", "l_homicide"])
    laws = table.groupby("state")["effyear"].first().dropna()
    return UnitPanel.from_long(
        table,
        unit="state",
        period="year",
        outcome="l_homicide",
        first_treated={state: int(year) for state, year in laws.items()},
    )


def test_two_way_coefficient_and_errors(castle: UnitPanel) -> None:
    found = two_way_effect(castle)

    assert round(found.estimate, 10) == 0.0818116169
    assert round(found.standard_error_iid, 6) == 0.031738
    assert round(found.standard_error_clustered, 6) == 0.058874


def test_goodman_bacon_weights_and_estimates(castle: UnitPanel) -> None:
    found = bacon_decomposition(castle)

    rounded = {
        kind: (round(weight, 5), round(estimate, 5))
        for kind, (weight, estimate) in found.by_kind().items()
    }
    assert rounded == {
        "earlier_vs_later": (0.05976, -0.00554),
        "later_vs_earlier": (0.03190, 0.07032),
        "treated_vs_never": (0.90834, 0.08796),
    }
    assert round(found.estimate(), 10) == 0.0818116169
