"""Design of what came everywhere at once: a city's monthly series against its own past."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta

import numpy as np
import psycopg

from busan_safety.evaluation.designs.estimate import Estimate, Groups, Point
from busan_safety.evaluation.designs.query import Rows, rows
from busan_safety.evaluation.methods.interrupted_series import Series, interrupted_series
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import InterruptedTimeSeries


def read_rows(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read the rows of the plan's query."""
    measure = plan.outcome.measure
    return {measure: rows(connection, measure, plan)}


def estimate_rows(read: Rows, plan: Plan) -> Estimate:
    """Estimate the change of level from the city's months. Raises Refused.

    The query gives month, event_count, exposure (or null) and series_break, the months from which
    on the series counts something else.
    """
    method, interruption = plan.method, plan.dates.interruption
    if not isinstance(method, InterruptedTimeSeries) or interruption is None:
        raise TypeError(f"{plan.plan_id} is of another design")
    found = read[plan.outcome.measure]
    if not found:
        raise Refused("no_complete_months", "No month of the study period was delivered.")
    months = tuple(row["month"] for row in found)
    counts = np.array([row["event_count"] for row in found], dtype=np.int64)
    exposure = None
    if all(row["exposure"] is not None for row in found):
        exposure = np.array([float(row["exposure"]) for row in found])
    result = interrupted_series(
        Series(months, counts, exposure),
        interruption,
        slope_change=method.slope_change,
        harmonic_pairs=method.harmonic_pairs,
        breaks=[row["month"] for row in found if row["series_break"]],
        student_t=True,
        level=method.level,
        minimum_events=method.minimum_events,
    )
    change, is_after = result.level_change, np.array([month >= interruption for month in months])
    curves = result.curves
    return Estimate(
        estimate=change.estimate,
        lower=change.lower,
        upper=change.upper,
        standard_error=change.standard_error,
        p_value=change.p_value,
        groups=Groups(1, None),
        before=(months[0], interruption - timedelta(days=1)),
        after=(interruption, _last_day(months[-1])),
        treated_before=int(counts[~is_after].sum()),
        treated_after=int(counts[is_after].sum()),
        overdispersion=max(1.0, result.dispersion),
        diagnostics={
            "months_before": result.months_before,
            "months_after": result.months_after,
            "trend_ratio_a_month": round(result.trend.estimate, 6),
            **{name: round(value, 6) for name, value in asdict(result.autocorrelation).items()},
        },
        points=tuple(
            Point(series, month.isoformat(), float(value), low, high)
            for series, values, lower, upper in (
                ("observed", curves.observed, None, None),
                ("fitted", curves.fitted, curves.fitted_lower, curves.fitted_upper),
                (
                    "counterfactual",
                    curves.counterfactual,
                    curves.counterfactual_lower,
                    curves.counterfactual_upper,
                ),
            )
            for at, (month, value) in enumerate(zip(curves.months, values, strict=True))
            for low, high in [
                (None, None)
                if lower is None or upper is None
                else (float(lower[at]), float(upper[at]))
            ]
        ),
    )


def _last_day(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
