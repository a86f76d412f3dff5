"""How sure the figures behind a plan are: known breaks inside its period, provisional values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import psycopg

from busan_safety.evaluation.designs.query import rows
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.plans import Plan


@dataclass(frozen=True)
class Standing:
    """Of the plan's indicators for the whole city, within the study period and the data.

    breaks: names of the known ones. periods, provisional, not_reported: how many values.
    """

    breaks: tuple[str, ...] = ()
    periods: int = 0
    provisional: int = 0
    not_reported: int = 0


def read_standing(
    connection: psycopg.Connection, plan: Plan, *, newest: date | None = None
) -> Standing:
    """Read the standing of the indicators the plan names; nothing where it names none.

    newest: a break after the newest date in the data breaks nothing yet.
    """
    if not plan.outcome.indicators:
        return Standing()
    [found] = rows(
        connection,
        "indicator_standing",
        plan,
        indicators=list(plan.outcome.indicators),
        place_type=plan.unit,
        newest=newest,
    )
    return Standing(
        breaks=tuple(found["breaks"]),
        periods=found["period_count"],
        provisional=found["provisional_count"],
        not_reported=found["not_reported_count"],
    )


def refuse_known_breaks(plan: Plan, standing: Standing) -> None:
    """Raise Refused (known_break) for a break the plan does not say why to accept."""
    accepted = {one.series_break for one in plan.outcome.accepted_breaks}
    unexpected = sorted(set(standing.breaks) - accepted)
    if unexpected:
        raise Refused("known_break", f"What is counted changed: {', '.join(unexpected)}.")
