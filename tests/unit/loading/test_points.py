"""Cells and districts of points, and which of them contradict their row."""

import json

import h3
import numpy as np
import pytest
import shapely

from busan_safety.loading.points import RESOLUTION, cells, held_against
from busan_safety.sources.boundaries import Boundaries
from two_districts import BORDER, EAST, FAR, NEAR, WEST, two_districts

LATITUDE = 35.12


@pytest.fixture(scope="module")
def polygons():
    return Boundaries.of(
        (one["properties"]["district_code"], shapely.from_geojson(json.dumps(one["geometry"])))
        for one in two_districts()["features"]
    )


def judged(polygons, longitude, reported, latitude=LATITUDE):
    found, flags = held_against(polygons, np.array([longitude]), np.array([latitude]), [reported])
    return found[0], flags[0]


def test_a_point_is_in_the_cell_that_holds_it():
    x, y = np.array([129.0756, 129.0756, 129.1604]), np.array([35.1796, 35.1796, 35.1587])

    found = cells(x, y)

    assert found[0] == found[1] != found[2]
    for cell, longitude, latitude in zip(found, x, y, strict=True):
        assert h3.get_resolution(cell) == RESOLUTION == 9
        outline = shapely.Polygon([(east, north) for north, east in h3.cell_to_boundary(cell)])
        assert outline.contains(shapely.Point(longitude, latitude))


def test_a_point_in_its_own_district_is_not_flagged(polygons):
    assert judged(polygons, BORDER - FAR, WEST) == (WEST, None)


@pytest.mark.parametrize(
    ("beyond", "flag"), [(NEAR, None), (FAR, "outside_district")], ids=["91 m", "273 m"]
)
def test_a_point_across_the_border_is_flagged_beyond_the_tolerance(polygons, beyond, flag):
    assert judged(polygons, BORDER + beyond, WEST) == (EAST, flag)
    assert judged(polygons, BORDER - beyond, EAST) == (WEST, flag)


@pytest.mark.parametrize(("beyond", "flag"), [(NEAR, None), (FAR, "outside_boundaries")])
@pytest.mark.parametrize("reported", [WEST, EAST, None])
def test_a_point_in_the_sea_is_flagged_beyond_the_tolerance(polygons, beyond, flag, reported):
    assert judged(polygons, 129.0 - beyond, reported) == (None, flag)


@pytest.mark.parametrize("reported", [None, "26710"])
def test_a_row_without_a_district_or_polygon_contradicts_nothing(polygons, reported):
    assert judged(polygons, BORDER + FAR, reported) == (EAST, None)


def test_the_border_itself_belongs_to_the_lower_code(polygons):
    assert judged(polygons, BORDER, WEST) == (WEST, None)
    assert judged(polygons, BORDER, EAST) == (WEST, None)
