"""Parts of a market hold every stream once, and all the demands in reach of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import build_index
from matching.machines.market_parts import parts_of, some_demands, some_streams
from tests.matching import reference
from tests.matching.markets import make_demands, make_streams, markets


@settings(max_examples=150, deadline=None)
@given(market=markets, count=st.integers(1, 5))
def test_every_stream_with_takers_is_in_one_part_with_all_in_its_reach(market, count):
    streams, demands = market
    index = build_index(demands)
    found = []
    for part in parts_of(streams, index, count):
        found += part.streams.tolist()
        for i in part.streams.tolist():
            near = {
                j
                for j in index.takers(int(streams.code[i])).tolist()
                if reference.is_near(streams, i, demands, j)
            }
            assert near <= set(part.demands.tolist())
    has_takers = index.groups(streams.code) >= 0
    assert sorted(found) == np.flatnonzero(has_takers).tolist()


def test_a_part_leaves_out_what_is_far_away():
    streams = make_streams(40, lat=np.linspace(-40.0, 40.0, 40))
    demands = make_demands(3, lat=[-30.0, 0.0, 30.0], radius_km=[100.0, 9000.0, 100.0])
    parts = list(parts_of(streams, build_index(demands), 4))
    assert [part.demands.tolist() for part in parts] == [[0, 1], [1], [1], [1, 2]]
    assert [len(part.streams) for part in parts] == pytest.approx([10] * 4, abs=1)


def test_some_of_a_market_keep_their_codes():
    demands = make_demands(3, code_ptr=[0, 2, 2, 5], code_idx=[4, 5, 6, 7, 8], lat=[1, 2, 3])
    some = some_demands(demands, np.array([0, 2]))
    assert some.lat.tolist() == [1.0, 3.0]
    assert some.code_ptr.tolist() == [0, 2, 5]
    assert some.code_idx.tolist() == [4, 5, 6, 7, 8]
    assert some_demands(demands, np.array([1])).code_idx.tolist() == []
    assert some_streams(make_streams(3, lat=[1, 2, 3]), np.array([2, 0])).lat.tolist() == [3, 1]
