"""What streams, demands and costs refuse, by name and index."""

from __future__ import annotations

import numpy as np
import pytest

from matching import Costs
from matching.market.arrays import delivered_value
from tests.matching.markets import INF, NAN, make_demands, make_streams

ZEROS = np.zeros(2)


@pytest.mark.parametrize(
    ("field", "values", "message"),
    [
        ("lat", [0.0, NAN], r"lat\[1\]: is not a finite number"),
        ("lat", [0.0, -90.5], r"lat\[1\]: is outside -90 to 90 degrees"),
        ("lat", [[0.0, 1.0]], r"lat: expected shape \(any\), got \(1, 2\)"),
        ("lon", [180.5, 0.0], r"lon\[0\]: is outside -180 to 180 degrees"),
        ("lon", [0.0], r"lon: expected shape \(2\), got \(1,\)"),
        ("lon", ["east", "west"], "lon: expected numbers"),
        ("code", [1, -1], r"code\[1\]: is negative"),
        ("code", [1.0, 2.0], "code: expected whole numbers, got float64"),
        ("quantity_t", [1.0, -1.0], r"quantity_t\[1\]: is negative"),
        ("ask_per_t", [INF, 0.0], r"ask_per_t\[0\]: is not a finite number"),
        ("vehicles", [1, 2**53], r"vehicles\[1\]: is above 2\^53 - 1"),
        ("months", [1, 0x1000], r"months\[1\]: has more than twelve bits"),
        ("typical", [[1.0], [-INF]], r"typical\[1, 0\]: is infinite"),
        ("typical", [1.0, 2.0], r"typical: expected shape \(2, any\), got \(2,\)"),
        ("minimum", [[NAN], [5.5]], r"minimum\[1, 0\]: is above typical"),
        ("maximum", [[4.5], [NAN]], r"typical\[0, 0\]: is above maximum"),
        ("maximum", [[5.5, 6.0]] * 2, r"maximum: expected shape \(2, 1\), got \(2, 2\)"),
    ],
)
def test_malformed_streams_are_refused_by_name_and_index(field, values, message):
    with pytest.raises(ValueError, match=message):
        make_streams(2, **{field: values})


def test_a_minimum_above_the_maximum_is_refused():
    with pytest.raises(ValueError, match=r"minimum\[0, 1\]: is above maximum"):
        make_streams(typical=[[NAN, NAN]], minimum=[[1.0, 2.0]], maximum=[[1.0, 1.5]])


@pytest.mark.parametrize(
    ("field", "values", "message"),
    [
        ("radius_km", [1.0, -1.0], r"radius_km\[1\]: is negative or NaN"),
        ("radius_km", [NAN, 1.0], r"radius_km\[0\]: is negative or NaN"),
        ("price_per_t", [0.0, NAN], r"price_per_t\[1\]: is not a finite number"),
        ("capacity_t", [0.0, -2.0], r"capacity_t\[1\]: is negative"),
        ("lower", [[0.0], [NAN]], r"lower\[1, 0\]: is NaN; no limit is -inf"),
        ("upper", [[0.0], [NAN]], r"upper\[1, 0\]: is NaN; no limit is \+inf"),
        ("lower", [[0.0], [INF]], r"lower\[1, 0\]: is \+inf, which nothing can meet"),
        ("upper", [[0.0], [-INF]], r"upper\[1, 0\]: is -inf, which nothing can meet"),
        ("code_ptr", [1, 1, 2], r"code_ptr\[0\]: is not 0"),
        ("code_ptr", [0, 2, 1], r"code_ptr\[2\]: is below the one before it"),
        ("code_ptr", [0, 1, 1], r"code_ptr\[2\]: is 1, expected 2"),
        ("code_ptr", [0, 2], r"code_ptr: expected shape \(3\), got \(2,\)"),
        ("code_idx", [7, -7], r"code_idx\[1\]: is negative"),
        ("months", [0, 5000], r"months\[1\]: has more than twelve bits"),
    ],
)
def test_malformed_demands_are_refused_by_name_and_index(field, values, message):
    with pytest.raises(ValueError, match=message):
        make_demands(2, **{field: values})


def test_limits_that_exclude_each_other_are_refused():
    with pytest.raises(ValueError, match=r"lower\[0, 1\]: is above upper"):
        make_demands(lower=[[0.0, 3.0]], upper=[[1.0, 2.0]])


def test_a_demand_names_each_code_once():
    with pytest.raises(ValueError, match=r"code_idx\[3\]: repeats a code of the same demand"):
        make_demands(2, code_ptr=[0, 1, 4], code_idx=[5, 5, 6, 5])


def test_what_is_checked_can_no_longer_be_changed():
    lat = np.array([10.0])
    streams = make_streams(lat=lat)
    lat[0] = 99.0
    assert streams.lat.tolist() == [10.0]
    with pytest.raises(ValueError, match="read-only"):
        streams.lat[0] = 99.0


def test_whole_numbers_become_floats_and_lengths_are_known():
    streams, demands = make_streams(3, lat=[1, 2, 3]), make_demands(2)
    assert (streams.lat.dtype, streams.code.dtype) == (np.float64, np.int64)
    assert (len(streams), len(demands)) == (3, 2)


@pytest.mark.parametrize("field", ["loading_per_t", "haul_per_t_km", "handling_per_t"])
@pytest.mark.parametrize("value", [-1.0, NAN, INF])
def test_costs_are_finite_and_not_negative(field, value):
    costs = {"loading_per_t": 1.0, "haul_per_t_km": 1.0, "handling_per_t": 1.0, field: value}
    with pytest.raises(ValueError, match=f"^{field}: is "):
        Costs(**costs)


def test_the_haul_is_loading_plus_rate_times_road():
    costs = Costs(3.0, 0.5, 9.0)
    road = costs.trips_km((ZEROS, ZEROS, ZEROS, ZEROS), np.array([0.0, 75.0]))
    assert road.tolist() == [0.0, 104.0]
    assert costs.haul_per_t(road).tolist() == [3.0, 55.0]


class LatitudesApart:
    def trips_km(self, ends, geodesic_km):
        return np.abs(ends[2] - ends[0]) + 1000 * ends[3] + geodesic_km


def test_a_router_learns_where_each_trip_starts_and_ends():
    ends = (np.array([30.0, 40.0]), ZEROS, np.array([33.0, 35.0]), np.array([0.0, 2.0]))
    costs = Costs(1.0, 1.0, 1.0, road=LatitudesApart())
    assert costs.trips_km(ends, np.array([0.25, 0.5])).tolist() == [3.25, 2005.5]


@pytest.mark.parametrize(
    ("road", "message"),
    [
        (lambda km: km[:1], r"road: expected shape \(2\), got \(1,\)"),
        (lambda km: km - 1.5, r"road\[0\]: is negative"),
        (lambda km: km * NAN, r"road\[0\]: is not a finite number"),
    ],
)
def test_a_road_that_answers_wrongly_is_refused(road, message):
    with pytest.raises(ValueError, match=message):
        Costs(1.0, 1.0, 1.0, road=road).trips_km((ZEROS,) * 4, np.array([1.0, 2.0]))


def test_the_delivered_value_is_price_less_haul_handling_and_ask():
    value = delivered_value(np.array([50.0, -10.0]), np.array([8.0, 8.0]), 2.0, np.float64(-20.0))
    assert value.tolist() == [60.0, 0.0]


@pytest.mark.parametrize("road", [3, "curve", None])
def test_a_road_that_cannot_be_asked_is_refused(road):
    with pytest.raises(ValueError, match="road: is neither a curve nor a router"):
        Costs(1.0, 1.0, 1.0, road=road)


def test_costs_given_as_other_numbers_become_floats_and_words_are_refused():
    assert repr(Costs(1, np.float32(0.5), np.array(2.0)).handling_per_t) == "2.0"
    with pytest.raises(ValueError, match="loading_per_t: expected numbers"):
        Costs("3", 1.0, 1.0)


def test_a_road_cannot_change_the_distances_it_is_asked_for():
    costs = Costs(1.0, 1.0, 1.0, road=lambda km: np.add(km, 7.0, out=km))
    with pytest.raises(ValueError, match="read-only"):
        costs.trips_km((ZEROS,) * 4, np.array([1.0, 2.0]))
