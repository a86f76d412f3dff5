"""A good candidate of `crime` and one damage per check of its suite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg

from expectations.counts import (
    END_DDL,
    PERIOD_DDL,
    PLACE_DDL,
    Dims,
    district_codes,
    hiding,
    monthly,
    mutations,
    number,
    rows_of,
)

SEEDS = ()
TABLE = f"""
    source text, measure text, {PLACE_DDL}, {PERIOD_DDL},
    class_level text, class_code text, class_name_ko text, class_name_en text,
    {END_DDL}
"""
GROUPS = ["murder", "robbery", "sexual_violence", "theft", "violence"]
YEAR = ("year", date(2024, 1, 1))

_NAMES = ("source", "measure", "class_level", "class_code")
_TOTAL = ("incidents", "recorded", "five_major", "five_major")
_LOOSE = ("incidents", "recorded", "class", "arson")
_SUMMED = ("incidents", "recorded", "group", "theft")


def rows() -> Iterator[dict[str, Any]]:
    districts = district_codes()
    leaves = [("incidents", "recorded", "group", group) for group in GROUPS]
    leaves += [_LOOSE, ("incidents", "cleared", "five_major", "five_major")]
    counts = monthly(leaves, _sums, districts, lambda *parts: number(*parts))
    for district in districts:
        for group in GROUPS:
            events = number(group, district)
            for level, code in (("group", group), ("five_major", "five_major")):
                for place in [("city", "26"), ("district", district)]:
                    counts[place, YEAR, ("region_statistics", "recorded", level, code)] += events
                for place in [("city", "26"), ("station", "jungbu")]:
                    counts[place, YEAR, ("station_statistics", "recorded", level, code)] += events
            for level, code in (("class", group), ("total", "total")):
                for place in [("city", "26"), ("district", district)]:
                    counts[place, YEAR, ("region_statistics", "recorded", level, code)] += events
    hides = hiding(totals={_TOTAL}, loose=_LOOSE)
    yield from rows_of(counts, _NAMES, hides, _described)


def create_more(connection: psycopg.Connection) -> None:
    """The line of totals that the police print under their stations."""
    districts = district_codes()
    totals = [sum(number(group, district) for district in districts) for group in GROUPS]
    connection.execute("drop table if exists staging.stg_police__station_crimes cascade")
    columns = ", ".join(f"{group}_count integer" for group in GROUPS)
    connection.execute(
        f"create table staging.stg_police__station_crimes (year smallint, {columns}, is_total bool)"
    )
    connection.execute(
        "insert into staging.stg_police__station_crimes values (2024, %s, %s, %s, %s, %s, true)",
        totals,
    )


def _sums(leaf: Dims) -> list[Dims]:
    is_group = leaf[1:3] == ("recorded", "group")
    return [leaf, _TOTAL] if is_group else [leaf]


def _described(dims: Dims) -> dict[str, Any]:
    return {
        "class_name_ko": f"죄종 {dims[3]}",
        "class_name_en": dims[3],
        "unit": "crimes",
    }


MUTATIONS = mutations(
    "crime",
    loose=dict(zip(_NAMES, _LOOSE, strict=True)),
    summed=dict(zip(_NAMES, _SUMMED, strict=True)),
    total=dict(zip(_NAMES, _TOTAL, strict=True)),
    absent="measure = 'cleared'",
    source="police_crime_by_station",
) | {
    "agency_total": "update staging.stg_police__station_crimes set theft_count = theft_count + 1",
}
