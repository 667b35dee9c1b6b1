"""Streams and demands as others see them, whichever side they are on."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select, literal, select
from sqlalchemy.orm import Session, aliased

from app.database import conditions
from app.matchmaking.queries.rows import ListingRow, Side
from models.accounts.tables import Organization
from models.catalogue.tables import Material
from models.demands.tables import Demand
from models.places.tables import Region, Site
from models.streams.tables import Stream

Above = aliased(Region)
TABLES: dict[Side, type[Stream | Demand]] = {"stream": Stream, "demand": Demand}


def listing_query(side: Side) -> Select[*tuple[Any, ...]]:
    """All columns of a listing's row; the caller adds conditions."""
    table = TABLES[side]
    price = Stream.ask_minor_per_tonne if side == "stream" else Demand.price_minor_per_tonne
    return joined(
        select(
            literal(side).label("side"),
            table.id,
            Material.name_en.label("material_en"),
            Material.name_zh.label("material_zh"),
            table.name.label("own_name"),
            Organization.name.label("organization_en"),
            Organization.name_zh.label("organization_zh"),
            Region.name_en.label("region_en"),
            Region.full_name_zh.label("region_zh"),
            Region.level.label("region_level"),
            Above.name_en.label("above_en"),
            Above.full_name_zh.label("above_zh"),
            Site.kind.label("site_kind"),
            Site.public_lat.label("lat"),
            Site.public_lon.label("lon"),
            price.label("price_minor_per_tonne"),
            table.year_g,
            table.estimated,
            Organization.invented,
        ),
        side,
    )


def joined(query: Select[*tuple[Any, ...]], side: Side) -> Select[*tuple[Any, ...]]:
    """A query of listings with the tables that their names come from."""
    table = TABLES[side]
    return (
        query.select_from(table)
        .join(Site, Site.id == table.site_id)
        .join(Organization, Organization.id == table.organization_id)
        .outerjoin(Material, Material.id == table.material_id)
        .outerjoin(Region, Region.id == Site.region_id)
        .outerjoin(Above, Above.id == Region.parent_id)
    )


def listing_rows(session: Session, side: Side, ids: Collection[int]) -> dict[int, ListingRow]:
    """The listings of these ids, in whatever state they are."""
    table = TABLES[side]
    rows: dict[int, ListingRow] = {}
    for wanted in conditions(table.id, ids):
        for row in session.execute(listing_query(side).where(wanted)):
            rows[row.id] = as_listing(row)
    return rows


def as_listing(row: Row[*tuple[Any, ...]]) -> ListingRow:
    """A county is named after its prefecture, which people further away know."""
    named = row.above_en is not None and row.region_level == "county"
    return ListingRow(
        side=row.side,
        id=row.id,
        what_en=row.material_en or row.own_name,
        what_zh=row.material_zh or row.own_name,
        organization_en=row.organization_en,
        organization_zh=row.organization_zh,
        place_en=(row.above_en if named else row.region_en) or "",
        place_zh=row.above_zh if named else row.region_zh,
        site_kind=row.site_kind,
        lat=row.lat,
        lon=row.lon,
        price_minor_per_tonne=row.price_minor_per_tonne,
        year_g=row.year_g,
        estimated=row.estimated,
        invented=row.invented,
    )
