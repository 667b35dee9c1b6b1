"""What a recycler takes: codes, limits, calendar, gate price, and how far it reaches."""

from __future__ import annotations

from datetime import date, datetime

from shapely.geometry.base import BaseGeometry
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, one_of
from models.catalogue.vehicles import EVERY_VEHICLE
from models.catalogue.vocabulary import BASES
from models.places.geometry import Geometry
from models.quantities import Grams, Metres, Millionths, MinorPerTonne
from models.streams.life import State
from models.streams.terms import VISIBILITIES


class Demand(Base):
    __tablename__ = "demand"
    __table_args__ = (
        one_of("state", State, "state_is_known"),
        one_of("visibility", VISIBILITIES, "visibility_is_known"),
        CheckConstraint(f"vehicles BETWEEN 1 AND {EVERY_VEHICLE}", name="vehicles_known"),
        CheckConstraint("year_g > 0", name="year_is_positive"),
        CheckConstraint("radius_m > 0", name="radius_is_positive"),
        CheckConstraint("(radius_m IS NULL) <> (area IS NULL)", name="radius_or_area"),
        Index("ix_demand_state_site", "state", "site_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    route_id: Mapped[int | None] = mapped_column(ForeignKey("route.id"), index=True)
    specification_id: Mapped[int | None] = mapped_column(ForeignKey("specification.id"), index=True)
    # The material it mainly takes, for lists and maps; its codes decide what it may take.
    material_id: Mapped[int | None] = mapped_column(ForeignKey("material.id"), index=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[str] = mapped_column(default="public")
    vehicles: Mapped[int]
    price_minor_per_tonne: Mapped[MinorPerTonne]
    vat_included: Mapped[bool]
    year_g: Mapped[Grams]  # the sum of its months, written with them: lists sort by it
    radius_m: Mapped[Metres | None]
    area: Mapped[BaseGeometry | None] = mapped_column(Geometry)
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


class DemandCode(Base):
    """A code that the demand takes: stated by its owner, or following from what was stated."""

    __tablename__ = "demand_code"
    __table_args__ = (Index("ix_demand_code_waste_code", "waste_code_id", "demand_id"),)

    demand_id: Mapped[int] = mapped_column(
        ForeignKey("demand.id", ondelete="CASCADE"), primary_key=True
    )
    waste_code_id: Mapped[int] = mapped_column(ForeignKey("waste_code.id"), primary_key=True)
    stated: Mapped[bool]


class DemandLimit(Base):
    __tablename__ = "demand_limit"
    __table_args__ = (
        one_of("basis", BASES, "basis_is_known"),
        CheckConstraint(
            "lower_millionths IS NOT NULL OR upper_millionths IS NOT NULL", name="limits_something"
        ),
        CheckConstraint("lower_millionths <= upper_millionths", name="bounds_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demand.id", ondelete="CASCADE"), index=True)
    parameter_id: Mapped[int] = mapped_column(ForeignKey("parameter.id"))
    lower_millionths: Mapped[Millionths | None]
    upper_millionths: Mapped[Millionths | None]
    strict_lower: Mapped[bool] = mapped_column(default=False)
    strict_upper: Mapped[bool] = mapped_column(default=False)
    hard: Mapped[bool] = mapped_column(default=True)
    basis: Mapped[str] = mapped_column(default="none")
    method: Mapped[str] = mapped_column(default="")
    any_of: Mapped[str] = mapped_column(default="")


class DemandMonth(Base):
    __tablename__ = "demand_month"
    __table_args__ = (
        CheckConstraint("month BETWEEN 1 AND 12", name="month_is_a_month"),
        CheckConstraint("capacity_g >= 0", name="capacity_not_negative"),
    )

    demand_id: Mapped[int] = mapped_column(
        ForeignKey("demand.id", ondelete="CASCADE"), primary_key=True
    )
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    capacity_g: Mapped[Grams]


class DemandClosure(Base):
    __tablename__ = "demand_closure"
    __table_args__ = (CheckConstraint("last_day >= first_day", name="days_in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demand.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]
