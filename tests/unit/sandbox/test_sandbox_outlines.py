"""The synthetic outlines of the districts, and the sandbox's points in them."""

import json
from collections import Counter

import numpy as np
import pytest
import shapely

from busan_safety.loading.points import held_against
from busan_safety.sources.boundaries import Boundaries
from busan_sandbox import city
from busan_sandbox.incidents import incidents_of_year
from busan_sandbox.lights import light_answers
from busan_sandbox.options import Options
from busan_sandbox.outlines import outline_file, outlines


def test_sixteen_outlines_say_that_they_are_synthetic():
    document = json.loads(outline_file().content)

    assert [one["properties"]["district_code"] for one in document["features"]] == [
        district.code for district in city.districts()
    ]
    for feature in document["features"]:
        assert feature["properties"]["synthetic"] is True
        assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")


def test_outlines_are_a_partition():
    found = list(outlines().values())
    whole = shapely.union_all(found)

    assert all(shapely.is_valid(found))
    assert sum(one.area for one in found) == pytest.approx(whole.area, rel=1e-9)


def test_every_point_of_a_dong_lies_in_its_districts_outline():
    stream = np.random.default_rng(7)
    dong = np.repeat(np.arange(len(city.dongs())), 100)

    longitude, latitude = city.scatter(dong, stream)

    codes = np.array([one.district_code for one in city.dongs()])[dong]
    outline = np.array([outlines()[code] for code in codes])
    assert shapely.intersects(outline, shapely.points(longitude, latitude)).all()


def test_incidents_lie_in_their_districts_outline():
    found = incidents_of_year(Options(scale=0.02), 2023)
    is_placed = ~np.isnan(found.longitude)
    codes = np.array([one.district_code for one in city.dongs()])[found.dong[is_placed]]

    _, flags = held_against(
        Boundaries.of(outlines().items()),
        found.longitude[is_placed],
        found.latitude[is_placed],
        codes.tolist(),
    )

    assert len(flags) > 500
    assert Counter(flags.tolist()) == {None: len(flags)}


def test_lights_that_lie_elsewhere_are_the_planted_ones():
    planted: Counter[str] = Counter()
    lights = [
        light
        for one in light_answers(Options(scale=0.2), planted)
        for light in json.loads(one.content)
    ]
    codes = {district.instt_code: district.code for district in city.districts()}
    placed = [one for one in lights if float(one["latitude"] or 0) > 0]
    places = [sorted((float(one["latitude"]), float(one["longitude"]))) for one in placed]
    latitude, longitude = np.array(places).T

    _, flags = held_against(
        Boundaries.of(outlines().items()),
        longitude,
        latitude,
        [codes[one["insttCode"]] for one in placed],
    )

    feed = "district_security_lights"
    kinds = Counter(flags.tolist())
    assert kinds["outside_district"] == planted[f"{feed}.other_districts"] > 20
    assert kinds["outside_boundaries"] == planted[f"{feed}.in_the_sea"] > 10
    assert kinds[None] > 0.98 * len(placed)
