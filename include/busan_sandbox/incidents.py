"""Recorded crimes as events: the five major crimes and arson of one year.

Events are a Poisson process over days, spots (73 zones and the rest of each dong) and kinds of
situation (in the street at night or not). Effects change its intensity at the spot only: zones
from the day after their works, street incidents at night where dogs patrol. Given the process,
the counts of 2023 by station and crime are fixed to the published ones (scaled by largest
remainders), other years are Poisson around them. Everything beside counts is assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from busan_sandbox import city
from busan_sandbox.calls import NIGHT_HOURS
from busan_sandbox.crime import FIVE_MAJOR
from busan_sandbox.dogpatrol import DOG_EFFECT, DOG_STARTS
from busan_sandbox.draws import (
    Floats,
    Ints,
    Times,
    apportion,
    day64,
    day_course,
    days_of_year,
    event_scale,
    pick,
)
from busan_sandbox.options import Options
from busan_sandbox.zones import ZONE_EFFECT, zones

CALIBRATION_YEAR = 2023
PLACES = ("노상", "주거시설", "상가", "유흥·숙박업소", "대중교통", "학교", "공원", "기타")
ARSON = "방화"

# As the yearly files: Busan's total moved from 112,080 (2022) to 113,471 (2023).
_GROWTH_PER_YEAR = 1.006
_ALPHA_MONTH = 0.02
# Share of a dong's incidents that happen in its zone.
_ZONE_SHARE = 0.22
_MONTH_FACTORS = (0.92, 0.90, 0.97, 1.01, 1.06, 1.04, 1.05, 1.06, 1.04, 1.05, 0.97, 0.93)
_NO_PLACE = 0.02
# Abnormal-motive crimes are a tick box since 2023: about a dozen a year in the whole city.
_ABNORMAL_MOTIVE = 12 / 16_500
_METRES_PER_DEGREE = 111_000.0


@dataclass(frozen=True)
class _Crime:
    """A group of classes. places: weights of `PLACES`; cleared: share cleared in the end."""

    column: str
    profile: str
    places: tuple[float, ...]
    cleared: float
    clearance_days: float
    report_hours: float


_CRIMES = {
    "살인": _Crime("murder", "night", (15, 55, 5, 10, 0, 0, 2, 13), 0.98, 6, 1),
    "강도": _Crime("robbery", "night", (45, 15, 25, 10, 2, 0, 1, 2), 0.97, 12, 1),
    "성범죄": _Crime("sexual_violence", "night", (18, 30, 10, 20, 10, 3, 3, 6), 0.90, 30, 40),
    "절도": _Crime("theft", "evening", (38, 14, 30, 4, 4, 2, 3, 5), 0.56, 28, 14),
    "폭력": _Crime("violence", "night", (45, 20, 10, 15, 2, 2, 2, 4), 0.83, 16, 3),
    ARSON: _Crime("", "night", (30, 40, 10, 5, 0, 2, 5, 8), 0.75, 14, 0.5),
}
_ARSON_PER_YEAR = 89


@dataclass(frozen=True)
class Incidents:
    """Incidents of a year in the order of their report; every array has one entry an incident.

    crime_class: position in the packaged table of crime classes. zone: position in `zones()`,
    -1 outside. cleared is NaT where the case is open; longitude, latitude NaN where unknown.
    """

    occurred: Times
    reported: Times
    crime_class: Ints
    dong: Ints
    zone: Ints
    place: Ints
    cleared: Times
    abnormal_motive: npt.NDArray[np.bool_]
    longitude: Floats
    latitude: Floats

    def __len__(self) -> int:
        return len(self.reported)


@dataclass(frozen=True)
class _Spots:
    """Where incidents of a station's area happen: dong and zone (-1: rest of the dong)."""

    dong: Ints
    zone: Ints
    share: Floats


@lru_cache(maxsize=8)
def incidents_of_year(options: Options, year: int) -> Incidents:
    """Draw the incidents that were reported in a year."""
    stream = options.stream("incidents", year)
    days = days_of_year(year)
    frailty = stream.gamma(1 / _ALPHA_MONTH, _ALPHA_MONTH, (12, len(city.districts())))
    fixed = _fixed_counts(options)
    parts = []
    for at, station in enumerate(_stations()):
        spots = _spots(options, station)
        effects = _zone_effects(options, spots, days)
        for crime in _CRIMES:
            ordinary, street_night = _intensity(crime, spots, days, frailty)
            plain = ordinary.sum() + street_night.sum()
            ordinary = ordinary * effects
            street_night = street_night * effects * _dog_effects(options, spots, days)
            mass = np.stack([ordinary, street_night], axis=-1)
            if year == CALIBRATION_YEAR and crime != ARSON:
                count = int(fixed[crime][at])
            else:
                mean = _expected(options, crime, at, year) * mass.sum() / plain
                count = int(stream.poisson(mean))
            parts.append(_drawn(crime, spots, mass, count, stream))
    crime_at, day, dong, zone, is_street_night = (
        np.concatenate([part[column] for part in parts]) for column in range(5)
    )
    return _completed(options, days, crime_at, day, dong, zone, is_street_night, stream)


@lru_cache(maxsize=1)
def five_major_of_2023() -> dict[str, Floats]:
    """Return the published counts of 2023 by crime, in the order of the 15 stations."""
    rows = list(city.table("station_crimes"))
    return {
        crime: np.array([float(row[_CRIMES[crime].column]) for row in rows]) for crime in FIVE_MAJOR
    }


def _stations() -> list[str]:
    return [row["station"] for row in city.table("station_crimes")]


@lru_cache(maxsize=4)
def _fixed_counts(options: Options) -> dict[str, Ints]:
    published = five_major_of_2023()
    together = np.array(list(published.values()))
    scaled = apportion(together, round(together.sum() * event_scale(options)))
    return dict(zip(published, scaled, strict=True))


def _expected(options: Options, crime: str, station: int, year: int) -> float:
    published = five_major_of_2023()
    if crime == ARSON:
        violence = published["폭력"]
        expected = _ARSON_PER_YEAR * violence[station] / violence.sum()
    else:
        expected = published[crime][station]
    growth = _GROWTH_PER_YEAR ** (year - CALIBRATION_YEAR)
    return float(expected * growth * event_scale(options))


@lru_cache(maxsize=64)
def _spots(options: Options, station: str) -> _Spots:
    zone_of = {zone.dong_index: i for i, zone in enumerate(zones(options))}
    dongs = [i for i, dong in enumerate(city.dongs()) if dong.station == station]
    weights = [city.dongs()[i].residents * city.dongs()[i].night_boost for i in dongs]
    spots = []
    for i, weight in zip(dongs, weights, strict=True):
        inside = _ZONE_SHARE if i in zone_of else 0.0
        spots.append((i, -1, weight * (1 - inside)))
        if inside:
            spots.append((i, zone_of[i], weight * inside))
    dong, zone, share = zip(*spots, strict=True)
    return _Spots(np.array(dong), np.array(zone), np.array(share) / sum(weights))


def _intensity(crime: str, spots: _Spots, days: Times, frailty: Floats) -> tuple[Floats, Floats]:
    """Return days x spots of (other incidents, street incidents at night), without effects."""
    profile = _CRIMES[crime]
    weekday, hours = day_course(profile.profile)
    months = days.astype("datetime64[M]").astype(int) % 12
    daily = np.array(_MONTH_FACTORS)[months] * weekday[(days.astype(int) + 3) % 7]
    codes = [district.code for district in city.districts()]
    district = np.array([codes.index(city.dongs()[i].district_code) for i in spots.dong])
    beach = np.array([d.beach_factor for d in city.districts()])[district]
    season = np.where(np.isin(months, (6, 7))[:, None], beach, 1.0)
    mass = daily[:, None] * season * frailty[months][:, district] * spots.share
    places = np.array(profile.places)
    night = float(hours[list(NIGHT_HOURS)].sum() * places[0] / places.sum())
    return mass * (1 - night), mass * night


def _zone_effects(options: Options, spots: _Spots, days: Times) -> Floats:
    ended = [
        day64(zones(options)[zone].works_completed_on if zone >= 0 else None)
        for zone in spots.zone.tolist()
    ]
    effect = options.effect("prevention_zones", ZONE_EFFECT)
    return np.where(days[:, None] > np.array(ended), effect, 1.0)


def _dog_effects(options: Options, spots: _Spots, days: Times) -> Floats:
    starts = [
        day64(DOG_STARTS.get(city.dongs()[dong].district_code)) for dong in spots.dong.tolist()
    ]
    effect = options.effect("joint_patrols", DOG_EFFECT)
    return np.where(days[:, None] >= np.array(starts), effect, 1.0)


def _drawn(
    crime: str, spots: _Spots, mass: Floats, count: int, stream: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Draw (crime, day, dong, zone, street at night) of `count` incidents."""
    cell = pick(mass.ravel(), count, stream)
    day, spot, situation = np.unravel_index(cell, mass.shape)
    crimes = np.full(count, list(_CRIMES).index(crime))
    return crimes, day, spots.dong[spot], spots.zone[spot], situation


def _completed(
    options: Options,
    days: Times,
    crime: Ints,
    day: Ints,
    dong: Ints,
    zone: Ints,
    is_street_night: Ints,
    stream: np.random.Generator,
) -> Incidents:
    size = len(crime)
    names = list(_CRIMES)
    hour, place, crime_class = (np.zeros(size, dtype=np.int64) for _ in range(3))
    for at, name in enumerate(names):
        for situation in (0, 1):
            rows = np.flatnonzero((crime == at) & (is_street_night == situation))
            hour[rows], place[rows] = _hours_and_places(name, bool(situation), len(rows), stream)
        rows = np.flatnonzero(crime == at)
        crime_class[rows] = _classes(name, len(rows), stream)
    parameter = {
        field: np.array([getattr(_CRIMES[name], field) for name in names])[crime]
        for field in ("cleared", "clearance_days", "report_hours")
    }
    seconds = hour * 3_600 + stream.integers(0, 60, size) * 60
    occurred = days[day].astype("datetime64[s]") + seconds.astype("timedelta64[s]")
    delay = stream.exponential(parameter["report_hours"]) * 60
    # Reported within the year, so that a year's records are the same by either date.
    year_end = (days[-1] + 1).astype("datetime64[s]") - np.timedelta64(60, "s")
    reported = np.minimum(occurred + (delay.round() * 60).astype("timedelta64[s]"), year_end)
    is_cleared = stream.random(size) < parameter["cleared"]
    lag = stream.exponential(parameter["clearance_days"]).round().astype("timedelta64[D]")
    cleared = np.where(is_cleared, reported.astype("datetime64[D]") + lag, np.datetime64("NaT"))
    longitude, latitude = _points(options, dong, zone, stream)
    unknown = stream.random(size) < _NO_PLACE
    longitude[unknown] = np.nan
    latitude[unknown] = np.nan
    violent = np.isin(crime, [names.index("살인"), names.index("폭력")])
    abnormal = violent & (stream.random(size) < _ABNORMAL_MOTIVE)
    order = np.argsort(reported, kind="stable")
    return Incidents(
        occurred=occurred[order],
        reported=reported[order],
        crime_class=crime_class[order],
        dong=dong[order],
        zone=zone[order],
        place=place[order],
        cleared=cleared[order],
        abnormal_motive=abnormal[order],
        longitude=longitude[order],
        latitude=latitude[order],
    )


def _hours_and_places(
    crime: str, street_night: bool, size: int, stream: np.random.Generator
) -> tuple[Ints, Ints]:
    """Draw hours and places, within or without the street at night."""
    hours = day_course(_CRIMES[crime].profile)[1]
    joint = np.outer(hours, np.array(_CRIMES[crime].places, dtype=float))
    inside = np.zeros(joint.shape, dtype=bool)
    inside[list(NIGHT_HOURS), 0] = True
    cell = pick(np.where(inside == street_night, joint, 0.0).ravel(), size, stream)
    hour, place = np.divmod(cell, len(PLACES))
    return hour, place


def _classes(crime: str, size: int, stream: np.random.Generator) -> Ints:
    """Draw classes within a group by the city's mix of 2022, as positions in the table."""
    rows = list(city.table("crime_classes"))
    wanted = (ARSON,) if crime == ARSON else FIVE_MAJOR[crime]
    positions = [i for i, row in enumerate(rows) if row["class_middle"] in wanted]
    weights = np.array([float(rows[i]["busan_2022"]) for i in positions])
    return np.array(positions)[pick(weights, size, stream)]


def _points(
    options: Options, dong: Ints, zone: Ints, stream: np.random.Generator
) -> tuple[Floats, Floats]:
    """Place incidents inside their zone, or in their dong and outside of its zone."""
    longitude, latitude = city.scatter(dong, stream)
    found = zones(options)
    of_dong = np.full(len(city.dongs()), -1)
    of_dong[[z.dong_index for z in found]] = np.arange(len(found))
    centre_x = np.array([z.longitude for z in found])
    centre_y = np.array([z.latitude for z in found])
    radius = np.array([z.radius_m for z in found])
    near = of_dong[dong]
    for _ in range(20):
        east = _METRES_PER_DEGREE * np.cos(np.radians(latitude))
        x, y = (longitude - centre_x[near]) * east, (latitude - centre_y[near]) * _METRES_PER_DEGREE
        wrong = np.flatnonzero((zone < 0) & (near >= 0) & (np.hypot(x, y) <= radius[near]))
        if not len(wrong):
            break
        longitude[wrong], latitude[wrong] = city.scatter(dong[wrong], stream)
    inside = np.flatnonzero(zone >= 0)
    of = zone[inside]
    # The decagon reaches at least 0.8 of the radius in every direction.
    distance = radius[of] * 0.8 * np.sqrt(stream.random(len(inside)))
    angle = stream.random(len(inside)) * 2 * np.pi
    latitude[inside] = centre_y[of] + distance * np.sin(angle) / _METRES_PER_DEGREE
    east = _METRES_PER_DEGREE * np.cos(np.radians(centre_y[of]))
    longitude[inside] = centre_x[of] + distance * np.cos(angle) / east
    return longitude, latitude
