"""Invented collection yards that sell scrap steel near the larger towns."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Final

from app.demonstration.chance import Chance
from app.demonstration.compositions import (
    CompositionDraft,
    guidance_composition,
    laboratory_assay,
)
from app.demonstration.facts.reading import InventedBuyer, invented_buyers, plants
from app.demonstration.scenario.calendar import EVEN_YEAR, monthly, split_by_weight
from app.demonstration.scenario.drafts import PlantSite, StreamDraft
from app.demonstration.scenario.prices import ask_of
from app.demonstration.scenario.streams import (
    BATCH,
    EX_WORKS,
    SCRAP_STEEL_CODE,
    counting,
    store_of,
)
from app.demonstration.tonnages import scrap_demand_of
from models.quantities import GRAMS_PER_TONNE, Grams

YARD_KIND: Final = "scrap_yard"
COVER_PERCENT: Final = 90  # of a province's furnaces; the rest comes from elsewhere
USUAL_YARD_T: Final = 60_000
FEWEST_YARDS: Final = 3
MOST_YARDS: Final = 12
KM_PER_DEGREE: Final = 111.2
STORAGE_DAYS: Final = (10, 60)
LOADING_VEHICLES: Final = (("tipper", "flatbed"), ("tipper", "flatbed"), ("tipper",))


@dataclass(frozen=True, slots=True)
class Yard:
    site: PlantSite
    mass_g: Grams


@cache
def yards() -> tuple[Yard, ...]:
    """Invent the yards of every province with electric arc furnaces; no seed moves them.

    A province's yards together hold `COVER_PERCENT` of what its furnaces are charged with, split
    over its largest towns by the size of the town's concrete plant, which goes by population.
    """
    wanted: defaultdict[str, int] = defaultdict(int)
    for plant in plants():
        wanted[plant.province] += scrap_demand_of(plant)
    towns: defaultdict[str, list[InventedBuyer]] = defaultdict(list)
    for buyer in invented_buyers():
        if buyer.kind == "ready_mix_concrete":
            towns[buyer.province].append(buyer)
    found = []
    for province in sorted(wanted):
        total_t = wanted[province] * COVER_PERCENT // 100 // GRAMS_PER_TONNE
        count = min(max(total_t // USUAL_YARD_T, FEWEST_YARDS), MOST_YARDS)
        largest = sorted(towns[province], key=lambda town: (-town.tonnes_a_year, town.key))[:count]
        if total_t:
            masses = split_by_weight(total_t, [town.tonnes_a_year for town in largest])
            found += [_yard(town, mass) for town, mass in zip(largest, masses, strict=True)]
    return tuple(found)


def yard_stream(yard: Yard, seed: int) -> tuple[StreamDraft, tuple[CompositionDraft, ...]]:
    chance = Chance(seed, f"{yard.site.key}/scrap_steel")
    guidance = guidance_composition("scrap_steel", stream_key=chance.key, chance=chance)
    assay = laboratory_assay(guidance, chance=chance)
    stock, limit = store_of(yard.mass_g, STORAGE_DAYS, chance)
    stream = StreamDraft(
        key=chance.key,
        site_key=yard.site.key,
        waste="scrap_steel",
        name_en="Scrap steel",
        name_zh="废钢铁",
        material="scrap_steel",
        code=SCRAP_STEEL_CODE,
        monthly_mass_g=monthly(yard.mass_g, EVEN_YEAR),
        closures=(),
        stock_g=stock,
        storage_limit_g=limit,
        rhythm=BATCH,
        physical_form="lump",
        vehicles=LOADING_VEHICLES[chance.between("vehicles", 0, len(LOADING_VEHICLES) - 1)],
        ask_minor_per_tonne=ask_of(guidance, chance),
        delivery_term=EX_WORKS,
        vat_included=True,
        composition_key=counting(guidance, assay).key,
        invented=True,
    )
    return stream, (guidance,) if assay is None else (guidance, assay)


def _yard(town: InventedBuyer, mass_t: int) -> Yard:
    key = f"invented-scrap-yard-{town.key.rsplit('-', 1)[1]}"
    chance = Chance(0, key)
    away_km = chance.between("distance in metres", 3_000, 9_000) / 1_000
    bearing = math.radians(chance.between("bearing", 0, 359))
    north, east = away_km * math.cos(bearing), away_km * math.sin(bearing)
    name = f"Invented scrap yard, {town.town} ({town.province})"
    site = PlantSite(
        key=key,
        organization=name,
        name_en=name,
        name_zh=f"虚构废钢回收站（{town.town_zh}）" if town.town_zh else "虚构废钢回收站",
        kind=YARD_KIND,
        latitude=round(town.latitude + north / KM_PER_DEGREE, 5),
        longitude=round(
            town.longitude + east / (KM_PER_DEGREE * math.cos(math.radians(town.latitude))), 5
        ),
        precision="place",
        province=town.province,
        province_code=town.province_code,
        city=town.town,
        capacity_note=f"{mass_t:,} t/a, invented",
        capacity_imputed=False,
        source="invented_yards",
        invented=True,
    )
    return Yard(site, Grams(mass_t * GRAMS_PER_TONNE))
