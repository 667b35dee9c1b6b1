"""Who a request comes from."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries.bearers import find_bearer
from app.accounts.queries.drivers import find_driver
from app.accounts.queries.hashes import hash_of
from app.settings import SessionPolicy
from models.accounts.standing import Standing, limits_of
from models.accounts.tables import InsightGrant, LoginSession, Membership, Organization, User
from models.permissions import Actor, Capability, Frame, Presented, Role


def find_frame(
    session: Session, presented: Presented, *, now: datetime, policy: SessionPolicy
) -> Frame:
    """Who acts for which organization; a visitor if what is presented opens nothing any more."""
    demonstration = holds_demonstration(session)
    visiting = Frame(demonstration=demonstration)
    if presented.bearer:
        return _frame_of_program(session, presented.bearer, visiting, now)
    if presented.driver:
        return _frame_of_driver(session, presented.driver, visiting, now, policy)
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
    actor, organization_name, others = _acting(session, login)
    return Frame(
        actor=actor,
        user_name=user_name,
        organization_name=organization_name,
        other_organizations=others,
        demonstration=demonstration,
        login_session_id=login.id,
        authenticated_at=login.authenticated_at,
        seen_at=login.last_seen_at,
    )


def _frame_of_program(session: Session, written: str, visiting: Frame, now: datetime) -> Frame:
    bearer = find_bearer(session, written, now=now)
    if bearer is None:
        return visiting
    return replace(
        visiting,
        actor=bearer.actor,
        user_name=bearer.user_name,
        organization_name=bearer.organization_name,
        token_id=bearer.token_id,
        seen_at=bearer.last_used_at,
    )


def _frame_of_driver(
    session: Session, driver_pass: str, visiting: Frame, now: datetime, policy: SessionPolicy
) -> Frame:
    found = find_driver(session, driver_pass, now=now, policy=policy)
    if found is None:
        return visiting
    actor, driver = found
    return replace(
        visiting, actor=actor, user_name=driver.name, organization_name=driver.organization
    )


def _acting(
    session: Session, login: LoginSession
) -> tuple[Actor, str, tuple[tuple[int, str], ...]]:
    """The actor of a signed-in browser, and for whom else the person could act in it.

    A guest once the membership it acted under has ended.
    """
    memberships = session.execute(
        select(Membership.role, Organization.id, Organization.name, Organization.standing)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.user_id == login.user_id)
        .order_by(Membership.id)
    ).all()
    others = tuple((row.id, row.name) for row in memberships if row.id != login.organization_id)
    member = next((row for row in memberships if row.id == login.organization_id), None)
    if member is None:
        guest = Actor(user_id=login.user_id, organization_id=None, role=Role.GUEST)
        return guest, "", others
    role, standing = Role(member.role), Standing(member.standing)
    actor = Actor(
        user_id=login.user_id,
        organization_id=member.id,
        role=role,
        limits=limits_of(role, standing, second_factor=login.second_factor),
    )
    if actor.may(Capability.READ_GRANTED):
        grants = select(InsightGrant.organization_id).where(InsightGrant.reader_id == member.id)
        actor = replace(actor, insight=frozenset(session.scalars(grants)))
    return actor, member.name, others


def holds_demonstration(session: Session) -> bool:
    """Whether estimates about real companies are on show, so that every page has to say so."""
    query = select(Organization.id).where(Organization.demonstration).limit(1)
    return session.scalar(query) is not None


def organization_by_key(session: Session, external_key: str) -> int | None:
    return session.scalar(select(Organization.id).where(Organization.external_key == external_key))
