"""Where to look first: the demands of each code, in a tree of bounding boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from matching.areas import TURNS
from matching.arrays import Demands
from matching.checks import Flags, Floats, Integers, Words
from matching.distance import SMALLEST_RADIUS_KM

BOX_MARGIN_DEGREES = 1e-7  # about a centimetre: boxes only pre-select, so they err outwards
BLOCK_PAIRS = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The demands, arranged for search; build it with `build_index` and use it any number of times.

    `code` holds the K distinct codes in rising order; the demands that take code[g] are
    demand[ptr[g]:ptr[g + 1]], rising. `tree[g]` is the tree of their bounding boxes (longitude,
    latitude) and `owner[g]` the demand of each box: one demand has several boxes where it reaches
    over the antimeridian. `lower`, `upper` are the limits as (C, M), and `limited_below`,
    `limited_above` say as bits, (M, W) uint64, which of them are finite.
    """

    demands: Demands
    code: Integers
    ptr: Integers
    demand: Integers
    tree: tuple[shapely.STRtree, ...]
    owner: tuple[Integers, ...]
    lower: Floats
    upper: Floats
    limited_below: Words
    limited_above: Words
    has_area: Flags

    def group(self, code: int) -> int:
        """Return the position of a code, or -1 when no demand takes it."""
        position = int(np.searchsorted(self.code, code))
        found = position < len(self.code) and self.code[position] == code
        return position if found else -1

    def takers(self, code: int) -> Integers:
        """Return the demands that take a code, rising."""
        group = self.group(code)
        if group < 0:
            return np.empty(0, dtype=np.int64)
        return self.demand[self.ptr[group] : self.ptr[group + 1]]

    def candidates(self, code: int, lat: Floats, lon: Floats) -> tuple[Integers, Integers]:
        """Return (point, demand) index pairs that may be in reach: all that are, and a few more."""
        group = self.group(code)
        owner = self.owner[group]
        point, box = self.tree[group].query(shapely.points(lon, lat))
        demand = owner[box]
        if len(owner) > self.ptr[group + 1] - self.ptr[group]:
            # A point on the border between two boxes of one demand is found twice.
            count = len(self.demands)
            point, demand = np.divmod(np.unique(point * count + demand), count)
        return point, demand


def build_index(demands: Demands) -> Index:
    """Arrange demands for search; the time is that of sorting them, about 10 µs a demand."""
    owner = demands.code_owner()
    order = np.lexsort((owner, demands.code_idx))
    code, first = np.unique(demands.code_idx[order], return_index=True)
    ptr = np.append(first, len(order))
    demand = owner[order]
    boxes, box_owner = _boxes(demands)
    box_ptr = np.searchsorted(box_owner, np.arange(len(demands) + 1))
    trees: list[shapely.STRtree] = []
    owners: list[Integers] = []
    for start, end in pairwise(ptr):
        chosen = _rows(box_ptr, demand[start:end])
        trees.append(shapely.STRtree(shapely.box(*boxes[chosen].T)))
        owners.append(box_owner[chosen])
    area = demands.area
    has_area = np.zeros(len(demands), dtype=np.bool_)
    if area is not None:
        has_area[:] = [polygon is not None for polygon in area]
        shapely.prepare(area)
    return Index(
        demands=demands,
        code=code,
        ptr=ptr,
        demand=demand,
        tree=tuple(trees),
        owner=tuple(owners),
        lower=np.ascontiguousarray(demands.lower.T),
        upper=np.ascontiguousarray(demands.upper.T),
        limited_below=bits(np.isfinite(demands.lower)),
        limited_above=bits(np.isfinite(demands.upper)),
        has_area=has_area,
    )


def as_index(demands: Demands | Index) -> Index:
    """Return an index as it is, and build one for demands."""
    return demands if isinstance(demands, Index) else build_index(demands)


def blocks(code: Integers, index: Index) -> Iterator[tuple[int, Integers]]:
    """Cut streams with these codes, (N,), into (code, rows) of a bounded number of pairs.

    Streams whose code nobody takes are left out.
    """
    order = np.argsort(code, kind="stable")
    present, first = np.unique(code[order], return_index=True)
    ends = np.append(first, len(order))
    for position, one_code in enumerate(present):
        takers = len(index.takers(int(one_code)))
        if takers:
            rows = order[ends[position] : ends[position + 1]]
            step = max(1, BLOCK_PAIRS // takers)
            for start in range(0, len(rows), step):
                yield int(one_code), rows[start : start + step]


def bits(flags: Flags) -> Words:
    """Pack (R, C) flags into (R, W) words of 64 bits, W at least 1."""
    rows, columns = flags.shape
    words = max(1, -(-columns // 64))
    padded = np.zeros((rows, words * 64), dtype=np.bool_)
    padded[:, :columns] = flags
    return np.packbits(padded, axis=1).view(np.uint64)


def _boxes(demands: Demands) -> tuple[Floats, Integers]:
    """Return bounding boxes (B, 4) as west, south, east, north, and the demand of each, rising."""
    bounds = _radius_bounds(demands)
    if demands.area is not None:
        has_area = np.array([area is not None for area in demands.area], dtype=np.bool_)
        bounds[has_area] = shapely.bounds(demands.area[has_area])
    parts: list[Floats] = []
    owners: list[Integers] = []
    for turn in TURNS:
        west = np.maximum(bounds[:, 0] - BOX_MARGIN_DEGREES + turn, -180.0)
        east = np.minimum(bounds[:, 2] + BOX_MARGIN_DEGREES + turn, 180.0)
        kept = np.flatnonzero(west <= east)
        south = bounds[kept, 1] - BOX_MARGIN_DEGREES
        north = bounds[kept, 3] + BOX_MARGIN_DEGREES
        parts.append(np.column_stack((west[kept], south, east[kept], north)))
        owners.append(kept)
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    return np.concatenate(parts)[order], owner[order]


def _radius_bounds(demands: Demands) -> Floats:
    """Return west, south, east, north of each circle, (M, 4); longitudes may pass ±180 degrees.

    Every radius of curvature of the ellipsoid is at least that of the meridian at the equator, so
    a geodesic circle lies within the circle of the same radius on a sphere of that size. On it
    longitudes reach asin(sin r / cos latitude) to each side, or all round where it holds a pole.
    """
    angle = np.minimum(demands.radius_km / SMALLEST_RADIUS_KM, np.pi)
    reach = np.degrees(angle)
    pole = np.abs(demands.lat) + reach >= 90 - BOX_MARGIN_DEGREES
    cosine = np.where(pole, 1.0, np.cos(np.radians(demands.lat)))
    ratio = np.minimum(np.sin(angle) / cosine, 1.0)
    width = np.where(pole, 180.0, np.degrees(np.arcsin(ratio)))
    middle = np.where(pole, 0.0, demands.lon)
    return np.column_stack(
        (middle - width, demands.lat - reach, middle + width, demands.lat + reach)
    )


def _rows(ptr: Integers, chosen: Integers) -> Integers:
    """Return the entries of the chosen rows of a CSR array, one row after the other."""
    lengths = ptr[chosen + 1] - ptr[chosen]
    ends = np.cumsum(lengths)
    rows: Integers = np.arange(lengths.sum()) + np.repeat(ptr[chosen] - ends + lengths, lengths)
    return rows
