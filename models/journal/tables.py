"""Events that were recorded, jobs to be done, and the schedule that asks for more of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

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
