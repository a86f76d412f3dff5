"""Small city: relational crime, victim support, officers, keepers, school violence, sessions."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
from small_city import deliver

DISTRICT = {"district_name": "부산진구", "district_code": "26230"}
STATION = {"station_name": "부산진", "station_code": "busanjin"}
END = date(2024, 1, 31)


def deliver_all(connection: psycopg.Connection) -> None:
    """One household reported twice, one guard, two offers, one station, one keeper, one round."""
    _deliver_relational_cases(connection)
    _deliver_victim_support(connection)
    apo = {
        **STATION,
        "reference_date": date(2023, 12, 31),
        "officer_count": 2,
        "monitored_household_count": 50,
        "vehicle_count": 0,
    }
    deliver(connection, "police_apo", ["2023-12-31"], [apo], reference_date=date(2023, 12, 31))
    keeper = {
        **STATION,
        "keeper_id": "k",
        "active_month": date(2023, 12, 1),
        "school_code": "s",
        "active_days": 10,
        "active_hours": 30,
    }
    deliver(
        connection,
        "police_child_keepers",
        ["2023-12"],
        [keeper],
        reference_date=date(2023, 12, 31),
    )
    _deliver_schools(connection)


def _deliver_relational_cases(connection: psycopg.Connection) -> None:
    case: dict[str, Any] = {
        **DISTRICT,
        **STATION,
        "household_id": "h",
        "kind": "가정폭력",
        "outcome": "현장종결",
        "is_joint_response": False,
    }
    cases = [
        {**case, "case_id": "a", "reported_at": "2024-01-05 10:00:00+09"},
        {**case, "case_id": "b", "reported_at": "2024-01-20 10:00:00+09"},
        {
            **case,
            "case_id": "c",
            "household_id": "i",
            "kind": "스토킹",
            "outcome": "입건",
            "measure": "잠정조치",
            "measured_on": date(2024, 1, 21),
            "reported_at": "2024-01-21 10:00:00+09",
        },
    ]
    deliver(connection, "police_relational_cases", ["2024-01"], cases, reference_date=END)


def _deliver_victim_support(connection: psycopg.Connection) -> None:
    support: dict[str, Any] = {
        **DISTRICT,
        "support_year": 2024,
        "person_role": "피해자",
        "started_on": date(2024, 1, 3),
        "ended_on": date(2024, 1, 12),
        "is_revictimised": False,
    }
    programme = {**support, "support_kind": "희망드림"}
    supports = [
        {
            **support,
            "case_number": "g",
            "person_id": "p",
            "support_kind": "민간경호",
            "guard_count": 2,
        },
        {
            **programme,
            "case_number": "y",
            "person_id": "q",
            "participation": "참여",
            "is_completed": True,
            "satisfaction_level": 5,
        },
        {**programme, "case_number": "n", "person_id": "r", "participation": "비참여"},
    ]
    deliver(connection, "city_victim_support", ["2024"], supports, reference_date=END)


def _deliver_schools(connection: psycopg.Connection) -> None:
    half_end = date(2023, 12, 31)
    survey: dict[str, Any] = {
        **DISTRICT,
        "survey_year": 2023,
        "survey_round": "2차",
        "respondent_count": 100,
        "victim_count": 2,
        "reference_date": half_end,
    }
    levels = ("초등학교", "중학교", "고등학교")
    surveys = [{**survey, "school_level": level} for level in levels]
    surveys.append({**survey, "school_level": "소계", "_flags": ["total"]})
    deliver(connection, "education_school_violence", ["2023|2차"], surveys, reference_date=half_end)
    session = {
        **DISTRICT,
        "session_id": "p",
        "school_id": "s",
        "topic": "학교폭력",
        "held_on": date(2024, 1, 10),
    }
    deliver(connection, "education_prevention_sessions", ["2024"], [session], reference_date=END)
