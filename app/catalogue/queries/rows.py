"""Frozen rows that the catalogue's reads return. Figures are in millionths of their unit."""

from __future__ import annotations

from dataclasses import dataclass

from models.catalogue.composition import ParameterRule
from models.catalogue.schemes import shown_code
from models.catalogue.vehicles import vehicle_codes
from models.quantities import Millionths


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRow:
    id: int
    scheme: str
    code: str
    level: int
    parent_id: int | None
    name_en: str | None  # 422 Chinese hazardous codes have only a Chinese name
    name_zh: str | None
    hazardous: bool | None
    is_leaf: bool
    status: str

    @property
    def shown(self) -> str:
        """Return the code as it is printed, a hazardous European one with its star."""
        return shown_code(self.scheme, self.code, hazardous=self.hazardous)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDetail:
    """One code with all that is known of it; `path` leads from the top to its parent."""

    row: CodeRow
    path: tuple[CodeRow, ...]
    translated: str | None
    hazard_properties: tuple[str, ...]
    entry_type: str | None
    industry_en: str | None
    industry_zh: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRow(ParameterRule):
    """A parameter as the rules take it, with what people see."""

    id: int
    symbol: str
    name_en: str
    name_zh: str
    note: str
    status: str

    @property
    def rule(self) -> ParameterRule:
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialRow:
    id: int
    code: str
    name_en: str
    name_zh: str
    material_group: str
    parent_id: int | None
    is_waste: bool
    hazardous: bool
    tax_class: str | None
    physical_forms: tuple[str, ...]
    vehicles: int
    note: str
    status: str

    @property
    def vehicle_codes(self) -> tuple[str, ...]:
        return vehicle_codes(self.vehicles)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecificationRow:
    id: int
    code: str
    standard: str
    grade: str
    region: str
    kind: str
    name_en: str
    name_zh: str
    validity: str
    superseded_by: str
    note: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """One limit. Of rows with the same `any_of` one suffices; without a bound it is no gate."""

    parameter_id: int
    lower: Millionths | None
    upper: Millionths | None
    strict_lower: bool
    strict_upper: bool
    any_of: str | None
    basis: str
    method: str | None
    condition: str
    note: str
    status: str
    source: str

    @property
    def is_gate(self) -> bool:
        return self.lower is not None or self.upper is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypicalRow:
    """Guidance, never a measurement. A flag says why the middles cannot all be right at once."""

    parameter_id: int
    minimum: Millionths
    typical: Millionths
    maximum: Millionths
    basis: str
    flag: str
    status: str
    typical_status: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRow:
    id: int
    kind: str
    key: str
    item_en: str
    item_zh: str | None
    low: Millionths | None
    value: Millionths | None
    high: Millionths | None
    unit: str
    year: int | None
    scope: str
    note: str
    status: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRow:
    id: int
    code: str
    name_en: str
    name_zh: str
    eu_code: str
    counts_as: str
    replaced_en: str
    replaced_zh: str
    ratio_low: Millionths
    ratio: Millionths
    ratio_high: Millionths
    ratio_unit: str
    ratio_basis: str
    co2_factor_id: int | None
    co2_kind: str | None
    co2_process_id: int | None
    note: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRow:
    id: int
    code: str
    symbol: str
    name_en: str
    name_zh: str
    unit: str
    contents_status: str
    replaced_en: str
    replaced_zh: str
    replacement: Millionths
    replacement_basis: str
    replacement_status: str
    recovery_low: Millionths
    recovery: Millionths
    recovery_high: Millionths
    recovery_status: str
    critical_eu: bool
    critical_cn: bool
    critical_status: str
    note: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentRow:
    """One term of one alternative: terms of an alternative add up, the first one known counts."""

    resource_id: int
    alternative: int
    quantity: str
    parameter_id: int | None
    factor: Millionths


@dataclass(frozen=True, slots=True, kw_only=True)
class WonRow:
    """What a route wins of the material it takes, and the share that counts."""

    route_id: int
    resource_id: int
    factor: Millionths
