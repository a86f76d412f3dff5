"""Design of works in small zones: the zone, a ring around it and the rest of the district.

Each zone is read over its own months before and after, 12 at most. Its comparison is what the rest
of its district did over the same months; the ring of 200 m is where crime may have moved to.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import psycopg

from busan_safety.evaluation.designs.estimate import Estimate, Groups, Point
from busan_safety.evaluation.designs.query import Rows, rows
from busan_safety.evaluation.methods.displacement import (
    BeforeAfter,
    displacement_difference,
    displacement_quotient,
)
from busan_safety.evaluation.methods.rate_ratio import Cells, rate_ratio
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import ZonesWithBuffers
from busan_safety.evaluation.spans import last_day


def read_rows(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read the zones with enough months on either side of their works."""
    measure, least = plan.outcome.measure, plan.dates.minimum_window_months
    return {measure: rows(connection, measure, plan, minimum_months=least)}


def estimate_rows(read: Rows, plan: Plan) -> Estimate:
    """Estimate the ratio of changes from the zones' counts. Raises Refused.

    The query gives one row per zone with enough months: inside, ring and rest, before and after,
    works_on, the first day of the month of completion, and the days between which months were
    delivered. The comparison's change is averaged over zones by what happened in them before;
    its counts are as many as give that average its Poisson error.
    """
    method = plan.method
    if not isinstance(method, ZonesWithBuffers):
        raise TypeError(f"{plan.plan_id} is of another design")
    found = [
        row
        for row in read[plan.outcome.measure]
        if row["rest_before"] > 0 and row["rest_after"] > 0
    ]
    if not found:
        raise Refused("no_treated_units", "No zone has enough months before and after its works.")
    counts = {name: _column(found, name) for name in found[0] if name.endswith(("fore", "after"))}
    inside_before, inside_after = counts["inside_before"], counts["inside_after"]
    change = counts["rest_after"] / counts["rest_before"]
    if inside_before.sum() == 0:
        raise Refused("too_few_events", "The zones hold no events before their works.")
    control_before, control_after = _comparison(counts, [row["district_code"] for row in found])
    cells = Cells(int(inside_before.sum()), int(inside_after.sum()), control_before, control_after)
    overdispersion = _overdispersion(inside_before, inside_after, change)
    ratio = rate_ratio(
        cells,
        overdispersion=overdispersion,
        level=method.level,
        minimum_events=method.minimum_events_per_cell,
    )
    return Estimate.of_cells(
        ratio,
        cells,
        groups=Groups(len(found), len({row["district_code"] for row in found})),
        before=(
            min(row["window_start"] for row in found),
            max(row["works_on"] for row in found) - timedelta(days=1),
        ),
        # The month of completion counts on neither side.
        after=(
            last_day(min(row["works_on"] for row in found), "month") + timedelta(days=1),
            max(row["window_end"] for row in found),
        ),
        overdispersion=overdispersion,
        diagnostics=_displacement(counts, change, method),
        points=(
            Point("treated", "before", cells.treated_before),
            Point("treated", "after", cells.treated_after),
            Point("buffer", "before", int(counts["ring_before"].sum())),
            Point("buffer", "after", int(counts["ring_after"].sum())),
            Point("comparison", "before", control_before),
            Point("comparison", "after", control_after),
        ),
    )


def _comparison(counts: Any, districts: list[str]) -> tuple[int, int]:
    """Counts before and after with the ratio of the averaged change, and with its error.

    Districts are independent, zones of one share its rest: the average's relative variance is the
    sum over districts of share^2 (1 / before + 1 / after), and the two counts are those of a single
    area whose ratio has the same.
    """
    before, after = counts["rest_before"], counts["rest_after"]
    part = counts["inside_before"] * after / before
    _, at = np.unique(districts, return_inverse=True)
    zones = np.bincount(at)
    share = np.bincount(at, part) / part.sum()
    of_district = np.bincount(at, 1 / before + 1 / after) / zones
    change = float(part.sum() / counts["inside_before"].sum())
    size = (1 + 1 / change) / float((share**2 * of_district).sum())
    return round(size), round(size * change)


def _column(found: list[dict[str, Any]], name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([row[name] for row in found], dtype=np.float64)


def _overdispersion(before: Any, after: Any, change: Any) -> float:
    """Pearson dispersion of the zones' counts after around a common ratio, never below 1.

    A zone's count before is a draw, too: the variance of the difference is that of both.
    """
    expected = before * change
    common = after.sum() / expected.sum()
    variance = common * expected + (common * change) ** 2 * before
    held = variance > 0
    if held.sum() < 2:
        raise Refused("no_variation", "Dispersion needs at least two zones with events.")
    chi_square = (((after - common * expected) ** 2)[held] / variance[held]).sum()
    return max(1.0, float(chi_square) / (int(held.sum()) - 1))


def _displacement(counts: Any, change: Any, method: ZonesWithBuffers) -> dict[str, Any]:
    """Quotient and difference of the zones and their rings against the rest of the districts."""
    areas = {
        name: BeforeAfter(int(counts[f"{name}_before"].sum()), int(counts[f"{name}_after"].sum()))
        for name in ("inside", "ring")
    }
    # The rest scaled to the size of the zones and of the rings: their own counterfactual.
    control = {
        name: BeforeAfter(area.before, round(float((counts[f"{name}_before"] * change).sum())))
        for name, area in areas.items()
    }
    quotient = displacement_quotient(areas["inside"], areas["ring"], control["inside"])
    figures: dict[str, Any] = {
        "displacement_quotient": None if quotient.value is None else round(quotient.value, 6),
        "displacement_undefined": quotient.undefined,
        "buffer_before": areas["ring"].before,
        "buffer_after": areas["ring"].after,
    }
    try:
        found = displacement_difference(
            areas["inside"],
            control["inside"],
            displacement_treated=areas["ring"],
            displacement_control=control["ring"],
            level=method.level,
        )
    except Refused:
        return figures | {"displacement_difference": None}
    total = found.total
    return figures | {
        "displacement_difference": round(total.estimate, 3),
        "displacement_difference_lower_95": round(total.lower, 3),
        "displacement_difference_upper_95": round(total.upper, 3),
    }
