"""The three inputs: what there is, what is wanted, and what it costs to bring one to the other."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from matching.checks import (
    Floats,
    Integers,
    check_limits,
    check_money,
    check_months,
    check_not_negative,
    check_pointer,
    check_positions,
    check_ranges,
    check_shape,
    floats,
    integers,
    refuse_where,
)
from matching.distance import UNCERTAIN
from matching.market.areas import Areas, checked_areas
from matching.roads.curve import RoadCurve

DOUBT_PER_T = 1e-9  # a value this close to zero is in doubt in any case

Ends = tuple[Floats, Floats, Floats, Floats]  # lat, lon of the start; lat, lon of the end


@runtime_checkable
class Router(Protocol):
    """A source of road distances that needs to know where a trip starts and ends."""

    def trips_km(self, ends: Ends, geodesic_km: Floats) -> Floats:
        """Return road km of each trip, (P,); `ends` are four arrays (P,) of WGS-84 degrees."""


Road = Callable[[Floats], Floats] | Router


@dataclass(frozen=True, slots=True, eq=False)
class Streams:
    """N streams on offer, with C composition parameters.

    | field       | shape, dtype   | meaning                                                      |
    |-------------|----------------|--------------------------------------------------------------|
    | lat, lon    | (N,) float64   | WGS-84 degrees, ±90 and ±180                                 |
    | code        | (N,) int64     | waste code as a number, not negative                         |
    | quantity_t  | (N,) float64   | tonnes, not negative; no gate looks at it                    |
    | ask_per_t   | (N,) float64   | currency per tonne, signed: negative means the producer pays |
    | vehicles    | (N,) int64     | bits of the vehicle types it can load                        |
    | months      | (N,) int64     | bits of the months it is open, January the lowest            |
    | typical     | (N, C) float64 | composition; NaN is unknown                                  |
    | minimum     | (N, C) float64 | likewise; NaN falls back on `typical`                        |
    | maximum     | (N, C) float64 | likewise; NaN falls back on `typical`                        |

    Arrays are copied and made read-only. Raises ValueError naming the array and the index when a
    value breaks these rules, or where minimum ≤ typical ≤ maximum does not hold.
    """

    lat: Floats
    lon: Floats
    code: Integers
    quantity_t: Floats
    ask_per_t: Floats
    vehicles: Integers
    months: Integers
    typical: Floats
    minimum: Floats
    maximum: Floats

    def __post_init__(self) -> None:
        count = _first_length("lat", self.lat)
        for name in ("lat", "lon", "quantity_t", "ask_per_t"):
            object.__setattr__(self, name, floats(name, getattr(self, name), (count,)))
        for name in ("code", "vehicles", "months"):
            object.__setattr__(self, name, integers(name, getattr(self, name), count))
        columns: int | None = None
        for name in ("typical", "minimum", "maximum"):
            object.__setattr__(self, name, floats(name, getattr(self, name), (count, columns)))
            columns = self.typical.shape[1]
        check_positions(self.lat, self.lon)
        check_not_negative("quantity_t", self.quantity_t)
        check_money("ask_per_t", self.ask_per_t)
        check_months(self.months)
        for name in ("typical", "minimum", "maximum"):
            refuse_where(np.isinf(getattr(self, name)), name, "is infinite")
        check_ranges(self.minimum, self.typical, self.maximum)

    def __len__(self) -> int:
        return len(self.lat)


@dataclass(frozen=True, slots=True, eq=False)
class Demands:
    """M demands, with the same C composition parameters as the streams.

    | field        | shape, dtype   | meaning                                                      |
    |--------------|----------------|--------------------------------------------------------------|
    | lat, lon     | (M,) float64   | WGS-84 degrees, ±90 and ±180                                 |
    | radius_km    | (M,) float64   | largest geodesic distance, not negative; +inf is no limit    |
    | price_per_t  | (M,) float64   | gate price, currency per tonne, signed                       |
    | capacity_t   | (M,) float64   | tonnes, not negative; no gate looks at it                    |
    | vehicles     | (M,) int64     | bits of the vehicle types it can unload                      |
    | months       | (M,) int64     | bits of the months it is open, January the lowest            |
    | lower, upper | (M, C) float64 | limits of the composition; -inf and +inf are no limit        |
    | code_ptr     | (M + 1,) int64 | demand j takes the codes code_idx[code_ptr[j]:code_ptr[j+1]] |
    | code_idx     | (L,) int64     | the codes it may lawfully take, none twice in one demand     |
    | area         | (M,) object    | a shapely polygon or multipolygon of (lon, lat), or None     |

    Where a demand has an area, the area decides instead of the radius. It is flat in longitude and
    latitude, its border belongs to it, and it may run over the antimeridian (170 to 190 degrees).
    Arrays are copied and made read-only. Raises ValueError naming the array and the index when a
    value breaks these rules.
    """

    lat: Floats
    lon: Floats
    radius_km: Floats
    price_per_t: Floats
    capacity_t: Floats
    vehicles: Integers
    months: Integers
    lower: Floats
    upper: Floats
    code_ptr: Integers
    code_idx: Integers
    area: Areas | None = None

    def __post_init__(self) -> None:
        count = _first_length("lat", self.lat)
        for name in ("lat", "lon", "radius_km", "price_per_t", "capacity_t"):
            object.__setattr__(self, name, floats(name, getattr(self, name), (count,)))
        for name in ("vehicles", "months"):
            object.__setattr__(self, name, integers(name, getattr(self, name), count))
        object.__setattr__(self, "lower", floats("lower", self.lower, (count, None)))
        object.__setattr__(self, "upper", floats("upper", self.upper, self.lower.shape))
        object.__setattr__(self, "code_ptr", integers("code_ptr", self.code_ptr, count + 1))
        object.__setattr__(self, "code_idx", integers("code_idx", self.code_idx, None))
        if self.area is not None:
            object.__setattr__(self, "area", checked_areas(self.area, count))
        check_positions(self.lat, self.lon)
        refuse_where(~(self.radius_km >= 0), "radius_km", "is negative or NaN")
        check_money("price_per_t", self.price_per_t)
        check_not_negative("capacity_t", self.capacity_t)
        check_months(self.months)
        check_limits(self.lower, self.upper)
        check_pointer("code_ptr", self.code_ptr, len(self.code_idx))
        self._check_codes()

    def __len__(self) -> int:
        return len(self.lat)

    def _check_codes(self) -> None:
        order = np.lexsort((self.code_idx, self.code_owner()))
        owner, code = self.code_owner()[order], self.code_idx[order]
        repeated = np.zeros(len(order), dtype=np.bool_)
        repeated[order[1:]] = (owner[1:] == owner[:-1]) & (code[1:] == code[:-1])
        refuse_where(repeated, "code_idx", "repeats a code of the same demand")

    def code_owner(self) -> Integers:
        """Return the demand each entry of `code_idx` belongs to, (L,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.code_ptr))


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """What it costs to move one tonne, in currency; none of it negative.

    `loading_per_t` and `handling_per_t` are per tonne, `haul_per_t_km` per tonne and kilometre of
    road. `road` is a callable from an array of geodesic km to an array of road km of the same
    shape, such as a `RoadCurve`, or a `Router`: a road graph, a routing service. Raises ValueError
    naming the field.
    """

    loading_per_t: float
    haul_per_t_km: float
    handling_per_t: float
    road: Road = field(default_factory=RoadCurve)

    def __post_init__(self) -> None:
        for name in ("loading_per_t", "haul_per_t_km", "handling_per_t"):
            amount = floats(name, getattr(self, name), ())
            check_not_negative(name, amount)
            check_money(name, amount)
            object.__setattr__(self, name, float(amount))
        if not (callable(self.road) or hasattr(self.road, "trips_km")):
            raise ValueError("road: is neither a curve nor a router")

    def trips_km(self, ends: Ends, geodesic_km: Floats) -> Floats:
        """Return the road distance of each trip in km, in the shape of `geodesic_km`.

        Raises ValueError when `road` answers in another shape, or with a negative or NaN distance.
        """
        asked = geodesic_km.view()
        asked.flags.writeable = False  # a road that works in place must not change what it is asked
        answer = (
            self.road.trips_km(ends, asked) if isinstance(self.road, Router) else self.road(asked)
        )
        road = np.asarray(answer, dtype=np.float64)
        check_shape("road", road.shape, geodesic_km.shape)
        check_not_negative("road", road)
        return road

    @property
    def doubt_per_t_km(self) -> float:
        """Return what the formula's error may change the value by, per tonne and geodesic km.

        On a curve that is the steepest slope times the share of a distance that is in doubt; of a
        road that is no curve too little is known: infinity.
        """
        if not isinstance(self.road, RoadCurve):
            return math.inf
        return float(self.haul_per_t_km * self.road.slopes.max() * UNCERTAIN)

    def haul_per_t(self, road_km: Floats) -> Floats:
        """Return loading plus rate times road distance, currency per tonne, in the same shape."""
        return self.loading_per_t + self.haul_per_t_km * road_km


def delivered_value(price_per_t: Floats, haul: Floats, handling: float, ask: Floats) -> Floats:
    """Return gate price - haul - handling - ask, currency per tonne, all signed and per tonne.

    What the two partners of a pair have to share; it ranks partners. Arrays broadcast together.
    """
    return price_per_t - haul - handling - ask


def check_same_parameters(streams: Streams, demands: Demands) -> None:
    """Raise ValueError unless both speak of the same number of composition parameters."""
    check_shape("lower", demands.lower.shape, (None, streams.typical.shape[1]))


def _first_length(name: str, values: ArrayLike) -> int:
    shape = np.shape(values)
    if len(shape) != 1:
        raise ValueError(f"{name}: expected shape (any), got {shape}")
    return int(shape[0])
