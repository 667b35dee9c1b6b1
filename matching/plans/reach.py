"""How many tonnes a market could place at most, whatever the price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import maximum_flow

from matching.checks import Floats, Integers, check_not_negative, floats, refuse_where
from matching.market.pairs import Pairs, check_distinct

LARGEST_TONNES = 2**31 - 1  # the solver counts in 32-bit integers along each arc


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """The greatest mass all pairs can place together.

    `flow_t` (E,) float64 is the whole tonnes that go through each pair, in the order of the pairs;
    `placed_t` is their sum. The sum is unique; which pairs carry it is one choice of several.
    """

    flow_t: Floats
    placed_t: float


def most_tonnes(pairs: Pairs, supply_t: ArrayLike, capacity_t: ArrayLike) -> Reach:
    """Return the greatest mass that fits both the supply (N,) and the capacity (M,), in tonnes.

    Exact for whole tonnes: supply and capacity are rounded down first, so the answer
    lacks fewer than N + M tonnes. This is a maximum flow from the streams over the pairs to the
    demands (Dinic's algorithm, through SciPy). Raises ValueError naming array and index for a
    negative or infinite mass, a mass of 2^31 tonnes or more, shapes that do not fit the pairs, and
    a repeated pair.
    """
    supply = _whole_tonnes("supply_t", supply_t, len(pairs.ptr) - 1)
    capacity = _whole_tonnes("capacity_t", capacity_t, None)
    streams, demands = len(supply), len(capacity)
    refuse_where(pairs.demand >= demands, "demand", f"is not below {demands}")
    check_distinct(pairs, demands)
    stream = pairs.row()
    if not len(pairs):
        return Reach(flow_t=np.empty(0), placed_t=0.0)

    source, sink = streams + demands, streams + demands + 1
    start = np.concatenate((stream, np.full(streams, source), streams + np.arange(demands)))
    end = np.concatenate((streams + pairs.demand, np.arange(streams), np.full(demands, sink)))
    limit = np.concatenate((np.minimum(supply[stream], capacity[pairs.demand]), supply, capacity))
    arcs = coo_array((limit.astype(np.int32), (start, end)), shape=(sink + 1, sink + 1))
    graph = csr_array(arcs)
    flow = maximum_flow(graph, source, sink, method="dinic").flow
    carried = np.asarray(flow[stream, streams + pairs.demand], dtype=np.float64)
    return Reach(flow_t=carried, placed_t=float(carried.sum()))


def _whole_tonnes(name: str, values: ArrayLike, length: int | None) -> Integers:
    mass = floats(name, values, (length,))
    check_not_negative(name, mass)
    tonnes = np.floor(mass)
    refuse_where(tonnes > LARGEST_TONNES, name, "is 2^31 tonnes or more")
    return tonnes.astype(np.int64)
