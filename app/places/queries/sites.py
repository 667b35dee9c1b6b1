"""Sites as their owner sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import Invalid, NotFound
from models.permissions import Actor, Capability, require_organization
from models.places.tables import Region, Site

_AT_ONCE: Final = 500  # databases limit the parameters of one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSite:
    """With the true position: for the owner's eyes alone."""

    id: int
    name: str
    name_zh: str | None
    kind: str
    lat: float
    lon: float
    precision: str
    blurred: bool
    public_lat: float
    public_lon: float
    region_en: str | None
    region_zh: str | None


def own_sites(session: Session, *, actor: Actor) -> tuple[OwnSite, ...]:
    """The sites of the organization the actor acts for, by name."""
    owner_id = require_organization(actor, Capability.MANAGE_SITES)
    found = session.execute(
        _COLUMNS.where(Site.organization_id == owner_id).order_by(Site.name, Site.id)
    )
    return tuple(OwnSite(**row) for row in found.mappings())


def own_site(session: Session, site_id: int, *, actor: Actor) -> OwnSite:
    """One site of the organization the actor acts for; those of others stay unknown."""
    owner_id = require_organization(actor, Capability.MANAGE_SITES)
    found = session.execute(
        _COLUMNS.where(Site.id == site_id, Site.organization_id == owner_id)
    ).mappings()
    row = found.one_or_none()
    if row is None:
        raise NotFound("site-unknown", "You have no such site.", site_id=site_id)
    return OwnSite(**row)


def check_own_sites(session: Session, site_ids: Iterable[int], *, owner_id: int) -> None:
    """Refuse a site that is not the organization's own."""
    asked = sorted(set(site_ids))
    for start in range(0, len(asked), _AT_ONCE):
        some = asked[start : start + _AT_ONCE]
        own = set(
            session.scalars(
                select(Site.id).where(Site.id.in_(some), Site.organization_id == owner_id)
            )
        )
        for site_id in some:
            if site_id not in own:
                raise Invalid("site-not-yours", "Choose one of your own sites.", field="site_id")


_COLUMNS = select(
    Site.id,
    Site.name,
    Site.name_zh,
    Site.kind,
    Site.lat,
    Site.lon,
    Site.precision,
    Site.blurred,
    Site.public_lat,
    Site.public_lon,
    Region.name_en.label("region_en"),
    Region.full_name_zh.label("region_zh"),
).outerjoin(Region, Region.id == Site.region_id)
