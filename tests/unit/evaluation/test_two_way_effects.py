"""The two-way coefficient agrees with pyfixest, and falls apart into comparisons that sum to it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_panels import long_table, simulated_panel

from busan_safety.evaluation.methods.panel import UnitPanel
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.two_way_effects import (
    bacon_decomposition,
    poisson_two_way_effect,
    two_way_effect,
)

STAGGERED = (3, 3, 4, 5, 5, 7, None, None, None, None)


def counts_panel(ratio: float = 1.0, seed: int = 3) -> UnitPanel:
    rng = np.random.default_rng(seed)
    base = simulated_panel((4,) * 8 + (6,) * 8 + (None,) * 14)
    exposure = rng.uniform(1, 3, base.outcome.shape)
    means = np.outer(rng.uniform(5, 30, 30), rng.uniform(0.8, 1.2, 8)) * exposure
    counts = rng.poisson(np.where(base.treated(), means * ratio, means)).astype(float)
    return replace(base, outcome=counts, exposure=exposure)


def test_one_date_and_two_groups_give_the_difference_of_differences() -> None:
    # given: treated change 6 - 2 = 4, control change 4 - 1 = 3
    panel = UnitPanel(
        units=("t", "c"),
        periods=(1, 2),
        outcome=np.array([[2.0, 6.0], [1.0, 4.0]]),
        first_treated=(2, None),
    )

    assert bacon_decomposition(panel).estimate() == pytest.approx(1)


def test_estimate_and_iid_error_are_those_of_pyfixest() -> None:
    panel = simulated_panel(STAGGERED, effect=2)
    peer = pf.feols("y ~ treated | unit + period", pd.DataFrame(long_table(panel)), vcov="iid")

    found = two_way_effect(panel)

    assert found.estimate == pytest.approx(peer.coef().iloc[0], rel=1e-9)
    assert found.standard_error_iid == pytest.approx(peer.se().iloc[0], rel=1e-9)


def test_weights_missing_cells_and_clusters_agree_with_pyfixest() -> None:
    # given: pyfixest 0.60 counts no period effects in K, so its factor is taken out
    panel = simulated_panel(STAGGERED, clusters=tuple("aabbccddee"))
    outcome = panel.outcome.copy()
    outcome[2, 3] = outcome[8, 0] = np.nan
    exposure = np.random.default_rng(8).uniform(1, 5, outcome.shape)
    panel = replace(panel, outcome=outcome, exposure=exposure, missing_allowed=True)
    table = pd.DataFrame(long_table(panel)).dropna()
    peer = pf.feols(
        "y ~ treated | unit + period",
        table,
        vcov={"CRV1": "cluster"},
        weights="exposure",
        ssc=pf.ssc(k_adj=False),
    )

    found = two_way_effect(panel, weighted=True)

    assert found.estimate == pytest.approx(peer.coef().iloc[0], rel=1e-8)
    factor = np.sqrt((78 - 1) / (78 - 1 - 8))
    assert found.standard_error_clustered == pytest.approx(peer.se().iloc[0] * factor, rel=1e-8)
    assert (found.observations, found.clusters) == (78, 5)


def test_interval_uses_as_many_degrees_of_freedom_as_clusters_less_one() -> None:
    found = two_way_effect(simulated_panel(STAGGERED, effect=2))

    # t(0.975; 9) = 2.262157
    reach = 2.262157 * found.standard_error_clustered
    assert found.upper - found.estimate == pytest.approx(reach, rel=1e-6)
    assert found.estimate - found.lower == pytest.approx(reach, rel=1e-6)


def test_poisson_ratio_and_errors_are_those_of_pyfixest() -> None:
    panel = counts_panel(0.7)
    table = pd.DataFrame(long_table(panel))
    table["offset"] = np.log(table["exposure"])
    clustered, model_based = (
        pf.fepois(
            "y ~ treated | unit + period",
            table,
            vcov=vcov,
            offset="offset",
            ssc=pf.ssc(k_adj=False),
        )
        for vcov in ({"CRV1": "unit"}, "iid")
    )

    found = poisson_two_way_effect(panel)

    assert np.log(found.ratio) == pytest.approx(clustered.coef().iloc[0], rel=1e-6)
    assert found.standard_error_poisson == pytest.approx(model_based.se().iloc[0], rel=1e-6)
    factor = np.sqrt(239 / (240 - 9))
    assert found.standard_error_clustered == pytest.approx(
        clustered.se().iloc[0] * factor, rel=1e-5
    )
    assert found.overdispersion == pytest.approx(1, abs=0.25)
    assert found.lower < 0.7 < found.upper


def test_poisson_ratio_does_not_depend_on_units_and_periods_without_events() -> None:
    panel = counts_panel(0.7)
    assert panel.exposure is not None
    outcome = np.zeros((31, 9))
    outcome[:30, :8] = panel.outcome
    exposure = np.ones((31, 9))
    exposure[:30, :8] = panel.exposure
    padded = replace(
        panel,
        units=(*panel.units, "empty"),
        periods=(*panel.periods, 9),
        outcome=outcome,
        exposure=exposure,
        first_treated=(*panel.first_treated, None),
    )

    found, plain = poisson_two_way_effect(padded), poisson_two_way_effect(panel)

    assert found.ratio == pytest.approx(plain.ratio, rel=1e-8)
    assert found.standard_error_clustered == pytest.approx(plain.standard_error_clustered, rel=1e-8)
    assert found.observations == 240


def test_poisson_without_events_after_treatment_is_refused() -> None:
    panel = counts_panel()
    empty = replace(panel, outcome=np.where(panel.treated(), 0.0, panel.outcome))

    with pytest.raises(Refused) as refusal:
        poisson_two_way_effect(empty)

    assert refusal.value.code == "too_few_events"


def test_poisson_fit_that_runs_off_to_infinity_is_refused() -> None:
    # given: one treated unit that has events only after its start
    panel = counts_panel()
    panel = panel.with_first_treated((4,) + (None,) * 29)
    outcome = panel.outcome.copy()
    outcome[0, :3] = 0

    with pytest.raises(Refused) as refusal:
        poisson_two_way_effect(replace(panel, outcome=outcome))

    assert refusal.value.code == "not_identified"


def test_negative_counts_are_an_error() -> None:
    with pytest.raises(ValueError, match="negative"):
        poisson_two_way_effect(simulated_panel(STAGGERED))


def test_weighting_without_exposure_is_an_error() -> None:
    with pytest.raises(ValueError, match="exposure"):
        two_way_effect(simulated_panel(STAGGERED), weighted=True)


def test_one_cluster_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        two_way_effect(simulated_panel((3, None), clusters=("x", "x")))

    assert refusal.value.code == "too_few_clusters"


def test_treatment_that_missing_cells_confound_with_units_is_refused() -> None:
    panel = simulated_panel((3, None, None))
    outcome = panel.outcome.copy()
    outcome[0, :2] = np.nan

    with pytest.raises(Refused) as refusal:
        two_way_effect(replace(panel, outcome=outcome, missing_allowed=True))

    assert refusal.value.code == "not_identified"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.one_of(st.none(), st.integers(min_value=1, max_value=9)), min_size=3, max_size=10
    ).filter(lambda starts: len({9 if s is None else s for s in starts} - {1}) > 1),
    st.integers(min_value=0, max_value=1000),
)
def test_weights_sum_to_one_and_the_weighted_sum_is_the_coefficient(
    starts: list[int | None], seed: int
) -> None:
    panel = simulated_panel(tuple(starts), seed=seed, effect=1, growth=0.5)

    found = bacon_decomposition(panel)

    assert sum(part.weight for part in found.comparisons) == pytest.approx(1)
    assert all(part.weight > 0 for part in found.comparisons)
    assert found.estimate() == pytest.approx(two_way_effect(panel).estimate, abs=1e-8)


def test_kinds_name_the_comparison() -> None:
    found = bacon_decomposition(simulated_panel((1, 3, 5, None))).comparisons

    kinds = {(part.treated, part.control): part.kind for part in found}
    assert kinds == {
        (3, 5): "earlier_vs_later",
        (5, 3): "later_vs_earlier",
        (3, np.inf): "treated_vs_never",
        (5, np.inf): "treated_vs_never",
        (3, -np.inf): "treated_vs_always",
        (5, -np.inf): "treated_vs_always",
    }


def test_growing_effects_make_the_later_against_earlier_comparison_wrong() -> None:
    # given: no noise; both groups gain 1 a period from their start; group 5 against group 3 over
    # periods 3-8: (0 + 1 + 2 + 3) / 4 less group 3's own growth (2..5) / 4 - (0 + 1) / 2
    panel = simulated_panel((3, 5), growth=1, noise=0)

    by_kind = bacon_decomposition(panel).by_kind()

    assert by_kind["later_vs_earlier"][1] == pytest.approx(1.5 - (3.5 - 0.5))
    assert by_kind["earlier_vs_later"][1] == pytest.approx(0.5)


def test_decomposition_of_an_incomplete_panel_is_refused() -> None:
    panel = simulated_panel((3, None))
    outcome = panel.outcome.copy()
    outcome[0, 0] = np.nan

    with pytest.raises(Refused) as refusal:
        bacon_decomposition(replace(panel, outcome=outcome, missing_allowed=True))

    assert refusal.value.code == "incomplete_panel"
