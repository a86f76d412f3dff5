"""Longitude and latitude to UTM-K (EPSG:5179), the metres that traffic accident files carry."""

from __future__ import annotations

import math

# GRS80 ellipsoid; UTM-K origin 38 N 127.5 E, scale 0.9996, false origin 1,000,000 / 2,000,000 m.
_A = 6_378_137.0
_E2 = 0.006694380022900788
_K0 = 0.9996
_LAT0, _LON0 = math.radians(38.0), math.radians(127.5)
_X0, _Y0 = 1_000_000.0, 2_000_000.0


def to_utmk(longitude: float, latitude: float) -> tuple[float, float]:
    """Return (x, y) in metres, within centimetres inside Korea.

    Source: Snyder 1987, Map Projections: A Working Manual, USGS Professional Paper 1395,
    equations 8-9 and 8-10.
    """
    phi, lam = math.radians(latitude), math.radians(longitude)
    second = _E2 / (1 - _E2)
    n = _A / math.sqrt(1 - _E2 * math.sin(phi) ** 2)
    t = math.tan(phi) ** 2
    c = second * math.cos(phi) ** 2
    a = (lam - _LON0) * math.cos(phi)
    x = a + (1 - t + c) * a**3 / 6
    x += (5 - 18 * t + t * t + 72 * c - 58 * second) * a**5 / 120
    y = a * a / 2 + (5 - t + 9 * c + 4 * c * c) * a**4 / 24
    y += (61 - 58 * t + t * t + 600 * c - 330 * second) * a**6 / 720
    return (
        _X0 + _K0 * n * x,
        _Y0 + _K0 * (_meridian(phi) - _meridian(_LAT0) + n * math.tan(phi) * y),
    )


def _meridian(phi: float) -> float:
    return _A * (
        (1 - _E2 / 4 - 3 * _E2**2 / 64 - 5 * _E2**3 / 256) * phi
        - (3 * _E2 / 8 + 3 * _E2**2 / 32 + 45 * _E2**3 / 1024) * math.sin(2 * phi)
        + (15 * _E2**2 / 256 + 45 * _E2**3 / 1024) * math.sin(4 * phi)
        - (35 * _E2**3 / 3072) * math.sin(6 * phi)
    )
