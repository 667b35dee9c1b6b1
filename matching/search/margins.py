"""By how much one stream misses each gate of some demands, all gates measured, none skipped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.checks import Flags, Floats, Integers
from matching.distance import geodesic_km
from matching.market.areas import Areas, outside_km, size_km, which_have
from matching.market.arrays import Costs, Demands, Streams, check_same_parameters, delivered_value
from matching.market.composition import known

UNSCALED = 10.0
"""The relative overrun of a gate that has no scale: code, masks, and limits of zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Margins:
    """One stream against n demands; every array has the demands as its first axis.

    `distance_km` is the exact geodesic distance. `reach_km` is held against `reach_limit_km`: the
    distance against the radius, or where `by_area` the way to the area against 0. `low` and `high`
    (C,) are the stream's values, NaN where unknown; `lower` and `upper` (n, C) the limits. `over_*`
    are relative overruns, 0 where the gate is open: (n,), and (n, C) for the composition.
    The overrun of the value is its shortage divided by the sum of the sizes of its terms.
    """

    accepted: Flags
    by_area: Flags
    distance_km: Floats
    reach_km: Floats
    reach_limit_km: Floats
    vehicles: Integers
    months: Integers
    low: Floats
    high: Floats
    lower: Floats
    upper: Floats
    value_per_t: Floats
    over_code: Floats
    over_reach: Floats
    over_vehicle: Floats
    over_month: Floats
    over_below: Floats
    over_above: Floats
    over_value: Floats

    @property
    def fails(self) -> Integers:
        """Count the failed gates of each demand, every parameter and side for itself, (n,)."""
        failed = (
            (~self.accepted).astype(np.int64)
            + (self.reach_km > self.reach_limit_km)
            + (self.over_vehicle > 0)
            + (self.over_month > 0)
            + (self.low < self.lower).sum(axis=1)
            + (self.high > self.upper).sum(axis=1)
            + (self.value_per_t <= 0)
        )
        return np.asarray(failed, dtype=np.int64)

    @property
    def score(self) -> Floats:
        """Return the sum of all relative overruns of each demand, (n,)."""
        total: Floats = (
            self.over_code
            + self.over_reach
            + self.over_vehicle
            + self.over_month
            + self.over_below.sum(axis=1)
            + self.over_above.sum(axis=1)
            + self.over_value
        )
        return total


def margins(streams: Streams, i: int, demands: Demands, chosen: Integers, costs: Costs) -> Margins:
    """Measure stream i against the chosen demands, (n,), at every gate.

    Raises ValueError when streams and demands differ in their parameters or `costs.road` answers
    wrongly.
    """
    check_same_parameters(streams, demands)
    lat, lon = float(streams.lat[i]), float(streams.lon[i])
    distance = geodesic_km(
        streams.lat[i : i + 1], streams.lon[i : i + 1], demands.lat[chosen], demands.lon[chosen]
    )
    by_area, reach, limit, over_reach = _reach(demands, chosen, (lat, lon), distance)
    code_of = demands.code_owner()[demands.code_idx == streams.code[i]]
    accepted = np.isin(chosen, code_of)
    vehicles, months = demands.vehicles[chosen], demands.months[chosen]
    low = known(streams.minimum[i], streams.typical[i])
    high = known(streams.maximum[i], streams.typical[i])
    lower, upper = demands.lower[chosen], demands.upper[chosen]
    here = np.full(len(chosen), lat), np.full(len(chosen), lon)
    ends = (*here, demands.lat[chosen], demands.lon[chosen])
    haul = costs.haul_per_t(costs.trips_km(ends, distance))
    price, ask = demands.price_per_t[chosen], streams.ask_per_t[i]
    value = delivered_value(price, haul, costs.handling_per_t, ask)
    terms = np.abs(price) + haul + costs.handling_per_t + np.abs(ask)
    return Margins(
        accepted=accepted,
        by_area=by_area,
        distance_km=distance,
        reach_km=reach,
        reach_limit_km=limit,
        vehicles=vehicles,
        months=months,
        low=low,
        high=high,
        lower=lower,
        upper=upper,
        value_per_t=value,
        over_code=np.where(accepted, 0.0, UNSCALED),
        over_reach=over_reach,
        over_vehicle=np.where(streams.vehicles[i] & vehicles, 0.0, UNSCALED),
        over_month=np.where(streams.months[i] & months, 0.0, UNSCALED),
        over_below=_overrun(lower - low, lower, low < lower),
        over_above=_overrun(high - upper, upper, high > upper),
        over_value=_overrun(-value, terms, value <= 0),
    )


def _reach(
    demands: Demands, chosen: Integers, here: tuple[float, float], distance: Floats
) -> tuple[Flags, Floats, Floats, Floats]:
    """Return by_area, the km held against a limit, that limit, and the relative overrun."""
    radius = demands.radius_km[chosen]
    over = _overrun(distance - radius, radius, distance > radius)
    if demands.area is None:
        return np.zeros(len(chosen), dtype=np.bool_), distance, radius, over
    areas: Areas = demands.area[chosen]
    by_area = which_have(areas)
    reach, limit = distance.copy(), radius.copy()
    reach[by_area] = outside_km(areas[by_area], *here)
    limit[by_area] = 0.0
    outside = reach[by_area]
    over[by_area] = _overrun(outside, size_km(areas[by_area]), outside > 0)
    return by_area, reach, limit, over


def _overrun(excess: Floats, scale: Floats, fails: Flags) -> Floats:
    """Return excess / |scale| where a gate fails and 0 elsewhere; a scale of zero is `UNSCALED`."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.where(scale == 0, UNSCALED, excess / np.abs(scale))
    return np.where(fails, share, 0.0)
