"""`python -m matching`: the small park solved, in the words of its story."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from matching.blends.blending import blend
from matching.blends.recipes import Limits
from matching.distance import geodesic_km
from matching.plans.allocation import allocate
from matching.plans.prices import clearing_prices
from matching.search.findings import near_misses
from matching.search.ranking import all_pairs, top_k
from matching.small_park import SmallPark, small_park

MIX_T = 60.0  # for the cement works, the first receiver
CEMENT_WORKS = 0


def story(park: SmallPark) -> Iterator[str]:
    """Yield the lines that tell who suits whom, the plan, its prices, and a blend."""
    yield from _ranking(park)
    yield from _plans(park)
    yield from _blend(park)


def _ranking(park: SmallPark) -> Iterator[str]:
    streams, demands, costs = park.streams, park.demands, park.costs
    ranking = top_k(streams, demands, costs, k=len(demands))
    for i, name in enumerate(park.stream_names):
        yield f"{name}"
        for demand, value in zip(ranking.demand[i], ranking.value_per_t[i], strict=True):
            if demand >= 0:
                yield f"    {park.demand_names[demand]}: worth {value:.0f} a tonne"
        for miss in near_misses(streams, i, demands, costs, k=1):
            finding = miss.findings[0]
            what = park.parameter_names[finding.parameter] if finding.parameter >= 0 else ""
            said = f"{finding.kind} {what}".strip()
            who = park.demand_names[miss.demand]
            yield f"    {who}: misses by {said}, {finding.have:.4g} for {finding.limit:.4g}"


def _plans(park: SmallPark) -> Iterator[str]:
    supply, capacity = park.streams.quantity_t, park.demands.capacity_t
    pairs = all_pairs(park.streams, park.demands, park.costs)
    best = allocate(pairs, supply, capacity)
    most = allocate(pairs, supply, capacity, objective="tonnes")
    for plan, title in ((best, "greatest value"), (most, "most tonnes")):
        yield f"{title}: {plan.tonnes:.0f} t worth {plan.value:.0f}"
        for i, j, tonnes in zip(pairs.row(), pairs.demand, plan.flow_t, strict=True):
            if tonnes > 0:
                yield f"    {tonnes:.0f} t {park.stream_names[i]} to the {park.demand_names[j]}"
    prices = clearing_prices(pairs, best, supply, capacity)
    yield "prices a tonne at the greatest value"
    for names, low, high in (
        (park.stream_names, prices.supply_low, prices.supply_high),
        (park.demand_names, prices.demand_low, prices.demand_high),
    ):
        for name, least, most in zip(names, low, high, strict=True):
            yield f"    {name}: {least:.0f}" + (f" to {most:.0f}" if most > least else "")


def _blend(park: SmallPark) -> Iterator[str]:
    """Blend for the cement works: what it may take by its code, whether it fits alone or not."""
    streams, demands, costs = park.streams, park.demands, park.costs
    taken = demands.code_idx[: demands.code_ptr[CEMENT_WORKS + 1]]
    chosen = np.flatnonzero(np.isin(streams.code, taken))
    here = streams.lat[chosen], streams.lon[chosen]
    there = (
        np.full(len(chosen), demands.lat[CEMENT_WORKS]),
        np.full(len(chosen), demands.lon[CEMENT_WORKS]),
    )
    haul = costs.haul_per_t(costs.trips_km((*here, *there), geodesic_km(*here, *there)))
    mix = blend(
        streams.typical[chosen],
        streams.ask_per_t[chosen] + haul + costs.handling_per_t,
        streams.quantity_t[chosen],
        Limits(demands.lower[CEMENT_WORKS], demands.upper[CEMENT_WORKS]),
        MIX_T,
    )
    yield f"cheapest {MIX_T:.0f} t for the {park.demand_names[CEMENT_WORKS]}: {mix.cost:.0f}"
    for i, tonnes in zip(chosen, mix.tonnes, strict=True):
        if tonnes > 0:
            yield f"    {tonnes:.0f} t {park.stream_names[i]}"
    for name, value in zip(park.parameter_names, mix.composition, strict=True):
        yield f"    {name} {value:.4g} %"


if __name__ == "__main__":
    sys.stdout.write("\n".join(story(small_park())) + "\n")
