"""Design of roll-outs by place: own windows of the treated, the same months of the untreated."""

from __future__ import annotations

import numpy as np
import psycopg

from busan_safety.evaluation.designs.estimate import Estimate, Groups, Point
from busan_safety.evaluation.designs.query import rows
from busan_safety.evaluation.methods.rate_ratio import pearson_overdispersion, rate_ratio
from busan_safety.evaluation.methods.staggered import Panel, compare
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.model import StaggeredRateRatio


def estimate(connection: psycopg.Connection, plan: Plan) -> Estimate:
    """Read the panel of the plan's outcome and estimate. Raises Refused."""
    return from_panel(plan, read_panel(connection, plan))


def read_panel(connection: psycopg.Connection, plan: Plan) -> Panel:
    """Read the plan's outcome by unit and complete month, and the units' works dates."""
    counted = rows(connection, plan.outcome.measure, plan)
    units = tuple(sorted({row["unit"] for row in counted}))
    months = tuple(sorted({row["month"] for row in counted}))
    counts = np.array([row["event_count"] for row in counted], dtype=np.int64)
    works = rows(connection, str(plan.dates.roll_out), plan)
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
