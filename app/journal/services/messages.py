"""Messages to people: written in the transaction of what they tell, sent by a job afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app.journal.inputs import Message, SendMessage
from app.journal.services.jobs import add_job
from models.journal.messages import check_envelope
from models.journal.tables import StoredMessage
from models.permissions import Actor, Capability, require

ERASED: Final = ""


def send_message(session: Session, message: Message, *, now: datetime) -> int:
    """Put a message on its way; return its id. Nothing is sent unless this transaction commits."""
    check_envelope(message.channel, message.address, message.subject, message.body)
    row = StoredMessage(**message.model_dump(), created_at=now)
    session.add(row)
    session.flush()
    command = SendMessage(message_id=row.id)
    # With the instant: SQLite gives the number of a deleted message to the next one.
    add_job(session, command, run_at=now, dedupe_key=f"message:{row.id}:{now.isoformat()}")
    session.flush()
    return row.id


def note_message_sent(
    session: Session, message_id: int, *, failure: str | None, now: datetime
) -> None:
    """Mark a message as sent, or as refused for good; what opens something is forgotten at once."""
    row = session.scalar(
        select(StoredMessage).where(StoredMessage.id == message_id).with_for_update()
    )
    if row is None or row.sent_at is not None or row.failed_at is not None:
        return  # deleted with its person meanwhile, or noted by an earlier attempt
    if failure is None:
        row.sent_at = now
    else:
        row.failed_at, row.failure = now, failure
    if row.confidential:
        row.subject = row.body = ERASED
        row.erased_at = now
    session.flush()


def erase_messages(session: Session, *, before: datetime, actor: Actor, now: datetime) -> int:
    """Forget to whom and what was written before an instant; that it was sent stays known."""
    require(actor, Capability.KEEP_JOURNAL)
    ended = or_(StoredMessage.sent_at.is_not(None), StoredMessage.failed_at.is_not(None))
    old = (
        update(StoredMessage)
        .where(StoredMessage.created_at < before, StoredMessage.address != ERASED, ended)
        .values(address=ERASED, subject=ERASED, body=ERASED, user_id=None, erased_at=now)
        .returning(StoredMessage.id)
    )
    return len(session.scalars(old).all())


def delete_messages_of(session: Session, user_id: int, *, addresses: list[str]) -> None:
    """Delete every message to a person, sent or not; called by the service that deletes them."""
    to_person = or_(StoredMessage.user_id == user_id, StoredMessage.address.in_(addresses))
    session.execute(delete(StoredMessage).where(to_person))
