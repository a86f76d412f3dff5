"""Crime incidents of a seeded city in the rows of the plans that read them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import h3
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from busan_safety.evaluation.designs import Rows
from busan_safety.evaluation.designs.overlaps import PREFIX
from busan_safety.evaluation.plans import Plan
from busan_sandbox import city
from busan_sandbox.calls import NIGHT_HOURS
from busan_sandbox.cameras import camera_sites
from busan_sandbox.crime import FIVE_MAJOR
from busan_sandbox.incidents import PLACES, incidents_of_year
from busan_sandbox.options import Options
from busan_sandbox.patrols import dog_patrols_of_year
from busan_sandbox.zones import Zone, zones
from studies.recovery.calendar import month_start, ordinal, quarters_of

Table = list[dict[str, Any]]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_RESOLUTION = 9
_SECURITY = ("다목적", "생활방범")
_EARTH_M = 6_371_008.8
_WINDOW_MONTHS = 12
_RING_M = 200.0
_ELLIPSOID = pyproj.Geod(ellps="WGS84")


def street_incidents(options: Options, plan: Plan) -> Rows:
    """Return incidents in the street at night by district and quarter, and the dog patrols."""
    quarters = quarters_of(options, plan)
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
            mine = held & (quarter == ordinal(start) // 3)
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


def street_incidents_by_cell(options: Options, plan: Plan) -> Rows:
    """Return incidents in the street by map cell and quarter, cameras and works in zones."""
    quarters = quarters_of(options, plan)
    dongs = city.dongs()
    counts: Counter[tuple[str, date]] = Counter()
    places: dict[str, Counter[str]] = {}
    works: dict[str, date] = {}
    completed = [zone.works_completed_on for zone in zones(options)]
    for year in sorted({month.year for month in options.months}):
        found = incidents_of_year(options, year)
        months = found.reported.astype("datetime64[M]").astype(np.int64)
        is_delivered = np.isin(months, _delivered(options))
        for at in np.flatnonzero(is_delivered & ~np.isnan(found.longitude)).tolist():
            is_in_zone = found.zone[at] >= 0
            is_in_street = found.place[at] == PLACES.index("노상")
            if not (is_in_zone or is_in_street):
                continue
            # A file holds six digits.
            cell = _cell(round(found.latitude[at], 6), round(found.longitude[at], 6))
            day = completed[found.zone[at]] if is_in_zone else None
            if day is not None and day <= options.last.last_day:
                works[cell] = min(works.get(cell, day), day)
            quarter = month_start(int(months[at] - months[at] % 3))
            if is_in_street and quarter in quarters:
                counts[cell, quarter] += 1
                places.setdefault(cell, Counter())[dongs[found.dong[at]].code] += 1
    cameras, unknown = _first_cameras(replace(options, without=frozenset()))
    return {
        plan.outcome.measure: [
            {
                "unit": cell,
                "cluster": _most_often(places[cell]),
                "quarter": quarter,
                "event_count": counts[cell, quarter],
                "started_on": cameras.get(cell),
            }
            for cell in sorted(places.keys() - unknown)
            for quarter in quarters
        ],
        f"{PREFIX}prevention_zones": [
            {"unit": cell, "started_on": day} for cell, day in sorted(works.items())
        ],
    }


def _most_often(codes: Counter[str]) -> str:
    """The code counted most; the first in order where two were counted as often."""
    return min(codes, key=lambda code: (-codes[code], code))


@lru_cache(maxsize=2)
def _first_cameras(options: Options) -> tuple[dict[str, date], frozenset[str]]:
    """First month of a security camera by map cell, and the cells where one has no month."""
    found: dict[str, date] = {}
    unknown: set[str] = set()
    for district in city.districts():
        for site in camera_sites(options, district, Counter()):
            if site["instlPurps"] not in _SECURITY:
                continue
            try:
                cell = _cell(float(site["latitude"]), float(site["longitude"]))
            except ValueError:
                continue
            month = site["installationYm"]
            if month:
                day = date.fromisoformat(f"{month}-01")
                found[cell] = min(found.get(cell, day), day)
            else:
                unknown.add(cell)
    return found, frozenset(unknown)


def _cell(latitude: float, longitude: float) -> str:
    return str(h3.latlng_to_cell(latitude, longitude, _RESOLUTION))


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


def crimes_in_zones(options: Options, plan: Plan) -> Rows:
    """Return five major crimes in every zone with works, in its ring and around it."""
    crimes = _five_major(options)
    codes = [district.code for district in city.districts()]
    of_district = [crimes.at(crimes.district == at) for at in range(len(codes))]
    table: Table = []
    for zone in zones(options):
        works = zone.works_completed_on
        if works is not None and works <= options.last.last_day:
            near = of_district[codes.index(zone.dong.district_code)]
            row = _zone_row(zone, ordinal(works), options, near)
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
        "works_on": month_start(works),
        "window_start": month_start(works - _WINDOW_MONTHS),
        "window_end": month_start(works + _WINDOW_MONTHS + 1) - timedelta(days=1),
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
    return np.array([ordinal(month.first_day) for month in options.months])


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
