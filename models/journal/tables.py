"""Events, jobs and their schedule, the audit trail with its chain, and messages to people."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, one_of
from models.journal.audit import Outcome
from models.journal.messages import CHANNELS

_OPEN: Final = text("done_at IS NULL AND dead_at IS NULL")
_DEAD: Final = text("dead_at IS NOT NULL")


class OutboxEvent(Base):
    """What happened. Append-only.

    Users and organizations are noted by number without a reference: the journal is more basic than
    they are, and what happened stays true when they are gone.
    """

    __tablename__ = "outbox_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(index=True)
    payload: Mapped[dict[str, Any]]
    occurred_at: Mapped[datetime]
    actor_user_id: Mapped[int | None]
    organization_id: Mapped[int | None] = mapped_column(index=True)


class Job(Base):
    """One command to be carried out once, later, by whichever worker leases it first."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        CheckConstraint("(leased_until IS NULL) = (lease_token IS NULL)", name="lease_whole"),
        CheckConstraint("done_at IS NULL OR dead_at IS NULL", name="one_end"),
        CheckConstraint(
            "lease_token IS NULL OR (done_at IS NULL AND dead_at IS NULL)", name="ended_unleased"
        ),
        # Done jobs pile up until they are purged; the due query must not wade through them.
        Index("ix_job_due", "run_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_job_dead", "dead_at", sqlite_where=_DEAD, postgresql_where=_DEAD),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    lease_token: Mapped[str | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]


class Schedule(Base):
    """A command that is enqueued again and again, at equal intervals."""

    __tablename__ = "schedule"
    __table_args__ = (CheckConstraint("every_seconds > 0", name="every_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    every_seconds: Mapped[int]
    next_run_at: Mapped[datetime]


class AuditEntry(Base):
    """Who did what, for whom, and what it changed. Append-only, and chained within seconds.

    Nothing here says who a person is: `person` is a keyed pseudonym. What leads from it to
    somebody stands in `audit_person` and may be deleted.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        one_of("outcome", Outcome, "outcome_is_known"),
        CheckConstraint("topic <> ''", name="topic_not_empty"),
        Index("ix_audit_entry_organization_id_id", "organization_id", "id"),
        Index("ix_audit_entry_person_id", "person", "id"),
        Index("ix_audit_entry_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    topic: Mapped[str] = mapped_column(index=True)
    outcome: Mapped[str]
    role: Mapped[str]
    by_token: Mapped[bool]
    person: Mapped[str | None]
    organization_id: Mapped[int | None]
    subject_kind: Mapped[str]
    subject_id: Mapped[int | None]
    # Whom it is about, where the subject is a person: a pseudonym, as `person` is.
    subject_person: Mapped[str | None] = mapped_column(index=True)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    # The event that this entry tells of, where there is one.
    event_id: Mapped[int | None]


class AuditPerson(Base):
    """Who an entry is about and where it came from: deleted with the person, or when it is old."""

    __tablename__ = "audit_person"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(index=True)
    address: Mapped[str]
    agent: Mapped[str]


class AuditPending(Base):
    """An entry that has no link yet.

    Ids are given before they are committed, so an entry may appear behind later ones: the chain
    cannot go by the highest id it has seen. This row appears and goes with the commit.
    """

    __tablename__ = "audit_pending"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), primary_key=True)


class AuditLink(Base):
    """The place of an entry in the chain. Append-only."""

    __tablename__ = "audit_link"
    __table_args__ = (CheckConstraint("position > 0", name="position_is_positive"),)

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), unique=True)
    hash: Mapped[str]
    linked_at: Mapped[datetime]


class StoredMessage(Base):
    """A message to a person: written with the change it tells of, sent by a job afterwards."""

    __tablename__ = "message"
    __table_args__ = (
        one_of("channel", CHANNELS, "channel_is_known"),
        CheckConstraint("sent_at IS NULL OR failed_at IS NULL", name="one_end"),
        Index("ix_message_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    purpose: Mapped[str]
    # By number without a reference: the journal is more basic than people.
    user_id: Mapped[int | None] = mapped_column(index=True)
    address: Mapped[str]
    language: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    # It holds a link or a code that opens something: forgotten as soon as it is sent.
    confidential: Mapped[bool]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    erased_at: Mapped[datetime | None]
