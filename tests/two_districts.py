"""A boundary file by hand: two squares that meet at longitude 129.05, west 중구, east 서구."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WEST, EAST = "26110", "26140"
BORDER = 129.05
# A thousandth of a degree of longitude is 91 m here.
NEAR, FAR = 0.001, 0.003


def two_districts() -> dict[str, Any]:
    """Return the FeatureCollection."""
    return {
        "type": "FeatureCollection",
        "features": [_square(WEST, 129.0, BORDER), _square(EAST, BORDER, 129.1)],
    }


def write_two_districts(folder: Path) -> Path:
    """Write the boundary file and return its path."""
    path = folder / "boundaries.geojson"
    path.write_text(json.dumps(two_districts()), encoding="utf-8")
    return path


def _square(code: str, west: float, east: float) -> dict[str, Any]:
    south, north = 35.1, 35.15
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"district_code": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
