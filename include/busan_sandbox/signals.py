"""The register of signalised crossings and of what was built at them, as GeoJSON points.

Crossings without any works are listed too, with their traffic: what accidents were to be
expected at the others is learned from them. Places, dates and numbers: see `sites`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np

from busan_sandbox import city
from busan_sandbox.files import Cell, Delivery, geojson_bytes
from busan_sandbox.options import Month, Options
from busan_sandbox.sites import SignalSite, crossings, signal_sites
from busan_sandbox.truth import Truth

KINDS = {
    "countdown_timer": "보행신호 잔여시간표시기",
    "side_light": "보행신호 보조등",
    "right_turn_signal": "우회전 신호등",
    "rear_plate_camera": "후면 무인단속장비",
}
_CROSSING = "신호교차로"
# Offences a rear-plate camera sees in a month.
_OFFENCES_PER_MONTH = 38
_Feature = tuple[dict[str, object], dict[str, Cell]]


def signal_files(options: Options, truth: Truth) -> Iterator[Delivery]:
    """Yield the register at the end of each June and December, and at the end of the span.

    Faults of each register: a swapped point, a point at 0,0, a feature without a place, a facility
    twice, a kind nobody knows. From 2024 on two properties have other names.
    """
    for month in options.months:
        if month.number not in (6, 12) and month != options.last:
            continue
        features = list(_features(options, month))
        _plant(features, truth)
        truth.planted["city_signal_facilities.rows"] += len(features)
        day = month.last_day
        is_new = day.year >= 2024
        yield Delivery(
            f"http/city/signals/교통신호시설_{day:%Y%m%d}.geojson",
            geojson_bytes(
                ((geometry, _renamed(row) if is_new else row) for geometry, row in features),
                name="signal_facilities",
                crs="urn:ogc:def:crs:OGC:1.3:CRS84" if is_new else None,
            ),
        )


def _features(options: Options, month: Month) -> Iterator[_Feature]:
    reference = month.last_day
    for crossing in crossings(options):
        row = _row(crossing.crossing_id, _CROSSING, crossing.crossing_id, crossing.name, reference)
        row["GUGUN_NM"] = _district(crossing.dong)
        row["CHILD_ZONE_YN"] = "Y" if crossing.in_child_zone else "N"
        row["TRFVLM"] = f"{crossing.daily_vehicles:,}"
        yield _point(crossing.longitude, crossing.latitude), row
    stream = options.stream("signal register", month)
    for site in signal_sites(options):
        if site.installed_on > reference:
            continue
        yield _point(site.longitude, site.latitude), _site_row(site, reference, stream)


def _site_row(site: SignalSite, reference: date, stream: np.random.Generator) -> dict[str, Cell]:
    crossing = site.crossing
    row = _row(site.site_id, KINDS[site.kind], crossing.crossing_id, crossing.name, reference)
    row["GUGUN_NM"] = _district(site.dong)
    row["INSTL_DE"] = f"{site.installed_on:%Y%m%d}"
    row["CHILD_ZONE_YN"] = "Y" if crossing.in_child_zone else "N"
    row["INSTL_CO"] = 1 if site.kind == "rear_plate_camera" else 2 + int(stream.integers(0, 3)) * 2
    row["STTUS_NM"] = "고장" if stream.random() < 0.015 else "정상"
    if site.kind == "rear_plate_camera":
        days = min((reference - site.installed_on).days, 30)
        row["CNTRL_CO"] = int(stream.poisson(_OFFENCES_PER_MONTH * days / 30))
    return row


def _row(facility: str, kind: str, crossing: str, place: str, reference: date) -> dict[str, Cell]:
    return {
        "FCLTY_ID": facility,
        "FCLTY_SE": kind,
        "CRSRD_ID": crossing,
        "LC_NM": place,
        "GUGUN_NM": None,
        "INSTL_DE": None,
        "INSTL_CO": None,
        "CHILD_ZONE_YN": None,
        "TRFVLM": None,
        "CNTRL_CO": None,
        "STTUS_NM": None,
        "DATA_STD_DE": f"{reference:%Y-%m-%d}",
    }


def _plant(features: list[_Feature], truth: Truth) -> None:
    """Spoil a few features of the end of the list, where the facilities are."""
    features[-2][0]["coordinates"] = list(reversed(_coordinates(features[-2][0])))
    features[-4][0]["coordinates"] = [0.0, 0.0]
    features[-6] = ({}, features[-6][1])
    features[-8][1]["FCLTY_SE"] = "기타시설"
    features.append((features[-10][0], dict(features[-10][1])))
    for fault in (
        "coordinates_swapped",
        "coordinate_zero",
        "without_place",
        "outside_domain",
        "duplicate",
    ):
        truth.planted[f"city_signal_facilities.{fault}"] += 1


def _coordinates(geometry: Mapping[str, object]) -> list[float]:
    found = geometry["coordinates"]
    if not isinstance(found, list):
        raise TypeError("a point's coordinates are a list")
    return found


def _point(longitude: float, latitude: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": [longitude, latitude]}


def _renamed(row: Mapping[str, Cell]) -> dict[str, Cell]:
    names = {"INSTL_DE": "INSTL_YMD", "GUGUN_NM": "SGG_NM"}
    return {names.get(name, name): value for name, value in row.items()}


def _district(dong: city.Dong) -> str:
    name = next(d.name for d in city.districts() if d.code == dong.district_code)
    return f"{city.CITY_NAME} {name}"
