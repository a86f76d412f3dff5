"""Design of cameras by map cell: quarters of cells with a first camera against cells without.

Cameras go where crime is, so a cell's own quarters before are its basis, and the course before the
camera shows whether it was already going another way. The cells around are read apart: they are
where crime may have moved to, and no comparison.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import h3
import numpy as np
import psycopg

from busan_safety.evaluation.designs.estimate import Estimate, Groups, Point
from busan_safety.evaluation.designs.query import Rows, rows
from busan_safety.evaluation.methods.group_time import Bootstrap, aggregate, group_time_effects
from busan_safety.evaluation.methods.group_time_ratio import GroupTimeRatios, group_time_ratios
from busan_safety.evaluation.methods.panel import UnitPanel
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import GroupTimeRatio


def read_rows(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read the rows of the plan's query."""
    measure = plan.outcome.measure
    return {measure: rows(connection, measure, plan)}


def estimate_rows(read: Rows, plan: Plan) -> Estimate:
    """Estimate the ratio of events from the quarters of every cell. Raises Refused.

    The query gives unit (an H3 cell), cluster (the dong), quarter, event_count and started_on, the
    month of the first camera in the cell; every cell in every delivered quarter. A cell beside one
    with a new camera, without a new one itself, belongs to the surroundings.
    """
    method = plan.method
    if not isinstance(method, GroupTimeRatio):
        raise TypeError(f"{plan.plan_id} is of another design")
    found = read[plan.outcome.measure]
    if not found:
        raise Refused("no_complete_months", "No quarter of the study period was delivered.")
    panel, quarters = _panel(found)
    starts = panel.cohorts()
    changing = np.isfinite(starts) & (starts > panel.periods[0])
    around = _around(panel, changing)
    told = _ratios(panel.select(~np.isfinite(around)), method, method.minimum_events)
    used = [quarters[int(at)] for at in starts[changing]]
    return Estimate(
        estimate=told.overall.estimate,
        lower=told.overall.lower,
        upper=told.overall.upper,
        standard_error=told.overall.standard_error,
        p_value=told.overall.p_value,
        groups=Groups(told.treated_units, told.control_units),
        before=(quarters[0], max(used) - timedelta(days=1)),
        after=(_next(min(used)), _next(quarters[-1]) - timedelta(days=1)),
        treated_before=told.before,
        treated_after=told.after,
        diagnostics={
            "expected_after": round(told.expected, 3),
            "events_less_expected": round(told.difference.estimate, 3),
            "effective_clusters": round(told.effective_clusters, 1),
            "pre_trend_p": _rounded(told.leads_p),
            "group_time_difference_a_quarter": _difference(panel, around, method),
            **_surroundings(panel, around, told, method),
            "always_treated_units": int(panel.always_treated().sum()),
        },
        points=tuple(
            Point(
                "event_study",
                f"{one.relative_time:+d}",
                one.ratio.estimate,
                one.ratio.lower,
                one.ratio.upper,
            )
            for one in told.course
        ),
    )


def _panel(found: list[dict[str, Any]]) -> tuple[UnitPanel, list[date]]:
    quarters = sorted({row["quarter"] for row in found})
    column = {quarter: at for at, quarter in enumerate(quarters)}
    units = sorted({row["unit"] for row in found})
    position = {unit: at for at, unit in enumerate(units)}
    counts = np.zeros((len(units), len(quarters)))
    clusters: dict[str, str] = {}
    started: dict[str, date | None] = {}
    for row in found:
        counts[position[row["unit"]], column[row["quarter"]]] = float(row["event_count"])
        clusters[row["unit"]] = row["cluster"]
        started[row["unit"]] = row["started_on"]
    return (
        UnitPanel(
            units=tuple(units),
            periods=tuple(range(len(quarters))),
            outcome=counts,
            first_treated=tuple(_quarter_of(started[unit], quarters) for unit in units),
            clusters=tuple(clusters[unit] for unit in units),
        ),
        quarters,
    )


def _quarter_of(started: date | None, quarters: list[date]) -> int | None:
    if started is None or started >= _next(quarters[-1]):
        return None
    return sum(quarter <= started for quarter in quarters[1:])


def _around(panel: UnitPanel, changing: Any) -> Any:
    """First start of a neighbour's camera, shape (units,); infinity away from new cameras."""
    near = np.full(len(panel.units), np.inf)
    position = {unit: at for at, unit in enumerate(panel.units)}
    starts = panel.cohorts()
    for at in np.flatnonzero(changing):
        for cell in h3.grid_disk(panel.units[at], 1):
            other = position.get(cell)
            if other is not None and np.isinf(starts[other]):
                near[other] = min(near[other], starts[at])
    return near


def _ratios(panel: UnitPanel, method: GroupTimeRatio, least: int) -> GroupTimeRatios:
    return group_time_ratios(panel, level=method.level, minimum_events=least)


def _surroundings(
    panel: UnitPanel, around: Any, told: GroupTimeRatios, method: GroupTimeRatio
) -> dict[str, Any]:
    """What the cells around did: a ratio, and the weighted displacement difference in events.

    Wheeler & Ratcliffe 2018: the change of treated cells and of those around together.
    """
    names = ("lower_95", "upper_95")
    empty: dict[str, Any] = {"surroundings_ratio": None, "displacement_difference": None}
    empty |= {f"surroundings_ratio_{name}": None for name in names}
    empty |= {f"displacement_difference_{name}": None for name in names}
    treated = np.isfinite(panel.cohorts())
    ring = panel.with_first_treated(
        [int(start) if np.isfinite(start) else None for start in around]
    ).select(~treated)
    try:
        moved = _ratios(ring, method, 1)
    except Refused:
        return empty
    both = told.difference.estimate + moved.difference.estimate
    reach = (told.difference.upper - told.difference.lower) / 2
    other = (moved.difference.upper - moved.difference.lower) / 2
    width = float(np.hypot(reach, other))
    return {
        "surroundings_ratio": round(moved.overall.estimate, 6),
        "surroundings_ratio_lower_95": round(moved.overall.lower, 6),
        "surroundings_ratio_upper_95": round(moved.overall.upper, 6),
        "displacement_difference": round(both, 3),
        "displacement_difference_lower_95": round(both - width, 3),
        "displacement_difference_upper_95": round(both + width, 3),
    }


def _difference(panel: UnitPanel, around: Any, method: GroupTimeRatio) -> float | None:
    """Callaway & Sant'Anna's simple average in events a cell and quarter, as in `did`."""
    try:
        effects = group_time_effects(panel.select(np.isinf(around)), controls="not_yet_treated")
        bootstrap = Bootstrap(seed=method.seed, draws=method.draws)
        return round(aggregate(effects, "simple", bootstrap=bootstrap).overall.estimate, 6)
    except Refused:
        return None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _next(quarter: date) -> date:
    return (quarter.replace(day=1) + timedelta(days=95)).replace(day=1)
