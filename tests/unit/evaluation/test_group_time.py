"""Group-time effects are differences of mean changes; their averages and errors follow."""

import math
from dataclasses import replace

import numpy as np
import pytest
from simulated_panels import simulated_panel

from busan_safety.evaluation.methods.group_time import (
    Aggregated,
    Bootstrap,
    GroupTimeEffects,
    aggregate,
    group_time_effects,
)
from busan_safety.evaluation.methods.panel import UnitPanel
from busan_safety.evaluation.methods.refusal import Refused

BOOTSTRAP = Bootstrap(seed=1)
STAGGERED = (3,) * 6 + (5,) * 4 + (None,) * 10

# Cohort 3: two units, cohort 4: one unit, never: two units; periods 1-4.
HAND = UnitPanel(
    units=("a", "b", "c", "d", "e"),
    periods=(1, 2, 3, 4),
    outcome=np.array(
        [
            [1.0, 2.0, 7.0, 9.0],
            [3.0, 6.0, 9.0, 13.0],
            [2.0, 2.0, 5.0, 12.0],
            [1.0, 3.0, 4.0, 6.0],
            [5.0, 5.0, 8.0, 8.0],
        ]
    ),
    first_treated=(3, 3, 4, None, None),
)


def cells(found: GroupTimeEffects) -> dict[tuple[int, int], float]:
    return {(effect.cohort, effect.period): effect.estimate for effect in found.effects}


def parts(found: Aggregated) -> dict[int | None, float]:
    return {part.at: part.estimate for part in found.parts}


def test_hand_calculation_against_never_treated() -> None:
    # given: mean changes from period 2: cohort 3 by (4, 7), never by (2, 3), from period 3:
    # cohort 4 by 7, never by 1; one period before another: cohort 3 2 - 1, cohort 4 0 - 1, 3 - 2
    found = group_time_effects(HAND)

    assert cells(found) == pytest.approx(
        {(3, 2): 1, (3, 3): 2, (3, 4): 4, (4, 2): -1, (4, 3): 1, (4, 4): 6}
    )


def test_universal_base_measures_everything_from_the_last_period_before() -> None:
    # cohort 4 from period 3: at 1 -3 against never -3, at 2 -3 against never -2
    found = group_time_effects(HAND, base_period="universal")

    assert cells(found) == pytest.approx(
        {(3, 1): -1, (3, 3): 2, (3, 4): 4, (4, 1): 0, (4, 2): -1, (4, 4): 6}
    )


def test_not_yet_treated_units_serve_until_their_own_start() -> None:
    # given: unit c changes by 3 from period 2 to 3 and is treated at 4
    found = group_time_effects(HAND, controls="not_yet_treated")

    assert cells(found)[3, 3] == pytest.approx(4 - (2 + 3) / 3 - 2 / 3)
    assert cells(found)[3, 4] == pytest.approx(4)
    assert [effect.control_units for effect in found.effects] == [3, 3, 2, 4, 2, 2]


def test_analytic_error_is_that_of_two_means() -> None:
    # cohort 3 changes by 5 and 3, never by 1 and 3: each mean has variance 2 / 2^2
    found = group_time_effects(HAND)

    error = next(e.standard_error for e in found.effects if (e.cohort, e.period) == (3, 3))
    assert error == pytest.approx(math.sqrt(2 / 4 + 2 / 4))


def test_error_of_an_average_holds_that_cohort_sizes_are_a_sample() -> None:
    # given: no noise; 6 units with mean effect 2.5 and 4 with 1.5: binomial error of the mix
    panel = simulated_panel(STAGGERED, growth=1, noise=0)

    overall = aggregate(group_time_effects(panel), "group", bootstrap=BOOTSTRAP).overall

    assert overall.estimate == pytest.approx(2.1)
    assert overall.standard_error == pytest.approx((2.5 - 1.5) * math.sqrt(0.6 * 0.4 / 10))


def test_averages_weigh_cohorts_by_their_units() -> None:
    found = group_time_effects(HAND)

    simple, group, dynamic, calendar = (
        aggregate(found, kind, bootstrap=BOOTSTRAP)
        for kind in ("simple", "group", "dynamic", "calendar")
    )

    assert simple.overall.estimate == pytest.approx((2 * 2 + 2 * 4 + 6) / 5)
    assert parts(group) == pytest.approx({3: 3, 4: 6})
    assert group.overall.estimate == pytest.approx((2 * 3 + 6) / 3)
    assert parts(dynamic) == pytest.approx({-2: -1, -1: (2 * 1 + 1) / 3, 0: (2 * 2 + 6) / 3, 1: 4})
    assert dynamic.overall.estimate == pytest.approx((10 / 3 + 4) / 2)
    assert parts(calendar) == pytest.approx({3: 2, 4: (2 * 4 + 6) / 3})
    assert calendar.overall.estimate == pytest.approx((2 + 14 / 3) / 2)


def test_balanced_average_holds_cohorts_seen_long_enough() -> None:
    found = aggregate(group_time_effects(HAND), "dynamic", bootstrap=BOOTSTRAP, balance=1)

    assert parts(found) == pytest.approx({-1: 1, 0: 2, 1: 4})


def test_balance_that_no_cohort_meets_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        aggregate(group_time_effects(HAND), "dynamic", bootstrap=BOOTSTRAP, balance=5)

    assert refusal.value.code == "no_treated_units"


def test_growing_effects_are_recovered_where_the_two_way_coefficient_fails() -> None:
    panel = simulated_panel(STAGGERED, growth=1, effect=1, noise=0)

    found = aggregate(group_time_effects(panel), "dynamic", bootstrap=BOOTSTRAP)

    expected = {time: max(0, time + 1) for time in range(-3, 6)}
    assert parts(found) == pytest.approx(expected, abs=1e-9)


def test_effects_on_a_logarithm_are_ratios() -> None:
    panel = simulated_panel(STAGGERED, effect=math.log(0.8), noise=0)
    counts = replace(panel, outcome=np.exp(panel.outcome), exposure=np.full((20, 8), 2.0))

    found = aggregate(group_time_effects(counts.log_rates()), "simple", bootstrap=BOOTSTRAP)

    assert found.overall.ratio()[0] == pytest.approx(0.8)


def test_same_seed_gives_the_same_interval() -> None:
    found = group_time_effects(simulated_panel(STAGGERED))

    first, again, other = (
        aggregate(found, "dynamic", bootstrap=Bootstrap(seed=seed)) for seed in (5, 5, 6)
    )

    assert first == again
    assert first.parts[0].lower != other.parts[0].lower


@pytest.mark.parametrize("multiplier", ["mammen", "rademacher"])
def test_bootstrap_error_is_near_the_analytic_one(multiplier) -> None:
    found = group_time_effects(simulated_panel((4,) * 100 + (None,) * 100))

    overall = aggregate(
        found, "simple", bootstrap=Bootstrap(seed=2, draws=5000, multiplier=multiplier)
    ).overall

    assert overall.bootstrap_error == pytest.approx(overall.standard_error, rel=0.05)
    assert overall.upper - overall.lower == pytest.approx(2 * 1.959964 * overall.bootstrap_error)


def test_bands_are_wider_than_pointwise_intervals_and_hold_all_at_once() -> None:
    held, pointwise = [], []
    for seed in range(150):
        panel = simulated_panel((4,) * 25 + (6,) * 25 + (None,) * 50, seed=seed)
        found = aggregate(
            group_time_effects(panel), "dynamic", bootstrap=Bootstrap(seed=seed, draws=500)
        )
        held.append(all(part.band_lower < 0 < part.band_upper for part in found.parts))
        pointwise.append(all(part.lower < 0 < part.upper for part in found.parts))
        assert found.critical_value > 1.96

    assert np.mean(held) >= 0.88
    assert np.mean(pointwise) < 0.8


def test_clusters_of_equal_units_have_the_error_of_their_clusters() -> None:
    # given: every unit four times; as units the error is halved, as clusters it is not
    panel = simulated_panel(STAGGERED)
    copies = replace(
        panel,
        units=tuple(f"{unit}-{k}" for k in range(4) for unit in panel.units),
        outcome=np.tile(panel.outcome, (4, 1)),
        first_treated=panel.first_treated * 4,
        clusters=panel.units * 4,
    )

    plain, clustered, unclustered = (
        aggregate(group_time_effects(of), "simple", bootstrap=BOOTSTRAP).overall
        for of in (panel, copies, replace(copies, clusters=None))
    )

    assert clustered.standard_error == pytest.approx(plain.standard_error)
    assert clustered.bootstrap_error == pytest.approx(plain.bootstrap_error, rel=0.1)
    assert unclustered.standard_error == pytest.approx(plain.standard_error / 2)


def test_units_treated_from_the_start_change_nothing() -> None:
    panel = simulated_panel(STAGGERED)
    more = replace(
        panel,
        units=(*panel.units, "always"),
        outcome=np.vstack([panel.outcome, np.full(8, 99.0)]),
        first_treated=(*panel.first_treated, 1),
    )

    assert group_time_effects(more).effects == group_time_effects(panel).effects


def test_without_never_treated_units_only_those_not_yet_treated_can_serve() -> None:
    panel = simulated_panel((3, 3, 5, 5))

    with pytest.raises(Refused) as refusal:
        group_time_effects(panel)
    found = group_time_effects(panel, controls="not_yet_treated")

    assert refusal.value.code == "no_control_units"
    assert {(e.cohort, e.period) for e in found.effects if e.period >= e.cohort} == {(3, 3), (3, 4)}


def test_incomplete_panel_is_refused() -> None:
    outcome = HAND.outcome.copy()
    outcome[0, 0] = np.nan

    with pytest.raises(Refused) as refusal:
        group_time_effects(replace(HAND, outcome=outcome, missing_allowed=True))

    assert refusal.value.code == "incomplete_panel"


def test_one_cluster_has_no_bootstrap() -> None:
    with pytest.raises(Refused) as refusal:
        aggregate(
            group_time_effects(replace(HAND, clusters=("x",) * 5)), "simple", bootstrap=BOOTSTRAP
        )

    assert refusal.value.code == "too_few_clusters"


def test_few_draws_and_a_misplaced_balance_are_errors() -> None:
    found = group_time_effects(HAND)

    with pytest.raises(ValueError, match="100 draws"):
        aggregate(found, "simple", bootstrap=Bootstrap(seed=1, draws=50))
    with pytest.raises(ValueError, match="dynamic"):
        aggregate(found, "group", bootstrap=BOOTSTRAP, balance=1)
