"""The closed vocabularies of the catalogue; its CHECK constraints are built from these tuples."""

from __future__ import annotations

from typing import Final

# From the best ground to the weakest. A fact that rests on several takes the weakest of them.
STATUSES: Final = ("verified", "secondary", "derived", "own_judgement", "unverified")

UNITS: Final = (
    "wt%",
    "%",
    "mg/kg",
    "mg/L",
    "mg/MJ",
    "mg/kg_clinker",
    "ugTEQ/kg",
    "MJ/kg",
    "mm",
    "kg",
    "g/cm3",
    "kg/m3",
    "m2/kg",
    "Bq/kg",
    "-",
)
FAMILIES: Final = (
    "content",
    "leachate",
    "physical",
    "mechanical",
    "energy",
    "radioactivity",
    "purity",
)
DRY: Final = "dry"
AS_RECEIVED: Final = "as_received"
NO_BASIS: Final = "none"
BASES: Final = (DRY, AS_RECEIVED, NO_BASIS)
BY_DRY_MASS: Final = "linear_by_dry_mass"
BY_MASS: Final = "linear_by_mass"
NOT_MIXED: Final = "none"
MIXINGS: Final = (BY_DRY_MASS, BY_MASS, NOT_MIXED)
PARTS: Final = "part"
SUM_GROUPS: Final = ("analysis", "phase", PARTS)

ENTRY_TYPES: Final = ("AH", "ANH", "MH", "MNH")  # absolute or mirror entry, hazardous or not
MATERIAL_GROUPS: Final = ("bulk", "metal_scrap", "renewable_resource", "hazardous", "other")
PHYSICAL_FORMS: Final = (
    "powder",
    "moist_powder",
    "dust",
    "granular",
    "sand",
    "flakes",
    "lump",
    "piece",
    "bale",
    "module",
    "sludge",
    "slurry",
    "liquid",
)
SPECIFICATION_KINDS: Final = (
    "acceptance",
    "kiln_limits",
    "landfill_entry",
    "hazard_identification",
    "waste_classification",
    "radioactivity",
    "product_quality",
)
VALIDITIES: Final = ("not_checked", "superseded")
COUNTED_AS: Final = ("utilization", "disposal")
CO2_KINDS: Final = ("gross", "net")  # a net saving already contains the processing
CONTENT_QUANTITIES: Final = ("parameter", "mass", "route")
FACTOR_KINDS: Final = (
    "co2",
    "tax",
    "vat_refund",
    "price",
    "transport",
    "generation",
    "target",
    "statistic",
)


def weakest(*statuses: str) -> str:
    """Return the weakest of some statuses."""
    return max(statuses, key=STATUSES.index)
