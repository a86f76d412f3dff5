"""Polygons of the districts: read from a boundary file, or dissolved from published dong polygons.

A boundary file is a GeoJSON FeatureCollection in degrees WGS84 whose features carry a property
`district_code`. Distances are taken on a plane at Busan's latitude, which is right to half a
percent: enough to tell 150 m.
"""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from busan_safety.settings import get_settings
from busan_safety.sources.points import BoundaryError
from busan_safety.sources.reference import districts

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.object_]

# Metres in a degree of latitude, and of longitude at 35.17 N (GRS80).
_METRES_NORTH, _METRES_EAST = 110_950.0, 91_110.0
# Six decimals are a tenth of a metre: outlines of neighbours still meet.
_DECIMALS = 6


@dataclass(frozen=True)
class Boundaries:
    """The districts' polygons on a plane in metres, found by a tree of their boxes."""

    codes: tuple[str, ...]
    polygons: Codes
    tree: Any

    @classmethod
    def of(cls, features: Iterable[tuple[str, Any]]) -> Boundaries:
        """Make boundaries of (district code, polygon in degrees)."""
        codes, polygons = zip(*sorted(features, key=lambda one: one[0]), strict=True)
        planar = shapely.transform(np.array(polygons, dtype=object), _to_metres)
        shapely.prepare(planar)
        return cls(tuple(codes), planar, shapely.STRtree(planar))

    def districts_of(self, longitude: Floats, latitude: Floats) -> Codes:
        """Return the code of the polygon that holds each point; None where none does."""
        found: Codes = np.full(len(longitude), None, dtype=object)
        points, polygons = self.tree.query(_points(longitude, latitude), predicate="intersects")
        # On a common border the lower code: written last.
        order = np.argsort(-polygons, kind="stable")
        found[points[order]] = np.array(self.codes, dtype=object)[polygons[order]]
        return found

    def metres_to(self, codes: Sequence[str | None], longitude: Floats, latitude: Floats) -> Floats:
        """Return each point's distance to the polygon of its code; NaN where there is none."""
        position = {code: at for at, code in enumerate(self.codes)}
        at = np.array([position.get(code or "", -1) for code in codes], dtype=int)
        polygons = np.where(at >= 0, self.polygons[at], None)
        metres: Floats = shapely.distance(_points(longitude, latitude), polygons)
        return metres

    def metres_to_nearest(self, longitude: Floats, latitude: Floats) -> Floats:
        """Return each point's distance to the nearest polygon."""
        points = _points(longitude, latitude)
        metres: Floats = shapely.distance(points, self.polygons[self.tree.nearest(points)])
        return metres


def boundaries() -> Boundaries | None:
    """Return the deployment's boundaries; None, and once a line in the log, where it has none.

    Raises BoundaryError when the file that the settings name is not there or cannot be used.
    """
    path = get_settings().boundary_path
    if path is None:
        _say_that_there_are_none()
        return None
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise BoundaryError(
            f"BUSAN_BOUNDARY_FILE names {path}, which cannot be read: give the right path, or make "
            "the file with `busan-safety boundaries`."
        ) from error
    return _read(path, changed)


def outlines() -> dict[str, Any] | None:
    """Return the districts' polygons in degrees by code; None where the deployment has none.

    Raises BoundaryError when the file that the settings name cannot be used.
    """
    path = get_settings().boundary_path
    return dict(sorted(_features(path))) if path else None


@lru_cache(maxsize=1)
def _say_that_there_are_none() -> None:
    log.warning(
        "No district boundaries: points get their grid cells and are not held against districts "
        "(BUSAN_BOUNDARY_FILE; `busan-safety boundaries` makes the file)."
    )


@lru_cache(maxsize=2)
def _read(path: Path, changed: int) -> Boundaries:
    return Boundaries.of(_features(path))


def _features(path: Path) -> list[tuple[str, Any]]:
    found = []
    for feature in _collection(path):
        code = str(feature["properties"].get("district_code") or "")
        if code not in districts():
            raise BoundaryError(
                f"{path}: district_code {code or '(none)'!r} is no district of Busan; a boundary "
                "file has one feature a district, with its five-digit code."
            )
        found.append((code, _geometry(path, feature)))
    return found


def dissolve(dongs: Path, crosswalk: Path) -> dict[str, Any]:
    """Dissolve published dong polygons into the sixteen districts: a boundary file's content.

    dongs: GeoJSON whose features carry `adm_cd2` (ten digits) or `adm_cd` (seven, KOSTAT).
    crosswalk: table of both codes with the district's `sgg`, tab-separated. The district is the
    crosswalk's, so that polygons and rows go by one system of codes. Raises BoundaryError.
    """
    known = _crosswalk(crosswalk)
    parts: dict[str, list[Any]] = {}
    strangers = []
    for feature in _collection(dongs):
        names = feature["properties"]
        code = known.get(str(names.get("adm_cd2"))) or known.get(str(names.get("adm_cd")))
        if code is None:
            strangers.append(str(names.get("adm_cd2") or names.get("adm_cd")))
        elif code in districts():
            parts.setdefault(code, []).append(_geometry(dongs, feature))
    if strangers:
        raise BoundaryError(
            f"{dongs}: {len(strangers)} dongs are not in {crosswalk.name} (first {strangers[0]}): "
            "take a crosswalk of the polygons' own year."
        )
    if missing := sorted(set(districts()) - set(parts)):
        raise BoundaryError(
            f"{dongs}: no dong of {', '.join(missing)}; give polygons of all Busan."
        )
    # On one grid of coordinates, or slivers stay between dongs that were drawn apart.
    whole = {
        code: shapely.union_all(
            shapely.set_precision(shapely.make_valid(np.array(found)), 10.0**-_DECIMALS),
            grid_size=10.0**-_DECIMALS,
        )
        for code, found in sorted(parts.items())
    }
    return collection(whole, {"made_from": f"{dongs.name} {crosswalk.name}"})


def collection(polygons: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a boundary file: polygons in degrees by district code."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "district_code": code,
                    "name_ko": districts()[code].name_ko,
                    **properties,
                },
                "geometry": json.loads(shapely.to_geojson(polygon)),
            }
            for code, polygon in sorted(polygons.items())
        ],
    }


def _crosswalk(path: Path) -> dict[str, str]:
    """Code of a dong in either system -> code of its district."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp949")
    rows = csv.DictReader(io.StringIO(text), delimiter="\t")
    if lacking := {"adm_cd", "adm_cd2", "sgg"} - set(rows.fieldnames or []):
        raise BoundaryError(f"{path}: no column {', '.join(sorted(lacking))} in the crosswalk.")
    found = {}
    for row in rows:
        found[row["adm_cd2"]] = found[row["adm_cd"]] = row["sgg"]
    return found


def _collection(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        features: list[dict[str, Any]] = document["features"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BoundaryError(f"{path} is no GeoJSON FeatureCollection: {error}") from error
    if not features:
        raise BoundaryError(f"{path} has no feature.")
    return features


def _geometry(path: Path, feature: dict[str, Any]) -> Any:
    try:
        polygon = shapely.from_geojson(json.dumps(feature["geometry"]))
    except (shapely.GEOSException, KeyError) as error:
        raise BoundaryError(f"{path}: a feature has no readable geometry: {error}") from error
    west, south, east, north = polygon.bounds if not polygon.is_empty else (0, 0, 0, 0)
    if polygon.geom_type not in ("Polygon", "MultiPolygon") or not (
        128 < west < east < 130 and 34 < south < north < 36
    ):
        raise BoundaryError(
            f"{path}: a feature is no polygon in Busan in degrees WGS84 (its box is {west:g} "
            f"{south:g} {east:g} {north:g}); convert metres (UTM-K, EPSG:5179) to EPSG:4326 first."
        )
    return polygon


def _points(longitude: Floats, latitude: Floats) -> Codes:
    points: Codes = shapely.points(longitude * _METRES_EAST, latitude * _METRES_NORTH)
    return points


def _to_metres(degrees: Floats) -> Floats:
    metres: Floats = degrees * np.array([_METRES_EAST, _METRES_NORTH])
    return metres
