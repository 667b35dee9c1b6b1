"""Jobs of the journal. The worker opens the transaction, because it also marks the job done."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.journal.inputs import PurgeJournal
from app.journal.services import purge_journal
from models.permissions import SYSTEM


def run_purge_journal(session: Session, command: PurgeJournal, now: datetime) -> None:
    purge_journal(session, before=now - timedelta(days=command.keep_days), actor=SYSTEM)
