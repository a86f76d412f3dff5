"""A seeded city's events in the rows that the evaluation's queries return.

The events are those of the sandbox's generators, as its feeds write them into files; no draw is
made here but one (`_OPENING_EFFECT`). The rows are those of `evaluation/sql`, without the way
through files and warehouse and so without the faults that the sandbox plants in files:
`tests/recomputation/plan_rows.py` holds the two against each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from busan_safety.evaluation.designs import Rows
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import SiteBeforeAfter
from busan_sandbox import city
from busan_sandbox.accident_files import delivered_accidents, file_years
from busan_sandbox.accidents import MOPED, TWO_WHEELER
from busan_sandbox.apo import STATIONS, VEHICLE_FROM
from busan_sandbox.calls import NIGHT_HOURS, CallEvents, month_of_events, survive_works
from busan_sandbox.crime import FIVE_MAJOR
from busan_sandbox.draws import day64
from busan_sandbox.facilities import routes, treated_dongs
from busan_sandbox.incidents import PLACES, incidents_of_year
from busan_sandbox.options import Month, Options
from busan_sandbox.patrols import dog_patrols_of_year
from busan_sandbox.relational import Cases, cases_of_year
from busan_sandbox.signals import KINDS
from busan_sandbox.sites import crossings, signal_sites
from busan_sandbox.zones import Zone, zones

Table = list[dict[str, Any]]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_EARTH_M = 6_371_008.8
_WINDOW_MONTHS = 12
_RING_M = 200.0
_FOLLOWED_DAYS = 90
_INTOXICATED = 305
_ELLIPSOID = pyproj.Geod(ellps="WGS84")


def rows_of(options: Options, plan: Plan) -> Rows:
    """Return what the plan's queries would return of this city, by query.

    The span of `options` is what was delivered; only feeds that the plan reads are drawn.
    """
    return _CITIES[plan.outcome.measure](options, plan)


def thinned(rows: Rows, plan: Plan, *, ratio: float, seed: int) -> Rows:
    """Return a series from whose months after the interruption a share of events is taken.

    The sandbox plants nothing in the calls of the whole city; thinning is how it plants elsewhere.
    """
    measure, stream = plan.outcome.measure, np.random.default_rng([seed, 305])
    interruption = plan.dates.interruption
    assert interruption is not None  # noqa: S101 - the plan's own rule
    kept = [
        int(stream.binomial(row["event_count"], ratio if row["month"] >= interruption else 1.0))
        for row in rows[measure]
    ]
    return {
        measure: [
            row | {"event_count": count} for row, count in zip(rows[measure], kept, strict=True)
        ]
    }


def _night_calls(options: Options, plan: Plan) -> Rows:
    treated = treated_dongs(routes(options))
    codes = [dong.code for dong in city.dongs()]
    counts = []
    for month in _months(options, plan):
        events = _events(replace(options, without=frozenset()), month)
        held = events.is_night & survive_works(options, month, events, treated)
        counts.append(np.bincount(events.dong[held], minlength=len(codes)))
    by_dong = np.array(counts).T.tolist()
    months = [month.first_day for month in _months(options, plan)]
    return {
        plan.outcome.measure: [
            {"unit": code, "month": month, "event_count": count}
            for code, row in zip(codes, by_dong, strict=True)
            for month, count in zip(months, row, strict=True)
        ],
        str(plan.dates.roll_out): [
            {"unit": code, "first_works_on": day}
            for code, day in treated.items()
            if day <= options.last.last_day
        ],
    }


@lru_cache(maxsize=48)
def _events(options: Options, month: Month) -> CallEvents:
    """A city with an effect and the same without have one draw."""
    return month_of_events(options, month)


def _intoxicated_calls(options: Options, plan: Plan) -> Rows:
    treated = treated_dongs(routes(options))
    found: Table = []
    for month in _months(options, plan):
        events = month_of_events(options, month)
        held = events.event_class == _INTOXICATED
        held &= survive_works(options, month, events, treated)
        found.append(
            {
                "month": month.first_day,
                "event_count": int(held.sum()),
                "exposure": month.last_day.day,
                "series_break": month == Month(2025, 1),
            }
        )
    return {plan.outcome.measure: found}


def _accidents_at_sites(options: Options, plan: Plan) -> Rows:
    method = plan.method
    if not isinstance(method, SiteBeforeAfter):
        raise TypeError(f"{plan.plan_id} is of another design")
    first = max(plan.dates.study_from, date(file_years(options)[0], 1, 1))
    last = min(plan.dates.study_to, date(options.full_years[-1], 12, 31))
    days, crossing = _site_accidents(options, method)
    places = crossings(options)
    installed: dict[str, date] = {}
    others: set[str] = set()
    for site in signal_sites(options):
        name = site.crossing.crossing_id
        if KINDS[site.kind] == method.treatment:
            installed[name] = min(installed.get(name, site.installed_on), site.installed_on)
        else:
            others.add(name)
    used = [(at, place) for at, place in enumerate(places) if place.crossing_id not in others]
    came = sorted(day for name, day in installed.items() if name not in others)
    cut, begin = came[math.ceil(len(came) / 2) - 1], came[0]

    def counted(since: date, until: npt.NDArray[np.datetime64]) -> Ints:
        """Accidents at every crossing from a day on and before another."""
        held = (days >= day64(since)) & (days < until[crossing])
        return np.bincount(crossing[held], minlength=len(places))

    same = np.full(len(places), day64(None))
    own = np.array([day64(installed.get(place.crossing_id)) for place in places])
    end = np.full_like(same, day64(last) + 1)
    whole, before = counted(first, end), counted(first, own)
    until_installed = counted(first, np.minimum(own + 1, end))
    common = counted(first, np.full_like(same, day64(begin)))
    early = counted(first, np.full_like(same, day64(cut) + 1))
    found: Table = []
    for at, place in used:
        came_on = installed.get(place.crossing_id)
        found.append(
            {
                "unit": place.crossing_id,
                "installed_on": came_on,
                "first_on": first,
                "last_on": last,
                "daily_vehicle_count": place.daily_vehicles,
                "common_count": int(common[at]),
                "common_days": max((begin - first).days, 0),
                "before_count": int(before[at]) if came_on else 0,
                "before_days": max((came_on - first).days, 0) if came_on else 0,
                "after_count": int(whole[at] - until_installed[at]) if came_on else 0,
                "after_days": max((last - came_on).days, 0) if came_on else 0,
                "early_count": int(early[at]),
                "early_days": max((cut - first).days + 1, 0),
                "late_count": int(whole[at] - early[at]),
                "late_days": max((last - cut).days, 0),
            }
        )
    return {plan.outcome.measure: sorted(found, key=lambda row: str(row["unit"]))}


def _site_accidents(
    options: Options, method: SiteBeforeAfter
) -> tuple[npt.NDArray[np.datetime64], Ints]:
    """Days and crossings of the accidents at crossings that count for the plan."""
    days, crossing = [], []
    for year in file_years(options):
        found = delivered_accidents(options, year)
        held = found.crossing >= 0
        if method.offenders == "two_wheelers":
            held &= np.isin(found.offender, (TWO_WHEELER, MOPED))
        days.append(found.occurred[held].astype("datetime64[D]"))
        crossing.append(found.crossing[held])
    return np.concatenate(days), np.concatenate(crossing)


def _street_incidents(options: Options, plan: Plan) -> Rows:
    quarters = _quarters(options, plan)
    codes = [district.code for district in city.districts()]
    of_dong = np.array([codes.index(dong.district_code) for dong in city.dongs()])
    counts = np.zeros((len(codes), len(quarters)), dtype=np.int64)
    started: dict[str, date] = {}
    for year in sorted({quarter.year for quarter in quarters}):
        found = incidents_of_year(options, year)
        hour = found.occurred.astype("datetime64[h]").astype(np.int64) % 24
        held = np.isin(hour, NIGHT_HOURS) & (found.place == PLACES.index("노상"))
        quarter = found.reported.astype("datetime64[M]").astype(np.int64) // 3
        for at, start in enumerate(quarters):
            mine = held & (quarter == _ordinal(start) // 3)
            counts[:, at] += np.bincount(of_dong[found.dong[mine]], minlength=len(codes))
    for month in reversed(options.months):
        patrols = dog_patrols_of_year(options, month.year)
        mine = patrols.day.astype("datetime64[M]") == np.datetime64(str(month), "M")
        days, at_code = patrols.day[mine], of_dong[patrols.dong[mine]]
        started |= {codes[at]: days[at_code == at].min().item() for at in set(at_code.tolist())}
    return {
        plan.outcome.measure: [
            {
                "unit": code,
                "quarter": quarter,
                "event_count": int(counts[row, at]),
                "exposure": None,
                "started_on": started.get(code),
            }
            for row, code in enumerate(codes)
            for at, quarter in enumerate(quarters)
        ]
    }


def _repeated_reports(options: Options, plan: Plan) -> Rows:
    years = sorted({month.year for month in options.months})
    parts = [cases_of_year(options, year) for year in years]
    cases = Cases(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Cases.__dataclass_fields__
        )
    )
    order = np.lexsort((cases.reported, cases.household, cases.year_of_household))
    cases = cases.at(order)
    day = cases.reported.astype("datetime64[D]")
    same = np.append(
        (np.diff(cases.household) == 0) & (np.diff(cases.year_of_household) == 0), False
    )
    wait = np.append(np.diff(day).astype(np.int64), 0)
    repeated = same & (wait <= _FOLLOWED_DAYS)
    names = list(STATIONS)
    station = _station_on(cases, names)
    quarter = cases.reported.astype("datetime64[M]").astype(np.int64) // 3
    found: Table = []
    for start in _quarters(options, plan):
        if _ordinal(start) + 5 > options.last.index - 1970 * 12:
            continue
        mine = quarter == _ordinal(start) // 3
        reports = np.bincount(station[mine], minlength=len(names)).tolist()
        again = np.bincount(station[mine & repeated], minlength=len(names)).tolist()
        for at, name in enumerate(names):
            handed = VEHICLE_FROM.get(name)
            if not reports[at]:
                continue
            found.append(
                {
                    "unit": name,
                    "quarter": start,
                    "event_count": again[at],
                    "exposure": reports[at],
                    "started_on": handed if handed and handed <= options.last.last_day else None,
                }
            )
    return {plan.outcome.measure: sorted(found, key=lambda row: (row["unit"], row["quarter"]))}


def _station_on(cases: Cases, names: list[str]) -> Ints:
    before = np.array([names.index(dong.station) for dong in city.dongs()])
    since = np.array(
        [names.index(city.station_on(dong, city.SUYEONG_OPENED)) for dong in city.dongs()]
    )
    opened = cases.reported >= day64(city.SUYEONG_OPENED)
    return np.where(opened, since[cases.dong], before[cases.dong])


@dataclass(frozen=True)
class _Crimes:
    """Five major crimes; month since 1970, NaN where the place is unknown."""

    district: Ints
    month: Ints
    longitude: Floats
    latitude: Floats
    is_in_no_zone: npt.NDArray[np.bool_]

    def at(self, rows: npt.NDArray[np.bool_]) -> _Crimes:
        return _Crimes(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def _crimes_in_zones(options: Options, plan: Plan) -> Rows:
    crimes = _five_major(options)
    codes = [district.code for district in city.districts()]
    of_district = [crimes.at(crimes.district == at) for at in range(len(codes))]
    table: Table = []
    for zone in zones(options):
        works = zone.works_completed_on
        if works is not None and works <= options.last.last_day:
            near = of_district[codes.index(zone.dong.district_code)]
            row = _zone_row(zone, _ordinal(works), options, near)
            if _is_long_enough(row, plan):
                table.append(row)
    return {plan.outcome.measure: sorted(table, key=lambda row: str(row["unit"]))}


def _five_major(options: Options) -> _Crimes:
    five = {name for group in FIVE_MAJOR.values() for name in group}
    is_five = np.array([row["class_middle"] in five for row in city.table("crime_classes")])
    codes = [district.code for district in city.districts()]
    of_dong = np.array([codes.index(place.district_code) for place in city.dongs()])
    parts = []
    for year in sorted({month.year for month in options.months}):
        found = incidents_of_year(options, year)
        month = found.reported.astype("datetime64[M]").astype(np.int64)
        held = is_five[found.crime_class] & np.isin(month, _delivered(options))
        # A file holds six digits.
        place = found.longitude[held].round(6), found.latitude[held].round(6)
        parts.append((of_dong[found.dong[held]], month[held], *place, found.zone[held] < 0))
    return _Crimes(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _zone_row(zone: Zone, works: int, options: Options, crimes: _Crimes) -> dict[str, Any]:
    """A zone's row with the delivered months of either side; works: the month's ordinal."""
    polygon = shapely.Polygon(zone.ring)
    centre = polygon.representative_point()
    radius = math.sqrt(abs(_ELLIPSOID.geometry_area_perimeter(polygon)[0]) / math.pi)
    distance = _metres(crimes.longitude, crimes.latitude, centre.x, centre.y)
    ring = (distance > radius) & (distance <= radius + _RING_M)
    row: dict[str, Any] = {
        "unit": zone.zone_id,
        "district_code": zone.dong.district_code,
        "works_on": _month_start(works),
        "window_start": _month_start(works - _WINDOW_MONTHS),
        "window_end": _month_start(works + _WINDOW_MONTHS + 1) - timedelta(days=1),
    }
    sides = {
        "before": (works - _WINDOW_MONTHS, works - 1),
        "after": (works + 1, works + _WINDOW_MONTHS),
    }
    for side, (first, last) in sides.items():
        held = (crimes.month >= first) & (crimes.month <= last)
        delivered = _delivered(options)
        row[f"months_{side}"] = int(((delivered >= first) & (delivered <= last)).sum())
        row[f"inside_{side}"] = int((held & (distance <= radius)).sum())
        row[f"ring_{side}"] = int((held & ring).sum())
        outside = int((held & crimes.is_in_no_zone).sum())
        row[f"rest_{side}"] = max(outside - row[f"ring_{side}"], 0)
    return row


def _delivered(options: Options) -> Ints:
    return np.array([_ordinal(month.first_day) for month in options.months])


def _is_long_enough(row: dict[str, Any], plan: Plan) -> bool:
    months = row.pop("months_before"), row.pop("months_after")
    return (
        min(months) >= plan.dates.minimum_window_months
        and bool(row["window_start"] >= plan.dates.study_from)
        and bool(row["window_end"] <= plan.dates.study_to)
    )


def _metres(longitude: Floats, latitude: Floats, centre_x: float, centre_y: float) -> Floats:
    """Haversine distance, as the warehouse computes it."""
    x, y = np.radians(longitude), np.radians(latitude)
    here_x, here_y = math.radians(centre_x), math.radians(centre_y)
    half = np.sin((y - here_y) / 2) ** 2
    half += math.cos(here_y) * np.cos(y) * np.sin((x - here_x) / 2) ** 2
    found: Floats = 2 * _EARTH_M * np.arcsin(np.minimum(1, np.sqrt(half)))
    return found


def _months(options: Options, plan: Plan) -> list[Month]:
    return [
        month
        for month in options.months
        if plan.dates.study_from <= month.first_day and month.last_day <= plan.dates.study_to
    ]


def _quarters(options: Options, plan: Plan) -> list[date]:
    """First days of the quarters of which every month was delivered."""
    months = [month.first_day for month in _months(options, plan)]
    held = {day: (day.month - 1) % 3 for day in months}
    starts = [day for day, place in held.items() if place == 0]
    return [day for day in starts if all(_later(day, step) in held for step in (1, 2))]


def _later(day: date, months: int) -> date:
    return _month_start(_ordinal(day) + months)


def _ordinal(day: date) -> int:
    """Months since 1970, as numpy counts them."""
    return (day.year - 1970) * 12 + day.month - 1


def _month_start(ordinal: int) -> date:
    return date(1970 + ordinal // 12, ordinal % 12 + 1, 1)


_CITIES: dict[str, Callable[[Options, Plan], Rows]] = {
    "night_calls_by_dong": _night_calls,
    "intoxicated_calls_by_month": _intoxicated_calls,
    "accidents_at_sites": _accidents_at_sites,
    "night_street_incidents_by_district": _street_incidents,
    "repeated_relational_reports_by_station": _repeated_reports,
    "crimes_in_zones": _crimes_in_zones,
}
