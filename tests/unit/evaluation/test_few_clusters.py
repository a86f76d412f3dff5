"""Randomisation and wild bootstrap equal the slow calculation that spells out every case."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_panels import long_table, simulated_panel

from busan_safety.evaluation.methods.few_clusters import (
    leave_one_cluster_out,
    randomisation_inference,
    wild_cluster_bootstrap,
)
from busan_safety.evaluation.methods.panel import UnitPanel
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.two_way_effects import two_way_effect
from busan_safety.evaluation.methods.within import two_way_dummies

SMALL = (4, 4, 6, None, None, None)
SIXTEEN = (4,) * 4 + (None,) * 12


def spelled_out_p_value(panel: UnitPanel, effect: float = 0.0) -> float:
    """Share of all distinct assignments of a panel of clusters = units, one regression each."""
    shifted = replace(panel, outcome=panel.outcome - effect * panel.treated())
    true = abs(two_way_effect(shifted).estimate)
    assignments = set(itertools.permutations(panel.first_treated))
    found = [
        abs(two_way_effect(shifted.with_first_treated(starts)).estimate) for starts in assignments
    ]
    return float(np.mean(np.array(found) >= true * (1 - 1e-9)))


def spelled_out_wild_p_value(panel: UnitPanel, effect: float = 0.0) -> float:
    """Full dummy regressions for every sign vector, null imposed, CRV without factor."""
    table = long_table(panel)
    dummies = two_way_dummies(np.ones_like(panel.treated()))
    design = np.column_stack([table["treated"], dummies])
    outcome, codes = table["y"] - effect * table["treated"], table["cluster"]
    null = sm.OLS(outcome, dummies).fit()

    def t_value(y: np.ndarray) -> float:
        fit = sm.OLS(y, design).fit(cov_type="cluster", cov_kwds={"groups": codes})
        return abs(fit.params[0] / fit.bse[0])

    true = t_value(outcome)
    found = [
        t_value(null.fittedvalues + null.resid * np.array(signs)[codes])
        for signs in itertools.product([-1, 1], repeat=int(codes.max()) + 1)
    ]
    return float(np.mean(np.array(found) >= true * (1 - 1e-9)))


def test_randomisation_p_value_is_the_share_of_all_assignments() -> None:
    panel = simulated_panel(SMALL, effect=0.8)

    found = randomisation_inference(panel, seed=1)

    assert (found.exact, found.assignments) == (True, 60)
    assert found.estimate == pytest.approx(two_way_effect(panel).estimate)
    assert found.p_value == pytest.approx(spelled_out_p_value(panel))


def test_randomisation_interval_ends_where_the_test_begins_to_reject() -> None:
    panel = simulated_panel(SMALL, effect=5)

    found = randomisation_inference(panel, seed=1, level=0.8)

    assert spelled_out_p_value(panel, found.lower + 1e-6) > 0.2
    assert spelled_out_p_value(panel, found.lower - 1e-6) <= 0.2
    assert spelled_out_p_value(panel, found.upper - 1e-6) > 0.2
    assert spelled_out_p_value(panel, found.upper + 1e-6) <= 0.2


def test_dates_are_permuted_among_the_treated_only() -> None:
    found = randomisation_inference(simulated_panel(SMALL), seed=1, permute="dates", level=0.5)

    assert found.assignments == 3
    assert found.p_value in (pytest.approx(1 / 3), pytest.approx(2 / 3), pytest.approx(1))


def test_treatment_moves_with_whole_clusters() -> None:
    # given: 18 dongs in 6 districts
    clusters = tuple(f"g{k}" for k in range(6) for _ in range(3))
    panel = simulated_panel(tuple(s for s in SMALL for _ in range(3)), clusters=clusters)

    assert randomisation_inference(panel, seed=1).assignments == 60


def test_too_few_assignments_leave_the_interval_open() -> None:
    # given: four clusters, two treated: six assignments, no p value below 1/3
    found = randomisation_inference(simulated_panel((4, 4, None, None), effect=50), seed=1)

    assert found.p_value == pytest.approx(1 / 3)
    assert (found.lower, found.upper) == (-math.inf, math.inf)


def test_sixteen_districts_with_four_treated_are_enumerated() -> None:
    found = randomisation_inference(simulated_panel(SIXTEEN, effect=5), seed=1)

    assert (found.exact, found.assignments) == (True, math.comb(16, 4))
    assert found.p_value == pytest.approx(1 / 1820)
    assert found.lower < 5 < found.upper


def test_many_assignments_are_drawn_and_one_is_added() -> None:
    panel = simulated_panel((3, 3, 3, 5, 5, 5, 7, 7) + (None,) * 8, effect=30)

    found, again = (randomisation_inference(panel, seed=3, draws=499) for _ in range(2))

    assert (found.exact, found.assignments) == (False, 499)
    assert found.p_value == pytest.approx(1 / 500)
    assert (found.lower, found.upper) == (again.lower, again.upper)
    assert found.lower < 30 < found.upper


def test_randomisation_rejects_as_often_as_it_says_under_dependent_errors() -> None:
    rejected, held = [], []
    for seed in range(200):
        panel = simulated_panel((4,) * 3 + (None,) * 6, seed=seed)
        walk = np.cumsum(np.random.default_rng(seed + 999).normal(size=(9, 8)), axis=1)
        found = randomisation_inference(replace(panel, outcome=panel.outcome + walk), seed=1)
        rejected.append(found.p_value <= 0.05)
        held.append(found.lower <= 0 <= found.upper)

    assert 0.01 <= np.mean(rejected) <= 0.1
    assert np.mean(np.array(held) == np.array(rejected)) == 0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(-5, 5))
def test_adding_an_effect_moves_the_interval_by_it(seed: int, effect: float) -> None:
    panel = simulated_panel((4, 4, 4, None, None, None, None), seed=seed)
    moved = replace(panel, outcome=panel.outcome + effect * panel.treated())

    plain, found = (randomisation_inference(of, seed=1) for of in (panel, moved))

    assert found.lower == pytest.approx(plain.lower + effect, abs=1e-7)
    assert found.upper == pytest.approx(plain.upper + effect, abs=1e-7)


def test_multiplicative_effects_are_ratios_of_rates() -> None:
    rng = np.random.default_rng(4)
    base = simulated_panel(SIXTEEN)
    exposure = rng.uniform(1, 2, (16, 8))
    means = 500 * exposure * np.where(base.treated(), 0.8, 1)
    panel = replace(base, outcome=rng.poisson(means).astype(float), exposure=exposure)

    drawn = randomisation_inference(panel, seed=1, effect="multiplicative")
    wild = wild_cluster_bootstrap(panel, seed=1, effect="multiplicative")

    log_effect = two_way_effect(panel.log_rates()).estimate
    assert drawn.estimate == wild.estimate == pytest.approx(math.exp(log_effect))
    assert 0.7 < drawn.lower < 0.8 < drawn.upper < 0.9
    assert 0.7 < wild.lower < 0.8 < wild.upper < 0.9
    assert drawn.placebo_estimates.min() > 0


def test_zero_counts_have_no_multiplicative_effect() -> None:
    panel = simulated_panel(SIXTEEN)

    with pytest.raises(Refused) as refusal:
        randomisation_inference(
            replace(panel, outcome=np.zeros((16, 8))), seed=1, effect="multiplicative"
        )

    assert refusal.value.code == "zero_counts"


def test_one_possible_assignment_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        randomisation_inference(simulated_panel(SIXTEEN), seed=1, permute="dates")

    assert refusal.value.code == "too_few_clusters"


@pytest.mark.parametrize("method", [randomisation_inference, wild_cluster_bootstrap])
def test_clusters_treated_in_part_are_an_error(method) -> None:
    panel = simulated_panel(SMALL, clusters=("a", "a", "a", "b", "b", "c"))

    with pytest.raises(ValueError, match="different periods"):
        method(panel, seed=1)


@pytest.mark.parametrize("effect", [0.0, 1.5])
def test_wild_p_value_is_the_share_of_all_sign_vectors(effect: float) -> None:
    clusters = tuple("aabbccddeeff")
    panel = simulated_panel(tuple(s for s in SMALL for _ in range(2)), clusters=clusters, effect=1)
    shifted = replace(panel, outcome=panel.outcome - effect * panel.treated())

    found = wild_cluster_bootstrap(shifted, seed=1)

    assert (found.exact, found.draws) == (True, 32)
    assert found.p_value == pytest.approx(spelled_out_wild_p_value(panel, effect))


def test_wild_interval_ends_where_the_test_begins_to_reject() -> None:
    panel = simulated_panel((4, 4, 4, None, None, None, None), effect=5)

    found = wild_cluster_bootstrap(panel, seed=1, level=0.8)

    for end, inward in ((found.lower, 1), (found.upper, -1)):
        inside, outside = (
            spelled_out_wild_p_value(panel, end + side * inward * 1e-4) for side in (1, -1)
        )
        assert inside > 0.2 >= outside


def test_four_clusters_cannot_reject_anything_by_signs() -> None:
    found = wild_cluster_bootstrap(simulated_panel((4, 4, None, None), effect=50), seed=1)

    assert (found.lower, found.upper) == (-math.inf, math.inf)


def test_webb_weights_agree_with_signs_where_both_are_many() -> None:
    panel = simulated_panel((4,) * 8 + (None,) * 8, effect=0.5)

    signs = wild_cluster_bootstrap(panel, seed=1)
    webb = wild_cluster_bootstrap(panel, seed=1, weights="webb", draws=4_999)

    assert (signs.exact, signs.draws, webb.exact, webb.draws) == (True, 2**15, False, 4_999)
    assert webb.p_value == pytest.approx(signs.p_value, abs=0.03)
    assert webb.lower == pytest.approx(signs.lower, abs=0.1)


def test_wild_bootstrap_of_one_treated_cluster_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        wild_cluster_bootstrap(simulated_panel((4,) + (None,) * 15), seed=1)

    assert refusal.value.code == "too_few_clusters"


def test_cohorts_without_never_treated_can_be_bootstrapped() -> None:
    found = wild_cluster_bootstrap(simulated_panel((3,) * 4 + (6,) * 4, effect=2), seed=1)

    assert found.lower < 2 < found.upper


def test_leaving_one_out_finds_the_cluster_that_makes_the_effect() -> None:
    panel = simulated_panel(SIXTEEN, noise=0.1)
    outcome = panel.outcome.copy()
    outcome[2, 3:] += 40

    found = leave_one_cluster_out(replace(panel, outcome=outcome))

    assert [part.cluster for part in found] == list(panel.units)
    largest = max(found, key=lambda part: abs(part.change or 0))
    assert largest.cluster == "u02"
    assert largest.estimate == pytest.approx(0, abs=0.2)
    assert largest.change == pytest.approx(-10, abs=0.2)


def test_leaving_out_the_only_treated_cluster_leaves_nothing() -> None:
    found = leave_one_cluster_out(simulated_panel((4, None, None)))

    assert [part.estimate is None for part in found] == [True, False, False]
