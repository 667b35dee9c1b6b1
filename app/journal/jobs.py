"""Jobs of the journal. The worker opens the transaction, because it also marks the job done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from app.database import SessionFactory
from app.journal.inputs import PurgeJournal, SendMessage
from app.journal.queries.messages import unsent_letter
from app.journal.services import (
    Sender,
    erase_messages,
    forget_audit_persons,
    note_message_sent,
    purge_journal,
)
from app.journal.services.senders import RefusedForGood
from app.settings import RetentionPolicy
from models.permissions import SYSTEM

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class JournalJobs:
    retention: RetentionPolicy
    senders: Mapping[str, Sender]

    def purge(self, session: Session, command: PurgeJournal, now: datetime) -> None:  # noqa: ARG002
        kept = self.retention
        purge_journal(session, before=now - kept.jobs, actor=SYSTEM)
        erase_messages(session, before=now - kept.messages, actor=SYSTEM, now=now)
        forget_audit_persons(session, before=now - kept.audit_persons, actor=SYSTEM)

    def hand_over(
        self,
        sessions: SessionFactory,
        command: SendMessage,
        now: datetime,  # noqa: ARG002
    ) -> SendMessage:
        """Give the message to its provider, outside any transaction."""
        with sessions() as session:
            letter = unsent_letter(session, command.message_id)
        if letter is None:
            return command
        try:
            self.senders[letter.channel].send(letter)
        except RefusedForGood as refused:
            log.warning("message_refused", message_id=letter.id, reason=refused.reason)
            return command.model_copy(update={"failure": refused.reason})
        log.info("message_sent", message_id=letter.id, channel=letter.channel)
        return command

    def note_sent(self, session: Session, command: SendMessage, now: datetime) -> None:
        note_message_sent(session, command.message_id, failure=command.failure, now=now)
