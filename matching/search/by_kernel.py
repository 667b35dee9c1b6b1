"""The fast engine: the compiled kernel for circles, and the reference for what it cannot decide."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np

from matching.checks import Floats, Integers
from matching.distance import (
    POLE_MARGIN_DEGREES,
    SMALLEST_RADIUS_KM,
    longitude_reach,
)
from matching.market.arrays import Costs, Streams
from matching.market.pairs import Best, Listed, best_of
from matching.roads.curve import RoadCurve
from matching.search.entries import BANDS, Fare, Found, Lots, bands_of
from matching.search.gates import FEASIBLE, Batch, judge, tally_of
from matching.search.index import Index
from matching.search.kernel import search
from matching.search.trees import Trees

BLOCK_STREAMS = 1 << 13
BLOCKS_AT_ONCE = 16
NOTHING = 0  # a verdict that no pair gets
EMPTY = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0), np.empty(0)
Answer = TypeVar("Answer")


class Decided(NamedTuple):
    """Pairs with their verdicts (P,)."""

    verdict: Integers
    pairs: Listed

    def of(self, wanted: int) -> Listed:
        """Return the pairs that got one verdict."""
        return self.pairs.chosen(np.flatnonzero(self.verdict == wanted))


def ranked(
    streams: Streams, index: Index, costs: Costs, best: Best
) -> Iterator[tuple[Integers, Integers]]:
    """Write the best demands of each stream that has takers; yield (streams, tally) by blocks."""
    return _by_blocks(streams, index, partial(_rank, index=index, costs=costs, best=best))


def listed(streams: Streams, index: Index, costs: Costs, wanted: int) -> Iterator[Listed]:
    """Yield every pair of the wanted kind, block by block; a row is a stream of the market."""
    return _by_blocks(streams, index, partial(_list, index=index, costs=costs, wanted=wanted))


def _by_blocks(
    streams: Streams, index: Index, work: Callable[[Batch, Integers], Answer]
) -> Iterator[Answer]:
    """Do the work for streams in the order of the entries, on all processors."""
    group = index.groups(streams.code)
    taken = np.flatnonzero(group >= 0)
    place = group[taken] * BANDS + bands_of(streams.lat[taken])
    order = taken[np.argsort(place * 360.0 + streams.lon[taken])]

    def block(start: int) -> Answer:
        rows = order[start : start + BLOCK_STREAMS]
        return work(Batch(streams, rows), group[rows])

    cuts = range(0, len(order), BLOCK_STREAMS)
    if len(cuts) < 2:
        yield from map(block, cuts)
        return
    index.prepare()  # so that no two threads build it
    with ThreadPoolExecutor(processors()) as pool:
        # A few at a time, so that answers do not pile up before anybody takes them.
        for first in range(0, len(cuts), BLOCKS_AT_ONCE):
            yield from pool.map(block, cuts[first : first + BLOCKS_AT_ONCE])


def processors() -> int:
    """Return how many processors this process may use; not every system tells."""
    tell = getattr(os, "sched_getaffinity", None)
    return len(tell(0)) if tell else os.cpu_count() or 1


def _rank(
    batch: Batch, group: Integers, *, index: Index, costs: Costs, best: Best
) -> tuple[Integers, Integers]:
    lots = _lots(batch, group, index)
    found = search(index.entries, lots, _fare(costs), best, NOTHING)
    tally, decided = _decide(batch, group, index, costs, found)
    good = decided.of(FEASIBLE)
    if len(good.row):
        _join(best, good._replace(row=batch.rows[good.row]))
    return batch.rows, tally


def _join(best: Best, late: Listed) -> None:
    """Bring pairs in among the best of their rows."""
    touched = np.unique(late.row)
    row, rank = np.nonzero(best.demand[touched] >= 0)
    held = touched[row], rank
    both = Listed(
        row=np.concatenate((row, np.searchsorted(touched, late.row))),
        demand=np.concatenate((best.demand[held], late.demand)),
        value_per_t=np.concatenate((best.value_per_t[held], late.value_per_t)),
        distance_km=np.concatenate((best.distance_km[held], late.distance_km)),
    )
    best.put(touched, best_of(both, len(touched), best.demand.shape[1]))


def _list(batch: Batch, group: Integers, *, index: Index, costs: Costs, wanted: int) -> Listed:
    lots, no_best = _lots(batch, group, index), best_of(Listed(*EMPTY), 0, 0)
    found = search(index.entries, lots, _fare(costs), no_best, wanted)
    _, decided = _decide(batch, group, index, costs, found)
    sure = np.flatnonzero(found.pair[:, 2] == wanted)
    row, demand = found.pair[sure, 0], found.pair[sure, 1]
    value, distance = found.measure[sure].T
    columns = zip((row, demand, value, distance), decided.of(wanted), strict=True)
    both = Listed(*(np.concatenate(column) for column in columns))
    return both._replace(row=batch.rows[both.row])


def _decide(
    batch: Batch, group: Integers, index: Index, costs: Costs, found: Found
) -> tuple[Integers, Decided]:
    """Judge what the kernel left open; return the tally of all pairs and these pairs."""
    open_pairs = found.pair[found.pair[:, 2] < 0]
    row, demand = open_pairs[:, 0], open_pairs[:, 1]
    if index.wide_trees is not None:
        wide_row, wide_demand = _wide(batch, group, index.wide_trees)
        row, demand = np.concatenate((row, wide_row)), np.concatenate((demand, wide_demand))
    if not len(row):
        return found.tally, Decided(row, Listed(row, demand, np.empty(0), np.empty(0)))
    used, position = np.unique(row, return_inverse=True)
    judged = judge(Batch(batch.streams, batch.rows[used]), index, costs, position, demand)
    counted = tally_of(open_pairs[:, 0], -open_pairs[:, 2], len(batch.rows))
    tally = found.tally - counted + tally_of(row, judged.verdict, len(batch.rows))
    pairs = Listed(row, demand, judged.value_per_t, judged.distance_km)
    return tally, Decided(judged.verdict, pairs)


def _wide(batch: Batch, group: Integers, trees: Trees) -> tuple[Integers, Integers]:
    """Return the pairs with demands whose reach is an area or too far for the kernel."""
    rows, demands = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for one in np.unique(group).tolist():
        mine = np.flatnonzero(group == one)
        row, demand = trees.candidates(one, batch.lat[mine], batch.lon[mine])
        rows.append(mine[row])
        demands.append(demand)
    return np.concatenate(rows), np.concatenate(demands)


def _lots(batch: Batch, group: Integers, index: Index) -> Lots:
    """Arrange the streams as the kernel reads them."""
    streams, at = batch.streams, batch.points
    longest = index.reach_km[group]
    radius = np.maximum(longest, 0.0)
    reach = np.degrees(radius / SMALLEST_RADIUS_KM) + POLE_MARGIN_DEGREES
    width = longitude_reach(batch.lat, radius) + POLE_MARGIN_DEGREES
    return Lots(
        rows=batch.rows,
        group=np.where(longest >= 0, group, -1),
        band=np.column_stack((bands_of(batch.lat - reach), bands_of(batch.lat + reach))),
        span=_spans(batch.lon, width),
        place=np.column_stack((at.x, at.y, at.z, at.cosine, at.latitude)),
        vehicles=streams.vehicles,
        months=streams.months,
        ask=streams.ask_per_t,
        typical=streams.typical,
        minimum=streams.minimum,
        maximum=streams.maximum,
    )


def _spans(lon: Floats, width: Floats) -> Floats:
    """Return two ranges of longitude (B, 4), from west to below east; the second mostly empty."""
    west, east = lon - width, lon + width
    over_west, over_east = west < -180.0, east > 180.0
    whole = (width >= 180.0) | (over_west & over_east)
    spans = np.column_stack((west, east, np.ones_like(lon), -np.ones_like(lon)))
    spans[over_west, 2:] = np.column_stack((west + 360.0, np.full_like(lon, 181.0)))[over_west]
    spans[over_east, 2:] = np.column_stack((np.full_like(lon, -180.0), east - 360.0))[over_east]
    spans[whole] = -180.0, 181.0, 1.0, -1.0
    return spans


def _fare(costs: Costs) -> Fare:
    """Return the costs for the kernel; of a road that is no curve it knows nothing."""
    none = np.empty(0)
    curve = costs.road if isinstance(costs.road, RoadCurve) else None
    return Fare(
        loading=float(costs.loading_per_t),
        rate=float(costs.haul_per_t_km),
        handling=float(costs.handling_per_t),
        doubt=costs.doubt_per_t_km,
        # Copies, as the kernel is compiled for arrays that may be written to.
        km=none if curve is None else curve.geodesic_km.copy(),
        road=none if curve is None else curve.road_km.copy(),
        slope=none if curve is None else curve.slopes.copy(),
    )
