"""Road graphs by hand, against networkx, from files, and what they refuse."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Costs, Router, geodesic_km
from matching.roads import graph as road_graph
from matching.roads.curve import BY_CURVE, BY_LOCAL_ROADS, BY_ROUTE, RoadCurve
from matching.roads.graph import ACCESS_FACTOR, CHORD_FACTOR, RoadGraph

# Four nodes on the equator a degree (111.319 km) apart, joined in a row; two on an island.
LAT = [0.0, 0.0, 0.0, 0.0, 5.0, 5.0]
LON = [0.0, 1.0, 2.0, 3.0, 0.0, 1.0]
ROADS = {"u": [0, 1, 2, 4], "v": [1, 2, 3, 5], "w_m": [120_000, 130_000.5, 140_000, 115_000]}


def graph(**changes):
    return RoadGraph(**({"lat": LAT, "lon": LON} | ROADS | changes))


def asked(*trips):
    """Ends and geodesics of trips that are told as (lat, lon, other lat, other lon)."""
    ends = tuple(np.array(trips, dtype=np.float64).reshape(-1, 4).T)
    return ends, geodesic_km(*ends)


def test_a_trip_between_two_nodes_is_the_path_between_them_times_the_factor_of_chords():
    trips = graph().trips(*asked((0, 0, 0, 1), (0, 3, 0, 0), (5, 1, 5, 0)))
    assert trips.km.tolist() == [1.05 * 120, 1.05 * 390.0005, 1.05 * 115]
    assert trips.basis.tolist() == [BY_ROUTE] * 3


def test_the_ways_to_the_road_count_by_the_factor_of_access():
    ends, geodesic = asked((0.1, 0, -0.2, 2))
    legs = geodesic_km(np.array([0.1, -0.2]), np.array([0, 2]), np.zeros(2), np.array([0, 2]))
    km = graph().trips_km(ends, geodesic)
    assert km.tolist() == [1.3 * (legs[0] + legs[1]) + 1.05 * 250.0005]


def test_ends_at_one_node_are_joined_by_local_roads():
    ends, geodesic = asked((0.1, 0, 0, 0.1), (0.1, 0, 0.1, 0), (0, 0, 0, 0.2))
    trips = graph().trips(ends, geodesic)
    assert trips.km.tolist() == (1.3 * geodesic).tolist()
    assert trips.km[1] == 0
    # From the node itself both ways are the same, so it counts as the road's.
    assert trips.basis.tolist() == [BY_LOCAL_ROADS, BY_LOCAL_ROADS, BY_ROUTE]


def test_ends_nearer_to_each_other_than_to_their_nodes_are_joined_by_local_roads():
    ends, geodesic = asked((2, 0.49, 2, 0.51))
    trips = graph().trips(ends, geodesic)
    assert trips.km.tolist() == (1.3 * geodesic).tolist()
    assert trips.count(BY_LOCAL_ROADS) == 1


def test_where_no_road_leads_the_curve_answers_and_is_counted():
    ends, geodesic = asked((0, 0, 5, 0), (0, 0, 0, 1))
    curve = RoadCurve([0, 1], [0, 3])
    trips = graph(curve=curve).trips(ends, geodesic)
    assert trips.km.tolist() == [3 * geodesic[0], 1.05 * 120]
    assert trips.basis.tolist() == [BY_CURVE, BY_ROUTE]
    assert [trips.count(basis) for basis in (BY_ROUTE, BY_LOCAL_ROADS, BY_CURVE)] == [1, 0, 1]


def test_no_road_is_shorter_than_the_line():
    ends, geodesic = asked((0, 0, 0, 1))
    assert graph(w_m=[1_000, 1, 1, 1]).trips_km(ends, geodesic).tolist() == geodesic.tolist()
    assert graph(w_m=[0, 0, 0, 0]).trips_km(ends, geodesic).tolist() == geodesic.tolist()


def test_of_equally_near_nodes_the_lowest_index_is_taken():
    twice = RoadGraph([0, 0, 0, 0], [1, 1, -1, 5], [0, 1, 2], [3, 2, 3], [9e6, 1e6, 5e6])
    assert twice.trips_km(*asked((0, 0, 0, 5)))[0] > 9_000


def test_a_node_beyond_the_antimeridian_is_near():
    across = RoadGraph([0, 0], [170.0, -179.9], [0], [1], [2_000_000])
    ends, geodesic = asked((0, 179.95, 0, -179.9))
    assert across.trips_km(ends, geodesic).tolist() == (1.3 * geodesic).tolist()
    assert geodesic[0] < 17


def test_it_is_a_router_of_costs_and_no_trips_take_no_road():
    costs = Costs(1.0, 1.0, 1.0, road=graph())
    assert isinstance(costs.road, Router)
    assert costs.trips_km(*asked((0, 0, 0, 1))).tolist() == [126.0]
    assert costs.trips_km(*asked()).shape == (0,)


def test_a_graph_of_one_node_without_roads_stands():
    lonely = RoadGraph([0], [0], np.empty(0, dtype=int), np.empty(0, dtype=int), [])
    ends, geodesic = asked((0, 1, 0, -1))
    trips = lonely.trips(ends, geodesic)
    assert trips.km.tolist() == (1.3 * geodesic).tolist()
    assert len(lonely) == 1


degrees = st.integers(-20, 20).map(lambda tenths: tenths / 10)
places = st.lists(st.tuples(degrees, degrees), min_size=2, max_size=8, unique=True)


@st.composite
def markets(draw):
    nodes = draw(places)
    node = st.integers(0, len(nodes) - 1)
    metres = st.integers(0, 400_000_000).map(lambda millimetres: millimetres / 1000)
    roads = draw(st.lists(st.tuples(node, node, metres), min_size=1, max_size=14))
    return nodes, roads, draw(st.lists(st.tuples(degrees, degrees, degrees, degrees), max_size=6))


@settings(deadline=None)
@given(markets())
def test_every_trip_is_what_networkx_and_the_formula_say(market):
    nodes, roads, trips = market
    lat, lon = np.array(nodes).T
    u, v, w_m = (np.array(column) for column in zip(*roads, strict=True))
    ends, geodesic = asked(*trips)
    answer = RoadGraph(lat, lon, u, v, w_m).trips(ends, geodesic)
    oracle = nx.MultiGraph()
    oracle.add_nodes_from(range(len(nodes)))
    oracle.add_weighted_edges_from((a, b, round(m * 1000)) for a, b, m in roads)
    paths = dict(nx.all_pairs_dijkstra_path_length(oracle))
    curve = RoadCurve()(geodesic)

    def nearest(place_lat, place_lon):
        """All nodes that may pass for the nearest: sphere and ellipsoid differ a little."""
        far = geodesic_km(np.full(len(lat), place_lat), np.full(len(lat), place_lon), lat, lon)
        return [(k, float(far[k])) for k in np.flatnonzero(far <= far.min() * 1.01 + 1e-9)]

    for number, trip in enumerate(trips):
        line = float(geodesic[number])
        wanted = []
        for a, leg in nearest(*trip[:2]):
            for b, other in nearest(*trip[2:]):
                road = float(curve[number])
                if b in paths[a]:
                    road = ACCESS_FACTOR * (leg + other) + CHORD_FACTOR * (paths[a][b] / 1e6)
                if line <= leg + other:
                    road = min(road, ACCESS_FACTOR * line)
                wanted.append(max(road, line))
        assert float(answer.km[number]) in wanted


@settings(deadline=None, max_examples=30)
@given(markets(), st.randoms(use_true_random=False))
def test_a_trip_is_the_same_to_the_bit_back_again_alone_and_in_any_order(market, chance):
    nodes, roads, trips = market
    lat, lon = np.array(nodes).T
    u, v, w_m = (np.array(column) for column in zip(*roads, strict=True))
    here = RoadGraph(lat, lon, u, v, w_m)
    ends, geodesic = asked(*trips)
    together = here.trips_km(ends, geodesic)
    assert here.trips_km(ends, geodesic).tolist() == together.tolist()
    fresh = pickle.loads(pickle.dumps(here))
    order = list(range(len(trips)))
    chance.shuffle(order)
    for number in order:
        back = tuple(ends[axis][number : number + 1] for axis in (2, 3, 0, 1))
        assert fresh.trips_km(back, geodesic[number : number + 1])[0] == together[number]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lat": [], "lon": []}, "lat: expected at least 1 node"),
        ({"lat": [*LAT[:5], 91.0]}, r"lat\[5\]: is outside -90 to 90 degrees"),
        ({"lon": [*LON[:5], np.nan]}, r"lon\[5\]: is not a finite number"),
        ({"lon": LON[:5]}, r"lon: expected shape \(6\), got \(5,\)"),
        ({"u": [0, 1, 6, 4]}, r"u\[2\]: is no node; there are 6"),
        ({"v": [0, 1, 2, -1]}, r"v\[3\]: is negative"),
        ({"v": [0, 1, 2]}, r"v: expected shape \(4\), got \(3,\)"),
        ({"u": [0.0, 1.0, 2.0, 3.0]}, "u: expected whole numbers, got float64"),
        ({"w_m": [1, -1, 1, 1]}, r"w_m\[1\]: is negative"),
        ({"w_m": [1, 1, np.nan, 1]}, r"w_m\[2\]: is not a finite number"),
        ({"w_m": [1, 1, 1, 1.1e7]}, r"w_m\[3\]: is above 10000000 m"),
        ({"w_m": [1, 1, 1]}, r"w_m: expected shape \(4\), got \(3,\)"),
    ],
)
def test_a_graph_that_cannot_be_is_refused_by_name_and_index(changes, message):
    with pytest.raises(ValueError, match=message):
        graph(**changes)


@pytest.mark.parametrize(
    ("trip", "geodesic", "message"),
    [
        ((95, 0, 0, 0), [1.0], r"lat\[0\]: is outside"),
        ((0, 0, 0, 181), [1.0], r"lon\[0\]: is outside"),
        ((0, 0, 0, 1), [-1.0], r"geodesic_km\[0\]: is negative"),
        ((0, 0, 0, 1), [1.0, 1.0], r"lat: expected shape \(2\), got \(1,\)"),
    ],
)
def test_a_trip_that_cannot_be_is_refused_by_name_and_index(trip, geodesic, message):
    ends = tuple(np.array([float(degree)]) for degree in trip)
    with pytest.raises(ValueError, match=message):
        graph().trips_km(ends, np.array(geodesic))


def real_shape(nodes=400, seed=5):
    """Arrays as the shared graphs have them: thousandths of degrees, whole metres, a licence."""
    chance = np.random.default_rng(seed)
    lat, lon = chance.integers(30_000, 34_000, nodes), chance.integers(110_000, 114_000, nodes)
    pairs = np.unique(np.sort(chance.integers(0, nodes, (3 * nodes, 2)), axis=1), axis=0)
    u, v = pairs[pairs[:, 0] < pairs[:, 1]].T
    straight = geodesic_km(lat[u] / 1000, lon[u] / 1000, lat[v] / 1000, lon[v] / 1000)
    return {
        "lat_e3": lat.astype(np.int32),
        "lon_e3": lon.astype(np.int32),
        "u": u.astype(np.uint32),
        "v": v.astype(np.uint32),
        "w_m": np.ceil(straight * 1000).astype(np.uint32),
        "component": np.zeros(nodes, dtype=np.uint16),
        "licence": np.array("© the mappers, ODbL 1.0"),
    }


def test_a_file_of_the_real_shape_is_read_and_answers_as_the_same_graph_in_memory(tmp_path):
    arrays = real_shape()
    np.savez_compressed(tmp_path / "roads.npz", **arrays)
    loaded = RoadGraph.load(tmp_path / "roads.npz")
    assert loaded.licence == "© the mappers, ODbL 1.0"
    lat, lon = arrays["lat_e3"] / 1000, arrays["lon_e3"] / 1000
    made = RoadGraph(lat, lon, arrays["u"], arrays["v"], arrays["w_m"])
    chance = np.random.default_rng(6)
    trips = np.column_stack(
        [chance.uniform(low, low + 4, 300) for low in (30, 110, 30, 110)]
    ).tolist()
    answer = loaded.trips(*asked(*trips))
    assert answer.km.tolist() == made.trips_km(*asked(*trips)).tolist()
    assert answer.count(BY_ROUTE) > 250
    np.savez(
        tmp_path / "degrees.npz", lat=lat, lon=lon, **{k: arrays[k] for k in ("u", "v", "w_m")}
    )
    degrees = RoadGraph.load(str(tmp_path / "degrees.npz"))
    assert degrees.licence == ""
    assert degrees.trips_km(*asked(*trips)).tolist() == answer.km.tolist()


def test_a_path_is_the_sum_of_the_edges_it_takes():
    arrays = real_shape()
    lat, lon = arrays["lat_e3"] / 1000, arrays["lon_e3"] / 1000
    here = RoadGraph(lat, lon, arrays["u"], arrays["v"], arrays["w_m"])
    oracle = nx.Graph()
    rows = zip(*(arrays[name].tolist() for name in ("u", "v", "w_m")), strict=True)
    oracle.add_weighted_edges_from(rows)
    way = nx.dijkstra_path(oracle, 3, 300)
    metres = sum(oracle[a][b]["weight"] for a, b in pairwise(way))
    km = here.trips_km(*asked((lat[3], lon[3], lat[300], lon[300])))
    assert km.tolist() == [1.05 * (metres / 1000)]


def test_threads_that_share_a_graph_get_what_one_alone_gets():
    arrays = real_shape(80)
    lat, lon = arrays["lat_e3"] / 1000, arrays["lon_e3"] / 1000
    facts = lat, lon, arrays["u"], arrays["v"], arrays["w_m"]
    chance = np.random.default_rng(7)
    markets = [
        asked(*chance.uniform((30, 110, 30, 110), (34, 114, 34, 114), (25, 4)).tolist())
        for _ in range(12)
    ]
    alone = [RoadGraph(*facts).trips_km(*market).tolist() for market in markets]
    shared = RoadGraph(*facts)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda market: shared.trips_km(*market).tolist(), markets * 3))
    assert together == alone * 3


@pytest.mark.parametrize("missing", ["lat_e3", "lon_e3", "u", "v", "w_m"])
def test_a_file_without_an_array_is_refused_by_its_name(tmp_path, missing):
    arrays = real_shape(20)
    del arrays[missing]
    np.savez(tmp_path / "roads.npz", **arrays)
    with pytest.raises(ValueError, match=f"{missing.removesuffix('_e3')}: is not in the file"):
        RoadGraph.load(tmp_path / "roads.npz")


def test_a_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / "roads.npz"
    for content in (b"", b"lat,lon\n1,2\n", b"PK\x03\x04 torn"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"the file is no \.npz of plain arrays"):
            RoadGraph.load(path)
    with path.open("wb") as file:
        np.save(file, np.arange(3))
    with pytest.raises(ValueError, match=r"the file is no \.npz of plain arrays"):
        RoadGraph.load(path)
    np.savez(path, **real_shape(20) | {"u": np.array([object()])})
    with pytest.raises(ValueError, match=r"the file is no \.npz of plain arrays"):
        RoadGraph.load(path)
    np.savez(path, **real_shape(20) | {"lat_e3": np.full(20, 91_000)})
    with pytest.raises(ValueError, match=r"lat\[0\]: is outside"):
        RoadGraph.load(path)
    with pytest.raises(FileNotFoundError):
        RoadGraph.load(tmp_path / "nowhere.npz")


def test_what_was_found_is_remembered_and_asked_for_once(monkeypatch):
    calls = []

    def counting(roads, start, end, straight):
        calls.append(len(start))
        return real(roads, start, end, straight)

    real = road_graph.find_paths
    monkeypatch.setattr(road_graph, "find_paths", counting)
    here = graph()
    here.trips_km(*asked((0, 0, 0, 1), (0, 1, 0, 0), (0, 0, 0, 1), (0, 0, 0, 2)))
    here.trips_km(*asked((0, 2, 0, 0), (0, 0, 0, 3)))
    assert calls == [2, 1]
