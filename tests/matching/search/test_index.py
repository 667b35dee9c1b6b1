"""The search finds everything in reach: over the antimeridian, at poles, round the world."""

from __future__ import annotations

import pickle

import numpy as np
import shapely
from hypothesis import given, settings

from matching import build_index
from matching.search.index import blocks
from tests.matching import reference
from tests.matching.markets import INF, make_demands, markets


def found(index, code, lat, lon):
    group = int(index.groups(np.array([code]))[0])
    point, demand = index.trees.candidates(group, np.array(lat), np.array(lon))
    return sorted(zip(point.tolist(), demand.tolist(), strict=True))


@settings(max_examples=200, deadline=None)
@given(markets)
def test_no_pair_in_reach_is_left_out_and_none_is_found_twice(market):
    streams, demands = market
    index = build_index(demands)
    for code in index.code.tolist():
        candidates = found(index, code, streams.lat, streams.lon)
        assert len(candidates) == len(set(candidates))
        in_reach = {
            (i, int(j))
            for i in range(len(streams))
            for j in index.takers(code)
            if reference.is_near(streams, i, demands, j)
        }
        assert in_reach <= set(candidates)


def test_boxes_leave_out_what_is_far_away():
    index = build_index(make_demands(3, lon=[0.0, 3.0, -179.5]))
    assert found(index, 7, [0.0, 0.0, 0.0], [0.5, 3.5, 179.9]) == [(0, 0), (1, 1), (2, 2)]


def test_a_circle_over_the_antimeridian_is_found_once_from_both_sides():
    index = build_index(make_demands(lon=[180.0]))
    assert len(index.trees.owner[0]) == 2
    assert found(index, 7, [0.0] * 4, [180.0, -180.0, 179.5, -179.5]) == [
        (0, 0),
        (1, 0),
        (2, 0),
        (3, 0),
    ]


def test_a_circle_around_a_pole_is_found_from_every_longitude():
    index = build_index(make_demands(lat=[89.5]))
    assert found(index, 7, [89.6, 89.6, 80.0], [180.0, -90.0, 0.0]) == [(0, 0), (1, 0)]


def test_an_unlimited_radius_is_found_from_everywhere():
    index = build_index(make_demands(radius_km=[INF]))
    assert found(index, 7, [-90.0, 0.0, 12.0], [0.0, 180.0, -33.0]) == [(0, 0), (1, 0), (2, 0)]


def test_an_area_over_the_antimeridian_is_found_from_both_sides():
    index = build_index(make_demands(area=[shapely.box(170, -1, 190, 1)], radius_km=[0.0]))
    assert found(index, 7, [0.0] * 3, [175.0, -175.0, 0.0]) == [(0, 0), (1, 0)]


def test_the_takers_of_a_code_come_in_rising_order():
    demands = make_demands(3, code_ptr=[0, 2, 2, 4], code_idx=[9, 4, 2, 9])
    index = build_index(demands)
    assert index.code.tolist() == [2, 4, 9]
    assert [index.takers(code).tolist() for code in (2, 3, 4, 9, 10)] == [[2], [], [0], [0, 2], []]


def test_blocks_hold_the_streams_of_a_code_and_leave_out_those_without_takers(monkeypatch):
    index = build_index(make_demands(3, code_ptr=[0, 1, 2, 3], code_idx=[5, 5, 6]))
    monkeypatch.setattr("matching.search.index.BLOCK_PAIRS", 4)
    code = np.array([6, 5, 8, 5, 5])
    assert [(group, rows.tolist()) for group, rows in blocks(code, index)] == [
        (0, [1, 3]),
        (0, [4]),
        (1, [0]),
    ]


def test_an_index_can_be_sent_to_another_process():
    index = build_index(make_demands(2, lon=[0.0, 5.0], area=[shapely.box(-1, -1, 1, 1), None]))
    copy = pickle.loads(pickle.dumps(index))
    assert found(copy, 7, [0.0], [0.9]) == found(index, 7, [0.0], [0.9]) == [(0, 0)]
