"""Grid cell and district of each point of a batch, inside the loading transaction (ADR 14).

Rows are read, located and written back in chunks, so that memory does not grow with the delivery.
A point that lies elsewhere than its row says is flagged and kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import h3
import numpy as np
import psycopg
from psycopg import sql

from busan_safety.loading.rules import flag_where
from busan_safety.sources import Source
from busan_safety.sources.boundaries import Boundaries, Codes, Floats, boundaries
from busan_safety.sources.model import Points
from busan_safety.sources.points import (
    OUTSIDE_BOUNDARIES,
    OUTSIDE_DISTRICT,
    POINT_FLAGS,
    TOLERANCE_M,
)

RESOLUTION = 9
_CHUNK = 10_000


def locate_points(connection: psycopg.Connection, source: Source, batch_id: int) -> None:
    """Fill `_h3_cell` and `_point_district` of a batch's rows with coordinates, and flag.

    Does nothing for a source without points. Raises BoundaryError when the deployment names
    boundaries that cannot be used.
    """
    if source.points is None:
        return
    polygons = boundaries()
    # As in `apply_rules`: the planner knows nothing yet of rows just copied.
    connection.execute("set local enable_seqscan = off")
    with connection.cursor(name="points") as cursor:
        cursor.execute(_rows_with_points(source, source.points, batch_id))
        while rows := cursor.fetchmany(_CHUNK):
            places, longitudes, latitudes, reported = zip(*rows, strict=True)
            x, y = np.array(longitudes, dtype=float), np.array(latitudes, dtype=float)
            found, flags = _held_against(polygons, x, y, reported)
            values = [list(places), cells(x, y), found.tolist(), flags.tolist()]
            _write(connection, source, batch_id, values)
    connection.execute("set local enable_seqscan = on")
    connection.execute("select brin_summarize_new_values(%s::regclass)", [f"raw.{source.id}_batch"])


def cells(longitude: Floats, latitude: Floats) -> list[str]:
    """Return the H3 cell of each point in degrees WGS84; each place is asked for once."""
    places = list(zip(latitude.tolist(), longitude.tolist(), strict=True))
    known = {place: h3.latlng_to_cell(*place, RESOLUTION) for place in set(places)}
    return [known[place] for place in places]


def held_against(
    polygons: Boundaries, longitude: Floats, latitude: Floats, reported: Sequence[str | None]
) -> tuple[Codes, Codes]:
    """Return (district whose polygon holds the point, flag or None) of each point.

    reported: the district that the row says, None where it says none.
    """
    found = polygons.districts_of(longitude, latitude)
    flags: Codes = np.full(len(found), None, dtype=object)
    nowhere = [at for at, code in enumerate(found) if code is None]
    if nowhere:
        metres = polygons.metres_to_nearest(longitude[nowhere], latitude[nowhere])
        flags[np.array(nowhere)[metres > TOLERANCE_M]] = OUTSIDE_BOUNDARIES
    elsewhere = [at for at, code in enumerate(found) if code is not None and code != reported[at]]
    if elsewhere:
        said = [reported[at] for at in elsewhere]
        metres = polygons.metres_to(said, longitude[elsewhere], latitude[elsewhere])
        # A row that says no district, or one without a polygon, contradicts nothing (NaN).
        flags[np.array(elsewhere)[metres > TOLERANCE_M]] = OUTSIDE_DISTRICT
    return found, flags


def _held_against(
    polygons: Boundaries | None, x: Floats, y: Floats, reported: Sequence[str | None]
) -> tuple[Codes, Codes]:
    if polygons is None:
        nothing: Codes = np.full(len(x), None, dtype=object)
        return nothing, nothing
    return held_against(polygons, x, y, reported)


def _rows_with_points(source: Source, points: Points, batch_id: int) -> sql.Composed:
    longitude, latitude = sql.Identifier(points.longitude), sql.Identifier(points.latitude)
    district = (
        sql.SQL("left(r.{}, 5)").format(sql.Identifier(points.district))
        if points.district
        else sql.SQL("null::text")
    )
    return sql.SQL(
        "select r.ctid::text, r.{x}, r.{y}, {district} from {table} r"
        " where r._batch_id = {batch} and r.{x} is not null and r.{y} is not null"
    ).format(
        x=longitude,
        y=latitude,
        district=district,
        table=sql.Identifier("raw", source.id),
        batch=sql.Literal(batch_id),
    )


def _write(
    connection: psycopg.Connection, source: Source, batch_id: int, values: list[list[str | None]]
) -> None:
    """Write a chunk back by the rows' places; the updated ones' new places take the flags."""
    flagged = connection.execute(
        sql.SQL(
            "with located as ("
            "update {} r set _h3_cell = p.cell, _point_district = p.district"
            " from unnest(%s::text[]::tid[], %s::text[], %s::text[], %s::text[])"
            " as p (place, cell, district, flag)"
            " where r.ctid = p.place returning r.ctid as place, p.flag)"
            " select flag, array_agg(place::text) from located where flag is not null group by 1"
        ).format(sql.Identifier("raw", source.id)),
        values,
    ).fetchall()
    for flag, places in flagged:
        where = sql.SQL("r.ctid = any ({}::tid[])").format(sql.Literal(places))
        flag_where(connection, source, batch_id, flag, POINT_FLAGS[flag].en, where)
