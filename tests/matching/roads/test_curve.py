"""The road curve at its knots, between them and beyond the last; curves from measured circuity."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import RoadCurve
from matching.roads.curve import (
    BY_CURVE,
    BY_ROUTE,
    GEODESIC_KM,
    MEASURED_CIRCUITY,
    ROAD_KM,
    trips_of,
)


def test_the_default_curve_passes_its_knots_and_goes_on_with_the_last_slope():
    km = np.array([0.0, 37.5, 75.0, 150.0, 250.0, 400.0, 750.0, 1100.0])
    assert RoadCurve()(km).tolist() == [0.0, 58.0, 104.0, 192.0, 313.0, 487.0, 888.0, 1289.0]


def test_between_two_knots_the_curve_is_straight():
    assert RoadCurve()(np.array([18.75, 112.5])).tolist() == [29.0, 148.0]


def test_the_answer_has_the_shape_of_the_question():
    assert RoadCurve([0, 1], [0, 2])(np.array([[0.5], [3.0]])).tolist() == [[1.0], [6.0]]
    assert RoadCurve()(np.empty(0)).shape == (0,)


def test_the_slopes_are_stated_for_other_engines_the_last_one_twice():
    curve = RoadCurve([0, 1, 3], [0, 2, 3])
    assert curve.slopes.tolist() == [2.0, 0.5, 0.5]
    with pytest.raises(ValueError, match="read-only"):
        curve.slopes[0] = 1.0


@given(st.floats(0, 20_000))
def test_the_answer_is_one_multiplication_and_one_addition_each_rounded_once(distance):
    curve = RoadCurve()
    knot = max(j for j, start in enumerate(GEODESIC_KM) if start <= distance)
    beyond = float(Fraction(distance) - Fraction(GEODESIC_KM[knot]))
    product = float(Fraction(float(curve.slopes[knot])) * Fraction(beyond))
    wanted = float(Fraction(ROAD_KM[knot]) + Fraction(product))
    assert curve(np.array([distance])).tolist() == [wanted]


@given(st.lists(st.floats(0, 3_000), min_size=2, max_size=40))
def test_a_longer_line_has_no_shorter_road_and_no_road_is_shorter_than_its_line(distances):
    km = np.sort(np.array(distances))
    road = RoadCurve()(km)
    assert (np.diff(road) >= -1e-12 * road[1:]).all()
    assert (road >= km).all()


@pytest.mark.parametrize(
    ("geodesic", "road", "message"),
    [
        ([0], [0], "geodesic_km: expected at least 2 knots, got 1"),
        ([1, 2], [0, 2], r"geodesic_km\[0\]: is not 0"),
        ([0, 2], [1, 2], r"road_km\[0\]: is not 0"),
        ([0, 2, 2], [0, 2, 3], r"geodesic_km\[2\]: does not rise"),
        ([0, 1, 2], [0, 3, 2], r"road_km\[2\]: falls"),
        ([0, 1], [0, 1, 2], r"road_km: expected shape \(2\), got \(3,\)"),
        ([0, np.nan], [0, 1], r"geodesic_km\[1\]: is not a finite number"),
    ],
)
def test_knots_that_make_no_curve_are_refused(geodesic, road, message):
    with pytest.raises(ValueError, match=message):
        RoadCurve(geodesic, road)


@pytest.mark.parametrize("distance", [-1.0, np.nan, np.inf])
def test_a_distance_that_is_none_is_refused(distance):
    with pytest.raises(ValueError, match=r"geodesic_km\[1\]"):
        RoadCurve()(np.array([1.0, distance]))


def test_a_band_of_measured_circuity_becomes_a_knot_at_its_middle():
    curve = RoadCurve.from_circuity([10, 30], [20, 50], [2.0, 1.5])
    assert curve.geodesic_km.tolist() == [0.0, 15.0, 40.0]
    assert curve.road_km.tolist() == [0.0, 30.0, 60.0]


def test_the_default_curve_is_what_was_measured_from_25_km_on_in_whole_kilometres():
    start, end, circuity, _ = np.array(MEASURED_CIRCUITY[1:]).T
    curve = RoadCurve.from_circuity(start, end, circuity)
    assert curve.geodesic_km.tolist() == list(GEODESIC_KM)
    assert np.abs(curve.road_km - ROAD_KM).max() <= 0.5 + 1e-9


@pytest.mark.parametrize(
    ("start", "end", "circuity", "message"),
    [
        ([10, 15], [20, 30], [2, 1.5], r"from_km\[1\]: overlaps the band before it"),
        ([10], [10], [1.5], r"to_km\[0\]: is not above from_km"),
        ([-1], [10], [1.5], r"from_km\[0\]: is negative"),
        ([0], [10], [0.9], r"circuity\[0\]: is below 1"),
        ([0, 10], [10, 20], [1.5, np.nan], r"circuity\[1\]: is not a finite number"),
        ([0], [10], [1.5, 1.5], r"circuity: expected shape \(1\), got \(2,\)"),
        ([0, 10], [10, 12], [9.0, 1.1], r"road_km\[2\]: falls"),
        ([], [], [], "geodesic_km: expected at least 2 knots, got 1"),
    ],
)
def test_a_table_of_circuity_that_makes_no_curve_is_refused(start, end, circuity, message):
    with pytest.raises(ValueError, match=message):
        RoadCurve.from_circuity(start, end, circuity)


def test_trips_are_never_shorter_than_the_geodesic_and_are_counted_by_basis():
    basis = np.array([BY_ROUTE, BY_CURVE, BY_ROUTE], dtype=np.uint8)
    trips = trips_of(np.array([5.0, 1.0, 3.0]), basis, np.array([4.0, 2.0, 3.0]))
    assert trips.km.tolist() == [5.0, 2.0, 3.0]
    assert (trips.count(BY_ROUTE), trips.count(BY_CURVE)) == (2, 1)
