"""Recorded crimes, prevention zones and police boxes of the small city."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
from small_city import DONG, deliver

ZONE = "CZ-26230-01"
Incident = dict[str, Any]


def deliver_all(connection: psycopg.Connection) -> None:
    """Three months of incidents around works completed in January 2024."""
    incident: Incident = {
        "class_name": "절도범죄",
        "class_code": "theft",
        "station_name": "부산진",
        "station_code": "busanjin",
        "dong_code": DONG,
        "place_kind": "노상",
        "is_abnormal_motive": False,
        "longitude": 129.0,
        "latitude": 35.1,
    }
    outside: Incident = {"longitude": 129.05, "latitude": 35.15}
    months: dict[date, list[Incident]] = {
        date(2023, 12, 31): [{"zone_id": ZONE}, {"zone_id": ZONE}, outside, outside],
        date(2024, 1, 31): [{"cleared_on": date(2024, 1, 20)}, {"class_code": "arson"}],
        date(2024, 2, 29): [{"zone_id": ZONE, "latitude": 35.102}, outside, outside],
    }
    for end, changes in months.items():
        rows = [
            {
                "incident_id": f"{end:%Y%m}-{number}",
                "occurred_at": f"{end:%Y-%m}-10 22:00:00+09",
                "reported_at": f"{end:%Y-%m}-11 08:30:00+09",
                **incident,
                **change,
            }
            for number, change in enumerate(changes)
        ]
        slices = [f"{end:%Y-%m}"]
        deliver(connection, "police_crime_incidents", slices, rows, reference_date=end)
    _deliver_places(connection)


def _deliver_places(connection: psycopg.Connection) -> None:
    end = date(2024, 2, 29)
    zone = {
        "zone_id": ZONE,
        "zone_kind": "여성안심구역",
        "district_code": "26230",
        "dong_code": DONG,
        "station_code": "busanjin",
        "designated_on": date(2020, 1, 1),
        "works_completed_on": date(2024, 1, 15),
        "reference_date": end,
        "longitude": 129.0,
        "latitude": 35.1,
        "geometry_wkt": "POLYGON EMPTY",
        "area_m2": 31416,
    }
    deliver(connection, "police_crime_zones", ["all"], [zone], reference_date=end)
    office = {
        "register": "office_list",
        "reference_year": 2023,
        "station_name": "부산진",
        "station_code": "busanjin",
        "district_code": "26230",
        "office_name": "x",
        "office_kind": "지구대",
    }
    slices = ["2023|office_list"]
    deliver(connection, "police_offices", slices, [office], reference_date=date(2023, 12, 31))
