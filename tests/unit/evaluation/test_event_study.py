"""Leads and lags agree with pyfixest; the pre-trend test and placebos find what is there."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
from simulated_panels import long_table, simulated_panel

from busan_safety.evaluation.methods.event_study import (
    event_study,
    placebo_dates,
    pre_trend_test,
)
from busan_safety.evaluation.methods.panel import UnitPanel
from busan_safety.evaluation.methods.refusal import Refused

STARTS = (4,) * 6 + (6,) * 6 + (None,) * 12


def with_trend(panel: UnitPanel, slope: float) -> UnitPanel:
    """Add a straight line to the units that are treated at some time."""
    trend = slope * np.arange(panel.outcome.shape[1]) * ~panel.never_treated()[:, None]
    return replace(panel, outcome=panel.outcome + trend)


def test_one_cohort_gives_differences_from_the_last_period_before() -> None:
    # given: no noise, level 2 from period 4 on and 1 more each period
    panel = simulated_panel((4, 4, None), periods=6, effect=2, growth=1, noise=0)

    found = event_study(panel)

    assert [effect.relative_time for effect in found.effects] == [-3, -2, 0, 1, 2]
    assert [effect.estimate for effect in found.effects] == pytest.approx([0, 0, 2, 3, 4])
    assert [effect.units for effect in found.effects] == [2] * 5


def test_staggered_coefficients_errors_and_wald_test_are_those_of_pyfixest() -> None:
    panel = simulated_panel(STARTS, effect=1, growth=0.3)
    table = pd.DataFrame(long_table(panel))
    start = np.repeat([s or 0 for s in panel.first_treated], len(panel.periods))
    table["relative"] = np.where(start > 0, table["period"] - start, -1)
    peer = pf.feols(
        "y ~ i(relative, ref=-1) | unit + period",
        table,
        vcov={"CRV1": "unit"},
        ssc=pf.ssc(k_adj=False),
    )

    found = event_study(panel)

    assert [e.estimate for e in found.effects] == pytest.approx(peer.coef().to_list(), rel=1e-8)
    factor = (192 - 1) / (192 - 9 - 8)
    errors = [effect.standard_error for effect in found.effects]
    assert errors == pytest.approx((peer.se() * np.sqrt(factor)).to_list(), rel=1e-8)
    wald = peer.wald_test(R=np.eye(len(errors))[:4], distribution="chi2")["statistic"]
    joint = pre_trend_test(found)
    assert (joint.leads, joint.denominator_freedom) == (4, 23)
    assert joint.statistic * joint.leads * factor == pytest.approx(wald, rel=1e-6)


def test_binned_ends_hold_what_lies_beyond_them() -> None:
    found = event_study(simulated_panel(STARTS), first=-3, last=2)

    assert [effect.relative_time for effect in found.effects] == [-3, -2, 0, 1, 2]


def test_pre_trend_test_finds_a_trend_and_passes_its_absence() -> None:
    flat = simulated_panel(STARTS, effect=3, seed=4)

    assert pre_trend_test(event_study(flat)).p_value > 0.05
    assert pre_trend_test(event_study(with_trend(flat, 1.5))).p_value < 0.001


def test_pre_trend_test_rejects_about_as_often_as_it_says() -> None:
    rejected = [
        pre_trend_test(event_study(simulated_panel(STARTS, seed=seed), first=-3)).p_value < 0.05
        for seed in range(200)
    ]

    assert 0.01 <= np.mean(rejected) <= 0.12


def test_pre_trend_test_without_leads_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        pre_trend_test(event_study(simulated_panel((2, 2, 2, None, None, None))))

    assert refusal.value.code == "no_periods_before"


def test_joint_test_of_more_leads_than_clusters_is_refused() -> None:
    panel = simulated_panel((7, 7, None, None), clusters=("a", "b", "c", "d"))

    with pytest.raises(Refused) as refusal:
        pre_trend_test(event_study(panel))

    assert refusal.value.code == "too_few_clusters"


def test_event_study_needs_units_never_treated() -> None:
    with pytest.raises(Refused) as refusal:
        event_study(simulated_panel((3, 5, 7)))

    assert refusal.value.code == "no_control_units"


def test_units_treated_from_the_start_do_not_count() -> None:
    panel = simulated_panel((*STARTS, 1), effect=2)

    assert event_study(panel).observations == 24 * 8


@pytest.mark.parametrize("ends", [{"first": -1}, {"last": -1}])
def test_ends_lie_on_their_own_side(ends) -> None:
    with pytest.raises(ValueError, match="relative time"):
        event_study(simulated_panel(STARTS), **ends)


def test_placebo_does_not_see_the_true_effect() -> None:
    panel = simulated_panel(STARTS, effect=50, noise=0.1)

    placebos = placebo_dates(panel, [1, 2])

    assert [placebo.periods_early for placebo in placebos] == [1, 2]
    assert all(abs(placebo.effect.estimate) < 0.5 for placebo in placebos)


def test_placebo_sees_a_trend() -> None:
    # given: one cohort, no noise, a line of slope 1; placebo starts at 4 of periods 1-5:
    # mean of periods 4-5 less mean of periods 1-3
    panel = with_trend(simulated_panel((6, 6, None, None), noise=0, effect=9), 1)

    (placebo,) = placebo_dates(panel, [2])

    assert placebo.effect.estimate == pytest.approx(4.5 - 2)


def test_placebo_before_the_data_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        placebo_dates(simulated_panel((3, None)), [2])

    assert refusal.value.code == "no_periods_before"


def test_placebo_starts_early() -> None:
    with pytest.raises(ValueError, match="early"):
        placebo_dates(simulated_panel(STARTS), [0])
