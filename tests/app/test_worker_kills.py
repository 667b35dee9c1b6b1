"""Workers that are real processes and are killed: every job ends once, whatever happens."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.clock import now_utc
from app.database import write_transaction
from app.journal.inputs import ScheduledCommand
from app.journal.queries import dead_jobs
from app.journal.services import set_schedules
from models.journal.tables import Job, OutboxEvent
from models.permissions import SYSTEM
from tests.app.journal.labour import (
    DropBrick,
    DropDead,
    FetchBrick,
    Havoc,
    LayBrick,
    RingBell,
    building_site,
    crew_at,
    labels,
    leased,
    open_jobs,
    put,
    wreak,
)

BELL = ScheduledCommand(
    name="bell",
    command=RingBell(),
    every=timedelta(seconds=1),
    any_occurrence=datetime(2026, 1, 1, tzinfo=UTC),
)


@pytest.fixture
def sessions(database_url):
    with building_site(database_url) as sessions:
        yield sessions


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def test_six_killed_workers_lose_no_job_and_double_none(database_url, sessions):
    with write_transaction(sessions) as session:
        set_schedules(session, [BELL], actor=SYSTEM, now=now_utc())
    bricks = [LayBrick(label=f"brick {n}", pause_ms=20) for n in range(60)]
    fetched = [FetchBrick(label=f"brick {n}", pause_ms=20) for n in range(30)]
    put(sessions, *bricks, *fetched)
    # No job can be killed more often than there are kills, so none may end as a dead letter.
    with crew_at(database_url, attempts_max=20) as crew:
        left = wreak(sessions, crew, Havoc(kills=6, seconds=60))
        assert crew.stop() == [0, 0, 0]
    assert (left.kills, open_jobs(sessions), leased(sessions)) == (0, 0, 0)

    done = labels(sessions)
    rung = done.pop("bell")
    assert done == Counter(
        [f"brick {n}" for n in range(60)]
        + [f"pointed brick {n}" for n in range(60)]
        + [f"fetched brick {n}" for n in range(30)]
    )
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(OutboxEvent)) == 60
        again = select(func.count()).select_from(Job).where(Job.attempts > 1)
        assert session.scalar(again) >= 3, "no kill hit a job: nothing was tested"
        bells = select(func.count(), func.count(Job.run_at.distinct()))
        bells = bells.where(Job.kind == RingBell.kind, Job.done_at.is_not(None))
        assert session.execute(bells).one() == (rung, rung)
        assert rung >= 1


def test_a_job_that_kills_its_worker_ends_as_a_dead_letter(database_url, sessions):
    put(sessions, DropDead(), LayBrick(label="beside"))
    with crew_at(database_url, size=1, attempts_max=2) as crew:

        def is_over():
            crew.replace_the_dead()
            return open_jobs(sessions) == 0

        wait_until(is_over)
        assert crew.stop() == [0]
    assert crew.deaths == 2
    with sessions() as session:
        [dead] = dead_jobs(session)
    assert (dead.kind, dead.attempts, dead.last_error) == (
        DropDead.kind,
        2,
        "The worker that held this job was lost.",
    )
    assert labels(sessions) == Counter(["beside", "pointed beside"])


def test_a_job_that_always_fails_ends_as_a_dead_letter_and_leaves_nothing(database_url, sessions):
    put(sessions, DropBrick(label="brick"))
    with crew_at(database_url, size=2, attempts_max=3) as crew:
        wait_until(lambda: open_jobs(sessions) == 0)
        assert crew.stop() == [0, 0]
    with sessions() as session:
        [dead] = dead_jobs(session)
    assert (dead.kind, dead.attempts) == (DropBrick.kind, 3)
    assert dead.last_error.endswith("RuntimeError: dropped brick\\x00\\udce4\n")
    assert labels(sessions) == Counter()


def test_a_worker_that_is_asked_to_stop_finishes_its_job_first(database_url, sessions):
    put(sessions, FetchBrick(label="brick", pause_ms=700), LayBrick(label="next"))
    with crew_at(database_url, size=1) as crew:
        wait_until(lambda: leased(sessions) == 1)
        assert crew.stop() == [0]
    assert labels(sessions) == Counter(["fetched brick"])
    assert open_jobs(sessions) == 1
