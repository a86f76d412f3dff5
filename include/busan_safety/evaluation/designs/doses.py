"""Design of what every district got, but not as much of: districts' amounts over the same months.

Nothing begins here, so nothing is "before": what is compared is whether events went another way in
the months in which a district got more than others, than it usually gets, did.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import psycopg

from busan_safety.evaluation.designs.estimate import Estimate, Groups, Point
from busan_safety.evaluation.designs.query import Rows, rows
from busan_safety.evaluation.methods.dose import DoseEffect, dose_effect
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import Dose


def read_rows(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read the rows of the plan's query."""
    measure = plan.outcome.measure
    return {measure: rows(connection, measure, plan)}


def estimate_rows(read: Rows, plan: Plan) -> Estimate:
    """Estimate the ratio of rates per step of the amount. Raises Refused.

    The query gives unit, period_start, period_end, event_count, exposure (or null: counts alone)
    and dose, the amount in steps of the plan's `unit_of_dose`; every unit in every period.
    """
    method = plan.method
    if not isinstance(method, Dose):
        raise TypeError(f"{plan.plan_id} is of another design")
    found = read[plan.outcome.measure]
    if not found:
        raise Refused("no_complete_months", "No period of the study was delivered.")
    units = sorted({row["unit"] for row in found})
    periods = sorted({row["period_start"] for row in found})
    if len(periods) < 2:
        raise Refused("too_few_points", "A single period cannot show a change.")
    tables = {
        name: _table(found, name, units, periods) for name in ("event_count", "dose", "exposure")
    }
    exposure = tables["exposure"]
    result = dose_effect(
        tables["event_count"],
        tables["dose"],
        exposure=None if np.isnan(exposure).all() else exposure,
        seed=method.seed,
        draws=method.draws,
        level=method.level,
        minimum_events=method.minimum_events,
    )
    ratio = result.ratio
    return Estimate(
        estimate=ratio.estimate,
        lower=ratio.lower,
        upper=ratio.upper,
        standard_error=ratio.standard_error,
        p_value=ratio.p_value,
        groups=Groups(len(units), None),
        before=(periods[0], max(row["period_end"] for row in found)),
        after=(periods[0], max(row["period_end"] for row in found)),
        treated_before=None,
        treated_after=int(tables["event_count"].sum()),
        overdispersion=result.dispersion,
        diagnostics={
            "least_dose": round(float(tables["dose"].min()), 3),
            "mean_dose": round(float(tables["dose"].mean()), 3),
            "most_dose": round(float(tables["dose"].max()), 3),
            "placebo_districts_p": float(f"{ratio.p_value:.3g}"),
            "placebo_draws": result.draws,
            "clustered_error": round(result.clustered_error, 6),
            "least_without_one": _rounded(min(result.without_one, default=None)),
            "most_without_one": _rounded(max(result.without_one, default=None)),
        },
        points=_points(result),
    )


def _table(
    found: list[dict[str, Any]], name: str, units: list[str], periods: list[date]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Values of a column, shape (units, periods). Raises Refused for an empty cell."""
    values = np.full((len(units), len(periods)), np.nan)
    place = {unit: at for at, unit in enumerate(units)}
    when = {period: at for at, period in enumerate(periods)}
    for row in found:
        if row[name] is not None:
            values[place[row["unit"]], when[row["period_start"]]] = float(row[name])
    missing = np.isnan(values)
    if missing.any() and (name != "exposure" or not missing.all()):
        raise Refused("incomplete_panel", f"A district lacks {name} in a period.")
    return values


def _points(result: DoseEffect) -> tuple[Point, ...]:
    ratio = result.ratio
    found = [Point("dose", "all", ratio.estimate, ratio.lower, ratio.upper)]
    if result.without_one:
        found += [
            Point("dose", "least_without_one", min(result.without_one)),
            Point("dose", "most_without_one", max(result.without_one)),
        ]
    return tuple(found)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
