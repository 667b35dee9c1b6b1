"""Tonnes a year from capacity and technology. Every figure is an estimate, never a report.

The tables are explained, row by row, in docs/demonstration.md. Origin of a coefficient, unless a
comment says otherwise: own assumption of the demonstration, near the national mean. The arithmetic
is exact; a result is fixed once, to hundreds of tonnes, half away from zero.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from app.demonstration.facts.reading import CementWorks, Plant
from models.quantities import GRAMS_PER_TONNE, Grams, divide_half_away

ESTIMATE_STEP_T: Final = 100

# --- Coal plants ---

FULL_LOAD_HOURS: Final = 4_600
FULL_LOAD_HOURS_CAPTIVE: Final = 5_500
STANDARD_COAL_KCAL_PER_KG: Final = 7_000  # definition of standard coal, GB/T 2589

# Grams of standard coal per kWh generated.
COAL_USE_GCE_PER_KWH: Final = {
    "ultra-supercritical": 272,
    "supercritical": 288,
    "subcritical": 306,
    "cfb": 325,
    "igcc": 280,
    "unknown": 312,
}
HEATING_VALUE_KCAL_PER_KG: Final = {  # as fired
    "bituminous": 5_000,
    "subbituminous": 4_500,
    "lignite": 3_400,
    "anthracite": 5_200,
    "waste_coal": 3_000,
    "unknown": 4_900,
}
ASH_SHARE: Final = {  # of the coal as fired
    "bituminous": Fraction("0.22"),
    "subbituminous": Fraction("0.16"),
    "lignite": Fraction("0.18"),
    "anthracite": Fraction("0.27"),
    "waste_coal": Fraction("0.45"),
    "unknown": Fraction("0.24"),
}
FLY_SHARE_PULVERIZED: Final = Fraction("0.87")  # of all ash
FLY_SHARE_FLUIDIZED: Final = Fraction("0.55")

SULPHUR_SHARE: Final = {  # of the coal as fired, by province
    "Anhui": Fraction("0.006"),
    "Beijing": Fraction("0.005"),
    "Chongqing": Fraction("0.024"),
    "Fujian": Fraction("0.007"),
    "Gansu": Fraction("0.008"),
    "Guangdong": Fraction("0.007"),
    "Guangxi": Fraction("0.018"),
    "Guizhou": Fraction("0.024"),
    "Hainan": Fraction("0.007"),
    "Hebei": Fraction("0.008"),
    "Heilongjiang": Fraction("0.004"),
    "Henan": Fraction("0.009"),
    "Hubei": Fraction("0.010"),
    "Hunan": Fraction("0.010"),
    "Inner Mongolia": Fraction("0.006"),
    "Jiangsu": Fraction("0.007"),
    "Jiangxi": Fraction("0.010"),
    "Jilin": Fraction("0.005"),
    "Liaoning": Fraction("0.006"),
    "Ningxia": Fraction("0.010"),
    "Qinghai": Fraction("0.006"),
    "Shaanxi": Fraction("0.012"),
    "Shandong": Fraction("0.010"),
    "Shanghai": Fraction("0.007"),
    "Shanxi": Fraction("0.011"),
    "Sichuan": Fraction("0.020"),
    "Tianjin": Fraction("0.007"),
    "Xinjiang": Fraction("0.005"),
    "Yunnan": Fraction("0.011"),
    "Zhejiang": Fraction("0.007"),
}
SULPHUR_SHARE_ELSEWHERE: Final = Fraction("0.009")

# Stoichiometry (atomic masses of IUPAC): CaSO4·2H2O over S; then sulphur that becomes SO2, its
# removal, the purity of the gypsum and its dry matter.
MOIST_GYPSUM_PER_SULPHUR: Final = (
    Fraction("172.17")
    / Fraction("32.06")
    * Fraction("0.90")
    * Fraction("0.97")
    / Fraction("0.92")
    / Fraction("0.90")
)
WET_SCRUBBING_SHARE_PULVERIZED: Final = Fraction("0.95")  # of the capacity
WET_SCRUBBING_SHARE_FLUIDIZED: Final = Fraction("0.35")

# --- Iron and steel works ---

BOF_USE: Final = Fraction("0.90")  # crude steel per nominal capacity
EAF_USE: Final = Fraction("0.60")
BLAST_FURNACE_USE: Final = Fraction("0.94")  # hot metal per nominal capacity
BF_SLAG_PER_HOT_METAL: Final = Fraction("0.32")
BF_SLUDGE_PER_HOT_METAL: Final = Fraction("0.020")
BOF_SLAG_PER_STEEL: Final = Fraction("0.11")
EAF_SLAG_PER_STEEL: Final = Fraction("0.15")
METALLIC_CHARGE_PER_STEEL: Final = Fraction("1.09")  # steel plus the metal lost in slag and dust
# Chinese furnaces beside a blast furnace are charged with much hot metal, others with little.
SCRAP_SHARE_OF_CHARGE: Final = {
    "steel_eaf": Fraction("0.85"),
    "steel_bof_eaf": Fraction("0.50"),
}

# --- Cement works ---

CEMENT_USE: Final = Fraction("0.60")  # cement per capacity
# Medians of the capacities that the source does have; a works of unknown kind takes their mean.
IMPUTED_CAPACITY_T: Final = {
    "cement_integrated": 1_730_000,
    "cement_grinding": 1_650_000,
    "cement": 1_690_000,
}
GRINDING_RECIPE: Final = {  # wanted share of the cement's mass
    "fly_ash": Fraction("0.12"),
    "bf_slag": Fraction("0.18"),
    "gypsum": Fraction("0.05"),
}
CLINKER_FACTOR: Final = Fraction("0.66")
RAW_MEAL_PER_CLINKER: Final = Fraction("1.5")
RAW_MEAL_PER_CEMENT: Final = CLINKER_FACTOR * RAW_MEAL_PER_CLINKER
CEMENT_RECIPES: Final = {
    "cement_integrated": {
        "fly_ash": Fraction("0.07"),
        "bf_slag": Fraction("0.07"),
        "gypsum": Fraction("0.05"),
        "iron_corrector": Fraction("0.025") * RAW_MEAL_PER_CEMENT,
        "raw_meal": Fraction("0.03") * RAW_MEAL_PER_CEMENT,
    },
    "cement_grinding": GRINDING_RECIPE,
    "cement": GRINDING_RECIPE,
}


def supply_of(plant: Plant) -> dict[str, Grams]:
    """Estimate what arises at a plant in a year, by waste; only what is more than nothing."""
    exact = _steel_wastes(plant) if plant.unit == "t/a" else _coal_wastes(plant)
    return {waste: estimate(tonnes) for waste, tonnes in exact.items() if tonnes > 0}


def scrap_demand_of(plant: Plant) -> Grams:
    """Estimate the scrap charged to electric arc furnaces in a year.

    EAF capacity × use × metallic charge per tonne of steel × share of scrap in the charge.
    """
    if plant.eaf_t == 0:
        return Grams(0)
    share = SCRAP_SHARE_OF_CHARGE[plant.kind]
    return estimate(plant.eaf_t * EAF_USE * METALLIC_CHARGE_PER_STEEL * share)


def cement_demand_of(works: CementWorks) -> dict[str, Grams]:
    """Estimate what a cement works takes in a year, by wish."""
    cement = cement_capacity_of(works) * CEMENT_USE
    return {wish: estimate(cement * share) for wish, share in CEMENT_RECIPES[works.kind].items()}


def cement_capacity_of(works: CementWorks) -> int:
    """Tonnes a year; the median of its kind where the source has no figure."""
    if works.capacity_t is None:
        return IMPUTED_CAPACITY_T[works.kind]
    return works.capacity_t


def generation_kwh(plant: Plant) -> Fraction:
    hours = FULL_LOAD_HOURS_CAPTIVE if plant.kind == "coal_power_captive" else FULL_LOAD_HOURS
    return plant.capacity * 1_000 * hours


def raw_coal_t(plant: Plant) -> Fraction:
    """Coal as fired: energy over the mean heating value of the plant's coals."""
    grams_per_kwh = sum(share * COAL_USE_GCE_PER_KWH[name] for name, share in plant.technology)
    heating_value = sum(share * HEATING_VALUE_KCAL_PER_KG[name] for name, share in plant.coal)
    standard_coal_t = generation_kwh(plant) * grams_per_kwh / 1_000_000
    return standard_coal_t * STANDARD_COAL_KCAL_PER_KG / heating_value


def fluidized_share(plant: Plant) -> Fraction:
    """Share of fluidized beds. Waste coal burns in them even where the source is silent."""
    beds = dict(plant.technology).get("cfb", Fraction(0))
    return max(beds, dict(plant.coal).get("waste_coal", Fraction(0)))


def estimate(tonnes: Fraction) -> Grams:
    """Fix an estimate, to hundreds of tonnes."""
    steps = divide_half_away(tonnes.numerator, tonnes.denominator * ESTIMATE_STEP_T)
    return Grams(steps * ESTIMATE_STEP_T * GRAMS_PER_TONNE)


def _coal_wastes(plant: Plant) -> dict[str, Fraction]:
    coal = raw_coal_t(plant)
    ash = coal * sum(share * ASH_SHARE[name] for name, share in plant.coal)
    beds = fluidized_share(plant)
    flying = FLY_SHARE_FLUIDIZED * beds + FLY_SHARE_PULVERIZED * (1 - beds)
    scrubbed = WET_SCRUBBING_SHARE_FLUIDIZED * beds + WET_SCRUBBING_SHARE_PULVERIZED * (1 - beds)
    sulphur = coal * SULPHUR_SHARE.get(plant.province, SULPHUR_SHARE_ELSEWHERE)
    return {
        "fly_ash": ash * flying,
        "bottom_ash": ash * (1 - flying),
        "fgd_gypsum": sulphur * MOIST_GYPSUM_PER_SULPHUR * scrubbed,
    }


def _steel_wastes(plant: Plant) -> dict[str, Fraction]:
    hot_metal = plant.bf_iron_t * BLAST_FURNACE_USE
    return {
        "bf_slag": hot_metal * BF_SLAG_PER_HOT_METAL,
        "bof_slag": plant.bof_t * BOF_USE * BOF_SLAG_PER_STEEL,
        "eaf_slag": plant.eaf_t * EAF_USE * EAF_SLAG_PER_STEEL,
        "bf_dust_sludge": hot_metal * BF_SLUDGE_PER_HOT_METAL,
    }
