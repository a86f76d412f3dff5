"""Facts of the city: districts, dongs, stations, residents by month.

The numbers are calibration figures packaged as small CSV files in `data/`; the first line of
each names its source.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from busan_sandbox.options import Month

CITY_CODE = "2600000000"
CITY_NAME = "부산광역시"
# 부산수영경찰서 opened on this day; before, its dongs belonged to 남부 and 연제.
SUYEONG_OPENED = date(2025, 8, 5)

# First and last month of places that exist only before or since a reform: 강원 was renamed,
# 군위군 joined 대구.
_EXISTENCE: dict[str, tuple[str, str]] = {
    "4200000000": ("0000-00", "2023-05"),
    "5100000000": ("2023-06", "9999-99"),
    "2772000000": ("2023-07", "9999-99"),
}


@dataclass(frozen=True)
class District:
    """One of the sixteen districts."""

    code: str
    instt_code: str
    name: str
    name_en: str
    support_office: str
    camera_sites: int
    route_count: int
    fatal_accidents: int
    beach_factor: float
    response_factor: float


@dataclass(frozen=True)
class Dong:
    """An administrative dong; the circle around its point lies inside its boundary."""

    code: str
    name: str
    district_code: str
    residents: int
    longitude: float
    latitude: float
    radius_m: int
    station: str
    later_station: str
    night_boost: float


@dataclass(frozen=True)
class Residents:
    """Residents of a place at the end of a month."""

    residents: int
    households: int
    male: int

    def __add__(self, other: Residents) -> Residents:
        return Residents(
            self.residents + other.residents,
            self.households + other.households,
            self.male + other.male,
        )


def table(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a packaged CSV file, without its source line."""
    text = (resources.files("busan_sandbox") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))


@lru_cache(maxsize=1)
def districts() -> tuple[District, ...]:
    """Return the sixteen districts in the order of their codes."""
    return tuple(
        District(
            code=row["district_code"],
            instt_code=row["instt_code"],
            name=row["name_ko"],
            name_en=row["name_en"],
            support_office=row["support_office"],
            camera_sites=int(row["camera_sites"]),
            route_count=int(row["route_count"]),
            fatal_accidents=int(row["fatal_accidents"]),
            beach_factor=float(row["beach_factor"]),
            response_factor=float(row["response_factor"]),
        )
        for row in table("districts")
    )


@lru_cache(maxsize=1)
def dongs() -> tuple[Dong, ...]:
    """Return the 206 dongs in the order of their codes."""
    return tuple(
        Dong(
            code=row["dong_code"],
            name=row["name_ko"],
            district_code=row["district_code"],
            residents=int(row["residents"]),
            longitude=float(row["longitude"]),
            latitude=float(row["latitude"]),
            radius_m=int(row["radius_m"]),
            station=row["station"],
            later_station=row["station_since_20250805"],
            night_boost=float(row["night_boost"]),
        )
        for row in table("dongs")
    )


def dongs_of(district_code: str) -> list[Dong]:
    """Return the dongs of a district."""
    return [dong for dong in dongs() if dong.district_code == district_code]


def dongs_far_from(district_code: str, metres: float = 5_000) -> list[int]:
    """Return the positions in `dongs()` of those this far from every dong of a district."""
    places = np.array([(dong.longitude * 91_000, dong.latitude * 111_000) for dong in dongs()])
    is_own = np.array([dong.district_code == district_code for dong in dongs()])
    apart = np.hypot(*(places[:, None] - places[is_own]).transpose(2, 0, 1)).min(axis=1)
    far: list[int] = np.flatnonzero(apart > metres).tolist()
    return far


def station_on(dong: Dong, day: date) -> str:
    """Return the station in charge of a dong on a day, as in 부산진 or 수영."""
    return dong.later_station if dong.later_station and day >= SUYEONG_OPENED else dong.station


def station_office(station: str) -> str:
    """Return the station's name as the 112 system writes it: 부산진경찰서, 부산남부경찰서."""
    prefix = "" if station.startswith("부산") else "부산"
    return f"{prefix}{station}경찰서"


def scatter(
    dong_index: npt.NDArray[np.int64], stream: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return a random (longitude, latitude) inside the dong of each index into `dongs()`."""
    longitude = np.array([dong.longitude for dong in dongs()])[dong_index]
    latitude = np.array([dong.latitude for dong in dongs()])[dong_index]
    radius = np.array([dong.radius_m for dong in dongs()], dtype=float)[dong_index]
    distance = radius * np.sqrt(stream.random(len(dong_index)))
    angle = stream.random(len(dong_index)) * 2 * np.pi
    metres_per_degree = 111_000.0
    return (
        longitude + distance * np.cos(angle) / (metres_per_degree * np.cos(np.radians(latitude))),
        latitude + distance * np.sin(angle) / metres_per_degree,
    )


@lru_cache(maxsize=1)
def _anchors() -> dict[tuple[str, str], list[tuple[int, Residents]]]:
    anchors: dict[tuple[str, str], list[tuple[int, Residents]]] = {}
    for row in table("population_anchors"):
        figures = Residents(int(row["residents"]), int(row["households"]), int(row["male"]))
        anchors.setdefault((row["admin_code"], row["name_ko"]), []).append(
            (Month.parse(row["month"]).index, figures)
        )
    return anchors


def population_places() -> list[tuple[str, str]]:
    """Return (10-digit code, name) of each row of the MOIS file, the city before its districts."""
    places = [*_anchors(), (CITY_CODE, CITY_NAME)]
    return sorted(places)


def residents(admin_code: str, month: Month) -> Residents | None:
    """Return the residents of a place at the end of a month, None where the place did not exist.

    Months between the anchors are interpolated, months outside follow the nearest two. The
    city is the sum of its sixteen districts.
    """
    if admin_code == CITY_CODE:
        total = Residents(0, 0, 0)
        for district in districts():
            part = residents(f"{district.code}00000", month)
            if part is not None:
                total = total + part
        return total
    begins, ends = _EXISTENCE.get(admin_code, ("0000-00", "9999-99"))
    if not begins <= str(month) <= ends:
        return None
    points = next(points for (code, _), points in _anchors().items() if code == admin_code)
    return _interpolated(points, month.index)


def _interpolated(points: list[tuple[int, Residents]], index: int) -> Residents:
    if len(points) == 1:
        return points[0][1]
    later = next((i for i, (at, _) in enumerate(points) if at >= index), len(points) - 1)
    later = max(later, 1)
    (start, low), (end, high) = points[later - 1], points[later]
    share = (index - start) / (end - start)

    def between(a: int, b: int) -> int:
        return max(0, round(a + (b - a) * share))

    return Residents(
        between(low.residents, high.residents),
        between(low.households, high.households),
        between(low.male, high.male),
    )
