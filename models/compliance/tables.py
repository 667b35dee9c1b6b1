"""Jurisdiction profiles as data, and the papers that receivers hold."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, one_of
from models.compliance.papers import PaperState
from models.compliance.quota import Posting
from models.compliance.rights import CATEGORIES, OUTCOMES, PAPER_KINDS, STAGES, WASTE_KINDS, WAYS
from models.quantities import Grams


class Jurisdiction(Base):
    __tablename__ = "jurisdiction"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_en: Mapped[str]
    name_zh: Mapped[str]


class JurisdictionScheme(Base):
    """A scheme of waste codes that a jurisdiction knows; `rank` 1 is the one it asks for first."""

    __tablename__ = "jurisdiction_scheme"

    jurisdiction_code: Mapped[str] = mapped_column(
        ForeignKey("jurisdiction.code"), primary_key=True
    )
    scheme: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int]


class WeightLimit(Base):
    """What a vehicle with so many axles may weigh with its load."""

    __tablename__ = "weight_limit"
    __table_args__ = (CheckConstraint("gross_g > 0", name="gross_is_positive"),)

    jurisdiction_code: Mapped[str] = mapped_column(
        ForeignKey("jurisdiction.code"), primary_key=True
    )
    axles: Mapped[int] = mapped_column(primary_key=True)
    combination: Mapped[bool] = mapped_column(primary_key=True)
    gross_g: Mapped[Grams]
    clause: Mapped[str]
    status: Mapped[str]


class NumberFormat(Base):
    """The form of an official number, as a regular expression that matches it whole."""

    __tablename__ = "number_format"

    jurisdiction_code: Mapped[str] = mapped_column(
        ForeignKey("jurisdiction.code"), primary_key=True
    )
    subject: Mapped[str] = mapped_column(primary_key=True)
    pattern: Mapped[str]
    example: Mapped[str]
    clause: Mapped[str]
    status: Mapped[str]


class Indicator(Base):
    """One figure of an indicator set, by the formula that computes it."""

    __tablename__ = "indicator"

    jurisdiction_code: Mapped[str] = mapped_column(
        ForeignKey("jurisdiction.code"), primary_key=True
    )
    indicator_set: Mapped[str] = mapped_column(primary_key=True)
    formula: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int]
    name_en: Mapped[str]
    name_zh: Mapped[str]
    source: Mapped[str]
    status: Mapped[str]


class ControlledCode(Base):
    """A code of a category that asks for a paper of its own."""

    __tablename__ = "controlled_code"
    __table_args__ = (one_of("category", CATEGORIES, "category_is_known"),)

    category: Mapped[str] = mapped_column(primary_key=True)
    waste_code_id: Mapped[int] = mapped_column(ForeignKey("waste_code.id"), primary_key=True)
    status: Mapped[str]


class PaperRequirement(Base):
    """One kind of paper that meets a requirement; rows of the same requirement are alternatives."""

    __tablename__ = "paper_requirement"
    __table_args__ = (
        UniqueConstraint("jurisdiction_code", "waste_kind", "requirement", "paper_kind"),
        one_of("waste_kind", WASTE_KINDS, "waste_kind_is_known"),
        one_of("paper_kind", PAPER_KINDS, "paper_kind_is_known"),
        one_of("category", ("", *CATEGORIES), "category_is_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    jurisdiction_code: Mapped[str] = mapped_column(ForeignKey("jurisdiction.code"))
    waste_kind: Mapped[str]
    # Empty: of every waste of the kind; else only of the codes of this category.
    category: Mapped[str] = mapped_column(default="")
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
    __table_args__ = (
        UniqueConstraint("waste_code_id", "stage", "entry"),
        one_of("stage", STAGES, "stage_is_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    waste_code_id: Mapped[int] = mapped_column(ForeignKey("waste_code.id"), index=True)
    stage: Mapped[str]
    entry: Mapped[int]
    clause: Mapped[str]
    status: Mapped[str]


class Paper(Base):
    """A permit, approval or registration of one site.

    Who decided is noted by number without a reference: people may be deleted, decisions stay.
    """

    __tablename__ = "paper"
    __table_args__ = (
        one_of("kind", PAPER_KINDS, "kind_is_known"),
        CheckConstraint("valid_until >= valid_from", name="validity_in_order"),
        CheckConstraint("yearly_quota_g > 0", name="quota_is_positive"),
        one_of("state", PaperState, "state_is_known"),
        CheckConstraint("state <> 'verified' OR decided_at IS NOT NULL", name="verified_once"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_once"),
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
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("upload.id"))
    state: Mapped[str] = mapped_column(default=PaperState.UNVERIFIED.value, index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]
    decided_for_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    refusal: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    @property
    def known_state(self) -> PaperState:
        return PaperState(self.state)


class PaperWay(Base):
    """A way of handling that a permit allows, or a stage that evidence of an exemption is about."""

    __tablename__ = "paper_way"
    __table_args__ = (one_of("way", WAYS, "way_is_known"),)

    paper_id: Mapped[int] = mapped_column(
        ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True
    )
    way: Mapped[str] = mapped_column(primary_key=True)


class PaperCode(Base):
    """A code that a permit names. A category covers its leaves."""

    __tablename__ = "paper_code"

    paper_id: Mapped[int] = mapped_column(
        ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True
    )
    waste_code_id: Mapped[int] = mapped_column(ForeignKey("waste_code.id"), primary_key=True)


class PaperWarning(Base):
    """The owner has been told that a paper ends within so many days."""

    __tablename__ = "paper_warning"

    paper_id: Mapped[int] = mapped_column(
        ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True
    )
    days_before: Mapped[int] = mapped_column(primary_key=True)
    given_at: Mapped[datetime]


class QuotaPosting(Base):
    """Some of a site's yearly scale is held, consumed or let go, for one reason. Append-only."""

    __tablename__ = "quota_posting"
    __table_args__ = (
        one_of("kind", Posting, "kind_is_known"),
        one_of("way", WAYS, "way_is_known"),
        CheckConstraint("mass_g > 0", name="mass_is_positive"),
        CheckConstraint("year BETWEEN 2000 AND 2999", name="year_is_plausible"),
        CheckConstraint(
            "kind <> 'release' OR draws_on_id IS NOT NULL", name="release_of_something"
        ),
        CheckConstraint("kind <> 'reserve' OR draws_on_id IS NULL", name="reserve_stands_alone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Names why: `contract:17`, `transfer:88`. A retry finds it; other content is refused.
    reason_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    # The posting that it uses up or takes back.
    draws_on_id: Mapped[int | None] = mapped_column(ForeignKey("quota_posting.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    waste_code_id: Mapped[int] = mapped_column(ForeignKey("waste_code.id"))
    way: Mapped[str]
    year: Mapped[int]
    mass_g: Mapped[Grams]
    actor_user_id: Mapped[int | None]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    posted_at: Mapped[datetime]


class QuotaEntry(Base):
    """What a posting changes on one paper; signed, so that sums say what is held and used."""

    __tablename__ = "quota_entry"
    __table_args__ = (
        CheckConstraint("used_g >= 0 OR reserved_g = 0", name="undone_alone"),
        CheckConstraint("reserved_g <> 0 OR used_g <> 0", name="something_changes"),
        CheckConstraint("reserved_g <= 0 OR used_g = 0", name="held_or_used"),
        Index("ix_quota_entry_paper_year", "paper_id", "year"),
    )

    posting_id: Mapped[int] = mapped_column(ForeignKey("quota_posting.id"), primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"), primary_key=True)
    # What the paper is charged for: each requirement carries the whole mass.
    requirement: Mapped[str]
    # The place among the papers of the requirement: 1 was charged first.
    rank: Mapped[int]
    year: Mapped[int]
    reserved_g: Mapped[Grams]
    used_g: Mapped[Grams]
