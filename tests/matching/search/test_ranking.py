"""Ranking on an instance that can be checked by hand, and against the pair-by-pair reference."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings

from matching import (
    Costs,
    Demands,
    Streams,
    all_pairs,
    build_index,
    top_k,
    untested_pairs,
)
from tests.matching import reference
from tests.matching.markets import BEELINE, make_demands, make_streams, markets
from tests.matching.reading import by_pair, rows_of

CURVE = Costs(3.0, 0.1, 2.0)
SEARCHES = (all_pairs, untested_pairs, top_k)


def test_best_partners_come_by_value_and_ties_go_to_the_lower_demand():
    demands = make_demands(4, price_per_t=[50.0, 60.0, 50.0, 15.0])
    ranking = top_k(make_streams(), demands, BEELINE, k=4)
    assert ranking.demand.tolist() == [[1, 0, 2, -1]]  # the fourth is worth 15 - 3 - 2 - 10 = 0
    assert ranking.value_per_t[0, :3].tolist() == [45.0, 35.0, 35.0]
    assert ranking.distance_km[0, :3].tolist() == [0.0, 0.0, 0.0]
    assert np.isnan(ranking.value_per_t[0, 3])
    assert np.isnan(ranking.distance_km[0, 3])
    assert ranking.funnel.tolist() == [[4, 4, 4, 4, 4, 3]]
    assert ranking.untested.tolist() == [0]


def test_fewer_than_all_partners_are_the_best_of_them():
    demands = make_demands(4, price_per_t=[50.0, 60.0, 70.0, 80.0])
    assert top_k(make_streams(), demands, BEELINE, k=2).demand.tolist() == [[3, 2]]


def test_the_value_is_the_price_less_haul_handling_and_ask():
    # One degree of the equator is 111.319 km; 50 - (3 + 0.1 x 111.319) - 2 - (-35) = 68.868.
    pairs = all_pairs(
        make_streams(ask_per_t=[-35.0]), make_demands(lon=[1.0], radius_km=[112.0]), BEELINE
    )
    assert pairs.ptr.tolist() == [0, 1]
    assert pairs.demand.tolist() == [0]
    assert pairs.distance_km[0] == pytest.approx(111.319, abs=5e-4)
    assert pairs.value_per_t[0] == pytest.approx(68.868, abs=5e-4)


@settings(max_examples=200, deadline=None)
@given(markets)
def test_every_search_agrees_with_the_pair_by_pair_reference(market):
    streams, demands = market
    expected = reference.feasible(streams, demands, CURVE, untested=False)
    assert by_pair(all_pairs(streams, demands, CURVE)) == pytest.approx(expected, abs=5e-3)
    missing = reference.feasible(streams, demands, CURVE, untested=True)
    assert by_pair(untested_pairs(streams, demands, CURVE)) == pytest.approx(missing, abs=5e-3)
    ranking = top_k(streams, demands, CURVE, k=3)
    assert ranking.funnel.tolist() == [
        reference.funnel(streams, i, demands, CURVE) for i in range(len(streams))
    ]
    assert ranking.untested.tolist() == [
        sum(stream == i for stream, _ in missing) for i in range(len(streams))
    ]


@settings(max_examples=100, deadline=None)
@given(markets)
def test_rows_are_best_first_and_the_ranking_is_their_beginning(market):
    streams, demands = market
    pairs = all_pairs(streams, demands, CURVE)
    key = list(zip(pairs.row(), -pairs.value_per_t, pairs.demand, strict=True))
    assert key == sorted(key)
    ranking = top_k(streams, demands, CURVE, k=2)
    for i, row in enumerate(rows_of(pairs)):
        assert ranking.demand[i].tolist() == [*row, -1, -1][:2]
        start, count = pairs.ptr[i], min(2, len(row))
        best = slice(start, start + count)
        assert ranking.value_per_t[i, :count].tolist() == pairs.value_per_t[best].tolist()
        assert ranking.distance_km[i, :count].tolist() == pairs.distance_km[best].tolist()


@settings(max_examples=100, deadline=None)
@given(markets)
def test_the_order_of_streams_and_demands_does_not_matter(market):
    streams, demands = market
    random = np.random.default_rng(len(streams) + 100 * len(demands))
    old_stream, old_demand = random.permutation(len(streams)), random.permutation(len(demands))
    spans = [range(demands.code_ptr[j], demands.code_ptr[j + 1]) for j in old_demand]
    chosen = {f.name: getattr(demands, f.name) for f in fields(Demands)}
    chosen = {
        name: None if values is None else values[old_demand]
        for name, values in chosen.items()
        if not name.startswith("code")
    }
    shuffled = all_pairs(
        Streams(**{f.name: getattr(streams, f.name)[old_stream] for f in fields(Streams)}),
        Demands(
            **chosen,
            code_ptr=np.concatenate(([0], np.cumsum([len(span) for span in spans]))).astype(int),
            code_idx=demands.code_idx[[entry for span in spans for entry in span]],
        ),
        CURVE,
    )
    renamed = {(old_stream[i], old_demand[j]): value for (i, j), value in by_pair(shuffled).items()}
    assert renamed == by_pair(all_pairs(streams, demands, CURVE))


def test_a_market_cut_into_blocks_gives_the_same_pairs(monkeypatch):
    random = np.random.default_rng(4)
    streams = make_streams(40, lat=random.uniform(-0.5, 0.5, 40))
    demands = make_demands(30, lon=random.uniform(-0.5, 0.5, 30))
    whole = all_pairs(streams, demands, BEELINE)
    monkeypatch.setattr("matching.search.index.BLOCK_PAIRS", 70)
    cut = all_pairs(streams, demands, BEELINE)
    assert len(whole) == 1200
    assert cut.ptr.tolist() == whole.ptr.tolist()
    assert cut.demand.tolist() == whole.demand.tolist()
    assert cut.value_per_t.tolist() == whole.value_per_t.tolist()


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(("streams", "demands"), [(0, 0), (0, 2), (2, 0)])
def test_an_empty_side_gives_an_empty_answer(search, streams, demands):
    answer = search(make_streams(streams), make_demands(demands), BEELINE)
    assert (answer.demand >= 0).sum() == 0
    assert answer.demand.shape == ((streams, 10) if search is top_k else (0,))


def test_a_market_without_parameters_has_no_composition_gate():
    streams = make_streams(typical=np.empty((1, 0)))
    demands = make_demands(lower=np.empty((1, 0)))
    assert all_pairs(streams, demands, BEELINE).demand.tolist() == [0]
    assert untested_pairs(streams, demands, BEELINE).demand.tolist() == []


@pytest.mark.parametrize("search", SEARCHES)
def test_an_index_gives_the_same_answer_as_its_demands(search):
    streams, demands = make_streams(), make_demands(3, lon=[0.5, 0.1, 2.0])
    plain, indexed = (search(streams, by, BEELINE) for by in (demands, build_index(demands)))
    assert indexed.demand.tolist() == plain.demand.tolist()


@pytest.mark.parametrize("search", SEARCHES)
def test_an_unknown_engine_is_refused(search):
    with pytest.raises(ValueError, match="engine: 'abacus' is not one of auto, numpy, numba"):
        search(make_streams(), make_demands(), BEELINE, engine="abacus")


@pytest.mark.parametrize("search", SEARCHES)
def test_differing_parameters_are_refused(search):
    with pytest.raises(ValueError, match=r"lower: expected shape \(any, 1\), got \(1, 2\)"):
        search(make_streams(), make_demands(lower=[[0.0, 0.0]]), BEELINE)


def test_at_least_one_partner_must_be_asked_for():
    with pytest.raises(ValueError, match="k: 0 is below 1"):
        top_k(make_streams(), make_demands(), BEELINE, k=0)
