"""Markets cut into parts: which pairs go together, and what a part answers."""

from __future__ import annotations

import numpy as np
import pytest

from matching import Pairs
from matching.blends.joint import ready_market
from matching.blends.parts import BlendPart, blend_parts, solve_part
from matching.blends.recipes import Limits, Recipes
from tests.matching.blend_cases import INF


def ready():
    # Streams 0 and 2 share demand 1; stream 1 has demand 2 and nobody else; demand 0 has no pair;
    # stream 3 has no pair.
    pairs = Pairs([0, 1, 2, 3, 3], [1, 2, 1], [5.0, 4.0, 3.0], [0.0, 0.0, 0.0])
    limits = Limits([[-INF]] * 3, [[2.0], [4.0], [9.0]])
    parts = [[8.0], [8.0], [2.0], [2.0]]
    return ready_market(pairs, parts, [10.0, 20.0, 30.0, 40.0], Recipes([5.0, 6.0, 7.0], limits))


def test_a_part_is_a_component_with_its_own_numbers(monkeypatch):
    monkeypatch.setattr("matching.blends.parts.PART_PAIRS", 1)
    first, second = blend_parts(ready())
    assert first.pair.tolist() == [0, 1]
    assert (first.streams.tolist(), first.demands.tolist()) == ([0, 2], [1])
    assert (first.stream.tolist(), first.demand.tolist()) == ([0, 1], [0, 0])
    assert (first.supply_t.tolist(), first.capacity_t.tolist()) == ([10.0, 30.0], [6.0])
    assert first.value_per_t.tolist() == [5.0, 3.0]
    assert (first.data.tolist(), first.column.tolist()) == ([1.0, -0.5], [0, 1])
    assert (first.ptr.tolist(), first.row.tolist()) == ([0, 2], [0])
    assert (second.streams.tolist(), second.demands.tolist()) == ([1], [2])
    assert (second.data.tolist(), second.ptr.tolist()) == ([], [0])


def test_small_components_are_solved_together():
    (whole,) = blend_parts(ready())
    assert whole.pair.tolist() == [0, 1, 2]
    assert whole.streams.tolist() == [0, 1, 2]
    answer = solve_part(whole, "value")
    # Two of the poor one need four of the good one: demand 1 is full; demand 2 takes its 7.
    assert answer.tonnes == pytest.approx([2.0, 4.0, 7.0])
    assert answer.capacity == pytest.approx([11 / 3, 4.0])
    assert answer.supply.tolist() == [0.0, 0.0, 0.0]
    assert answer.row == pytest.approx([4 / 3])  # (5 - 11/3) / 1: what the row takes from stream 0


def test_a_part_with_nothing_to_give_answers_nothing():
    nothing = np.zeros(1)
    zero = np.zeros(1, dtype=np.int64)
    none = np.empty(0, dtype=np.int64)
    part = BlendPart(
        pair=zero,
        stream=zero,
        demand=zero,
        value_per_t=np.ones(1),
        streams=zero,
        demands=zero,
        supply_t=nothing,
        capacity_t=np.ones(1),
        row=none,
        data=np.empty(0),
        column=none,
        ptr=zero,
    )
    for objective in ("value", "tonnes"):
        assert solve_part(part, objective).tonnes.tolist() == [0.0]
