"""The 73 crime prevention zones: invented places and works, and the register as GeoJSON.

No list of the zones is published (DOMAIN.md F). A zone lies inside the circle of its dong, at
most one in a dong; three in five get works around the middle of the span.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from busan_sandbox import city
from busan_sandbox.draws import apportion
from busan_sandbox.files import Cell, Delivery, geojson_bytes
from busan_sandbox.options import Options

ZONE_COUNT = 73
# Rate ratio of incidents in a zone from the day after its works, against the rest of the city.
ZONE_EFFECT = 0.85
_TREATED_SHARE = 0.6
# How far from the middle of the span works are completed, days (at most a sixth of the span).
_WORKS_SPREAD = 60
_MOST_RADIUS_M = 150.0
_CORNERS = 10
_METRES_PER_DEGREE = 111_000.0
_KINDS = ("여성안심구역", "시민보호치안강화구역")
_WORKS = ("조명·비상벨 설치", "CCTV·반사경 설치", "담장 정비·LED 표지", "로고젝터·안심거울 설치")
_STATION_STYLES = ("부산광역시 {}경찰서", "부산{}경찰서", "{}경찰서", "부산 {}경찰서")


@dataclass(frozen=True)
class Zone:
    """A zone: a decagon within `radius_m` of its centre that covers three quarters of it."""

    zone_id: str
    name: str
    kind: str
    dong_index: int
    longitude: float
    latitude: float
    radius_m: float
    ring: tuple[tuple[float, float], ...]
    designated_on: date
    works_completed_on: date | None

    @property
    def dong(self) -> city.Dong:
        """Dong in which the zone lies."""
        return city.dongs()[self.dong_index]


@lru_cache(maxsize=4)
def zones(options: Options) -> tuple[Zone, ...]:
    """Return the zones, by district and number."""
    stream = options.stream("crime zones")
    places = _dongs_with_zone(stream)
    treated = set(
        stream.choice(len(places), round(len(places) * _TREATED_SHARE), replace=False).tolist()
    )
    days = (options.last.last_day - options.first.first_day).days
    spread = min(_WORKS_SPREAD, days // 6)
    number: Counter[str] = Counter()
    found = []
    for i, dong_index in enumerate(places):
        dong = city.dongs()[dong_index]
        number[dong.district_code] += 1
        count = number[dong.district_code]
        longitude, latitude, radius, ring = _outline(dong, stream)
        works = options.middle + timedelta(days=int(stream.integers(-spread, spread + 1)))
        found.append(
            Zone(
                zone_id=f"CZ-{dong.district_code}-{count:02d}",
                name=f"{dong.name} 모의구역{count:02d}",
                kind=_KINDS[int(stream.random() < 0.4)],
                dong_index=dong_index,
                longitude=longitude,
                latitude=latitude,
                radius_m=radius,
                ring=ring,
                designated_on=date(2014, 3, 1) + timedelta(days=int(stream.integers(0, 3000))),
                works_completed_on=works if i in treated else None,
            )
        )
    return tuple(found)


def zone_files(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield the register at the end of the first month and at the end of the span.

    Works that were not completed on the day of a register are not in it.
    """
    days = sorted({options.first.last_day, options.last.last_day})
    for position, day in enumerate(days):
        features = [_feature(zone, i, day) for i, zone in enumerate(zones(options))]
        crs = "urn:ogc:def:crs:OGC:1.3:CRS84" if position else None
        yield Delivery(
            f"police/crime_zones/crime_zones_{day:%Y%m%d}.geojson",
            geojson_bytes(features, name="범죄예방강화구역", crs=crs),
        )
        planted["police_crime_zones.rows"] += len(features)


def zone_effect(options: Options) -> dict[str, Any]:
    """Return what the truth file says of the zones."""
    works = {z.zone_id: z.works_completed_on for z in zones(options) if z.works_completed_on}
    return {
        "programme": "prevention_zones",
        "outcome": "recorded incidents inside the zone, against the rest of the station's area",
        "rate_ratio": options.effect("prevention_zones", ZONE_EFFECT),
        "buffer_rate_ratio": 1.0,
        "unit": "zone",
        "starts": "00:00 KST on the day after the works",
        "window": {"from": min(works.values()).isoformat(), "to": max(works.values()).isoformat()},
        "treated": {zone_id: day.isoformat() for zone_id, day in works.items()},
        "untreated": [z.zone_id for z in zones(options) if z.works_completed_on is None],
    }


def _dongs_with_zone(stream: np.random.Generator) -> list[int]:
    """Return the positions of the dongs with a zone: many residents and bars, every district."""
    weights = np.array([dong.residents * dong.night_boost for dong in city.dongs()])
    of_district = {
        d.code: np.array([dong.district_code == d.code for dong in city.dongs()])
        for d in city.districts()
    }
    sums = np.array([(weights * mine).sum() for mine in of_district.values()])
    chosen: list[int] = []
    for mine, count in zip(of_district.values(), apportion(sums, ZONE_COUNT), strict=True):
        share = weights * mine / (weights * mine).sum()
        chosen += stream.choice(len(weights), int(count), replace=False, p=share).tolist()
    return sorted(chosen)


def _outline(
    dong: city.Dong, stream: np.random.Generator
) -> tuple[float, float, float, tuple[tuple[float, float], ...]]:
    radius = min(_MOST_RADIUS_M, 0.4 * dong.radius_m)
    distance = (dong.radius_m - radius) * math.sqrt(stream.random())
    angle = stream.random() * 2 * math.pi
    east = _METRES_PER_DEGREE * math.cos(math.radians(dong.latitude))
    longitude = dong.longitude + distance * math.cos(angle) / east
    latitude = dong.latitude + distance * math.sin(angle) / _METRES_PER_DEGREE
    ring = []
    for corner in range(_CORNERS):
        reach = radius * float(stream.uniform(0.85, 1.0))
        turn = 2 * math.pi * corner / _CORNERS
        ring.append(
            (
                round(longitude + reach * math.cos(turn) / east, 6),
                round(latitude + reach * math.sin(turn) / _METRES_PER_DEGREE, 6),
            )
        )
    return longitude, latitude, radius, (*ring, ring[0])


def _feature(zone: Zone, position: int, day: date) -> tuple[dict[str, object], dict[str, Cell]]:
    works = zone.works_completed_on
    done = works is not None and works <= day
    district = next(d for d in city.districts() if d.code == zone.dong.district_code)
    station = city.station_on(zone.dong, day)
    style = _STATION_STYLES[position % len(_STATION_STYLES)]
    properties: dict[str, Cell] = {
        "구역번호": zone.zone_id,
        "구역명": zone.name,
        "구역유형": zone.kind,
        "구군": f"부산광역시 {district.name}",
        "행정동코드": zone.dong.code,
        # 부산진 already begins with the city's name.
        "관할경찰서": style.format(station).replace("부산부산진", "부산진"),
        "지정일": f"{zone.designated_on:%Y-%m-%d}",
        "사업완료일": f"{works:%Y.%m.%d}" if works and done else None,
        "사업내용": _WORKS[position % len(_WORKS)] if done else None,
        "기준일": day.isoformat(),
    }
    return {"type": "Polygon", "coordinates": [[list(point) for point in zone.ring]]}, properties
