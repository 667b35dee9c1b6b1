"""Great-circle distance on the mean sphere: for finding what is near, never for prices."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

MEAN_RADIUS_KM: Final = 6371.0088


def great_circle_km(
    lat: float, lon: float, lats: ArrayLike, lons: ArrayLike
) -> NDArray[np.float64]:
    """Kilometres from one position to many, shape of `lats`; degrees in. Haversine formula.

    Up to 0.6 % off the ellipsoid, which does not matter for what is nearest.
    """
    here_lat, here_lon = np.radians(lat), np.radians(lon)
    there_lat, there_lon = np.radians(lats), np.radians(lons)
    half = (
        np.sin((there_lat - here_lat) / 2.0) ** 2
        + np.cos(here_lat) * np.cos(there_lat) * np.sin((there_lon - here_lon) / 2.0) ** 2
    )
    return np.asarray(2.0 * MEAN_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0))))
