"""What a factory has: streams with their calendar, and the assays of what they are made of."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, one_of
from models.catalogue.vehicles import EVERY_VEHICLE
from models.catalogue.vocabulary import PHYSICAL_FORMS
from models.quantities import Grams, Millionths, MinorPerTonne
from models.streams.life import State
from models.streams.terms import (
    ASSAY_BASES,
    DELIVERY_TERMS,
    LEGAL_STATUSES,
    PROVENANCES,
    RHYTHMS,
    VISIBILITIES,
)


class Stream(Base):
    __tablename__ = "stream"
    __table_args__ = (
        one_of("state", State, "state_is_known"),
        one_of("physical_form", PHYSICAL_FORMS, "form_is_known"),
        one_of("rhythm", RHYTHMS, "rhythm_is_known"),
        one_of("visibility", VISIBILITIES, "visibility_is_known"),
        one_of("legal_status", LEGAL_STATUSES, "legal_status_is_known"),
        one_of("delivery_term", DELIVERY_TERMS, "delivery_term_is_known"),
        CheckConstraint(f"vehicles BETWEEN 1 AND {EVERY_VEHICLE}", name="vehicles_known"),
        CheckConstraint("year_g > 0", name="year_is_positive"),
        CheckConstraint("stock_g >= 0", name="stock_not_negative"),
        CheckConstraint("storage_limit_g > 0", name="storage_limit_is_positive"),
        Index("ix_stream_state_waste_code", "state", "waste_code_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    waste_code_id: Mapped[int] = mapped_column(ForeignKey("waste_code.id"), index=True)
    material_id: Mapped[int | None] = mapped_column(ForeignKey("material.id"), index=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(Text, default="")
    physical_form: Mapped[str]
    rhythm: Mapped[str]
    legal_status: Mapped[str | None]
    visibility: Mapped[str] = mapped_column(default="public")
    vehicles: Mapped[int]
    # Stated at the factory gate whatever the delivery term, so that offers compare.
    ask_minor_per_tonne: Mapped[MinorPerTonne]
    vat_included: Mapped[bool]
    delivery_term: Mapped[str]
    year_g: Mapped[Grams]  # the sum of its months, written with them: lists sort by it
    stock_g: Mapped[Grams | None]
    storage_limit_g: Mapped[Grams | None]
    state: Mapped[str] = mapped_column(default=State.DRAFT.value)
    version: Mapped[int] = mapped_column(default=1)
    estimated: Mapped[bool] = mapped_column(default=False)
    external_key: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    @property
    def known_state(self) -> State:
        return State(self.state)


class StreamMonth(Base):
    __tablename__ = "stream_month"
    __table_args__ = (
        CheckConstraint("month BETWEEN 1 AND 12", name="month_is_a_month"),
        CheckConstraint("mass_g >= 0", name="mass_not_negative"),
    )

    stream_id: Mapped[int] = mapped_column(
        ForeignKey("stream.id", ondelete="CASCADE"), primary_key=True
    )
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mass_g: Mapped[Grams]


class StreamClosure(Base):
    __tablename__ = "stream_closure"
    __table_args__ = (CheckConstraint("last_day >= first_day", name="days_in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]


class Assay(Base):
    """A dated sample. Never changed: a better value is a newer assay."""

    __tablename__ = "assay"
    __table_args__ = (
        one_of("basis", ASSAY_BASES, "basis_is_known"),
        one_of("provenance", PROVENANCES, "provenance_is_known"),
        CheckConstraint("valid_until >= sampled_on", name="validity_in_order"),
        CheckConstraint(
            "moisture_millionths >= 0 AND moisture_millionths < 100000000", name="moisture_in_range"
        ),
        Index("ix_assay_stream_sampled", "stream_id", "sampled_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    sampled_on: Mapped[date]
    valid_until: Mapped[date]
    laboratory: Mapped[str]
    sampling_plan: Mapped[str]
    provenance: Mapped[str]
    basis: Mapped[str]
    # Free water in millionths of a per cent by mass as received.
    moisture_millionths: Mapped[Millionths | None]
    estimated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class AssayReport(Base):
    """The laboratory's own paper about a sample, where one was filed with it."""

    __tablename__ = "assay_report"

    assay_id: Mapped[int] = mapped_column(ForeignKey("assay.id"), primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"), unique=True)


class AssayValue(Base):
    __tablename__ = "assay_value"
    __table_args__ = (
        CheckConstraint("minimum_millionths <= typical_millionths", name="minimum_in_order"),
        CheckConstraint("typical_millionths <= maximum_millionths", name="maximum_in_order"),
        CheckConstraint("deviation_millionths >= 0", name="deviation_not_negative"),
    )

    assay_id: Mapped[int] = mapped_column(ForeignKey("assay.id"), primary_key=True)
    parameter_id: Mapped[int] = mapped_column(ForeignKey("parameter.id"), primary_key=True)
    typical_millionths: Mapped[Millionths]
    minimum_millionths: Mapped[Millionths | None]
    maximum_millionths: Mapped[Millionths | None]
    deviation_millionths: Mapped[Millionths | None]
    method: Mapped[str] = mapped_column(default="")
