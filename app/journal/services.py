"""Record what happened, put off what can wait, and see every job through to one end."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.database import lock_name
from app.journal.inputs import JobCommand, ScheduledCommand
from app.journal.queries import ClaimedJob, lock_due_job, lock_due_schedules
from models.errors import Conflict, NotFound
from models.journal.events import Event
from models.journal.recurrence import latest_occurrence, next_occurrence
from models.journal.retry import STANDARD_RETRY, RetryPolicy, next_attempt
from models.journal.tables import Job, OutboxEvent, Schedule
from models.permissions import Actor, Capability, require

Kind = TypeVar("Kind", bound=Event)
Projection = Callable[[Session, Kind, int, datetime], None]
Reaction = Callable[[Kind], JobCommand]
_KEY: Final = "subscriptions"
_ERROR_LENGTH_MAX: Final = 4_000
_WORKER_LOST: Final = "The worker that held this job was lost."


@dataclass(slots=True)
class Subscriptions:
    """Who wants to hear of which event. Filled once, by app/wiring.py."""

    projections: dict[type[Event], list[Projection[Any]]] = field(default_factory=dict)
    reactions: dict[type[Event], list[Reaction[Any]]] = field(default_factory=dict)

    def project(self, event: type[Kind], projection: Projection[Kind]) -> None:
        """In the same transaction: `projection` only inserts rows."""
        self.projections.setdefault(event, []).append(projection)

    def react(self, event: type[Kind], reaction: Reaction[Kind]) -> None:
        """Afterwards: `reaction` names the command, which becomes a job with its own retries."""
        self.reactions.setdefault(event, []).append(reaction)

    def as_session_info(self) -> dict[Any, Any]:
        return {_KEY: self}


def record(session: Session, event: Event, *, now: datetime, actor: Actor | None = None) -> int:
    """Write the event, run its projections and enqueue its reactions; return the event's id.

    There is no relay that reads the outbox later: reactions become jobs in the transaction that
    writes the event, so either all of it is there or nothing, and no event waits to be noticed.
    A session that was not opened through the wiring has no subscriptions: that is a KeyError here
    rather than a projection that silently did not run.
    """
    subscriptions: Subscriptions = session.info[_KEY]
    row = OutboxEvent(
        topic=event.topic,
        payload=asdict(event),
        occurred_at=now,
        actor_user_id=None if actor is None else actor.user_id,
        organization_id=None if actor is None else actor.organization_id,
    )
    session.add(row)
    session.flush()
    for projection in subscriptions.projections.get(type(event), ()):
        projection(session, event, row.id, now)
    for position, reaction in enumerate(subscriptions.reactions.get(type(event), ())):
        # Nobody else can make this key, because nobody else has this event's id: no lock needed.
        command = reaction(event)
        key = f"event:{row.id}:{position}:{command.kind}"
        session.add(_job(command.kind, _stored(command), run_at=now, dedupe_key=key))
    session.flush()
    return row.id


def enqueue(session: Session, command: JobCommand, *, run_at: datetime, dedupe_key: str) -> None:
    """Put a job into the queue once; the same key again changes nothing, until it is purged."""
    lock_name(session, f"job:{dedupe_key}")
    if session.scalar(select(Job.id).where(Job.dedupe_key == dedupe_key)) is not None:
        return
    session.add(_job(command.kind, _stored(command), run_at=run_at, dedupe_key=dedupe_key))
    session.flush()


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
    told = "".join(traceback.format_exception(error)).replace("\x00", "\\x00")
    return told.encode("utf-8", "backslashreplace").decode("utf-8")[-_ERROR_LENGTH_MAX:]
