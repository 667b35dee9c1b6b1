"""A market cut into parts that can be searched each for itself, with the demands in their reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from matching.checks import Flags, Floats, Integers
from matching.market.arrays import Demands, Streams
from matching.search.index import Index
from matching.search.trees import bounds_of_reach


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some streams (n,) of a market, rising, and the demands (m,), rising, that may suit them."""

    streams: Integers
    demands: Integers


def parts_of(streams: Streams, index: Index, count: int) -> Iterator[Part]:
    """Cut a market into about `count` parts of equal work: by code, then by stripes of latitude.

    A part holds every demand that takes one of its codes and reaches a latitude of its streams of
    that code (the halo), so that searching it finds all there is. Streams whose code nobody takes
    are in no part.
    """
    group = index.groups(streams.code)
    order = np.lexsort((streams.lat, group))
    order = order[group[order] >= 0]
    work = np.cumsum(np.diff(index.ptr)[group[order]])
    cuts = np.searchsorted(work, np.linspace(0, work[-1] if len(work) else 0, count + 1))
    south, north = bounds_of_reach(index.demands)
    for rows in np.split(order, cuts[1:-1]):
        if len(rows):
            in_reach = [
                _in_reach(index, one, streams.lat[rows[group[rows] == one]], south, north)
                for one in np.unique(group[rows]).tolist()
            ]
            yield Part(np.sort(rows), np.unique(np.concatenate(in_reach)))


def _in_reach(index: Index, group: int, lat: Floats, south: Floats, north: Floats) -> Integers:
    takers = index.demand[index.ptr[group] : index.ptr[group + 1]]
    near: Flags = (south[takers] <= lat.max()) & (north[takers] >= lat.min())
    return takers[near]


def some_streams(streams: Streams, rows: Integers) -> Streams:
    """Return the chosen streams, in that order."""
    return Streams(*(getattr(streams, field.name)[rows] for field in fields(Streams)))


def some_demands(demands: Demands, rows: Integers) -> Demands:
    """Return the chosen demands, in that order, with all their codes."""
    counts = np.diff(demands.code_ptr)[rows]
    ptr = np.concatenate(([0], np.cumsum(counts)))
    start = np.repeat(demands.code_ptr[rows] - ptr[:-1], counts)
    chosen = {
        field.name: getattr(demands, field.name)[rows]
        for field in fields(Demands)
        if field.name not in ("code_ptr", "code_idx", "area")
    }
    return Demands(
        **chosen,
        code_ptr=ptr,
        code_idx=demands.code_idx[start + np.arange(ptr[-1])],
        area=None if demands.area is None else demands.area[rows],
    )
