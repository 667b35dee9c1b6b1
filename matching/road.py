"""The road distance where no road graph or routing service is configured."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from matching.checks import Floats, check_not_negative, floats, refuse_where

GEODESIC_KM = (0.0, 37.5, 75.0, 150.0, 250.0, 400.0, 750.0)
ROAD_KM = (0.0, 58.0, 104.0, 192.0, 313.0, 487.0, 888.0)


@dataclass(frozen=True, slots=True, eq=False)
class RoadCurve:
    """A monotone piecewise-linear curve from geodesic to road distance.

    `geodesic_km` and `road_km` have shape (K,), K at least 2, float64, in kilometres; both start at
    0, the first rises strictly and the second never falls. Beyond the last knot the last slope goes
    on. The default knots are the project's own estimate for freight by road.

    Raises ValueError, naming the array and the index, for knots that break these rules.
    """

    geodesic_km: Floats = field(default_factory=lambda: np.array(GEODESIC_KM))
    road_km: Floats = field(default_factory=lambda: np.array(ROAD_KM))

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
        object.__setattr__(self, "geodesic_km", geodesic)
        object.__setattr__(self, "road_km", road)

    def __call__(self, geodesic_km: Floats) -> Floats:
        """Return the road distance in km of each geodesic distance in km, in the same shape.

        Raises ValueError for a distance that is negative or not finite.
        """
        distance = np.asarray(geodesic_km, dtype=np.float64)
        check_not_negative("geodesic_km", distance)
        slope: np.float64 = (self.road_km[-1] - self.road_km[-2]) / (
            self.geodesic_km[-1] - self.geodesic_km[-2]
        )
        beyond = np.maximum(distance - self.geodesic_km[-1], 0.0)
        within: Floats = np.interp(distance, self.geodesic_km, self.road_km)
        result: Floats = within + slope * beyond
        return result
