"""Who a request comes from."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.settings import SessionPolicy
from models.accounts.standing import Standing, limits_of
from models.accounts.tables import InsightGrant, LoginSession, Membership, Organization, User
from models.permissions import Actor, Capability, Frame, Presented, Role


def hash_of(secret: str) -> str:
    """What is kept of a random secret: with 256 bits in it a fast hash gives nothing away."""
    return sha256(secret.encode()).hexdigest()


def find_frame(
    session: Session, presented: Presented, *, now: datetime, policy: SessionPolicy
) -> Frame:
    """Who acts for which organization; a visitor if what is presented opens nothing any more."""
    demonstration = holds_demonstration(session)
    visiting = Frame(demonstration=demonstration)
    if not presented.login:
        return visiting
    found = session.execute(
        select(LoginSession, User.name)
        .join(User, User.id == LoginSession.user_id)
        .where(
            LoginSession.token_hash == hash_of(presented.login),
            LoginSession.ended_at.is_(None),
            LoginSession.last_seen_at > now - policy.idle,
            LoginSession.created_at > now - policy.absolute,
            User.disabled_at.is_(None),
        )
    ).first()
    if found is None:
        return visiting
    login, user_name = found
    actor, organization_name = _acting(session, login)
    return Frame(
        actor=actor,
        user_name=user_name,
        organization_name=organization_name,
        demonstration=demonstration,
        login_session_id=login.id,
        authenticated_at=login.authenticated_at,
        seen_at=login.last_seen_at,
    )


def _acting(session: Session, login: LoginSession) -> tuple[Actor, str]:
    """The actor of a signed-in browser: a guest once the membership it acted under has ended."""
    member = session.execute(
        select(Membership.role, Organization.id, Organization.name, Organization.standing)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(
            Membership.user_id == login.user_id,
            Membership.organization_id == login.organization_id,
        )
    ).first()
    if member is None:
        guest = Actor(user_id=login.user_id, organization_id=None, role=Role.GUEST)
        return guest, ""
    role, organization_id, name, standing = member
    actor = Actor(
        user_id=login.user_id,
        organization_id=organization_id,
        role=Role(role),
        limits=limits_of(Role(role), Standing(standing), second_factor=login.second_factor),
    )
    if not actor.may(Capability.READ_GRANTED):
        return actor, name
    grants = select(InsightGrant.organization_id).where(InsightGrant.reader_id == organization_id)
    insight = frozenset(session.scalars(grants))
    return Actor(
        user_id=actor.user_id,
        organization_id=organization_id,
        role=actor.role,
        limits=actor.limits,
        insight=insight,
    ), name


def holds_demonstration(session: Session) -> bool:
    """Whether estimates about real companies are on show, so that every page has to say so."""
    query = select(Organization.id).where(Organization.demonstration).limit(1)
    return session.scalar(query) is not None


def organization_by_key(session: Session, external_key: str) -> int | None:
    return session.scalar(select(Organization.id).where(Organization.external_key == external_key))
