"""Lights, bells, inspected lamps and registered persons of the small city."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
from small_city import DONG, deliver, districts

END = date(2024, 2, 10)
MONTH_END = date(2024, 1, 31)


def deliver_all(connection: psycopg.Connection) -> None:
    """One district's lights and bells, one inspected route, one month of registered persons."""
    light: dict[str, Any] = {
        "district_code": "26230",
        "light_name": "x",
        "light_count": 2,
        "installed_year": 2023,
        "reference_date": END,
    }
    lights = [light, {**light, "installed_year": None}, {**light, "_flags": ["total"]}]
    deliver(connection, "district_security_lights", ["26230"], lights, reference_date=END)
    bell = {
        "publisher_code": "3290000",
        "manage_number": "b",
        "district_code": "26230",
        "installed_year": 2024,
        "reference_date": END,
    }
    deliver(connection, "district_safety_bells", ["26230"], [bell], reference_date=END)
    route = {
        "route_id": "inspected",
        "route_name": "x",
        "designated_on": date(2020, 1, 1),
        "district_code": "26260",
        "dong_code": DONG,
        "length_m": 500,
        "reference_date": END,
        "lamps_inspected_on": date(2024, 1, 15),
        "lamp_inspected_count": 8,
        "lamp_passed_count": 6,
    }
    deliver(connection, "district_safe_routes", ["26260"], [route], reference_date=END)
    _deliver_registered(connection)


def _deliver_registered(connection: psycopg.Connection) -> None:
    month = date(2024, 1, 1)
    persons = {"총인구수": 1010, "남자인구수": 500, "여자인구수": 510}
    rows = [
        {
            "area_name": code,
            "district_code": code,
            "month": month,
            "item_name": item,
            "persons": count,
        }
        for code in districts()
        for item, count in persons.items()
    ]
    slices = [month.isoformat()]
    deliver(connection, "city_population_registered", slices, rows, reference_date=MONTH_END)
