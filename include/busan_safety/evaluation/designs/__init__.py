"""Designs: from a registered plan and the marts to an estimate, one module each.

A design reads its data with the plan's query (`read_rows`) and hands them to the methods
(`estimate_rows`); it decides nothing that the plan does not say. Data that do not support it raise
`Refused`. Units that another programme reached are left out before any design sees them.
"""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import psycopg

from busan_safety.evaluation.designs import (
    cells,
    clusters,
    days,
    description,
    doses,
    interrupted,
    minutes,
    perception,
    sites,
    staggered_windows,
    zones,
)
from busan_safety.evaluation.designs.estimate import (
    Described,
    Estimate,
    Groups,
    Point,
    Share,
    Unit,
)
from busan_safety.evaluation.designs.overlaps import read_overlaps, without_overlaps
from busan_safety.evaluation.designs.query import Rows
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.verdicts import Verdict

__all__ = [
    "Described",
    "Estimate",
    "Groups",
    "Point",
    "Rows",
    "Share",
    "Unit",
    "Verdict",
    "estimate",
    "estimate_rows",
    "read_rows",
]

_DESIGNS: dict[str, ModuleType] = {
    "staggered_did_rate_ratio": staggered_windows,
    "empirical_bayes_before_after": sites,
    "few_clusters_did": clusters,
    "interrupted_time_series": interrupted,
    "zones_with_buffers": zones,
    "group_time_ratio": cells,
    "interrupted_minutes": minutes,
    "dose_by_district": doses,
    "matched_days": days,
    "survey_change": perception,
    "self_selected_description": description,
}


def estimate(connection: psycopg.Connection, plan: Plan) -> Estimate | Described:
    """Estimate the plan's effect from the marts as they are. Raises Refused."""
    return estimate_rows(read_rows(connection, plan), plan)


def read_rows(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read what the plan's design asks of the marts, by query, and where other programmes began."""
    found: Rows = _DESIGNS[plan.method.name].read_rows(connection, plan)
    return {**found, **read_overlaps(connection, plan)}


def estimate_rows(found: Rows, plan: Plan) -> Estimate | Described:
    """Estimate the plan's effect from the rows its queries gave, and from nothing else.

    Raises Refused.
    """
    left, overlapping = without_overlaps(found, plan)
    estimated: Estimate | Described = _DESIGNS[plan.method.name].estimate_rows(left, plan)
    if overlapping is None:
        return estimated
    return replace(
        estimated, diagnostics={**estimated.diagnostics, "overlapping_units_left_out": overlapping}
    )
