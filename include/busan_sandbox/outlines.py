"""Outlines of the districts that fit where the sandbox puts its points: synthetic, a partition.

Each dong's points lie in a circle inside its real boundary, so that circles do not overlap. Their
power diagram (a Voronoi diagram that knows the radii) then holds every circle in a cell of its
own; the cells of a district's dongs together, cut at a shore drawn round all circles, are its
outline. The shore and the borders are nobody's real ones.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from busan_sandbox import city
from busan_sandbox.files import Delivery

OUTLINES_FILE = "district_boundaries.geojson"

_METRES_PER_DEGREE = 111_000.0
_METRES_EAST = _METRES_PER_DEGREE * math.cos(math.radians(35.17))
# Land within this of a dong's circle; bays narrower than twice the difference are filled.
_SHORE_M, _CLOSING_M = 800.0, 3_000.0
# Tenths of a metre.
_GRID_DEGREES = 1e-6

Ring = npt.NDArray[np.float64]


def outline_file() -> Delivery:
    """Return the outlines as a GeoJSON FeatureCollection, one feature a district."""
    names = {district.code: district.name for district in city.districts()}
    features = [
        {
            "type": "Feature",
            "properties": {"district_code": code, "name_ko": names[code], "synthetic": True},
            "geometry": json.loads(shapely.to_geojson(outline)),
        }
        for code, outline in outlines().items()
    ]
    document = {
        "type": "FeatureCollection",
        "name": "모의 구·군 경계 / SYNTHETIC district outlines",
        "features": features,
    }
    return Delivery(OUTLINES_FILE, json.dumps(document, ensure_ascii=False).encode())


@lru_cache(maxsize=1)
def outlines() -> dict[str, Any]:
    """Return the outline of each district, in degrees, by code."""
    circles = np.array(
        [
            (dong.longitude * _METRES_EAST, dong.latitude * _METRES_PER_DEGREE, dong.radius_m)
            for dong in city.dongs()
        ]
    )
    land = shapely.union_all(shapely.buffer(shapely.points(circles[:, :2]), circles[:, 2]))
    land = land.buffer(_CLOSING_M).buffer(_SHORE_M - _CLOSING_M)
    cells: dict[str, list[Any]] = {}
    for dong, ring in zip(city.dongs(), _cells(circles), strict=True):
        cells.setdefault(dong.district_code, []).append(shapely.Polygon(ring))
    degrees = np.array([1 / _METRES_EAST, 1 / _METRES_PER_DEGREE])
    return {
        code: shapely.union_all(
            shapely.transform(
                shapely.intersection(np.array(parts), land), lambda metres: metres * degrees
            ),
            grid_size=_GRID_DEGREES,
        )
        for code, parts in sorted(cells.items())
    }


def _cells(circles: Ring) -> Iterator[Ring]:
    """Yield the cell of each circle (x, y, radius): where its power is the least of all."""
    low, high = circles[:, :2].min(axis=0) - 50_000, circles[:, :2].max(axis=0) + 50_000
    box = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    size = (circles[:, :2] ** 2).sum(axis=1) - circles[:, 2] ** 2
    for at, (x, y, radius) in enumerate(circles):
        ring = box
        apart = np.hypot(circles[:, 0] - x, circles[:, 1] - y)
        apart[at] = 1
        # How far from this centre the line of equal power runs.
        reach = (apart**2 + radius**2 - circles[:, 2] ** 2) / (2 * apart)
        reach[at] = np.inf
        for other in np.argsort(reach, kind="stable"):
            if reach[other] >= np.hypot(ring[:, 0] - x, ring[:, 1] - y).max():
                break
            # |p - a|^2 - r_a^2 <= |p - b|^2 - r_b^2 is a half plane.
            normal = 2 * (circles[other, :2] - circles[at, :2])
            ring = _cut(ring, normal, size[other] - size[at])
        yield ring


def _cut(ring: Ring, normal: Ring, limit: float) -> Ring:
    """Return the part of a convex ring where normal . p <= limit."""
    over = ring @ normal - limit
    if (over <= 0).all():
        return ring
    kept: list[Ring] = []
    for at in range(len(ring)):
        after = (at + 1) % len(ring)
        if over[at] <= 0:
            kept.append(ring[at])
        if (over[at] <= 0) != (over[after] <= 0):
            share = over[at] / (over[at] - over[after])
            kept.append(ring[at] + share * (ring[after] - ring[at]))
    return np.array(kept)
