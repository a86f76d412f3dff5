"""112 calls of a month, drawn in one vectorised pass.

Expected calls per day, dong and profile of the day's course = city total x dong's share x month
x weekday x district's season x frailty. The frailty (gamma, per district and month and per
district and day) makes district counts negative binomial; class, hour, priority, closing code
and response time follow from tables in `data/`. The effect of works on safe return routes is
planted last, by thinning: a night call in a treated dong stays with probability `route_effect`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from busan_sandbox import city
from busan_sandbox.draws import day64
from busan_sandbox.options import Month, Options

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

# DOMAIN.md C: 2.6 to 3.6 thousand a day, about 1.1 million a year.
CALLS_PER_YEAR = 1_100_000
NIGHT_HOURS = (20, 21, 22, 23, 0, 1, 2, 3, 4, 5)
PRIORITIES = ("C0", "C1", "C2", "C3", "C4")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Peak in May, as in Kyeongbuk 2023; the mean is 1.
_MONTH_FACTORS = (0.94, 0.90, 0.98, 1.01, 1.08, 1.03, 1.05, 1.05, 1.02, 1.03, 0.97, 0.94)
# Negative-binomial alpha of district counts by month and by day.
_ALPHA_MONTH = 0.015
_ALPHA_DAY = 0.03
# Fireworks on the beach of 광안리: calls of 수영구 on the day.
CROWD_DAYS = (date(2023, 11, 4), date(2024, 11, 9), date(2025, 11, 15))
CROWD_DISTRICT = "26500"
_CROWD_FACTOR = 1.6
# Median minutes from receipt to arrival of C0 to C3, and the log-normal's sigma.
_MEDIAN_MINUTES = (4.6, 5.4, 7.6, 14.0)
_RESPONSE_SIGMA = 0.45
_NOT_ARRIVED = 0.04
_SAME_EVENT = 0.08
_NO_PLACE = 0.03
_MOSTLY_FEMALE = (106, 107, 211, 212)


@dataclass(frozen=True)
class Calls:
    """Clean calls of a month in the order of receipt; every array has one entry per call.

    arrived is NaT without an arrival, longitude and latitude are NaN where unknown.
    """

    received: Times
    arrived: Times
    dong: Ints
    event_class: Ints
    priority: Ints
    end_code: Ints
    reporter_sex: Ints
    longitude: Floats
    latitude: Floats
    same_event: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.received)


@dataclass(frozen=True)
class CallEvents:
    """When, where and about what calls of a month are, in no order and before any effect.

    Every array has one entry per call. second: since the first day's midnight. draw: uniform in
    (0, 1), by which the effect of works lets a call stay.
    """

    second: Ints
    dong: Ints
    event_class: Ints
    priority: Ints
    end_code: Ints
    draw: Floats

    @property
    def is_night(self) -> npt.NDArray[np.bool_]:
        """Whether a call came from 20:00 to 05:59."""
        found: npt.NDArray[np.bool_] = np.isin(self.second // 3_600 % 24, NIGHT_HOURS)
        return found


@dataclass(frozen=True)
class _Profile:
    """Event classes that share a course of the week and the day."""

    name: str
    weekday: Floats  # 7, mean 1
    hour: Floats  # 24, sums to 1
    codes: Ints
    shares: Floats  # calls per 100,000 in 2023
    factors: dict[int, Floats]  # by year, from 2024
    priorities: Floats  # classes x 5
    closings: tuple[str, ...]


def month_of_calls(options: Options, month: Month, treated: Mapping[str, date]) -> Calls:
    """Draw the calls of a month.

    treated: dong code -> day on which works on one of its safe return routes were completed.
    """
    stream = options.stream("calls", month)
    events = _drawn(options, month, stream)
    kept = survive_works(options, month, events, treated)
    order = np.flatnonzero(kept)[np.argsort(events.second[kept], kind="stable")]
    received = np.datetime64(month.first_day, "s") + events.second[order].astype("timedelta64[s]")
    return _completed(
        received,
        events.dong[order],
        events.event_class[order],
        events.priority[order],
        events.end_code[order],
        stream,
    )


def month_of_events(options: Options, month: Month) -> CallEvents:
    """Draw the calls of a month as `month_of_calls` does, without effect, answers and places."""
    return _drawn(options, month, options.stream("calls", month))


def survive_works(
    options: Options, month: Month, events: CallEvents, treated: Mapping[str, date]
) -> npt.NDArray[np.bool_]:
    """Which calls stay: night calls of treated dongs are thinned from the day after the works."""
    works = np.array([day64(treated.get(place.code)) for place in city.dongs()])
    after = day64(month.first_day) + events.second // 86_400 > works[events.dong]
    effect = options.effect("safe_routes", options.route_effect)
    kept: npt.NDArray[np.bool_] = ~(after & events.is_night & (events.draw >= effect))
    return kept


def _drawn(options: Options, month: Month, stream: np.random.Generator) -> CallEvents:
    days = [
        month.first_day + timedelta(days=i)
        for i in range((month.last_day - month.first_day).days + 1)
    ]
    expected = _expected_calls(options, month, days, stream)
    parts = [
        _calls_of_profile(profile, month, expected[profile.name], stream) for profile in _profiles()
    ]
    day, dong, hour, code, priority, end_code = (
        np.concatenate([part[column] for part in parts]) for column in range(6)
    )
    draw = stream.random(len(day))
    second = stream.integers(0, 3600, len(day))
    seconds = day * 86_400 + hour * 3_600 + second
    return CallEvents(seconds, dong, code, priority, end_code, draw)


def _expected_calls(
    options: Options, month: Month, days: list[date], stream: np.random.Generator
) -> dict[str, Floats]:
    """Return days x dongs of expected calls for each profile."""
    districts = city.districts()
    position = {district.code: i for i, district in enumerate(districts)}
    of_dong = np.array([position[dong.district_code] for dong in city.dongs()])
    by_month = stream.gamma(1 / _ALPHA_MONTH, _ALPHA_MONTH, len(districts))
    by_day = stream.gamma(1 / _ALPHA_DAY, _ALPHA_DAY, (len(days), len(districts)))
    season = np.array([d.beach_factor if month.number in (7, 8) else 1.0 for d in districts])
    crowd = np.ones((len(days), len(districts)))
    for i, day in enumerate(days):
        if day in CROWD_DAYS:
            crowd[i, position[CROWD_DISTRICT]] = _CROWD_FACTOR
    district_factor = by_month * by_day * season * crowd
    per_day = CALLS_PER_YEAR / 365.25 * options.scale * _MONTH_FACTORS[month.number - 1]
    weekdays = np.array([day.weekday() for day in days])
    expected = {}
    for profile in _profiles():
        mass = _class_weights(profile, month.year).sum() / _total_share()
        weekly = profile.weekday[weekdays][:, None]
        share = _dong_shares(profile.name == "night")
        expected[profile.name] = per_day * mass * weekly * share * district_factor[:, of_dong]
    return expected


def _calls_of_profile(
    profile: _Profile, month: Month, expected: Floats, stream: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
    """Draw (day, dong, hour, class code, priority, closing code) of a profile's calls."""
    counts = stream.poisson(expected)
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    day, dong = np.divmod(cell, counts.shape[1])
    size = len(cell)
    hour = _pick(profile.hour, stream.random(size))
    chosen = _pick(_class_weights(profile, month.year), stream.random(size))
    cumulative = np.cumsum(profile.priorities, axis=1)[:, :4]
    priority = (stream.random(size)[:, None] >= cumulative[chosen]).sum(axis=1)
    end_code = np.zeros(size, dtype=np.int64)
    draw = stream.random(size)
    # As objects: a text array would cut "counsel" to its own width.
    closing = np.array(profile.closings, dtype=object)[chosen]
    closing[(priority == 4) & (closing != "unclear")] = "counsel"
    for kind, (codes, weights) in _closings().items():
        rows = closing == kind
        end_code[rows] = codes[_pick(weights, draw[rows])]
    return day, dong, hour, profile.codes[chosen], priority, end_code


def _completed(
    received: Times,
    dong: Ints,
    code: Ints,
    priority: Ints,
    end_code: Ints,
    stream: np.random.Generator,
) -> Calls:
    size = len(received)
    response = {d.code: d.response_factor for d in city.districts()}
    slowness = np.array([response[place.district_code] for place in city.dongs()])[dong]
    median = np.array([*_MEDIAN_MINUTES, np.nan])[priority] * slowness
    minutes = median * np.exp(stream.normal(0, _RESPONSE_SIGMA, size))
    minutes[stream.random(size) < _NOT_ARRIVED] = np.nan
    arrived = np.full(size, np.datetime64("NaT"), dtype="datetime64[s]")
    there = ~np.isnan(minutes)
    seconds = np.maximum(np.round(minutes[there] * 60), 30).astype("timedelta64[s]")
    arrived[there] = received[there] + seconds
    female = np.where(np.isin(code, _MOSTLY_FEMALE), 0.78, 0.44)
    sex_draw = stream.random(size)
    sex = np.where(sex_draw < 0.06, 3, np.where(stream.random(size) < female, 2, 1))
    longitude, latitude = city.scatter(dong, stream)
    unknown = stream.random(size) < _NO_PLACE
    longitude[unknown] = np.nan
    latitude[unknown] = np.nan
    return Calls(
        received=received,
        arrived=arrived,
        dong=dong,
        event_class=code,
        priority=priority,
        end_code=end_code,
        reporter_sex=sex,
        longitude=longitude,
        latitude=latitude,
        same_event=stream.random(size) < _SAME_EVENT,
    )


def _pick(weights: Floats, draw: Floats) -> Ints:
    cumulative = np.cumsum(weights)
    found: Ints = np.searchsorted(cumulative, draw * cumulative[-1], side="right")
    return found.clip(max=len(weights) - 1)


def _class_weights(profile: _Profile, year: int) -> Floats:
    factor = profile.factors.get(min(year, max(profile.factors)))
    return profile.shares if factor is None else profile.shares * factor


@lru_cache(maxsize=1)
def _total_share() -> float:
    return float(sum(profile.shares.sum() for profile in _profiles()))


@lru_cache(maxsize=2)
def _dong_shares(night: bool) -> Floats:
    """Share of the city's calls in each dong: half by residents, half by five major crimes.

    Inside a district residents count; at night also the dong's bars and stations.
    """
    crime = _five_major_shares()
    dongs = city.dongs()
    total = sum(dong.residents for dong in dongs)
    weights = np.array([dong.residents * (dong.night_boost if night else 1.0) for dong in dongs])
    shares = np.zeros(len(dongs))
    for district in city.districts():
        mine = np.array([dong.district_code == district.code for dong in dongs])
        people = sum(dong.residents for dong in city.dongs_of(district.code)) / total
        level = (people + crime[district.code]) / 2
        shares[mine] = weights[mine] / weights[mine].sum() * level
    total_share: float = shares.sum()
    return shares / total_share


def _five_major_shares() -> dict[str, float]:
    totals: dict[str, float] = {}
    for row in city.table("crime_classes"):
        large = row["class_large"]
        totals[large] = totals.get(large, 0.0) + float(row["busan_2022"])
    rows = {row["class_large"]: row for row in city.table("crime_shares")}
    counted = ("강력범죄", "절도범죄", "폭력범죄")
    weight = sum(totals[large] for large in counted)
    return {
        district.code: sum(
            totals[large] / weight * float(rows[large][district.code]) / 1000 for large in counted
        )
        for district in city.districts()
    }


@lru_cache(maxsize=1)
def _closings() -> dict[str, tuple[Ints, Floats]]:
    grouped: dict[str, list[tuple[int, float]]] = {}
    for row in city.table("closings"):
        grouped.setdefault(row["closing"], []).append((int(row["end_code"]), float(row["weight"])))
    return {
        kind: (np.array([code for code, _ in pairs]), np.array([weight for _, weight in pairs]))
        for kind, pairs in grouped.items()
    }


@lru_cache(maxsize=1)
def _profiles() -> tuple[_Profile, ...]:
    classes = list(city.table("event_classes"))
    profiles = []
    for row in city.table("profiles"):
        mine = [event for event in classes if event["profile"] == row["profile"]]
        urgent = np.array([[float(event[f"c{level}"]) for level in range(4)] for event in mine])
        weekday = np.array([float(row[name]) for name in WEEKDAYS])
        hour = np.array([float(row[f"h{hour:02d}"]) for hour in range(24)])
        profiles.append(
            _Profile(
                name=row["profile"],
                weekday=weekday / weekday.mean(),
                hour=hour / hour.sum(),
                codes=np.array([int(event["code"]) for event in mine]),
                shares=np.array([float(event["share"]) for event in mine]),
                factors={
                    year: np.array([float(event[f"factor_{year}"]) for event in mine])
                    for year in (2024, 2025)
                },
                priorities=np.column_stack([urgent, 1 - urgent.sum(axis=1)]),
                closings=tuple(event["closing"] for event in mine),
            )
        )
    return tuple(profiles)
