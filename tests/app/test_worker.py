"""One worker in this process: leases, tokens, failures and stopping, step by step."""

import signal
import sqlite3
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.clock import now_utc
from app.database import write_transaction
from app.journal.inputs import JobKind, Routine, ScheduledCommand
from app.journal.queries import dead_jobs, is_entry_pending, is_job_due, verify_chain
from app.journal.services import chain_audit, claim_job, enqueue, record, set_schedules
from app.worker import StopRequest, Worker, run_due_jobs, stop_on_signals
from models.journal.retry import RetryPolicy
from models.journal.tables import Job
from models.permissions import SYSTEM
from tests.app.journal.labour import (
    KINDS,
    BrickLaid,
    DropBrick,
    FetchBrick,
    LayBrick,
    PointBrick,
    RingBell,
    building_site,
    labels,
    leave,
    put,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TENTH = timedelta(milliseconds=100)


@pytest.fixture
def sessions(database_url):
    with building_site(database_url) as sessions:
        yield sessions


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


def worker_for(sessions, run, *, prepare=None, **more):
    """A worker whose one kind of job does what the test says."""
    jobs = {PointBrick.kind: JobKind(PointBrick, run, prepare=prepare)}
    return Worker(sessions=sessions, jobs=jobs, **more)


def the_job(sessions):
    with sessions() as session:
        return session.scalars(select(Job)).one()


def overtake(sessions, now):
    with write_transaction(sessions) as session:
        return claim_job(session, now=now, lease=MINUTE, token="theirs")


def test_due_jobs_run_with_those_they_lead_to_and_none_before_its_time(sessions):
    put(sessions, LayBrick(label="a"), FetchBrick(label="b"), run_at=NOON)
    put(sessions, PointBrick(label="later"), run_at=NOON + MINUTE)
    assert run_due_jobs(sessions, KINDS, now=NOON) == 3
    assert labels(sessions) == Counter(["a", "pointed a", "fetched b"])
    assert run_due_jobs(sessions, KINDS, now=NOON) == 0
    assert run_due_jobs(sessions, KINDS, now=NOON + MINUTE) == 1


def test_a_failed_job_leaves_its_error_and_nothing_else_and_is_tried_later(sessions):
    put(sessions, DropBrick(label="a"), run_at=NOON)
    assert run_due_jobs(sessions, KINDS, now=NOON) == 1
    job = the_job(sessions)
    assert (job.attempts, job.done_at, job.lease_token) == (1, None, None)
    assert "RuntimeError: dropped a" in job.last_error
    assert 'raise RuntimeError(f"dropped {command.label}' in job.last_error
    assert labels(sessions) == Counter()
    assert run_due_jobs(sessions, KINDS, now=job.run_at) == 1
    assert the_job(sessions).attempts == 2


@pytest.mark.parametrize("payload", [{}, {"label": "a", "colour": "red"}])
def test_a_payload_that_no_longer_fits_is_a_failure_of_the_job(sessions, payload):
    put(sessions, PointBrick(label="a"), run_at=NOON)
    with write_transaction(sessions) as session:
        session.scalars(select(Job)).one().payload = payload
    assert run_due_jobs(sessions, KINDS, now=NOON) == 1
    assert "ValidationError" in the_job(sessions).last_error


def test_a_kind_that_nobody_knows_is_a_failure_of_the_job(sessions):
    put(sessions, PointBrick(label="a"), run_at=NOON)
    assert run_due_jobs(sessions, {}, now=NOON) == 1
    assert the_job(sessions).last_error.endswith("KeyError: 'labour.point'\n")


def test_a_job_that_commits_by_itself_is_told_so(sessions):
    put(sessions, PointBrick(label="a"), run_at=NOON)
    worker = worker_for(sessions, lambda session, *_: session.commit(), clock=lambda: NOON)
    assert worker.run_next_job() is True
    assert "labour.point ended the transaction" in the_job(sessions).last_error


def test_a_worker_overtaken_while_it_prepared_leaves_nothing(sessions):
    clock = Clock()

    def prepare(_sessions, command, _now):
        clock.now += 2 * MINUTE
        assert overtake(sessions, clock.now).attempts == 2
        return command

    put(sessions, PointBrick(label="a"), run_at=NOON)
    worker = worker_for(
        sessions,
        lambda session, command, _: leave(session, command.label),
        prepare=prepare,
        clock=clock,
        lease=MINUTE,
    )
    assert worker.run_next_job() is True
    job = the_job(sessions)
    assert (job.lease_token, job.attempts, job.done_at) == ("theirs", 2, None)
    assert labels(sessions) == Counter()


def test_a_worker_overtaken_while_it_failed_does_not_disturb_the_next(sessions):
    clock = Clock()

    def prepare(_sessions, _command, _now):
        clock.now += 2 * MINUTE
        overtake(sessions, clock.now)
        raise ValueError("too late")

    put(sessions, PointBrick(label="a"), run_at=NOON)
    worker = worker_for(sessions, leave, prepare=prepare, clock=clock, lease=MINUTE)
    assert worker.run_next_job() is True
    job = the_job(sessions)
    assert (job.lease_token, job.run_at) == ("theirs", NOON)
    assert job.last_error == "The worker that held this job was lost."


def test_nobody_takes_a_job_over_while_it_writes_even_when_its_lease_ran_out(
    database_url, sessions
):
    tried = []

    def run(session, command, _now):
        leave(session, command.label)
        if database_url.startswith("sqlite"):
            path = database_url.removeprefix("sqlite:///")
            rival = sqlite3.connect(path, timeout=0)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                rival.execute("BEGIN IMMEDIATE")
            rival.close()
        else:
            with sessions() as rival:
                assert is_job_due(rival, now=NOON + 9 * MINUTE) is True
                claimed = claim_job(rival, now=NOON + 9 * MINUTE, lease=MINUTE, token="theirs")
                assert claimed is None
        tried.append(None)

    put(sessions, PointBrick(label="a"), run_at=NOON)
    worker = worker_for(sessions, run, clock=lambda: NOON, lease=MINUTE)
    assert worker.run_next_job() is True
    job = the_job(sessions)
    assert (job.last_error, job.done_at, job.attempts) == (None, NOON, 1)
    assert (tried, labels(sessions)) == ([None], Counter(["a"]))


def test_a_lease_is_renewed_while_a_job_is_prepared(sessions):
    seen = []

    def prepare(_sessions, command, _now):
        for _ in range(8):
            time.sleep(0.1)
            seen.append(overtake(sessions, now_utc()))
        return command

    put(sessions, PointBrick(label="a"))
    worker = worker_for(
        sessions,
        lambda session, command, _: leave(session, command.label),
        prepare=prepare,
        lease=5 * TENTH,
    )
    assert worker.run_next_job() is True
    assert seen == [None] * 8
    assert (the_job(sessions).attempts, labels(sessions)) == (1, Counter(["a"]))


def test_a_lease_is_renewed_while_a_job_writes_where_rows_are_locked(sessions):
    ends = []

    def run(_session, _command, _now):
        for _ in range(2):
            ends.append(the_job(sessions).leased_until)
            time.sleep(0.5)

    put(sessions, PointBrick(label="a"))
    assert worker_for(sessions, run, lease=9 * TENTH).run_next_job() is True
    rows_are_locked = sessions.kw["bind"].dialect.name == "postgresql"
    assert (ends[0] < ends[1]) is rows_are_locked
    assert the_job(sessions).done_at is not None


def test_a_job_is_given_the_time_of_its_writing_not_that_of_its_claim(sessions):
    clock = Clock()
    given = []

    def prepare(_sessions, command, _now):
        clock.now += MINUTE
        return command

    put(sessions, PointBrick(label="a"), run_at=NOON)
    worker = worker_for(
        sessions,
        lambda *told: given.append(told[2]),
        prepare=prepare,
        clock=clock,
        lease=9 * MINUTE,
    )
    assert worker.run_next_job() is True
    assert given == [NOON + MINUTE]


def test_the_schedule_is_served_only_when_it_is_due(sessions):
    clock = Clock()
    bell = ScheduledCommand(name="bell", command=RingBell(), every=MINUTE, any_occurrence=NOON)
    with write_transaction(sessions) as session:
        set_schedules(session, [bell], actor=SYSTEM, now=NOON)
    worker = Worker(sessions=sessions, jobs=KINDS, clock=clock)
    assert (worker.enqueue_schedules(), worker.run_next_job()) == (0, False)
    clock.now += MINUTE
    assert (worker.enqueue_schedules(), worker.run_next_job()) == (1, True)
    assert (worker.enqueue_schedules(), worker.run_next_job()) == (0, False)
    assert labels(sessions) == Counter(["bell"])


def test_a_worker_in_a_thread_works_until_it_is_asked_to_stop(sessions):
    stop = StopRequest()
    worker = Worker(sessions=sessions, jobs=KINDS, poll=timedelta(milliseconds=10))
    thread = threading.Thread(target=worker.run_forever, args=(stop,))
    thread.start()
    put(sessions, LayBrick(label="a"))
    end = time.monotonic() + 10
    while labels(sessions).total() < 2 and time.monotonic() < end:
        time.sleep(0.01)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert labels(sessions) == Counter(["a", "pointed a"])


def test_a_worker_waits_for_a_database_that_is_away(sessions):
    stop = StopRequest()
    calls = []

    def away_once():
        calls.append(None)
        if len(calls) == 1:
            raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))
        if len(calls) > 10:
            stop.set()
        return NOON

    put(sessions, LayBrick(label="a"), run_at=NOON)
    Worker(
        sessions=sessions, jobs=KINDS, poll=timedelta(milliseconds=1), clock=away_once
    ).run_forever(stop)
    assert labels(sessions)["a"] == 1


def test_a_mistake_of_the_worker_itself_is_not_hidden(sessions):
    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Worker(sessions=sessions, jobs=KINDS, clock=broken).run_forever(StopRequest())


def test_a_dead_letter_follows_the_retry_policy_of_the_worker(sessions):
    put(sessions, DropBrick(label="a"), run_at=NOON)
    once = RetryPolicy(attempts_max=1)
    Worker(sessions=sessions, jobs=KINDS, retry=once, clock=lambda: NOON).run_next_job()
    with sessions() as session:
        assert [(dead.attempts, dead.dead_at) for dead in dead_jobs(session)] == [(1, NOON)]


def test_a_stop_once_asked_for_stays_asked_for():
    stop = StopRequest()
    assert stop.is_set() is False
    stop.wait(timedelta(milliseconds=1))
    assert stop.is_set() is False
    stop.set()
    stop.wait(MINUTE)
    stop.wait(MINUTE)
    assert stop.is_set() is True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_asks_and_the_second_would_end_the_process(number):
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop = stop_on_signals()
        signal.raise_signal(number)
        assert stop.is_set() is True
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def test_a_job_put_off_by_a_job_runs_at_its_own_time(sessions):
    def run(session, command, now):
        again = PointBrick(label="again")
        enqueue(session, again, run_at=now + MINUTE, dedupe_key="again")

    put(sessions, PointBrick(label="a"), run_at=NOON)
    worker = worker_for(sessions, run, clock=lambda: NOON)
    assert (worker.run_next_job(), worker.run_next_job()) == (True, False)


def test_a_worker_looks_after_what_is_due_between_jobs_whatever_fails(sessions):
    seen = []

    def fail(session, now):
        raise RuntimeError("not today")

    def note(session, now):
        leave(session, "routine")
        seen.append(now)

    routines = [
        Routine(name="broken", is_due=lambda _: True, run=fail),
        Routine(name="never due", is_due=lambda _: False, run=fail),
        Routine(name="due once", is_due=lambda _: not seen, run=note),
    ]
    worker = Worker(sessions=sessions, jobs={}, routines=routines, clock=lambda: NOON)
    worker.look_after_routines()
    worker.look_after_routines()
    assert (seen, labels(sessions)) == ([NOON], Counter({"routine": 1}))


def test_a_running_worker_chains_the_audit_trail(sessions):
    with write_transaction(sessions) as session:
        record(session, BrickLaid(label="a"), now=NOON)
    stop = StopRequest()

    def chain(session, now):
        chain_audit(session, now=now)
        stop.set()

    routine = Routine(name="chain", is_due=is_entry_pending, run=chain)
    Worker(sessions=sessions, jobs=KINDS, routines=[routine], poll=TENTH / 10).run_forever(stop)
    with sessions() as session:
        assert verify_chain(session).length == 1
        assert not is_entry_pending(session)
