"""Regions, towns, industrial parks and the sites of organizations. All positions are WGS-84."""

from __future__ import annotations

from datetime import datetime

from shapely.geometry.base import BaseGeometry
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, one_of
from models.places.geometry import Geometry
from models.places.precision import FACT_STATUSES, REGION_LEVELS, REGION_PRECISIONS, SITE_PRECISIONS


def _on_earth(prefix: str = "") -> tuple[CheckConstraint, CheckConstraint]:
    # Also keeps NaN out: PostgreSQL sorts it above every number, SQLite stores it as NULL.
    return (
        CheckConstraint(f"{prefix}lat BETWEEN -90 AND 90", name=f"{prefix}lat_on_earth"),
        CheckConstraint(f"{prefix}lon BETWEEN -180 AND 180", name=f"{prefix}lon_on_earth"),
    )


class Region(Base):
    """A province, prefecture or county. `precision` says whose centre its position really is."""

    __tablename__ = "region"
    __table_args__ = (
        one_of("level", REGION_LEVELS, "level_is_known"),
        one_of("precision", REGION_PRECISIONS, "precision_is_known"),
        one_of("status", FACT_STATUSES, "status_is_known"),
        CheckConstraint("population IS NULL OR population > 0", name="population_positive"),
        *_on_earth(),
        Index("ix_region_lat_lon", "lat", "lon"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    adcode: Mapped[str] = mapped_column(String(6), unique=True)
    level: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    name_en: Mapped[str]
    name_zh: Mapped[str]
    full_name_zh: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    precision: Mapped[str]
    population: Mapped[int | None]
    source: Mapped[str]
    status: Mapped[str]


class Place(Base):
    """A town or township, finer than a region and not part of the statutory hierarchy."""

    __tablename__ = "place"
    __table_args__ = (
        one_of("status", FACT_STATUSES, "status_is_known"),
        CheckConstraint("population IS NULL OR population > 0", name="population_positive"),
        *_on_earth(),
        Index("ix_place_lat_lon", "lat", "lon"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    geonames_id: Mapped[int] = mapped_column(unique=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), index=True)
    name_en: Mapped[str]
    name_zh: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    population: Mapped[int | None]
    source: Mapped[str]
    status: Mapped[str]


class Park(Base):
    """An industrial park with its area."""

    __tablename__ = "park"
    __table_args__ = (*_on_earth(), Index("ix_park_lat_lon", "lat", "lon"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name_en: Mapped[str]
    name_zh: Mapped[str]
    polygon: Mapped[BaseGeometry | None] = mapped_column(Geometry)
    lat: Mapped[float]
    lon: Mapped[float]
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)


class Site(Base):
    """Where an organization has or takes material.

    Others see, search and compute with `public_lat` and `public_lon` alone; on a blurred site
    these are its one displaced position.
    """

    __tablename__ = "site"
    __table_args__ = (
        CheckConstraint("name <> ''", name="name_not_empty"),
        one_of("precision", SITE_PRECISIONS, "precision_is_known"),
        CheckConstraint(
            "blurred OR (public_lat = lat AND public_lon = lon)", name="open_site_is_where_it_is"
        ),
        *_on_earth(),
        *_on_earth("public_"),
        Index("ix_site_lat_lon", "lat", "lon"),
        Index("ix_site_public_lat_lon", "public_lat", "public_lon"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    external_key: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    name_zh: Mapped[str | None]
    kind: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    precision: Mapped[str]
    coordinate_source: Mapped[str]
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    blurred: Mapped[bool]
    public_lat: Mapped[float]
    public_lon: Mapped[float]
    capacity_note: Mapped[str | None]
    source: Mapped[str | None]
    created_at: Mapped[datetime]
