"""Hand-made deliveries for the dbt tests: few rows, every number known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from busan_safety.sources.reference import districts

RESIDENTS = 1000
MONTHS = (date(2023, 12, 1), date(2024, 1, 1), date(2024, 2, 1))
DONG = "2623051000"  # 부전제1동, 부산진구, station busanjin
Call = dict[str, Any]


def deliver(
    connection: psycopg.Connection,
    source_id: str,
    slices: Sequence[str],
    rows: Iterable[dict[str, Any]],
    *,
    reference_date: date,
) -> int:
    """Put one delivery into `ops` and `raw` as the loader does; it supersedes its slices."""
    [batch_id] = connection.execute(
        "insert into ops.batch (source_id, scope_key, file_name, landed_path, byte_count,"
        " bytes_sha256, status, is_synthetic, code_version, reference_date)"
        " values (%s, 'all', 'f', 'f', 1, gen_random_uuid()::text, 'loaded', true, 'test', %s)"
        " returning batch_id",
        [source_id, reference_date],
    ).fetchone() or [0]
    connection.execute(
        "update ops.batch_slice set superseded_at = now(), superseded_by = %s"
        " where source_id = %s and slice_key = any(%s) and superseded_at is null",
        [batch_id, source_id, list(slices)],
    )
    connection.cursor().executemany(
        "insert into ops.batch_slice (batch_id, source_id, slice_key) values (%s, %s, %s)",
        [(batch_id, source_id, key) for key in slices],
    )
    row_count = 0
    for line, row in enumerate(rows, start=2):
        row_count += 1
        values = {"_batch_id": batch_id, "_line": line, **row}
        connection.execute(
            sql.SQL("insert into raw.{} ({}) values ({})").format(
                sql.Identifier(source_id),
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join(sql.Placeholder() * len(values)),
            ),
            list(values.values()),
        )
    connection.execute(
        "update ops.batch set rows_read = %(rows)s, rows_received = %(rows)s,"
        " rows_loaded = %(rows)s"
        " where batch_id = %(batch)s",
        {"rows": row_count, "batch": batch_id},
    )
    return int(batch_id)


def deliver_day(connection: psycopg.Connection, day: date, calls: Sequence[Call]) -> int:
    """Deliver one day's file of 112 calls; each call may override the standard one's columns."""
    standard: Call = {
        "received_at": f"{day} 12:00:00+09",
        "arrived_at": f"{day} 12:06:00+09",
        "department_name": "부산진경찰서",
        "priority_code": "C1",
        "event_class_code": 301,
        "end_code": "201",
        "dong_code": DONG,
        "is_same_event": False,
    }
    rows = [
        {"receipt_number": f"{day:%Y%m%d}-{number}", **standard, **call}
        for number, call in enumerate(calls)
    ]
    return deliver(connection, "police_112_calls", [day.isoformat()], rows, reference_date=day)


def deliver_everything(connection: psycopg.Connection, crime_classes: Sequence[str]) -> None:
    """All sources, those of `small_city_<topic>.py` too.

    Three month ends, the calls of January and ten days of February 2024.
    """
    deliver_residents(connection)
    for offset in range(41):
        day = date(2024, 1, 1) + timedelta(days=offset)
        deliver_day(connection, day, [{}, {"priority_code": "C4", "arrived_at": None}])
    _deliver_crimes(connection, crime_classes)
    _deliver_places(connection)
    for path in sorted(Path(__file__).parent.glob("small_city_*.py")):
        import_module(path.stem).deliver_all(connection)


def deliver_residents(connection: psycopg.Connection, *, city_total: int | None = None) -> None:
    """1,000 residents in each district at every month end, and the city's total row."""
    total = 16 * RESIDENTS if city_total is None else city_total
    areas = [("2600000000", total, ["total"])]
    areas += [(f"{code}00000", RESIDENTS, None) for code in districts()]  # type: ignore[misc]
    rows = [
        {
            "admin_code": code,
            "admin_name": "x",
            "month": month,
            "residents": count,
            "_flags": flags,
        }
        for month in MONTHS
        for code, count, flags in areas
    ]
    slices = [month.isoformat() for month in MONTHS]
    deliver(connection, "city_population", slices, rows, reference_date=MONTHS[-1])


def _deliver_crimes(connection: psycopg.Connection, crime_classes: Sequence[str]) -> None:
    end = date(2023, 12, 31)
    rows = [
        {
            "class_large": "x",
            "class_middle": "x",
            "class_code": crime_class,
            "place_name": "x",
            "district_code": code,
            "year": 2023,
            "incident_count": 2,
        }
        for code in districts()
        for crime_class in crime_classes
    ]
    deliver(connection, "police_crime_by_region", ["2023"], rows, reference_date=end)
    counts = {"murder": 0, "robbery": 1, "sexual_violence": 2, "theft": 30, "violence": 40}
    stations = [
        {"station_name": name, "station_code": name, "year": 2023, **counts, "total": 73}
        for name in ("busanjin", "nambu")
    ]
    deliver(connection, "police_crime_by_station", ["2023"], stations, reference_date=end)
    accident = {
        "accident_year": 2023,
        "occurred_at": "2023-05-05 10:00:00+09",
        "death_count": 1,
        "province_name": "부산",
        "district_name": "중구",
        "district_code": "26110",
    }
    deliver(connection, "police_fatal_accidents", ["2023"], [accident], reference_date=end)


def _deliver_places(connection: psycopg.Connection) -> None:
    end = date(2024, 2, 10)
    site: dict[str, Any] = {
        "register": "standard",
        "district_code": "26230",
        "purpose": "생활방범",
        "camera_count": 3,
        "reference_date": end,
    }
    other = {**site, "register": "busan_cameras", "camera_count": None}
    deliver(connection, "district_cctv", ["standard|26230"], [site, site], reference_date=end)
    deliver(connection, "district_cctv", ["busan_cameras|26230"], [other], reference_date=end)
    route: dict[str, Any] = {
        "route_name": "x",
        "designated_on": date(2020, 1, 1),
        "district_code": "26230",
        "dong_code": DONG,
        "length_m": 500,
        "bell_count": 2,
        "lamp_count": 8,
        "reference_date": end,
    }
    routes = [
        {**route, "route_id": "a", "works_completed_on": date(2024, 1, 20)},
        {**route, "route_id": "b"},
    ]
    deliver(connection, "district_safe_routes", ["26230"], routes, reference_date=end)
    school = {
        "school_id": "s",
        "school_name": "x",
        "school_level": "초등학교",
        "office_name": "부산광역시교육청",
        "district_code": "26230",
        "reference_date": end,
    }
    deliver(connection, "education_schools", ["all"], [school], reference_date=end)
    project = {
        "project_id": "p",
        "project_name": "x",
        "project_year": 2024,
        "stage": "실증",
        "reference_date": end,
    }
    deliver(connection, "city_living_lab", ["all"], [project], reference_date=end)


def scalar(connection: psycopg.Connection, query: LiteralString, *values: object) -> Any:
    """Return the first column of the first row, None when there is no row."""
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None
