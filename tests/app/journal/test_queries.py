"""Reads of the queue: its health, its dead letters, and the index that serves it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text

from app.database import prepare_to_write
from app.journal.queries import (
    QueueHealth,
    dead_jobs,
    is_job_due,
    is_schedule_due,
    lock_due_job,
    queue_health,
)
from models.journal.tables import Job, Schedule

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def add(session, key, *, run_at=NOON, **state):
    session.add(Job(kind="k", payload={}, dedupe_key=key, run_at=run_at, **state))
    session.flush()


def test_an_empty_queue_is_healthy(session):
    nothing = QueueHealth(due=0, leased=0, dead=0, oldest_due_age=None)
    assert queue_health(session, now=NOON) == nothing
    assert is_job_due(session, now=NOON) is False
    assert is_schedule_due(session, now=NOON) is False


def test_health_counts_every_job_in_one_state_only(session):
    add(session, "due", run_at=NOON - MINUTE)
    add(session, "due now")
    add(session, "later", run_at=NOON + MINUTE)
    add(session, "leased", lease_token="t", leased_until=NOON + MINUTE, run_at=NOON - 9 * MINUTE)
    add(session, "abandoned", lease_token="t", leased_until=NOON, run_at=NOON - 2 * MINUTE)
    add(session, "done", done_at=NOON, run_at=NOON - 9 * MINUTE)
    add(session, "dead", dead_at=NOON, run_at=NOON - 9 * MINUTE)
    add(session, "dead too", dead_at=NOON, run_at=NOON - 9 * MINUTE)
    assert queue_health(session, now=NOON) == QueueHealth(
        due=3, leased=1, dead=2, oldest_due_age=2 * MINUTE
    )


def test_dead_letters_are_listed_latest_first(session):
    for minute in range(3):
        add(session, f"{minute}", dead_at=NOON + minute * MINUTE, last_error=f"error {minute}")
    add(session, "alive")
    assert [dead.last_error for dead in dead_jobs(session, limit=2)] == ["error 2", "error 1"]


def test_a_look_tells_what_is_due_without_locking_it(sessions):
    with sessions() as session:
        prepare_to_write(session)
        add(session, "due")
        schedule = Schedule(name="n", kind="k", payload={}, every_seconds=1, next_run_at=NOON)
        session.add(schedule)
        session.commit()
    with sessions() as looking, sessions() as claiming:
        assert is_job_due(looking, now=NOON) is True
        assert is_job_due(looking, now=NOON - MINUTE) is False
        assert is_schedule_due(looking, now=NOON) is True
        assert is_schedule_due(looking, now=NOON - MINUTE) is False
        prepare_to_write(claiming)
        assert lock_due_job(claiming, now=NOON).dedupe_key == "due"


def test_the_due_query_uses_the_index_of_open_jobs(session):
    due = (
        select(Job.id)
        .where(Job.done_at.is_(None), Job.dead_at.is_(None), Job.run_at <= NOON)
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .compile(session.connection(), compile_kwargs={"literal_binds": True})
    )
    if session.connection().dialect.name == "sqlite":
        plan = session.execute(text(f"EXPLAIN QUERY PLAN {due}")).all()
    else:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.execute(text(f"EXPLAIN {due}")).all()
    told = str(plan)
    assert "ix_job_due" in told
    assert "Sort" not in told
    assert "TEMP B-TREE" not in told
