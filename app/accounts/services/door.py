"""Who comes in: what a request presents, turned into the frame it is answered in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.queries.frames import find_frame
from app.settings import SessionPolicy
from models.accounts.tables import ApiToken, LoginSession
from models.permissions import Frame, Presented

_PRESENCE_EVERY: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Door:
    """What the edge knows of accounts; see `app.edge.Doorkeeper`."""

    policy: SessionPolicy

    def find(self, session: Session, presented: Presented, now: datetime) -> Frame:
        return find_frame(session, presented, now=now, policy=self.policy)

    def is_presence_due(self, frame: Frame, now: datetime) -> bool:
        """Whether it is time to note that the browser, or the token, is still in use."""
        if frame.seen_at is None:
            return frame.token_id is not None  # a token that is used for the first time
        return now - frame.seen_at >= _PRESENCE_EVERY

    def note_presence(self, session: Session, frame: Frame, now: datetime) -> None:
        if frame.token_id is not None:
            of_token = update(ApiToken).where(ApiToken.id == frame.token_id)
            session.execute(of_token.values(last_used_at=now))
            return
        session.execute(
            update(LoginSession)
            .where(LoginSession.id == frame.login_session_id, LoginSession.ended_at.is_(None))
            .values(last_seen_at=now)
        )
