"""Ratios of a staggered roll-out over cells most of which hold no event."""

from __future__ import annotations

import numpy as np
import pytest

from busan_safety.evaluation.methods.group_time_ratio import GroupTimeRatios, group_time_ratios
from busan_safety.evaluation.methods.panel import UnitPanel
from busan_safety.evaluation.methods.refusal import Refused

CELLS, QUARTERS = 400, 12


def panel(*, ratio: float = 1.0, seed: int = 1, level: float = 0.6) -> UnitPanel:
    """Sparse cells of uneven danger under a common trend; 80 of the worst get it at three dates."""
    rng = np.random.default_rng(seed)
    danger = level * rng.gamma(1.0, 1.0, CELLS) + 0.05
    order = np.argsort(-danger)
    starts: list[int | None] = [None] * CELLS
    for rank, cell in enumerate(order[:80]):
        starts[int(cell)] = (4, 6, 8)[rank % 3]
    trend = np.linspace(1.0, 1.6, QUARTERS)
    expected = danger[:, None] * trend[None, :]
    for cell, start in enumerate(starts):
        if start is not None:
            expected[cell, start + 1 :] *= ratio
    return UnitPanel(
        units=tuple(f"c{cell:03}" for cell in range(CELLS)),
        periods=tuple(range(QUARTERS)),
        outcome=rng.poisson(expected).astype(float),
        first_treated=tuple(starts),
        clusters=tuple(f"d{cell % 40:02}" for cell in range(CELLS)),
    )


def estimated(of: UnitPanel) -> GroupTimeRatios:
    return group_time_ratios(of)


def test_a_planted_ratio_is_found_though_busy_cells_were_chosen() -> None:
    found = estimated(panel(ratio=0.6))

    assert found.overall.lower < 0.6 < found.overall.upper < 0.8
    assert found.difference.upper < 0
    assert found.leads_p is not None
    assert found.leads_p > 0.01


def test_a_common_trend_alone_is_no_difference() -> None:
    found = estimated(panel(ratio=1.0))

    assert found.overall.lower < 1 < found.overall.upper
    assert found.expected == pytest.approx(found.after, rel=0.2)


def test_it_is_the_ratio_of_sums_where_there_is_one_cohort() -> None:
    counts = np.array([[4.0, 6.0, 9.0, 5.0]] * 5 + [[10.0, 10.0, 10.0, 20.0]] * 7)
    counts[:2, 3] += [1, -1]
    one = UnitPanel(
        units=tuple(f"u{at:02}" for at in range(12)),
        periods=(0, 1, 2, 3),
        outcome=counts,
        first_treated=(2,) * 5 + (None,) * 7,
    )

    found = estimated(one)

    # 25 seen in the treated; 5 x mean(4, 6) x 20 / 10 expected. The quarter of the start is out.
    assert found.overall.estimate == pytest.approx(25 / 50)
    assert (found.before, found.after, found.expected) == (50, 25, pytest.approx(50))
    # Clusters nearly of one size: that there are five of them is no error of the ratio.
    assert found.effective_clusters == pytest.approx(5, rel=0.01)
    assert 0.4 < found.overall.lower < 0.5 < found.overall.upper < 0.6


def test_units_treated_before_are_no_comparison() -> None:
    counts = np.full((12, 6), 20.0)
    counts[:4, 2:] = 5  # begins in period 1: a fall to a quarter
    counts[4:8, 4:] = 5  # begins in period 3
    counts += np.random.default_rng(1).uniform(-0.2, 0.2, counts.shape)
    two = UnitPanel(
        units=tuple(f"u{at:02}" for at in range(12)),
        periods=tuple(range(6)),
        outcome=counts,
        first_treated=(1,) * 4 + (3,) * 4 + (None,) * 4,
    )

    found = estimated(two)

    # Against the first cohort the second one would look as if it had risen.
    assert found.overall.estimate == pytest.approx(0.25, rel=0.03)
    course = [one.ratio.estimate for one in found.course if one.relative_time > 0]
    assert course == pytest.approx([0.25] * 4, rel=0.05)


def test_units_that_do_not_differ_are_refused() -> None:
    alike = UnitPanel(
        units=tuple(f"u{at:02}" for at in range(12)),
        periods=tuple(range(6)),
        outcome=np.full((12, 6), 20.0),
        first_treated=(2,) * 4 + (None,) * 8,
    )
    with pytest.raises(Refused) as refusal:
        estimated(alike)

    assert refusal.value.code == "no_variation"


def test_errors_cover_about_as_often_as_they_say() -> None:
    held = [estimated(panel(ratio=0.8, seed=seed)).overall for seed in range(10, 50)]

    covered = sum(one.lower < 0.8 < one.upper for one in held)
    assert covered >= 34


@pytest.mark.parametrize(
    ("starts", "code"),
    [
        ([None] * 12, "no_treated_units"),
        ([2] * 12, "no_control_units"),
        ([0] * 5 + [3] * 5 + [None] * 2, "no_periods_before"),
    ],
)
def test_what_cannot_be_compared_is_refused(starts: list[int | None], code: str) -> None:
    of = UnitPanel(
        units=tuple(f"u{at:02}" for at in range(12)),
        periods=(0, 1, 2, 3),
        outcome=np.ones((12, 4)) * 9,
        first_treated=tuple(starts),
    )
    with pytest.raises(Refused) as refusal:
        estimated(of)

    assert refusal.value.code == code


def test_too_few_events_or_places_are_refused() -> None:
    with pytest.raises(Refused) as few_events:
        estimated(panel(level=0.0).select(np.arange(CELLS) % 4 == 0))
    with pytest.raises(Refused) as few_clusters:
        of = panel()
        estimated(UnitPanel(of.units, of.periods, of.outcome, of.first_treated, None, ("d",) * 400))

    with pytest.raises(Refused) as two_clusters:
        of = panel()
        treated = np.isfinite(of.cohorts())
        names = tuple("ab"[at % 2] if treated[at] else f"d{at % 40}" for at in range(CELLS))
        estimated(UnitPanel(of.units, of.periods, of.outcome, of.first_treated, None, names))

    assert two_clusters.value.code == "too_few_clusters"
    assert few_events.value.code == "too_few_events"
    assert few_clusters.value.code == "too_few_clusters"
