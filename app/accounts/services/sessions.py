"""Use cases of signed-in browsers: open a session, end it, and act in it for an organization."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.queries.hashes import hash_of
from app.accounts.services.notices import write_notice
from app.accounts.services.trail import note_of_person
from app.database import origin_of
from models.accounts.agents import known_agent
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


def renew_login_session(
    session: Session,
    login_session_id: int,
    *,
    second_factor: bool = False,
    proved: bool = True,
    now: datetime,
) -> str:
    """Give a browser a new secret, so that one that was stolen before opens nothing any more.

    `proved`: the person has just shown again who they are; `second_factor`: by a second means.
    """
    secret = secrets.token_urlsafe(32)
    login = session.execute(
        select(LoginSession)
        .where(LoginSession.id == login_session_id, LoginSession.ended_at.is_(None))
        .with_for_update()
    ).scalar_one_or_none()
    if login is None:
        raise NotFound("session-unknown", "There is no such session.")
    login.token_hash = hash_of(secret)
    login.second_factor = login.second_factor or second_factor
    if proved:
        login.authenticated_at = now
    session.flush()
    return secret


def admit_person(
    session: Session, user_id: int, *, via: str, second_factor: bool, account: str, now: datetime
) -> str:
    """Sign a person in who has proved enough, and write to them if the browser is a new one.

    `account`: the address of the page on which they could end it.
    """
    origin = origin_of(session)
    earlier = session.execute(
        select(LoginSession.address, LoginSession.agent).where(LoginSession.user_id == user_id)
    ).all()
    agent = origin.agent[:_AGENT_LENGTH_MAX]
    if earlier and not any((row.address, row.agent) == (origin.address, agent) for row in earlier):
        write_notice(
            session,
            user_id,
            "new_browser",
            now=now,
            agent=known_agent(agent),
            address=origin.address,
            account=account,
        )
    note_of_person(session, user_id, "account.signed_in", now=now, after={"via": via})
    return open_login_session(session, user_id, via=via, second_factor=second_factor, now=now)


def end_login_session(
    session: Session, login_session_id: int, *, actor: Actor, now: datetime
) -> None:
    """Sign a browser of the actor's own out."""
    user_id = require_user(actor, Capability.USE_ACCOUNT)
    own = (LoginSession.id == login_session_id, LoginSession.user_id == user_id)
    if session.scalar(select(LoginSession.id).where(*own)) is None:
        raise NotFound("session-unknown", "There is no such session.")
    _end(session, [*own], now)
    note_of_person(session, user_id, "account.session_ended", now=now)


def end_login_sessions_of(
    session: Session, user_id: int, *, but: int | None = None, now: datetime
) -> None:
    """Sign a person out everywhere, as after a new password; called by other services only."""
    kept = [] if but is None else [LoginSession.id != but]
    _end(session, [LoginSession.user_id == user_id, *kept], now)
    note_of_person(session, user_id, "account.sessions_ended", now=now)


def end_one_factor_sessions_of(
    session: Session, user_id: int, *, but: int | None, now: datetime
) -> None:
    """Sign out whoever came in by the password alone, now that more than that is asked for.

    Else a thief who signed in before could still add a factor of his own. Called by edges only.
    """
    kept = [] if but is None else [LoginSession.id != but]
    alone = [LoginSession.user_id == user_id, LoginSession.second_factor.is_(False)]
    _end(session, [*alone, *kept], now)


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
