"""Designs: from a registered plan and the marts to an estimate, one module each.

A design reads its data with the plan's query and hands them to the methods; it decides nothing
that the plan does not say. Data that do not support it raise `Refused`.
"""

from __future__ import annotations

import psycopg

from busan_safety.evaluation.designs import clusters, interrupted, sites, staggered_windows, zones
from busan_safety.evaluation.designs.estimate import Estimate, Groups, Point, Verdict
from busan_safety.evaluation.plans import Plan

__all__ = ["Estimate", "Groups", "Point", "Verdict", "estimate"]

_DESIGNS = {
    "staggered_did_rate_ratio": staggered_windows.estimate,
    "empirical_bayes_before_after": sites.estimate,
    "few_clusters_did": clusters.estimate,
    "interrupted_time_series": interrupted.estimate,
    "zones_with_buffers": zones.estimate,
}


def estimate(connection: psycopg.Connection, plan: Plan) -> Estimate:
    """Estimate the plan's effect from the marts as they are. Raises Refused."""
    return _DESIGNS[plan.method.name](connection, plan)
