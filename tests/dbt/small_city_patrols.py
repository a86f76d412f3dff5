"""Deliveries of the patrol logs to the small city: a few rows each, every number known."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
from small_city import DONG, deliver

END = date(2024, 1, 31)


def deliver_all(connection: psycopg.Connection) -> None:
    """One team with a dog that walked twice in January, one joint patrol in each log."""
    patrol: dict[str, Any] = {
        "district_name": "x",
        "district_code": "26230",
        "dong_code": DONG,
        "patrolled_on": date(2024, 1, 10),
        "started_time": "20:00",
        "patrol_minutes": 60,
        "participant_count": 2,
        "report_112_count": 1,
        "report_120_count": 0,
    }
    logged = [
        {**patrol, "log_id": "1", "kind": "반려견순찰", "team_id": "d"},
        {**patrol, "log_id": "2", "kind": "반려견순찰", "team_id": "d"},
        {**patrol, "log_id": "3", "kind": "자율방범대 합동순찰", "team_id": "v"},
    ]
    deliver(connection, "police_patrols", ["2024-01"], logged, reference_date=END)
    joint: dict[str, Any] = {
        "team_name": "x",
        "district_code": "26230",
        "patrolled_on": END,
        "member_count": 5,
        "patrol_minutes": 90,
        "is_joint": "Y",
    }
    alone = {**joint, "is_joint": "N"}
    total = {"team_name": "합계", "district_code": "26230", "_flags": ["total"]}
    deliver(
        *(connection, "district_volunteer_patrols", ["2024|26230"], [joint, alone, total]),
        reference_date=END,
    )
