"""Clearing prices: exact, extreme, and worth what they say, against programmes and second plans."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from matching import all_pairs
from matching.plans.allocation import Terms, allocate
from matching.plans.prices import clearing_prices, reduced_costs
from matching.plans.side_constraints import SideConstraints
from matching.small_park import small_park
from tests.matching.plan_oracles import incidence, markets_of, pairs_of

INF = float("inf")
shares = st.sampled_from([None, 0.5, 0.34])
objectives = st.sampled_from(["value", "tonnes"])
markets = markets_of(least=1)


def park_prices(objective, **terms):
    park = small_park()
    pairs = all_pairs(park.streams, park.demands, park.costs)
    masses = park.streams.quantity_t, park.demands.capacity_t
    plan = allocate(pairs, *masses, objective, **terms)
    return pairs, clearing_prices(pairs, plan, *masses)


def priced(plain, objective, share=None):
    """Return (plan, prices) of a market in whole numbers."""
    plan = allocate(plain.pairs, *plain.tonnes, objective, share)
    return plan, clearing_prices(plain.pairs, plan, *plain.tonnes)


def both_ends(exact):
    """The two dual solutions: the sellers' best and the buyers' best."""
    return (exact.supply_high, exact.demand_low), (exact.supply_low, exact.demand_high)


def score(plain, objective, premium):
    """What the best plan is worth in exact numbers, the premium of its tonnes included."""
    plan = allocate(plain.pairs, *plain.tonnes, objective)
    return int(plan.units @ np.array(plain.gain, dtype=np.int64)) + premium * int(plan.units.sum())


def test_the_small_park_has_the_prices_worked_out_by_hand():
    _, prices = park_prices("value")
    assert prices.supply_low.tolist() == [25.0, 8.0, 0.0, 0.0]
    assert prices.supply_high.tolist() == [25.0, 18.0, 0.0, 0.0]
    assert prices.demand_low.tolist() == [0.0, 12.0, 20.0]
    assert prices.demand_high.tolist() == [0.0, 22.0, 20.0]
    assert (prices.mass, prices.premium) == (None, 0)


def test_a_pair_outside_the_plan_lacks_what_its_two_sides_can_have_elsewhere():
    pairs, prices = park_prices("value")
    # Slag at the block maker is worth 5, but 25 at the cement works, and the room 12 to 22; ash at
    # the cement works 8 and up to 18 at the block maker; the heating plant's room 12 up to 22.
    assert reduced_costs(pairs, prices).tolist() == [0.0, 42.0, 0.0, 10.0, 10.0, 0.0]


def test_where_mass_comes_first_a_tonne_has_a_price_in_tonnes_and_one_in_money():
    pairs, prices = park_prices("tonnes")
    assert prices.mass.supply_low.tolist() == [0, 0, 0, 0]
    assert prices.mass.demand_low.tolist() == [1, 1, 1]
    # One tonne more of room at the cement works takes power plant ash from the block maker (-22),
    # which lets the heating plant's in (+12).
    assert prices.demand_low.tolist() == [-10.0, 12.0, 20.0]
    assert prices.supply_high.tolist() == [35.0, 18.0, 0.0, 0.0]
    assert reduced_costs(pairs, prices).tolist() == [0.0, 42.0, 0.0, 0.0, 0.0, 0.0]


def test_no_money_lets_a_pair_in_that_would_cost_a_tonne():
    # Stream 1 has 9 tonnes for the one of room at demand 0, and nowhere else to go; stream 0 has.
    pairs = pairs_of([(0, 0), (0, 1), (1, 0)], [99.0, 1.0, 1.0], 2)
    masses = [1.0, 9.0], [1.0, 9.0]
    plan = allocate(pairs, *masses, "tonnes")
    assert plan.flow_t.tolist() == [0.0, 1.0, 1.0]
    lacks = reduced_costs(pairs, clearing_prices(pairs, plan, *masses))
    assert lacks.tolist() == [INF, 0.0, 0.0]
    # By value a pair that enters puts the 99 out, but lets the other one in with 1.
    by_value = allocate(pairs, *masses)
    assert by_value.flow_t.tolist() == [1.0, 0.0, 0.0]
    lacks = reduced_costs(pairs, clearing_prices(pairs, by_value, *masses))
    assert lacks.tolist() == [0.0, 97.0, 97.0]


def test_a_pair_at_its_share_costs_nothing_and_one_without_a_unit_never_enters():
    pairs, prices = park_prices("value", max_share=0.5)
    assert prices.full.tolist() == [True, False, True, True, True, True]
    assert reduced_costs(pairs, prices).tolist() == [0.0] * 6
    pairs = pairs_of([(0, 0)], [5.0], 1)
    plan = allocate(pairs, [0.1], [1.0], max_share=0.5)
    prices = clearing_prices(pairs, plan, [0.1], [1.0])
    assert reduced_costs(pairs, prices).tolist() == [INF]


def test_without_supply_or_capacity_the_first_tonne_has_a_price():
    pairs = pairs_of([(0, 0), (1, 0)], [5.0, 3.0], 2)
    plan = allocate(pairs, [0.0, 2.0], [1.0])
    prices = clearing_prices(pairs, plan, [0.0, 2.0], [1.0])
    assert (prices.supply_low.tolist(), prices.supply_high.tolist()) == ([2.0, 0.0], [2.0, 0.0])
    assert (prices.demand_low.tolist(), prices.demand_high.tolist()) == ([3.0], [3.0])
    plan = allocate(pairs, [1.0, 2.0], [0.0])
    prices = clearing_prices(pairs, plan, [1.0, 2.0], [0.0])
    assert (prices.demand_low.tolist(), prices.demand_high.tolist()) == ([5.0], [5.0])


def test_an_empty_market_has_no_prices():
    pairs = pairs_of([], [], 0)
    prices = clearing_prices(pairs, allocate(pairs, [], []), [], [])
    assert (len(prices.supply_low), len(prices.demand_high)) == (0, 0)
    assert reduced_costs(pairs, prices).tolist() == []


@settings(max_examples=150, deadline=None)
@given(markets_of(least=0), objectives, shares)
def test_both_ends_are_optimal_duals_without_any_gap(plain, objective, share):
    plan, prices = priced(plain, objective, share)
    stream, demand = plain.pairs.row(), plain.pairs.demand
    gain = np.array(plain.gain, dtype=np.int64) + prices.premium
    supply, capacity = np.array(plain.supply), np.array(plain.capacity)
    limit = np.zeros(len(gain), np.int64) if share is None else np.array(plain.limits(share))
    placed = np.bincount(stream, plan.units, len(supply))
    taken = np.bincount(demand, plan.units, len(capacity))
    for u, v in both_ends(prices.exact):
        rent = np.where(prices.full, np.maximum(gain - u[stream] - v[demand], 0), 0)
        short = u[stream] + v[demand] + rent - gain
        assert min(u.min(), v.min()) >= 0
        assert (short >= 0).all()
        assert (short[plan.units > 0] == 0).all()
        assert (u[placed < supply] == 0).all()
        assert (v[taken < capacity] == 0).all()
        dual = int(supply @ u) + int(capacity @ v) + int(limit @ rent)
        assert dual == int(plan.units @ gain)


@settings(max_examples=40, deadline=None)
@given(markets, objectives, shares)
def test_the_ends_are_the_least_and_the_greatest_of_all_optimal_duals(plain, objective, share):
    assume(plain.edges)
    # A gain of 250 would leave the programme too few digits beside the premium of a tonne.
    assume(max(map(abs, plain.gain)) < 10)
    plan, prices = priced(plain, objective, share)
    gain = np.array(plain.gain) + prices.premium
    rents = np.eye(len(gain)) if share else np.zeros((len(gain), 0))
    worth = [*plain.supply, *plain.capacity, *(plain.limits(share) if share else [])]
    rows = np.hstack((incidence(plain).T, rents))
    ends = (
        np.concatenate((prices.exact.supply_low, prices.exact.demand_low)),
        np.concatenate((prices.exact.supply_high, prices.exact.demand_high)),
    )
    for sign, expected in zip((1, -1), ends, strict=True):
        for node, price in enumerate(expected):
            cost = np.zeros(len(worth))
            cost[node] = sign
            face = {"A_eq": [worth], "b_eq": [int(plan.units @ gain)]}
            answer = linprog(cost, A_ub=-rows, b_ub=-gain, **face, method="highs")
            assert sign * answer.fun == pytest.approx(price, abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(markets, objectives)
def test_one_more_unit_is_worth_the_low_end_and_one_less_costs_the_high_end(plain, objective):
    _, prices = priced(plain, objective)
    now = score(plain, objective, prices.premium)
    for side, low, high in (
        ("supply", prices.exact.supply_low, prices.exact.supply_high),
        ("capacity", prices.exact.demand_low, prices.exact.demand_high),
    ):
        for node in range(len(low)):
            for change, price in ((1, low), (-1, high)):
                amounts = list(getattr(plain, side))
                amounts[node] += change
                changed = replace(plain, **{side: amounts})
                difference = score(changed, objective, prices.premium) - now
                assert difference == change * price[node]


@settings(max_examples=60, deadline=None)
@given(markets, objectives)
def test_a_pair_that_earns_less_than_it_lacks_stays_out_and_used_ones_lack_nothing(
    plain, objective
):
    plan, prices = priced(plain, objective)
    lacks = reduced_costs(plain.pairs, prices)
    assert (lacks[plan.units > 0] == 0).all()
    assert (lacks >= 0).all()
    for e in np.flatnonzero(lacks > 0.001):
        gain = list(plain.gain)
        gain[e] += 10**7 if lacks[e] == INF else round(lacks[e] * 1000) - 1
        raised = replace(plain, gain=gain)
        assert allocate(raised.pairs, *raised.tonnes, objective).units[e] == 0


@settings(max_examples=60, deadline=None)
@given(markets, objectives)
def test_money_and_mass_are_the_parts_of_the_exact_prices(plain, objective):
    _, prices = priced(plain, objective)
    if objective == "value":
        assert prices.supply_low.tolist() == (prices.exact.supply_low / 1000).tolist()
        return
    for side in ("supply_low", "supply_high", "demand_low", "demand_high"):
        mass, exact = getattr(prices.mass, side), getattr(prices.exact, side)
        assert set(mass.tolist()) <= {0, 1}
        money = np.rint(getattr(prices, side) * 1000).astype(np.int64)
        assert (mass * prices.premium + money == exact).all()


def test_a_plan_that_could_be_better_has_no_prices():
    pairs = pairs_of([(0, 0), (0, 1)], [5.0, 3.0], 1)
    plan = allocate(pairs, [1.0], [1.0, 1.0])
    worse = replace(plan, units=np.array([0, 10]))
    with pytest.raises(ValueError, match="allocation: is not an optimal plan"):
        clearing_prices(pairs, worse, [1.0], [1.0, 1.0])
    idle = replace(plan, units=np.array([0, 0]))
    with pytest.raises(ValueError, match="allocation: is not an optimal plan"):
        clearing_prices(pairs, idle, [1.0], [1.0, 1.0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"supply_t": [0.5]}, r"supply_t\[0\]: is below what the plan places"),
        ({"capacity_t": [0.5, 9.0]}, r"capacity_t\[0\]: is below what the plan places"),
        ({"supply_t": [-1.0]}, r"supply_t\[0\]: is negative"),
    ],
)
def test_masses_that_are_not_the_plans_are_refused(change, message):
    pairs = pairs_of([(0, 0), (0, 1)], [5.0, 3.0], 1)
    masses = {"supply_t": [1.0], "capacity_t": [1.0, 1.0]}
    plan = allocate(pairs, **masses)
    with pytest.raises(ValueError, match=message):
        clearing_prices(pairs, plan, **(masses | change))


def test_plans_of_other_pairs_and_plans_with_side_constraints_are_refused():
    pairs, other = pairs_of([(0, 0), (0, 1)], [5.0, 3.0], 1), pairs_of([(0, 0)], [5.0], 1)
    masses = [1.0], [1.0, 1.0]
    plan = allocate(pairs, *masses)
    with pytest.raises(ValueError, match=r"allocation\.units: expected shape \(1\), got \(2,\)"):
        clearing_prices(other, plan, *masses)
    with pytest.raises(ValueError, match=r"prices\.used: expected shape \(1\), got \(2,\)"):
        reduced_costs(other, clearing_prices(pairs, plan, *masses))
    bound = allocate(pairs, *masses, terms=Terms(side=SideConstraints([[1.0, 0.0]], [0.5])))
    with pytest.raises(ValueError, match="allocation: has side constraints"):
        clearing_prices(pairs, bound, *masses)


def test_prices_that_could_leave_sixty_four_bits_are_refused():
    pairs, masses = pairs_of([(0, 0)], [1.0], 4000), ([1.0] * 4000, [1.0] * 4000)
    fine = allocate(pairs, *masses, terms=Terms(value_step=1e-15))
    with pytest.raises(ValueError, match="prices do not fit 64 bits; take a coarser value_step"):
        clearing_prices(pairs, replace(fine, objective="tonnes"), *masses)
