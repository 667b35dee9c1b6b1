"""Where to look first: the demands of each code, arranged the way each engine searches them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from matching.checks import Flags, Floats, Integers
from matching.distance import Points, points
from matching.market.areas import ONE_AT_A_TIME, which_have
from matching.market.arrays import Demands
from matching.market.composition import Bounds, bounds_of
from matching.search.entries import NARROW_KM, Entries, entries_of
from matching.search.trees import Trees, build_trees

BLOCK_PAIRS = 1 << 20


@dataclass(frozen=True, eq=False)
class Index:
    """The demands, arranged for search; build it with `build_index` and use it any number of times.

    `code` holds the K distinct codes in rising order; the demands that take code[g] are
    demand[ptr[g]:ptr[g + 1]], rising. What only one engine needs is built when it first asks.
    """

    demands: Demands
    code: Integers
    ptr: Integers
    demand: Integers

    def groups(self, code: Integers) -> Integers:
        """Return the position of each code (N,) in `code`, or -1 when no demand takes it."""
        if not len(self.code):
            return np.full(len(code), -1)
        position = np.minimum(np.searchsorted(self.code, code), len(self.code) - 1)
        return np.where(self.code[position] == code, position, -1)

    def takers(self, code: int) -> Integers:
        """Return the demands that take a code, rising."""
        group = int(self.groups(np.array([code]))[0])
        if group < 0:
            return np.empty(0, dtype=np.int64)
        return self.demand[self.ptr[group] : self.ptr[group + 1]]

    @cached_property
    def has_area(self) -> Flags:
        area = self.demands.area
        return np.zeros(len(self.demands), np.bool_) if area is None else which_have(area)

    @cached_property
    def points(self) -> Points:
        return points(self.demands.lat, self.demands.lon)

    @cached_property
    def bounds(self) -> Bounds:
        return bounds_of(self.demands)

    @cached_property
    def trees(self) -> Trees:
        """Return the boxes of all demands, by code."""
        return build_trees(self.demands, self.ptr, self.demand)

    @cached_property
    def is_narrow(self) -> Flags:
        """Tell which demands reach no further than the compiled engine's formula."""
        return (self.demands.radius_km <= NARROW_KM) & ~self.has_area

    @cached_property
    def entries(self) -> Entries:
        """Return the narrow demands as the compiled engine reads them."""
        return entries_of(self.demands, self.points, self.is_narrow, self.code)

    @cached_property
    def reach_km(self) -> Floats:
        """Return the longest radius of each code's narrow demands, (K,); -1 where it has none."""
        reach = np.full(len(self.code), -1.0)
        group = np.repeat(np.arange(len(self.code)), np.diff(self.ptr))
        narrow = self.is_narrow[self.demand]
        np.maximum.at(reach, group[narrow], self.demands.radius_km[self.demand[narrow]])
        return reach

    def prepare(self) -> None:
        """Build what the compiled engine asks for."""
        _ = self.entries, self.reach_km, self.wide_trees, self.bounds

    @cached_property
    def wide_trees(self) -> Trees | None:
        """Return the boxes of the demands that are not narrow, by code, if there are any."""
        wide = ~self.is_narrow[self.demand]
        if not wide.any():
            return None
        ptr = np.concatenate(([0], np.cumsum(wide)))[self.ptr]
        return build_trees(self.demands, ptr, self.demand[wide])


def build_index(demands: Demands) -> Index:
    """Arrange demands for search: by code now, the rest when an engine first asks for it."""
    if demands.area is not None:
        with ONE_AT_A_TIME:
            shapely.prepare(demands.area)
    owner = demands.code_owner()
    order = np.lexsort((owner, demands.code_idx))
    code, first = np.unique(demands.code_idx[order], return_index=True)
    ptr = np.append(first, len(order))
    return Index(demands=demands, code=code, ptr=ptr, demand=owner[order])


def as_index(demands: Demands | Index) -> Index:
    """Return an index as it is, and build one for demands."""
    return demands if isinstance(demands, Index) else build_index(demands)


def blocks(code: Integers, index: Index) -> Iterator[tuple[int, Integers]]:
    """Cut streams with these codes, (N,), into (group, rows) of a bounded number of pairs.

    Streams whose code nobody takes are left out.
    """
    group = index.groups(code)
    order = np.argsort(group, kind="stable")
    present, first = np.unique(group[order], return_index=True)
    ends = np.append(first, len(order))
    for position, one in enumerate(present.tolist()):
        if one < 0:
            continue
        rows = order[ends[position] : ends[position + 1]]
        step = max(1, BLOCK_PAIRS // int(index.ptr[one + 1] - index.ptr[one]))
        for start in range(0, len(rows), step):
            yield one, rows[start : start + step]
