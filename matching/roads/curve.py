"""The road distance where no road graph or routing service knows one, and what routers answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.checks import (
    Floats,
    check_finite,
    check_not_negative,
    check_positions,
    check_shape,
    floats,
    refuse_where,
)

GEODESIC_KM: Final = (0.0, 37.5, 75.0, 150.0, 250.0, 400.0, 750.0)
ROAD_KM: Final = (0.0, 58.0, 104.0, 192.0, 313.0, 487.0, 888.0)

# Mean road over great-circle distance in China, by bands of the latter: from, to, mean, pairs.
# Source: the project's data set of circuity by distance, measured on the highway graph of
# OpenStreetMap (© OpenStreetMap contributors, ODbL). Status: secondary; how the pairs were drawn is
# not recorded. Below 25 km the graph is coarser than the trips and the spread (1.14) as large as
# the effect, so the default curve leaves that band out. In whole km, the others at their middles
# are its knots.
MEASURED_CIRCUITY: Final = (
    (10.0, 25.0, 2.098, 208),
    (25.0, 50.0, 1.540, 536),
    (50.0, 100.0, 1.380, 1_706),
    (100.0, 200.0, 1.281, 5_843),
    (200.0, 300.0, 1.252, 8_249),
    (300.0, 500.0, 1.218, 23_610),
    (500.0, 1000.0, 1.184, 79_332),
)

BY_ROUTE: Final = 0
BY_LOCAL_ROADS: Final = 1
BY_CURVE: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Trips:
    """P answered trips: `km` (P,) float64, and `basis` (P,) uint8, what each answer rests on.

    | basis            | the road distance comes from                                             |
    |------------------|--------------------------------------------------------------------------|
    | `BY_ROUTE`       | the shortest path of the road graph, or the routing service              |
    | `BY_LOCAL_ROADS` | the geodesic times a factor: the road graph is coarser than the trip     |
    | `BY_CURVE`       | the curve, because no road joins the two ends                            |
    """

    km: Floats
    basis: NDArray[np.uint8]

    def count(self, basis: int) -> int:
        """Return how many of the trips rest on `basis`."""
        return int(np.count_nonzero(self.basis == basis))


@dataclass(frozen=True, slots=True, eq=False)
class RoadCurve:
    """A monotone piecewise-linear curve from geodesic to road distance.

    `geodesic_km` and `road_km` have shape (K,), K at least 2, float64, in kilometres; both start at
    0, the first rises strictly and the second never falls. Beyond the last knot the last slope goes
    on. The default knots are the project's own estimate for freight by road.

    `slopes` (K,) is made from them: road km per geodesic km from each knot onward, the last one
    repeated. A distance x with knot j the last at or below it is `road_km[j] + slopes[j] * (x -
    geodesic_km[j])`, each operation rounded once and none fused, so that any engine that does the
    same gets the same bits.

    Raises ValueError, naming the array and the index, for knots that break these rules.
    """

    geodesic_km: Floats = field(default_factory=lambda: np.array(GEODESIC_KM))
    road_km: Floats = field(default_factory=lambda: np.array(ROAD_KM))
    slopes: Floats = field(init=False)

    def __post_init__(self) -> None:
        geodesic = floats("geodesic_km", self.geodesic_km, (None,))
        road = floats("road_km", self.road_km, geodesic.shape)
        if geodesic.size < 2:
            raise ValueError(f"geodesic_km: expected at least 2 knots, got {geodesic.size}")
        for name, knots in (("geodesic_km", geodesic), ("road_km", road)):
            check_not_negative(name, knots)
            if knots[0] != 0:
                raise ValueError(f"{name}[0]: is not 0")
        refuse_where(
            np.concatenate(([False], np.diff(geodesic) <= 0)), "geodesic_km", "does not rise"
        )
        refuse_where(np.concatenate(([False], np.diff(road) < 0)), "road_km", "falls")
        rising = np.diff(road) / np.diff(geodesic)
        slopes = floats("slopes", np.concatenate((rising, rising[-1:])), geodesic.shape)
        check_finite("slopes", slopes)
        object.__setattr__(self, "geodesic_km", geodesic)
        object.__setattr__(self, "road_km", road)
        object.__setattr__(self, "slopes", slopes)

    @classmethod
    def from_circuity(cls, from_km: ArrayLike, to_km: ArrayLike, circuity: ArrayLike) -> RoadCurve:
        """Return the curve through circuity measured by bands of the geodesic distance.

        Takes three arrays (B,): bands in rising order that do not overlap, in km, and road over
        geodesic distance in each, at least 1. A band becomes one knot, at its middle; between the
        knots the curve is straight, so it has no steps at the borders of bands. `MEASURED_CIRCUITY`
        holds such a table.

        Raises ValueError, naming the array and the index, for bands that break these rules, and for
        `road_km` where circuity drops so fast that a longer trip would have the shorter road.
        """
        start = floats("from_km", from_km, (None,))
        end = floats("to_km", to_km, start.shape)
        ratio = floats("circuity", circuity, start.shape)
        for name, values in (("from_km", start), ("to_km", end), ("circuity", ratio)):
            check_not_negative(name, values)
        refuse_where(end <= start, "to_km", "is not above from_km")
        refuse_where(
            np.concatenate((np.zeros(min(1, start.size), np.bool_), start[1:] < end[:-1])),
            "from_km",
            "overlaps the band before it",
        )
        refuse_where(ratio < 1, "circuity", "is below 1")
        middle = (start + end) / 2
        return cls(np.concatenate(([0.0], middle)), np.concatenate(([0.0], middle * ratio)))

    def __call__(self, geodesic_km: Floats) -> Floats:
        """Return the road distance in km of each geodesic distance in km, in the same shape.

        Raises ValueError for a distance that is negative or not finite.
        """
        distance = np.asarray(geodesic_km, dtype=np.float64)
        check_not_negative("geodesic_km", distance)
        knot = np.searchsorted(self.geodesic_km, distance, side="right") - 1
        result: Floats = self.road_km[knot] + self.slopes[knot] * (
            distance - self.geodesic_km[knot]
        )
        return result


def checked_trips(
    ends: tuple[Floats, Floats, Floats, Floats], geodesic_km: Floats
) -> tuple[tuple[Floats, Floats, Floats, Floats], Floats]:
    """Return what a router was asked as arrays, or raise ValueError naming the array and index."""
    geodesic = floats("geodesic_km", geodesic_km, (None,))
    check_not_negative("geodesic_km", geodesic)
    lat, lon, other_lat, other_lon = (
        floats(name, axis, geodesic.shape)
        for name, axis in zip(("lat", "lon", "other lat", "other lon"), ends, strict=True)
    )
    check_positions(lat, lon)
    check_positions(other_lat, other_lon)
    return (lat, lon, other_lat, other_lon), geodesic


def trips_of(km: Floats, basis: NDArray[np.uint8], geodesic_km: Floats) -> Trips:
    """Return the answered trips; no road is shorter than the geodesic, whatever a router says."""
    check_shape("km", km.shape, geodesic_km.shape)
    return Trips(np.maximum(km, geodesic_km), basis)
