"""One stable displaced position for a site whose owner does not show where it is."""

from __future__ import annotations

import hashlib
import hmac
import math
from typing import Final

from models.places.coordinates import Position, check_position

FARTHEST_M: Final = 10_000.0
NEAREST_M: Final = 2_000.0
# Kept inside the limits, so that neither rounding nor the ellipsoid (0.6 % off this sphere) leaves
# the promised ring.
_MARGIN: Final = 0.01
_EARTH_RADIUS_M: Final = 6_371_008.8
_TWO_TO_64: Final = float(2**64)


def site_key_of(organization_id: int, lat: float, lon: float) -> str:
    """What the displacement of a site hangs on: its owner and its place to about 100 m.

    Two sites of one owner in one place are displaced alike, and a site deleted and entered again
    likewise: otherwise the average of several displacements would give the place away. The owner
    is part of it, so nobody can test a guess by entering a site of their own there.
    """
    return f"{organization_id}:{lat:.3f}:{lon:.3f}"


def displaced(lat: float, lon: float, *, key: bytes, site_key: str) -> Position:
    """Move a position by 2 to 10 km, always the same way for the same key and site.

    Uniform by area over the ring between the two distances: the radius is drawn as
    `sqrt(near² + u (far² − near²))`, the bearing evenly; `u` and the bearing come from an
    HMAC-SHA-256, so nobody without the key can undo or predict them. Great-circle destination
    (degrees in and out), right near the poles and across the 180th meridian.
    """
    assert key, "an empty key would make every displacement public"
    check_position(lat, lon)
    digest = hmac.new(key, site_key.encode(), hashlib.sha256).digest()
    share = int.from_bytes(digest[:8], "big") / _TWO_TO_64
    bearing = 2.0 * math.pi * int.from_bytes(digest[8:16], "big") / _TWO_TO_64
    near, far = NEAREST_M * (1.0 + _MARGIN), FARTHEST_M * (1.0 - _MARGIN)
    distance_m = math.sqrt(near * near + share * (far * far - near * near))
    return _destination(lat, lon, distance_m / _EARTH_RADIUS_M, bearing)


def _destination(lat: float, lon: float, angle: float, bearing: float) -> Position:
    start = math.radians(lat)
    sine = math.sin(start) * math.cos(angle) + math.cos(start) * math.sin(angle) * math.cos(bearing)
    sine = max(-1.0, min(1.0, sine))
    east = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(start),
        math.cos(angle) - math.sin(start) * sine,
    )
    turned = (lon + math.degrees(east) + 180.0) % 360.0 - 180.0
    return math.degrees(math.asin(sine)), turned
