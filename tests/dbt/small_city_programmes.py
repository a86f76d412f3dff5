"""A few rows of participation, ordinances and budget for the small city of the dbt tests."""

from __future__ import annotations

from datetime import date

import psycopg
from small_city import deliver


def deliver_all(connection: psycopg.Connection) -> None:
    """One meeting, one ordinance and one budget line."""
    end = date(2024, 2, 29)
    activity = {
        "activity_number": "AD-2024-001",
        "activity_year": 2024,
        "body": "자문단",
        "kind": "회의",
        "held_on": date(2024, 1, 10),
        "topic": "x",
        "attendance_count": 10,
        "item_count": 2,
        "adopted_count": 1,
        "completed_count": 1,
        "status": "완료",
        "reference_date": end,
    }
    deliver(connection, "city_participation", ["2024"], [activity], reference_date=end)
    ordinance = {
        "ordinance_id": "3290000-20240115",
        "publisher_code": "3290000",
        "district_code": "26230",
        "ordinance_name": "x",
        "revision_kind": "제정",
        "promulgated_on": date(2024, 1, 15),
        "in_force_on": date(2024, 1, 15),
        "reference_date": end,
    }
    deliver(connection, "district_ordinances", ["26230"], [ordinance], reference_date=end)
    line = {
        "fiscal_year": 2024,
        "as_of_date": end,
        "programme_code": "AP05",
        "programme_name": "여성안심귀갓길 정비",
        "fund": "시비",
        "planned_thousand_won": 1000,
        "current_thousand_won": 1200,
        "executed_thousand_won": 300,
    }
    deliver(connection, "city_safety_budget", ["2024|2024-02-29"], [line], reference_date=end)
