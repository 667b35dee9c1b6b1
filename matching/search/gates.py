"""The gates, one after the other, for any pairs of a market."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from matching.checks import Flags, Floats, Integers
from matching.distance import (
    LOCAL_LIMIT_KM,
    UNCERTAIN_FAR,
    Points,
    geodesic_km,
    local_distance_km,
    near_limit,
    points,
    sphere_km,
)
from matching.market.areas import inside
from matching.market.arrays import DOUBT_PER_T, Costs, Ends, Streams, delivered_value
from matching.market.composition import Values, untested, values_of, within_limits
from matching.search.index import Index

GATES = ("code", "distance", "vehicle", "month", "composition", "value")
# The verdict on a pair is the number of gates it passes before one stops it, or:
FEASIBLE, UNTESTED = 6, 7
VERDICTS = 8


@dataclass(frozen=True, eq=False)
class Batch:
    """B streams to be judged together; `rows` (B,) are their numbers in the market."""

    streams: Streams
    rows: Integers

    @cached_property
    def lat(self) -> Floats:
        return self.streams.lat[self.rows]

    @cached_property
    def lon(self) -> Floats:
        return self.streams.lon[self.rows]

    @cached_property
    def points(self) -> Points:
        return points(self.lat, self.lon)

    @cached_property
    def values(self) -> Values:
        return values_of(self.streams, self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What P pairs are.

    `value_per_t` and `distance_km` count where the verdict is FEASIBLE or UNTESTED; elsewhere they
    are as far as the gates needed them.
    """

    verdict: Integers
    value_per_t: Floats
    distance_km: Floats


def judge(batch: Batch, index: Index, costs: Costs, row: Integers, demand: Integers) -> Judged:
    """Send pairs through the gates: `row` (P,) is a position in the batch, `demand` (P,) a demand.

    The demand takes the code of the stream. Raises ValueError when `costs.road` answers wrongly.
    """
    streams, demands = batch.streams, index.demands
    verdict = np.ones(len(row), dtype=np.int64)
    near, distance, exact = _in_reach(batch, index, row, demand)
    left = np.flatnonzero(near)
    verdict[left] = 2
    for passed, have, take in (
        (3, streams.vehicles, demands.vehicles),
        (4, streams.months, demands.months),
    ):
        left = left[(have[batch.rows[row[left]]] & take[demand[left]]) != 0]
        verdict[left] = passed
    left = left[within_limits(batch.values, index.bounds, row[left], demand[left])]
    missing = untested(batch.values, index.bounds, row[left], demand[left])
    verdict[left[~missing]] = 5
    value = np.full(len(row), np.nan)
    value[left], distance[left] = _values(
        batch, index, costs, (row[left], demand[left]), (distance[left], exact[left])
    )
    good = value[left] > 0
    verdict[left[good]] = np.where(missing[good], UNTESTED, FEASIBLE)
    return Judged(verdict, value, distance)


def tally_of(row: Integers, verdict: Integers, rows: int) -> Integers:
    """Count the verdicts of each row, (rows, VERDICTS)."""
    counts = np.bincount(row * VERDICTS + verdict, minlength=rows * VERDICTS)
    return np.asarray(counts, dtype=np.int64).reshape(rows, VERDICTS)


def funnel_of(tally: Integers, takers: Integers) -> tuple[Integers, Integers]:
    """Return the funnel (B, 6) and the number of untested demands (B,) from the tally (B, 8).

    `takers` (B,) is the number of demands that take each stream's code. Untested demands pass up
    to the composition, and count on their own.
    """
    funnel = np.empty((len(tally), len(GATES)), dtype=np.int64)
    untested_count = tally[:, UNTESTED]
    funnel[:, 5] = tally[:, FEASIBLE]
    funnel[:, 4] = funnel[:, 5] + tally[:, 5]
    funnel[:, 3] = funnel[:, 4] + tally[:, 4] + untested_count
    funnel[:, 2] = funnel[:, 3] + tally[:, 3]
    funnel[:, 1] = funnel[:, 2] + tally[:, 2]
    funnel[:, 0] = takers
    return funnel, untested_count


def _in_reach(
    batch: Batch, index: Index, row: Integers, demand: Integers
) -> tuple[Flags, Floats, Flags]:
    """Return which pairs are within radius or area, their distance, and where that is exact."""
    here, there = batch.points[row], index.points[demand]
    radius = index.demands.radius_km[demand]
    distance = local_distance_km(here, there)
    doubtful = near_limit(distance, radius)
    far = np.flatnonzero(distance > LOCAL_LIMIT_KM)
    if len(far):
        distance[far] = sphere_km(here[far], there[far])
        doubtful[far] = near_limit(distance[far], radius[far], UNCERTAIN_FAR)
    exact = doubtful & ~index.has_area[demand]
    distance[exact] = geodesic_km(*_ends(batch, index, row[exact], demand[exact]))
    near = distance <= radius
    if index.demands.area is not None:
        by_area = np.flatnonzero(index.has_area[demand])
        areas = index.demands.area[demand[by_area]]
        near[by_area] = inside(areas, batch.lat[row[by_area]], batch.lon[row[by_area]])
    return near, distance, exact


def _values(
    batch: Batch,
    index: Index,
    costs: Costs,
    pair: tuple[Integers, Integers],
    measured: tuple[Floats, Flags],
) -> tuple[Floats, Floats]:
    """Return delivered values and distances.

    These are exact far away, for a road that is no curve, and where the sign is in doubt.
    """
    row, demand = pair
    distance, exact = measured
    price = index.demands.price_per_t[demand]
    ask = batch.streams.ask_per_t[batch.rows[row]]

    def values(chosen: Integers | slice) -> Floats:
        ends = _ends(batch, index, row[chosen], demand[chosen])
        haul = costs.haul_per_t(costs.trips_km(ends, distance[chosen]))
        return delivered_value(price[chosen], haul, costs.handling_per_t, ask[chosen])

    def measure_exactly(chosen: Integers) -> None:
        distance[chosen] = geodesic_km(*_ends(batch, index, row[chosen], demand[chosen]))

    is_known_road = math.isfinite(costs.doubt_per_t_km)
    far = ((distance > LOCAL_LIMIT_KM) | (not is_known_road)) & ~exact
    measure_exactly(np.flatnonzero(far))
    value = values(slice(None))
    if is_known_road:
        in_doubt = np.abs(value) <= costs.doubt_per_t_km * distance + DOUBT_PER_T
        doubtful = np.flatnonzero(in_doubt & ~exact & ~far)
        measure_exactly(doubtful)
        value[doubtful] = values(doubtful)
    return value, distance


def _ends(batch: Batch, index: Index, row: Integers, demand: Integers) -> Ends:
    return batch.lat[row], batch.lon[row], index.demands.lat[demand], index.demands.lon[demand]
