"""Put off what can wait, and see every job through to one end."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.database import lock_name
from app.journal.inputs import JobCommand, ScheduledCommand
from app.journal.queries.queue import ClaimedJob, lock_due_job, lock_due_schedules
from models.errors import Conflict, NotFound
from models.journal.masking import masked
from models.journal.recurrence import latest_occurrence, next_occurrence
from models.journal.retry import STANDARD_RETRY, RetryPolicy, next_attempt
from models.journal.tables import Job, Schedule
from models.permissions import Actor, Capability, require

_ERROR_LENGTH_MAX: Final = 4_000
_WORKER_LOST: Final = "The worker that held this job was lost."


def enqueue(session: Session, command: JobCommand, *, run_at: datetime, dedupe_key: str) -> None:
    """Put a job into the queue once; the same key again changes nothing, until it is purged."""
    lock_name(session, f"job:{dedupe_key}")
    if session.scalar(select(Job.id).where(Job.dedupe_key == dedupe_key)) is not None:
        return
    add_job(session, command, run_at=run_at, dedupe_key=dedupe_key)
    session.flush()


def add_job(session: Session, command: JobCommand, *, run_at: datetime, dedupe_key: str) -> None:
    """Put a job into the queue under a key that nobody else can make: no lock is needed."""
    session.add(_job(command.kind, _stored(command), run_at=run_at, dedupe_key=dedupe_key))


def claim_job(
    session: Session,
    *,
    now: datetime,
    lease: timedelta,
    token: str,
    retry: RetryPolicy = STANDARD_RETRY,
) -> ClaimedJob | None:
    """Lease the next due job to the holder of `token`; a lease that ran out is taken over.

    The attempt is counted here and not when the job fails: a job that takes its worker down with
    it never gets to fail, and must still end as a dead letter.
    """
    while (job := lock_due_job(session, now=now)) is not None:
        if job.lease_token is not None:
            job.last_error = _WORKER_LOST
        if job.attempts < retry.attempts_max:
            break
        job.lease_token = job.leased_until = None
        job.dead_at = now
        session.flush()
    if job is None:
        return None
    job.attempts += 1
    job.lease_token, job.leased_until = token, now + lease
    session.flush()
    return ClaimedJob(
        id=job.id, kind=job.kind, payload=job.payload, attempts=job.attempts, token=token
    )


def renew_lease(session: Session, claimed: ClaimedJob, *, now: datetime, lease: timedelta) -> bool:
    """Hold on to a job that takes long. False if it is not held any more."""
    return _change_held(session, claimed, leased_until=now + lease)


def finish_job(session: Session, claimed: ClaimedJob, *, now: datetime) -> bool:
    """Mark the job done, in the transaction of its effects. False if it is not held any more."""
    return _change_held(session, claimed, done_at=now, lease_token=None, leased_until=None)


def fail_job(
    session: Session,
    claimed: ClaimedJob,
    error: Exception,
    *,
    now: datetime,
    retry: RetryPolicy = STANDARD_RETRY,
) -> bool:
    """Put the job back for a later attempt, or give it up. False if it is not held any more."""
    again_at = next_attempt(claimed.id, attempts=claimed.attempts, now=now, policy=retry)
    end = {"dead_at": now} if again_at is None else {"run_at": again_at}
    return _change_held(
        session, claimed, lease_token=None, leased_until=None, last_error=_error_text(error), **end
    )


def revive_dead_job(session: Session, job_id: int, *, actor: Actor, now: datetime) -> None:
    """Give a dead letter all its attempts again, once its cause has been removed."""
    require(actor, Capability.KEEP_JOURNAL)
    job = session.scalar(select(Job).where(Job.id == job_id).with_for_update())
    if job is None:
        raise NotFound("job-unknown", "There is no such job.")
    if job.dead_at is None:
        raise Conflict("job-not-dead", "Only a job that was given up can be revived.")
    job.dead_at = None
    job.attempts = 0
    job.run_at = now
    session.flush()


def set_schedules(
    session: Session, wanted: Sequence[ScheduledCommand], *, actor: Actor, now: datetime
) -> None:
    """Make the schedule hold exactly what is wanted.

    A schedule that keeps its interval keeps its place too, so setting up again neither skips an
    occurrence that is due nor brings one forward.
    """
    require(actor, Capability.KEEP_JOURNAL)
    lock_name(session, "schedule")
    session.execute(delete(Schedule).where(Schedule.name.not_in(_names(wanted))))
    present = {row.name: row for row in session.scalars(select(Schedule).with_for_update())}
    for each in wanted:
        every_seconds = int(each.every.total_seconds())
        row = present.get(each.name)
        if row is None:
            row = Schedule(name=each.name)
            session.add(row)
        if row.every_seconds != every_seconds:
            row.every_seconds = every_seconds
            row.next_run_at = next_occurrence(each.any_occurrence, each.every, now)
        row.kind, row.payload = each.command.kind, _stored(each.command)
    session.flush()


def enqueue_due_schedules(session: Session, *, now: datetime) -> int:
    """Enqueue the latest occurrence of every due schedule; return how many were due.

    Occurrences missed while no worker ran collapse into that one. The occurrence is in the dedupe
    key, and the schedule's row is locked: each is enqueued once, whoever else is looking.
    """
    due = lock_due_schedules(session, now=now)
    for schedule in due:
        every = timedelta(seconds=schedule.every_seconds)
        occurrence = latest_occurrence(schedule.next_run_at, every, now)
        key = f"schedule:{schedule.name}:{occurrence.isoformat()}"
        # A changed interval can lead back to an instant that was already enqueued.
        if session.scalar(select(Job.id).where(Job.dedupe_key == key)) is None:
            job = _job(schedule.kind, schedule.payload, run_at=occurrence, dedupe_key=key)
            session.add(job)
        schedule.next_run_at = occurrence + every
    session.flush()
    return len(due)


def purge_journal(session: Session, *, before: datetime, actor: Actor) -> int:
    """Forget the jobs done before an instant; return how many. Dead letters stay until revived."""
    require(actor, Capability.KEEP_JOURNAL)
    gone = delete(Job).where(Job.done_at < before).returning(Job.id)
    return len(session.scalars(gone).all())


def _job(kind: str, payload: dict[str, Any], *, run_at: datetime, dedupe_key: str) -> Job:
    return Job(kind=kind, payload=payload, run_at=run_at, dedupe_key=dedupe_key)


def _stored(command: JobCommand) -> dict[str, Any]:
    return command.model_dump(mode="json", by_alias=True)


def _names(wanted: Iterable[ScheduledCommand]) -> list[str]:
    names = [each.name for each in wanted]
    if len(set(names)) < len(names):
        raise ValueError("two schedules have the same name")
    return names


def _change_held(session: Session, claimed: ClaimedJob, **values: object) -> bool:
    """Change the job if its lease still carries the token of `claimed`."""
    change = (
        update(Job)
        .where(Job.id == claimed.id, Job.lease_token == claimed.token)
        .values(**values)
        .returning(Job.id)
    )
    return session.scalar(change) is not None


def _error_text(error: Exception) -> str:
    """The end of the traceback, which says most, in characters that every database stores."""
    told = masked("".join(traceback.format_exception(error))).replace("\x00", "\\x00")
    return told.encode("utf-8", "backslashreplace").decode("utf-8")[-_ERROR_LENGTH_MAX:]
