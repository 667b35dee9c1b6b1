"""Components of a network: where they are cut, and that each is solved for itself."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.plans.components import (
    Batch,
    Network,
    checked_objective,
    component_labels,
    solve_batch,
    split,
)


def network_of(arcs, supply, capacity):
    """Return a network of arcs (source, sink, gain), which ascend; only its nodes bind them."""
    source, sink, gain = (np.array([arc[n] for arc in arcs], dtype=np.int64) for n in range(3))
    given, taken = np.array(supply, dtype=np.int64), np.array(capacity, dtype=np.int64)
    return Network(
        source=source,
        sink=sink,
        gain=gain,
        room=np.minimum(given[source], taken[sink]),
        supply=given,
        capacity=taken,
    )


TWO = network_of(
    [(0, 2, 5), (1, 0, 7), (1, 1, 6), (3, 2, 4), (4, 0, 3), (4, 1, 1)],
    supply=[10, 20, 30, 40, 50],
    capacity=[12, 22, 32, 42],
)


def test_a_network_falls_into_its_components_by_their_first_source():
    batch, arc = split(TWO)
    assert arc.tolist() == [0, 3, 1, 2, 4, 5]
    assert batch.arc_ptr.tolist() == [0, 2, 6]
    assert batch.source.tolist() == [0, 1, 0, 0, 1, 1]
    assert batch.sink.tolist() == [0, 0, 0, 1, 0, 1]
    assert batch.gain.tolist() == [5, 4, 7, 6, 3, 1]
    assert batch.supply.tolist() == [10, 40, 20, 50]
    assert batch.capacity.tolist() == [32, 12, 22]
    assert (batch.source_ptr.tolist(), batch.sink_ptr.tolist()) == ([0, 2, 4], [0, 1, 3])


def test_nodes_without_an_arc_are_components_of_their_own():
    labels = component_labels(TWO.source, TWO.sink, 5, 4)
    assert labels.tolist() == [0, 1, 2, 0, 1, 1, 1, 0, 3]


def test_a_star_is_filled_from_its_dearest_arc_and_the_rest_is_a_flow():
    batch, _ = split(TWO)
    # The star of sink 2 takes all 10 at 5 and 22 of 40 at 4. In the other component source 1 can
    # place its 20 at 7 and 6, source 4 its 50 at 3 and 1: sink 0 is worth 1 more to source 1 than
    # sink 1, but 2 more to source 4, so that source 1 fills sink 1.
    assert solve_batch(batch, "value").tolist() == [10, 22, 0, 20, 12, 2]
    assert solve_batch(batch, "tonnes").tolist() == [10, 22, 0, 20, 12, 2]


def test_a_batch_can_be_sent_elsewhere_in_parts():
    batch, _ = split(TWO)
    assert len(batch) == 2
    parts = [pickle.loads(pickle.dumps(part)) for part in batch.parts(1)]
    assert [len(part.gain) for part in parts] == [2, 4]
    assert [part.arc_ptr.tolist() for part in parts] == [[0, 2], [0, 4]]
    flows = np.concatenate([solve_batch(part, "value") for part in parts])
    assert flows.tolist() == solve_batch(batch, "value").tolist()
    assert [len(part) for part in batch.parts(3)] == [2]


def test_an_empty_network_has_no_component_and_no_flow():
    batch, arc = split(network_of([], [3], [4, 5]))
    assert (len(batch), arc.tolist()) == (0, [])
    assert solve_batch(batch, "value").tolist() == []
    assert list(batch.parts(5)) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), min_size=1, max_size=8))
def test_stars_of_either_kind_hold_what_their_hub_holds(leaves):
    room = np.array([room for _, room in leaves])
    gain = np.array([gain for gain, _ in leaves])
    zeros, many = np.zeros(len(leaves), np.int32), np.arange(len(leaves), dtype=np.int32)
    hub, arcs = np.array([20]), np.array([0, len(leaves)])
    one = np.array([0, 1])
    outward = Batch(arcs, one, arcs, zeros, many, gain, room, hub, room)
    inward = Batch(arcs, arcs, one, many, zeros, gain, room, room, hub)
    flow = solve_batch(outward, "value")
    assert flow.tolist() == solve_batch(inward, "tonnes").tolist()
    assert flow.sum() == min(20, room.sum())
    assert (flow <= room).all()
    # Whoever is not served wholly earns no more than anyone who is served at all.
    assert gain[flow < room].max(initial=-1) <= gain[flow > 0].min()


def test_what_could_leave_sixty_four_bits_is_refused():
    batch, _ = split(network_of([(0, 0, 2**40), (0, 1, 1)], [2**24], [5, 5]))
    with pytest.raises(ValueError, match=r"steps of value, .* do not fit 64 bits"):
        solve_batch(batch, "value")


def test_only_value_and_tonnes_are_objectives():
    assert [checked_objective(known) for known in ("value", "tonnes")] == ["value", "tonnes"]
    for unknown in ("mass", "", None):
        with pytest.raises(ValueError, match=f"objective: {unknown!r} is not one of value, tonnes"):
            checked_objective(unknown)
