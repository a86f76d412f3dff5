"""Design of roll-outs by place: own windows of the treated, the same months of the untreated."""

from __future__ import annotations

import numpy as np
import psycopg

from busan_safety.evaluation.designs.estimate import Estimate, Groups, Point
from busan_safety.evaluation.designs.query import Rows, rows
from busan_safety.evaluation.methods.rate_ratio import pearson_overdispersion, rate_ratio
from busan_safety.evaluation.methods.staggered import Panel, compare
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import StaggeredRateRatio


def read_rows(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read the plan's outcome by unit and complete month, and the units' works dates."""
    return {
        name: rows(connection, name, plan)
        for name in (plan.outcome.measure, str(plan.dates.roll_out))
    }


def estimate_rows(read: Rows, plan: Plan) -> Estimate:
    """Estimate from the panel of the plan's outcome. Raises Refused."""
    return from_panel(plan, panel_of(read, plan))


def panel_of(read: Rows, plan: Plan) -> Panel:
    """Return the counts by unit and month with the units' works dates."""
    counted = read[plan.outcome.measure]
    units = tuple(sorted({row["unit"] for row in counted}))
    months = tuple(sorted({row["month"] for row in counted}))
    counts = np.array([row["event_count"] for row in counted], dtype=np.int64)
    works = read[str(plan.dates.roll_out)]
    return Panel(
        units,
        months,
        counts.reshape(len(units), len(months)),
        {row["unit"]: row["first_works_on"] for row in works},
    )


def from_panel(plan: Plan, panel: Panel) -> Estimate:
    """Estimate from a panel: the ratio of ratios of four cells. Raises Refused."""
    method = plan.method
    if not isinstance(method, StaggeredRateRatio):
        raise TypeError(f"{plan.plan_id} is of another design")
    comparison = compare(
        panel,
        window_months=plan.dates.window_months or 0,
        minimum_window_months=plan.dates.minimum_window_months,
    )
    overdispersion = pearson_overdispersion(panel.never_treated())
    cells = comparison.cells
    ratio = rate_ratio(
        cells,
        overdispersion=overdispersion,
        level=method.level,
        minimum_events=method.minimum_events_per_cell,
    )
    return Estimate.of_cells(
        ratio,
        cells,
        groups=Groups(comparison.treated_units, comparison.control_units),
        before=comparison.before,
        after=comparison.after,
        overdispersion=overdispersion,
        diagnostics={"excluded_units": comparison.excluded_units},
        points=(
            Point("treated", "before", cells.treated_before),
            Point("treated", "after", cells.treated_after),
            Point("comparison", "before", cells.control_before),
            Point("comparison", "after", cells.control_after),
        ),
    )
