"""What the scenario is made of: sites, streams and demands in internal units, not yet stored."""

from __future__ import annotations

from dataclasses import dataclass

from models.quantities import Grams, Metres, Millionths, MinorPerTonne


@dataclass(frozen=True, slots=True, order=True)
class CodeDraft:
    """A waste code within its scheme."""

    scheme: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureDraft:
    """Days of every year, both ends included; a closure may run over the turn of the year."""

    first: tuple[int, int]  # month, day
    last: tuple[int, int]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitDraft:
    """A limit of a buyer's own, beside those of the specification it starts from."""

    parameter: str
    lower: Millionths | None = None
    upper: Millionths | None = None
    basis: str = "dry"
    method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperDraft:
    """A paper on file. `valid_days` counts from the day of loading; negative has expired."""

    kind: str
    number: str
    valid_days: int | None
    invented: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryDraft:
    resource: str
    rate: Millionths


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantSite:
    """A site and the organization that stands for it. `invented` sites are nobody's."""

    key: str
    organization: str
    name_en: str
    name_zh: str | None
    kind: str
    latitude: float
    longitude: float
    precision: str
    province: str
    province_code: str
    city: str | None
    capacity_note: str
    capacity_imputed: bool
    source: str
    invented: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamDraft:
    """What a site has. Masses are estimates; ask, stock and qualities are invented."""

    key: str
    site_key: str
    waste: str
    name_en: str
    name_zh: str
    material: str
    code: CodeDraft
    monthly_mass_g: tuple[Grams, ...]
    closures: tuple[ClosureDraft, ...]
    stock_g: Grams
    storage_limit_g: Grams
    rhythm: str
    physical_form: str
    vehicles: tuple[str, ...]
    ask_minor_per_tonne: MinorPerTonne
    delivery_term: str
    vat_included: bool
    composition_key: str
    invented: bool
    estimated: bool = True
    terms_invented: bool = True

    @property
    def yearly_mass_g(self) -> Grams:
        return Grams(sum(self.monthly_mass_g))


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandDraft:
    """What a site takes. Masses are estimates; price, area, limits and papers are invented."""

    key: str
    site_key: str
    wish: str
    name_en: str
    name_zh: str
    route: str
    codes: tuple[CodeDraft, ...]
    materials: tuple[str, ...]
    monthly_capacity_g: tuple[Grams, ...]
    closures: tuple[ClosureDraft, ...]
    gate_price_minor_per_tonne: MinorPerTonne
    radius_m: Metres
    specification: str | None
    limits: tuple[LimitDraft, ...]
    vehicles: tuple[str, ...]
    papers: tuple[PaperDraft, ...]
    recoveries: tuple[RecoveryDraft, ...]
    invented: bool
    estimated: bool = True
    terms_invented: bool = True

    @property
    def yearly_capacity_g(self) -> Grams:
        return Grams(sum(self.monthly_capacity_g))
