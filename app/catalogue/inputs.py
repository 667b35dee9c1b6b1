"""Rows of facts as the catalogue's files hold them; every figure is exact, every word is known."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from app.fields import MILLIONTH_PLACES, Command, scaled
from models.catalogue.schemes import Scheme
from models.quantities import Millionths

Exact = Annotated[Millionths, BeforeValidator(lambda value: scaled(value, MILLIONTH_PLACES))]
Status = Literal["verified", "secondary", "derived", "own_judgement", "unverified"]
Basis = Literal["dry", "as_received", "none"]
Text = Annotated[str, Field(min_length=1)]


def _column(name: str) -> str:
    """Files give figures in the unit itself: `lower` there is `lower_millionths` here."""
    return name.removesuffix("_millionths")


class Fact(Command):
    """One row. An empty cell is absent; references are codes, `yes` and `no` are booleans."""

    model_config = ConfigDict(alias_generator=_column)


class SourcedFact(Fact):
    source: Text
    status: Status


class SourceFact(Fact):
    key: Text
    text: Text


class WasteCodeFact(SourcedFact):
    scheme: Scheme
    code: Text
    level: int
    parent: str | None = None
    name_en: str | None = None
    name_zh: str | None = None
    translated: Literal["en", "zh"] | None = None
    hazardous: bool | None = None
    hazard_properties: str = ""
    entry_type: Literal["AH", "ANH", "MH", "MNH"] | None = None
    industry_en: str | None = None
    industry_zh: str | None = None


class ParameterFact(SourcedFact):
    code: Text
    symbol: str = ""
    name_en: Text
    name_zh: Text
    unit: Text
    family: Text
    basis: Basis
    mixing: Text
    formula: str = ""
    sum_group: Literal["analysis", "phase", "part"] | None = None
    sum_unless: str = ""
    plausible_min_millionths: Exact
    plausible_max_millionths: Exact
    note: str = ""


class ParameterAliasFact(Fact):
    parameter: Text
    spelling: Text
    unit: Text
    part: int
    factor_millionths: Exact


class FactorFact(SourcedFact):
    kind: Text
    key: Text
    item_en: Text
    item_zh: str | None = None
    low_millionths: Exact | None = None
    value_millionths: Exact | None = None
    high_millionths: Exact | None = None
    unit: Text
    year: int | None = None
    scope: str = ""
    note: str = ""


class MaterialFact(SourcedFact):
    code: Text
    name_en: Text
    name_zh: Text
    material_group: Text
    parent: str | None = None
    is_waste: bool
    hazardous: bool
    tax_class: str | None = None
    physical_forms: str = ""
    vehicles: str = ""
    note: str = ""


class MaterialCodeFact(Fact):
    material: Text
    scheme: Scheme
    code: Text


class MaterialAliasFact(Fact):
    material: Text
    spelling: Text
    exact: bool


class MaterialRouteFact(Fact):
    material: Text
    route: Text


class RouteFact(SourcedFact):
    code: Text
    name_en: Text
    name_zh: Text
    eu_code: Text
    counts_as: Text
    replaced_en: str = ""
    replaced_zh: str = ""
    ratio_low_millionths: Exact
    ratio_millionths: Exact
    ratio_high_millionths: Exact
    ratio_unit: Text
    ratio_basis: str = ""
    co2_factor: str | None = None
    co2_kind: Literal["gross", "net"] | None = None
    co2_process: str | None = None
    note: str = ""


class RouteResourceFact(Fact):
    route: Text
    resource: Text
    factor_millionths: Exact


class SpecificationFact(SourcedFact):
    code: Text
    standard: Text
    grade: str = ""
    region: Text
    kind: Text
    name_en: Text
    name_zh: Text
    validity: Text
    superseded_by: str = ""
    note: str = ""


class SpecificationMaterialFact(Fact):
    specification: Text
    material: Text


class SpecificationLimitFact(SourcedFact):
    specification: Text
    parameter: Text
    lower_millionths: Exact | None = None
    upper_millionths: Exact | None = None
    unit: Text
    strict_lower: bool
    strict_upper: bool
    any_of: str | None = None
    basis: Basis
    method: str | None = None
    condition: str = ""
    note: str = ""


class TypicalCompositionFact(SourcedFact):
    material: Text
    parameter: Text
    minimum_millionths: Exact
    typical_millionths: Exact
    maximum_millionths: Exact
    unit: Text
    basis: Basis
    flag: str = ""
    typical_status: Status


class ResourceFact(SourcedFact):
    code: Text
    symbol: str = ""
    name_en: Text
    name_zh: Text
    unit: Text
    contents_status: Status
    replaced_en: Text
    replaced_zh: Text
    replacement_millionths: Exact
    replacement_basis: str = ""
    replacement_status: Status
    recovery_low_millionths: Exact
    recovery_millionths: Exact
    recovery_high_millionths: Exact
    recovery_status: Status
    critical_eu: bool
    critical_cn: bool
    critical_status: Status
    note: str = ""


class ResourceContentFact(Fact):
    resource: Text
    alternative: int
    term: int
    quantity: Literal["parameter", "mass", "route"]
    parameter: str | None = None
    factor_millionths: Exact


class ResourceTargetFact(Fact):
    resource: Text
    target: Text
