"""Two workers give the same bits as one machine: search, plan and blend."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from distributed import LocalCluster

from matching import (
    Cluster,
    Costs,
    Recipes,
    Terms,
    all_pairs,
    allocate,
    blend_market,
    build_index,
    small_park,
    top_k,
)
from matching.blends.recipes import Compositions, Limits
from tests.matching.markets import INF, make_demands, make_streams, random_market

CURVE = Costs(3.0, 0.1, 2.0)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as local:
        yield Cluster(local.scheduler_address, tmp_path_factory.mktemp("parts"))


def assert_same_bits(one, other):
    for field in fields(one):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(mine, np.ndarray):
            assert mine.dtype == theirs.dtype
            assert np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f"), field.name
        elif hasattr(mine, "__dataclass_fields__"):
            assert_same_bits(mine, theirs)
        else:
            assert mine == theirs, field.name


@pytest.mark.parametrize("centre", ["inland", "antimeridian", "north pole"])
def test_a_search_gives_the_same_bits(cluster, centre):
    streams, demands = random_market(3, 300, 200, 4, centre)
    assert_same_bits(cluster.top_k(streams, demands, CURVE, 4), top_k(streams, demands, CURVE, 4))
    pairs = all_pairs(streams, demands, CURVE)
    assert len(pairs) > 100
    assert_same_bits(cluster.all_pairs(streams, demands, CURVE), pairs)


def test_a_demand_that_reaches_over_stripes_is_found_from_all_of_them(cluster):
    streams = make_streams(400, lat=np.linspace(-60.0, 60.0, 400))
    demands = make_demands(2, lat=[0.0, 30.0], radius_km=[INF, 500.0], price_per_t=[900.0, 950.0])
    ranking = cluster.top_k(streams, demands, CURVE, 2)
    assert_same_bits(ranking, top_k(streams, demands, CURVE, 2))
    assert ranking.funnel[:, 0].tolist() == [2] * 400
    assert (ranking.demand[:, 0] >= 0).sum() == 400


def test_empty_markets_have_empty_answers(cluster):
    for streams, demands in ((0, 0), (0, 2), (2, 0)):
        supply, wanted = make_streams(streams), make_demands(demands)
        assert_same_bits(cluster.top_k(supply, wanted, CURVE), top_k(supply, wanted, CURVE))
        assert len(cluster.all_pairs(supply, wanted, CURVE)) == 0


@pytest.mark.parametrize("objective", ["value", "tonnes"])
def test_a_plan_gives_the_same_bits(cluster, objective, monkeypatch):
    monkeypatch.setattr("matching.machines.cluster.BATCH_ARCS", 20)
    streams, demands = random_market(8, 300, 200, 2, "inland")
    pairs = all_pairs(streams, demands, CURVE)
    asked = pairs, streams.quantity_t, demands.capacity_t, objective, 0.5
    assert_same_bits(cluster.allocate(*asked), allocate(*asked))


def test_a_plan_of_nothing_is_empty(cluster):
    pairs = all_pairs(make_streams(1), make_demands(1, code_idx=[8]), CURVE)
    assert cluster.allocate(pairs, [5.0], [5.0]).tonnes == 0.0


@pytest.mark.parametrize("objective", ["value", "tonnes"])
def test_a_blend_gives_the_same_bits(cluster, objective, monkeypatch):
    monkeypatch.setattr("matching.blends.parts.PART_PAIRS", 30)
    streams, demands = random_market(8, 200, 100, 3, "inland")
    anything = replace(
        demands, lower=np.full_like(demands.lower, -INF), upper=np.full_like(demands.upper, INF)
    )
    pairs = all_pairs(streams, anything, CURVE)
    asked = (
        pairs,
        Compositions(streams.typical, streams.minimum, streams.maximum),
        streams.quantity_t,
        Recipes(demands.capacity_t, Limits(demands.lower, demands.upper)),
        objective,
    )
    expected = blend_market(*asked)
    assert expected.tonnes > 0
    assert_same_bits(cluster.blend_market(*asked), expected)


def test_what_a_worker_refuses_reaches_the_caller(cluster):
    park = small_park()

    def backwards(km):
        return -km - 1.0

    with pytest.raises(ValueError, match="road"):
        cluster.all_pairs(park.streams, park.demands, replace(park.costs, road=backwards))


def test_nothing_stays_in_the_folder(cluster):
    cluster.top_k(make_streams(3), make_demands(3), CURVE)
    assert list(cluster.folder.iterdir()) == []


def test_side_constraints_stay_on_one_machine(cluster):
    park = small_park()
    pairs = all_pairs(park.streams, park.demands, park.costs)
    supply, capacity = park.streams.quantity_t, park.demands.capacity_t
    terms = Terms(side=object())
    with pytest.raises(ValueError, match="side constraints join components"):
        cluster.allocate(pairs, supply, capacity, terms=terms)


def test_a_scheduler_that_does_not_answer_is_an_error(tmp_path):
    nobody = Cluster("tcp://127.0.0.1:9", tmp_path, timeout_s=0.5)
    with pytest.raises(OSError, match=r"127\.0\.0\.1:9"):
        nobody.top_k(make_streams(), make_demands(), CURVE)
    assert list(tmp_path.iterdir()) == []


def test_a_part_without_demands_in_reach_has_no_partner(cluster):
    streams, demands = make_streams(2), make_demands(1, lat=[50.0])
    assert_same_bits(cluster.top_k(streams, demands, CURVE), top_k(streams, demands, CURVE))


def test_an_index_can_be_asked_too(cluster):
    streams, index = make_streams(2), build_index(make_demands(2))
    assert_same_bits(cluster.top_k(streams, index, CURVE), top_k(streams, index, CURVE))
