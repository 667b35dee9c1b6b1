"""The queue against a small model of itself, through random walks of claims, failures and time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import open_engine
from app.journal.queries import QueueHealth, hold_lease, queue_health
from app.journal.services import (
    claim_job,
    enqueue,
    fail_job,
    finish_job,
    renew_lease,
    revive_dead_job,
)
from models.journal.retry import RetryPolicy, next_attempt
from models.journal.tables import Job
from models.permissions import SYSTEM
from tests.app.journal.labour import PointBrick

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEASE = timedelta(seconds=60)
PATIENT = RetryPolicy(attempts_max=3)


@dataclass
class Expected:
    """What the model knows of a job."""

    run_at: datetime
    attempts: int = 0
    token: str | None = None
    leased_until: datetime | None = None
    end: str | None = None

    def is_due(self, now):
        free = self.leased_until is None or self.leased_until <= now
        return self.end is None and self.run_at <= now and free

    def release(self, end=None):
        self.token = self.leased_until = None
        self.end = end


class Queue(RuleBasedStateMachine):
    claims = Bundle("claims")

    def __init__(self):
        super().__init__()
        self.engine = open_engine("sqlite://")
        self.session = Session(self.engine)
        Job.__table__.create(self.session.connection())
        self.now = NOON
        self.model: dict[int, Expected] = {}
        self.by_key: dict[str, int] = {}
        self.tokens = 0

    def teardown(self):
        self.session.close()
        self.engine.dispose()

    @rule(key=st.sampled_from("abcdef"), delay=st.integers(0, 90))
    def enqueue(self, key, delay):
        run_at = self.now + timedelta(seconds=delay)
        enqueue(self.session, PointBrick(label=key), run_at=run_at, dedupe_key=key)
        if key not in self.by_key:
            job_id = self.session.scalar(select(Job.id).where(Job.dedupe_key == key))
            self.by_key[key] = job_id
            self.model[job_id] = Expected(run_at)

    @rule(seconds=st.integers(1, 120))
    def let_time_pass(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(target=claims)
    def claim(self):
        self.tokens += 1
        token = str(self.tokens)
        claimed = claim_job(self.session, now=self.now, lease=LEASE, token=token, retry=PATIENT)
        due = [(job.run_at, id_) for id_, job in self.model.items() if job.is_due(self.now)]
        expected_id = None
        for _, job_id in sorted(due):
            job = self.model[job_id]
            if job.attempts < PATIENT.attempts_max:
                expected_id = job_id
                job.attempts += 1
                job.token, job.leased_until = token, self.now + LEASE
                break
            job.release(end="dead")
        assert (claimed and claimed.id) == expected_id
        return claimed

    @rule(claimed=claims)
    def finish(self, claimed):
        if claimed is not None:
            job, held = self.held(claimed)
            assert finish_job(self.session, claimed, now=self.now) is held
            if held:
                job.release(end="done")

    @rule(claimed=claims)
    def fail(self, claimed):
        if claimed is not None:
            job, held = self.held(claimed)
            error = ValueError("no")
            assert fail_job(self.session, claimed, error, now=self.now, retry=PATIENT) is held
            if held:
                again = next_attempt(
                    claimed.id, attempts=job.attempts, now=self.now, policy=PATIENT
                )
                job.release(end="dead" if again is None else None)
                job.run_at = again or job.run_at

    @rule(claimed=claims)
    def renew(self, claimed):
        if claimed is not None:
            job, held = self.held(claimed)
            assert renew_lease(self.session, claimed, now=self.now, lease=LEASE) is held
            if held:
                job.leased_until = self.now + LEASE

    @rule()
    def revive_the_dead(self):
        for job_id, job in self.model.items():
            if job.end == "dead":
                revive_dead_job(self.session, job_id, actor=SYSTEM, now=self.now)
                job.end, job.attempts, job.run_at = None, 0, self.now

    @rule(claimed=claims)
    def look_at_the_lease(self, claimed):
        if claimed is not None:
            assert hold_lease(self.session, claimed) is self.held(claimed)[1]

    def held(self, claimed):
        job = self.model[claimed.id]
        return job, job.token == claimed.token

    @invariant()
    def the_database_agrees_with_the_model(self):
        self.session.expire_all()
        rows = {job.id: job for job in self.session.scalars(select(Job))}
        assert set(rows) == set(self.model)
        for job_id, job in self.model.items():
            row = rows[job_id]
            end = "done" if row.done_at else "dead" if row.dead_at else None
            found = Expected(row.run_at, row.attempts, row.lease_token, row.leased_until, end)
            assert found == job

    @invariant()
    def health_counts_what_the_model_counts(self):
        jobs = self.model.values()
        due = [job.run_at for job in jobs if job.is_due(self.now)]
        assert queue_health(self.session, now=self.now) == QueueHealth(
            due=len(due),
            leased=sum(
                job.leased_until is not None and job.leased_until > self.now for job in jobs
            ),
            dead=sum(job.end == "dead" for job in jobs),
            oldest_due_age=self.now - min(due) if due else None,
        )


TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
