"""Castle doctrine laws and homicide: the published two-way numbers are found again.

Data: Cheng & Hoekstra 2013, as in the R package bacondecomp (`castle`): 50 states, 2000-2010.
Group-time numbers: the Python package csdid 0.4.3 on the same file (log homicide, first treated
`effyear`), `ATTgt(...).fit(est_method="reg", bstrap=False)` and `aggte`; critical values with
`bstrap=True, cband=True, biters=20000`.
Wild cluster bootstrap: the Python package wildboottest 0.3.2, null imposed, 20,000 Rademacher
draws by state, and 99,999 draws for the 15 states with `sid` up to 16.
Honest intervals: the Python package moderndid 0.2.0 on our event study (-5 to 3),
`compute_flci` and `compute_conditional_cs_rm` (hybrid "LF", 1,000 grid points from -2 to 2).
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from busan_safety.evaluation.methods.event_study import event_study, placebo_dates
from busan_safety.evaluation.methods.few_clusters import wild_cluster_bootstrap
from busan_safety.evaluation.methods.group_time import (
    Bootstrap,
    aggregate,
    group_time_effects,
)
from busan_safety.evaluation.methods.honest import (
    relative_magnitude_interval,
    smoothness_interval,
)
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


@pytest.mark.parametrize(
    ("controls", "kind", "balance", "estimate", "error"),
    [
        ("never_treated", "simple", None, 0.11038303546, 0.03872423950),
        ("never_treated", "group", None, 0.10844748493, 0.03633282229),
        ("never_treated", "dynamic", None, 0.11028074368, 0.03667004607),
        ("never_treated", "dynamic", 2, 0.11034988755, 0.03771347780),
        ("never_treated", "calendar", None, 0.07417565764, 0.03148912704),
        ("not_yet_treated", "simple", None, 0.10935495842, 0.03916537598),
        ("not_yet_treated", "group", None, 0.10752673891, 0.03727439199),
        ("not_yet_treated", "dynamic", None, 0.10940653349, 0.03690869718),
        ("not_yet_treated", "dynamic", 2, 0.10874559869, 0.03803033815),
        ("not_yet_treated", "calendar", None, 0.07490371990, 0.03210858963),
    ],
)
def test_overall_group_time_effects_and_errors(
    castle: UnitPanel, controls, kind, balance, estimate: float, error: float
) -> None:
    effects = group_time_effects(castle, controls=controls)

    found = aggregate(effects, kind, bootstrap=Bootstrap(seed=1), balance=balance).overall

    assert round(found.estimate, 11) == estimate
    assert round(found.standard_error, 11) == error


def test_group_time_effects_of_the_largest_cohort(castle: UnitPanel) -> None:
    effects = group_time_effects(castle, controls="not_yet_treated").effects

    assert {
        effect.period: (round(effect.estimate, 9), round(effect.standard_error, 9))
        for effect in effects
        if effect.cohort == 2006
    } == {
        2001: (-0.027652476, 0.070938807),
        2002: (-0.018226338, 0.063575714),
        2003: (0.008402973, 0.055990626),
        2004: (0.001081973, 0.057884948),
        2005: (-0.064988155, 0.057276855),
        2006: (0.112231864, 0.050319887),
        2007: (0.163237391, 0.057643179),
        2008: (0.04404615, 0.081575097),
        2009: (0.128847833, 0.071009297),
        2010: (0.088841944, 0.056560994),
    }


def test_dynamic_effects_from_a_universal_base(castle: UnitPanel) -> None:
    effects = group_time_effects(castle, controls="not_yet_treated", base_period="universal")

    parts = aggregate(effects, "dynamic", bootstrap=Bootstrap(seed=1)).parts

    assert {
        part.at: (round(part.estimate, 8), round(part.standard_error, 8)) for part in parts
    } == {
        -9: (-0.40396742, 0.05714633),
        -8: (-0.12284872, 0.11856899),
        -7: (-0.21760942, 0.12419569),
        -6: (0.08137357, 0.06744896),
        -5: (0.04680085, 0.05943877),
        -4: (0.01538916, 0.05508687),
        -3: (0.06224082, 0.04596607),
        -2: (0.06515159, 0.04981423),
        0: (0.10257611, 0.04353507),
        1: (0.11326961, 0.05064040),
        2: (0.09931799, 0.06043568),
        3: (0.13674707, 0.05721478),
        4: (0.09258657, 0.05370542),
        5: (0.11194185, 0.05085404),
    }


@pytest.mark.parametrize(("kind", "critical"), [("dynamic", 2.577), ("group", 2.306)])
def test_simultaneous_critical_values(castle: UnitPanel, kind, critical: float) -> None:
    effects = group_time_effects(castle)

    found = aggregate(effects, kind, bootstrap=Bootstrap(seed=1, draws=10_000))

    assert found.critical_value == pytest.approx(critical, abs=0.04)


def test_laws_pretended_early_show_no_effect(castle: UnitPanel) -> None:
    placebos = placebo_dates(castle, [1, 2, 3])

    assert all(placebo.effect.p_value > 0.1 for placebo in placebos)


def test_event_study_shows_the_rise_after_the_law_only(castle: UnitPanel) -> None:
    study = event_study(castle, first=-5, last=4)

    assert {effect.relative_time: effect.units for effect in study.effects}[-5] == 21
    assert all(effect.estimate > 0.05 for effect in study.lags())


def test_wild_cluster_bootstrap_of_all_states(castle: UnitPanel) -> None:
    found = wild_cluster_bootstrap(castle, seed=1, draws=4_999)

    assert found.p_value == pytest.approx(0.1719, abs=0.015)


def test_wild_cluster_bootstrap_of_fifteen_states_is_exact(castle: UnitPanel) -> None:
    fifteen = castle.select(np.array([unit <= "Iowa" for unit in castle.units]))

    found = wild_cluster_bootstrap(fifteen, seed=1)

    assert (len(fifteen.units), found.exact) == (15, True)
    assert found.p_value == pytest.approx(0.63446, abs=0.005)


@pytest.mark.parametrize(
    ("time", "bound", "lower", "upper"),
    [
        (0, 0, 0.011906, 0.123608),
        (0, 0.01, 0.006524, 0.159492),
        (0, 0.02, 0.006285, 0.202859),
        (0, 0.05, -0.042412, 0.257517),
        (2, 0, -0.001515, 0.172850),
        (2, 0.01, -0.061378, 0.282498),
        (2, 0.05, -0.333041, 0.663924),
    ],
)
def test_smoothness_intervals_are_the_optimal_fixed_length_ones(
    castle: UnitPanel, time: int, bound: float, lower: float, upper: float
) -> None:
    study = event_study(castle, first=-5, last=3)

    found = smoothness_interval(study, relative_time=time, bound=bound)

    # The peer's search stops at a length within 1e-6 of ours, at weights that differ a little.
    assert found.upper - found.lower == pytest.approx(upper - lower, abs=1e-5)
    assert found.lower == pytest.approx(lower, abs=2e-4)


@pytest.mark.parametrize(
    ("time", "bound", "lower", "upper"),
    [
        (0, 0, 0.0100, 0.1742),
        (0, 0.5, -0.0260, 0.2222),
        (0, 1, -0.0701, 0.2783),
        (0, 2, -0.1862, 0.4144),
        (2, 0.5, -0.1461, 0.3984),
        (2, 1, -0.3183, 0.6026),
    ],
)
def test_relative_magnitude_intervals_hold_the_hybrid_ones_and_little_more(
    castle: UnitPanel, time: int, bound: float, lower: float, upper: float
) -> None:
    study = event_study(castle, first=-5, last=3)

    found = relative_magnitude_interval(study, relative_time=time, bound=bound)

    assert found.lower < lower < upper < found.upper
    assert found.upper - found.lower < 1.2 * (upper - lower)
