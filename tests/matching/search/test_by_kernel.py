"""The compiled engine gives the same bits as the reference, wherever the market lies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Costs, all_pairs, build_index, top_k, untested_pairs
from matching.distance import local_km
from matching.search import by_kernel
from tests.matching.markets import (
    BEELINE,
    INF,
    NAN,
    make_demands,
    make_streams,
    markets,
    random_market,
)

CURVE = Costs(3.0, 0.1, 2.0)


def assert_same(one, other):
    for field in fields(one):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        assert mine.dtype == theirs.dtype
        assert np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f"), field.name


def assert_engines_agree(streams, demands, costs, k=3):
    by_name = {name: build_index(demands) for name in ("numpy", "numba")}
    ranked, found, untested = (
        [search(streams, index, costs, engine=name) for name, index in by_name.items()]
        for search in (
            lambda *given, **engine: top_k(*given, k, **engine),
            all_pairs,
            untested_pairs,
        )
    )
    for pair in (ranked, found, untested):
        assert_same(*pair)


@settings(max_examples=300, deadline=None)
@given(markets, st.sampled_from([CURVE, BEELINE]), st.integers(1, 4))
def test_both_engines_give_the_same_bits(market, costs, k):
    assert_engines_agree(*market, costs, k)


@pytest.mark.parametrize("centre", ["inland", "antimeridian", "north pole", "south pole"])
def test_both_engines_agree_on_a_larger_market_cut_into_blocks(centre, monkeypatch):
    monkeypatch.setattr(by_kernel, "BLOCK_STREAMS", 64)
    streams, demands = random_market(5, 500, 300, 5, centre)
    assert len(all_pairs(streams, demands, CURVE)) > 500
    assert_engines_agree(streams, demands, CURVE, 10)


def test_numbers_equal_in_single_precision_are_compared_as_they_are():
    tiny = 1e-12  # far below what float32 tells apart at 5
    streams = make_streams(3, typical=[[5.0 + tiny], [5.0], [5.0 - tiny]])
    demands = make_demands(2, upper=[[5.0], [INF]], lower=[[-INF], [5.0]])
    pairs = all_pairs(streams, demands, CURVE, engine="numba")
    assert pairs.row().tolist() == [0, 1, 1, 2]
    assert pairs.demand.tolist() == [1, 0, 1, 0]


def test_numbers_beyond_single_precision_are_compared_as_they_are():
    streams = make_streams(2, typical=[[1e300], [1e299]])
    demands = make_demands(2, upper=[[2e299], [INF]])
    pairs = all_pairs(streams, demands, CURVE, engine="numba")
    assert pairs.row().tolist() == [0, 1, 1]
    assert pairs.demand.tolist() == [1, 0, 1]


def test_ties_go_to_the_lower_demand_also_when_the_best_are_full():
    lon = [0.3, 0.1, 0.2, 0.1, 0.3, 0.0]
    demands = make_demands(6, lon=lon, price_per_t=[80.0, 50.0, 80.0, 80.0, 80.0, 80.0])
    free = Costs(0.0, 0.0, 0.0)
    for k, expected in ((1, [0]), (3, [0, 2, 3]), (8, [0, 2, 3, 4, 5, 1, -1, -1])):
        for engine in ("numpy", "numba"):
            ranking = top_k(make_streams(), demands, free, k, engine=engine)
            assert ranking.demand.tolist() == [expected]


def test_a_pair_that_the_kernel_leaves_open_joins_the_best_where_it_belongs():
    # The second demand's radius ends at the stream, so that only the exact distance decides.
    streams = make_streams(lat=[30.0])
    lat, lon = [30.0, 30.5, 30.1], [0.0, 0.5, 0.0]
    radius = [100.0, 0.0, 100.0]
    radius[1] = float(local_km(30.0, 0.0, 30.5, 0.5)) * (1 + 5e-5)
    demands = make_demands(3, lat=lat, lon=lon, radius_km=radius, price_per_t=[40.0, 70.0, 40.0])
    for engine in ("numpy", "numba"):
        ranking = top_k(streams, demands, CURVE, 2, engine=engine)
        assert ranking.demand.tolist() == [[1, 0]]
        assert ranking.funnel.tolist() == [[3] * 6]


def test_a_road_that_is_no_curve_is_asked_for_the_whole_block():
    asked = []

    class Twice:
        def trips_km(self, ends, geodesic_km):
            assert len(ends[3]) == len(geodesic_km)
            asked.append(len(geodesic_km))
            return 2 * geodesic_km

    costs = Costs(3.0, 0.1, 2.0, road=Twice())
    streams = make_streams(40, lat=np.linspace(0.0, 0.4, 40))
    demands = make_demands(25, lon=np.linspace(0.0, 0.5, 25))
    assert_engines_agree(streams, demands, costs)
    assert asked.count(1000) >= 6
    assert max(asked) == 1000


def test_unknown_values_are_told_apart_from_broken_limits():
    streams = make_streams(2, typical=[[NAN, 3.0], [NAN, 9.0]])
    demands = make_demands(upper=[[1.0, 8.0]])
    ranking = top_k(streams, demands, CURVE, engine="numba")
    assert ranking.untested.tolist() == [1, 0]
    assert ranking.funnel.tolist() == [[1, 1, 1, 1, 0, 0]] * 2


@pytest.mark.parametrize("parameters", [0, 1, 4, 5, 32, 33, 70])
def test_any_number_of_parameters_is_compared_to_the_last(parameters):
    typical = np.full((2, parameters), 5.0)
    typical[1, -1:] = 6.5
    upper = np.full((1, parameters), 6.0)
    streams = make_streams(2, typical=typical)
    demands = make_demands(lower=np.full((1, parameters), -INF), upper=upper)
    pairs = all_pairs(streams, demands, CURVE, engine="numba")
    assert pairs.row().tolist() == ([0] if parameters else [0, 1])


@pytest.mark.parametrize("lon", [-180.0, -90.0, -1.0, 0.0, 33.0, 90.0, 180.0])
@pytest.mark.parametrize("pole", [-1, 1])
def test_a_circle_over_a_pole_finds_the_opposite_meridian_once(lon, pole):
    opposite = lon - 180.0 if lon > 0 else lon + 180.0
    count = 3000  # as many as there is room for on the bench
    streams = make_streams(3, lat=[89.95 * pole] * 3, lon=[lon, opposite, lon])
    demands = make_demands(count, lat=[89.9 * pole] * count, lon=[opposite] * count)
    assert_engines_agree(streams, demands, CURVE)
    ranking = top_k(streams, demands, CURVE, 2, engine="numba")
    assert ranking.demand.tolist() == [[0, 1]] * 3
    assert ranking.funnel.tolist() == [[count] * 6] * 3


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_many_threads_ask_about_the_same_large_areas(engine):
    angle = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    areas = [
        shapely.Polygon(np.column_stack((x + 3 * np.cos(angle), 3 * np.sin(angle))))
        for x in range(4)
    ]
    random = np.random.default_rng(3)
    streams = make_streams(400, lat=random.uniform(-4, 4, 400), lon=random.uniform(-4, 8, 400))
    index = build_index(make_demands(4, area=areas))
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(top_k, streams, index, BEELINE, engine=engine) for _ in range(16)]
    expected = top_k(streams, build_index(make_demands(4, area=areas)), BEELINE, engine="numpy")
    for answer in asked:
        assert_same(answer.result(), expected)


def test_both_names_of_the_antimeridian_lie_in_their_own_bands():
    lat = np.repeat(np.arange(-30.5, 30.0), 2)
    demands = make_demands(len(lat), lat=lat, lon=np.tile([180.0, -180.0], len(lat) // 2))
    streams = make_streams(60, lat=np.arange(-30.0, 30.0), lon=np.tile([-180.0, 180.0], 30))
    assert_engines_agree(streams, demands, CURVE)
