"""The gates, one after the other, for all pairs of a market."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matching.areas import inside
from matching.arrays import Costs, Streams, check_same_parameters, delivered_value, known
from matching.checks import Flags, Floats, Integers, Words
from matching.distance import geodesic_km, local_km, near_limit
from matching.index import Index, bits, blocks

GATES = ("code", "distance", "vehicle", "month", "composition", "value")
# A value is decided exactly when a distance wrong by this share could turn its sign: fifty times
# the error of the formula, so that a steep road curve is covered too.
VALUE_DOUBT = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Composition:
    """What the streams' compositions are held against limits with; an unknown one passes here.

    `lowest` and `highest` are (C, N); `unknown_below`, `unknown_above` say as bits, (N, W), where
    there is no number.
    """

    lowest: Floats
    highest: Floats
    unknown_below: Words
    unknown_above: Words


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The pairs of a block of streams that no gate refuses, P of them.

    `rows` (B,) are the streams of the block and `funnel` (B, 6) counts the demands that survive
    each gate. A pair is `row` (P,), a position in `rows`, and `demand` (P,); it is `untested`
    where a value that a limit asks for is missing.
    """

    rows: Integers
    funnel: Integers
    row: Integers
    demand: Integers
    value_per_t: Floats
    distance_km: Floats
    untested: Flags


def judge(streams: Streams, index: Index, costs: Costs) -> Iterator[Judged]:
    """Send all pairs through the gates, a block of streams of one code at a time.

    Streams whose code nobody takes appear in no block. Raises ValueError when streams and demands
    differ in their parameters, or when `costs.road` answers wrongly.
    """
    check_same_parameters(streams, index.demands)
    lowest = known(streams.minimum, streams.typical)
    highest = known(streams.maximum, streams.typical)
    composition = Composition(
        lowest=np.ascontiguousarray(np.where(np.isnan(lowest), np.inf, lowest).T),
        highest=np.ascontiguousarray(np.where(np.isnan(highest), -np.inf, highest).T),
        unknown_below=bits(np.isnan(lowest)),
        unknown_above=bits(np.isnan(highest)),
    )
    for code, rows in blocks(streams.code, index):
        yield _judge_block(streams, composition, index, costs, (code, rows))


def _judge_block(
    streams: Streams,
    composition: Composition,
    index: Index,
    costs: Costs,
    block: tuple[int, Integers],
) -> Judged:
    code, rows = block
    demands = index.demands
    funnel = np.empty((len(rows), len(GATES)), dtype=np.int64)
    funnel[:, 0] = len(index.takers(code))

    row, demand = index.candidates(code, streams.lat[rows], streams.lon[rows])
    near, distance, exact = _in_reach(streams, index, rows[row], demand)
    row, demand, distance, exact = row[near], demand[near], distance[near], exact[near]
    funnel[:, 1] = np.bincount(row, minlength=len(rows))

    for gate, have, take in (
        (2, streams.vehicles, demands.vehicles),
        (3, streams.months, demands.months),
    ):
        kept = (have[rows[row]] & take[demand]) != 0
        row, demand, distance, exact = row[kept], demand[kept], distance[kept], exact[kept]
        funnel[:, gate] = np.bincount(row, minlength=len(rows))

    kept = _within_limits(composition, index, rows[row], demand)
    row, demand, distance, exact = row[kept], demand[kept], distance[kept], exact[kept]
    untested = _untested(composition, index, rows[row], demand)
    funnel[:, 4] = np.bincount(row[~untested], minlength=len(rows))

    value, distance = _values(streams, index, costs, (rows[row], demand), (distance, exact))
    kept = value > 0
    row, demand, untested = row[kept], demand[kept], untested[kept]
    funnel[:, 5] = np.bincount(row[~untested], minlength=len(rows))
    return Judged(rows, funnel, row, demand, value[kept], distance[kept], untested)


def _in_reach(
    streams: Streams, index: Index, stream: Integers, demand: Integers
) -> tuple[Flags, Floats, Flags]:
    """Return which pairs are within radius or area, their distance, and where that is exact."""
    demands = index.demands
    here = streams.lat[stream], streams.lon[stream]
    there = demands.lat[demand], demands.lon[demand]
    distance = local_km(*here, *there)
    radius = demands.radius_km[demand]
    exact = near_limit(distance, radius)
    distance[exact] = geodesic_km(*(axis[exact] for axis in (*here, *there)))
    near = distance <= radius
    if demands.area is not None:
        by_area = np.flatnonzero(index.has_area[demand])
        near[by_area] = inside(demands.area[demand[by_area]], here[0][by_area], here[1][by_area])
    return near, distance, exact


def _within_limits(
    composition: Composition, index: Index, stream: Integers, demand: Integers
) -> Flags:
    """Return which pairs have no known value outside a limit."""
    left = np.arange(len(stream))
    present = np.unique(demand)
    for column in range(len(index.lower)):
        lower, upper = index.lower[column], index.upper[column]
        if np.isfinite(lower[present]).any():
            left = left[composition.lowest[column][stream[left]] >= lower[demand[left]]]
        if np.isfinite(upper[present]).any():
            left = left[composition.highest[column][stream[left]] <= upper[demand[left]]]
    kept = np.zeros(len(stream), dtype=np.bool_)
    kept[left] = True
    return kept


def _untested(composition: Composition, index: Index, stream: Integers, demand: Integers) -> Flags:
    """Return which pairs lack a value that a finite limit asks for."""
    below = composition.unknown_below[stream] & index.limited_below[demand]
    above = composition.unknown_above[stream] & index.limited_above[demand]
    return np.asarray((below | above).any(axis=1), dtype=np.bool_)


def _values(
    streams: Streams,
    index: Index,
    costs: Costs,
    pair: tuple[Integers, Integers],
    measured: tuple[Floats, Flags],
) -> tuple[Floats, Floats]:
    """Return delivered values and distances, measured exactly where the sign is in doubt."""
    stream, demand = pair
    distance, exact = measured
    demands = index.demands

    def values(chosen: Integers | slice) -> tuple[Floats, Floats]:
        here, there = stream[chosen], demand[chosen]
        ends = streams.lat[here], streams.lon[here], demands.lat[there], demands.lon[there]
        haul = costs.haul_per_t(costs.trips_km(ends, distance[chosen]))
        price, ask = demands.price_per_t[demand[chosen]], streams.ask_per_t[stream[chosen]]
        return delivered_value(price, haul, costs.handling_per_t, ask), haul

    value, haul = values(slice(None))
    doubtful = np.flatnonzero((np.abs(value) <= VALUE_DOUBT * haul + 1e-9) & ~exact)
    if len(doubtful):
        here = stream[doubtful]
        there = demand[doubtful]
        distance[doubtful] = geodesic_km(
            streams.lat[here], streams.lon[here], demands.lat[there], demands.lon[there]
        )
        value[doubtful] = values(doubtful)[0]
    return value, distance
