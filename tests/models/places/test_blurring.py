"""A displaced position: within the ring, always the same, and not to be guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from models.errors import Invalid
from models.places.blurring import displaced, site_key_of

KEY = b"for tests only"
FIXED = (36.110397937, 117.693165192)
GEOD = Geod(ellps="WGS84")
LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)


def moved_m(lat: float, lon: float, site_key: str, key: bytes = KEY) -> float:
    there_lat, there_lon = displaced(lat, lon, key=key, site_key=site_key)
    assert -90 <= there_lat <= 90
    assert -180 <= there_lon <= 180
    return float(GEOD.inv(lon, lat, there_lon, there_lat)[2])


@given(LATITUDES, LONGITUDES, st.text(max_size=20), st.binary(min_size=1, max_size=40))
def test_the_displacement_is_between_two_and_ten_kilometres_anywhere(
    lat: float, lon: float, site_key: str, key: bytes
) -> None:
    assert 2_000 <= moved_m(lat, lon, site_key, key) <= 10_000


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(90, 0), (-90, 0), (89.999, 12), (-89.98, -70), (10, 180), (10, -180), (66, 179.999)],
)
def test_poles_and_the_180th_meridian_are_no_exception(lat: float, lon: float) -> None:
    distances = [moved_m(lat, lon, str(number)) for number in range(200)]
    assert min(distances) >= 2_000
    assert max(distances) <= 10_000


@given(LATITUDES, LONGITUDES)
def test_the_same_site_is_always_displaced_alike(lat: float, lon: float) -> None:
    once = displaced(lat, lon, key=KEY, site_key="7")
    assert displaced(lat, lon, key=KEY, site_key="7") == once


def test_another_key_or_another_site_is_displaced_elsewhere() -> None:
    known = displaced(36.19, 117.66, key=KEY, site_key="7")
    assert displaced(36.19, 117.66, key=b"another", site_key="7") != known
    assert displaced(36.19, 117.66, key=KEY, site_key="8") != known


def test_the_displacement_of_a_known_site_never_changes_between_releases() -> None:
    assert displaced(36.19, 117.66, key=KEY, site_key="7") == pytest.approx(FIXED, abs=1e-9)


def test_displacements_are_uniform_over_the_ring() -> None:
    distances = [moved_m(36.0, 117.0, str(number)) for number in range(2_000)]
    # Half of the area between 2 and 10 km lies within sqrt((2² + 10²) / 2) = 7.21 km.
    inner = sum(distance < 7_211 for distance in distances)
    assert 920 <= inner <= 1_080
    north = sum(displaced(36.0, 117.0, key=KEY, site_key=str(n))[0] > 36.0 for n in range(2_000))
    assert 920 <= north <= 1_080


def test_sites_of_one_owner_in_one_place_share_their_key() -> None:
    assert site_key_of(5, 36.19041, 117.66012) == "5:36.190:117.660"
    assert site_key_of(5, 36.19041, 117.66012) == site_key_of(5, 36.19, 117.66)
    assert site_key_of(6, 36.19, 117.66) != site_key_of(5, 36.19, 117.66)


def test_an_impossible_position_is_refused() -> None:
    with pytest.raises(Invalid, match="latitude"):
        displaced(95.0, 0.0, key=KEY, site_key="7")


def test_an_empty_key_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError, match="empty key"):
        displaced(36.0, 117.0, key=b"", site_key="7")
