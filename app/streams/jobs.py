"""Jobs of streams. The worker opens the transaction, because it also marks the job done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.streams.inputs import PauseStreams
from app.streams.services import pause_streams_of
from models.permissions import SYSTEM


def run_pause_streams(session: Session, command: PauseStreams, now: datetime) -> None:
    pause_streams_of(session, command.organization_id, actor=SYSTEM, now=now)
