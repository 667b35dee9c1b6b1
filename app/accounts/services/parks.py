"""Use cases of parks: who manages one, who belongs to one, and who may look into whose details."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.inputs.organizations import AppointManager, ChoosePark, GrantInsight
from app.accounts.queries.holding import lock_own_organization
from app.accounts.queries.parks import possible_readers
from app.database import lock_name
from app.journal.services import record
from models.accounts.events import InsightChanged, ParkManagerAppointed, ParkMembershipChanged
from models.accounts.standing import Standing
from models.accounts.tables import InsightGrant, Organization, ParkManagement, ParkMembership
from models.errors import Invalid, NotFound
from models.permissions import Actor, Capability, require
from models.places.tables import Park


def appoint_manager(
    session: Session, park_id: int, command: AppointManager, *, actor: Actor, now: datetime
) -> None:
    """The operator says which organization manages a park, or that none does."""
    require(actor, Capability.MANAGE_PARKS)
    lock_name(session, f"park:{park_id}")
    if session.get(Park, park_id) is None:
        raise NotFound("park-unknown", "There is no such park.")
    manager_id = command.organization_id
    if manager_id is not None:
        organization = session.get(Organization, manager_id)
        if organization is None or organization.known_standing is not Standing.VERIFIED:
            raise Invalid(
                "manager-unverified",
                "Only a verified organization can manage a park.",
                field="organization_id",
            )
    management = session.get(ParkManagement, park_id)
    former_id = None if management is None else management.organization_id
    if former_id == manager_id:
        return
    if management is not None:
        session.delete(management)
        session.flush()
    if manager_id is not None:
        session.add(ParkManagement(park_id=park_id, organization_id=manager_id, created_at=now))
    session.flush()
    event = ParkManagerAppointed(park_id=park_id, organization_id=manager_id)
    record(session, event, now=now, actor=actor)
    if former_id is not None:
        grants = select(InsightGrant).where(InsightGrant.reader_id == former_id)
        _drop_groundless(session, session.scalars(grants), actor=actor, now=now)


def join_park(session: Session, command: ChoosePark, *, actor: Actor, now: datetime) -> None:
    """From now on the organization counts in the sums of the park."""
    organization = lock_own_organization(
        session, actor=actor, capability=Capability.MANAGE_ORGANIZATION
    )
    if session.get(Park, command.park_id) is None:
        raise Invalid("park-choice", "Choose one of the parks.", field="park_id")
    key = (command.park_id, organization.id)
    if session.get(ParkMembership, key) is not None:
        return
    session.add(
        ParkMembership(park_id=command.park_id, organization_id=organization.id, created_at=now)
    )
    session.flush()
    _note_membership(session, key, member=True, actor=actor, now=now)


def leave_park(session: Session, park_id: int, *, actor: Actor, now: datetime) -> None:
    organization = lock_own_organization(
        session, actor=actor, capability=Capability.MANAGE_ORGANIZATION
    )
    key = (park_id, organization.id)
    membership = session.get(ParkMembership, key)
    if membership is None:
        return
    session.delete(membership)
    session.flush()
    _note_membership(session, key, member=False, actor=actor, now=now)
    grants = select(InsightGrant).where(InsightGrant.organization_id == organization.id)
    _drop_groundless(session, session.scalars(grants), actor=actor, now=now)


def _drop_groundless(
    session: Session, grants: Iterable[InsightGrant], *, actor: Actor, now: datetime
) -> None:
    """What was granted to the manager of a park ends when it is the manager no more."""
    for grant in list(grants):
        readers = {reader.id for reader in possible_readers(session, grant.organization_id)}
        if grant.reader_id not in readers:
            _drop(session, grant, actor=actor, now=now)


def _drop(session: Session, grant: InsightGrant, *, actor: Actor, now: datetime) -> None:
    event = InsightChanged(
        organization_id=grant.organization_id, reader_id=grant.reader_id, granted=False
    )
    session.delete(grant)
    session.flush()
    record(session, event, now=now, actor=actor)


def _note_membership(
    session: Session, key: tuple[int, int], *, member: bool, actor: Actor, now: datetime
) -> None:
    park_id, organization_id = key
    event = ParkMembershipChanged(park_id=park_id, organization_id=organization_id, member=member)
    record(session, event, now=now, actor=actor)


def grant_insight(session: Session, command: GrantInsight, *, actor: Actor, now: datetime) -> None:
    """Let the manager of one's park, or a facilitator, look into the organization's details."""
    organization = lock_own_organization(
        session, actor=actor, capability=Capability.MANAGE_ORGANIZATION
    )
    readers = possible_readers(session, organization.id)
    if command.reader_id not in {reader.id for reader in readers}:
        raise Invalid(
            "reader-choice",
            "Choose the manager of your park, or a facilitator.",
            field="reader_id",
        )
    if session.get(InsightGrant, (organization.id, command.reader_id)) is not None:
        return
    session.add(
        InsightGrant(organization_id=organization.id, reader_id=command.reader_id, created_at=now)
    )
    session.flush()
    event = InsightChanged(
        organization_id=organization.id, reader_id=command.reader_id, granted=True
    )
    record(session, event, now=now, actor=actor)


def withdraw_insight(session: Session, reader_id: int, *, actor: Actor, now: datetime) -> None:
    """From the next press on the other one sees no more than everybody."""
    organization = lock_own_organization(
        session, actor=actor, capability=Capability.MANAGE_ORGANIZATION
    )
    grant = session.get(InsightGrant, (organization.id, reader_id))
    if grant is not None:
        _drop(session, grant, actor=actor, now=now)
