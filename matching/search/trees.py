"""Trees of bounding boxes: which demands of a code a point may be in reach of."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from matching.checks import Floats, Integers
from matching.distance import SMALLEST_RADIUS_KM, longitude_reach
from matching.market.areas import TURNS, which_have
from matching.market.arrays import Demands

BOX_MARGIN_DEGREES = 1e-7  # about a centimetre: boxes only pre-select, so they err outwards


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """For each of K codes the tree of its demands' boxes (longitude, latitude).

    `owner[g]` names the demand of each box: a demand has several where it reaches over the
    antimeridian, and then `several[g]` is true.
    """

    tree: tuple[shapely.STRtree, ...]
    owner: tuple[Integers, ...]
    several: tuple[bool, ...]
    demands: int

    def candidates(self, group: int, lat: Floats, lon: Floats) -> tuple[Integers, Integers]:
        """Return (point, demand) index pairs that may be in reach: all that are, and a few more."""
        point, box = self.tree[group].query(shapely.points(lon, lat))
        demand = self.owner[group][box]
        if self.several[group]:
            # A point on the border between two boxes of one demand is found twice.
            pair = np.unique(point * self.demands + demand)
            point, demand = np.divmod(pair, self.demands)
        return point, demand


def build_trees(demands: Demands, ptr: Integers, demand: Integers) -> Trees:
    """Build the tree of each code g over the demands demand[ptr[g]:ptr[g + 1]]."""
    boxes, box_owner = _boxes(demands)
    box_ptr = np.searchsorted(box_owner, np.arange(len(demands) + 1))
    trees: list[shapely.STRtree] = []
    owners: list[Integers] = []
    for start, end in pairwise(ptr):
        chosen = _rows(box_ptr, demand[start:end])
        trees.append(shapely.STRtree(shapely.box(*boxes[chosen].T)))
        owners.append(box_owner[chosen])
    several = tuple(
        len(owner) > count for owner, count in zip(owners, np.diff(ptr).tolist(), strict=True)
    )
    return Trees(tuple(trees), tuple(owners), several, len(demands))


def bounds_of_reach(demands: Demands) -> tuple[Floats, Floats]:
    """Return the southern and the northern end of each demand's reach, (M,) degrees."""
    bounds = _bounds(demands)
    return bounds[:, 1] - BOX_MARGIN_DEGREES, bounds[:, 3] + BOX_MARGIN_DEGREES


def _bounds(demands: Demands) -> Floats:
    """Return west, south, east, north of each circle or area, (M, 4)."""
    bounds = _radius_bounds(demands)
    if demands.area is not None:
        has_area = which_have(demands.area)
        bounds[has_area] = shapely.bounds(demands.area[has_area])
    return bounds


def _boxes(demands: Demands) -> tuple[Floats, Integers]:
    """Return bounding boxes (B, 4) as west, south, east, north, and the demand of each, rising."""
    bounds = _bounds(demands)
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
    """Return west, south, east, north of each circle, (M, 4); longitudes may pass ±180 degrees."""
    reach = np.degrees(np.minimum(demands.radius_km / SMALLEST_RADIUS_KM, np.pi))
    width = longitude_reach(demands.lat, demands.radius_km)
    middle = np.where(width < 180.0, demands.lon, 0.0)
    return np.column_stack(
        (middle - width, demands.lat - reach, middle + width, demands.lat + reach)
    )


def _rows(ptr: Integers, chosen: Integers) -> Integers:
    """Return the entries of the chosen rows of a CSR array, one row after the other."""
    lengths = ptr[chosen + 1] - ptr[chosen]
    ends = np.cumsum(lengths)
    rows: Integers = np.arange(lengths.sum()) + np.repeat(ptr[chosen] - ends + lengths, lengths)
    return rows
