"""Geodesic distances on WGS-84: a fast formula with a known error, and the exact answer."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from pyproj import Geod

from matching.checks import Flags, Floats, Integers

WGS84 = Geod(ellps="WGS84")
EQUATORIAL_RADIUS_KM = 6378.137
FLATTENING = 1 / 298.257223563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
# The smallest radius of curvature anywhere on the ellipsoid: the meridian's, at the equator.
SMALLEST_RADIUS_KM = EQUATORIAL_RADIUS_KM * (1 - ECCENTRICITY_SQUARED)
MEAN_RADIUS_KM = 6371.0088
HALF_ECCENTRICITY_SQUARED = ECCENTRICITY_SQUARED / 2
PRIME_VERTICAL = 1 / EQUATORIAL_RADIUS_KM  # curvatures at the equator, per km
MERIDIAN = 1 / SMALLEST_RADIUS_KM
ARCSINE = (1 / 24, 3 / 640, 5 / 7168)  # 2 asin(c / 2) = c (1 + c²/24 + 3 c⁴/640 + 5 c⁶/7168 + …)

LOCAL_LIMIT_KM = 600.0
LOCAL_ERROR = 2e-5
UNCERTAIN = 1e-4  # five times the error: what lies nearer to a limit is decided exactly
UNCERTAIN_FAR = 1e-2  # likewise for `sphere_km`
UNCERTAIN_KM = 1e-6
POLE_MARGIN_DEGREES = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Positions prepared for `local_distance_km`: arrays (P,) float64.

    `x`, `y`, `z` are the unit vectors of longitude and geodetic latitude, `cosine` that of the
    latitude, `latitude` is in radians. All trigonometry is done here, once a point.
    """

    x: Floats
    y: Floats
    z: Floats
    cosine: Floats
    latitude: Floats

    def __getitem__(self, chosen: Integers | slice) -> Points:
        """Return the chosen points."""
        return Points(*(getattr(self, axis.name)[chosen] for axis in fields(self)))


def points(lat: Floats, lon: Floats) -> Points:
    """Prepare positions in degrees, (P,) float64."""
    # The antimeridian has two names, whose sines differ by rounding: one of them serves for both.
    latitude, longitude = np.radians(lat), np.radians(np.where(np.equal(lon, -180.0), 180.0, lon))
    cosine = np.cos(latitude)
    return Points(
        x=cosine * np.cos(longitude),
        y=cosine * np.sin(longitude),
        z=np.sin(latitude),
        cosine=cosine,
        latitude=latitude,
    )


def local_distance_km(one: Points, other: Points) -> Floats:
    """Return the distance in km by the local-radius formula; shapes broadcast together.

    The central angle is that of the chord between the unit vectors, by the series of the arcsine,
    times the radius of curvature R of the normal section at the middle latitude in the direction of
    the other point, by Euler's theorem 1/R = cos²α / M + sin²α / N, with M the meridian's and N the
    prime vertical's radius of WGS-84, and cos²α the squared share of the way along the meridian.
    Up to 600 km the relative error is below 2e-5 everywhere,
    poles and antimeridian included (tested against `geodesic_km`); beyond that it grows.

    Only operations that IEEE 754 rounds exactly are used, in a fixed order: the compiled engine
    (`matching.search.kernel`) repeats them and gets the same bits, whatever the machine.
    """
    east, north, up = one.x - other.x, one.y - other.y, one.z - other.z
    chord2 = east * east + north * north + up * up
    chord = np.sqrt(chord2)
    angle = chord * (1.0 + chord2 * (ARCSINE[0] + chord2 * (ARCSINE[1] + chord2 * ARCSINE[2])))
    cosine_of_sum = one.cosine * other.cosine - one.z * other.z
    flat = 1.0 - HALF_ECCENTRICITY_SQUARED * (1.0 - cosine_of_sum)
    climb = other.latitude - one.latitude
    angle2 = angle * angle
    bend = angle2 * PRIME_VERTICAL + climb * climb * (flat * MERIDIAN - PRIME_VERTICAL)
    scale = np.sqrt(flat) * bend
    result: Floats = angle * angle2 / np.where(scale > 0.0, scale, 1.0)
    return result


def local_km(lat: Floats, lon: Floats, other_lat: Floats, other_lon: Floats) -> Floats:
    """Return the distance in km by the local-radius formula (see `local_distance_km`).

    Takes degrees, any shapes that broadcast together, float64.
    """
    return local_distance_km(points(lat, lon), points(other_lat, other_lon))


def geodesic_km(lat: Floats, lon: Floats, other_lat: Floats, other_lon: Floats) -> Floats:
    """Return the geodesic distance in km on WGS-84 (Karney's algorithm, through pyproj).

    Takes degrees, any shapes that broadcast together, float64. Exact to nanometres. NaN where a
    position is none.
    """
    points = np.broadcast_arrays(lon, lat, other_lon, other_lat)
    east, north, other_east, other_north = (
        np.array(axis, dtype=np.float64).ravel() for axis in points
    )
    metres = np.asarray(WGS84.inv(east, north, other_east, other_north)[2], dtype=np.float64)
    return metres.reshape(points[0].shape) / 1000


def sphere_km(one: Points, other: Points) -> Floats:
    """Return the distance in km on a sphere; the relative error is below 0.6 % at any distance."""
    chord = np.sqrt((one.x - other.x) ** 2 + (one.y - other.y) ** 2 + (one.z - other.z) ** 2)
    result: Floats = 2 * MEAN_RADIUS_KM * np.arcsin(np.minimum(chord / 2, 1.0))
    return result


def near_limit(distance_km: Floats, limit_km: Floats, share: float = UNCERTAIN) -> Flags:
    """Tell where a distance is too near to a limit to decide by it: within a share of the limit."""
    near: Flags = (distance_km >= limit_km * (1 - share) - UNCERTAIN_KM) & (
        distance_km <= limit_km * (1 + share) + UNCERTAIN_KM
    )
    return near


def longitude_reach(lat: Floats, radius_km: Floats | float) -> Floats:
    """Return how many degrees of longitude a circle reaches to each side; 180 is all round.

    Every radius of curvature of the ellipsoid is at least that of the meridian at the equator, so
    a geodesic circle lies within the circle of the same radius on a sphere of that size. On it
    longitudes reach asin(sin r / cos latitude) to each side, or all round where it holds a pole.
    """
    angle = np.minimum(radius_km / SMALLEST_RADIUS_KM, np.pi)
    pole = np.abs(lat) + np.degrees(angle) >= 90 - POLE_MARGIN_DEGREES
    cosine = np.where(pole, 1.0, np.cos(np.radians(lat)))
    ratio = np.minimum(np.sin(angle) / cosine, 1.0)
    return np.where(pole, 180.0, np.degrees(np.arcsin(ratio)))
