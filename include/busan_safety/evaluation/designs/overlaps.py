"""Units that another programme reached within the study period, as the plan declared them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg

from busan_safety.evaluation.designs.query import Rows, rows
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.plans import Plan

PREFIX = "overlap:"


def read_overlaps(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read where the other programmes began, one entry an overlap the plan declares."""
    return {PREFIX + one.programme_id: rows(connection, one.starts, plan) for one in plan.overlaps}


def without_overlaps(read: Rows, plan: Plan) -> tuple[Rows, int | None]:
    """Leave out the units another programme reached within the study period.

    Returns the rows left and how many units went, None where the plan declares no overlap. Raises
    Refused (overlapping_treatment) where the plan says to, or where a roll-out keeps no unit.
    """
    if not plan.overlaps:
        return read, None
    measure = plan.outcome.measure
    units = {row["unit"] for row in read[measure]}
    gone: set[Any] = set()
    for one in plan.overlaps:
        reached = {
            row["unit"]
            for row in read[PREFIX + one.programme_id]
            if row["started_on"] is not None
            and plan.dates.study_from <= row["started_on"] <= plan.dates.study_to
        }
        if one.rule == "refuse" and reached & _treated(read[measure]):
            raise Refused(
                "overlapping_treatment",
                f"{one.programme_id} reached treated units within the study period.",
            )
        gone |= reached & units
    left = [row for row in read[measure] if row["unit"] not in gone]
    if _treated(read[measure]) and not _treated(left):
        raise Refused("overlapping_treatment", "Another programme reached every treated unit.")
    return {**read, measure: left}, len(gone)


def _treated(found: list[Mapping[str, Any]] | list[dict[str, Any]]) -> set[Any]:
    """Units to which the programme came, where the measure says so."""
    return {
        row["unit"]
        for row in found
        if row.get("started_on") is not None or row.get("installed_on") is not None
    }
