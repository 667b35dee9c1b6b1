"""Demands: real cement and steel works by estimate, and invented buyers near real towns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.demonstration.chance import Chance
from app.demonstration.facts.reading import CementWorks, InventedBuyer, Plant
from app.demonstration.scenario.calendar import NORTH, monthly, weighed_by_days
from app.demonstration.scenario.drafts import DemandDraft, PaperDraft, PlantSite
from app.demonstration.scenario.prices import gate_price_of
from app.demonstration.scenario.recipes import CLASS_C_OF, CLASS_C_PROVINCES, RECIPES, SEASONS
from app.demonstration.tonnages import cement_capacity_of, cement_demand_of, scrap_demand_of
from models.quantities import GRAMS_PER_TONNE, Grams, Metres

WISHES_OF_INVENTED: Final = {
    "ready_mix_concrete": "fly_ash",
    "brick_block_works": "fly_ash",
    "wallboard_works": "fgd_gypsum",
    "slag_powder_mill": "bf_slag",
    "road_base_contractor": "bof_slag",
}
INVENTED_NAMES: Final = {
    "ready_mix_concrete": ("Invented concrete plant", "虚构混凝土搅拌站"),
    "brick_block_works": ("Invented brick and block works", "虚构砖与砌块厂"),
    "wallboard_works": ("Invented plasterboard works", "虚构纸面石膏板厂"),
    "slag_powder_mill": ("Invented slag powder mill", "虚构矿渣粉厂"),
    "road_base_contractor": ("Invented road base contractor", "虚构道路基层施工单位"),
}

EIA_APPROVAL: Final = "eia_approval"
DISCHARGE_PERMIT: Final = "discharge_permit"
MISSING_PAPER_PERCENT: Final = 8  # of the invented buyers only
EXPIRED_PAPER_PERCENT: Final = 8


def cement_site(works: CementWorks) -> PlantSite:
    imputed = works.capacity_t is None
    note = f"{cement_capacity_of(works) / 1e6:.2f} Mt/a cement"
    return PlantSite(
        key=works.key,
        organization=works.name,
        name_en=works.name,
        name_zh=None,
        kind=works.kind,
        latitude=works.latitude,
        longitude=works.longitude,
        precision=works.precision,
        province=works.province,
        province_code=works.province_code,
        city=works.city,
        capacity_note=f"{note} (imputed median)" if imputed else note,
        capacity_imputed=imputed,
        source=works.source,
        invented=False,
    )


def invented_site(buyer: InventedBuyer) -> PlantSite:
    english, chinese = INVENTED_NAMES[buyer.kind]
    name = f"{english}, {buyer.town} ({buyer.province})"
    return PlantSite(
        key=buyer.key,
        organization=name,
        name_en=name,
        name_zh=f"{chinese}（{buyer.town_zh}）" if buyer.town_zh else chinese,
        kind=buyer.kind,
        latitude=buyer.latitude,
        longitude=buyer.longitude,
        precision=buyer.precision,
        province=buyer.province,
        province_code=buyer.province_code,
        city=buyer.town,
        capacity_note=f"{buyer.tonnes_a_year:,} t/a, invented",
        capacity_imputed=False,
        source=buyer.source,
        invented=True,
    )


def cement_demands(works: CementWorks, seed: int) -> Iterator[DemandDraft]:
    for wish, mass in cement_demand_of(works).items():
        yield _demand(cement_site(works), ("cement", wish), mass, seed)


def invented_demand(buyer: InventedBuyer, seed: int) -> DemandDraft:
    mass = Grams(buyer.tonnes_a_year * GRAMS_PER_TONNE)
    wish = WISHES_OF_INVENTED[buyer.kind]
    return _demand(invented_site(buyer), (buyer.kind, wish), mass, seed)


def scrap_demand(plant: Plant, site: PlantSite, seed: int) -> DemandDraft | None:
    mass = scrap_demand_of(plant)
    return _demand(site, ("steel", "scrap_steel"), mass, seed) if mass else None


def _demand(site: PlantSite, terms: tuple[str, str], mass: Grams, seed: int) -> DemandDraft:
    buyer, wish = terms
    recipe = RECIPES[terms]
    chance = Chance(seed, f"{site.key}/{wish}")
    north, south = SEASONS["steel" if buyer == "steel" else site.kind]
    season = north if site.province in NORTH else south
    return DemandDraft(
        key=chance.key,
        site_key=site.key,
        wish=wish,
        name_en=recipe.name_en,
        name_zh=recipe.name_zh,
        route=recipe.route,
        codes=recipe.codes,
        materials=recipe.materials,
        monthly_capacity_g=monthly(mass, weighed_by_days(season.weights, season.closures)),
        closures=season.closures,
        gate_price_minor_per_tonne=gate_price_of(buyer, wish, chance),
        radius_m=Metres(chance.between("radius", *recipe.radius_km) * 1_000),
        specification=_specification(recipe.specifications, site.province, chance),
        limits=recipe.limits,
        vehicles=recipe.vehicles[chance.between("vehicles", 0, len(recipe.vehicles) - 1)],
        papers=_papers(site, Chance(seed, site.key)),
        recoveries=recipe.recoveries,
        invented=site.invented,
    )


def _specification(names: tuple[str, ...], province: str, chance: Chance) -> str | None:
    if not names:
        return None
    name = names[chance.between("specification", 0, len(names) - 1)]
    return CLASS_C_OF.get(name, name) if province in CLASS_C_PROVINCES else name


def _papers(site: PlantSite, chance: Chance) -> tuple[PaperDraft, ...]:
    """Draw the papers of a site. Those of real works are in order; invented ones may lack one."""
    approval = PaperDraft(kind=EIA_APPROVAL, number=f"DEMO-EIA-{site.key}", valid_days=None)
    valid = chance.between("permit days", 300, 1_700)
    draw = chance.between("papers", 0, 99)
    if site.invented and draw < EXPIRED_PAPER_PERCENT:
        valid = -chance.between("permit expired", 5, 200)
    permit = PaperDraft(kind=DISCHARGE_PERMIT, number=f"DEMO-PDP-{site.key}", valid_days=valid)
    missing = EXPIRED_PAPER_PERCENT + MISSING_PAPER_PERCENT
    if site.invented and EXPIRED_PAPER_PERCENT <= draw < missing:
        return (permit,)
    return (approval, permit)
