"""Deliveries of the traffic feeds to the small city: a few rows each, every number known."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
from small_city import DONG, deliver

from busan_safety.sources.reference import districts

END = date(2023, 12, 31)


def deliver_all(connection: psycopg.Connection) -> None:
    """Two accidents of 2023, TAAS statistics, a register of signals, zones, returned licences."""
    _deliver_accidents(connection)
    _deliver_facilities(connection)
    _deliver_culture(connection)


def _deliver_accidents(connection: psycopg.Connection) -> None:
    injured = {"serious_count": 1, "slight_count": 0, "reported_injury_count": 0}
    event: dict[str, Any] = {
        "register": "police_events",
        "accident_year": 2023,
        "occurred_at": "2023-05-05 10:00:00+09",
        "place_name": "부산광역시 부산진구 부전동",
        "district_code": "26230",
        "dong_code": DONG,
        "offender_kind": "이륜",
        "victim_kind": "보행자",
        "victim_age": 70,
        **injured,
    }
    events = [
        {**event, "accident_id": "1", "death_count": 1},
        {**event, "accident_id": "2", "death_count": 0},
        {**event, "accident_id": "2", "death_count": 0, "_flags": ["duplicate"]},
    ]
    deliver(
        connection, "police_traffic_accidents", ["2023|police_events"], events, reference_date=END
    )
    listed = {
        "register": "taas_list",
        "accident_year": 2022,
        "place_name": "부산광역시 부산진구 부전동",
        "district_code": "26230",
        "death_count": 1,
        **injured,
    }
    deliver(
        *(connection, "police_traffic_accidents", ["2022|taas_list"], [listed]),
        reference_date=date(2022, 12, 31),
    )
    classes = {"전체": 10, "스쿨존내어린이": 1, "고령보행자": 2}
    statistics = [
        {
            "year": 2023,
            "district_name": "x",
            "district_code": code,
            "accident_class": accident_class,
            "accident_count": count,
            "death_count": 0,
            "injured_count": count,
            "total_accident_count": classes["전체"],
        }
        for code in districts()
        for accident_class, count in classes.items()
    ]
    deliver(connection, "police_traffic_statistics", ["2023"], statistics, reference_date=END)


def _deliver_facilities(connection: psycopg.Connection) -> None:
    crossing = {
        "facility_id": "XR-1",
        "facility_kind": "신호교차로",
        "crossing_id": "XR-1",
        "district_code": "26230",
        "reference_date": END,
    }
    deliver(connection, "city_signal_facilities", ["all"], [crossing], reference_date=END)
    zone = {
        "facility_kind": "초등학교",
        "facility_name": "x",
        "district_code": "26230",
        "station_code": "busanjin",
        "has_cctv": True,
        "reference_date": END,
    }
    deliver(connection, "district_child_zones", ["26230"], [zone], reference_date=END)


def _deliver_culture(connection: psycopg.Connection) -> None:
    rows: list[dict[str, Any]] = [
        {"item": "면허 자진반납", "age_group": "65~69세", "age_from": 65, "age_to": 69}
        | {"count": 5, "holder_count": 1000},
        {"item": "초보운전 스티커", "age_group": "-", "count": 7},
    ]
    common = {"district_name": "x", "district_code": "26230", "year": 2023}
    months = [date(2023, month, 1) for month in range(1, 13)]
    deliver(
        *(connection, "city_traffic_culture", ["2023"]),
        [{**common, **row, "month": month} for month in months for row in rows],
        reference_date=END,
    )
