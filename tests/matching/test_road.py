"""The road curve at its knots, between them and beyond the last."""

from __future__ import annotations

import numpy as np
import pytest

from matching import RoadCurve


def test_the_default_curve_passes_its_knots_and_goes_on_with_the_last_slope():
    km = np.array([0.0, 37.5, 75.0, 150.0, 250.0, 400.0, 750.0, 1100.0])
    assert RoadCurve()(km).tolist() == [0.0, 58.0, 104.0, 192.0, 313.0, 487.0, 888.0, 1289.0]


def test_between_two_knots_the_curve_is_straight():
    assert RoadCurve()(np.array([18.75, 112.5])).tolist() == [29.0, 148.0]


def test_the_answer_has_the_shape_of_the_question():
    assert RoadCurve([0, 1], [0, 2])(np.array([[0.5], [3.0]])).tolist() == [[1.0], [6.0]]


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
