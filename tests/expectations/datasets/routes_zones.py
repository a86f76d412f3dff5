"""Two safe return routes of every district and two crime prevention zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from expectations.candidates import AS_OF, seed
from expectations.datasets import mutations_of_any

TABLE = """
    place_kind text, place_id text, place_name text, category text, district_code text,
    district_name_ko text, district_name_en text, dong_code text, dong_name_ko text,
    station_code text, works text, length_m numeric, area_m2 numeric, bell_count integer,
    cctv_count integer, lamp_count integer, board_count integer, mark_count integer,
    sign_count bigint, other_count integer, facility_count bigint, has_works boolean,
    designated_on date, works_completed_on date, value_status text, data_as_of date,
    is_synthetic boolean
"""
SEEDS = ()


def rows() -> Iterator[dict[str, Any]]:
    for place in seed("districts"):
        code = place["district_code"]
        common = {
            "district_code": code,
            "district_name_ko": place["name_ko"],
            "district_name_en": place["name_en"],
            "dong_code": f"{code}51000",
            "dong_name_ko": "가동",
            "designated_on": date(2019, 9, 6),
            "data_as_of": AS_OF,
            "is_synthetic": True,
            "value_status": "observed",
        }
        yield common | {
            "place_kind": "safe_route",
            "place_id": f"SR-{code}-001",
            "place_name": "가동 여성안심귀갓길 1",
            "category": "여성안심귀갓길",
            "length_m": 335.8,
            **dict.fromkeys(("bell_count", "cctv_count", "lamp_count"), 3),
            **dict.fromkeys(("board_count", "mark_count", "sign_count"), 1),
            "other_count": 6,
            "facility_count": 12,
            "has_works": True,
            "works_completed_on": date(2024, 1, 6),
        }
        yield common | {
            "place_kind": "safe_route",
            "place_id": f"SR-{code}-002",
            "place_name": "가동 여성안심귀갓길 2",
            "category": "여성안심귀갓길",
            "has_works": False,
            "value_status": "not_reported",
        }
        yield common | {
            "place_kind": "prevention_zone",
            "place_id": f"CZ-{code}-01",
            "category": "여성안심구역",
            "station_code": "jungbu",
            "works": "조명·비상벨 설치",
            "area_m2": 29822.48,
            "has_works": True,
            "works_completed_on": date(2023, 11, 11),
        }


_ALL = "published_candidate.pub_routes_zones_v1"
_ROUTE = "place_id = 'SR-26110-001'"
_ZONE = "place_id = 'CZ-26110-01'"

MUTATIONS = {
    **mutations_of_any(
        "routes_zones", one=_ROUTE, source="police_crime_zones", text_column="place_name"
    ),
    "kinds_present": f"delete from {_ALL} where place_kind = 'prevention_zone'",
    "districts_covered": f"""
        delete from {_ALL} where place_kind = 'safe_route' and district_code = '26710'
    """,
    "district_known": f"""
        update {_ALL} set district_code = '11140', dong_code = '1114051000' where {_ZONE}
    """,
    "dong_in_district": f"update {_ALL} set dong_code = '2671025000' where {_ROUTE}",
    "no_coordinates": f"alter table {_ALL} add column longitude double precision",
    "parts_match_total": f"update {_ALL} set facility_count = 18 where {_ROUTE}",
    "sizes_within_bounds": f"update {_ALL} set length_m = 335800 where {_ROUTE}",
    "columns_fit_kind": f"update {_ALL} set area_m2 = 335.8 where {_ROUTE}",
    "works_agree": f"update {_ALL} set works_completed_on = null where {_ROUTE}",
    "dates_plausible": f"update {_ALL} set works_completed_on = '2042-01-06' where {_ROUTE}",
    "works_after_designation": f"""
        update {_ALL} set works_completed_on = '2014-01-06' where {_ROUTE}
    """,
    "value_empty_iff_status": f"update {_ALL} set value_status = 'not_reported' where {_ZONE}",
}
