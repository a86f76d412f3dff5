"""Design of devices at sites chosen for their accidents: empirical Bayes before and after.

Sites are chosen where much happened, so less happens there afterwards anyway (Hauer 1997). What
sites of the kind expect is learned from all of them, in the time before anybody's installation:
the sites that a choice by accidents left over had fewer than such sites expect, and a function
fitted to them alone would make every device look harmful.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import psycopg
from scipy import stats

from busan_safety.evaluation.designs.estimate import Estimate, Groups, Point
from busan_safety.evaluation.designs.query import Rows, rows
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.site_before_after import (
    SafetyPerformance,
    SitePeriod,
    Trend,
    before_after,
    fit_safety_performance,
)
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import SiteBeforeAfter

_YEAR = 365.25
_MONTH = _YEAR / 12


def read_rows(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read the sites with the plan's facility and those with none."""
    measure, method = plan.outcome.measure, _method(plan)
    parameters = {"treatment": method.treatment, "offenders": method.offenders}
    return {measure: rows(connection, measure, plan, **parameters)}


def estimate_rows(read: Rows, plan: Plan) -> Estimate:
    """Estimate from accidents at sites with and without the facility. Raises Refused.

    A treated site enters with at least `minimum_window_months` on either side of its installation.
    The trend is that of the reference sites, cut at the treated sites' median installation and
    corrected in the same way.
    """
    method, found = _method(plan), read[plan.outcome.measure]
    if not found:
        raise Refused("no_complete_months", "No year of the study period was delivered.")
    reference = [row for row in found if row["installed_on"] is None]
    least = plan.dates.minimum_window_months * _MONTH
    treated = [
        row
        for row in found
        if row["installed_on"] is not None
        and (row["installed_on"] - row["first_on"]).days >= least
        and (row["last_on"] - row["installed_on"]).days >= least
    ]
    if not treated:
        raise Refused("no_treated_units", "No site has enough months on either side.")
    if not reference:
        raise Refused("no_control_units", "No site of the kind was left as it was.")

    if treated[0]["common_days"] < least:
        raise Refused("too_few_points", "Too little time before the first installation.")

    function = fit_safety_performance(_period([*reference, *treated], "common"))
    first = min(row["first_on"] for row in treated)
    last = max(row["last_on"] for row in treated)
    before, after = _period(treated, "before"), _period(treated, "after")
    result = before_after(
        before,
        after,
        function,
        trend=_trend(reference, function),
        level=method.level,
        minimum_events=method.minimum_events,
    )
    effect = result.effect
    error = float(np.sqrt(effect.variance)) / effect.theta
    dates = sorted(row["installed_on"] for row in treated)
    return Estimate(
        estimate=effect.theta,
        lower=effect.lower,
        upper=effect.upper,
        standard_error=error,
        p_value=2 * float(stats.norm.sf(abs(np.log(effect.theta)) / error)),
        groups=Groups(len(treated), len(reference)),
        before=(first, dates[-1] - timedelta(days=1)),
        after=(dates[0] + timedelta(days=1), last),
        treated_before=int(before.counts.sum()),
        treated_after=int(after.counts.sum()),
        control_before=int(_period(reference, "early").counts.sum()),
        control_after=int(_period(reference, "late").counts.sum()),
        diagnostics={
            "predicted_without": round(result.predicted, 3),
            "naive_ratio": round(result.naive.theta, 6),
            "naive_lower_95": round(result.naive.lower, 6),
            "naive_upper_95": round(result.naive.upper, 6),
            "regression_to_the_mean": round(result.regression_to_the_mean, 6),
            "excluded_units": len(found) - len(treated) - len(reference),
        },
        points=(
            Point("naive", "naive", result.naive.theta, result.naive.lower, result.naive.upper),
            Point("empirical_bayes", "empirical_bayes", effect.theta, effect.lower, effect.upper),
        ),
    )


def _method(plan: Plan) -> SiteBeforeAfter:
    if not isinstance(plan.method, SiteBeforeAfter):
        raise TypeError(f"{plan.plan_id} is of another design")
    return plan.method


def _trend(reference: list[dict[str, Any]], function: SafetyPerformance) -> Trend:
    """What the years did to sites left as they were, beyond their own regression to the mean.

    A choice by accidents leaves sites over that had fewer than usual; their plain change from early
    to late would carry that luck into the trend.
    """
    change = before_after(_period(reference, "early"), _period(reference, "late"), function).effect
    return Trend(ratio=change.theta, relative_variance=change.variance / change.theta**2)


def _period(sites: list[dict[str, Any]], name: str) -> SitePeriod:
    return SitePeriod(
        counts=np.array([row[f"{name}_count"] for row in sites], dtype=np.int64),
        exposure=np.array([row["daily_vehicle_count"] for row in sites], dtype=float),
        years=np.array([row[f"{name}_days"] / _YEAR for row in sites], dtype=float),
    )
