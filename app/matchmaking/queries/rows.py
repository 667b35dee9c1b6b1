"""What the pages of the market show: plain frozen rows, nothing left to compute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from models.compliance.rights import Gap
from models.quantities import Grams, Metres, MinorPerTonne

Side = Literal["stream", "demand"]
Verdict = Literal["ok", "bad", "unk", "soft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRow:
    """A stream or demand as lists, maps and cards show it."""

    side: Side
    id: int
    what_en: str  # the material, else the name of the waste code
    what_zh: str
    organization_en: str
    organization_zh: str | None
    place_en: str
    place_zh: str | None
    site_kind: str
    lat: float
    lon: float
    price_minor_per_tonne: MinorPerTonne  # a stream's ask at the works, a demand's gate price
    year_g: Grams
    estimated: bool
    invented: bool
    distance_m: Metres | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialChoice:
    id: int
    name_en: str
    name_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketPage:
    rows: tuple[ListingRow, ...]
    streams: int  # of all that fits, not only of this page
    demands: int
    stream_mass_g: Grams
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFigures:
    """The newest summary of the whole market; `rate` and `target` are shares from 0 to 1."""

    computed_at: datetime
    streams: int
    demands: int
    stream_sites: int
    demand_sites: int
    feasible_pairs: int
    untested_pairs: int
    streams_with_partner: int
    generated_g: Grams
    with_partner_g: Grams
    rate_generated_g: Grams  # general bulk waste alone
    rate_placeable_g: Grams
    best_minor_per_tonne: MinorPerTonne | None
    median_minor_per_tonne: MinorPerTonne | None
    rate: float | None
    target: float
    target_year: int
    target_source: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterfallRow:
    """One part of the price of a tonne. Places are per cent of the drawing's width."""

    part: str  # gate, haul, handling, netback, ask, value
    amount_minor_per_tonne: MinorPerTonne  # signed: what is taken off is below zero
    x: float
    width: float
    total: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    zero: float
    rows: tuple[WaterfallRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One parameter against its limits. Places are per cent of the drawing's width."""

    parameter: str
    symbol: str
    name_en: str
    name_zh: str
    unit: str
    basis: str  # dry, as_received or none
    method: str
    hard: bool  # False: only a wish
    typical: float | None
    minimum: float | None
    maximum: float | None
    lower: float | None
    upper: float | None
    verdict: Verdict  # soft: outside a limit that is only a wish
    inside_from: float
    inside_to: float
    value_at: float | None
    range_from: float | None
    range_to: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Paper to file before waste leaves its province."""

    outcome: str  # none, filing, approval, forbidden
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRow:
    """A listing of the other side that passes every gate, or would but for missing values."""

    rank: int
    listing: ListingRow
    tested: bool
    value_minor_per_tonne: MinorPerTonne
    netback_minor_per_tonne: MinorPerTonne
    distance_m: Metres  # geodesic
    road_m: Metres
    month_g: Grams  # what the partner takes or has in a month it is open, on average
    shared_months: int
    waterfall: Waterfall
    strips: tuple[Strip, ...]
    crossing: Crossing
    receiver_id: int  # the organization whose right to receive is asked about
    verified: bool  # False: its right rests on papers that the operator has not verified yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One gate that a pair does not pass: its numbers, and the smallest change that opens it.

    distance: have and limit in km, remedy the radius in km. area: have is km from its edge.
    vehicle, month: `have_bits`, `limit_bits`. composition: have, limit and remedy in the unit of
    `strip`. value: have in currency per tonne (below zero or zero), remedy the price rise needed.
    right: `gap`. untested: `strip`.
    """

    gate: str  # right, or a kind of finding of the engine
    sign: str = ""  # composition: how have stands to limit; ≥ or ≤ where the limit itself fails
    have: float | None = None
    limit: float | None = None
    remedy: float | None = None
    have_bits: int = 0
    limit_bits: int = 0
    strip: Strip | None = None
    gap: Gap | None = None
    clause: str = ""  # crossing: what forbids it


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMissRow:
    listing: ListingRow
    reasons: tuple[Reason, ...]  # the gates in their order; at least one
    opens_g: Grams  # mass a month that could move if the gates opened
    distance_m: Metres
    road_m: Metres
    value_minor_per_tonne: MinorPerTonne
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnersPage:
    partners: tuple[PartnerRow, ...]  # best first
    partner_count: int  # of all stored ones, not only of those shown
    near_misses: tuple[NearMissRow, ...]
    considered: int  # listings of the other side that take or hold the code
    rejections: tuple[tuple[str, int], ...]  # gate, how many of those considered it stops first


@dataclass(frozen=True, slots=True, kw_only=True)
class AssayLine:
    """One value of the assay that counts, with no limits beside it."""

    symbol: str
    name_en: str
    name_zh: str
    unit: str
    typical: float
    minimum: float | None
    maximum: float | None
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssayRow:
    sampled_on: date | None  # None: a typical composition of the material, no sample
    valid_until: date | None
    laboratory: str
    provenance: str
    basis: str
    moisture: float | None
    estimated: bool
    lines: tuple[AssayLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthBar:
    month: int
    mass_g: Grams
    share: float  # of the largest month, 0 to 1
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPage:
    """The public part of a stream; partners come beside it, for those who may see them."""

    listing: ListingRow
    owner_id: int
    name: str
    description: str
    state: str
    code: str
    code_scheme: str
    code_name_en: str
    code_name_zh: str | None
    hazardous: bool
    physical_form: str
    rhythm: str
    legal_status: str | None
    delivery_term: str
    vat_included: bool
    vehicles: int
    stock_g: Grams | None
    storage_limit_g: Grams | None
    days_until_full: int | None
    months: tuple[MonthBar, ...]
    closures: tuple[tuple[date, date, str], ...]
    assay: AssayRow | None
    precision: str
    blurred: bool
    capacity_note: str | None
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandPage:
    listing: ListingRow
    owner_id: int
    name: str
    description: str
    state: str
    codes: tuple[tuple[str, str, str | None], ...]  # stated codes: code, name_en, name_zh
    route_en: str | None
    route_zh: str | None
    specification_en: str | None
    specification_zh: str | None
    specification_standard: str | None
    specification_status: str | None
    vat_included: bool
    vehicles: int
    radius_m: Metres | None
    area: tuple[tuple[tuple[float, float], ...], ...] | None  # rings of (lat, lon)
    months: tuple[MonthBar, ...]
    closures: tuple[tuple[date, date, str], ...]
    limits: tuple[Strip, ...]  # without a value: bounds only
    precision: str
    blurred: bool
    capacity_note: str | None
    source: str | None
