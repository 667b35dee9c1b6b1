"""The error of the local-radius formula, and the exact distance, on known and random pairs."""

from __future__ import annotations

import numpy as np
import pytest
from geographiclib.test.test_geodesic import GeodesicTest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import geodesic_km, local_km
from matching.distance import (
    LOCAL_ERROR,
    LOCAL_LIMIT_KM,
    UNCERTAIN_FAR,
    WGS84,
    longitude_reach,
    near_limit,
    points,
    sphere_km,
)

COUNT = 20_000


@pytest.mark.parametrize("band", [(0, 30), (30, 60), (60, 80), (80, 89), (89, 90)])
@pytest.mark.parametrize("longest_km", [0.1, 50, LOCAL_LIMIT_KM])
def test_the_formula_keeps_its_error_bound_in_every_band_of_latitude(band, longest_km):
    random = np.random.default_rng(int(band[0] + longest_km))
    lat = random.uniform(*band, COUNT) * random.choice([-1, 1], COUNT)
    lon = random.uniform(-180, 180, COUNT)
    km = random.uniform(0.5, 1, COUNT) * longest_km
    far_lon, far_lat, _ = WGS84.fwd(lon, lat, random.uniform(0, 360, COUNT), km * 1000)
    error = np.abs(local_km(lat, lon, far_lat, far_lon) / km - 1)
    assert error.max() < LOCAL_ERROR


@pytest.mark.parametrize(
    ("place", "other"),
    [
        ((-17.0, 179.9), (-17.3, -179.8)),
        ((10.0, 180.0), (10.5, -180.0)),
        ((90.0, 33.0), (89.0, -147.0)),
        ((89.5, 0.0), (89.5, 180.0)),
        ((-90.0, 0.0), (-88.0, 10.0)),
    ],
)
def test_the_formula_holds_across_antimeridian_and_poles(place, other):
    assert local_km(*place, *other) == pytest.approx(geodesic_km(*place, *other), rel=LOCAL_ERROR)


def test_the_same_point_is_at_no_distance():
    lat, lon = np.array([0.0, 45.0, 90.0, 10.0]), np.array([0.0, -120.0, 7.0, 180.0])
    assert local_km(lat, lon, lat, lon).tolist() == [0.0, 0.0, 0.0, 0.0]
    assert geodesic_km(lat, lon, lat, lon).tolist() == [0.0, 0.0, 0.0, 0.0]
    assert local_km(10.0, 180.0, 10.0, -180.0) == 0.0


def test_known_lengths_of_the_ellipsoid_are_met():
    # A degree of the equator is a·π/180; the quarter meridian of WGS-84 is 10 001.965 729 km.
    km = geodesic_km([0.0, 0.0], [0.0, 20.0], [0.0, 90.0], [1.0, 20.0])
    assert km.tolist() == pytest.approx([6378.137 * np.pi / 180, 10001.965729], abs=1e-6)


def test_shapes_broadcast():
    assert geodesic_km(np.zeros((3, 1)), 0.0, np.zeros(2), 1.0).shape == (3, 2)
    assert local_km(np.zeros((3, 1)), 0.0, np.zeros(2), 1.0).shape == (3, 2)


def test_what_is_near_a_limit_is_in_doubt():
    distance = np.array([99.98, 99.991, 100.009, 100.02, 601.0, 5.0])
    limit = np.array([100.0, 100.0, 100.0, 100.0, 2000.0, np.inf])
    assert near_limit(distance, limit).tolist() == [False, True, True, False, False, False]
    assert near_limit(distance, limit, 0.7).tolist() == [True, True, True, True, True, False]


def test_the_sphere_keeps_its_error_bound_at_any_distance():
    random = np.random.default_rng(7)
    lat, other_lat = random.uniform(-90, 90, (2, COUNT))
    lon, other_lon = random.uniform(-180, 180, (2, COUNT))
    sphere = sphere_km(points(lat, lon), points(other_lat, other_lon))
    error = np.abs(sphere / geodesic_km(lat, lon, other_lat, other_lon) - 1)
    assert 0.004 < error.max() < 0.006
    assert error.max() < UNCERTAIN_FAR


# The published test lines of GeographicLib (Karney, 2013), as its Python package carries them:
# latitude and longitude, azimuth, both again at the other end, and the length in metres.
LINES = np.array([line[:7] for line in GeodesicTest.testcases])


def test_geodesics_agree_with_the_published_test_lines():
    lat, lon, _, other_lat, other_lon, _, metres = LINES.T
    assert len(LINES) == 20
    assert np.abs(geodesic_km(lat, lon, other_lat, other_lon) * 1000 - metres).max() < 1e-8 * 1.5


@settings(max_examples=200, deadline=None)
@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    radius=st.floats(0, 2000),
    azimuth=st.floats(0, 360),
    share=st.floats(0, 1),
)
def test_no_point_of_a_circle_lies_beyond_its_reach_in_longitude(lat, lon, radius, azimuth, share):
    far_lon, _, _ = WGS84.fwd(lon, lat, azimuth, share * radius * 1000)
    east = abs((far_lon - lon + 180) % 360 - 180)
    assert east <= longitude_reach(np.array([lat]), radius)[0] + 1e-7
