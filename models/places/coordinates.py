"""Coordinate systems of Chinese maps: WGS-84, GCJ-02 (AMap, Tencent) and BD-09 (Baidu)."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from models.errors import Invalid

Position = tuple[float, float]  # latitude, longitude in degrees

# Krasovsky 1940, the ellipsoid of the shift.
_SEMI_MAJOR_M: Final = 6378245.0
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
_BAIDU_PI: Final = math.pi * 3000.0 / 180.0
_BAIDU_LAT: Final = 0.006
_BAIDU_LON: Final = 0.0065
_CLOSE_ENOUGH: Final = 1e-9  # degrees; a tenth of a millimetre
_ROUNDS_MAX: Final = 50


class CoordinateSystem(StrEnum):
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def check_position(lat: float, lon: float) -> None:
    """Refuse what is not a position on earth; not-a-number and infinity included."""
    if not -90.0 <= lat <= 90.0:
        raise Invalid("latitude-impossible", "A latitude lies between -90 and 90.", field="lat")
    if not -180.0 <= lon <= 180.0:
        raise Invalid("longitude-impossible", "A longitude lies between -180 and 180.", field="lon")


def is_shifted(lat: float, lon: float) -> bool:
    """Whether the shift applies here: the rectangle the map services use for China."""
    return 0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347


def to_wgs84(lat: float, lon: float, system: CoordinateSystem) -> Position:
    """Degrees in any of the three systems to WGS-84, to better than a millionth of a degree."""
    if system is CoordinateSystem.GCJ02:
        return gcj02_to_wgs84(lat, lon)
    if system is CoordinateSystem.BD09:
        return bd09_to_wgs84(lat, lon)
    return lat, lon


def from_wgs84(lat: float, lon: float, system: CoordinateSystem) -> Position:
    """Degrees in WGS-84 to any of the three systems."""
    if system is CoordinateSystem.GCJ02:
        return wgs84_to_gcj02(lat, lon)
    if system is CoordinateSystem.BD09:
        return wgs84_to_bd09(lat, lon)
    return lat, lon


def wgs84_to_gcj02(lat: float, lon: float) -> Position:
    """Apply the shift; the formula is unofficial, known from published reimplementations."""
    if not is_shifted(lat, lon):
        return lat, lon
    shift_lat, shift_lon = _shift(lat, lon)
    return lat + shift_lat, lon + shift_lon


def gcj02_to_wgs84(lat: float, lon: float) -> Position:
    """Undo the shift by iteration; the forward formula has no closed inverse."""
    return _inverse(wgs84_to_gcj02, lat, lon)


def gcj02_to_bd09(lat: float, lon: float) -> Position:
    """Baidu's further shift, as Baidu's own clients compute it."""
    if not is_shifted(lat, lon):
        return lat, lon
    radius = math.hypot(lat, lon) + 0.00002 * math.sin(lat * _BAIDU_PI)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BAIDU_PI)
    return radius * math.sin(angle) + _BAIDU_LAT, radius * math.cos(angle) + _BAIDU_LON


def bd09_to_gcj02(lat: float, lon: float) -> Position:
    """Undo Baidu's shift by iteration."""
    return _inverse(gcj02_to_bd09, lat, lon)


def wgs84_to_bd09(lat: float, lon: float) -> Position:
    return gcj02_to_bd09(*wgs84_to_gcj02(lat, lon))


def bd09_to_wgs84(lat: float, lon: float) -> Position:
    return gcj02_to_wgs84(*bd09_to_gcj02(lat, lon))


def _inverse(forward: Callable[[float, float], Position], lat: float, lon: float) -> Position:
    # A fixed point of x = target - shift(x): the shift changes by under a thousandth of the way,
    # so each round gains about three digits.
    guess_lat, guess_lon = lat, lon
    for _ in range(_ROUNDS_MAX):
        seen_lat, seen_lon = forward(guess_lat, guess_lon)
        error_lat, error_lon = lat - seen_lat, lon - seen_lon
        guess_lat, guess_lon = guess_lat + error_lat, guess_lon + error_lon
        if max(abs(error_lat), abs(error_lon)) < _CLOSE_ENOUGH:
            break
    return guess_lat, guess_lon


def _shift(lat: float, lon: float) -> Position:
    x, y = lon - 105.0, lat - 35.0
    ripple = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += ripple
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += ripple
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (
        (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    )
    radians = math.radians(lat)
    flattened = 1.0 - _ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (flattened * math.sqrt(flattened))
    parallel_m = _SEMI_MAJOR_M / math.sqrt(flattened) * math.cos(radians)
    return math.degrees(north / meridian_m), math.degrees(east / parallel_m)
