"""The compiled pass over a plan's prices: the same shortest paths as the reference, by a queue."""

from __future__ import annotations

import numpy as np

from matching.checks import Flags, Integers
from matching.plans.price_paths import UNREACHED, Links, not_optimal
from matching.search.kernel import compiled

Arcs = tuple[Integers, Integers, Integers]  # pointers, where each arc ends, its gain


def by_queue(links: Links) -> tuple[Integers, Integers]:
    """Return the highest prices of the givers (R,) with the lowest of the takers (S,)."""
    back = _turned(links.ptr, links.taker, links.gain, links.used, len(links.taker_spare))
    giver = np.where(links.giver_spare, 0, UNREACHED).astype(np.int64)
    below = np.zeros(len(links.taker_spare), dtype=np.int64)
    if not _settle((links.ptr, links.taker, links.gain), links.opens, back, giver, below):
        raise not_optimal()
    return giver, -below


@compiled
def _turned(
    ptr: Integers, taker: Integers, gain: Integers, used: Flags, takers: int
) -> tuple[Integers, Integers, Integers]:
    """Return the arcs in use by their taker: pointers, givers, gains."""
    start = np.zeros(takers + 1, np.int64)
    for arc in range(len(taker)):
        if used[arc]:
            start[taker[arc] + 1] += 1
    for node in range(takers):
        start[node + 1] += start[node]
    free = start[:-1].copy()
    giver = np.empty(start[-1], np.int64)
    worth = np.empty(start[-1], np.int64)
    for node in range(len(ptr) - 1):
        for arc in range(ptr[node], ptr[node + 1]):
            if used[arc]:
                place = free[taker[arc]]
                free[taker[arc]] = place + 1
                giver[place] = node
                worth[place] = gain[arc]
    return start, giver, worth


@compiled
def _settle(arcs: Arcs, opens: Flags, back: Arcs, giver: Integers, below: Integers) -> bool:
    """Lower all labels until no arc asks for less; false where a giver's would fall below 0.

    A node whose label fell waits in a ring of all nodes, each at most once: first in, first out.
    """
    ptr, taker, gain = arcs
    back_ptr, back_giver, back_gain = back
    givers, nodes = len(giver), len(giver) + len(below)
    ring = np.empty(nodes + 1, np.int64)
    waits = np.zeros(nodes, np.bool_)
    head, waiting = 0, 0
    for node in range(nodes):
        if node >= givers or giver[node] == 0:
            ring[waiting] = node
            waits[node] = True
            waiting += 1
    while waiting > 0:
        node = ring[head]
        head = head + 1 if head < nodes else 0
        waiting -= 1
        waits[node] = False
        fell = -1
        is_giver = node < givers
        first = ptr[node] if is_giver else back_ptr[node - givers]
        last = ptr[node + 1] if is_giver else back_ptr[node - givers + 1]
        for arc in range(first, last):
            fell = -1
            if is_giver:
                label = giver[node] - gain[arc]
                if opens[arc] and label < below[taker[arc]]:
                    fell = givers + taker[arc]
                    below[taker[arc]] = label
            else:
                label = below[node - givers] + back_gain[arc]
                if label < giver[back_giver[arc]]:
                    fell = back_giver[arc]
                    giver[fell] = label
                    if label < 0:
                        return False
            if fell >= 0 and not waits[fell]:
                tail = head + waiting
                ring[tail if tail <= nodes else tail - nodes - 1] = fell
                waits[fell] = True
                waiting += 1
    return True
