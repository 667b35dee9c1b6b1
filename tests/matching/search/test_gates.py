"""Each gate by itself, on pairs that can be checked by hand."""

from __future__ import annotations

import pytest
import shapely

from matching import all_pairs, top_k, untested_pairs
from tests.matching import reference
from tests.matching.markets import BEELINE, INF, NAN, make_demands, make_streams
from tests.matching.reading import rows_of


@pytest.mark.parametrize(
    ("gate", "change"),
    [
        (0, {"code_idx": [8]}),
        (1, {"lat": [1.0]}),
        (2, {"vehicles": [0b10]}),
        (3, {"months": [0]}),
        (4, {"upper": [[4.9]]}),
        (4, {"lower": [[5.1]]}),
        (5, {"price_per_t": [15.0]}),
    ],
)
def test_each_gate_alone_stops_a_pair(gate, change):
    streams = make_streams()
    assert all_pairs(streams, make_demands(), BEELINE).demand.tolist() == [0]
    refused = make_demands(**change)
    assert all_pairs(streams, refused, BEELINE).demand.tolist() == []
    assert top_k(streams, refused, BEELINE).funnel.tolist() == [[1] * gate + [0] * (6 - gate)]


def test_an_unknown_value_against_a_limit_is_neither_feasible_nor_refused():
    streams = make_streams(2, typical=[[NAN], [NAN]], minimum=[[NAN], [1.0]])
    demands = make_demands(3, lower=[[-INF], [1.0], [2.0]])
    assert rows_of(all_pairs(streams, demands, BEELINE)) == [[0], [0, 1]]
    assert rows_of(untested_pairs(streams, demands, BEELINE)) == [[1, 2], []]
    ranking = top_k(streams, demands, BEELINE)
    assert ranking.funnel.tolist() == [[3, 3, 3, 3, 1, 1], [3, 3, 3, 3, 2, 2]]
    assert ranking.untested.tolist() == [2, 0]


def test_a_broken_limit_is_not_healed_by_a_missing_value():
    streams = make_streams(typical=[[9.0, NAN]])
    demands = make_demands(upper=[[8.0, 1.0]])
    assert rows_of(untested_pairs(streams, demands, BEELINE)) == [[]]


def test_a_value_whose_sign_is_in_doubt_is_decided_by_the_exact_distance():
    # The formula is 8e-6 too long or short here; the price lies between it and the truth.
    streams, demands = make_streams(lat=[30.0]), make_demands(lat=[32.0], lon=[2.0])
    exact = reference.distance_km(streams, 0, demands, 0)
    for shift, expected in ((1e-9, [0]), (-1e-9, [])):
        price = 3.0 + 0.1 * exact + 2.0 + 10.0 + shift
        close = make_demands(lat=[32.0], lon=[2.0], radius_km=[500.0], price_per_t=[price])
        assert all_pairs(streams, close, BEELINE).demand.tolist() == expected


@pytest.mark.parametrize(("shift_km", "expected"), [(1e-7, [0]), (-1e-7, [])])
def test_a_radius_is_decided_by_the_exact_distance(shift_km, expected):
    # A tenth of a millimetre decides, although the formula is wrong by metres.
    streams, demands = make_streams(lat=[30.0]), make_demands(lat=[32.0], lon=[2.0])
    radius = reference.distance_km(streams, 0, demands, 0) + shift_km
    wanted = make_demands(lat=[32.0], lon=[2.0], radius_km=[radius])
    assert all_pairs(streams, wanted, BEELINE).demand.tolist() == expected


def test_an_area_decides_instead_of_the_radius():
    streams = make_streams(2, lon=[0.1, 1.0])
    square = shapely.box(0.9, -0.1, 1.1, 0.1)
    demands = make_demands(2, area=[square, None])
    assert rows_of(all_pairs(streams, demands, BEELINE)) == [[1], [0]]


def test_the_same_point_is_named_by_both_longitudes_of_the_antimeridian():
    streams = make_streams(2, lon=[180.0, -180.0])
    demands = make_demands(2, lon=[-180.0, 180.0], radius_km=[0.0, 0.0])
    assert rows_of(all_pairs(streams, demands, BEELINE)) == [[0, 1], [0, 1]]


def test_one_shared_bit_opens_the_vehicle_and_the_month_gate():
    streams = make_streams(3, vehicles=[0b110, 0b110, 0], months=[0b011, 0b100, 0b111])
    demands = make_demands(2, vehicles=[0b010, 0b101], months=[0b001, 0b110])
    assert top_k(streams, demands, BEELINE).funnel.tolist() == [
        [2, 2, 2, 2, 2, 2],
        [2, 2, 2, 1, 1, 1],
        [2, 2, 0, 0, 0, 0],
    ]


def test_values_on_a_limit_pass():
    streams = make_streams(minimum=[[4.0]], maximum=[[6.0]])
    demands = make_demands(3, lower=[[4.0], [4.1], [-INF]], upper=[[6.0], [INF], [5.9]])
    assert rows_of(all_pairs(streams, demands, BEELINE)) == [[0]]


def test_more_than_sixty_four_parameters_are_all_looked_at():
    columns = 130
    typical = [[5.0] * (columns - 1) + [NAN]]
    open_limits, last_limit = [INF] * columns, [INF] * (columns - 1) + [6.0]
    demands = make_demands(2, upper=[open_limits, last_limit])
    streams = make_streams(typical=typical)
    assert rows_of(all_pairs(streams, demands, BEELINE)) == [[0]]
    assert rows_of(untested_pairs(streams, demands, BEELINE)) == [[1]]
