"""Injury accidents of a year in the whole city, before any file is made of them.

Counts at signalised crossings come from `sites.crossing_accidents`; works remove accidents there
by thinning from the day after. Deaths of 2023 are the published ones (110, of these 51 aged 65
or more, 31 of them on foot). 부산진구 and 동래구 follow TAAS 2023; the rest is assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from busan_sandbox import city
from busan_sandbox.draws import Floats, Ints, Times, day64, days_of_year, pick
from busan_sandbox.options import Options
from busan_sandbox.sites import (
    CAMERA_EFFECT,
    CITY_ACCIDENTS_2023,
    TIMER_EFFECT,
    TREND_PER_YEAR,
    all_sites,
    crossing_accidents,
    crossings,
    traffic_shares,
)

# Large type and share.
TYPES = (("차대사람", 20), ("차대차", 72), ("차량단독", 8))
PEDESTRIAN, VEHICLES, SINGLE = range(3)
MIDDLE_TYPES = {
    PEDESTRIAN: ("횡단중", "차도통행중", "보도통행중", "기타"),
    VEHICLES: ("추돌", "측면충돌", "정면충돌", "기타"),
    SINGLE: ("공작물충돌", "전도", "기타"),
}
VIOLATIONS = (
    ("안전운전불이행", 55), ("신호위반", 12), ("안전거리미확보", 11), ("교차로운행방법위반", 7),
    ("보행자보호의무위반", 6), ("중앙선침범", 4), ("과속", 1), ("기타", 4),
)  # fmt: skip
# Forms of road as the TAAS list writes them: at crossings, and elsewhere with weights.
CROSSING_ROADS = (
    ("교차로 - 교차로안", 60), ("교차로 - 교차로부근", 28), ("교차로 - 교차로횡단보도내", 12),
)  # fmt: skip
OTHER_ROADS = (
    ("단일로 - 기타", 84), ("기타 - 기타", 10), ("단일로 - 지하차도(도로)내", 2),
    ("단일로 - 교량", 1.5), ("단일로 - 터널", 1.5), ("주차장 - 주차장", 1),
)  # fmt: skip
PARTIES = (
    ("승용", 66), ("이륜", 10), ("화물", 10), ("승합", 7), ("자전거", 3), ("원동기", 1.5),
    ("개인형이동수단(PM)", 1), ("건설기계", 1), ("기타불명", 0.5),
)  # fmt: skip
CAR, TWO_WHEELER, BICYCLE, MOPED, PM = 0, 1, 4, 5, 6
ON_FOOT, NOBODY = -1, -2
WEATHER = (("맑음", 86), ("비", 8), ("흐림", 5), ("눈", 0.3), ("안개", 0.7))
_HOURS = (20, 16, 12, 10, 11, 15, 24, 38, 52, 48, 47, 50, 50, 52, 55, 57, 60, 64, 66, 56, 48, 44,
          38, 29)  # fmt: skip
_MONTH_FACTORS = (0.93, 0.90, 0.98, 1.0, 1.04, 1.01, 1.0, 1.01, 1.02, 1.08, 1.04, 0.99)
_WEEKDAYS = (1.02, 1.01, 1.01, 1.02, 1.08, 1.02, 0.84)
_DEATHS_2023 = {"elderly on foot": 31, "elderly": 20, "others": 59}
_DEATHS_PER_YEAR = 0.965
# Mean seriously, slightly and reportedly injured. With the slight injury that an accident with
# no other casualty gets, as 부산진구 and 동래구 had in 2023 (0.28, 0.96, 0.08; TAAS).
_INJURED = (0.28, 0.58, 0.08)
# Share of accidents at a crossing of a child protection zone, and elsewhere, inside the zone.
_CHILD_ZONE = (0.5, 0.02)


@dataclass(frozen=True)
class Accidents:
    """Accidents in the order of time; every array has one entry an accident.

    crossing: position in `crossings()`, -1 elsewhere. offender, victim: positions in `PARTIES`;
    victim `ON_FOOT` or `NOBODY`. victim_age is -1 without a victim. draw: uniform in (0, 1), by
    which a file of a smaller city keeps its accidents.
    """

    occurred: Times
    dong: Ints
    crossing: Ints
    kind: Ints
    middle: Ints
    violation: Ints
    road: Ints
    weather: Ints
    offender: Ints
    offender_age: Ints
    victim: Ints
    victim_age: Ints
    deaths: Ints
    serious: Ints
    slight: Ints
    reported: Ints
    in_child_zone: npt.NDArray[np.bool_]
    drunk: npt.NDArray[np.bool_]
    longitude: Floats
    latitude: Floats
    draw: Floats

    def __len__(self) -> int:
        return len(self.occurred)

    def at(self, rows: Ints | npt.NDArray[np.bool_]) -> Accidents:
        """Return the accidents at these rows."""
        return Accidents(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    @property
    def elderly_on_foot(self) -> npt.NDArray[np.bool_]:
        """Whether a pedestrian aged 65 or more was hit."""
        found: npt.NDArray[np.bool_] = (self.victim == ON_FOOT) & (self.victim_age >= 65)
        return found


@lru_cache(maxsize=16)
def accidents_of_year(options: Options, year: int) -> Accidents:
    """Draw the accidents of a year at the real city's magnitude, with the effects of works."""
    stream = options.stream("accidents", year)
    at_crossing = np.repeat(np.arange(len(crossings(options))), crossing_accidents(options, year))
    mean = CITY_ACCIDENTS_2023 * TREND_PER_YEAR ** (year - 2023)
    expected_at_crossings = sum(c.expected for c in crossings(options))
    rest = int(stream.poisson(mean - expected_at_crossings * TREND_PER_YEAR ** (year - 2023)))
    crossing = np.concatenate([at_crossing, np.full(rest, -1)])
    size = len(crossing)
    days = days_of_year(year)
    months = days.astype("datetime64[M]").astype(int) % 12
    weekdays = np.array(_WEEKDAYS)[(days.astype(int) + 3) % 7]
    day = days[pick(weekdays * np.array(_MONTH_FACTORS)[months], size, stream)]
    hour = pick(_HOURS, size, stream)
    offender = pick([w for _, w in PARTIES], size, stream)
    kept = _survives_works(options, crossing, day, offender, stream)
    crossing, day, hour, offender = crossing[kept], day[kept], hour[kept], offender[kept]
    seconds = hour * 3_600 + stream.integers(0, 60, len(hour)) * 60
    occurred = day.astype("datetime64[s]") + seconds.astype("timedelta64[s]")
    accidents = _described(options, year, occurred, crossing, offender, stream)
    return accidents.at(np.argsort(accidents.occurred, kind="stable"))


def _survives_works(
    options: Options, crossing: Ints, day: Times, offender: Ints, stream: np.random.Generator
) -> npt.NDArray[np.bool_]:
    number = {c.crossing_id: i for i, c in enumerate(crossings(options))}
    # One entry more: position -1 is no crossing and never has works.
    timer = np.full(len(number) + 1, day64(None))
    camera = timer.copy()
    for site in all_sites(options):
        position = number[site.crossing.crossing_id]
        if site.kind == "countdown_timer":
            timer[position] = day64(site.installed_on)
        elif site.kind == "rear_plate_camera":
            camera[position] = day64(site.installed_on)
    of_timers = options.effect("countdown_timers", TIMER_EFFECT)
    of_cameras = options.effect("rear_plate_cameras", CAMERA_EFFECT)
    chance = np.where(day > timer[crossing], of_timers, 1.0)
    two_wheeler = np.isin(offender, (TWO_WHEELER, MOPED))
    chance *= np.where((day > camera[crossing]) & two_wheeler, of_cameras, 1.0)
    kept: npt.NDArray[np.bool_] = stream.random(len(crossing)) < chance
    return kept


def _described(
    options: Options,
    year: int,
    occurred: Times,
    crossing: Ints,
    offender: Ints,
    stream: np.random.Generator,
) -> Accidents:
    size = len(crossing)
    kind = pick([share for _, share in TYPES], size, stream)
    victim = pick([w for _, w in PARTIES], size, stream)
    victim = np.where(kind == PEDESTRIAN, ON_FOOT, np.where(kind == SINGLE, NOBODY, victim))
    victim_age = _ages(size, victim == ON_FOOT, stream)
    victim_age[victim == NOBODY] = -1
    offender_age = np.clip(stream.normal(49, 16, size), 18, 89).astype(np.int64)
    dong, longitude, latitude, zone_chance = _where(options, crossing, stream)
    accidents = Accidents(
        occurred=occurred,
        dong=dong,
        crossing=crossing,
        kind=kind,
        middle=_middle(kind, stream),
        violation=pick([share for _, share in VIOLATIONS], size, stream),
        road=np.where(
            crossing >= 0,
            pick([share for _, share in CROSSING_ROADS], size, stream),
            pick([share for _, share in OTHER_ROADS], size, stream),
        ),
        weather=pick([share for _, share in WEATHER], size, stream),
        offender=offender,
        offender_age=offender_age,
        victim=victim,
        victim_age=victim_age,
        deaths=np.zeros(size, dtype=np.int64),
        serious=stream.poisson(_INJURED[0], size),
        slight=stream.poisson(_INJURED[1], size),
        reported=stream.poisson(_INJURED[2], size),
        in_child_zone=stream.random(size) < zone_chance,
        drunk=stream.random(size) < 0.045,
        longitude=longitude,
        latitude=latitude,
        draw=stream.random(size),
    )
    _let_die(accidents, year, stream)
    _hurt_somebody(accidents)
    return accidents


def _ages(size: int, on_foot: npt.NDArray[np.bool_], stream: np.random.Generator) -> Ints:
    """Draw victims' ages: more children and old people on foot."""
    draw = stream.random(size)
    child = draw < np.where(on_foot, 0.09, 0.03)
    old = draw > np.where(on_foot, 0.66, 0.86)
    ages = stream.integers(13, 65, size)
    ages[child] = stream.integers(3, 13, int(child.sum()))
    ages[old] = stream.integers(65, 91, int(old.sum()))
    return ages


def _middle(kind: Ints, stream: np.random.Generator) -> Ints:
    sizes = np.array([len(MIDDLE_TYPES[k]) for k in range(len(TYPES))])
    found: Ints = (stream.random(len(kind)) * sizes[kind]).astype(np.int64)
    return found


def _where(
    options: Options, crossing: Ints, stream: np.random.Generator
) -> tuple[Ints, Floats, Floats, Floats]:
    """Return dong, longitude, latitude and the chance of lying in a child protection zone."""
    size = len(crossing)
    dong = pick(traffic_shares(), size, stream)
    longitude, latitude = city.scatter(dong, stream)
    chance = np.full(size, _CHILD_ZONE[1])
    position = {place.code: i for i, place in enumerate(city.dongs())}
    at = np.flatnonzero(crossing >= 0)
    places = [crossings(options)[i] for i in crossing[at].tolist()]
    dong[at] = [position[place.dong.code] for place in places]
    # Within about 20 m of the crossing.
    longitude[at] = [place.longitude for place in places] + stream.uniform(-2e-4, 2e-4, len(at))
    latitude[at] = [place.latitude for place in places] + stream.uniform(-2e-4, 2e-4, len(at))
    chance[at] = [_CHILD_ZONE[0] if place.in_child_zone else _CHILD_ZONE[1] for place in places]
    return dong, longitude, latitude, chance


def _let_die(accidents: Accidents, year: int, stream: np.random.Generator) -> None:
    """Give accidents their deaths: exactly as published in 2023, Poisson in other years."""
    old = accidents.victim_age >= 65
    groups = {
        "elderly on foot": accidents.elderly_on_foot,
        "elderly": old & ~accidents.elderly_on_foot,
        "others": ~old,
    }
    for name, published in _DEATHS_2023.items():
        mean = published * _DEATHS_PER_YEAR ** (year - 2023)
        deaths = published if year == 2023 else int(stream.poisson(mean))
        chosen = stream.choice(np.flatnonzero(groups[name]), deaths, replace=False)
        accidents.deaths[chosen] = 1


def _hurt_somebody(accidents: Accidents) -> None:
    """Injury accidents have at least one casualty; the slightest case is a slight injury."""
    injured = accidents.serious + accidents.slight + accidents.reported + accidents.deaths
    accidents.slight[injured == 0] = 1
