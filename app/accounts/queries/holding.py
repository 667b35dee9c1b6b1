"""Rows of accounts, locked for whoever is about to change them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.standing import Standing
from models.accounts.tables import (
    ApiToken,
    Driver,
    Invitation,
    Membership,
    Organization,
    ParkManagement,
    User,
)
from models.errors import NotAllowed, NotFound
from models.permissions import Actor, Capability, Role, require_organization, require_user


def lock_organization(session: Session, organization_id: int) -> Organization:
    """An organization, for whoever changes it or its members: owners are counted one at a time."""
    found = session.get(Organization, organization_id, with_for_update=True)
    if found is None:
        raise NotFound("organization-unknown", "There is no such organization.")
    return found


def hold_standing(session: Session, organization_id: int) -> None:
    """Refuse a suspended organization to start something.

    It cannot be suspended meanwhile either, until what it starts is there to be stopped.
    """
    query = select(Organization.standing).where(Organization.id == organization_id)
    if session.scalar(query.with_for_update(read=True)) == Standing.SUSPENDED.value:
        raise NotAllowed(
            "organization-suspended", "Your organization is suspended: it can start nothing new."
        )


def lock_own_organization(
    session: Session, *, actor: Actor, capability: Capability
) -> Organization:
    return lock_organization(session, require_organization(actor, capability))


def lock_member(session: Session, membership_id: int, *, organization_id: int) -> Membership:
    query = (
        select(Membership)
        .where(Membership.id == membership_id, Membership.organization_id == organization_id)
        .with_for_update()
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("member-unknown", "The organization has no such member.")
    return found


def lock_invitation(session: Session, invitation_id: int, *, organization_id: int) -> Invitation:
    query = (
        select(Invitation)
        .where(Invitation.id == invitation_id, Invitation.organization_id == organization_id)
        .with_for_update()
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("invitation-unknown", "There is no such invitation.")
    return found


def lock_token(session: Session, token_id: int, *, organization_id: int) -> ApiToken:
    query = (
        select(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.organization_id == organization_id)
        .with_for_update()
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("token-unknown", "There is no such token.")
    return found


def lock_driver(session: Session, driver_id: int, *, organization_id: int) -> Driver:
    query = (
        select(Driver)
        .where(Driver.id == driver_id, Driver.organization_id == organization_id)
        .with_for_update()
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("driver-unknown", "There is no such driver.")
    return found


def confirmed_person(session: Session, *, actor: Actor, capability: Capability) -> User | None:
    """The person who acts, if the address is known to be theirs."""
    user = session.get_one(User, require_user(actor, capability))
    return user if user.confirmed_at is not None and user.disabled_at is None else None


def belongs_to(session: Session, user_id: int | None, organization_id: int) -> bool:
    """Whether a person is of an organization, also while acting for another one."""
    query = select(Membership.id).where(
        Membership.user_id == user_id, Membership.organization_id == organization_id
    )
    return user_id is not None and session.scalar(query) is not None


def roles_in(session: Session, organization_id: int) -> dict[int, Role]:
    """The roles of an organization by membership."""
    query = select(Membership.id, Membership.role).where(
        Membership.organization_id == organization_id
    )
    return {membership_id: Role(role) for membership_id, role in session.execute(query)}


def offices_of(session: Session, organization_id: int) -> frozenset[Role]:
    """The offices that an organization can have people for.

    A park's manager is appointed for a park. The others are offices of the installation: whoever
    is verified can be called to one.
    """
    standing = session.scalar(
        select(Organization.standing).where(Organization.id == organization_id)
    )
    if standing != Standing.VERIFIED.value:
        return frozenset()
    offices = {Role.FACILITATOR, Role.AUDITOR, Role.OPERATOR}
    managed = select(ParkManagement.park_id).where(
        ParkManagement.organization_id == organization_id
    )
    if session.scalar(managed.limit(1)) is not None:
        offices.add(Role.PARK_MANAGER)
    return frozenset(offices)
