"""Albers equal-area conic projection, as national maps of China are usually drawn."""

from __future__ import annotations

import math
from typing import Final

# Degrees: the two parallels that keep their length, and the centre of the drawing.
SOUTHERN_PARALLEL: Final = 25.0
NORTHERN_PARALLEL: Final = 47.0
CENTRAL_LATITUDE: Final = 36.0
CENTRAL_MERIDIAN: Final = 105.0

_SINE_SOUTH: Final = math.sin(math.radians(SOUTHERN_PARALLEL))
_CONE: Final = (_SINE_SOUTH + math.sin(math.radians(NORTHERN_PARALLEL))) / 2.0
_CONSTANT: Final = math.cos(math.radians(SOUTHERN_PARALLEL)) ** 2 + 2.0 * _CONE * _SINE_SOUTH


def albers(lat: float, lon: float) -> tuple[float, float]:
    """Degrees to (east, north) in units of the earth's radius, from the centre of the drawing.

    Spherical form, Snyder, Map Projections: A Working Manual (USGS 1395, 1987), equations 14-1 to
    14-6: `n = (sin φ1 + sin φ2) / 2`, `C = cos² φ1 + 2 n sin φ1`, `ρ = sqrt(C − 2 n sin φ) / n`,
    `x = ρ sin(n (λ − λ0))`, `y = ρ0 − ρ cos(n (λ − λ0))`.
    """
    angle = _CONE * math.radians(lon - CENTRAL_MERIDIAN)
    radius = _radius(lat)
    return radius * math.sin(angle), _radius(CENTRAL_LATITUDE) - radius * math.cos(angle)


def _radius(lat: float) -> float:
    return math.sqrt(_CONSTANT - 2.0 * _CONE * math.sin(math.radians(lat))) / _CONE
