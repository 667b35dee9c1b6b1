"""The cheapest mixture: published optima, hand-made cases, and random ones against a grid."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import all_pairs, transpose
from matching.blends.blending import blend
from matching.blends.conflicts import InfeasibleBlend
from matching.blends.recipes import Amount, Compositions, Forms, Limits
from matching.small_park import small_park
from tests.matching.blend_cases import (
    INF,
    NAN,
    RAW_COST,
    RAW_MATERIALS,
    RAW_MIX,
    RAW_PRICES,
    free,
    random_blend,
    raw_forms,
)

# Sources of which four bounds and the amount meet in the optimum, none of them by accident.
FIVE = ((8.0, 2.3, 5.8), (3.9, 5.1, 3.4), (6.6, 4.1, 2.5), (5.5, 7.9, 3.5), (1.0, 8.0, 8.2))
MOISTURE_OF_FIVE = (0.42, 0.33, 0.16, 0.24, 0.05)

blends = st.builds(
    random_blend,
    seed=st.integers(0, 2**32 - 1),
    sources=st.integers(1, 3),
    parameters=st.integers(1, 3),
)


def raw_mix(**change):
    arguments = {
        "compositions": RAW_MATERIALS,
        "cost_per_t": RAW_PRICES,
        "available_t": [INF] * 4,
        "limits": free(6),
        "amount_t": 1.0,
        "forms": raw_forms(),
    }
    return blend(**(arguments | change))


def test_a_published_cement_raw_mix_is_found():
    found = raw_mix()
    assert found.cost == pytest.approx(RAW_COST, abs=1e-9)
    assert found.tonnes == pytest.approx(RAW_MIX, abs=1e-6)
    assert found.status == "optimal"
    assert found.tonnes.sum() == pytest.approx(1.0, abs=1e-15)
    assert found.certificate.violation <= 1e-12
    assert np.flatnonzero(found.certificate.binds_forms).tolist() == [0, 3, 5]
    assert found.composition[:3] == pytest.approx(
        np.array(RAW_MIX) @ np.array(RAW_MATERIALS)[:, :3]
    )
    assert found.shadow.amount == pytest.approx(RAW_COST)  # every bound is one of shares


def test_the_unit_of_mass_changes_nothing_but_the_mass():
    found = raw_mix(amount_t=3e6)
    assert found.cost == pytest.approx(3e6 * RAW_COST, rel=1e-12)
    assert found.tonnes == pytest.approx(3e6 * raw_mix().tonnes, rel=1e-9)


def park_blend(sources=(0, 1, 2), amount_t=60.0):
    """Blend for the cement works of the small park, from some of its sources."""
    park = small_park()
    free_demands = replace(park.demands, lower=np.full((3, 3), -INF), upper=np.full((3, 3), INF))
    turned = transpose(all_pairs(park.streams, free_demands, park.costs), demands=3)
    stream = turned.demand[turned.ptr[0] : turned.ptr[1]]
    value = dict(zip(stream.tolist(), turned.value_per_t[: len(stream)].tolist(), strict=True))
    chosen = list(sources)
    return blend(
        park.streams.typical[chosen],
        [park.demands.price_per_t[0] - value[i] for i in chosen],
        park.streams.quantity_t[chosen],
        Limits(park.demands.lower[0], park.demands.upper[0]),
        amount_t,
    )


def test_the_blend_of_the_small_park_is_the_one_told_in_its_head():
    found = park_blend()
    assert found.tonnes == pytest.approx([20.0, 0.0, 40.0], abs=1e-9)
    assert found.cost == pytest.approx(480.0, abs=1e-6)
    assert found.composition == pytest.approx([6.0, 1.0, 4.0], abs=1e-9)
    assert found.certificate.binds_upper.tolist() == [True, False, False]
    assert found.certificate.slack_upper == pytest.approx([0.0, 3.0, 8.0], abs=1e-9)
    assert found.certificate.slack_lower.tolist() == [INF, INF, INF]


def test_of_the_two_ashes_of_the_small_park_half_and_half_is_the_cheapest():
    found = park_blend(sources=(1, 2))
    assert found.tonnes == pytest.approx([30.0, 30.0], abs=1e-9)
    assert found.cost == pytest.approx(17.0 * 60, abs=1e-6)
    # A point more of loss on ignition lets 10 t change from ash at 27 to ash at 7.
    assert found.shadow.upper == pytest.approx([200.0, 0.0, 0.0], abs=1e-6)
    assert found.shadow.amount == pytest.approx(17.0, abs=1e-9)
    assert found.shadow.available.tolist() == [0.0, 0.0]


# Haverly's pooling problems (1978) without the pool: two crudes of sulphur 3 and 1 and a product of
# sulphur 2, sold up to 100 at 9 with at most 2.5 and up to a second size at 15 with at most 1.5.
@pytest.mark.parametrize(
    ("costs", "sizes", "best"),
    [
        ((6.0, 16.0, 10.0), (100.0, 200.0), -500.0),
        ((6.0, 16.0, 10.0), (600.0, 200.0), -1000.0),
        ((6.0, 13.0, 10.0), (100.0, 200.0), -875.0),
    ],
)
def test_haverlys_problems_without_a_pool_reach_the_known_profit(costs, sizes, best):
    total = 0.0
    for price, sulphur, most in ((9.0, 2.5, sizes[0]), (15.0, 1.5, sizes[1])):
        profit = [cost - price for cost in costs]
        limits = Limits([-INF], [sulphur])
        total += blend([[3.0], [1.0], [2.0]], profit, [INF] * 3, limits, Amount(0, most)).cost
    assert total == pytest.approx(best, abs=1e-9)


def test_a_dry_limit_is_weighed_by_dry_mass_and_another_by_mass():
    # Half water, 8 % ash in the dry half; bone dry, 2 %. Equal dry masses give 5 %: two tonnes of
    # the wet one to one of the dry. Weighed by mass it would be one to one.
    wet = Compositions([[8.0], [2.0]], moisture=[0.5, 0.0], dry=[True])
    limits = Limits([-INF], [5.0])
    found = blend(wet, [1.0, 10.0], [INF, INF], limits, 3.0)
    assert found.tonnes == pytest.approx([2.0, 1.0], abs=1e-12)
    assert found.composition == pytest.approx([5.0], abs=1e-12)
    as_received = replace(wet, dry=np.array([False]))
    assert blend(as_received, [1, 10], [INF, INF], limits, 3.0).tonnes == pytest.approx([1.5, 1.5])


def test_what_does_not_mix_is_held_by_every_part():
    acid = Compositions([[5.0, 1.0], [9.0, 1.0], [8.0, 3.0]], mixing=[False, True])
    limits = Limits([6.0, -INF], [INF, 2.0])
    found = blend(acid, [1.0, 9.0, 3.0], [9.0] * 3, limits, 2.0)
    assert found.tonnes == pytest.approx([0.0, 1.0, 1.0])
    assert found.failing.tolist() == [[True, False], [False, False], [False, False]]
    assert not found.untested.any()
    assert np.isnan(found.composition[0])
    assert (found.certificate.lowest[0], found.certificate.highest[0]) == (8.0, 9.0)
    assert np.isnan(found.shadow.lower[0])
    assert np.isnan(found.shadow.available[0])


def test_a_missing_value_against_a_limit_keeps_a_source_out_and_is_named():
    unknown = [[NAN, 1.0], [4.0, NAN], [1.0, 1.0]]
    found = blend(unknown, [1.0, 2.0, 9.0], [INF] * 3, Limits([-INF] * 2, [5.0, INF]), 1.0)
    assert found.tonnes.tolist() == [0.0, 1.0, 0.0]
    assert found.untested.tolist() == [[True, False], [False, False], [False, False]]
    assert np.isnan(found.composition[1])  # not asked for, and not known


def test_a_form_asks_for_the_values_it_is_made_of():
    parts = Compositions([[NAN, 1.0, 2.0], [1.0, 1.0, NAN]], moisture=[0.1, NAN])
    forms = Forms([[1.0, -1.0, 0.0]], [0.0])
    found = blend(parts, [1.0, 2.0], [INF] * 2, free(3), 1.0, forms)
    assert found.tonnes.tolist() == [0.0, 1.0]
    assert found.untested.tolist() == [[True, False, False], [False] * 3]
    dry = replace(parts, dry=np.array([True, True, True]), typical=np.ones((2, 3)))
    found = blend(dry, [2.0, 1.0], [INF] * 2, free(3), 1.0, forms)
    assert found.untested.tolist() == [[False] * 3, [True, True, False]]
    assert found.tonnes.tolist() == [1.0, 0.0]


def test_a_form_of_what_does_not_mix_is_held_by_every_part():
    parts = Compositions([[1.0, 4.0], [3.0, 4.0]], mixing=[False, True])
    found = blend(parts, [1, 2], [INF] * 2, free(2), 1.0, Forms([[-1.0, 0.5]], [0.0]))
    assert found.tonnes.tolist() == [0.0, 1.0]
    assert found.failing.tolist() == [[True, True], [False, False]]
    assert found.certificate.forms == pytest.approx([-1.0])


def test_guaranteed_limits_hold_at_the_worst_and_cost_more():
    ranged = Compositions([[2.0], [8.0]], minimum=[[1.0], [7.0]], maximum=[[3.0], [NAN]])
    limits = Limits([-INF], [5.0])
    expected = blend(ranged, [10.0, 0.0], [INF] * 2, limits, 6.0)
    guaranteed = blend(ranged, [10, 0], [INF] * 2, replace(limits, quality="guaranteed"), 6.0)
    assert expected.tonnes == pytest.approx([3.0, 3.0])
    assert guaranteed.tonnes == pytest.approx([3.6, 2.4])  # (3·3 + 2·8) / 5 = 5
    assert guaranteed.composition == pytest.approx([4.4])
    assert guaranteed.certificate.lowest == pytest.approx([3.4])
    assert guaranteed.certificate.highest == pytest.approx([5.0])


def test_expected_limits_may_allow_for_deviations():
    loose = Compositions([[2.0], [8.0]], deviation=[[0.5], [NAN]])
    found = blend(loose, [10.0, 0.0], [INF] * 2, Limits([-INF], [5.0], z=2.0), 1.0)
    assert found.tonnes == pytest.approx([0.6, 0.4])  # 0.6·(2 + 2·0.5) + 0.4·8 = 5
    assert found.certificate.high == pytest.approx([5.0])
    assert found.composition == pytest.approx([4.4])


@pytest.mark.parametrize(
    ("amount", "costs", "tonnes", "price"),
    [
        (Amount(2.0, 5.0), [1.0, 3.0], [2.0, 0.0], 1.0),
        (Amount(2.0, 5.0), [-1.0, 3.0], [5.0, 0.0], -1.0),
        (Amount(0.0, 5.0), [1.0, 3.0], [0.0, 0.0], 0.0),
        (Amount(0.0, 5.0), [-1.0, -3.0], [1.0, 4.0], -1.0),
    ],
)
def test_an_interval_is_used_up_to_where_it_pays(amount, costs, tonnes, price):
    found = blend([[0.0], [0.0]], costs, [INF, 4.0], Limits([-INF], [5.0]), amount)
    assert found.tonnes == pytest.approx(tonnes, abs=1e-12)
    assert found.shadow.amount == pytest.approx(price)
    if not any(tonnes):
        assert np.isnan(found.composition).all()


def market_of_five():
    return {
        "compositions": Compositions(
            FIVE,
            moisture=MOISTURE_OF_FIVE,
            dry=np.array([True, True, False]),
        ),
        "cost_per_t": np.array([-2.0, 4.0, 9.0, 16.0, 25.0]),
        "available_t": np.array([3.0, 6.0, 9.0, 9.0, 9.0]),
        "limits": Limits([-INF, 4.8, -INF], [4.6, INF, 4.5]),
        "amount_t": 10.0,
        "forms": Forms([[1.0, -1.0, 0.0]], [0.1]),
    }


@pytest.mark.parametrize(
    ("price", "change"),
    [
        *((f"upper {c}", "upper") for c in range(3)),
        *((f"lower {c}", "lower") for c in range(3)),
        *((f"available {i}", "available") for i in range(5)),
        ("forms 0", "forms"),
        ("amount", "amount"),
    ],
)
def test_shadow_prices_are_the_slopes_of_the_cost(price, change):
    given_ = market_of_five()
    shadow, step = blend(**given_).shadow, 1e-5
    index = int(price[-1]) if " " in price else 0

    def relaxed(by):
        limits, forms, available = (given_[name] for name in ("limits", "forms", "available_t"))
        unit = by * (np.arange(5) == index)
        if change in {"upper", "lower"}:
            bound = getattr(limits, change) + (unit[:3] if change == "upper" else -unit[:3])
            return {"limits": replace(limits, **{change: bound})}
        if change == "forms":
            return {"forms": replace(forms, bound=forms.bound + by)}
        return {"amount_t": 10.0 - by} if change == "amount" else {"available_t": available + unit}

    tight, loose = (blend(**(given_ | relaxed(sign * step))).cost for sign in (-1, 1))
    expected = np.atleast_1d(getattr(shadow, change))[index]
    assert (tight - loose) / (2 * step) == pytest.approx(expected, abs=1e-5)


def test_the_prices_just_tested_are_not_all_nothing():
    shadow = blend(**market_of_five()).shadow
    found = [*shadow.upper, *shadow.lower, *shadow.forms, *shadow.available]
    assert sum(price > 1 for price in found) == 4


def holds(arguments, shares):
    """Whether shares of the sources hold every limit and form, judged one number at a time."""
    parts, limits, forms = arguments["compositions"], arguments["limits"], arguments["forms"]
    used = np.flatnonzero(shares)
    low, high = (side[used] for side in parts.held(limits))
    columns = range(parts.typical.shape[1])

    def mixed(values, c):
        if not parts.mixing[c]:
            return values
        weight = shares[used] * ((1 - parts.moisture[used]) if parts.dry[c] else 1.0)
        return np.array([(weight * values).sum() / weight.sum()])

    for c in columns:
        if limits.lower[c] > -INF and not (mixed(low[:, c], c) >= limits.lower[c] - 1e-12).all():
            return False
        if limits.upper[c] < INF and not (mixed(high[:, c], c) <= limits.upper[c] + 1e-12).all():
            return False
    for coef, bound in zip(forms.coef, forms.bound, strict=True):
        speaks = [c for c in columns if coef[c]]
        by_part = sum((coef[c] * (high if coef[c] > 0 else low)[:, c] for c in speaks), np.zeros(1))
        if all(parts.mixing[c] for c in speaks):
            by_part = sum(
                (coef[c] * mixed((high if coef[c] > 0 else low)[:, c], c) for c in speaks),
                np.zeros(1),
            )
        if bound < INF and not (by_part <= bound + 1e-12).all():
            return False
    return True


def grid(arguments, steps=12):
    """Yield the mixtures in twelfths that are at hand and hold."""
    count = len(arguments["cost_per_t"])
    for part in itertools.product(range(steps + 1), repeat=count):
        if sum(part) == steps:
            shares = np.array(part) / steps
            at_hand = shares * arguments["amount_t"] <= arguments["available_t"]
            if at_hand.all() and holds(arguments, shares):
                yield shares


@settings(max_examples=100, deadline=None)
@given(blends)
def test_no_mixture_on_a_grid_is_cheaper_and_the_certificate_holds(arguments):
    try:
        found = blend(**arguments)
    except InfeasibleBlend:
        assert next(grid(arguments), None) is None
        return
    amount, cost = arguments["amount_t"], arguments["cost_per_t"]
    assert holds(arguments, found.tonnes / amount)
    assert found.tonnes.sum() == pytest.approx(amount, rel=1e-12)
    assert (found.tonnes >= 0).all()
    assert (found.tonnes <= arguments["available_t"] * (1 + 1e-12)).all()
    assert found.cost == pytest.approx(cost @ found.tonnes)
    assert found.certificate.violation <= 1e-9
    for shares in grid(arguments):
        assert cost @ shares * amount >= found.cost - 1e-9


@settings(max_examples=50, deadline=None)
@given(blends)
def test_what_is_guaranteed_is_expected_too_and_never_cheaper(arguments):
    parts = arguments["compositions"]
    known = np.nan_to_num(parts.typical, nan=2.0)
    ranges = {
        "minimum": np.minimum(np.nan_to_num(parts.minimum, nan=2.0), known),
        "maximum": np.maximum(np.nan_to_num(parts.maximum, nan=2.0), known),
    }
    arguments |= {"compositions": replace(parts, typical=known, **ranges)}
    costs = []
    for quality in ("guaranteed", "expected"):
        try:
            limits = replace(arguments["limits"], quality=quality)
            costs.append(blend(**(arguments | {"limits": limits})).cost)
        except InfeasibleBlend:
            costs.append(INF)
    assert costs[0] >= costs[1] - 1e-9


def test_the_same_input_gives_the_same_bits():
    first, second = (blend(**market_of_five()) for _ in range(2))
    assert first.tonnes.tobytes() == second.tonnes.tobytes()
    assert first.shadow.upper.tobytes() == second.shadow.upper.tobytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"compositions": [1.0, 2.0]}, r"typical: expected shape \(any, any\), got \(2,\)"),
        ({"compositions": [[1.0], [INF]]}, r"typical\[1, 0\]: is infinite"),
        ({"cost_per_t": [1.0, NAN]}, r"cost_per_t\[1\]: is not a finite number"),
        ({"cost_per_t": [INF, 1.0]}, r"cost_per_t\[0\]: is not a finite number"),
        ({"cost_per_t": [1.0]}, r"cost_per_t: expected shape \(2\), got \(1,\)"),
        ({"available_t": [1.0, -1.0]}, r"available_t\[1\]: is negative"),
        ({"available_t": [NAN, 1.0]}, r"available_t\[0\]: is NaN"),
        ({"limits": free(2)}, r"lower: expected shape \(1\), got \(2,\)"),
        ({"limits": Limits([[1.0]], [[2.0]])}, r"lower: expected shape \(1\), got \(1, 1\)"),
        ({"amount_t": 0.0}, r"amount_t: 0.0 is not a finite number above 0"),
        ({"amount_t": INF}, r"amount_t: inf is not a finite number above 0"),
        ({"amount_t": Amount(1, 2, [1.0])}, r"smallest_lot_t: expected shape \(2\), got \(1,\)"),
        ({"forms": Forms([[1.0, 2.0]], [1.0])}, r"coef: expected shape \(any, 1\), got \(1, 2\)"),
        ({"forms": Forms([[1.0]], [1.0], [1])}, r"demand\[0\]: is not below 1"),
    ],
)
def test_malformed_input_is_refused_by_array_and_index(change, message):
    whole = {
        "compositions": [[1.0], [2.0]],
        "cost_per_t": [1.0, 2.0],
        "available_t": [5.0, 5.0],
        "limits": free(1),
        "amount_t": 3.0,
    }
    with pytest.raises(ValueError, match=message):
        blend(**(whole | change))


def test_no_sources_at_all_make_no_mixture():
    with pytest.raises(InfeasibleBlend, match="no source can be used"):
        blend(np.empty((0, 1)), [], [], free(1), 1.0)


@pytest.mark.parametrize("size", [1e-300, 1e-14, 1e-10, 1.0, 1e19, 1e25, 1e300])
@pytest.mark.parametrize("amount", [5.0, Amount(5.0, 5.0, 1.0), Amount(5.0, 5.0, 2.0, 2)])
def test_costs_of_any_size_give_the_same_blend(size, amount):
    limits = Limits([0.0], [5.0])
    found = blend([[1.0], [9.0]], [2 * size, size], [10.0, 10.0], limits, amount)
    assert found.tonnes == pytest.approx([2.5, 2.5])
    assert found.cost == pytest.approx(7.5 * size)
    assert found.shadow.amount == pytest.approx(1.5 * size)
    assert found.shadow.upper == pytest.approx([0.625 * size])


def test_a_choice_of_sources_is_made_at_costs_of_any_size():
    for size in (5e-324, 1e-300, 1e-10, 1.0, 1e25, 1e300):
        costs = [3 * size, size, 2 * size]
        amount = Amount(5.0, 5.0, most_sources=1)
        found = blend([[1.0], [1.0], [1.0]], costs, [9.0, 4.0, 9.0], Limits([0.0], [5.0]), amount)
        assert found.tonnes.tolist() == [0.0, 0.0, 5.0]
