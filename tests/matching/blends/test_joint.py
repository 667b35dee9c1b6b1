"""Blends that share supply: by hand, against one plain programme, and part by part elsewhere."""

from __future__ import annotations

import pickle
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from matching import Pairs, all_pairs
from matching.blends.blending import blend
from matching.blends.joint import blend_market, join_parts, ready_market
from matching.blends.parts import blend_parts, solve_part
from matching.blends.recipes import Amount, Compositions, Forms, Limits, Recipes
from matching.market.pairs import pointers
from matching.small_park import small_park
from tests.matching.blend_cases import INF, NAN, RAW_MATERIALS, RAW_PRICES, free, raw_forms


def pairs_of(entries, streams):
    """Return pairs from (stream, demand, value per tonne)."""
    ordered = sorted(entries, key=lambda entry: (entry[0], -entry[2], entry[1]))
    stream, demand, value = (np.array(column) for column in zip(*ordered, strict=True))
    return Pairs(pointers(stream, streams), demand, value.astype(float), np.zeros(len(demand)))


def park_market():
    park = small_park()
    unlimited = replace(park.demands, lower=np.full((3, 3), -INF), upper=np.full((3, 3), INF))
    pairs = all_pairs(park.streams, unlimited, park.costs)
    recipes = Recipes(park.demands.capacity_t, Limits(park.demands.lower, park.demands.upper))
    return pairs, Compositions(park.streams.typical), park.streams.quantity_t, recipes


def test_the_blends_of_the_small_park_are_those_told_in_its_head():
    pairs = park_market()[0]
    found = blend_market(*park_market())
    assert found.value == pytest.approx(5020.0, abs=1e-6)
    assert found.tonnes == pytest.approx(190.0)
    assert found.received_t == pytest.approx([100.0, 60.0, 30.0])
    assert found.served.tolist() == [True, True, True]
    flow = {(i, j): t for i, j, t in zip(pairs.row(), pairs.demand, found.flow_t, strict=True) if t}
    assert flow == pytest.approx({(0, 0): 60.0, (1, 1): 60.0, (2, 0): 40.0, (3, 2): 30.0})
    assert found.composition[0] == pytest.approx([3.6, 1.0, 6.4])
    assert found.violation <= 1e-12


def test_prices_of_supply_and_capacity_are_worth_what_they_say():
    pairs, parts, supply, recipes = park_market()
    shadow = blend_market(pairs, parts, supply, recipes).shadow
    # Slag is left over at the cement works, whose room is worth slag's 25, so ash is worth 3 more.
    assert shadow.capacity[[0, 2]] == pytest.approx([25.0, 20.0])
    assert shadow.supply[[0, 2, 3]] == pytest.approx([0.0, 3.0, 0.0])
    # The block maker's room and the power plant's ash share 30: there is 60 t of either.
    assert shadow.capacity[1] + shadow.supply[1] == pytest.approx(30.0)
    for i in (0, 2, 3):
        more = supply + 1e-3 * (np.arange(4) == i)
        gained = blend_market(pairs, parts, more, recipes).value - 5020.0
        assert gained == pytest.approx(1e-3 * shadow.supply[i], abs=1e-8)


def test_most_tonnes_come_first_and_their_value_second():
    # 0 alone may go to demand 0, and pays best at demand 1; 1 may only go to 1.
    pairs = pairs_of([(0, 0, 1.0), (0, 1, 9.0), (1, 1, 5.0), (2, 0, 2.0)], 3)
    recipes = Recipes([4.0, 4.0], Limits([[-INF]] * 2, [[5.0], [INF]]))
    parts = [[1.0], [1.0], [8.0]]
    most = blend_market(pairs, parts, [4.0, 4.0, 1.0], recipes, "tonnes")
    assert most.tonnes == pytest.approx(8.0)
    # 1 t of stream 2 beside 3 of stream 0 has 2.75; the fourth goes to demand 1.
    assert most.value == pytest.approx(2.0 + 3.0 + 9.0 + 15.0)
    assert most.shadow.capacity == pytest.approx([1.0, 1.0])
    best = blend_market(pairs, parts, [4.0, 4.0, 1.0], recipes)
    assert (best.value, best.tonnes) == (pytest.approx(36.0), pytest.approx(4.0))


def test_a_form_belongs_to_the_demands_it_names():
    entries = [(i, j, 300.0 - RAW_PRICES[i]) for i in range(4) for j in range(2)]
    recipes = Recipes(
        [1.0, 1.0],
        Limits([[-INF] * 6] * 2, [[INF] * 6] * 2),
        raw_forms(demand=[1] * 13),
    )
    found = blend_market(pairs_of(entries, 4), RAW_MATERIALS, [9.0] * 4, recipes)
    raw = blend(RAW_MATERIALS, RAW_PRICES, [9.0] * 4, free(6), 1.0, raw_forms())
    assert found.value == pytest.approx(600.0 - 6.0 - raw.cost)
    assert found.composition[1] == pytest.approx(raw.composition, abs=1e-9)
    assert found.shadow.forms[1] == pytest.approx(raw.shadow.forms, abs=1e-9)
    assert found.shadow.forms[0].tolist() == [0.0] * 13


def test_pairs_that_need_a_test_or_fail_by_themselves_carry_nothing():
    parts = Compositions([[NAN, 7.0], [1.0, 5.0], [1.0, 7.0]], mixing=[True, False])
    recipes = Recipes([9.0], Limits([[-INF, 6.0]], [[3.0, INF]]))
    pairs = pairs_of([(0, 0, 9.0), (1, 0, 9.0), (2, 0, 1.0)], 3)
    found = blend_market(pairs, parts, [1.0] * 3, recipes)
    assert found.flow_t.tolist() == [0.0, 0.0, 1.0]
    assert found.untested.tolist() == [True, False, False]
    assert found.failing.tolist() == [False, True, False]
    assert np.isnan(found.shadow.lower[0, 1])


def test_a_stream_at_a_loss_is_taken_where_it_thins_a_gain():
    pairs = pairs_of([(0, 0, 30.0), (1, 0, -10.0)], 2)
    recipes = Recipes([10.0], Limits([[-INF]], [[5.0]]))
    found = blend_market(pairs, [[8.0], [2.0]], [10.0, 10.0], recipes)
    assert found.flow_t == pytest.approx([5.0, 5.0])
    assert found.value == pytest.approx(100.0)
    # At 5 + d the share of the first is 1/2 + d/6, of ten tonnes worth 40 more each.
    assert found.shadow.upper[0, 0] == pytest.approx(10 * 40 / 6)


def test_an_empty_market_has_no_blends():
    none = Pairs([0], [], [], [])
    found = blend_market(none, np.empty((0, 1)), [], Recipes([3.0], Limits([[0.0]], [[1.0]])))
    assert (found.value, found.tonnes, found.served.tolist()) == (0.0, 0.0, [False])
    assert np.isnan(found.composition).all()


def random_market(seed, streams, demands, parameters=3, links=3):
    """Return arguments of `blend_market` in several components, with dry and unknown values."""
    random = np.random.default_rng(seed)
    entries = []
    for j in range(demands):
        near = np.arange(j, j + 2 * links) % streams
        chosen = random.choice(np.unique(near), min(links, len(np.unique(near))), replace=False)
        entries += [(i, j, random.normal(10, 15)) for i in sorted(chosen.tolist())]
    shape = streams, parameters
    typical = random.uniform(1, 9, shape)
    typical[random.random(shape) < 0.03] = NAN
    dry = random.random(parameters) < 0.5
    upper = random.choice([INF, 5.0, 4.0], (demands, parameters), p=[0.5, 0.3, 0.2])
    lower = random.choice([-INF, 3.0], (demands, parameters), p=[0.8, 0.2])
    coef = random.normal(0, 1, (demands, parameters)) * dry
    return (
        pairs_of(entries, streams),
        Compositions(typical, moisture=random.uniform(0, 0.6, streams), dry=dry),
        random.choice([0.0, 5.0, 40.0], streams),
        Recipes(
            random.choice([0.0, 10.0, 60.0], demands),
            Limits(lower, upper),
            Forms(coef, random.uniform(0, 2, demands), random.permutation(demands)),
        ),
    )


def plain_value(pairs, parts, supply, recipes):
    """Return the greatest value by one dense programme with every row, written pair by pair."""
    stream, demand = pairs.row(), pairs.demand
    limits, forms = recipes.limits, recipes.forms
    missing = np.isnan(parts.typical)
    usable = np.ones(len(pairs), dtype=bool)
    rows, bound = [], []
    for i in range(len(supply)):
        rows.append((stream == i).astype(float))
        bound.append(supply[i])
    for j in range(len(recipes)):
        mine = demand == j
        rows.append(mine.astype(float))
        bound.append(recipes.capacity_t[j])
        asked = [(c, 1.0, limits.upper[j, c]) for c in range(parts.typical.shape[1])]
        asked += [(c, -1.0, limits.lower[j, c]) for c in range(parts.typical.shape[1])]
        for c, sign, limit in asked:
            if np.isfinite(limit):
                usable &= ~(mine & missing[stream, c])
                weight = 1 - parts.moisture[stream] if parts.dry[c] else 1.0
                rows.append(
                    np.nan_to_num(mine * sign * weight * (parts.typical[stream, c] - limit))
                )
                bound.append(0.0)
        for r in np.flatnonzero(forms.demand == j):
            speaks = forms.coef[r] != 0
            usable &= ~(mine & missing[stream][:, speaks].any(axis=1))
            value = np.nan_to_num(parts.typical[stream]) @ forms.coef[r] - forms.bound[r]
            weight = 1 - parts.moisture[stream] if speaks.any() else 1.0
            rows.append(mine * weight * value)
            bound.append(0.0)
    most = np.where(usable, INF, 0.0)
    bounds = np.column_stack((np.zeros(len(pairs)), most))
    answer = linprog(-pairs.value_per_t, np.array(rows), bound, bounds=bounds)
    assert answer.status == 0
    return -answer.fun


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 8))
def test_the_value_is_that_of_one_programme_with_every_row(seed, streams, demands):
    pairs, parts, supply, recipes = random_market(seed, streams, demands)
    found = blend_market(pairs, parts, supply, recipes)
    assert found.value == pytest.approx(plain_value(pairs, parts, supply, recipes), abs=1e-6)
    assert found.violation <= 1e-9
    sent = np.bincount(pairs.row(), found.flow_t, minlength=streams)
    assert (sent <= supply * (1 + 1e-12)).all()
    assert (found.received_t <= recipes.capacity_t * (1 + 1e-12)).all()
    most = blend_market(pairs, parts, supply, recipes, "tonnes")
    assert most.tonnes >= found.tonnes - 1e-7
    assert most.value <= found.value + 1e-6


@pytest.mark.parametrize("seed", [14, 24, 36])
def test_prices_are_the_slopes_of_the_value(seed):
    pairs, parts, supply, recipes = random_market(seed, 40, 20, links=5)
    found = blend_market(pairs, parts, supply, recipes)
    shadow, limits, forms, step = found.shadow, recipes.limits, recipes.forms, 1e-5
    tables = {
        "upper": (limits.upper, shadow.upper),
        "lower": (-limits.lower, shadow.lower),
        "bound": (forms.bound, shadow.forms.max(axis=0)),
        "capacity_t": (recipes.capacity_t, shadow.capacity),
    }

    def value(name, array):
        if name == "capacity_t":
            changed = replace(recipes, capacity_t=array)
        elif name == "bound":
            changed = replace(recipes, forms=replace(forms, bound=array))
        else:
            array = -array if name == "lower" else array
            changed = replace(recipes, limits=replace(limits, **{name: array}))
        return blend_market(pairs, parts, supply, changed).value

    tried = 0
    for name, (bounds, prices) in tables.items():
        for at in zip(*np.nonzero((prices > 0.1) & (bounds != 0)), strict=True):
            change = np.zeros_like(bounds)
            change[at] = step
            gained = (value(name, bounds + change) - found.value) / step
            lost = (found.value - value(name, bounds - change)) / step
            # Where bounds meet in a corner the slopes differ, and the price is between them.
            assert gained - 1e-3 * prices[at] <= prices[at] <= lost * (1 + 1e-3)
            tried += 1
    assert tried >= 8


@pytest.mark.parametrize("objective", ["value", "tonnes"])
@pytest.mark.parametrize("seed", [37, 38, 39])
def test_bounds_hold_in_markets_of_very_small_and_very_large_amounts(seed, objective):
    random = np.random.default_rng(seed)
    scale = 10.0 ** random.integers(-5, 3, 6)
    stream = [random.choice(60, 8, replace=False) for _ in range(30)]
    entries = [(i, j, random.normal(5, 20)) for j in range(30) for i in stream[j].tolist()]
    limits = Limits(
        np.where(random.random((30, 6)) < 0.12, scale * random.uniform(0.3, 0.9, (30, 6)), -INF),
        np.where(random.random((30, 6)) < 0.35, scale * random.uniform(1.0, 1.8, (30, 6)), INF),
    )
    supply, capacity = np.exp(random.normal(3, 3, 60)), np.exp(random.normal(3, 3, 30))
    pairs = pairs_of(entries, 60)
    parts = np.exp(random.normal(0, 0.5, (60, 6))) * scale
    found = blend_market(pairs, parts, supply, Recipes(capacity, limits), objective)
    sent = np.bincount(pairs.row(), found.flow_t, minlength=60)
    assert found.violation <= 1e-12
    assert (sent <= supply * (1 + 1e-11)).all()
    assert (found.received_t <= capacity * (1 + 1e-11)).all()
    assert found.served.sum() > 10


def test_parts_solved_elsewhere_and_joined_in_any_order_give_the_same_bits(monkeypatch):
    monkeypatch.setattr("matching.blends.parts.PART_PAIRS", 8)
    arguments = random_market(5, 120, 60, links=2)
    here = blend_market(*arguments)
    market = ready_market(*arguments)
    parts = list(blend_parts(market))
    assert len(parts) >= 3
    assert sum(len(part.pair) for part in parts) == (~(here.untested | here.failing)).sum()
    away = [pickle.loads(pickle.dumps(part)) for part in reversed(parts)]
    answers = [(part, pickle.loads(pickle.dumps(solve_part(part, "value")))) for part in away]
    joined = join_parts(market, arguments[1], arguments[3], answers)
    assert joined.flow_t.tobytes() == here.flow_t.tobytes()
    assert (joined.value, joined.violation) == (here.value, here.violation)
    for field in fields(here.shadow):
        one, other = (getattr(each.shadow, field.name) for each in (here, joined))
        assert one.tobytes() == other.tobytes()


def test_a_market_of_one_demand_is_a_blend_of_at_most_its_capacity():
    random = np.random.default_rng(3)
    typical, cost = random.uniform(1, 9, (6, 2)), random.uniform(-9, 9, 6)
    limits = Limits([-INF, 4.0], [5.0, INF])
    alone = blend(typical, cost, [3.0] * 6, limits, Amount(0, 10))
    recipes = Recipes([10.0], Limits(limits.lower[None], limits.upper[None]))
    found = blend_market(
        pairs_of([(i, 0, -cost[i]) for i in range(6)], 6), typical, [3.0] * 6, recipes
    )
    assert found.value == pytest.approx(-alone.cost)
    assert found.flow_t == pytest.approx(alone.tonnes, abs=1e-9)
    assert found.shadow.upper[0] == pytest.approx(alone.shadow.upper, abs=1e-7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"supply_t": [1.0]}, r"supply_t: expected shape \(2\), got \(1,\)"),
        ({"supply_t": [1.0, -1.0]}, r"supply_t\[1\]: is negative"),
        ({"compositions": [[1.0]]}, r"ptr: expected shape \(2\), got \(3,\)"),
        ({"compositions": [[1.0, 2.0]] * 2}, r"lower: expected shape \(1, 2\), got \(1, 1\)"),
        ({"pairs": pairs_of([(0, 1, 1.0)], 2)}, r"demand\[0\]: is not below 1"),
        (
            {"recipes": Recipes([1.0], Limits([[0.0]], [[1.0]]), Forms([[1.0]], [1.0], [1]))},
            r"demand\[0\]: is not below 1",
        ),
    ],
)
def test_malformed_input_is_refused_by_array_and_index(change, message):
    whole = {
        "pairs": pairs_of([(0, 0, 1.0)], 2),
        "compositions": [[1.0]] * 2,
        "supply_t": [1.0, 1.0],
        "recipes": Recipes([1.0], Limits([[0.0]], [[1.0]])),
    }
    with pytest.raises(ValueError, match=message):
        blend_market(**(whole | change))


def test_an_unknown_objective_is_refused_even_where_nothing_is_to_be_blended():
    message = "objective: 'mass' is not one of value, tonnes"
    with pytest.raises(ValueError, match=message):
        blend_market(*park_market(), objective="mass")
    with pytest.raises(ValueError, match=message):
        blend_market(Pairs([0], [], [], []), np.empty((0, 1)), [], Recipes([], free_rows()), "mass")
    (part,) = blend_parts(ready_market(*park_market()))
    with pytest.raises(ValueError, match=message):
        solve_part(part, "mass")


def free_rows():
    return Limits(np.empty((0, 1)), np.empty((0, 1)))


def test_a_repeated_pair_is_refused():
    pairs = Pairs([0, 2, 2], [0, 0], [1.0, 2.0], [1.0, 1.0])
    recipes = Recipes([5.0], Limits([[0.0]], [[5.0]]))
    with pytest.raises(ValueError, match=r"demand\[1\]: repeats a partner of the same row"):
        blend_market(pairs, [[1.0], [9.0]], [10.0, 10.0], recipes)


@pytest.mark.parametrize("size", [1e-300, 1e-12, 1e-10, 1.0, 1e19, 1e25, 1e300])
def test_values_of_any_size_give_the_same_blend(size):
    pairs = pairs_of([(0, 0, size), (1, 0, 2 * size)], 2)
    recipes = Recipes([5.0], Limits([[0.0]], [[5.0]]))
    found = blend_market(pairs, [[1.0], [9.0]], [10.0, 10.0], recipes)
    assert found.flow_t == pytest.approx([2.5, 2.5])
    assert found.value == pytest.approx(7.5 * size)
    assert found.shadow.capacity == pytest.approx([1.5 * size])
