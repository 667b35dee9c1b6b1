"""Geodesic distances on WGS-84: a fast formula with a known error, and the exact answer."""

from __future__ import annotations

import numpy as np
from pyproj import Geod

from matching.checks import Flags, Floats

WGS84 = Geod(ellps="WGS84")
EQUATORIAL_RADIUS_KM = 6378.137
FLATTENING = 1 / 298.257223563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
# The smallest radius of curvature anywhere on the ellipsoid: the meridian's, at the equator.
SMALLEST_RADIUS_KM = EQUATORIAL_RADIUS_KM * (1 - ECCENTRICITY_SQUARED)

LOCAL_LIMIT_KM = 600.0
LOCAL_ERROR = 2e-5
UNCERTAIN = 1e-4  # five times the error: what lies nearer to a limit is decided exactly
UNCERTAIN_KM = 1e-6


def local_km(lat: Floats, lon: Floats, other_lat: Floats, other_lon: Floats) -> Floats:
    """Return the distance in km by the local-radius formula.

    Takes degrees, any shapes that broadcast together, float64. The central angle (haversine) times
    the radius of curvature R of the normal section at the middle latitude in the direction of the
    other point, by Euler's theorem 1/R = cos²α / M + sin²α / N, with M the meridian's and N the
    prime vertical's radius of WGS-84. Up to 600 km the relative error is below 2e-5 everywhere,
    poles and antimeridian included (tested against `geodesic_km`); beyond that it grows.
    """
    middle = np.radians((lat + other_lat) / 2)
    curvature = 1 - ECCENTRICITY_SQUARED * np.sin(middle) ** 2
    meridian = SMALLEST_RADIUS_KM / curvature**1.5
    vertical = EQUATORIAL_RADIUS_KM / np.sqrt(curvature)
    north = np.radians(other_lat - lat)
    east = np.radians((other_lon - lon + 180) % 360 - 180)
    haversine = (
        np.sin(north / 2) ** 2
        + np.cos(np.radians(lat)) * np.cos(np.radians(other_lat)) * np.sin(east / 2) ** 2
    )
    angle = 2 * np.arcsin(np.sqrt(np.minimum(haversine, 1.0)))
    northward = north**2
    length = northward + (east * np.cos(middle)) ** 2
    share = northward / np.where(length > 0, length, 1.0)
    result: Floats = angle / (share / meridian + (1 - share) / vertical)
    return result


def geodesic_km(lat: Floats, lon: Floats, other_lat: Floats, other_lon: Floats) -> Floats:
    """Return the geodesic distance in km on WGS-84 (Karney's algorithm, through pyproj).

    Takes degrees, any shapes that broadcast together, float64. Exact to nanometres.
    """
    points = np.broadcast_arrays(lon, lat, other_lon, other_lat)
    east, north, other_east, other_north = (
        np.array(axis, dtype=np.float64).ravel() for axis in points
    )
    metres = np.asarray(WGS84.inv(east, north, other_east, other_north)[2], dtype=np.float64)
    return metres.reshape(points[0].shape) / 1000


def near_limit(distance_km: Floats, limit_km: Floats) -> Flags:
    """Tell where a distance by `local_km` is too near to a limit, or too long, to decide by it."""
    near: Flags = (distance_km >= limit_km * (1 - UNCERTAIN) - UNCERTAIN_KM) & (
        distance_km <= limit_km * (1 + UNCERTAIN) + UNCERTAIN_KM
    )
    return near | (distance_km > LOCAL_LIMIT_KM)
