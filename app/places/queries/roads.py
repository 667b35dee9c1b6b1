"""The source of road distances that the settings name: the curve, a graph, or a routing service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from app.settings import RoadPolicy
from matching.checks import Floats
from matching.market.arrays import Ends, Road
from matching.roads.curve import RoadCurve
from matching.roads.graph import RoadGraph
from matching.roads.service import RoutingError, RoutingService
from models.errors import Conflict

# A page waits for the answer.
_TIMEOUTS: Final = {"timeout_s": 10.0, "retry_timeout_s": 20.0}
_OPTIONS: Final[Mapping[str, Callable[[str], Any]]] = {
    "api_key": str,
    "profile": str,
    "locations": int,
    "timeout_s": float,
    "retry_timeout_s": float,
}


@dataclass(frozen=True, slots=True)
class ServiceRoads:
    """A routing service whose failure is said to people."""

    service: RoutingService

    def trips_km(self, ends: Ends, geodesic_km: Floats) -> Floats:
        try:
            return self.service.trips_km(ends, geodesic_km)
        except RoutingError as error:
            raise Conflict(
                "routing-failed",
                "The routing service did not answer. Try again in a few minutes.",
                service=self.service.name,
            ) from error


def road_for(policy: RoadPolicy) -> Road:
    """The roads of this installation, read once a process and again when the file changes.

    A setting that cannot be is the operator's mistake: RuntimeError says which.
    """
    if policy.source == "graph":
        try:
            return _graph(policy.graph, policy.graph.stat().st_mtime_ns)
        except FileNotFoundError:
            raise RuntimeError(
                f"OFFTAKE_ROAD=graph: there is no {policy.graph}; run offtake import roads FILE"
            ) from None
        except (OSError, ValueError) as error:
            raise RuntimeError(f"OFFTAKE_ROAD=graph: {policy.graph}: {error}") from error
    if policy.source == "service":
        return _service(policy)
    return RoadCurve()


@lru_cache(maxsize=1)
def _graph(path: Path, changed_ns: int) -> RoadGraph:  # noqa: ARG001  (a changed file is read again)
    return RoadGraph.load(path)


@cache
def _service(policy: RoadPolicy) -> ServiceRoads:
    try:
        options = {name: _OPTIONS[name](value) for name, value in policy.options}
        service = RoutingService(name=policy.service, url=policy.url, **_TIMEOUTS | options)
    except KeyError as error:
        known = ", ".join(_OPTIONS)
        raise RuntimeError(f"OFFTAKE_ROAD_OPTIONS: {error} is not one of {known}") from None
    except ValueError as error:
        raise RuntimeError(f"OFFTAKE_ROAD=service:{policy.service}: {error}") from error
    return ServiceRoads(service)
