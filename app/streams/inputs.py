"""What can be asked about streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from app.fields import (
    Blankable,
    Command,
    Day,
    DeviationIn,
    Id,
    LongText,
    MassIn,
    MassOrZeroIn,
    MonthlyMassIn,
    Name,
    PriceIn,
    Several,
    ShortText,
    ValueIn,
    among,
)
from app.journal.inputs import JobCommand
from app.settings import UploadPolicy
from app.uploads.inputs import InspectedFile
from models.catalogue.vehicles import VEHICLES, vehicle_mask
from models.catalogue.vocabulary import PHYSICAL_FORMS
from models.streams.assays import VALUES_MAX
from models.streams.calendar import CLOSURES_MAX, Closure
from models.streams.terms import (
    ASSAY_BASES,
    DELIVERY_TERMS,
    LEGAL_STATUSES,
    PROVENANCES,
    RHYTHMS,
    VISIBILITIES,
)

VehicleCode = Annotated[str, among(names.code for names in VEHICLES.values())]


class ClosureIn(Command):
    first_day: Day
    last_day: Day
    reason: ShortText = ""

    def as_rule(self) -> Closure:
        return Closure(first_day=self.first_day, last_day=self.last_day, reason=self.reason)


class ListingTerms(Command):
    """What streams and demands have in common: a name, a calendar, vehicles."""

    name: Name
    description: LongText = ""
    months_g: Annotated[list[MonthlyMassIn], Field(alias="months_t", min_length=12, max_length=12)]
    closures: list[ClosureIn] = Field(default_factory=list, max_length=CLOSURES_MAX)
    vehicles: Annotated[list[VehicleCode], Several, Field(min_length=1, max_length=9)]
    vat_included: bool = False
    visibility: Annotated[str, among(VISIBILITIES)] = "public"
    version: Annotated[int | None, Blankable] = None

    @property
    def vehicle_bits(self) -> int:
        return vehicle_mask(self.vehicles)

    def closure_rules(self) -> list[Closure]:
        return [closure.as_rule() for closure in self.closures]


class StreamTerms(ListingTerms):
    """A stream as its owner states it, when it is made and whenever it is changed."""

    site_id: Id
    waste_code: Name
    material_id: Annotated[Id | None, Blankable] = None
    physical_form: Annotated[str, among(PHYSICAL_FORMS)]
    rhythm: Annotated[str, among(RHYTHMS)]
    legal_status: Annotated[Annotated[str, among(LEGAL_STATUSES)] | None, Blankable] = None
    ask_minor_per_tonne: PriceIn = Field(alias="ask_per_t")
    delivery_term: Annotated[str, among(DELIVERY_TERMS)] = "ex_works"
    stock_g: Annotated[MassOrZeroIn | None, Blankable] = Field(default=None, alias="stock_t")
    storage_limit_g: Annotated[MassIn | None, Blankable] = Field(
        default=None, alias="storage_limit_t"
    )


class AssayValueIn(Command):
    parameter: Id
    typical: ValueIn
    minimum: Annotated[ValueIn | None, Blankable] = None
    maximum: Annotated[ValueIn | None, Blankable] = None
    deviation: Annotated[DeviationIn | None, Blankable] = None
    method: ShortText = ""


@dataclass(frozen=True, slots=True)
class ReportFile:
    """The laboratory's paper that comes with a sample, and where files are kept."""

    file: InspectedFile
    policy: UploadPolicy


class AddAssay(Command):
    sampled_on: Day
    valid_until: Day
    laboratory: Name
    sampling_plan: ShortText = ""
    provenance: Annotated[str, among(PROVENANCES)]
    basis: Annotated[str, among(ASSAY_BASES)]
    moisture: Annotated[ValueIn | None, Blankable] = None
    values: list[AssayValueIn] = Field(min_length=1, max_length=VALUES_MAX)


class PauseStreams(JobCommand):
    """An organization was suspended: nothing of it stays on the market."""

    kind: ClassVar[str] = "streams.pause"

    organization_id: int
