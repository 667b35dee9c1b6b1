"""What each kind of buyer takes: codes, limits, vehicles, areas and calendars (terms invented)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.demonstration.scenario.calendar import (
    BUILDING_NORTH,
    BUILDING_SOUTH,
    EVEN_YEAR,
    FROST,
    KILN_STOP,
    ROAD_FROST,
    SPRING_FESTIVAL,
)
from app.demonstration.scenario.drafts import ClosureDraft, CodeDraft, LimitDraft, RecoveryDraft
from app.demonstration.scenario.streams import (
    BF_SLAG_CODE,
    BOTTOM_ASH_CODE,
    FLUIDIZED_ASH_CODE,
    FLY_ASH_CODE,
    GYPSUM_CODE,
    IRON_SLUDGE_CODE,
    SCRAP_STEEL_CODE,
    STEEL_SLAG_CODE,
)
from models.quantities import MILLIONTHS_PER_UNIT, Millionths

RED_MUD_CODE: Final = CodeDraft("CN-SW", "321-001-S09")

POWDER: Final = ("powder_tanker",)
POWDER_OR_SEALED: Final = ("powder_tanker", "sealed_tipper")
SEALED: Final = ("sealed_tipper",)
OPEN_OR_SEALED: Final = ("sealed_tipper", "tipper")
OPEN: Final = ("tipper",)

FLY_ASHES: Final = ("fly_ash_f", "fly_ash_bituminous", "fly_ash_subbituminous", "fly_ash_lignite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """The working year of a buyer in one half of the country."""

    weights: tuple[int, ...]
    closures: tuple[ClosureDraft, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The terms of a wish. `specifications` and `vehicles` are drawn from, one a buyer."""

    name_en: str
    name_zh: str
    route: str
    codes: tuple[CodeDraft, ...]
    materials: tuple[str, ...]
    specifications: tuple[str, ...] = ()
    limits: tuple[LimitDraft, ...] = ()
    vehicles: tuple[tuple[str, ...], ...]
    radius_km: tuple[int, int]
    recoveries: tuple[RecoveryDraft, ...]


def _at_most(parameter: str, percent: float, *, basis: str = "dry") -> LimitDraft:
    bound = Millionths(round(percent * MILLIONTHS_PER_UNIT))
    return LimitDraft(parameter=parameter, upper=bound, basis=basis)


def _at_least(parameter: str, percent: float) -> LimitDraft:
    return LimitDraft(parameter=parameter, lower=Millionths(round(percent * MILLIONTHS_PER_UNIT)))


def _wet_at_most(percent: float) -> LimitDraft:
    return _at_most("moisture", percent, basis="as_received")


def _recovers(resource: str, percent: int) -> tuple[RecoveryDraft, ...]:
    return (RecoveryDraft(resource=resource, rate=Millionths(percent * 10_000)),)


KILN_NORTH: Final = Season(weights=EVEN_YEAR, closures=(KILN_STOP,))
KILN_SOUTH: Final = Season(weights=EVEN_YEAR, closures=(SPRING_FESTIVAL,))
MILL_NORTH: Final = Season(weights=BUILDING_NORTH)
MILL_SOUTH: Final = Season(weights=BUILDING_SOUTH)
SITE_NORTH: Final = Season(weights=BUILDING_NORTH)
SITE_SOUTH: Final = Season(weights=BUILDING_SOUTH, closures=(SPRING_FESTIVAL,))
BRICK_NORTH: Final = Season(weights=EVEN_YEAR, closures=(FROST,))
ROAD_NORTH: Final = Season(weights=BUILDING_NORTH, closures=(ROAD_FROST,))
STEADY: Final = Season(weights=EVEN_YEAR)

# By kind of buyer: the north, then the rest of the country.
SEASONS: Final = {
    "cement_integrated": (KILN_NORTH, KILN_SOUTH),
    "cement_grinding": (MILL_NORTH, MILL_SOUTH),
    "cement": (MILL_NORTH, MILL_SOUTH),
    "ready_mix_concrete": (SITE_NORTH, SITE_SOUTH),
    "brick_block_works": (BRICK_NORTH, KILN_SOUTH),
    "road_base_contractor": (ROAD_NORTH, SITE_SOUTH),
    "wallboard_works": (STEADY, STEADY),
    "slag_powder_mill": (STEADY, STEADY),
    "steel": (STEADY, STEADY),
}

# Where a fifth or more of the coal capacity burns lignite or subbituminous coal, buyers ask for
# class C (high lime), else for class F.
CLASS_C_PROVINCES: Final = frozenset({"Heilongjiang", "Inner Mongolia", "Jilin"})
CLASS_C_OF: Final = {
    "GBT1596-CEM-F": "GBT1596-CEM-C",
    "GBT1596-C-I-F": "GBT1596-C-I-C",
    "GBT1596-C-II-F": "GBT1596-C-II-C",
    "GBT1596-C-III-F": "GBT1596-C-III-C",
}

RECIPES: Final = {
    ("cement", "fly_ash"): Recipe(
        name_en="Fly ash for cement",
        name_zh="水泥用粉煤灰",
        route="cement_addition",
        codes=(FLY_ASH_CODE, FLUIDIZED_ASH_CODE),
        materials=(*FLY_ASHES, "cfb_ash"),
        specifications=("GBT1596-CEM-F",),
        vehicles=(POWDER, POWDER_OR_SEALED),
        radius_km=(90, 260),
        recoveries=_recovers("clinker", 100),
    ),
    ("cement", "bf_slag"): Recipe(
        name_en="Granulated slag for cement",
        name_zh="水泥用粒化高炉矿渣",
        route="cement_addition",
        codes=(BF_SLAG_CODE,),
        materials=("bf_slag",),
        specifications=("GBT203-2008",),
        limits=(_wet_at_most(15),),
        vehicles=(OPEN, OPEN_OR_SEALED),
        radius_km=(100, 300),
        recoveries=_recovers("clinker", 100),
    ),
    ("cement", "gypsum"): Recipe(
        name_en="Gypsum for cement",
        name_zh="水泥缓凝用石膏",
        route="cement_retarder",
        codes=(GYPSUM_CODE,),
        materials=("fgd_gypsum",),
        specifications=("GBT21371",),
        limits=(_wet_at_most(14), _at_most("cl", 0.09)),
        vehicles=(OPEN_OR_SEALED, OPEN_OR_SEALED, SEALED),
        radius_km=(90, 260),
        recoveries=_recovers("gypsum", 97),
    ),
    ("cement", "iron_corrector"): Recipe(
        name_en="Iron corrector for clinker",
        name_zh="熟料铁质校正原料",
        route="clinker_iron_corrector",
        codes=(STEEL_SLAG_CODE, IRON_SLUDGE_CODE),
        materials=("bof_slag", "eaf_slag", "bf_sludge"),
        limits=(_at_least("fe_total", 12), _at_most("zn", 3), _wet_at_most(20)),
        vehicles=(OPEN, OPEN_OR_SEALED),
        radius_km=(90, 280),
        recoveries=_recovers("fe", 70),
    ),
    ("cement", "raw_meal"): Recipe(
        name_en="Siliceous raw meal component",
        name_zh="生料硅铝质原料",
        route="clinker_raw_meal",
        codes=(BOTTOM_ASH_CODE, RED_MUD_CODE),
        materials=("boiler_slag", "red_mud_bayer", "red_mud_sinter"),
        limits=(_at_most("loi", 8), _at_most("so3", 1.4), _wet_at_most(20)),
        vehicles=(OPEN, OPEN_OR_SEALED),
        radius_km=(60, 200),
        recoveries=_recovers("aggregate_minerals", 100),
    ),
    ("ready_mix_concrete", "fly_ash"): Recipe(
        name_en="Fly ash for concrete",
        name_zh="混凝土用粉煤灰",
        route="concrete_addition",
        codes=(FLY_ASH_CODE,),
        materials=FLY_ASHES,
        specifications=("GBT1596-C-II-F", "GBT1596-C-II-F", "GBT1596-C-I-F", "GBT1596-C-III-F"),
        vehicles=(POWDER,),
        radius_km=(60, 180),
        recoveries=_recovers("clinker", 100),
    ),
    ("brick_block_works", "fly_ash"): Recipe(
        name_en="Ash for bricks and blocks",
        name_zh="砖与砌块用灰渣",
        route="bricks_blocks",
        codes=(FLY_ASH_CODE, FLUIDIZED_ASH_CODE, BOTTOM_ASH_CODE),
        materials=(*FLY_ASHES, "cfb_ash", "boiler_slag"),
        limits=(_at_most("loi", 12), _at_most("so3", 6)),
        vehicles=(("powder_tanker", "tipper"), ("powder_tanker", "sealed_tipper", "tipper"), OPEN),
        radius_km=(50, 140),
        recoveries=_recovers("aggregate_minerals", 100),
    ),
    ("wallboard_works", "fgd_gypsum"): Recipe(
        name_en="Gypsum for plasterboard",
        name_zh="纸面石膏板用石膏",
        route="gypsum_board",
        codes=(GYPSUM_CODE,),
        materials=("fgd_gypsum",),
        specifications=("JCT2074-II", "JCT2074-III"),
        vehicles=(SEALED, OPEN_OR_SEALED),
        radius_km=(150, 350),
        recoveries=_recovers("gypsum", 97),
    ),
    ("slag_powder_mill", "bf_slag"): Recipe(
        name_en="Slag for slag powder",
        name_zh="矿渣粉用水渣",
        route="slag_powder",
        codes=(BF_SLAG_CODE,),
        materials=("bf_slag",),
        specifications=("GBT203-2008",),
        limits=(_wet_at_most(14),),
        vehicles=(OPEN,),
        radius_km=(120, 320),
        recoveries=_recovers("clinker", 100),
    ),
    ("road_base_contractor", "bof_slag"): Recipe(
        name_en="Slag and bottom ash for road base",
        name_zh="路面基层用钢渣、炉渣",
        route="road_base",
        codes=(STEEL_SLAG_CODE, BOTTOM_ASH_CODE),
        materials=("bof_slag", "eaf_slag", "boiler_slag"),
        limits=(_at_most("f_cao", 6),),
        vehicles=(OPEN,),
        radius_km=(40, 140),
        recoveries=_recovers("aggregate_minerals", 100),
    ),
    ("steel", "scrap_steel"): Recipe(
        name_en="Scrap steel for electric arc furnaces",
        name_zh="电炉用废钢",
        route="steelmaking_charge",
        codes=(SCRAP_STEEL_CODE,),
        materials=("scrap_steel",),
        specifications=("GB4223-GEN",),
        limits=(_at_most("cu", 0.45, basis="as_received"),),
        vehicles=(("tipper", "flatbed"), ("tipper", "flatbed"), ("flatbed",)),
        radius_km=(150, 450),
        recoveries=_recovers("steel_scrap", 95),
    ),
}
