"""Design of what came everywhere at once and shows in minutes: a series against its own past."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import psycopg

from busan_safety.evaluation.designs.estimate import Estimate, Groups, Point
from busan_safety.evaluation.designs.query import Rows, rows
from busan_safety.evaluation.methods.interrupted_minutes import interrupted_minutes
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import InterruptedMinutes


def read_rows(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read the rows of the plan's query."""
    measure = plan.outcome.measure
    return {measure: rows(connection, measure, plan)}


def estimate_rows(read: Rows, plan: Plan) -> Estimate:
    """Estimate the change of typical minutes from the city's months. Raises Refused.

    The query gives month, case_count, mean_log_minutes and open_count, the cases without an end,
    which no minutes can be told of.
    """
    method, interruption = plan.method, plan.dates.interruption
    if not isinstance(method, InterruptedMinutes) or interruption is None:
        raise TypeError(f"{plan.plan_id} is of another design")
    found = read[plan.outcome.measure]
    if not found:
        raise Refused("no_complete_months", "No month of the study period was delivered.")
    months = tuple(row["month"] for row in found)
    cases = np.array([row["case_count"] for row in found], dtype=np.int64)
    result = interrupted_minutes(
        months,
        np.array([float(row["mean_log_minutes"]) for row in found]),
        cases,
        interruption,
        harmonic_pairs=method.harmonic_pairs,
        level=method.level,
        minimum_cases=method.minimum_cases,
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
        treated_before=int(cases[~is_after].sum()),
        treated_after=int(cases[is_after].sum()),
        unit="time_ratio",
        diagnostics={
            "months_before": result.months_before,
            "months_after": result.months_after,
            "trend_ratio_a_month": round(result.trend.estimate, 6),
            "hac_lags": result.hac_lags,
            "error_if_months_were_independent": round(result.plain_error, 6),
            "durbin_watson": round(result.durbin_watson, 6),
            "cases_without_an_end": sum(row["open_count"] for row in found),
        },
        points=tuple(
            Point(series, month.isoformat(), float(values[at]), low, high)
            for at, month in enumerate(months)
            for series, values, low, high in (
                ("observed", curves.observed, None, None),
                ("fitted", curves.fitted, None, None),
                (
                    "counterfactual",
                    curves.counterfactual,
                    float(curves.counterfactual_lower[at]),
                    float(curves.counterfactual_upper[at]),
                ),
            )
        ),
    )


def _last_day(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
