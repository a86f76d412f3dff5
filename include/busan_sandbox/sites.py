"""Signalised crossings and what was built at them: shared by the facility and accident feeds.

Crossings, places and dates are invented; numbers of countdown timers follow the plan (34 sites
from 2022-11 to 2023-05, 45 later in 2023, 76 of them in child protection zones), all other
numbers are assumptions. Timer sites were chosen for the accidents seen in `CHOSEN_BY`: part of
those was chance, so that accidents there fall after any works (regression to the mean). The
register of facilities should list every crossing with its traffic: a crossing without works and
without accidents is needed to say what was to be expected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from busan_sandbox import city
from busan_sandbox.options import Options

SiteKind = Literal["countdown_timer", "side_light", "right_turn_signal", "rear_plate_camera"]

# Accidents of these years decided where countdown timers were built.
CHOSEN_BY = (2019, 2020, 2021)
# Rate ratios of accidents at the site from the day after the works: of all accidents, and of
# those with a two-wheeler.
TIMER_EFFECT = 0.75
CAMERA_EFFECT = 0.80

_CROSSINGS = 800
_IN_CHILD_ZONE = 0.4
# Accidents a year at a crossing: safety performance function mean = a * vehicles^0.6, times
# gamma frailty of mean 1. Together about a third of the city's accidents.
_MEAN_PER_YEAR = 4.3
_EXPONENT = 0.6
_FRAILTY_SHAPE = 2.0

# 2023: TAAS figures of 부산진구 and 동래구; the others share the rest by residents and fatal
# accidents (assumption).
CITY_ACCIDENTS_2023 = 11_500
_KNOWN_2023 = {"26230": 1_392, "26260": 975}
# Accidents fall by 1.29 % a year (2016 to 2020).
TREND_PER_YEAR = 0.9871

# Waves of works: sites, first and last day.
_WAVES: dict[SiteKind, tuple[tuple[int, date, date], ...]] = {
    "countdown_timer": (
        (34, date(2022, 11, 1), date(2023, 5, 31)),
        (45, date(2023, 6, 15), date(2023, 12, 20)),
    ),
    "side_light": ((150, date(2021, 9, 1), date(2025, 6, 30)),),
    "right_turn_signal": ((30, date(2023, 4, 1), date(2024, 12, 15)),),
    "rear_plate_camera": (
        (20, date(2023, 6, 1), date(2023, 12, 15)),
        (40, date(2024, 4, 1), date(2024, 11, 30)),
    ),
}
_OUTSIDE_CHILD_ZONES = 3
_PREFIX: dict[SiteKind, str] = {
    "countdown_timer": "CT",
    "side_light": "SL",
    "right_turn_signal": "RT",
    "rear_plate_camera": "RC",
}


@dataclass(frozen=True)
class Crossing:
    """A signalised crossing. expected: accidents a year (2023, whole city, without works)."""

    crossing_id: str
    name: str
    dong: city.Dong
    longitude: float
    latitude: float
    daily_vehicles: int
    in_child_zone: bool
    expected: float


@dataclass(frozen=True)
class SignalSite:
    """A facility at a crossing, working from the day after `installed_on`."""

    site_id: str
    kind: SiteKind
    crossing: Crossing
    installed_on: date

    @property
    def dong(self) -> city.Dong:
        """Dong in which the site lies."""
        return self.crossing.dong

    @property
    def longitude(self) -> float:
        """Degrees east (WGS84)."""
        return self.crossing.longitude

    @property
    def latitude(self) -> float:
        """Degrees north (WGS84)."""
        return self.crossing.latitude


@lru_cache(maxsize=4)
def crossings(options: Options) -> tuple[Crossing, ...]:
    """Return all signalised crossings, in the order of their numbers."""
    stream = options.stream("crossings")
    chosen = np.sort(stream.choice(len(city.dongs()), _CROSSINGS, p=traffic_shares()))
    longitude, latitude = city.scatter(chosen, stream)
    vehicles = np.exp(stream.normal(np.log(18_000), 0.5, _CROSSINGS)).round(-1)
    performance = vehicles**_EXPONENT
    expected = performance / performance.mean() * _MEAN_PER_YEAR
    expected *= stream.gamma(_FRAILTY_SHAPE, 1 / _FRAILTY_SHAPE, _CROSSINGS)
    in_child_zone = stream.random(_CROSSINGS) < _IN_CHILD_ZONE
    found = []
    number: dict[str, int] = {}
    for i, dong_index in enumerate(chosen.tolist()):
        dong = city.dongs()[dong_index]
        count = number[dong.district_code] = number.get(dong.district_code, 0) + 1
        found.append(
            Crossing(
                crossing_id=f"XR-{dong.district_code}-{count:03d}",
                name=f"{dong.name} 모의교차로{count:03d}",
                dong=dong,
                longitude=round(float(longitude[i]), 6),
                latitude=round(float(latitude[i]), 6),
                daily_vehicles=int(vehicles[i]),
                in_child_zone=bool(in_child_zone[i]),
                expected=float(expected[i]),
            )
        )
    return tuple(found)


@lru_cache(maxsize=16)
def crossing_accidents(options: Options, year: int) -> npt.NDArray[np.int64]:
    """Return accidents of a year at each of `crossings()`, before any effect of works."""
    means = np.array([crossing.expected for crossing in crossings(options)])
    stream = options.stream("crossing accidents", year)
    return stream.poisson(means * TREND_PER_YEAR ** (year - 2023))


@lru_cache(maxsize=4)
def all_sites(options: Options) -> tuple[SignalSite, ...]:
    """Return every facility ever built, by kind and day of installation."""
    found: list[SignalSite] = []
    for kind, waves in _WAVES.items():
        stream = options.stream("signal sites", kind)
        total = sum(size for size, *_ in waves)
        if kind == "countdown_timer":
            places = _bad_crossings(options, total)
        else:
            vehicles = np.array([c.daily_vehicles for c in crossings(options)], dtype=float)
            places = stream.choice(
                len(vehicles), total, replace=False, p=vehicles / vehicles.sum()
            ).tolist()
        days: list[date] = []
        for size, first, last in waves:
            offsets = np.sort(stream.integers(0, (last - first).days + 1, size))
            days += [first + timedelta(days=offset) for offset in offsets.tolist()]
        for number, (place, day) in enumerate(zip(places, days, strict=True), 1):
            site_id = f"{_PREFIX[kind]}-{number:04d}"
            found.append(SignalSite(site_id, kind, crossings(options)[place], day))
    return tuple(found)


def signal_sites(options: Options) -> tuple[SignalSite, ...]:
    """Return the facilities that stand at the end of the span."""
    end = options.last.last_day
    return tuple(site for site in all_sites(options) if site.installed_on <= end)


def _bad_crossings(options: Options, total: int) -> list[int]:
    """Return the crossings with most accidents in `CHOSEN_BY`, worst first, nearly all in zones."""
    seen = np.sum([crossing_accidents(options, year) for year in CHOSEN_BY], axis=0)
    worst = np.argsort(-seen, kind="stable").tolist()
    inside = [i for i in worst if crossings(options)[i].in_child_zone]
    outside = [i for i in worst if not crossings(options)[i].in_child_zone]
    chosen = {*inside[: total - _OUTSIDE_CHILD_ZONES], *outside[:_OUTSIDE_CHILD_ZONES]}
    return [i for i in worst if i in chosen]


@lru_cache(maxsize=1)
def traffic_shares() -> npt.NDArray[np.float64]:
    """Return the share of each dong of `city.dongs()` in the city's road accidents."""
    of_district = district_accidents_2023()
    weights = np.zeros(len(city.dongs()))
    for district_code, accidents in of_district.items():
        mine = np.array([dong.district_code == district_code for dong in city.dongs()])
        size = np.array([dong.residents**0.5 for dong in city.dongs()]) * mine
        weights += accidents * size / size.sum()
    shares: npt.NDArray[np.float64] = weights / weights.sum()
    return shares


@lru_cache(maxsize=1)
def district_accidents_2023() -> dict[str, float]:
    """Return the expected accidents of 2023 by district code."""
    others = [d for d in city.districts() if d.code not in _KNOWN_2023]
    people = {d.code: sum(dong.residents for dong in city.dongs_of(d.code)) for d in others}
    fatal = {d.code: d.fatal_accidents for d in others}
    rest = CITY_ACCIDENTS_2023 - sum(_KNOWN_2023.values())
    share = {
        d.code: (people[d.code] / sum(people.values()) + fatal[d.code] / sum(fatal.values())) / 2
        for d in others
    }
    return {
        d.code: float(_KNOWN_2023.get(d.code) or rest * share[d.code]) for d in city.districts()
    }
