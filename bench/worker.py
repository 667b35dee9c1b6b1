"""The worker on SQLite: jobs a second, against bare transactions of the same database."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Final

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.cli import upgrade
from app.clock import now_utc
from app.database import SessionFactory, write_transaction
from app.journal.inputs import JobCommand, JobKind
from app.journal.services import enqueue
from app.settings import Settings
from app.wiring import open_sessions
from app.worker import Worker, run_due_jobs
from bench.figures import Figure, timed

JOBS: Final = 400


class CountUp(JobCommand):
    """Does nothing but be carried out, so that only the journal's own work is measured."""

    kind: ClassVar[str] = "bench.count_up"
    number: int


def measure(folder: Path) -> list[Figure]:
    # A line a job on the terminal would be measured too.
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)
    settings = Settings(DATABASE_URL="", instance=folder)
    folder.mkdir()
    upgrade(settings)
    sessions = open_sessions(settings.database)
    now = now_utc()
    with write_transaction(sessions) as session:
        for number in range(JOBS):
            key = f"bench-{number}"
            enqueue(session, CountUp(number=number), run_at=now, dedupe_key=key)
    done: list[int] = []

    def run(_session: Session, command: CountUp, _now: object) -> None:
        done.append(command.number)

    kinds = {CountUp.kind: JobKind(CountUp, run)}
    bare_s, _ = timed(lambda: _bare_transactions(sessions))
    jobs_s, tries = timed(
        lambda: run_due_jobs(sessions, kinds, now=now_utc() + timedelta(seconds=1))
    )
    if not tries == len(set(done)) == JOBS:
        raise AssertionError(f"{tries} tries carried out {len(set(done))} of {JOBS} jobs")
    idle_s, _ = timed(Worker(sessions=sessions, jobs=kinds).run_next_job)
    sessions.kw["bind"].dispose()
    return [
        Figure(
            subject="worker",
            name="jobs carried out",
            value=JOBS / jobs_s,
            unit="jobs/s",
            ratio=bare_s / jobs_s,
            baseline=f"bare transactions, {JOBS / bare_s:,.0f}/s",
        ),
        Figure(subject="worker", name="look for a job in vain", value=1000 * idle_s, unit="ms"),
    ]


def _bare_transactions(sessions: SessionFactory) -> None:
    """As many durable writes of one row as there are jobs."""
    with write_transaction(sessions) as session:
        session.execute(text("CREATE TABLE bare (number INTEGER)"))
    for number in range(JOBS):
        with write_transaction(sessions) as session:
            session.execute(text("INSERT INTO bare VALUES (:number)"), {"number": number})
