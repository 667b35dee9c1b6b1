"""Jurisdiction profiles as data, and the papers that receivers hold."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, one_of
from models.compliance.rights import OUTCOMES, PAPER_KINDS, WASTE_KINDS
from models.quantities import Grams


class Jurisdiction(Base):
    __tablename__ = "jurisdiction"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_en: Mapped[str]
    name_zh: Mapped[str]


class PaperRequirement(Base):
    """One kind of paper that meets a requirement; rows of the same requirement are alternatives."""

    __tablename__ = "paper_requirement"
    __table_args__ = (
        UniqueConstraint("jurisdiction_code", "waste_kind", "requirement", "paper_kind"),
        one_of("waste_kind", WASTE_KINDS, "waste_kind_is_known"),
        one_of("paper_kind", PAPER_KINDS, "paper_kind_is_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    jurisdiction_code: Mapped[str] = mapped_column(ForeignKey("jurisdiction.code"))
    waste_kind: Mapped[str]
    requirement: Mapped[str]
    paper_kind: Mapped[str]
    covers_codes: Mapped[bool]
    clause: Mapped[str]
    status: Mapped[str]


class CrossingRule(Base):
    """What it takes to carry waste over a province's border."""

    __tablename__ = "crossing_rule"
    __table_args__ = (
        UniqueConstraint("jurisdiction_code", "waste_kind", "purpose"),
        one_of("outcome", OUTCOMES, "outcome_is_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    jurisdiction_code: Mapped[str] = mapped_column(ForeignKey("jurisdiction.code"))
    waste_kind: Mapped[str]
    purpose: Mapped[str]
    outcome: Mapped[str]
    clause: Mapped[str]
    status: Mapped[str]


class StageExemption(Base):
    """A hazardous waste that is not handled as such at one stage, under conditions."""

    __tablename__ = "stage_exemption"
    __table_args__ = (UniqueConstraint("waste_code_id", "stage", "entry"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    waste_code_id: Mapped[int] = mapped_column(ForeignKey("waste_code.id"), index=True)
    stage: Mapped[str]
    entry: Mapped[int]
    clause: Mapped[str]
    status: Mapped[str]


class Paper(Base):
    """A permit, approval or registration of one site."""

    __tablename__ = "paper"
    __table_args__ = (
        one_of("kind", PAPER_KINDS, "kind_is_known"),
        CheckConstraint("valid_until >= valid_from", name="validity_in_order"),
        CheckConstraint("yearly_quota_g > 0", name="quota_is_positive"),
        Index("ix_paper_site_kind", "site_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str]
    number: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    yearly_quota_g: Mapped[Grams | None]
    note: Mapped[str | None] = mapped_column(Text)
    demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class PaperCode(Base):
    """A code that a permit names. A category covers its leaves."""

    __tablename__ = "paper_code"

    paper_id: Mapped[int] = mapped_column(
        ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True
    )
    waste_code_id: Mapped[int] = mapped_column(ForeignKey("waste_code.id"), primary_key=True)
