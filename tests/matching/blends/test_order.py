"""Smallest lots and numbers of sources, against every choice of sources tried in turn."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.blends.blending import blend
from matching.blends.conflicts import InfeasibleBlend
from matching.blends.order import Order, cheapest, program_of
from matching.blends.recipes import Amount, Compositions, Limits
from matching.blends.rows import Candidates, limit_rows, system
from tests.matching.blend_cases import INF

ASHES = [[0.0, 1.0], [3.0, 1.0], [9.0, 1.0]]
SIX = Limits([-INF, -INF], [6.0, 4.0])
COSTS = [10.0, 27.0, 7.0]
AT_HAND = [80.0, 60.0, 40.0]


@pytest.mark.parametrize(
    ("amount", "tonnes"),
    [
        (Amount(60, 60), [20, 0, 40]),
        (Amount(60, 60, smallest_lot_t=15.0), [20, 0, 40]),
        (Amount(60, 60, smallest_lot_t=[25.0, 0.0, 0.0]), [25, 0, 35]),
        (Amount(60, 60, smallest_lot_t=[25.0, 0.0, 36.0]), [60, 0, 0]),
        (Amount(60, 60, most_sources=1), [60, 0, 0]),
        (Amount(60, 60, smallest_lot_t=[61.0, 0.0, 0.0]), [0, 30, 30]),
        (Amount(30, 60, smallest_lot_t=[25.0, 0.0, 36.0]), [30, 0, 0]),
        (Amount(0, 60, smallest_lot_t=15.0), [0, 0, 0]),
    ],
)
def test_lots_and_numbers_of_sources_by_hand(amount, tonnes):
    found = blend(ASHES, COSTS, AT_HAND, SIX, amount)
    assert found.tonnes == pytest.approx(tonnes, abs=1e-9)


def test_the_prices_are_those_of_the_sources_chosen():
    found = blend(ASHES, COSTS, AT_HAND, SIX, Amount(60, 60, smallest_lot_t=[25.0, 0.0, 0.0]))
    assert found.shadow.amount == pytest.approx(7.0)  # one more tonne comes from the cheapest
    assert found.shadow.upper.tolist() == [0.0, 0.0]


def by_trying(parts, cost, available, limits, amount):
    """Return the least cost over all choices of sources; each is a plain programme."""
    count, lots = len(cost), amount.lots(len(cost))
    rows = limit_rows(Candidates(np.array([0, count]), np.arange(count)), parts, limits, None)
    best = INF
    for size in range(1, min(count, amount.most_sources or count) + 1):
        for choice in itertools.combinations(range(count), size):
            chosen = np.isin(np.arange(count), choice)
            order = Order(cost, available, np.zeros(count), amount.least_t, amount.most_t, None)
            program = program_of(order, system(rows, chosen, prune=False), chosen)
            program.least[chosen] = lots[chosen] / amount.most_t
            if (lots > available)[chosen].any():
                continue
            solution = cheapest(program, order)
            if solution is not None:
                best = min(best, solution.cost * amount.most_t)
    return 0.0 if amount.least_t == 0 and best > 0 else best


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 4))
def test_the_choice_is_as_good_as_the_best_of_all_choices(seed, count):
    random = np.random.default_rng(seed)
    parts = Compositions(random.integers(0, 7, (count, 2)).astype(float))
    cost = random.integers(-3, 9, count).astype(float)
    available = random.choice([0.0, 3.0, 6.0, 20.0], count)
    upper = np.array([random.choice([3.0, 4.0, INF], 2)])
    limits = Limits(np.array([[-INF, 1.0]]), upper)
    amount = Amount(
        float(random.choice([0.0, 5.0, 10.0])),
        10.0,
        random.choice([0.0, 2.0, 4.0], count),
        random.choice([1, 2, None]),
    )
    expected = by_trying(parts, cost, available, limits, amount)
    try:
        found = blend(parts, cost, available, Limits(limits.lower[0], upper[0]), amount)
    except InfeasibleBlend:
        assert expected == INF
        return
    assert found.cost == pytest.approx(expected, abs=1e-6)
    used = found.tonnes > 0
    assert (found.tonnes[used] >= amount.lots(count)[used] * (1 - 1e-12)).all()
    assert amount.most_sources is None or used.sum() <= amount.most_sources
