"""Design of what citizens say: a survey's mean in two waves, with a programme begun in between."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import psycopg

from busan_safety.evaluation.designs.estimate import Estimate, Groups, Point
from busan_safety.evaluation.designs.query import Rows, rows
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.survey_change import SurveyChange as Change
from busan_safety.evaluation.methods.survey_change import Wave, survey_change
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import SurveyChange

_DRAWS, _SEED = 999, 20241101


def read_rows(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read the rows of the plan's query."""
    measure = plan.outcome.measure
    return {measure: rows(connection, measure, plan)}


def estimate_rows(read: Rows, plan: Plan) -> Estimate:
    """Estimate the difference of changes from the answers of two waves. Raises Refused.

    The query gives one row a respondent: unit (the district), asked_on (first day of the wave's
    month), answer (or null: no answer), design_weight, and started_on of the programme there. The
    first and the last wave are compared; districts that began before the first are left out, those
    that began after the last one have not begun.
    """
    method = plan.method
    if not isinstance(method, SurveyChange):
        raise TypeError(f"{plan.plan_id} is of another design")
    found = read[plan.outcome.measure]
    waves = sorted({row["asked_on"] for row in found})
    if len(waves) < 2:
        raise Refused("too_few_waves", "Two waves of the survey are needed.")
    first, last = waves[0], waves[-1]
    started = {row["unit"]: row["started_on"] for row in found}
    early = {unit for unit, day in started.items() if day is not None and day < first}
    treated = frozenset(
        unit for unit, day in started.items() if day is not None and first <= day < last
    )
    result = survey_change(
        _wave(found, first, early),
        _wave(found, last, early),
        treated,
        seed=_SEED,
        draws=_DRAWS,
        tolerance=method.weights_tolerance,
        level=method.level,
        minimum_respondents=method.minimum_respondents,
    )
    return Estimate(
        estimate=result.estimate,
        lower=result.lower,
        upper=result.upper,
        standard_error=result.standard_error,
        p_value=result.p_value,
        groups=Groups(len(treated), len(set(started) - treated - early)),
        before=(first, first),
        after=(last, last),
        treated_before=None,
        treated_after=None,
        unit="points",
        diagnostics=_checks(result, early),
        points=tuple(
            Point(
                "treated" if is_treated else "comparison",
                (last if is_after else first).isoformat(),
                mean.estimate,
                mean.lower,
                mean.upper,
            )
            for (is_treated, is_after), mean in sorted(result.means.items())
        ),
    )


def _wave(found: list[dict[str, Any]], asked_on: date, early: set[str]) -> Wave:
    """Everybody of a wave: answers of districts that began early are left out, weights are not."""
    members = [row for row in found if row["asked_on"] == asked_on]
    return Wave(
        values=np.array(
            [
                np.nan if row["answer"] is None or row["unit"] in early else float(row["answer"])
                for row in members
            ]
        ),
        weights=np.array([float(row["design_weight"]) for row in members]),
        districts=np.array([row["unit"] for row in members]),
    )


def _checks(result: Change, early: set[str]) -> dict[str, Any]:
    names = {True: "treated", False: "comparison"}
    sizes = {
        f"respondents_{names[treated]}_{'after' if after else 'before'}": mean.sample_size
        for (treated, after), mean in sorted(result.means.items())
    }
    without = result.without_one
    return {
        **sizes,
        "largest_design_effect": round(
            max(mean.design_effect for mean in result.means.values()), 6
        ),
        "placebo_districts_p": round(result.placebo_p, 6),
        "least_without_one": round(min(without), 6) if without else None,
        "most_without_one": round(max(without), 6) if without else None,
        "always_treated_units": len(early),
    }
