"""Design of single days: days of an event against weekdays of its month in its district."""

from __future__ import annotations

from typing import Any

import numpy as np
import psycopg

from busan_safety.evaluation.designs.estimate import Estimate, Groups, Point
from busan_safety.evaluation.designs.query import Rows, rows
from busan_safety.evaluation.methods.matched_days import MatchedDays as Matched
from busan_safety.evaluation.methods.matched_days import matched_days
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import MatchedDays


def read_rows(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read the rows of the plan's query."""
    method, measure = plan.method, plan.outcome.measure
    if not isinstance(method, MatchedDays):
        raise TypeError(f"{plan.plan_id} is of another design")
    around = {"days_around": 7 * method.weeks_around, "days_beside": method.days_beside}
    return {measure: rows(connection, measure, plan, **around)}


def estimate_rows(read: Rows, plan: Plan) -> Estimate:
    """Estimate the ratio of events a day to comparable days. Raises Refused.

    The query gives unit (the event), day, iso_weekday, day_kind ("event", "beside", "comparable")
    and event_count of its district; delivered days only. A comparable day is free of events and of
    days beside them.
    """
    method = plan.method
    if not isinstance(method, MatchedDays):
        raise TypeError(f"{plan.plan_id} is of another design")
    found = read[plan.outcome.measure]
    if not found:
        raise Refused("no_treated_units", "No event lies in the delivered period.")
    kinds = np.array([row["day_kind"] for row in found])
    result = matched_days(
        np.array([row["event_count"] for row in found], dtype=np.int64),
        kinds,
        np.array([row["unit"] for row in found]),
        np.array([f"{row['day']:%Y-%m}|{row['iso_weekday']}" for row in found]),
        level=method.level,
        minimum_events=method.minimum_events,
    )
    days = [row["day"] for row in found if row["day_kind"] == "event"]
    every = [row["day"] for row in found]
    ratio = result.ratio
    return Estimate(
        estimate=ratio.estimate,
        lower=ratio.lower,
        upper=ratio.upper,
        standard_error=ratio.standard_error,
        p_value=ratio.p_value,
        groups=Groups(len(days), int((kinds == "comparable").sum())),
        before=(min(every), max(every)),
        after=(min(days), max(days)),
        treated_before=None,
        treated_after=result.observed,
        control_after=result.comparable,
        overdispersion=max(1.0, result.dispersion),
        diagnostics=_checks(result, found),
        points=tuple(
            Point(series, series, one.estimate, one.lower, one.upper)
            for series, one in (("event_days", ratio), ("days_beside", result.beside))
            if one is not None
        ),
    )


def _checks(result: Matched, found: list[dict[str, Any]]) -> dict[str, Any]:
    beside = result.beside
    return {
        "events": len({row["unit"] for row in found}),
        "strata": result.strata,
        "expected_on_event_days": round(result.expected, 3),
        "days_beside_ratio": beside and round(beside.estimate, 6),
        "days_beside_ratio_lower_95": beside and round(beside.lower, 6),
        "days_beside_ratio_upper_95": beside and round(beside.upper, 6),
        "least_without_one": round(min(result.without_one), 6) if result.without_one else None,
        "most_without_one": round(max(result.without_one), 6) if result.without_one else None,
    }
