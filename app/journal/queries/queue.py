"""Reads of the journal: what is due, who holds what, and how the queue is doing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from models.journal.tables import Job, Schedule

_OPEN: Final = and_(Job.done_at.is_(None), Job.dead_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedJob:
    """A job that one worker holds, as plain values: it outlives the session that claimed it."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueHealth:
    """`due` waits for a worker now, `leased` is being worked on, `dead` needs a person."""

    due: int
    leased: int
    dead: int
    oldest_due_age: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadJob:
    id: int
    kind: str
    attempts: int
    last_error: str | None
    dead_at: datetime


def lock_due_job(session: Session, *, now: datetime) -> Job | None:
    """The job that has been due longest and nobody holds, locked; other workers pass over it."""
    due = (
        select(Job)
        .where(_due(now))
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalar(due)


def hold_lease(session: Session, claimed: ClaimedJob) -> bool:
    """Whether the lease still belongs to `claimed`; if so, nobody can take it until commit.

    On PostgreSQL the row is locked FOR KEY SHARE: that stops a claim, which wants FOR UPDATE and
    passes over what it cannot lock, and lets a renewal through, which changes no key. On SQLite
    the caller holds the write lock, without which nobody claims anything.
    """
    held = (
        select(Job.id)
        .where(Job.id == claimed.id, Job.lease_token == claimed.token)
        .with_for_update(read=True, key_share=True)
    )
    return session.scalar(held) is not None


def lock_due_schedules(session: Session, *, now: datetime) -> Sequence[Schedule]:
    due = (
        select(Schedule)
        .where(Schedule.next_run_at <= now)
        .order_by(Schedule.id)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(due).all()


def is_job_due(session: Session, *, now: datetime) -> bool:
    """A look without a lock, so that idle workers do not keep writers waiting."""
    return session.scalar(select(Job.id).where(_due(now)).limit(1)) is not None


def is_schedule_due(session: Session, *, now: datetime) -> bool:
    due = select(Schedule.id).where(Schedule.next_run_at <= now).limit(1)
    return session.scalar(due) is not None


def queue_health(session: Session, *, now: datetime) -> QueueHealth:
    due, oldest = session.execute(select(func.count(), func.min(Job.run_at)).where(_due(now))).one()
    leased = session.scalar(select(func.count()).where(_OPEN, Job.leased_until > now))
    dead = session.scalar(select(func.count()).where(Job.dead_at.is_not(None)))
    return QueueHealth(
        due=due,
        leased=leased or 0,
        dead=dead or 0,
        oldest_due_age=None if oldest is None else now - oldest,
    )


def dead_jobs(session: Session, *, limit: int = 50) -> list[DeadJob]:
    """The jobs that were given up, latest first."""
    dead = (
        select(Job.id, Job.kind, Job.attempts, Job.last_error, Job.dead_at)
        .where(Job.dead_at.is_not(None))
        .order_by(Job.dead_at.desc(), Job.id.desc())
        .limit(limit)
    )
    return [
        DeadJob(id=row.id, kind=row.kind, attempts=row.attempts, last_error=row.last_error,
                dead_at=row.dead_at)
        for row in session.execute(dead)
    ]  # fmt: skip


def _due(now: datetime) -> ColumnElement[bool]:
    """Waiting, or held by a worker whose lease ran out."""
    free = or_(Job.leased_until.is_(None), Job.leased_until <= now)
    return and_(_OPEN, Job.run_at <= now, free)
