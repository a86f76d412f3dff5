"""Queries of the plans: named files that read the marts, with the study period as parameters."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

import psycopg
from psycopg.rows import dict_row

from busan_safety.evaluation.plans import Plan

# What a design reads, by the name of the query.
Rows = Mapping[str, list[dict[str, Any]]]


def rows(
    connection: psycopg.Connection, name: str, plan: Plan, **parameters: object
) -> list[dict[str, Any]]:
    """Rows of `sql/<name>.sql` for the plan's study period, as dictionaries."""
    period = {"study_from": plan.dates.study_from, "study_to": plan.dates.study_to}
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_text(name), {**period, **parameters}).fetchall()


def _text(name: str) -> bytes:
    return resources.files("busan_safety.evaluation").joinpath("sql", f"{name}.sql").read_bytes()
