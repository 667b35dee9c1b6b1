"""Act for another organization: with a new secret, as whenever somebody may do other things."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.services.sessions import choose_organization, renew_login_session
from models.permissions import Actor


def act_for_organization(
    session: Session,
    login_session_id: int,
    organization_id: int,
    *,
    actor: Actor,
    now: datetime,
) -> str:
    """From now on act for this organization in this browser; returns what its cookie holds."""
    choose_organization(session, login_session_id, organization_id, actor=actor)
    return renew_login_session(session, login_session_id, proved=False, now=now)
