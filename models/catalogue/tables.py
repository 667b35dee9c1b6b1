"""Waste codes, parameters, materials, specifications, routes, resources and dated factors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, one_of
from models.catalogue.schemes import SCHEMES
from models.catalogue.vehicles import EVERY_VEHICLE
from models.catalogue.vocabulary import (
    BASES,
    CO2_KINDS,
    CONTENT_QUANTITIES,
    COUNTED_AS,
    ENTRY_TYPES,
    FACTOR_KINDS,
    FAMILIES,
    MATERIAL_GROUPS,
    MIXINGS,
    SPECIFICATION_KINDS,
    STATUSES,
    SUM_GROUPS,
    UNITS,
    VALIDITIES,
)
from models.quantities import Millionths


def known(column: str, words: Sequence[str]) -> CheckConstraint:
    """Build a CHECK that a column holds one of the words (or NULL, where it may)."""
    return one_of(column, words, f"{column}_known")


def ordered(name: str, *columns: str) -> CheckConstraint:
    """Build a CHECK that columns do not decrease; an unknown one is no fault."""
    pairs = pairwise(columns)
    told = " AND ".join(
        f"({low} IS NULL OR {high} IS NULL OR {low} <= {high})" for low, high in pairs
    )
    return CheckConstraint(told, name=name)


class Source(Base):
    """Where facts come from. The loader changes only rows whose source is one it ships."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str] = mapped_column(Text)
    shipped: Mapped[bool]


class Sourced:
    """A fact names its source and how good it is."""

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)
    status: Mapped[str]


class WasteCode(Sourced, Base):
    __tablename__ = "waste_code"
    __table_args__ = (
        UniqueConstraint("scheme", "code"),
        known("status", STATUSES),
        known("scheme", SCHEMES),
        known("entry_type", ENTRY_TYPES),
        known("translated", ("en", "zh")),
        CheckConstraint("name_en IS NOT NULL OR name_zh IS NOT NULL", name="has_a_name"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme: Mapped[str]
    code: Mapped[str] = mapped_column(index=True)
    level: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("waste_code.id"), index=True)
    name_en: Mapped[str | None] = mapped_column(Text)
    name_zh: Mapped[str | None] = mapped_column(Text)
    translated: Mapped[str | None]  # the name in this language is our own translation
    hazardous: Mapped[bool | None]  # unknown for chapters, whose codes differ
    hazard_properties: Mapped[str]  # letters, separated by /
    entry_type: Mapped[str | None]
    industry_en: Mapped[str | None]
    industry_zh: Mapped[str | None]
    is_leaf: Mapped[bool]
    search_text: Mapped[str] = mapped_column(Text)


class Parameter(Sourced, Base):
    __tablename__ = "parameter"
    __table_args__ = (
        known("status", STATUSES),
        known("unit", UNITS),
        known("family", FAMILIES),
        known("basis", BASES),
        known("mixing", MIXINGS),
        known("sum_group", SUM_GROUPS),
        CheckConstraint(
            "plausible_min_millionths < plausible_max_millionths", name="plausible_range"
        ),
        CheckConstraint(
            "mixing <> 'linear_by_dry_mass' OR basis = 'dry'", name="dry_mixing_on_dry_basis"
        ),
        CheckConstraint("(family = 'leachate') = (unit = 'mg/L')", name="leachate_in_mg_per_litre"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    symbol: Mapped[str]
    name_en: Mapped[str]
    name_zh: Mapped[str]
    unit: Mapped[str]
    family: Mapped[str]
    basis: Mapped[str]
    mixing: Mapped[str]
    formula: Mapped[str]  # over codes of other parameters; empty: measured itself
    sum_group: Mapped[str | None]
    sum_unless: Mapped[str]  # codes, separated by |, that already contain this one
    plausible_min_millionths: Mapped[Millionths]
    plausible_max_millionths: Mapped[Millionths]
    note: Mapped[str] = mapped_column(Text)
    search_text: Mapped[str] = mapped_column(Text)


class ParameterAlias(Base):
    """How laboratories write a parameter. `part` counts where one text names two of them."""

    __tablename__ = "parameter_alias"
    __table_args__ = (
        UniqueConstraint("spelling", "unit", "part"),
        CheckConstraint("factor_millionths > 0", name="factor_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    parameter_id: Mapped[int] = mapped_column(ForeignKey("parameter.id"), index=True)
    spelling: Mapped[str]
    unit: Mapped[str]
    part: Mapped[int]  # 0: the text names this parameter alone
    factor_millionths: Mapped[Millionths]  # value × factor is in the parameter's unit


class Factor(Sourced, Base):
    """A dated figure: emission factor, tax rate, price range, target, official statistic."""

    __tablename__ = "factor"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        known("status", STATUSES),
        known("kind", FACTOR_KINDS),
        ordered("range_ordered", "low_millionths", "high_millionths"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    item_en: Mapped[str]
    item_zh: Mapped[str | None]
    low_millionths: Mapped[Millionths | None]
    value_millionths: Mapped[Millionths | None]
    high_millionths: Mapped[Millionths | None]
    unit: Mapped[str]
    year: Mapped[int | None]
    scope: Mapped[str]
    note: Mapped[str] = mapped_column(Text)


class Material(Sourced, Base):
    __tablename__ = "material"
    __table_args__ = (
        known("status", STATUSES),
        known("material_group", MATERIAL_GROUPS),
        CheckConstraint(f"vehicles BETWEEN 0 AND {EVERY_VEHICLE}", name="vehicles_known"),
        CheckConstraint("hazardous = (material_group = 'hazardous')", name="hazardous_group"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_en: Mapped[str]
    name_zh: Mapped[str]
    material_group: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("material.id"), index=True)
    is_waste: Mapped[bool]
    hazardous: Mapped[bool]
    tax_class: Mapped[str | None]
    physical_forms: Mapped[str]  # words, separated by |
    vehicles: Mapped[int]  # bits of models.catalogue.vehicles.Vehicle
    note: Mapped[str] = mapped_column(Text)
    search_text: Mapped[str] = mapped_column(Text)


class MaterialCode(Base):
    """The crosswalk: the codes under which a material goes in each scheme."""

    __tablename__ = "material_code"

    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"), primary_key=True)
    waste_code_id: Mapped[int] = mapped_column(
        ForeignKey("waste_code.id"), primary_key=True, index=True
    )


class MaterialAlias(Base):
    """Another word for a material. One that is not exact may stand for several."""

    __tablename__ = "material_alias"
    __table_args__ = (
        # One exact word names one material; a wish such as "iron corrector" names several.
        Index(
            "uq_material_alias_exact",
            "spelling",
            unique=True,
            sqlite_where=text("exact"),
            postgresql_where=text("exact"),
        ),
    )

    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"), primary_key=True)
    spelling: Mapped[str] = mapped_column(primary_key=True)
    exact: Mapped[bool]


class Route(Sourced, Base):
    """A way of utilization or disposal and what it replaces."""

    __tablename__ = "route"
    __table_args__ = (
        known("status", STATUSES),
        known("counts_as", COUNTED_AS),
        known("co2_kind", CO2_KINDS),
        known("ratio_unit", ("t/t", "m3/t")),
        ordered(
            "ratio_ordered", "ratio_low_millionths", "ratio_millionths", "ratio_high_millionths"
        ),
        CheckConstraint(
            "(counts_as = 'disposal') = (ratio_millionths = 0)", name="disposal_replaces_nothing"
        ),
        CheckConstraint(
            "(co2_kind IS NULL) = (co2_factor_id IS NULL)", name="kind_with_co2_factor"
        ),
        CheckConstraint(
            "co2_kind IS NULL OR co2_kind <> 'net' OR co2_process_id IS NULL",
            name="net_contains_processing",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_en: Mapped[str]
    name_zh: Mapped[str]
    eu_code: Mapped[str]
    counts_as: Mapped[str]
    replaced_en: Mapped[str]
    replaced_zh: Mapped[str]
    ratio_low_millionths: Mapped[Millionths]
    ratio_millionths: Mapped[Millionths]
    ratio_high_millionths: Mapped[Millionths]
    ratio_unit: Mapped[str]
    ratio_basis: Mapped[str]
    co2_factor_id: Mapped[int | None] = mapped_column(ForeignKey("factor.id"), index=True)
    co2_kind: Mapped[str | None]
    co2_process_id: Mapped[int | None] = mapped_column(ForeignKey("factor.id"), index=True)
    note: Mapped[str] = mapped_column(Text)


class MaterialRoute(Base):
    __tablename__ = "material_route"

    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"), primary_key=True)
    route_id: Mapped[int] = mapped_column(ForeignKey("route.id"), primary_key=True, index=True)


class Specification(Sourced, Base):
    """A named set of limits. Without a row in specification_material it is for any material."""

    __tablename__ = "specification"
    __table_args__ = (
        known("status", STATUSES),
        known("kind", SPECIFICATION_KINDS),
        known("validity", VALIDITIES),
        CheckConstraint(
            "(validity = 'superseded') = (superseded_by <> '')", name="superseded_by_something"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    standard: Mapped[str]
    grade: Mapped[str]
    region: Mapped[str]
    kind: Mapped[str]
    name_en: Mapped[str]
    name_zh: Mapped[str]
    validity: Mapped[str]
    superseded_by: Mapped[str]  # a standard, or the code of another specification
    note: Mapped[str] = mapped_column(Text)
    search_text: Mapped[str] = mapped_column(Text)


class SpecificationMaterial(Base):
    __tablename__ = "specification_material"

    specification_id: Mapped[int] = mapped_column(ForeignKey("specification.id"), primary_key=True)
    material_id: Mapped[int] = mapped_column(
        ForeignKey("material.id"), primary_key=True, index=True
    )


class SpecificationLimit(Sourced, Base):
    """One limit, in the unit of its parameter. Without a bound it is only said, no gate."""

    __tablename__ = "specification_limit"
    __table_args__ = (
        UniqueConstraint("specification_id", "parameter_id"),
        known("status", STATUSES),
        known("basis", BASES),
        ordered("bounds_ordered", "lower_millionths", "upper_millionths"),
        CheckConstraint("NOT strict_lower OR lower_millionths IS NOT NULL", name="strict_lower"),
        CheckConstraint("NOT strict_upper OR upper_millionths IS NOT NULL", name="strict_upper"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    specification_id: Mapped[int] = mapped_column(ForeignKey("specification.id"))
    parameter_id: Mapped[int] = mapped_column(ForeignKey("parameter.id"), index=True)
    lower_millionths: Mapped[Millionths | None]
    upper_millionths: Mapped[Millionths | None]
    strict_lower: Mapped[bool]  # the bound itself fails
    strict_upper: Mapped[bool]
    any_of: Mapped[str | None]  # of the rows with the same word one suffices
    basis: Mapped[str]
    method: Mapped[str | None]  # a value by another method counts as untested
    condition: Mapped[str]
    note: Mapped[str] = mapped_column(Text)


class TypicalComposition(Sourced, Base):
    """A guidance range. `status` speaks of the range, `typical_status` of its middle."""

    __tablename__ = "typical_composition"
    __table_args__ = (
        known("status", STATUSES),
        known("typical_status", STATUSES),
        known("basis", BASES),
        ordered("range_ordered", "minimum_millionths", "typical_millionths", "maximum_millionths"),
    )

    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"), primary_key=True)
    parameter_id: Mapped[int] = mapped_column(
        ForeignKey("parameter.id"), primary_key=True, index=True
    )
    minimum_millionths: Mapped[Millionths]
    typical_millionths: Mapped[Millionths]
    maximum_millionths: Mapped[Millionths]
    basis: Mapped[str]
    flag: Mapped[str]  # why the middle values cannot all be right together
    typical_status: Mapped[str]


class Resource(Sourced, Base):
    """What can be won from waste. `status` is the weakest of its four parts."""

    __tablename__ = "resource"
    __table_args__ = (
        known("status", STATUSES),
        known("contents_status", STATUSES),
        known("replacement_status", STATUSES),
        known("recovery_status", STATUSES),
        known("critical_status", STATUSES),
        ordered(
            "recovery_ordered",
            "recovery_low_millionths",
            "recovery_millionths",
            "recovery_high_millionths",
        ),
        CheckConstraint(
            "recovery_low_millionths > 0 AND recovery_high_millionths <= 1000000",
            name="recovery_is_a_share",
        ),
        CheckConstraint("replacement_millionths > 0", name="replacement_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    symbol: Mapped[str]
    name_en: Mapped[str]
    name_zh: Mapped[str]
    unit: Mapped[str]
    contents_status: Mapped[str]
    replaced_en: Mapped[str]
    replaced_zh: Mapped[str]
    replacement_millionths: Mapped[Millionths]  # t of primary material per unit recovered
    replacement_basis: Mapped[str]
    replacement_status: Mapped[str]
    recovery_low_millionths: Mapped[Millionths]
    recovery_millionths: Mapped[Millionths]
    recovery_high_millionths: Mapped[Millionths]
    recovery_status: Mapped[str]
    critical_eu: Mapped[bool]
    critical_cn: Mapped[bool]
    critical_status: Mapped[str]
    note: Mapped[str] = mapped_column(Text)


class ResourceContent(Base):
    """One term of an alternative: terms of one add up, the first alternative with values counts.

    Of a parameter in wt%: mass × value ÷ 100 × factor; of one in MJ/kg: mass × value × factor.
    `mass` is the utilized mass itself, `route` the mass × substitution ratio of the route.
    """

    __tablename__ = "resource_content"
    __table_args__ = (
        UniqueConstraint("resource_id", "alternative", "term"),
        known("quantity", CONTENT_QUANTITIES),
        CheckConstraint(
            "(quantity = 'parameter') = (parameter_id IS NOT NULL)", name="parameter_named"
        ),
        CheckConstraint("factor_millionths > 0", name="factor_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    alternative: Mapped[int]
    term: Mapped[int]
    quantity: Mapped[str]
    parameter_id: Mapped[int | None] = mapped_column(ForeignKey("parameter.id"), index=True)
    factor_millionths: Mapped[Millionths]


class ResourceTarget(Base):
    """An official target that the recovery of a resource serves."""

    __tablename__ = "resource_target"

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    factor_id: Mapped[int] = mapped_column(ForeignKey("factor.id"), primary_key=True, index=True)


class RouteResource(Base):
    """What a route wins, with the share that counts."""

    __tablename__ = "route_resource"
    __table_args__ = (CheckConstraint("factor_millionths > 0", name="factor_positive"),)

    route_id: Mapped[int] = mapped_column(ForeignKey("route.id"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(
        ForeignKey("resource.id"), primary_key=True, index=True
    )
    factor_millionths: Mapped[Millionths]
