"""Streams of the real plants: what arises, how it is kept, what is asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from app.demonstration.chance import Chance
from app.demonstration.compositions import (
    CompositionDraft,
    guidance_composition,
    laboratory_assay,
)
from app.demonstration.facts.reading import Plant
from app.demonstration.scenario.calendar import NORTH, WINTER_CAMPAIGN, monthly, plant_year
from app.demonstration.scenario.drafts import CodeDraft, PlantSite, StreamDraft
from app.demonstration.scenario.prices import ask_of
from app.demonstration.tonnages import fluidized_share, supply_of
from models.quantities import Grams

EX_WORKS: Final = "ex_works"
CONTINUOUS: Final = "continuous"
BATCH: Final = "batch"

WINTER_CAMPAIGN_PERCENT: Final = 6  # of the northern bottom ash, cleared before the thaw
TIPPER_ONLY_PERCENT: Final = 20  # of the gypsum stores, where no sealed tipper can load


@dataclass(frozen=True, slots=True, kw_only=True)
class WasteKind:
    """How a material is kept and carried."""

    name_en: str
    name_zh: str
    code: CodeDraft
    physical_form: str
    vehicles: tuple[str, ...]
    storage_days: tuple[int, int]  # least and most that the store of a site holds


FLY_ASH_CODE: Final = CodeDraft("CN-SW", "900-001-S02")
FLUIDIZED_ASH_CODE: Final = CodeDraft("CN-SW", "900-002-S02")
BOTTOM_ASH_CODE: Final = CodeDraft("CN-SW", "900-001-S03")
BF_SLAG_CODE: Final = CodeDraft("CN-SW", "311-001-S01")
STEEL_SLAG_CODE: Final = CodeDraft("CN-SW", "312-001-S01")
GYPSUM_CODE: Final = CodeDraft("CN-SW", "441-001-S06")
IRON_SLUDGE_CODE: Final = CodeDraft("CN-SW", "900-099-S59")
SCRAP_STEEL_CODE: Final = CodeDraft("CN-SW", "900-001-S17")


def _fly_ash(name_en: str, name_zh: str) -> WasteKind:
    return WasteKind(
        name_en=name_en,
        name_zh=name_zh,
        code=FLY_ASH_CODE,
        physical_form="powder",
        vehicles=("powder_tanker",),
        storage_days=(4, 30),
    )


def _granular(name_en: str, name_zh: str, code: CodeDraft) -> WasteKind:
    return WasteKind(
        name_en=name_en,
        name_zh=name_zh,
        code=code,
        physical_form="granular",
        vehicles=("tipper",),
        storage_days=(20, 120),
    )


WASTE_KINDS: Final = {
    "fly_ash_f": _fly_ash("Fly ash, class F", "粉煤灰（F类）"),
    "fly_ash_bituminous": _fly_ash("Fly ash of bituminous coal", "粉煤灰（烟煤）"),
    "fly_ash_subbituminous": _fly_ash("Fly ash of subbituminous coal", "粉煤灰（次烟煤）"),
    "fly_ash_lignite": _fly_ash("Fly ash of lignite", "粉煤灰（褐煤）"),
    "cfb_ash": WasteKind(
        name_en="Ash of fluidized beds",
        name_zh="循环流化床灰",
        code=FLUIDIZED_ASH_CODE,
        physical_form="powder",
        vehicles=("powder_tanker", "sealed_tipper"),
        storage_days=(5, 40),
    ),
    "boiler_slag": _granular("Bottom ash", "锅炉炉渣", BOTTOM_ASH_CODE),
    "bf_slag": _granular("Granulated blast-furnace slag", "高炉水渣", BF_SLAG_CODE),
    "bof_slag": _granular("Converter slag", "转炉钢渣", STEEL_SLAG_CODE),
    "eaf_slag": _granular("Electric-furnace slag", "电炉钢渣", STEEL_SLAG_CODE),
    "fgd_gypsum": WasteKind(
        name_en="Desulphurization gypsum",
        name_zh="脱硫石膏",
        code=GYPSUM_CODE,
        physical_form="moist_powder",
        vehicles=("sealed_tipper", "tipper"),
        storage_days=(15, 90),
    ),
    "bf_sludge": WasteKind(
        name_en="Iron-bearing dust and sludge",
        name_zh="含铁尘泥",
        code=IRON_SLUDGE_CODE,
        physical_form="sludge",
        vehicles=("sealed_tipper",),
        storage_days=(15, 90),
    ),
}
MATERIALS: Final = {
    "bottom_ash": "boiler_slag",
    "fgd_gypsum": "fgd_gypsum",
    "bf_slag": "bf_slag",
    "bof_slag": "bof_slag",
    "eaf_slag": "eaf_slag",
    "bf_dust_sludge": "bf_sludge",
}
FLY_ASH_BY_COAL: Final = {
    "bituminous": "fly_ash_bituminous",
    "subbituminous": "fly_ash_subbituminous",
    "lignite": "fly_ash_lignite",
}


def producing_site(plant: Plant) -> PlantSite:
    if plant.unit == "MW":
        note = f"{float(plant.capacity):,g} MW"
    elif plant.kind == "iron_only":
        note = f"{plant.bf_iron_t / 1e6:.2f} Mt/a iron"
    else:
        note = f"{float(plant.capacity) / 1e6:.2f} Mt/a crude steel"
    return PlantSite(
        key=plant.key,
        organization=plant.name,
        name_en=plant.name,
        name_zh=plant.name_zh,
        kind=plant.kind,
        latitude=plant.latitude,
        longitude=plant.longitude,
        precision=plant.precision,
        province=plant.province,
        province_code=plant.province_code,
        city=plant.city,
        capacity_note=note,
        capacity_imputed=False,
        source=plant.source,
        invented=False,
    )


def streams_of(
    plant: Plant, seed: int
) -> Iterator[tuple[StreamDraft, tuple[CompositionDraft, ...]]]:
    """Make the streams of a plant, each with its guidance values and, for some, an assay."""
    for waste, mass in supply_of(plant).items():
        yield _stream(plant, waste, mass, Chance(seed, f"{plant.key}/{waste}"))


def material_of(plant: Plant, waste: str) -> str:
    """Say which material a waste of this plant is; fly ash by furnace, then by the main coal."""
    if waste != "fly_ash":
        return MATERIALS[waste]
    if fluidized_share(plant) >= Fraction(1, 2):
        return "cfb_ash"
    main_coal = max(plant.coal, key=lambda part: part[1])[0]
    return FLY_ASH_BY_COAL.get(main_coal, "fly_ash_f")


def counting(guidance: CompositionDraft, assay: CompositionDraft | None) -> CompositionDraft:
    """Say which analysis counts: a valid assay before the guidance values."""
    if assay is None or (assay.valid_days is not None and assay.valid_days < 0):
        return guidance
    return assay


def store_of(mass: Grams, days: tuple[int, int], chance: Chance) -> tuple[Grams, Grams]:
    """Draw stock on hand and the most that the store holds, in grams."""
    limit = mass * chance.between("storage days", *days) // 365
    return Grams(limit * chance.between("stock percent", 10, 95) // 100), Grams(limit)


def _stream(
    plant: Plant, waste: str, mass: Grams, chance: Chance
) -> tuple[StreamDraft, tuple[CompositionDraft, ...]]:
    material = material_of(plant, waste)
    kind = WASTE_KINDS[material]
    guidance = guidance_composition(material, stream_key=chance.key, chance=chance)
    assay = laboratory_assay(guidance, chance=chance)
    stock, limit = store_of(mass, kind.storage_days, chance)
    campaign = (
        material == "boiler_slag"
        and plant.province in NORTH
        and chance.happens("winter campaign", WINTER_CAMPAIGN_PERCENT)
    )
    heats = plant.unit == "MW" and plant.kind != "coal_power_captive"
    weights = (
        WINTER_CAMPAIGN if campaign else plant_year(plant.province, heats=heats, chance=chance)
    )
    vehicles = kind.vehicles
    if material == "fgd_gypsum" and chance.happens("tipper only", TIPPER_ONLY_PERCENT):
        vehicles = ("tipper",)
    stream = StreamDraft(
        key=chance.key,
        site_key=plant.key,
        waste=waste,
        name_en=kind.name_en,
        name_zh=kind.name_zh,
        material=material,
        code=kind.code,
        monthly_mass_g=monthly(mass, weights),
        closures=(),
        stock_g=stock,
        storage_limit_g=limit,
        rhythm=BATCH if campaign else CONTINUOUS,
        physical_form=kind.physical_form,
        vehicles=vehicles,
        ask_minor_per_tonne=ask_of(guidance, chance),
        delivery_term=EX_WORKS,
        vat_included=False,
        composition_key=counting(guidance, assay).key,
        invented=False,
    )
    return stream, (guidance,) if assay is None else (guidance, assay)
