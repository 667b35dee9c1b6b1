"""Shortest paths of many pairs of nodes, in bounded memory, and the paths found before."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from matching.checks import Floats, Integers

# How far to search at first: most roads are shorter than this detour, and the longer ones are
# searched again four times as far. It decides the time a search takes, never its answer.
FIRST_DETOUR: Final = 1.5
FIRST_SLACK: Final = 0.05  # of the largest straight line asked for; more for the very short ones
WIDER: Final = 4.0
BLOCK_VALUES: Final = 2**22  # 32 MB of distances at a time
KNOWN_MAX: Final = 2**20  # 16 MB of remembered paths


def undirected(u: Integers, v: Integers, length: Floats, nodes: int) -> csr_array:
    """Return the symmetric matrix (nodes, nodes) of the shortest edge between any two nodes."""
    ends = np.concatenate((u, v)), np.concatenate((v, u))
    both = np.concatenate((length, length))
    # A sparse matrix would add parallel edges up.
    order = np.lexsort((both, ends[1], ends[0]))
    row, column, both = ends[0][order], ends[1][order], both[order]
    kept = np.ones(len(row), dtype=np.bool_)
    kept[1:] = (row[1:] != row[:-1]) | (column[1:] != column[:-1])
    kept &= row != column
    pointer = np.searchsorted(row[kept], np.arange(nodes + 1))
    return csr_array(
        (both[kept], column[kept].astype(np.int32), pointer.astype(np.int32)), shape=(nodes, nodes)
    )


def find_paths(roads: csr_array, start: Integers, end: Integers, straight: Floats) -> Floats:
    """Return the length of the shortest path of each pair (P,), in the unit of the edges.

    `roads` is a symmetric matrix as of `undirected`, its edges whole numbers, so that sums are
    exact; a path joins the two nodes of every pair. `straight` (P,) is about the length of a
    straight line. Dijkstra's algorithm runs once for each distinct node of the side that has fewer
    of them, in blocks of `BLOCK_VALUES` distances, and searches no further than about needed.
    """
    if len(np.unique(end)) < len(np.unique(start)):
        start, end = end, start
    length = np.full(len(start), np.nan)
    reach = FIRST_DETOUR * straight + FIRST_SLACK * straight.max(initial=1.0)
    pending = np.arange(len(start))
    while len(pending):
        length[pending] = _within(roads, start[pending], end[pending], reach[pending])
        pending = pending[~np.isfinite(length[pending])]
        reach[pending] *= WIDER
    return length


def _within(roads: csr_array, start: Integers, end: Integers, reach: Floats) -> Floats:
    """Return the shortest paths, infinite for some of those that are longer than their reach."""
    source, of_pair = np.unique(start, return_inverse=True)
    farthest = np.zeros(len(source))
    np.maximum.at(farthest, of_pair, reach)
    # A block searches as far as its farthest source: neighbours in this order want about the same.
    order = np.argsort(farthest, kind="stable")
    rank = np.empty(len(source), dtype=np.int64)
    rank[order] = np.arange(len(source))
    place = rank[of_pair]
    pairs = np.argsort(place, kind="stable")
    size = max(1, BLOCK_VALUES // roads.shape[0])
    length = np.full(len(start), np.inf)
    for first in range(0, len(source), size):
        block = order[first : first + size]
        low, high = np.searchsorted(place[pairs], (first, first + size))
        chosen = pairs[low:high]
        found = dijkstra(roads, indices=source[block], limit=farthest[block[-1]])
        length[chosen] = found[place[chosen] - first, end[chosen]]
    return length


class KnownPaths:
    """Lengths of paths found before, by a whole number that names the pair; at most `most`.

    When it would grow beyond that, it forgets the old ones. Threads may share it: what it holds is
    replaced as a whole, and of two that add at once one is forgotten, which costs only time.
    """

    def __init__(self, most: int = KNOWN_MAX) -> None:
        self.most = most
        self._held = np.empty(0, dtype=np.int64), np.empty(0)

    def __len__(self) -> int:
        return len(self._held[0])

    def lengths(self, key: Integers) -> Floats:
        """Return the length of each pair (P,), NaN where it is not known."""
        keys, lengths = self._held
        found = np.full(len(key), np.nan)
        place = np.searchsorted(keys, key)
        known = np.flatnonzero(place < len(keys))
        known = known[keys[place[known]] == key[known]]
        found[known] = lengths[place[known]]
        return found

    def add(self, key: Integers, length: Floats) -> None:
        """Remember the lengths (P,) of distinct pairs."""
        keys, lengths = self._held
        fresh = np.flatnonzero(np.isnan(self.lengths(key)))[: self.most]
        if len(keys) + len(fresh) > self.most:
            keys, lengths = keys[:0], lengths[:0]
        keys = np.concatenate((keys, key[fresh]))
        lengths = np.concatenate((lengths, length[fresh]))
        order = np.argsort(keys, kind="stable")
        self._held = keys[order], lengths[order]
