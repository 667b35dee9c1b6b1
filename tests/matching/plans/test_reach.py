"""The greatest mass that the pairs can place, against hand, arithmetic and linear programming."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from matching import Pairs, most_tonnes

masses = st.lists(st.integers(0, 30), min_size=1, max_size=5)


def pairs_of(edges, streams):
    """Return pairs with these (stream, demand) edges; their values play no part."""
    edges = sorted(edges)
    counts = np.bincount(np.array([i for i, _ in edges], dtype=int), minlength=streams)
    return Pairs(
        ptr=[0, *np.cumsum(counts).tolist()],
        demand=[j for _, j in edges],
        value_per_t=np.ones(len(edges)),
        distance_km=np.ones(len(edges)),
    )


def test_a_stream_gives_way_where_another_has_no_choice():
    # Stream 1 can only go to demand 0, so stream 0 must fill demand 1.
    reach = most_tonnes(pairs_of([(0, 0), (0, 1), (1, 0)], 2), [10.0, 10.0], [10.0, 10.0])
    assert reach.flow_t.tolist() == [0.0, 10.0, 10.0]
    assert reach.placed_t == 20.0


def test_masses_are_rounded_down_to_whole_tonnes():
    reach = most_tonnes(pairs_of([(0, 0)], 1), [7.9], [100.0])
    assert reach.placed_t == 7.0


def test_what_has_no_pair_is_not_placed():
    reach = most_tonnes(pairs_of([], 2), [7.0, 8.0], [9.0])
    assert reach.flow_t.tolist() == []
    assert reach.placed_t == 0.0
    assert most_tonnes(pairs_of([], 0), [], []).placed_t == 0.0


def test_a_total_beyond_thirty_two_bits_is_counted():
    big = 2.0**31 - 1
    reach = most_tonnes(
        pairs_of([(i, j) for i in range(5) for j in range(4)], 5), [big] * 5, [big] * 4
    )
    assert reach.placed_t == 4 * big
    assert reach.flow_t.sum() == 4 * big
    assert reach.flow_t.min() >= 0


@settings(max_examples=80, deadline=None)
@given(masses, masses, st.randoms(use_true_random=False))
def test_the_mass_is_the_optimum_of_the_linear_programme_and_the_flow_keeps_to_the_limits(
    supply, capacity, random
):
    edges = [
        (i, j) for i in range(len(supply)) for j in range(len(capacity)) if random.random() < 0.5
    ]
    reach = most_tonnes(pairs_of(edges, len(supply)), supply, capacity)
    rows = np.array([[i == s for i, _ in edges] for s in range(len(supply))], dtype=float)
    columns = np.array([[j == d for _, j in edges] for d in range(len(capacity))], dtype=float)
    assert (reach.flow_t >= 0).all()
    if edges:
        assert (rows @ reach.flow_t <= supply).all()
        assert (columns @ reach.flow_t <= capacity).all()
        best = linprog(
            -np.ones(len(edges)), np.vstack((rows, columns)), np.array(supply + capacity)
        )
        assert reach.placed_t == pytest.approx(-best.fun, abs=1e-6)
    assert reach.placed_t == reach.flow_t.sum()


@pytest.mark.parametrize(
    ("supply", "capacity", "message"),
    [
        ([2.0**31], [1.0], r"supply_t\[0\]: is 2\^31 tonnes or more"),
        ([1.0], [2.0**40], r"capacity_t\[0\]: is 2\^31 tonnes or more"),
        ([-1.0], [1.0], r"supply_t\[0\]: is negative"),
        ([1.0], [float("nan")], r"capacity_t\[0\]: is not a finite number"),
        ([1.0, 1.0], [1.0], r"supply_t: expected shape \(1\), got \(2,\)"),
        ([1.0], [], r"demand\[0\]: is not below 0"),
    ],
)
def test_masses_that_do_not_fit_are_refused(supply, capacity, message):
    with pytest.raises(ValueError, match=message):
        most_tonnes(pairs_of([(0, 0)], 1), supply, capacity)


def test_a_repeated_pair_is_refused():
    with pytest.raises(ValueError, match=r"demand\[1\]: repeats a partner of the same row"):
        most_tonnes(pairs_of([(0, 0), (0, 0)], 1), [1.0], [1.0])
