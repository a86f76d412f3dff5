"""Designs: from a registered plan and the marts to an estimate, one module each.

A design reads its data with the plan's query (`read_rows`) and hands them to the methods
(`estimate_rows`); it decides nothing that the plan does not say. Data that do not support it raise
`Refused`.
"""

from __future__ import annotations

from types import ModuleType

import psycopg

from busan_safety.evaluation.designs import clusters, interrupted, sites, staggered_windows, zones
from busan_safety.evaluation.designs.estimate import Estimate, Groups, Point, Verdict
from busan_safety.evaluation.designs.query import Rows
from busan_safety.evaluation.plans import Plan

__all__ = [
    "Estimate",
    "Groups",
    "Point",
    "Rows",
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
}


def estimate(connection: psycopg.Connection, plan: Plan) -> Estimate:
    """Estimate the plan's effect from the marts as they are. Raises Refused."""
    return estimate_rows(read_rows(connection, plan), plan)


def read_rows(connection: psycopg.Connection, plan: Plan) -> Rows:
    """Read what the plan's design asks of the marts, by query."""
    found: Rows = _DESIGNS[plan.method.name].read_rows(connection, plan)
    return found


def estimate_rows(found: Rows, plan: Plan) -> Estimate:
    """Estimate the plan's effect from the rows its queries gave, and from nothing else.

    Raises Refused.
    """
    estimated: Estimate = _DESIGNS[plan.method.name].estimate_rows(found, plan)
    return estimated
