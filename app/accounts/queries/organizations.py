"""Reads of organizations: one's own, and the operator's queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.accounts.queries.members import MemberRow, member_rows
from app.uploads.queries import UploadRow, upload_rows
from models.accounts.standing import Standing, Step, possible_steps
from models.accounts.tables import Membership, Organization, OrganizationDocument
from models.errors import NotFound
from models.permissions import Actor, Capability, require, require_organization

PAGE_SIZE = 50
# The operator's work first, what is settled last.
_QUEUE = {
    Standing.SUBMITTED: 0,
    Standing.SUSPENDED: 1,
    Standing.RETURNED: 2,
    Standing.NEW: 3,
    Standing.VERIFIED: 4,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationRow:
    """An organization with all that only its people and the operator see."""

    id: int
    name: str
    name_zh: str | None
    country: str
    register: str
    register_number: str | None
    standing: Standing
    standing_note: str
    verified_at: datetime | None
    created_at: datetime
    demonstration: bool

    @property
    def name_en(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    id: int
    kind: str
    file: UploadRow
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationPage:
    """One organization as the operator and the auditor see it."""

    organization: OrganizationRow
    documents: tuple[DocumentRow, ...]
    members: tuple[MemberRow, ...]
    # Others that claim the same number; the one that holds it, if any, first.
    rivals: tuple[OrganizationRow, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationQueue:
    rows: tuple[OrganizationRow, ...]
    count: int
    counts: dict[Standing, int]
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOrganization:
    organization: OrganizationRow
    documents: tuple[DocumentRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRow:
    """An organization that the person may act for."""

    id: int
    name: str
    name_zh: str | None
    role: str

    @property
    def name_en(self) -> str:
        return self.name


def own_organization(session: Session, *, actor: Actor) -> OwnOrganization:
    """The organization the actor acts for, with the papers it showed the operator."""
    organization = session.get_one(Organization, require_organization(actor, Capability.READ_OWN))
    return OwnOrganization(
        organization=_row(organization), documents=_documents(session, organization.id)
    )


def organization_name(session: Session, organization_id: int) -> tuple[str, str | None]:
    """The name in both languages."""
    organization = session.get_one(Organization, organization_id)
    return organization.name, organization.name_zh


def organizations_of(session: Session, user_id: int) -> tuple[ChoiceRow, ...]:
    """The organizations that a person may act for, in the order they were joined."""
    query = (
        select(Organization.id, Organization.name, Organization.name_zh, Membership.role)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.id)
    )
    return tuple(ChoiceRow(**row) for row in session.execute(query).mappings())


def standing_of(session: Session, organization_id: int) -> Standing | None:
    found = session.scalar(select(Organization.standing).where(Organization.id == organization_id))
    return None if found is None else Standing(found)


def organization_queue(
    session: Session, *, standing: Standing | None, sought: str, page: int, actor: Actor
) -> OrganizationQueue:
    """The operator's queue: what waits first, oldest first within it."""
    require(actor, Capability.READ_VERIFICATIONS)
    wanted = []
    if standing is not None:
        wanted.append(Organization.standing == standing.value)
    if sought:
        pattern = f"%{_literally(sought)}%"
        wanted.append(
            Organization.name.ilike(pattern, escape="\\")
            | Organization.name_zh.ilike(pattern, escape="\\")
            | Organization.register_number.ilike(pattern, escape="\\")
        )
    count = session.scalar(select(func.count(Organization.id)).where(*wanted)) or 0
    pages = max(1, -(-count // PAGE_SIZE))
    rank = case({s.value: number for s, number in _QUEUE.items()}, value=Organization.standing)
    query = (
        select(Organization)
        .where(*wanted)
        .order_by(rank, Organization.id)
        .limit(PAGE_SIZE)
        .offset((min(page, pages) - 1) * PAGE_SIZE)
    )
    by_standing = select(Organization.standing, func.count()).group_by(Organization.standing)
    return OrganizationQueue(
        rows=tuple(map(_row, session.scalars(query))),
        count=count,
        counts={Standing(name): number for name, number in session.execute(by_standing)},
        page=min(page, pages),
        pages=pages,
    )


def organization_page(session: Session, organization_id: int, *, actor: Actor) -> OrganizationPage:
    require(actor, Capability.READ_VERIFICATIONS)
    organization = session.get(Organization, organization_id)
    if organization is None:
        raise NotFound("organization-unknown", "There is no such organization.")
    steps = possible_steps(organization.known_standing)
    return OrganizationPage(
        organization=_row(organization),
        documents=_documents(session, organization_id),
        members=member_rows(session, organization_id),
        rivals=_rivals(session, organization),
        steps=steps if actor.may(Capability.VERIFY_ORGANIZATIONS) else (),
    )


def _rivals(session: Session, organization: Organization) -> tuple[OrganizationRow, ...]:
    if organization.register_number is None:
        return ()
    query = (
        select(Organization)
        .where(
            Organization.register == organization.register,
            Organization.country == organization.country,
            Organization.register_number == organization.register_number,
            Organization.id != organization.id,
        )
        .order_by(Organization.verified_at.is_(None), Organization.id)
    )
    return tuple(map(_row, session.scalars(query)))


def _documents(session: Session, organization_id: int) -> tuple[DocumentRow, ...]:
    query = (
        select(OrganizationDocument)
        .where(OrganizationDocument.organization_id == organization_id)
        .order_by(OrganizationDocument.id)
    )
    documents: Sequence[OrganizationDocument] = session.scalars(query).all()
    files = upload_rows(session, [document.upload_id for document in documents])
    return tuple(
        DocumentRow(
            id=document.id,
            kind=document.kind,
            file=files[document.upload_id],
            created_at=document.created_at,
        )
        for document in documents
    )


def _row(organization: Organization) -> OrganizationRow:
    return OrganizationRow(
        id=organization.id,
        name=organization.name,
        name_zh=organization.name_zh,
        country=organization.country,
        register=organization.register,
        register_number=organization.register_number,
        standing=organization.known_standing,
        standing_note=organization.standing_note,
        verified_at=organization.verified_at,
        created_at=organization.created_at,
        demonstration=organization.demonstration,
    )


def _literally(sought: str) -> str:
    """What is sought, with the signs that a pattern reads as anything."""
    return sought.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
