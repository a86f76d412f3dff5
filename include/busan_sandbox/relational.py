"""Relational reports as chains: a first report of a household, and those that follow it.

Each report is followed by another of the same household with a chance by kind, times
`APO_EFFECT` where the station had its vehicle on the report's day. Totals of 2023 are the
published ones (scaled by largest remainders); later totals follow the published sums of
2023-01 to 2025-04; what else is drawn is assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from busan_sandbox import city
from busan_sandbox.apo import APO_EFFECT, VEHICLE_FROM
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

CALIBRATION_YEAR = 2023
_MOST_DAYS = 180
# A household's chain ends here; a tenth report within the window is not seen in practice.
_MOST_REPORTS = 10


@dataclass(frozen=True)
class Kind:
    """A kind of relational crime. again: chance of a next report and mean days until it."""

    name: str
    reports: dict[int, int]
    again: float
    again_days: float
    ages: tuple[int, int]
    accepted: float
    joint: float
    measures: tuple[str, ...]
    measured: float
    by_night_life: bool


KINDS = (
    Kind("가정폭력", {2023: 12_662, 2024: 15_390}, 0.24, 40, (18, 70), 0.28, 0.12,
         ("긴급임시조치", "임시조치"), 0.42, False),
    Kind("교제폭력", {2023: 4_533, 2024: 7_453}, 0.20, 35, (18, 45), 0.40, 0.05,
         ("안전조치",), 0.30, True),
    Kind("스토킹", {2023: 1_289, 2024: 1_700}, 0.26, 30, (18, 50), 0.70, 0.06,
         ("긴급응급조치", "잠정조치"), 0.55, True),
    Kind("아동학대", {2023: 2_144}, 0.13, 50, (0, 17), 0.45, 0.78,
         ("응급조치", "임시조치"), 0.35, False),
    Kind("노인학대", {2023: 1_396}, 0.12, 50, (65, 92), 0.18, 0.45,
         ("임시조치",), 0.20, False),
)  # fmt: skip


@dataclass(frozen=True)
class Cases:
    """Reports in the order of receipt; every array has one entry a report.

    kind: position in `KINDS`. household: number within `year_of_household`. order: 1 for the
    first report of the household, 2 for the next.
    """

    reported: Times
    kind: Ints
    household: Ints
    year_of_household: Ints
    order: Ints
    dong: Ints

    def __len__(self) -> int:
        return len(self.reported)

    def at(self, rows: npt.NDArray[np.bool_] | Ints) -> Cases:
        """Return the reports at these rows."""
        return Cases(
            self.reported[rows],
            self.kind[rows],
            self.household[rows],
            self.year_of_household[rows],
            self.order[rows],
            self.dong[rows],
        )


@lru_cache(maxsize=4)
def cases_of_year(options: Options, year: int) -> Cases:
    """Return all reports received in a year, whichever year their household's first was in."""
    earlier, own = _chains(options, year - 1), _chains(options, year)
    both = _joined([earlier, own])
    mine = both.reported.astype("datetime64[Y]") == np.datetime64(str(year), "Y")
    cases = both.at(mine)
    if year == CALIBRATION_YEAR:
        cases = _fitted(options, cases, year)
    return cases.at(np.argsort(cases.reported, kind="stable"))


def expected_reports(kind: Kind, year: int) -> int:
    """Return the reports of a year in the whole city; years without a figure repeat the last."""
    return kind.reports.get(max(min(year, max(kind.reports)), min(kind.reports)), 0)


@lru_cache(maxsize=4)
def _chains(options: Options, year: int) -> Cases:
    """Draw the households whose first report is in a year, with all their later reports."""
    stream = options.stream("relational", year)
    scale = event_scale(options)
    kinds = []
    for at, kind in enumerate(KINDS):
        mean = expected_reports(kind, year) * scale * (1 - kind.again)
        kinds.append(np.full(int(stream.poisson(mean)), at))
    kind_of = np.concatenate(kinds)
    household = np.arange(1, len(kind_of) + 1)
    return _grown(options, _first_reports(kind_of, household, year, stream), stream)


def _first_reports(kind: Ints, household: Ints, year: int, stream: np.random.Generator) -> Cases:
    size = len(kind)
    dong = np.zeros(size, dtype=np.int64)
    for night_life in (False, True):
        rows = np.flatnonzero(np.array([k.by_night_life for k in KINDS])[kind] == night_life)
        dong[rows] = pick(_dong_weights(night_life), len(rows), stream)
    days = days_of_year(year)
    weekday, _ = day_course("night")
    day = pick(weekday[(days.astype(int) + 3) % 7], size, stream)
    reported = days[day] + _time_of_day(size, stream)
    ones = np.ones(size, dtype=np.int64)
    return Cases(reported, kind, household, ones * year, ones, dong)


def _grown(options: Options, first: Cases, stream: np.random.Generator) -> Cases:
    """Follow each report by the next one of its household, until none follows."""
    generations = [first]
    chance = np.array([kind.again for kind in KINDS])
    wait = np.array([kind.again_days for kind in KINDS])
    planted = options.effect("apo_vehicles", APO_EFFECT)
    while len(generations[-1]) and len(generations) < _MOST_REPORTS:
        last = generations[-1]
        effect = np.where(_with_vehicle(last), planted, 1.0)
        follows = np.flatnonzero(stream.random(len(last)) < chance[last.kind] * effect)
        again = last.at(follows)
        days = 1 + np.minimum(stream.exponential(wait[again.kind]), _MOST_DAYS).astype(int)
        reported = (
            again.reported.astype("datetime64[D]")
            + days.astype("timedelta64[D]")
            + _time_of_day(len(again), stream)
        )
        generations.append(
            Cases(
                reported,
                again.kind,
                again.household,
                again.year_of_household,
                again.order + 1,
                again.dong,
            )
        )
    return _joined(generations)


def _fitted(options: Options, cases: Cases, year: int) -> Cases:
    """Make the totals by kind those that were published: single reports go, or are added."""
    stream = options.stream("relational fit", year)
    published = np.array([float(expected_reports(kind, year)) for kind in KINDS])
    wanted = apportion(published, round(published.sum() * event_scale(options)))
    whole = _chains(options, year)
    several = np.unique(whole.household[whole.order > 1])
    kept = np.ones(len(cases), dtype=bool)
    added_kinds = []
    for at, target in enumerate(wanted.tolist()):
        rows = np.flatnonzero(cases.kind == at)
        single = rows[
            (cases.year_of_household[rows] == year) & ~np.isin(cases.household[rows], several)
        ]
        surplus = len(rows) - target
        if surplus > 0:
            kept[stream.choice(single, surplus, replace=False)] = False
        else:
            added_kinds.append(np.full(-surplus, at))
    kinds = np.concatenate([np.zeros(0, dtype=np.int64), *added_kinds])
    first_free = int(whole.household.max(initial=0)) + 1
    numbers = np.arange(first_free, first_free + len(kinds))
    return _joined([cases.at(kept), _first_reports(kinds, numbers, year, stream)])


def _with_vehicle(cases: Cases) -> npt.NDArray[np.bool_]:
    """Whether the station of each report had its vehicle on the report's day."""
    before = [day64(VEHICLE_FROM.get(dong.station)) for dong in city.dongs()]
    since = [
        day64(VEHICLE_FROM.get(city.station_on(dong, city.SUYEONG_OPENED))) for dong in city.dongs()
    ]
    opened = cases.reported >= day64(city.SUYEONG_OPENED)
    handed = np.where(opened, np.array(since)[cases.dong], np.array(before)[cases.dong])
    found: npt.NDArray[np.bool_] = cases.reported >= handed
    return found


@lru_cache(maxsize=2)
def _dong_weights(night_life: bool) -> Floats:
    return np.array(
        [dong.residents * (dong.night_boost if night_life else 1.0) for dong in city.dongs()]
    )


def _time_of_day(size: int, stream: np.random.Generator) -> npt.NDArray[np.timedelta64]:
    hour = pick(day_course("night")[1], size, stream)
    seconds = hour * 3_600 + stream.integers(0, 3_600, size)
    return seconds.astype("timedelta64[s]")


def _joined(parts: list[Cases]) -> Cases:
    columns = ("reported", "kind", "household", "year_of_household", "order", "dong")
    return Cases(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))
