"""Design of roll-outs over a few districts or stations: two-way effects, inference by permutation.

With 16 districts the usual errors are too small. The interval and the p value are those of what
the same estimate would be had the dates fallen on other districts; other checks stand beside them.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from scipy import stats

from busan_safety.evaluation.designs.estimate import Estimate, Groups, Point
from busan_safety.evaluation.designs.query import Rows, rows
from busan_safety.evaluation.methods.event_study import event_study, placebo_dates, pre_trend_test
from busan_safety.evaluation.methods.few_clusters import (
    leave_one_cluster_out,
    randomisation_inference,
    wild_cluster_p_value,
)
from busan_safety.evaluation.methods.group_time import Bootstrap, aggregate, group_time_effects
from busan_safety.evaluation.methods.panel import UnitPanel
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.two_way_effects import bacon_decomposition, two_way_effect
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import FewClusters
from busan_safety.evaluation.spans import last_day

_EARLIEST, _LATEST = -3, 3


def read_rows(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read the rows of the plan's query."""
    measure = plan.outcome.measure
    return {measure: rows(connection, measure, plan)}


def estimate_rows(read: Rows, plan: Plan) -> Estimate:
    """Estimate the ratio of rates from the quarters of every unit. Raises Refused.

    The query gives unit, quarter, event_count, exposure (or null: counts alone) and started_on, the
    day the programme came to the unit. A quarter in which it came counts neither as before nor as
    after.
    """
    method = plan.method
    if not isinstance(method, FewClusters):
        raise TypeError(f"{plan.plan_id} is of another design")
    found = read[plan.outcome.measure]
    if not found:
        raise Refused("no_complete_months", "No quarter of the study period was delivered.")
    panel, quarters = _panel(found)
    if np.nansum(panel.outcome) < method.minimum_events:
        raise Refused("too_few_events", "The units hold too few events.")
    before, after = _windows(panel)
    logs = panel.log_rates()
    test = randomisation_inference(
        panel, seed=method.seed, effect="multiplicative", draws=method.draws, level=method.level
    )
    error = two_way_effect(logs, level=method.level).standard_error_clustered
    return Estimate(
        estimate=test.estimate,
        lower=test.lower,
        upper=test.upper,
        standard_error=_error(test.lower, test.upper, method.level) or error,
        p_value=test.p_value,
        groups=Groups(int(before.any(axis=1).sum()), int(panel.never_treated().sum())),
        before=_span(before, quarters),
        after=_span(after, quarters),
        treated_before=int(panel.outcome[before].sum()),
        treated_after=int(panel.outcome[after].sum()),
        diagnostics=_checks(panel, logs, method)
        | {"placebo_districts_p": round(test.p_value, 6), "assignments": test.assignments},
        points=_points(logs, method.level),
    )


def _windows(panel: UnitPanel) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Cells before and after the change, each of shape (units, periods), of units with both.

    A unit that had the programme all along shows no change: it serves the trend alone and is in
    neither. Raises Refused where no unit has both.
    """
    observed, treated = np.isfinite(panel.outcome), panel.treated()
    before, after = observed & ~treated, observed & treated
    changed = np.logical_and(before.any(axis=1), after.any(axis=1))[:, None]
    if not changed.any():
        raise Refused("no_treated_units", "No unit was observed both before and after its change.")
    return before & changed, after & changed


def _span(cells: NDArray[np.bool_], quarters: list[date]) -> tuple[date, date]:
    """First day of the first quarter and last day of the last one that holds any of the cells."""
    held = np.flatnonzero(cells.any(axis=0))
    return quarters[held[0]], last_day(quarters[held[-1]], "quarter")


def _panel(found: list[dict[str, Any]]) -> tuple[UnitPanel, list[date]]:
    quarters = sorted({row["quarter"] for row in found})
    units = sorted({row["unit"] for row in found})
    shape = (len(units), len(quarters))
    outcome, exposure = np.full(shape, np.nan), np.ones(shape)
    started: dict[str, int] = {}
    for row in found:
        at = (units.index(row["unit"]), quarters.index(row["quarter"]))
        begins, ends = row["quarter"], last_day(row["quarter"], "quarter")
        came = row["started_on"]
        if came is not None and came <= ends and not begins < came:
            started[row["unit"]] = min(started.get(row["unit"], at[1]), at[1])
        if came is None or not begins < came <= ends:
            outcome[at] = float(row["event_count"])
        if row["exposure"] is not None:
            exposure[at] = float(row["exposure"])
    return (
        UnitPanel(
            units=tuple(units),
            periods=tuple(range(len(quarters))),
            outcome=outcome,
            first_treated=tuple(started.get(unit) for unit in units),
            exposure=exposure,
            missing_allowed=True,
        ),
        quarters,
    )


def _checks(panel: UnitPanel, logs: UnitPanel, method: FewClusters) -> dict[str, Any]:
    """Figures beside the estimate; null where the data do not allow the check."""

    def overall() -> float:
        found = group_time_effects(logs, controls="not_yet_treated")
        bootstrap = Bootstrap(seed=method.seed, draws=method.draws)
        return math.exp(aggregate(found, "simple", bootstrap=bootstrap).overall.estimate)

    def influence() -> list[float]:
        left_out = leave_one_cluster_out(panel, effect="multiplicative")
        return [one.estimate for one in left_out if one.estimate is not None]

    checks: dict[str, Callable[[], Any]] = {
        "pre_trend_p": lambda: (
            pre_trend_test(event_study(logs, first=_EARLIEST, last=_LATEST)).p_value
        ),
        "placebo_ratio": lambda: math.exp(placebo_dates(logs, [2])[0].effect.estimate),
        "placebo_p": lambda: placebo_dates(logs, [2])[0].effect.p_value,
        "wild_bootstrap_p": lambda: wild_cluster_p_value(
            panel, seed=method.seed, effect="multiplicative", draws=method.draws
        ),
        "group_time_ratio": overall,
        "later_against_earlier_weight": lambda: (
            bacon_decomposition(logs).by_kind().get("later_vs_earlier", (0.0, 0.0))[0]
        ),
        "least_without_one": lambda: min(influence()),
        "most_without_one": lambda: max(influence()),
    }
    found: dict[str, Any] = dict.fromkeys(checks)
    for name, check in checks.items():
        with contextlib.suppress(Refused):
            found[name] = round(float(check()), 6)
    return found


def _points(logs: UnitPanel, level: float) -> tuple[Point, ...]:
    try:
        study = event_study(logs, first=_EARLIEST, last=_LATEST, level=level)
    except Refused:
        return ()
    return tuple(
        Point(
            "event_study",
            f"{one.relative_time:+d}",
            math.exp(one.estimate),
            math.exp(one.lower),
            math.exp(one.upper),
        )
        for one in study.effects
    )


def _error(lower: float, upper: float, level: float) -> float | None:
    """Standard error of the log ratio that an interval of this width stands for."""
    if not (lower > 0 and math.isfinite(upper)):
        return None
    return math.log(upper / lower) / 2 / float(stats.norm.ppf(1 - (1 - level) / 2))
