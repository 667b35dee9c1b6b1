"""Road distances by a routing service over HTTP: OSRM, Valhalla and others, through routingpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np

from matching.checks import Floats, Integers, positive_count
from matching.market.arrays import Ends
from matching.roads.curve import BY_CURVE, BY_ROUTE, RoadCurve, Trips, checked_trips, trips_of

STEPS_PER_DEGREE: Final = 10_000  # ends are rounded to eleven metres
KNOWN_MAX: Final = 200_000
REASON_LENGTH: Final = 300

_Trip = tuple[int, int, int, int]  # lat, lon, other lat, other lon in steps


class RoutingError(RuntimeError):
    """The routing service did not answer, or not with distances."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a service wants to be asked for distances: a profile, and no more locations at once."""

    profile: str
    locations: int
    asking: Mapping[str, Any]


# The limits are the defaults that each service's own documentation states for its matrix.
_OFFERS: Final[Mapping[str, _Offer]] = {
    "osrm": _Offer("driving", 100, {"annotations": ["distance"]}),
    "valhalla": _Offer("truck", 50, {}),
    "openrouteservice": _Offer("driving-hgv", 50, {"metrics": ["distance"], "units": "m"}),
    "graphhopper": _Offer("truck", 50, {"out_array": ["distances"], "fail_fast": "false"}),
}
SERVICES: Final = tuple(_OFFERS)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RoutingService:
    """A `Router` that asks a routing service.

    | field           | meaning                                                                   |
    |-----------------|---------------------------------------------------------------------------|
    | name            | one of `SERVICES`, as routingpy calls them                                |
    | url             | where it is, http or https, without a slash at the end                    |
    | profile         | which vehicle it shall route; empty is the service's own for freight      |
    | api_key         | what it wants to be shown, if anything                                    |
    | locations       | how many places one request may name, at least 2; 0 is the usual limit    |
    | timeout_s       | how long one request may take                                             |
    | retry_timeout_s | how long an overloaded service is asked again                             |
    | curve           | answers for pairs between which the service finds no road                 |

    The service is asked for matrices of distances, in blocks within its limit. Ends are rounded to
    1e-4 degrees (11 m), and what was answered is kept by them, boundedly. No road is shorter than
    the geodesic. An OSRM server has its profile built in. Threads may share one.

    Raises ValueError naming the field.
    """

    name: str
    url: str
    profile: str = ""
    api_key: str = field(default="", repr=False)
    locations: int = 0
    timeout_s: float = 60.0
    retry_timeout_s: float = 60.0
    curve: RoadCurve = field(default_factory=RoadCurve)
    _known: _KnownTrips = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.name not in _OFFERS:
            raise ValueError(f"name: {self.name!r} is not one of {', '.join(SERVICES)}")
        address = urlsplit(self.url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("url: expected an address that begins with http:// or https://")
        offer = _OFFERS[self.name]
        most = positive_count("locations", self.locations or offer.locations)
        if most < 2:
            raise ValueError("locations: a trip has 2 ends")
        for name in ("timeout_s", "retry_timeout_s"):
            if not 0 < getattr(self, name) <= 3600:
                raise ValueError(f"{name}: is not between 0 and 3600 seconds")
        object.__setattr__(self, "url", self.url.rstrip("/"))
        object.__setattr__(self, "profile", self.profile or offer.profile)
        object.__setattr__(self, "locations", most)
        object.__setattr__(self, "_known", _KnownTrips())

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process asks for itself, with what it was told and nothing that is remembered.
        told = {each.name: getattr(self, each.name) for each in fields(self) if each.init}
        return partial(RoutingService, **told), ()

    def trips_km(self, ends: Ends, geodesic_km: Floats) -> Floats:
        """Return road km of each trip, (P,); see `trips` for what is taken and raised."""
        return self.trips(ends, geodesic_km).km

    def trips(self, ends: Ends, geodesic_km: Floats) -> Trips:
        """Return road km of each trip and what each rests on.

        `ends` are four arrays (P,) of WGS-84 degrees: lat, lon of the start, lat, lon of the end;
        `geodesic_km` (P,) is their distance.

        Raises RoutingError when the service does not answer or answers nonsense, ValueError, naming
        the array and the index, for shapes, positions or distances that make no trips.
        """
        ends, geodesic = checked_trips(ends, geodesic_km)
        steps = np.rint(np.stack(ends, axis=1) * STEPS_PER_DEGREE).astype(np.int64)
        distinct, back = np.unique(steps, axis=0, return_inverse=True)
        wanted: list[_Trip] = [(a, b, c, d) for a, b, c, d in distinct.tolist()]
        found = self._known.among(wanted)
        fresh = [trip for trip in wanted if trip not in found]
        if fresh:
            answers = dict(zip(fresh, self._ask(np.array(fresh)).tolist(), strict=True))
            self._known.add(answers)
            found |= answers
        route = np.array([found[trip] for trip in wanted], dtype=np.float64)[back.ravel()]
        unknown = np.isnan(route)
        route[unknown] = self.curve(geodesic[unknown])
        basis = np.where(unknown, BY_CURVE, BY_ROUTE).astype(np.uint8)
        return trips_of(route, basis, geodesic)

    def _ask(self, trips: Integers) -> Floats:
        """Return road km of each of the distinct trips (P, 4), NaN where there is no road."""
        starts, of_start = np.unique(trips[:, :2], axis=0, return_inverse=True)
        ends, of_end = np.unique(trips[:, 2:], axis=0, return_inverse=True)
        of_start, of_end = of_start.ravel(), of_end.ravel()
        rows = self.locations - min(self.locations // 2, len(ends))
        columns = self.locations - min(rows, len(starts))
        km = np.full(len(trips), np.nan)
        router = self._router()
        for first in range(0, len(starts), rows):
            chosen = np.flatnonzero((of_start >= first) & (of_start < first + rows))
            targets, place = np.unique(of_end[chosen], return_inverse=True)
            for low in range(0, len(targets), columns):
                block = starts[first : first + rows], ends[targets[low : low + columns]]
                answer = self._matrix(router, *block)
                inside = (place >= low) & (place < low + columns)
                cell = of_start[chosen[inside]] - first, place[inside] - low
                km[chosen[inside]] = answer[cell]
        return km

    def _router(self) -> Any:
        # A connection of its own for each question: sessions of requests are not for many threads.
        key = {"api_key": self.api_key} if self.api_key else {}
        from routingpy.routers import get_router_by_name  # noqa: PLC0415 - few processes route

        return get_router_by_name(self.name)(
            base_url=self.url,
            timeout=self.timeout_s,
            retry_timeout=self.retry_timeout_s,
            retry_over_query_limit=True,
            **key,
        )

    def _matrix(self, router: Any, starts: Integers, ends: Integers) -> Floats:
        """Return road km from each start (A, 2) to each end (B, 2), (A, B)."""
        from routingpy.exceptions import (  # noqa: PLC0415 - few processes route
            JSONParseError,
            RouterError,
            Timeout,
        )

        places = np.concatenate((starts, ends))[:, ::-1] / STEPS_PER_DEGREE
        try:
            answer = router.matrix(
                locations=places.tolist(),
                profile=self.profile,
                sources=list(range(len(starts))),
                destinations=list(range(len(starts), len(places))),
                **_OFFERS[self.name].asking,
            )
            km = np.array(answer.distances, dtype=np.float64) / 1000
        except Timeout:
            raise self._failed("no answer in time") from None
        except OSError as error:
            # Its text would hold the address asked, and with it the key and true positions.
            raise self._failed(type(error).__name__) from None
        except (RouterError, JSONParseError) as error:
            raise self._failed(str(error)) from None
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise self._failed(f"an answer without distances ({error!r})") from error
        if km.shape != (len(starts), len(ends)) or (km < 0).any() or np.isinf(km).any():
            raise self._failed("an answer that is no matrix of distances")
        return km

    def _failed(self, reason: str) -> RoutingError:
        said = reason.replace(self.api_key, "…") if self.api_key else reason
        return RoutingError(f"{self.name} at {urlsplit(self.url).hostname}: {said[:REASON_LENGTH]}")


class _KnownTrips:
    """What was answered before, NaN included; the oldest is forgotten first."""

    def __init__(self, most: int = KNOWN_MAX) -> None:
        self.most = most
        self._km: dict[_Trip, float] = {}
        self._lock = Lock()

    def among(self, trips: list[_Trip]) -> dict[_Trip, float]:
        with self._lock:
            return {trip: self._km[trip] for trip in trips if trip in self._km}

    def add(self, answers: Mapping[_Trip, float]) -> None:
        with self._lock:
            self._km.update(answers)
            for oldest in list(self._km)[: max(0, len(self._km) - self.most)]:
                del self._km[oldest]
