"""Puts the scenario together for some provinces or the whole country."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from app.demonstration.compositions import CompositionDraft
from app.demonstration.facts.reading import (
    FactSource,
    cement_works,
    fact_sources,
    invented_buyers,
    plants,
)
from app.demonstration.scenario.demands import (
    cement_demands,
    cement_site,
    invented_demand,
    invented_site,
    scrap_demand,
)
from app.demonstration.scenario.drafts import DemandDraft, PlantSite, StreamDraft
from app.demonstration.scenario.scrap import yard_stream, yards
from app.demonstration.scenario.streams import producing_site, streams_of
from models.errors import Invalid

DEFAULT_REGIONS: Final = frozenset({"Shandong"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The demonstration market. A composition belongs to the stream of its `stream_key`."""

    seed: int
    regions: frozenset[str] | None
    sites: tuple[PlantSite, ...]
    streams: tuple[StreamDraft, ...]
    demands: tuple[DemandDraft, ...]
    compositions: tuple[CompositionDraft, ...]
    sources: tuple[FactSource, ...]


@cache
def known_regions() -> frozenset[str]:
    """Name the provinces, in English, that the facts speak of."""
    return frozenset(
        {plant.province for plant in plants()}
        | {works.province for works in cement_works()}
        | {buyer.province for buyer in invented_buyers()}
    )


def build_scenario(regions: frozenset[str] | None, seed: int) -> Scenario:
    """Make the market of these provinces; None is the whole country.

    What a stream or a demand is depends on the seed and its key alone, not on the regions.
    """
    unknown = sorted((regions or frozenset()) - known_regions())
    if unknown:
        raise Invalid(
            "region-unknown",
            "The demonstration knows no such province.",
            regions=unknown,
            known=sorted(known_regions()),
        )

    chosen = known_regions() if regions is None else regions
    market = _Market()
    _add_plants(market, chosen, seed)
    _add_yards(market, chosen, seed)
    _add_buyers(market, chosen, seed)
    return Scenario(
        seed=seed,
        regions=regions,
        sites=tuple(market.sites),
        streams=tuple(market.streams),
        demands=tuple(market.demands),
        compositions=tuple(market.compositions),
        sources=fact_sources(),
    )


@dataclass(slots=True)
class _Market:
    """A scenario while it is being put together."""

    sites: list[PlantSite] = field(default_factory=list)
    streams: list[StreamDraft] = field(default_factory=list)
    demands: list[DemandDraft] = field(default_factory=list)
    compositions: list[CompositionDraft] = field(default_factory=list)

    def offer(self, stream: StreamDraft, analyses: Iterable[CompositionDraft]) -> None:
        self.streams.append(stream)
        self.compositions += analyses


def _add_plants(market: _Market, regions: frozenset[str], seed: int) -> None:
    for plant in plants():
        if plant.province not in regions:
            continue
        site = producing_site(plant)
        market.sites.append(site)
        for stream, analyses in streams_of(plant, seed):
            market.offer(stream, analyses)
        scrap = scrap_demand(plant, site, seed)
        if scrap is not None:
            market.demands.append(scrap)


def _add_yards(market: _Market, regions: frozenset[str], seed: int) -> None:
    for yard in yards():
        if yard.site.province in regions:
            market.sites.append(yard.site)
            market.offer(*yard_stream(yard, seed))


def _add_buyers(market: _Market, regions: frozenset[str], seed: int) -> None:
    for works in cement_works():
        if works.province in regions:
            market.sites.append(cement_site(works))
            market.demands += cement_demands(works, seed)
    for buyer in invented_buyers():
        if buyer.province in regions:
            market.sites.append(invented_site(buyer))
            market.demands.append(invented_demand(buyer, seed))
