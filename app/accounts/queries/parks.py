"""Reads of parks: who manages them, who belongs to them, who may look into whose details."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from models.accounts.standing import Standing
from models.accounts.tables import (
    InsightGrant,
    Membership,
    Organization,
    ParkManagement,
    ParkMembership,
)
from models.permissions import Actor, Capability, Role, require, require_organization
from models.places.tables import Park


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkRow:
    id: int
    name_en: str
    name_zh: str
    manager_id: int | None
    manager_en: str | None
    manager_zh: str | None
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderRow:
    """An organization that may be let in, or that has been."""

    id: int
    name: str
    name_zh: str | None

    @property
    def name_en(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """What an organization shares: its parks, and who may look into its details."""

    parks: tuple[ParkRow, ...]
    other_parks: tuple[ParkRow, ...]
    readers: tuple[ReaderRow, ...]
    other_readers: tuple[ReaderRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedPark:
    id: int
    name_en: str
    name_zh: str
    member_ids: tuple[int, ...]


def park_rows(session: Session, *, actor: Actor) -> tuple[ParkRow, ...]:
    require(actor, Capability.MANAGE_PARKS)
    return _parks(session)


def verified_organizations(session: Session, *, actor: Actor) -> tuple[ReaderRow, ...]:
    """Those that can be appointed. The real companies of the demonstration are not among them."""
    require(actor, Capability.MANAGE_PARKS)
    query = (
        select(Organization.id, Organization.name, Organization.name_zh)
        .where(
            Organization.standing == Standing.VERIFIED.value,
            Organization.demonstration.is_(False),
        )
        .order_by(Organization.name, Organization.id)
    )
    return tuple(ReaderRow(**row) for row in session.execute(query).mappings())


def sharing_of(session: Session, *, actor: Actor) -> Sharing:
    """The parks of the actor's organization and those it granted insight."""
    organization_id = require_organization(actor, Capability.READ_OWN)
    own = set(
        session.scalars(
            select(ParkMembership.park_id).where(ParkMembership.organization_id == organization_id)
        )
    )
    parks = _parks(session)
    granted = set(
        session.scalars(
            select(InsightGrant.reader_id).where(InsightGrant.organization_id == organization_id)
        )
    )
    possible = possible_readers(session, organization_id)
    return Sharing(
        parks=tuple(park for park in parks if park.id in own),
        other_parks=tuple(park for park in parks if park.id not in own),
        readers=_readers(session, granted),
        other_readers=tuple(reader for reader in possible if reader.id not in granted),
    )


def possible_readers(session: Session, organization_id: int) -> tuple[ReaderRow, ...]:
    """Who may be let in: the managers of the organization's parks, and facilitators."""
    managers = (
        select(ParkManagement.organization_id)
        .join(ParkMembership, ParkMembership.park_id == ParkManagement.park_id)
        .where(ParkMembership.organization_id == organization_id)
    )
    facilitators = select(Membership.organization_id).where(
        Membership.role == Role.FACILITATOR.value
    )
    found = set(session.scalars(union(managers, facilitators))) - {organization_id}
    return _readers(session, found)


def managed_parks(session: Session, *, actor: Actor) -> tuple[ManagedPark, ...]:
    """The parks that the actor's organization manages, with the organizations in them."""
    manager_id = require_organization(actor, Capability.READ_PARK)
    query = (
        select(Park.id, Park.name_en, Park.name_zh, ParkMembership.organization_id)
        .join(ParkManagement, ParkManagement.park_id == Park.id)
        .outerjoin(ParkMembership, ParkMembership.park_id == Park.id)
        .where(ParkManagement.organization_id == manager_id)
        .order_by(Park.id, ParkMembership.organization_id)
    )
    members: dict[tuple[int, str, str], list[int]] = {}
    for park_id, name_en, name_zh, member_id in session.execute(query):
        found = members.setdefault((park_id, name_en, name_zh), [])
        if member_id is not None:
            found.append(member_id)
    return tuple(
        ManagedPark(id=park_id, name_en=name_en, name_zh=name_zh, member_ids=tuple(ids))
        for (park_id, name_en, name_zh), ids in members.items()
    )


def granted_organizations(session: Session, *, actor: Actor) -> tuple[ReaderRow, ...]:
    """Those that let the actor's organization look into their details."""
    require_organization(actor, Capability.READ_GRANTED)
    return _readers(session, set(actor.insight))


def names_of(session: Session, organization_ids: set[int]) -> dict[int, ReaderRow]:
    return {row.id: row for row in _readers(session, organization_ids)}


def _readers(session: Session, ids: set[int]) -> tuple[ReaderRow, ...]:
    query = (
        select(Organization.id, Organization.name, Organization.name_zh)
        .where(Organization.id.in_(ids))
        .order_by(Organization.name, Organization.id)
    )
    return tuple(ReaderRow(**row) for row in session.execute(query).mappings())


def _parks(session: Session) -> tuple[ParkRow, ...]:
    members = (
        select(func.count())
        .where(ParkMembership.park_id == Park.id)
        .correlate(Park)
        .scalar_subquery()
    )
    query = (
        select(
            Park.id,
            Park.name_en,
            Park.name_zh,
            Organization.id.label("manager_id"),
            Organization.name.label("manager_en"),
            Organization.name_zh.label("manager_zh"),
            members.label("members"),
        )
        .outerjoin(ParkManagement, ParkManagement.park_id == Park.id)
        .outerjoin(Organization, Organization.id == ParkManagement.organization_id)
        .order_by(Park.name_en, Park.id)
    )
    return tuple(ParkRow(**row) for row in session.execute(query).mappings())
