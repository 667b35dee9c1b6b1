"""Shortest paths against networkx, in blocks of any size, and the memory of those found."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.roads import shortest_paths
from matching.roads.shortest_paths import KnownPaths, find_paths, undirected

NODES = 9
node = st.integers(0, NODES - 1)
edges = st.lists(st.tuples(node, node, st.integers(0, 50)), min_size=1, max_size=30)


def matrix(rows):
    u, v, length = (np.array(column) for column in zip(*rows, strict=True))
    return undirected(u, v, length.astype(np.float64), NODES)


def oracle(rows):
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(NODES))
    graph.add_weighted_edges_from(rows)
    return dict(nx.all_pairs_dijkstra_path_length(graph))


@settings(deadline=None)
@given(edges, st.integers(0, 5), st.floats(0, 100), st.randoms(use_true_random=False))
def test_every_path_is_as_long_as_networkx_says(rows, sources_at_a_time, straight, chance):
    known = oracle(rows)
    pairs = [(a, b) for a in known for b in known[a]]
    chance.shuffle(pairs)
    start, end = np.array(pairs[:20]).T
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shortest_paths, "BLOCK_VALUES", sources_at_a_time * NODES)
        found = find_paths(matrix(rows), start, end, np.full(len(start), straight))
    assert found.tolist() == [known[a][b] for a, b in pairs[:20]]


def test_of_parallel_edges_the_shortest_counts_and_a_loop_leads_nowhere():
    roads = matrix([(0, 1, 7), (1, 0, 5), (0, 1, 9), (2, 2, 3)])
    assert roads.toarray()[:3, :3].tolist() == [[0, 5, 0], [5, 0, 0], [0, 0, 0]]
    assert roads.nnz == 2


def test_the_side_with_fewer_nodes_is_searched_from(monkeypatch):
    asked = []

    def counting(roads, *, indices, limit):
        asked.extend(indices.tolist())
        return real(roads, indices=indices, limit=limit)

    real = shortest_paths.dijkstra
    monkeypatch.setattr(shortest_paths, "dijkstra", counting)
    roads = matrix([(0, 1, 1), (1, 2, 1), (2, 3, 1)])
    many, one = np.array([0, 1, 2]), np.array([3, 3, 3])
    straight = np.full(3, 10.0)
    assert find_paths(roads, many, one, straight).tolist() == [3.0, 2.0, 1.0]
    assert find_paths(roads, one, many, straight).tolist() == [3.0, 2.0, 1.0]
    assert asked == [3, 3]


def test_a_road_far_longer_than_the_line_is_found_by_searching_further(monkeypatch):
    limits = []

    def noting(roads, *, indices, limit):
        limits.append(float(limit))
        return real(roads, indices=indices, limit=limit)

    real = shortest_paths.dijkstra
    monkeypatch.setattr(shortest_paths, "dijkstra", noting)
    found = find_paths(matrix([(0, 1, 100)]), np.array([0]), np.array([1]), np.array([8.0]))
    assert found.tolist() == [100.0]
    assert limits == pytest.approx([12.4, 49.6, 198.4])


def test_no_pairs_have_no_paths():
    nobody = np.empty(0, dtype=np.int64)
    assert find_paths(matrix([(0, 1, 1)]), nobody, nobody, np.empty(0)).shape == (0,)


def test_what_was_found_is_known_and_what_was_not_is_not():
    known = KnownPaths()
    assert np.isnan(known.lengths(np.array([3, 5]))).all()
    known.add(np.array([5, 9]), np.array([50.0, 90.0]))
    known.add(np.array([1, 5]), np.array([10.0, 50.0]))
    assert len(known) == 3
    assert known.lengths(np.array([1, 5, 9])).tolist() == [10.0, 50.0, 90.0]
    assert np.isnan(known.lengths(np.array([0, 4, 10]))).all()


def test_memory_is_bounded_and_keeps_the_newest():
    known = KnownPaths(most=3)
    known.add(np.array([1, 2]), np.array([1.0, 2.0]))
    known.add(np.array([3, 4]), np.array([3.0, 4.0]))
    assert np.isnan(known.lengths(np.array([1, 2]))).all()
    assert known.lengths(np.array([3, 4])).tolist() == [3.0, 4.0]
    known.add(np.arange(10, 20), np.arange(10.0, 20.0))
    assert len(known) == 3
    assert known.lengths(np.array([10, 11, 12])).tolist() == [10.0, 11.0, 12.0]
