"""The worker: it leases one job after another and carries each out exactly once.

A job's effects and its done-mark share one transaction, so a worker that is killed leaves either
both or neither. What remains is who may begin, and that is settled twice:

- The *lease*, taken in a transaction of its own, keeps others away from the job. A thread renews
  it while the job is prepared, and on PostgreSQL while it runs. When the worker dies, the lease
  runs out and another worker takes the job over with a token of its own.
- The *token* is checked again under a lock, as the first statement of the transaction that writes.
  A worker that was overtaken while it slept finds another token there and leaves the job alone.

From that check until commit the lock is worth more than the lease. On PostgreSQL a claim passes
over the locked row even when the lease has run out. On SQLite the writing transaction holds the
only write lock: no renewal could get it, and no claim either; so none is tried, and a lease that
runs out in the meantime harms nobody. If the worker dies there, the database drops the lock.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Final
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import now_utc
from app.database import SessionFactory, write_transaction
from app.journal.inputs import JobCommand, JobKind, Routine
from app.journal.queries import ClaimedJob, hold_lease, is_job_due, is_schedule_due
from app.journal.services import (
    claim_job,
    enqueue_due_schedules,
    fail_job,
    finish_job,
    renew_lease,
)
from models.journal.retry import STANDARD_RETRY, RetryPolicy

STANDARD_LEASE: Final = timedelta(seconds=60)
STANDARD_POLL: Final = timedelta(milliseconds=500)
_LONGEST_IDLE_POLLS: Final = 4
_RENEWALS_PER_LEASE: Final = 3
_JOIN_SECONDS: Final = 1

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)


class StopRequest:
    """Asks a worker to stop after its current job.

    Not a threading.Event: a signal handler runs in the thread that may at that moment hold the
    event's own lock, and would wait for itself. SimpleQueue is made for that.
    """

    def __init__(self) -> None:
        self._asked: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        self._asked.put(None)

    def is_set(self) -> bool:
        return not self._asked.empty()

    def wait(self, limit: timedelta) -> None:
        """Return when asked to stop, or after `limit`."""
        with contextlib.suppress(Empty):
            self._asked.get(timeout=limit.total_seconds())
            self._asked.put(None)


class LeaseLost(Exception):
    """Another worker has taken the job over; nothing of this attempt may remain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Carries out the jobs of one database. Any number of workers may share it."""

    sessions: SessionFactory
    jobs: Mapping[str, JobKind]
    routines: Sequence[Routine] = ()
    lease: timedelta = STANDARD_LEASE
    poll: timedelta = STANDARD_POLL
    retry: RetryPolicy = STANDARD_RETRY
    clock: Callable[[], datetime] = now_utc

    def run_forever(self, stop: StopRequest) -> None:
        """Work until asked to stop. A database that is away for a while is waited for."""
        log.info("worker_started", kinds=sorted(self.jobs))
        idle = self.poll
        while not stop.is_set():
            try:
                self.enqueue_schedules()
                self.look_after_routines()
                worked = self.run_next_job()
            except SQLAlchemyError as error:
                log.error("worker_database_failed", exc_info=error)
                worked = False
            if worked:
                idle = self.poll
            else:
                stop.wait(idle)
                idle = min(2 * idle, _LONGEST_IDLE_POLLS * self.poll)
        log.info("worker_stopped")

    def enqueue_schedules(self) -> int:
        """Enqueue what the schedule asks for by now; return how many schedules were due."""
        now = self.clock()
        with self.sessions() as session:
            due = is_schedule_due(session, now=now)
        if not due:
            return 0
        with write_transaction(self.sessions) as session:
            return enqueue_due_schedules(session, now=now)

    def look_after_routines(self) -> None:
        """Carry out every routine that is due; one that fails keeps nothing else waiting."""
        for routine in self.routines:
            try:
                with self.sessions() as session:
                    due = routine.is_due(session)
                if due:
                    with write_transaction(self.sessions) as session:
                        routine.run(session, self.clock())
            except Exception as error:
                log.error("routine_failed", routine=routine.name, exc_info=error)

    def run_next_job(self) -> bool:
        """Try one due job, to success or recorded failure. False if none was due."""
        claimed = self._claim()
        if claimed is None:
            return False
        known = {"job_id": claimed.id, "kind": claimed.kind, "attempt": claimed.attempts}
        try:
            self._carry_out(claimed)
        except LeaseLost:
            log.warning("job_lost_to_another_worker", **known)
        except Exception as error:
            log.error("job_failed", **known, exc_info=error)
            with write_transaction(self.sessions) as session:
                fail_job(session, claimed, error, now=self.clock(), retry=self.retry)
        else:
            log.info("job_done", **known)
        return True

    def _claim(self) -> ClaimedJob | None:
        now = self.clock()
        with self.sessions() as session:
            if not is_job_due(session, now=now):
                return None
        token = str(uuid4())
        with write_transaction(self.sessions) as session:
            return claim_job(session, now=now, lease=self.lease, token=token, retry=self.retry)

    def _carry_out(self, claimed: ClaimedJob) -> None:
        kind = self.jobs[claimed.kind]
        command: JobCommand = kind.command.model_validate(claimed.payload)
        if kind.prepare is not None:
            with self._renewing(claimed):
                command = kind.prepare(self.sessions, command, self.clock())
        with write_transaction(self.sessions) as session:
            if not hold_lease(session, claimed):
                raise LeaseLost
            self._run(session, claimed, kind, command)
            if not finish_job(session, claimed, now=self.clock()):
                raise LeaseLost

    def _run(
        self, session: Session, claimed: ClaimedJob, kind: JobKind, command: JobCommand
    ) -> None:
        transaction = session.get_transaction()
        with self._renewing(claimed) if _locks_rows(session) else contextlib.nullcontext():
            # The clock is read under the lock: a job that waited for it must not decide by then.
            kind.run(session, command, self.clock())
            session.flush()
        if session.get_transaction() is not transaction:
            raise RuntimeError(f"the job {claimed.kind} ended the transaction it was given")

    @contextmanager
    def _renewing(self, claimed: ClaimedJob) -> Iterator[None]:
        """Renew the lease from a second thread while the block runs."""
        over = threading.Event()
        thread = threading.Thread(target=self._renew_until, args=(claimed, over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            # A renewal that waits for a lock of ours must not be waited for: it changes nothing,
            # because by then the token is gone, or its owner holds the job anyway.
            thread.join(_JOIN_SECONDS)

    def _renew_until(self, claimed: ClaimedJob, over: threading.Event) -> None:
        while not over.wait(self.lease.total_seconds() / _RENEWALS_PER_LEASE):
            try:
                with write_transaction(self.sessions) as session:
                    held = renew_lease(session, claimed, now=self.clock(), lease=self.lease)
            except SQLAlchemyError as error:
                log.warning("lease_not_renewed", job_id=claimed.id, exc_info=error)
                continue
            if not held:
                return


def run_due_jobs(sessions: SessionFactory, jobs: Mapping[str, JobKind], *, now: datetime) -> int:
    """Try every job that is due at `now`, and those they lead to; return how many tries.

    For tests and set-up. The schedule is left alone: it belongs to the worker that keeps running.
    """
    worker = Worker(sessions=sessions, jobs=jobs, clock=lambda: now)
    tries = 0
    while worker.run_next_job():
        tries += 1
    return tries


def stop_on_signals() -> StopRequest:
    """A stop that SIGTERM and SIGINT ask for; asked twice, the process ends at once."""
    stop = StopRequest()

    def ask(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return stop


def _locks_rows(session: Session) -> bool:
    return session.get_bind().dialect.name != "sqlite"
