"""The search as one would write it first: plain Python over records, distances by geopy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from geopy.distance import geodesic, great_circle

import matching
from matching.checks import Floats, Integers

Point = tuple[float, float]
Measure = Callable[[Point, Point], float]  # kilometres between two places
Partners = list[tuple[int, float]]  # demands and the values of the pairs, best first


def geodesic_km(here: Point, there: Point) -> float:
    return float(geodesic(here, there).km)


def great_circle_km(here: Point, there: Point) -> float:
    """Measure on a sphere: faster, and wrong by up to 0.6 %."""
    return float(great_circle(here, there).km)


@dataclass(frozen=True, slots=True)
class Stream:
    place: Point
    code: int
    ask_per_t: float
    vehicles: int
    months: int
    minimum: Sequence[float]
    maximum: Sequence[float]


@dataclass(frozen=True, slots=True)
class Demand:
    place: Point
    radius_km: float
    price_per_t: float
    vehicles: int
    months: int
    lower: Sequence[float]
    upper: Sequence[float]
    codes: frozenset[int]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a haul costs: per tonne, per tonne and kilometre, and the road curve's pieces.

    A piece is where it starts, the road until there, and its slope; the last one is the first.
    """

    fixed_per_t: float
    haul_per_t_km: float
    pieces: Sequence[tuple[float, float, float]]

    def haul_per_t(self, km: float) -> float:
        start, road_km, slope = next(piece for piece in self.pieces if piece[0] <= km)
        return self.fixed_per_t + self.haul_per_t_km * (road_km + slope * (km - start))


def partners(
    stream: Stream, demands: Sequence[Demand], terms: Terms, k: int, measure: Measure
) -> Partners:
    """Return the k best demands of a stream and their values, each demand looked at in turn."""
    found = []
    for number, demand in enumerate(demands):
        if stream.code not in demand.codes:
            continue
        km = measure(stream.place, demand.place)
        if km > demand.radius_km:
            continue
        if not stream.vehicles & demand.vehicles or not stream.months & demand.months:
            continue
        if any(have < limit for have, limit in zip(stream.minimum, demand.lower, strict=True)):
            continue
        if any(have > limit for have, limit in zip(stream.maximum, demand.upper, strict=True)):
            continue
        value = demand.price_per_t - terms.haul_per_t(km) - stream.ask_per_t
        if value > 0:
            found.append((number, value))
    found.sort(key=lambda partner: (-partner[1], partner[0]))
    return found[:k]


def stream_records(streams: matching.Streams) -> list[Stream]:
    """Take the arrays apart, so that the loop handles Python's own numbers, its fastest."""
    columns = (
        zip(streams.lat.tolist(), streams.lon.tolist(), strict=True),
        streams.code.tolist(),
        streams.ask_per_t.tolist(),
        streams.vehicles.tolist(),
        streams.months.tolist(),
        streams.minimum.tolist(),
        streams.maximum.tolist(),
    )
    return [Stream(*fields) for fields in zip(*columns, strict=True)]


def demand_records(demands: matching.Demands) -> list[Demand]:
    codes = [
        frozenset(demands.code_idx[start:end].tolist())
        for start, end in zip(demands.code_ptr[:-1], demands.code_ptr[1:], strict=True)
    ]
    columns = (
        zip(demands.lat.tolist(), demands.lon.tolist(), strict=True),
        demands.radius_km.tolist(),
        demands.price_per_t.tolist(),
        demands.vehicles.tolist(),
        demands.months.tolist(),
        demands.lower.tolist(),
        demands.upper.tolist(),
        codes,
    )
    return [Demand(*fields) for fields in zip(*columns, strict=True)]


def terms_of(costs: matching.Costs) -> Terms:
    if not isinstance(costs.road, matching.RoadCurve):
        raise TypeError("the loop knows only road curves")
    knots = costs.road.geodesic_km, costs.road.road_km, costs.road.slopes
    pieces = tuple(zip(*(column[::-1].tolist() for column in knots), strict=True))
    return Terms(costs.loading_per_t + costs.handling_per_t, costs.haul_per_t_km, pieces)


def as_arrays(found: Sequence[Partners], k: int) -> tuple[Integers, Floats]:
    """Return partners and values as a ranking holds them, (N, k)."""
    demand = np.full((len(found), k), -1, dtype=np.int64)
    value = np.full((len(found), k), np.nan)
    for row, partners_of_one in enumerate(found):
        for place, pair in enumerate(partners_of_one):
            demand[row, place], value[row, place] = pair
    return demand, value
