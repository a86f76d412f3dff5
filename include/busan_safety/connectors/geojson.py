"""Features of a GeoJSON file as rows, one feature in memory at a time.

Each property is a column. The geometry becomes five more: a point inside it (longitude, latitude
in degrees), its WKT in degrees, the length of lines or outlines in metres and its area in m².
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import ijson
import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError
from shapely.errors import GEOSException
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from busan_safety.connectors.api_records import Item, as_json, rows_of_pairs
from busan_safety.connectors.encoding import refuse_replacement_characters, sniff_encoding
from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.rows import Row

GEOMETRY_COLUMNS = (
    *("geometry_longitude", "geometry_latitude", "geometry_wkt"),
    *("geometry_length_m", "geometry_area_m2"),
)
# A feature of the national coastline has megabytes; more than this is no feature.
_LONGEST_FEATURE_BYTES = 8 * 1024**2
_BLOCK = 64 * 1024
_DEEPEST = 32
# Nothing on Earth has degrees beyond 360; a wrong longitude of 218.998 was seen.
_LARGEST_DEGREES = 1000.0
_DEGREES = re.compile(r"(?:CRS:?84|EPSG:{1,2}(?:[\d.]*:)?4326|EPSG/0/4326)$", re.IGNORECASE)
_EPSG = re.compile(r"EPSG(?:/\d+/|:{1,2}(?:[\d.]*:)?)(\d{4,6})$", re.IGNORECASE)
_DEPTHS = {
    **{"Point": 0, "MultiPoint": 1, "LineString": 1},
    **{"MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3},
}
_ELLIPSOID = pyproj.Geod(ellps="WGS84")
Project = Callable[[Any], Any]


def geojson_rows(path: Path, name: str) -> tuple[str, Iterator[Row]]:
    """Return (encoding, rows) of a GeoJSON file: a header row (line 0), then the features.

    Raises DeliveryRefused for other JSON, metres without a named system, a system that is not
    known, geometry collections and geometries that are broken.
    """
    encoding = sniff_encoding(path, name)
    top = _read_top(path, encoding, name)
    if top.kind != "FeatureCollection" or not top.has_features:
        raise DeliveryRefused(
            "wrong_form",
            f"{name} is JSON but no GeoJSON FeatureCollection; ask the sender for that form.",
        )
    project = _projection(top, name)
    items = (
        _item(feature, f"{name}, feature {number}", project)
        for number, feature in enumerate(_features(path, encoding, name), start=1)
    )
    return encoding, rows_of_pairs(items, name)


def _item(feature: Any, where: str, project: Project | None) -> Item:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(feature, dict) or not isinstance(properties, dict | None):
        raise DeliveryRefused("wrong_form", f"{where} is no feature with properties.")
    if taken := set(GEOMETRY_COLUMNS) & set(properties or {}):
        raise DeliveryRefused(
            "ambiguous_columns",
            f"{where} has a property {sorted(taken)[0]!r}, which names what is found from the "
            "geometry. Ask the sender to rename it.",
        )
    geometry = _geometry(feature.get("geometry"), where, project)
    return {**(properties or {}), **_columns(geometry)}, as_json(feature)


def _geometry(given: Any, where: str, project: Project | None) -> BaseGeometry | None:
    if given is None:
        return None
    kind = given.get("type") if isinstance(given, dict) else None
    if kind == "GeometryCollection":
        raise DeliveryRefused(
            "geometry_collection",
            f"{where} is a GeometryCollection, which is neither a place, a line nor an area. Ask "
            "the sender for one geometry a feature.",
        )
    coordinates = given.get("coordinates") if isinstance(given, dict) else None
    if kind not in _DEPTHS or not _is_nested(coordinates, _DEPTHS[kind]):
        raise _bad_geometry(where)
    if coordinates == []:
        return None
    try:
        geometry = shapely.force_2d(shape({"type": kind, "coordinates": coordinates}))
        if project is not None:
            geometry = shapely.transform(geometry, project)
    except (GEOSException, ProjError, ValueError, TypeError, IndexError):
        geometry = None
    if geometry is None or not all(map(math.isfinite, geometry.bounds)):
        raise _bad_geometry(where)
    if max(map(abs, geometry.bounds)) > _LARGEST_DEGREES:
        raise DeliveryRefused(
            "coordinates_in_metres",
            f"{where} has coordinates in metres, and the file does not say in which system. Save "
            'it in degrees (EPSG:4326), or have the sender name the system ("crs": EPSG:5179, '
            "5186, …).",
        )
    return geometry


def _is_nested(coordinates: Any, depth: int) -> bool:
    """Whether coordinates are lists of that depth with positions of two or three numbers inside."""
    if not isinstance(coordinates, list):
        return False
    if depth:
        return all(_is_nested(one, depth - 1) for one in coordinates)
    return not coordinates or (
        2 <= len(coordinates) <= 4
        and all(isinstance(one, int | float) and math.isfinite(one) for one in coordinates)
    )


def _columns(geometry: BaseGeometry | None) -> dict[str, str]:
    if geometry is None or geometry.is_empty:
        return dict.fromkeys(GEOMETRY_COLUMNS, "")
    try:
        point = geometry.representative_point()
    except GEOSException:
        point = geometry.centroid
    west, south, east, north = geometry.bounds
    on_earth = max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90
    has_area = "Polygon" in geometry.geom_type
    length = area = ""
    if on_earth and has_area:
        found, around = _ELLIPSOID.geometry_area_perimeter(shapely.orient_polygons(geometry))
        length, area = f"{around:.2f}", f"{abs(found):.2f}"
    elif on_earth and "Line" in geometry.geom_type:
        length = f"{_ELLIPSOID.geometry_length(geometry):.2f}"
    place = ("", "") if point.is_empty else (f"{point.x:.7f}", f"{point.y:.7f}")
    wkt = shapely.to_wkt(geometry, rounding_precision=7)
    return dict(zip(GEOMETRY_COLUMNS, (*place, wkt, length, area), strict=True))


def _projection(found: _Top, name: str) -> Project | None:
    """How coordinates become degrees; None where they are degrees, or nothing is said."""
    if not found.has_system or (found.system and _DEGREES.search(found.system)):
        return None
    match = _EPSG.search(found.system)
    transformer = None
    if match:
        with suppress(CRSError, ProjError):
            transformer = pyproj.Transformer.from_crs(int(match[1]), 4326, always_xy=True)
    if transformer is None:
        raise DeliveryRefused(
            "unknown_system",
            f"{name} is in a coordinate system that is not known ({found.system[:60]!r}). Save it "
            "in degrees (EPSG:4326).",
        )
    transform = transformer.transform

    def project(points: Any) -> Any:
        return np.column_stack(transform(points[:, 0], points[:, 1]))

    return project


@dataclass
class _Top:
    """What stands at the top of the file beside the features."""

    kind: str = ""
    has_features: bool = False
    has_system: bool = False
    system: str = ""


def _read_top(path: Path, encoding: str, name: str) -> _Top:
    """Read the file once: the system may stand behind the features; nesting is bounded here."""
    found = _Top()
    keys = [""] * 3
    depth = 0
    with path.open("rb") as file:
        source = _Bounded(file, encoding, name)
        for event, value in _readable(ijson.basic_parse(source, buf_size=_BLOCK), name):
            source.since_value = 0
            if event == "map_key":
                if depth <= len(keys):
                    keys[depth - 1] = value
                continue
            if event in ("end_map", "end_array"):
                depth -= 1
                continue
            if depth == 1 and keys[0] == "features":
                found.has_features = event == "start_array"
            elif depth == 1 and keys[0] == "crs":
                found.has_system = event != "null"
            elif depth == 1 and keys[0] == "type":
                found.kind = str(value)
            elif depth == 3 and keys == ["crs", "properties", "name"]:
                found.system = str(value)
            if event in ("start_map", "start_array"):
                depth += 1
                if depth > _DEEPEST:
                    raise _broken(name, "it is nested too deeply")
                if depth <= len(keys):
                    keys[depth - 1] = ""
    return found


def _features(path: Path, encoding: str, name: str) -> Iterator[Any]:
    with path.open("rb") as file:
        source = _Bounded(file, encoding, name)
        parsed = ijson.items(source, "features.item", use_float=True, buf_size=_BLOCK)
        for feature in _readable(parsed, name):
            source.since_value = 0
            yield feature


def _readable(parsed: Iterator[Any], name: str) -> Iterator[Any]:
    """The parser's values, with its errors as a refusal."""
    what = ""
    try:
        yield from parsed
        return
    except (ijson.JSONError, UnicodeError, OverflowError, ValueError) as error:
        what = " ".join(str(error).split())[:120]
    raise _broken(name, what)


class _Bounded:
    """A file as UTF-8 without its mark, that gives no more at a time than one feature can have."""

    def __init__(self, file: IO[bytes], encoding: str, name: str) -> None:
        self._file = file
        self._name = name
        self._decoder = codecs.getincrementaldecoder(encoding)() if encoding == "cp949" else None
        self._skip = len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0
        self.since_value = 0

    def read(self, size: int) -> bytes:
        block = self._file.read(size + self._skip)[self._skip :]
        self._skip = 0
        self.since_value += len(block)
        if self.since_value > _LONGEST_FEATURE_BYTES:
            raise DeliveryRefused(
                "feature_too_large",
                f"{self._name} holds one feature of more than "
                f"{_LONGEST_FEATURE_BYTES / 1024**2:.0f} MB; it was not read.",
            )
        if self._decoder:
            return self._decoder.decode(block, not block).encode()
        refuse_replacement_characters(block, self._name)
        return block


def _broken(name: str, what: str) -> DeliveryRefused:
    return DeliveryRefused(
        "broken_json",
        f"{name} is not readable JSON: {what}. Ask the sender to export it again.",
    )


def _bad_geometry(where: str) -> DeliveryRefused:
    return DeliveryRefused(
        "bad_geometry",
        f"{where} has a geometry that is none (wrong kind, nesting or number of points). Ask the "
        "sender to export it again.",
    )
