"""Coordinate systems: published pairs, round trips, and what is no position at all."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import Invalid
from models.places.coordinates import (
    CoordinateSystem,
    bd09_to_gcj02,
    bd09_to_wgs84,
    check_position,
    from_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    is_shifted,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

IN_CHINA = st.tuples(st.floats(18.0, 53.5), st.floats(74.0, 134.5))


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((31.1774276, 121.5272106), (31.1753040, 121.5315419)),
        ((22.543847, 113.912316), (22.5407961, 113.9171765)),
        ((39.911954, 116.377817), (39.9133455, 116.3840472)),
    ],
    ids=["Shanghai", "Shenzhen", "Beijing"],
)
def test_published_pairs_agree(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert wgs84_to_gcj02(*wgs84) == pytest.approx(gcj02, abs=1e-6)
    assert gcj02_to_wgs84(*gcj02) == pytest.approx(wgs84, abs=1e-6)


def test_a_published_pair_of_baidu_agrees() -> None:
    assert gcj02_to_bd09(39.915, 116.404) == pytest.approx((39.9213370, 116.4103695), abs=1e-7)
    # Published with a one-step inverse, which is right to some centimetres.
    assert bd09_to_gcj02(39.915, 116.404) == pytest.approx((39.9086567, 116.3976273), abs=1e-6)


@given(IN_CHINA)
def test_there_and_back_again_is_the_same_place(position: tuple[float, float]) -> None:
    assert gcj02_to_wgs84(*wgs84_to_gcj02(*position)) == pytest.approx(position, abs=1e-8)
    assert bd09_to_wgs84(*wgs84_to_bd09(*position)) == pytest.approx(position, abs=1e-8)


@given(IN_CHINA, st.sampled_from(CoordinateSystem))
def test_every_system_has_its_inverse(
    position: tuple[float, float], system: CoordinateSystem
) -> None:
    there = from_wgs84(*position, system)
    assert to_wgs84(*there, system) == pytest.approx(position, abs=1e-8)
    assert (there == position) is (system is CoordinateSystem.WGS84)


@given(IN_CHINA)
def test_the_shift_is_some_hundred_metres(position: tuple[float, float]) -> None:
    lat, lon = wgs84_to_gcj02(*position)
    north_m = (lat - position[0]) * 111_000
    east_m = (lon - position[1]) * 111_000 * math.cos(math.radians(position[0]))
    assert 10 < math.hypot(north_m, east_m) < 1_200


@given(st.tuples(st.floats(-90, 90), st.floats(-180, 180)).filter(lambda p: not is_shifted(*p)))
def test_positions_abroad_are_left_alone(position: tuple[float, float]) -> None:
    for system in CoordinateSystem:
        assert from_wgs84(*position, system) == position
        assert to_wgs84(*position, system) == position


@pytest.mark.parametrize("lat", [90.0001, -91.0, math.nan, math.inf, -math.inf])
def test_an_impossible_latitude_is_refused(lat: float) -> None:
    with pytest.raises(Invalid) as refused:
        check_position(lat, 0.0)
    assert refused.value.code == "latitude-impossible"
    assert refused.value.facts == {"field": "lat"}


@pytest.mark.parametrize("lon", [180.0001, -181.0, math.nan, math.inf, -math.inf])
def test_an_impossible_longitude_is_refused(lon: float) -> None:
    with pytest.raises(Invalid) as refused:
        check_position(0.0, lon)
    assert refused.value.code == "longitude-impossible"
    assert refused.value.facts == {"field": "lon"}


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_position_on_earth_stands(lat: float, lon: float) -> None:
    assert check_position(lat, lon) is None
