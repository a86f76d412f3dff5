"""Small good candidates of counts: whole sums everywhere, and cells whose sums say nothing.

Leaves are counted up to every place, period and class, so that totals are right by construction.
Some cells are then hidden, which leaves others whose sums no check can compare: a mutation there
is seen by the one check that it is meant for.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from expectations.candidates import seed

Dims = tuple[str, ...]
Place = tuple[str, str]
Period = tuple[str, date]

AS_OF = date(2024, 12, 31)
DISTRICT_A, DISTRICT_B, DISTRICT_C, DISTRICT_D, DISTRICT_E = (
    "26110", "26140", "26170", "26200", "26230",
)  # fmt: skip
SEPTEMBER, NOVEMBER, DECEMBER = date(2024, 9, 1), date(2024, 11, 1), date(2024, 12, 1)
QUARTER = ("quarter", date(2024, 10, 1))
MONTHS = [SEPTEMBER, date(2024, 10, 1), NOVEMBER, DECEMBER]

_END = {
    ("month", SEPTEMBER): date(2024, 9, 30),
    ("month", date(2024, 10, 1)): date(2024, 10, 31),
    ("month", NOVEMBER): date(2024, 11, 30),
    ("month", DECEMBER): AS_OF,
    QUARTER: AS_OF,
    ("year", date(2024, 1, 1)): AS_OF,
}

PLACE_DDL = "place_type text, place_code text, place_name_ko text, place_name_en text"
PERIOD_DDL = "period_type text, period_start date, period_end date"
END_DDL = "event_count bigint, unit text, value_status text, data_as_of date, is_synthetic boolean"


def number(*parts: object, low: int = 20, high: int = 60) -> int:
    """Return a number that is always the same for the same parts."""
    return low + zlib.crc32("|".join(map(str, parts)).encode()) % (high - low)


def places_of(district: str, *, has_stations: bool = True) -> list[Place]:
    """The city, a district and one of two stations that share the districts between them."""
    places = [("city", "26"), ("district", district)]
    if has_stations:
        places.append(("station", "jungbu" if int(district[2:]) < 300 else "gijang"))
    return places


def monthly(
    leaves: Iterable[Dims],
    sums: Callable[[Dims], Iterable[Dims]],
    districts: Iterable[str],
    count: Callable[[Dims, str, date], int],
    *,
    has_stations: bool = True,
) -> Counter[tuple[Place, Period, Dims]]:
    """Counts of four months and of the quarter of the last three, for every place and class."""
    counts: Counter[tuple[Place, Period, Dims]] = Counter()
    of_leaves = {leaf: list(sums(leaf)) for leaf in leaves}
    for district in districts:
        for month in MONTHS:
            periods: list[Period] = [("month", month)]
            if month >= QUARTER[1]:
                periods.append(QUARTER)
            for leaf, groups in of_leaves.items():
                events = count(leaf, district, month)
                for place in places_of(district, has_stations=has_stations):
                    for period in periods:
                        for group in groups:
                            counts[place, period, group] += events
    return counts


def hiding(
    *, totals: set[Dims], loose: Dims, at_d: Iterable[Dims] = (), at_e: Iterable[Dims] = ()
) -> Callable[[Place, Period, Dims], bool]:
    """Return what is hidden. totals: classes that the others add up to; at_d, at_e: in November."""

    def is_hidden(place: Place, period: Period, dims: Dims) -> bool:
        code = place[1]
        if period == QUARTER:
            return code in (DISTRICT_C, DISTRICT_E) or (code == DISTRICT_D and dims in totals)
        if period == ("month", NOVEMBER):
            return (
                code == DISTRICT_A
                or (code == DISTRICT_B and dims != loose)
                or (code == DISTRICT_D and dims in at_d)
                or (code == DISTRICT_E and dims in at_e)
            )
        if period == ("month", DECEMBER):
            return code == DISTRICT_B
        return period == ("month", SEPTEMBER) and code == "26" and dims in totals

    return is_hidden


def rows_of(
    counts: Counter[tuple[Place, Period, Dims]],
    names: tuple[str, ...],
    hides: Callable[[Place, Period, Dims], bool],
    described: Callable[[Dims], dict[str, Any]],
) -> Iterator[dict[str, Any]]:
    """Rows of the candidate: one per count."""
    for (place, period, dims), events in counts.items():
        hidden = hides(place, period, dims)
        yield {
            **dict(zip(names, dims, strict=True)),
            **described(dims),
            "place_type": place[0],
            "place_code": place[1],
            "place_name_ko": f"장소 {place[1]}",
            "place_name_en": f"Place {place[1]}",
            "period_type": period[0],
            "period_start": period[1],
            "period_end": _END[period],
            "event_count": None if hidden else events,
            "value_status": "suppressed" if hidden else "observed",
            "data_as_of": AS_OF,
            "is_synthetic": True,
        }


def cell(place: str, period: Period, dims: dict[str, str]) -> str:
    """SQL condition of one cell."""
    where = {"place_code": place, "period_type": period[0], "period_start": period[1], **dims}
    return " and ".join(f"{name} = '{value}'" for name, value in where.items())


def mutations(
    dataset: str,
    *,
    loose: dict[str, str],
    summed: dict[str, str],
    total: dict[str, str],
    absent: str,
    source: str,
) -> dict[str, str]:
    """Damages that every table of counts knows.

    loose: columns of the class whose cell in DISTRICT_B in November stands alone. summed: a class
    that adds up to `total`. absent: condition of rows that are declared and in no sum.
    """
    table = f"published_candidate.pub_{dataset}_v1"
    alone = cell(DISTRICT_B, ("month", NOVEMBER), loose)
    return {
        "key_unique": f"insert into {table} select * from {table} where "
        + cell(DISTRICT_A, ("month", NOVEMBER), loose),
        "value_status_known": f"update {table} set value_status = 'estimated' where {alone}",
        "classes_present": f"delete from {table} where {absent}",
        "grid_complete": f"delete from {table} where "
        + cell(DISTRICT_B, ("month", NOVEMBER), loose),
        "periods_well_formed": f"update {table} set period_end = period_end - 1 where {alone}",
        "count_within_bounds": f"update {table} set event_count = -1 where {alone}",
        "value_empty_iff_status": f"update {table} set event_count = null where {alone}",
        "small_counts_hidden": f"update {table} set event_count = 4 where {alone}",
        "places_match_city": f"update {table} set event_count = event_count + 1 where "
        + cell("26", ("month", SEPTEMBER), summed),
        "months_match_period": f"update {table} set event_count = event_count + 1 where "
        + cell(DISTRICT_D, QUARTER, summed),
        "classes_match_total": f"update {table} set event_count = event_count + 1 where "
        + cell(DISTRICT_D, ("month", NOVEMBER), total),
        "dated": f"update {table} set data_as_of = null",
        "freshness": f"update {table} set data_as_of = data_as_of - 3650",
        "synthetic_flag": f"update {table} set is_synthetic = false",
        "personal_data": f"update {table} set place_name_ko = '문의 ０１０-1234-5678'",
        "rows_against_last_release": "insert into ops.release (dataset, version,"
        " candidate_fingerprint, decision_id, row_count, path, csv_sha256) values"
        f" ('{dataset}', '2024.11.1', 'x', 1, 100000, 'x', 'x')",
        "row_accounting": f"delete from raw.{source} where _line = 2",
    }


def district_codes() -> list[str]:
    return [row["district_code"] for row in seed("districts")]
