"""Reads of messages: one to be sent, those that wait too long, those to one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from models.journal.tables import StoredMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as its sender needs it: it outlives the session that read it."""

    id: int
    channel: str
    address: str
    language: str
    subject: str
    body: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageToPerson:
    """What a person is told about a message that they were sent."""

    purpose: str
    channel: str
    address: str
    subject: str
    body: str
    created_at: datetime
    sent_at: datetime | None


def unsent_letter(session: Session, message_id: int) -> Letter | None:
    """The message, unless it has been sent, was refused for good, or is deleted."""
    query = select(
        StoredMessage.id,
        StoredMessage.channel,
        StoredMessage.address,
        StoredMessage.language,
        StoredMessage.subject,
        StoredMessage.body,
        StoredMessage.created_at,
    ).where(
        StoredMessage.id == message_id,
        StoredMessage.sent_at.is_(None),
        StoredMessage.failed_at.is_(None),
    )
    found = session.execute(query).mappings().first()
    return None if found is None else Letter(**found)


def waiting_messages(session: Session, *, written_before: datetime) -> int:
    """How many messages should have been sent by now."""
    waiting = select(func.count()).where(
        StoredMessage.sent_at.is_(None),
        StoredMessage.failed_at.is_(None),
        StoredMessage.created_at < written_before,
    )
    return session.scalar(waiting) or 0


def refused_messages(session: Session, *, since: datetime) -> dict[str, int]:
    """How many messages a provider refused for good, by its reason."""
    refused = (
        select(StoredMessage.failure, func.count())
        .where(StoredMessage.failed_at >= since)
        .group_by(StoredMessage.failure)
        .order_by(StoredMessage.failure)
    )
    return {reason or "": count for reason, count in session.execute(refused)}


def messages_to(session: Session, user_id: int, *, addresses: list[str]) -> list[MessageToPerson]:
    """Everything that one person was written and that is still kept, oldest first."""
    query = (
        select(
            StoredMessage.purpose,
            StoredMessage.channel,
            StoredMessage.address,
            StoredMessage.subject,
            # What opens something is for the mailbox alone, not for whoever sits at the screen.
            case((StoredMessage.confidential, ""), else_=StoredMessage.body).label("body"),
            StoredMessage.created_at,
            StoredMessage.sent_at,
        )
        .where(or_(StoredMessage.user_id == user_id, StoredMessage.address.in_(addresses)))
        .order_by(StoredMessage.id)
    )
    return [MessageToPerson(**row) for row in session.execute(query).mappings()]
