"""Pairs by row, and the same pairs turned round."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from matching import Costs, Pairs, all_pairs, transpose
from matching.market.pairs import check_distinct
from tests.matching.markets import markets


def test_turned_round_each_demand_has_its_streams_best_first_and_ties_by_index():
    pairs = Pairs(
        ptr=[0, 2, 3, 5],
        demand=[2, 0, 2, 0, 2],
        value_per_t=[9.0, 4.0, 9.0, 7.0, 1.0],
        distance_km=[10.0, 20.0, 30.0, 40.0, 50.0],
    )
    turned = transpose(pairs, demands=4)
    assert turned.ptr.tolist() == [0, 2, 2, 5, 5]
    assert turned.demand.tolist() == [2, 0, 0, 1, 2]
    assert turned.value_per_t.tolist() == [7.0, 4.0, 9.0, 9.0, 1.0]
    assert turned.distance_km.tolist() == [40.0, 20.0, 10.0, 30.0, 50.0]
    assert turned.row().tolist() == [0, 0, 2, 2, 2]
    assert (len(pairs), len(turned)) == (5, 5)


@settings(max_examples=50, deadline=None)
@given(markets)
def test_turned_round_twice_they_are_the_same(market):
    streams, demands = market
    pairs = all_pairs(streams, demands, Costs(3.0, 0.1, 2.0))
    again = transpose(transpose(pairs, demands=len(demands)), demands=len(streams))
    for name in ("ptr", "demand", "value_per_t", "distance_km"):
        assert getattr(again, name).tolist() == getattr(pairs, name).tolist()


def test_a_demand_beyond_their_number_is_refused():
    pairs = Pairs(ptr=[0, 2], demand=[0, 3], value_per_t=[1.0, 1.0], distance_km=[1.0, 1.0])
    with pytest.raises(ValueError, match=r"demand\[1\]: 3 is not below 3"):
        transpose(pairs, demands=3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ptr": []}, r"ptr\[0\]: is not 0"),
        ({"ptr": [0, 1]}, r"ptr\[1\]: is 1, expected 2"),
        ({"demand": [0, -1]}, r"demand\[1\]: is negative"),
        ({"value_per_t": [1.0]}, r"value_per_t: expected shape \(2\), got \(1,\)"),
        ({"distance_km": [1.0, float("nan")]}, r"distance_km\[1\]: is not a finite number"),
    ],
)
def test_pairs_that_do_not_fit_together_are_refused(change, message):
    whole = {"ptr": [0, 2], "demand": [0, 1], "value_per_t": [1, 1], "distance_km": [1, 1]}
    with pytest.raises(ValueError, match=message):
        Pairs(**(whole | change))


def test_distances_are_not_negative_and_the_number_of_demands_is_a_number():
    with pytest.raises(ValueError, match=r"distance_km\[0\]: is negative"):
        Pairs([0, 1], [0], [5.0], [-1.0])
    with pytest.raises(ValueError, match="demands: -1 is negative"):
        transpose(Pairs([0], [], [], []), -1)


def test_a_partner_may_stand_once_in_a_row_and_in_several():
    check_distinct(Pairs([0], [], [], []), 0)
    check_distinct(Pairs([0, 2, 3], [1, 0, 1], [3.0, 2.0, 1.0], [1.0] * 3), 2)
    with pytest.raises(ValueError, match=r"demand\[3\]: repeats a partner of the same row"):
        check_distinct(Pairs([0, 1, 4], [1, 0, 1, 0], [1.0] * 4, [1.0] * 4), 2)
