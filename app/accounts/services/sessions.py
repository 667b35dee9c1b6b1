"""Use cases of signed-in browsers: open a session, end it, and act in it for an organization."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.queries.frames import hash_of
from app.database import origin_of
from models.accounts.tables import LoginSession, Membership
from models.errors import NotAllowed, NotFound
from models.permissions import Actor, Capability, require_user

_AGENT_LENGTH_MAX = 200


def open_login_session(
    session: Session, user_id: int, *, via: str, second_factor: bool, now: datetime
) -> str:
    """Note a browser that has just signed in, and return the secret that its cookie holds.

    The person acts for the organization that was joined first, until another is chosen.
    """
    secret = secrets.token_urlsafe(32)
    first = (
        select(Membership.organization_id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.id)
        .limit(1)
    )
    origin = origin_of(session)
    session.add(
        LoginSession(
            user_id=user_id,
            organization_id=session.scalar(first),
            token_hash=hash_of(secret),
            via=via,
            second_factor=second_factor,
            address=origin.address,
            agent=origin.agent[:_AGENT_LENGTH_MAX],
            created_at=now,
            authenticated_at=now,
            last_seen_at=now,
        )
    )
    session.flush()
    return secret


def end_login_session(
    session: Session, login_session_id: int, *, actor: Actor, now: datetime
) -> None:
    """Sign a browser of the actor's own out."""
    user_id = require_user(actor, Capability.USE_ACCOUNT)
    own = (LoginSession.id == login_session_id, LoginSession.user_id == user_id)
    if session.scalar(select(LoginSession.id).where(*own)) is None:
        raise NotFound("session-unknown", "There is no such session.")
    _end(session, [*own], now)


def end_login_sessions_of(
    session: Session, user_id: int, *, but: int | None = None, now: datetime
) -> None:
    """Sign a person out everywhere, as after a new password; called by other services only."""
    kept = [] if but is None else [LoginSession.id != but]
    _end(session, [LoginSession.user_id == user_id, *kept], now)


def choose_organization(
    session: Session, login_session_id: int, organization_id: int, *, actor: Actor
) -> None:
    """From now on, act in this browser for another organization the person belongs to."""
    user_id = require_user(actor, Capability.USE_ACCOUNT)
    member = select(Membership.id).where(
        Membership.user_id == user_id, Membership.organization_id == organization_id
    )
    if session.scalar(member) is None:
        raise NotAllowed("not-a-member", "You do not belong to this organization.")
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == login_session_id, LoginSession.user_id == user_id)
        .values(organization_id=organization_id)
    )


def _end(session: Session, which: Sequence[object], now: datetime) -> None:
    open_ones = update(LoginSession).where(*which, LoginSession.ended_at.is_(None))  # type: ignore[arg-type]
    session.execute(open_ones.values(ended_at=now))
