"""Great-circle distance, compared with the ellipsoid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from models.places.distance import great_circle_km

GEOD = Geod(ellps="WGS84")
LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_the_sphere_is_within_six_in_a_thousand_of_the_ellipsoid(
    lat: float, lon: float, there_lat: float, there_lon: float
) -> None:
    exact_km = GEOD.inv(lon, lat, there_lon, there_lat)[2] / 1_000
    assert great_circle_km(lat, lon, there_lat, there_lon) == pytest.approx(
        exact_km, rel=0.006, abs=0.001
    )


def test_many_positions_are_answered_at_once() -> None:
    answer = great_circle_km(36.0, 117.0, [36.0, 37.0], [117.0, 117.0])
    assert answer == pytest.approx([0.0, 111.1951], abs=1e-4)
