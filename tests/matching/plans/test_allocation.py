"""The market plan, against hand, linear programming and another network solver."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Pairs, all_pairs
from matching.plans.allocation import Terms, allocate, pose
from matching.plans.components import solve_batch
from matching.small_park import small_park
from tests.matching.plan_oracles import (
    best_by_programme,
    best_by_simplex,
    markets_of,
    most_then_best,
    pairs_of,
)

shares = st.sampled_from([None, 1.0, 0.5, 0.34, 0.1])
objectives = st.sampled_from(["value", "tonnes"])
markets = markets_of(least=0)


def park_plan(objective, **terms):
    park = small_park()
    pairs = all_pairs(park.streams, park.demands, park.costs)
    return allocate(pairs, park.streams.quantity_t, park.demands.capacity_t, objective, **terms)


def limit_of(plain, share):
    return None if share in (None, 1.0) else plain.limits(share)


def test_the_small_park_by_value_is_the_plan_worked_out_by_hand():
    plan = park_plan("value")
    assert plan.flow_t.tolist() == [80.0, 0.0, 60.0, 0.0, 0.0, 30.0]
    assert (plan.value, plan.tonnes) == (4400.0, 170.0)
    assert plan.unplaced_t.tolist() == [0.0, 0.0, 40.0, 20.0]
    assert plan.unused_t.tolist() == [20.0, 0.0, 0.0]
    assert (plan.objective, plan.below_unit_t) == ("value", 0.0)


def test_the_small_park_by_tonnes_gives_up_value_for_mass():
    plan = park_plan("tonnes")
    assert plan.flow_t.tolist() == [80.0, 0.0, 40.0, 20.0, 20.0, 30.0]
    assert (plan.value, plan.tonnes) == (4200.0, 190.0)


def test_no_buyer_gets_more_than_its_share_of_a_producer():
    plan = park_plan("value", max_share=0.5)
    assert plan.flow_t.tolist() == [40.0, 10.0, 30.0, 30.0, 20.0, 25.0]
    assert plan.limit.tolist() == [400, 400, 300, 300, 200, 250]
    assert plan.value == 40 * 25 + 10 * 5 + 30 * 30 + 30 * 8 + 20 * 12 + 25 * 20


def test_three_units_of_a_tenth_are_three_tenths_and_what_is_below_a_unit_stays():
    plan = allocate(pairs_of([(0, 0)], [5.0], 1), [0.3], [9.0])
    assert plan.flow_t.tolist() == [0.3]
    assert plan.below_unit_t == 0.0
    plan = allocate(pairs_of([(0, 0), (1, 0)], [5.0, 4.0], 2), [0.37, 0.09], [9.0])
    assert plan.flow_t.tolist() == [0.3, 0.0]
    assert plan.unplaced_t.tolist() == pytest.approx([0.07, 0.09])
    assert plan.below_unit_t == pytest.approx(0.16)
    assert allocate(pairs_of([(0, 0)], [5.0], 1), [9.0], [0.37]).flow_t.tolist() == [0.3]


def test_the_unit_can_be_a_lorry_load_or_a_kilogram():
    pairs = pairs_of([(0, 0)], [2.5], 1)
    assert allocate(pairs, [99.0], [200.0], terms=Terms(unit_t=25.0)).flow_t.tolist() == [75.0]
    plan = allocate(pairs, [0.0127], [200.0], terms=Terms(unit_t=0.001))
    assert plan.flow_t.tolist() == [0.012]
    assert plan.value == 0.03


def test_values_are_rounded_to_their_step():
    pairs = pairs_of([(0, 0)], [1.26], 1)
    assert allocate(pairs, [1.0], [1.0], terms=Terms(value_step=0.1)).value == 1.3


def test_a_pair_without_gain_is_used_for_tonnes_alone():
    pairs = pairs_of([(0, 0), (1, 0)], [0.0, -2.0], 2)
    assert allocate(pairs, [1.0, 1.0], [9.0]).flow_t.tolist() == [0.0, 0.0]
    plan = allocate(pairs, [1.0, 1.0], [9.0], "tonnes")
    assert plan.flow_t.tolist() == [1.0, 1.0]
    assert plan.value == -2.0


def test_markets_without_anything_in_them_have_empty_plans():
    for supply, capacity in (([], []), ([3.0], []), ([], [3.0])):
        plan = allocate(pairs_of([], [], len(supply)), supply, capacity)
        assert (plan.flow_t.tolist(), plan.value, plan.tonnes) == ([], 0.0, 0.0)
    plan = allocate(pairs_of([(0, 0)], [5.0], 1), [0.0], [3.0])
    assert (plan.flow_t.tolist(), plan.unused_t.tolist()) == ([0.0], [3.0])


@settings(max_examples=150, deadline=None)
@given(markets, shares)
def test_the_value_is_that_of_two_other_solvers_in_whole_numbers(plain, share):
    plan = allocate(plain.pairs, *plain.tonnes, max_share=share)
    gain = int(plan.units @ np.array(plain.gain, dtype=np.int64))
    limit = limit_of(plain, share)
    assert gain == best_by_simplex(plain, limit)
    assert gain == best_by_programme(plain, plain.gain, limit)
    assert plan.value == pytest.approx(gain / 10_000, rel=1e-12)


@settings(max_examples=150, deadline=None)
@given(markets, shares)
def test_no_plan_has_more_tonnes_and_none_of_as_many_more_value(plain, share):
    plan = allocate(plain.pairs, *plain.tonnes, "tonnes", share)
    gain = int(plan.units @ np.array(plain.gain, dtype=np.int64))
    limit = limit_of(plain, share)
    assert (int(plan.units.sum()), gain) == most_then_best(plain, limit)
    assert plan.units.sum() == best_by_programme(plain, [1] * len(plain.edges), limit)
    assert plan.tonnes >= allocate(plain.pairs, *plain.tonnes, max_share=share).tonnes


@settings(max_examples=100, deadline=None)
@given(markets, objectives, shares)
def test_flows_keep_to_supply_capacity_and_share_in_whole_units(plain, objective, share):
    supply, capacity = plain.tonnes
    plan = allocate(plain.pairs, supply, capacity, objective, share)
    stream, demand = plain.pairs.row(), plain.pairs.demand
    placed = np.bincount(stream, plan.units, len(supply))
    taken = np.bincount(demand, plan.units, len(capacity))
    assert (plan.units >= 0).all()
    assert (placed <= plain.supply).all()
    assert (taken <= plain.capacity).all()
    assert (plan.flow_t == plan.units / 10).all()
    assert (plan.flow_t <= np.minimum(supply[stream], capacity[demand])).all()
    assert plan.unplaced_t == pytest.approx(supply - placed / 10)
    assert plan.unused_t == pytest.approx(capacity - taken / 10)
    if share is not None:
        assert (plan.flow_t <= share * supply[stream] + 1e-12).all()


@settings(max_examples=60, deadline=None)
@given(markets, objectives, st.randoms(use_true_random=False))
def test_the_order_of_streams_and_demands_does_not_change_what_is_reached(plain, objective, random):
    streams, demands = list(range(len(plain.supply))), list(range(len(plain.capacity)))
    random.shuffle(streams)
    random.shuffle(demands)
    edges = sorted(
        (streams.index(i), demands.index(j), gain)
        for (i, j), gain in zip(plain.edges, plain.gain, strict=True)
    )
    mixed = replace(
        plain,
        edges=[(i, j) for i, j, _ in edges],
        gain=[gain for _, _, gain in edges],
        supply=[plain.supply[i] for i in streams],
        capacity=[plain.capacity[j] for j in demands],
    )
    one = allocate(plain.pairs, *plain.tonnes, objective)
    other = allocate(mixed.pairs, *mixed.tonnes, objective)
    assert other.value == one.value
    if objective == "tonnes":  # plans of the same value may differ in their mass
        assert other.tonnes == one.tonnes


@settings(max_examples=60, deadline=None)
@given(markets, markets, objectives)
def test_a_second_market_beside_the_first_leaves_its_plan_as_it_is(plain, other, objective):
    streams, demands = len(plain.supply), len(plain.capacity)
    both = replace(
        plain,
        edges=plain.edges + [(i + streams, j + demands) for i, j in other.edges],
        gain=plain.gain + other.gain,
        supply=plain.supply + other.supply,
        capacity=plain.capacity + other.capacity,
    )
    together = allocate(both.pairs, *both.tonnes, objective).units.tolist()
    alone = [allocate(m.pairs, *m.tonnes, objective).units.tolist() for m in (plain, other)]
    assert together == alone[0] + alone[1]


@settings(max_examples=40, deadline=None)
@given(markets, objectives, st.integers(1, 6))
def test_solved_batch_by_batch_the_plan_is_the_same(plain, objective, arcs):
    problem = pose(plain.pairs, *plain.tonnes, objective)
    flows = [solve_batch(batch, objective) for batch in problem.batch.parts(arcs)]
    plan = problem.concluded(np.concatenate([np.empty(0, dtype=np.int64), *flows]))
    whole = allocate(plain.pairs, *plain.tonnes, objective)
    assert plan.units.tolist() == whole.units.tolist()
    assert (plan.value, plan.tonnes) == (whole.value, whole.tonnes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"supply_t": [-1.0, 1.0]}, r"supply_t\[0\]: is negative"),
        ({"supply_t": [1.0, float("nan")]}, r"supply_t\[1\]: is not a finite number"),
        ({"capacity_t": [float("inf")]}, r"capacity_t\[0\]: is not a finite number"),
        ({"supply_t": [1.0]}, r"supply_t: expected shape \(2\), got \(1,\)"),
        ({"capacity_t": [[1.0]]}, r"capacity_t: expected shape \(any\), got \(1, 1\)"),
        ({"capacity_t": []}, r"demand\[0\]: is not below 0"),
        ({"supply_t": [1e18, 1.0]}, r"supply_t\[0\]: is above 2\^53 units of 0\.1"),
        ({"max_share": 0.0}, r"max_share: is outside \(0, 1\]"),
        ({"max_share": 1.1}, r"max_share: is outside \(0, 1\]"),
        ({"max_share": float("nan")}, r"max_share: is outside \(0, 1\]"),
        ({"objective": "mass"}, r"objective: 'mass' is not one of value, tonnes"),
    ],
)
def test_what_makes_no_plan_is_refused(change, message):
    pairs = pairs_of([(0, 0), (1, 0)], [5.0, 4.0], 2)
    with pytest.raises(ValueError, match=message):
        allocate(**({"pairs": pairs, "supply_t": [1.0, 1.0], "capacity_t": [1.0]} | change))


def test_a_repeated_pair_and_a_value_beyond_all_steps_are_refused():
    with pytest.raises(ValueError, match=r"demand\[1\]: repeats a partner of the same row"):
        allocate(pairs_of([(0, 0), (0, 0)], [1.0, 1.0], 1), [1.0], [1.0])
    with pytest.raises(ValueError, match=r"value_per_t\[0\]: is above 2\^53 units of 0\.001"):
        allocate(pairs_of([(0, 0)], [1e15], 1), [1.0], [1.0])


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"unit_t": 0.0}, r"unit_t: is not above 0"),
        ({"unit_t": float("inf")}, r"unit_t: is not a finite number"),
        ({"value_step": -0.1}, r"value_step: is not above 0"),
    ],
)
def test_units_that_measure_nothing_are_refused(terms, message):
    with pytest.raises(ValueError, match=message):
        Terms(**terms)


def test_a_unit_too_fine_for_sixty_four_bits_is_refused():
    pairs = pairs_of([(0, 0), (0, 1), (1, 0), (1, 1)], [9e4] * 4, 2)
    fine = Terms(unit_t=1e-9, value_step=1e-6)
    with pytest.raises(ValueError, match="do not fit 64 bits; take a coarser unit_t or value_step"):
        allocate(pairs, [1e6, 1e6], [1e6, 1e6], terms=fine)


@pytest.mark.parametrize(
    ("supply", "share", "most"), [(3.0, 0.3, 0.9), (100.0, 0.29, 29.0), (3.19, 0.32, 1.0)]
)
def test_a_share_loses_no_unit_to_rounding(supply, share, most):
    pairs = Pairs([0, 1], [0], [5.0], [1.0])
    assert allocate(pairs, [supply], [1000.0], max_share=share).flow_t.tolist() == [most]
