"""Small transport markets for the tests of plans and prices, and oracles that solve them anew."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog

from matching import Pairs

UNIT_T, STEP = 0.1, 0.001


@dataclass(frozen=True)
class Plain:
    """A market in whole numbers: edges, gains in steps, supply and capacity in units."""

    edges: list[tuple[int, int]]
    gain: list[int]
    supply: list[int]
    capacity: list[int]

    @property
    def pairs(self):
        return pairs_of(self.edges, np.array(self.gain) / 1000, len(self.supply))

    @property
    def tonnes(self):
        """Supply and capacity as `allocate` takes them."""
        return np.array(self.supply) / 10, np.array(self.capacity) / 10

    def limits(self, share):
        """The most units of each edge."""
        most = [int(s * share + 1e-9) for s in self.supply]
        return [most[i] for i, _ in self.edges]


def pairs_of(edges, value, streams):
    """Return pairs with these (stream, demand) edges, which ascend by stream."""
    counts = np.bincount(np.array([i for i, _ in edges], dtype=int), minlength=streams)
    return Pairs(
        ptr=[0, *np.cumsum(counts).tolist()],
        demand=[j for _, j in edges],
        value_per_t=value,
        distance_km=np.ones(len(edges)),
    )


def random_plain(seed, streams, demands, density, gains, least):
    random = np.random.default_rng(seed)
    edges = [(i, j) for i in range(streams) for j in range(demands) if random.random() < density]
    low, high = gains
    return Plain(
        edges=edges,
        gain=random.integers(low, high, len(edges)).tolist(),
        supply=random.integers(least, 12, streams).tolist(),
        capacity=random.integers(least, 14, demands).tolist(),
    )


def markets_of(least):
    """Markets with ties and losses, whose supplies and capacities are at least so many units."""
    return st.builds(
        random_plain,
        seed=st.integers(0, 2**32 - 1),
        streams=st.integers(1, 6),
        demands=st.integers(1, 5),
        density=st.sampled_from([0.3, 0.6, 1.0]),
        gains=st.sampled_from([(-3, 6), (1, 4), (-90_000, 250_000)]),
        least=st.just(least),
    )


def incidence(plain):
    """Return which edge leaves which stream and enters which demand, (N + M, E)."""
    streams = [[i == s for i, _ in plain.edges] for s in range(len(plain.supply))]
    demands = [[j == d for _, j in plain.edges] for d in range(len(plain.capacity))]
    nodes = len(plain.supply) + len(plain.capacity)
    return np.array(streams + demands, dtype=float).reshape(nodes, len(plain.edges))


def best_by_programme(plain, gain, limit=None):
    """Return the greatest gain of a real-valued flow, rounded: the optimum is a whole number."""
    if not plain.edges:
        return 0
    bounds = [(0, None)] * len(gain) if limit is None else [(0, most) for most in limit]
    answer = linprog(
        -np.array(gain, dtype=float),
        A_ub=incidence(plain),
        b_ub=plain.supply + plain.capacity,
        bounds=bounds,
        method="highs",
    )
    assert abs(answer.fun - round(answer.fun)) < 1e-4
    return -round(answer.fun)


def graph_of(plain, limit=None, *, slack):
    """Return the plan as a networkx graph from "s" to "t"; with slack, nothing must flow."""
    graph = nx.DiGraph()
    total = sum(plain.supply)
    graph.add_node("s", demand=-total)
    graph.add_node("t", demand=total)
    for i, most in enumerate(plain.supply):
        graph.add_edge("s", ("stream", i), capacity=most, weight=0)
        if slack:
            graph.add_edge(("stream", i), "t", capacity=most, weight=0)
    for j, most in enumerate(plain.capacity):
        graph.add_edge(("demand", j), "t", capacity=most, weight=0)
    for e, (i, j) in enumerate(plain.edges):
        most = plain.supply[i] if limit is None else limit[e]
        graph.add_edge(("stream", i), ("demand", j), capacity=most, weight=-plain.gain[e])
    return graph


def best_by_simplex(plain, limit=None):
    """Return the greatest gain by networkx' network simplex, in whole numbers."""
    return -nx.network_simplex(graph_of(plain, limit, slack=True))[0]


def most_then_best(plain, limit=None):
    """Return the greatest flow, and the greatest gain among flows of that size, by networkx."""
    graph = graph_of(plain, limit, slack=False)
    most = nx.maximum_flow_value(graph, "s", "t")
    graph.nodes["s"]["demand"], graph.nodes["t"]["demand"] = -most, most
    return most, -nx.network_simplex(graph)[0]
