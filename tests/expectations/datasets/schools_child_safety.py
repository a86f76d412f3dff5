"""Every measure over the districts and the city; a few victims are hidden, with complements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from expectations.candidates import AS_OF, NOT_REPORTED_DISTRICT, SMALL_DISTRICT, seed
from expectations.datasets import mutations_of_any

TABLE = """
    measure_id text, measure_name_ko text, measure_name_en text, school_level text,
    place_type text, place_code text, place_name_ko text, place_name_en text,
    period_type text, period_start date, period_end date, count_value numeric,
    base_count numeric, rate numeric, rate_unit text, value_status text, data_as_of date,
    is_synthetic boolean
"""
SEEDS = ()
_LEVELS = {"elementary": 1, "middle": 1, "high": 1, "all": 3}
# A few victims at high schools, and what a subtraction would find them with.
_HIDDEN_DISTRICTS = (SMALL_DISTRICT, "26140")
_HIDDEN_LEVELS = ("middle", "high")
_MONTH = ("month", date(2024, 12, 1), AS_OF)
# Measure: count and base of a district, unit of the rate, period.
_MEASURES: dict[str, tuple[float, float | None, str | None, tuple[str, date, date]]] = {
    "keeper_schools": (15, 20, "%", ("quarter", date(2024, 10, 1), AS_OF)),
    "keepers": (15, None, None, _MONTH),
    "keeper_hours": (810, 15, "hours per keeper", _MONTH),
    "keeper_actions": (9, None, None, _MONTH),
    "zone_child_accidents": (6, 50, "per 100 zones", ("year", date(2024, 1, 1), AS_OF)),
    "child_zones": (50, None, None, ("snapshot", AS_OF, AS_OF)),
    "camera_zones": (40, 50, "%", ("snapshot", AS_OF, AS_OF)),
}


def rows() -> Iterator[dict[str, Any]]:
    half = ("half", date(2024, 7, 1), AS_OF)
    for level, times in _LEVELS.items():
        yield from _measure("violence_victims", level, 40 * times, 1000 * times, "%", half)
        yield from _measure("violence_reports", level, 20 * times, None, None, half)
        yield from _measure("violence_deliberated", level, 8 * times, None, None, half)
    for measure, (count, base, unit, period) in _MEASURES.items():
        yield from _measure(measure, "all", count, base, unit, period)


def _measure(
    measure: str,
    level: str,
    count: float,
    base: float | None,
    unit: str | None,
    period: tuple[str, date, date],
) -> Iterator[dict[str, Any]]:
    period_type, start, end = period
    districts = seed("districts")
    places = [
        ("district", row["district_code"], row["name_ko"], row["name_en"], 1) for row in districts
    ]
    for place_type, code, name_ko, name_en, times in [
        *places,
        ("city", "26", "부산광역시", "Busan", len(districts)),
    ]:
        row = {
            "measure_id": measure,
            "measure_name_ko": "항목",
            "measure_name_en": measure,
            "school_level": level,
            "place_type": place_type,
            "place_code": code,
            "place_name_ko": name_ko,
            "place_name_en": name_en,
            "period_type": period_type,
            "period_start": start,
            "period_end": end,
            "rate_unit": unit,
            "data_as_of": AS_OF,
            "is_synthetic": True,
        }
        is_hidden = level in _HIDDEN_LEVELS and code in _HIDDEN_DISTRICTS
        if measure == "violence_victims" and is_hidden:
            yield row | {"value_status": "suppressed"}
        elif (measure, code) == ("camera_zones", NOT_REPORTED_DISTRICT):
            yield row | {"value_status": "not_reported"}
        else:
            scale = 1 if unit == "hours per keeper" else 100
            yield row | {
                "count_value": count * times,
                "base_count": base * times if base else None,
                "rate": round(count * scale / base, 4) if base else None,
                "value_status": "observed",
            }


_ALL = "published_candidate.pub_schools_child_safety_v1"
_ONE = "measure_id = 'camera_zones' and place_code = '26110'"
_ACCIDENTS = "measure_id = 'zone_child_accidents' and place_code = '26110'"
_KEEPERS = "measure_id = 'keepers' and place_code = '26'"

MUTATIONS = {
    **mutations_of_any(
        "schools_child_safety",
        one=_ONE,
        source="education_schools",
        text_column="place_name_ko",
    ),
    "measures_present": f"delete from {_ALL} where measure_id = 'child_zones'",
    "grid_complete": f"delete from {_ALL} where {_ONE}",
    "periods_well_formed": f"update {_ALL} set period_end = period_end - 1 where {_ONE}",
    "counts_not_negative": f"update {_ALL} set count_value = -6, rate = -12 where {_ONE}",
    "count_within_base": f"update {_ALL} set count_value = 51, rate = 102 where {_ONE}",
    "value_empty_iff_status": f"update {_ALL} set value_status = 'not_reported' where {_ONE}",
    "small_counts_hidden": f"""
        update {_ALL} set count_value = 4, rate = 8 where {_ACCIDENTS};
        update {_ALL} set count_value = 94, rate = 11.75
        where measure_id = 'zone_child_accidents' and place_code = '26'
    """,
    "hidden_rows_are_empty": f"update {_ALL} set rate = 0.3 where value_status = 'suppressed'",
    "districts_match_city": f"update {_ALL} set count_value = count_value + 1 where {_KEEPERS}",
    "levels_match_all": f"""
        update {_ALL} set count_value = count_value + 1
        where measure_id = 'violence_reports' and school_level = 'all'
            and place_code in ('26', '26110')
    """,
    "rate_matches_counts": f"update {_ALL} set rate = 81 where {_ONE}",
}
