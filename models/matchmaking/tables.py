"""Stored matches with the versions they rest on, and figures of the whole market."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.quantities import Grams, Metres, MinorPerTonne


class StoredMatch(Base):
    """A pair that passes every gate, or would but for values that nobody has measured."""

    __tablename__ = "stored_match"
    __table_args__ = (
        CheckConstraint("value_minor_per_tonne > 0", name="value_is_positive"),
        CheckConstraint("distance_m >= 0", name="distance_not_negative"),
        Index("ix_stored_match_demand", "demand_id", "tested", "value_minor_per_tonne"),
        Index("ix_stored_match_stream", "stream_id", "tested", "value_minor_per_tonne"),
    )

    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"), primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demand.id"), primary_key=True)
    tested: Mapped[bool]
    value_minor_per_tonne: Mapped[MinorPerTonne]
    distance_m: Mapped[Metres]
    stream_version: Mapped[int]
    demand_version: Mapped[int]


class MarketSummary(Base):
    """Figures of one matching of the whole market; the newest row is shown."""

    __tablename__ = "market_summary"

    id: Mapped[int] = mapped_column(primary_key=True)
    computed_at: Mapped[datetime] = mapped_column(index=True)
    scope: Mapped[str] = mapped_column(Text, default="")
    streams: Mapped[int]
    demands: Mapped[int]
    feasible_pairs: Mapped[int]
    untested_pairs: Mapped[int]
    streams_with_partner: Mapped[int]
    generated_g: Mapped[Grams]
    with_partner_g: Mapped[Grams]
    # Of general bulk waste alone: masses of hazardous and general waste are never one rate.
    rate_generated_g: Mapped[Grams]
    rate_placeable_g: Mapped[Grams]
    best_minor_per_tonne: Mapped[MinorPerTonne | None]
    median_minor_per_tonne: Mapped[MinorPerTonne | None]
    seconds: Mapped[float] = mapped_column(Float)


class MarketRejection(Base):
    """How many pairs of stream and demand failed at a gate, in one summary."""

    __tablename__ = "market_rejection"
    __table_args__ = (CheckConstraint("pairs >= 0", name="pairs_not_negative"),)

    summary_id: Mapped[int] = mapped_column(
        ForeignKey("market_summary.id", ondelete="CASCADE"), primary_key=True
    )
    gate: Mapped[str] = mapped_column(primary_key=True)
    pairs: Mapped[int]
