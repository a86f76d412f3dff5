"""No design: people who chose to take part beside people who did not.

Whoever comes to a programme by choice differs from whoever does not in what made them choose, and
no arithmetic takes that out. The two shares stand side by side with their intervals, and nothing is
estimated between them (DOMAIN.md B4.3).
"""

from __future__ import annotations

from typing import Any

import psycopg

from busan_safety.evaluation.designs.estimate import Described, Point, Share
from busan_safety.evaluation.designs.query import Rows, rows
from busan_safety.evaluation.methods.intervals import wilson_interval
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import Description


def read_rows(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read the rows of the plan's query."""
    method, measure = plan.method, plan.outcome.measure
    if not isinstance(method, Description):
        raise TypeError(f"{plan.plan_id} is of another design")
    return {measure: rows(connection, measure, plan, follow_up_days=method.follow_up_days)}


def estimate_rows(read: Rows, plan: Plan) -> Described:
    """Tell both groups' share of persons with the event within the follow-up. Raises Refused.

    The query gives is_participant, person_count, event_count, not_followed_count (persons who were
    not followed as long, and are not counted), first_on and last_on; at most one row a group.
    """
    method = plan.method
    if not isinstance(method, Description):
        raise TypeError(f"{plan.plan_id} is of another design")
    found = {row["is_participant"]: row for row in read[plan.outcome.measure]}
    if True not in found:
        raise Refused("no_treated_units", "Nobody took part and was followed long enough.")
    if False not in found:
        raise Refused("no_control_units", "Nobody stands beside those who took part.")
    shares = {mine: _share(row, method) for mine, row in found.items()}
    return Described(
        treated=shares[True],
        control=shares[False],
        period=(
            min(row["first_on"] for row in found.values()),
            max(row["last_on"] for row in found.values()),
        ),
        diagnostics={
            "follow_up_days": method.follow_up_days,
            "persons_not_followed_long_enough": sum(
                row["not_followed_count"] for row in found.values()
            ),
            **_figures("participants", shares[True]),
            **_figures("non_participants", shares[False]),
        },
        points=tuple(
            Point(name, name, 100 * one.value, 100 * one.lower, 100 * one.upper)
            for name, one in (("participants", shares[True]), ("non_participants", shares[False]))
        ),
    )


def _share(row: dict[str, Any], method: Description) -> Share:
    persons, events = int(row["person_count"]), int(row["event_count"])
    if persons < method.minimum_persons:
        raise Refused("too_few_respondents", "A group has too few persons followed long enough.")
    lower, upper = wilson_interval(events, persons, method.level)
    return Share(events, persons, events / persons, lower, upper)


def _figures(name: str, share: Share) -> dict[str, Any]:
    return {
        f"{name}_persons": share.persons,
        f"{name}_pct": round(100 * share.value, 2),
        f"{name}_pct_lower_95": round(100 * share.lower, 2),
        f"{name}_pct_upper_95": round(100 * share.upper, 2),
    }
