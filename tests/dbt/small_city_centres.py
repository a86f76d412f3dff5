"""A few rows of the centres, events, urgent money and the survey for the small city."""

from __future__ import annotations

from datetime import date

import psycopg
from small_city import deliver


def deliver_all(connection: psycopg.Connection) -> None:
    """Two admissions of one person, one emergency, event, request and respondent."""
    end = date(2024, 2, 29)
    admission = {
        "person_id": "p",
        "admitted_at": "2024-01-05 22:00:00+09",
        "discharged_at": "2024-01-06 02:00:00+09",
        "district_code": "26230",
        "outcome": "귀가",
    }
    admissions = [
        {**admission, "admission_number": "a"},
        {**admission, "admission_number": "b", "admitted_at": "2024-01-05 23:00:00+09"},
    ]
    deliver(connection, "city_relief_center", ["2024-01"], admissions, reference_date=end)
    response = {
        "case_number": "m",
        "received_at": "2024-01-05 22:00:00+09",
        "closed_at": "2024-01-06 00:30:00+09",
        "district_code": "26230",
        "response_kind": "합동",
        "admission_kind": "응급입원",
    }
    deliver(connection, "city_mental_center", ["all"], [response], reference_date=end)
    event = {
        "event_id": "e",
        "event_name": "x",
        "district_code": "26230",
        "started_on": date(2024, 2, 3),
        "ended_on": date(2024, 2, 4),
        "attendance_count": 50_000,
        "incident_count": 1,
        "reference_date": end,
    }
    deliver(connection, "city_events", ["all"], [event], reference_date=end)
    request = {
        "request_number": "u",
        "requested_on": date(2024, 1, 8),
        "paid_on": date(2024, 1, 18),
        "status": "집행",
        "reference_date": end,
    }
    deliver(connection, "city_urgent_budget", ["all"], [request], reference_date=end)
    answer = {
        "survey_year": 2024,
        "respondent_id": "r",
        "district_code": "26230",
        "design_weight": 2,
        "awareness": "잘 안다",
        "night_walk_feeling": "불안",
        "safety_crime_score": 80,
        "safety_traffic_score": 70,
        "safety_order_score": 60,
        "living_lab_score": 90,
    }
    deliver(connection, "city_citizen_survey", ["2024"], [answer], reference_date=end)
