"""Reads of accounts: who a request comes from."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.tables import Membership, Organization, User
from models.permissions import Actor, Frame


def find_frame(session: Session, user_id: int | None, organization_id: int | None) -> Frame:
    """Who acts for which organization; a visitor if the account no longer may."""
    demonstration = holds_demonstration(session)
    if user_id is None or organization_id is None:
        return Frame(demonstration=demonstration)
    found = session.execute(
        select(User.name, Organization.name, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(
            User.id == user_id,
            User.disabled_at.is_(None),
            Membership.organization_id == organization_id,
        )
    ).first()
    if found is None:
        return Frame(demonstration=demonstration)
    user_name, organization_name, role = found
    actor = Actor(
        user_id=user_id, organization_id=organization_id, role=Membership(role=role).known_role
    )
    return Frame(
        actor=actor,
        user_name=user_name,
        organization_name=organization_name,
        demonstration=demonstration,
    )


def holds_demonstration(session: Session) -> bool:
    """Whether estimates about real companies are on show, so that every page has to say so."""
    query = select(Organization.id).where(Organization.demonstration).limit(1)
    return session.scalar(query) is not None


def organization_by_key(session: Session, external_key: str) -> int | None:
    return session.scalar(select(Organization.id).where(Organization.external_key == external_key))
