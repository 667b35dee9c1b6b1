"""The journal's own job: forgetting."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from app.database import write_transaction
from app.journal.inputs import JobKind, PurgeJournal
from app.journal.jobs import JournalJobs
from app.journal.services import claim_job, enqueue, finish_job
from app.settings import RetentionPolicy, Settings
from app.worker import run_due_jobs
from models.journal.tables import Job
from tests.app.journal.labour import LayBrick

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_journal_forgets_jobs_done_longer_ago_than_it_keeps_them(sessions):
    with write_transaction(sessions) as session:
        for key, done_at in [("old", NOON - 31 * DAY), ("kept", NOON - 30 * DAY)]:
            enqueue(session, LayBrick(label=key), run_at=NOON - 40 * DAY, dedupe_key=key)
            claimed = claim_job(session, now=NOON - 35 * DAY, lease=DAY, token=key)
            finish_job(session, claimed, now=done_at)
        enqueue(session, PurgeJournal(), run_at=NOON, dedupe_key="purge")
    jobs = JournalJobs(RetentionPolicy(jobs=30 * DAY), {})
    kinds = {PurgeJournal.kind: JobKind(PurgeJournal, jobs.purge)}
    assert run_due_jobs(sessions, kinds, now=NOON) == 1
    with sessions() as session:
        assert session.scalars(select(Job.dedupe_key).order_by(Job.id)).all() == ["kept", "purge"]


def test_the_journal_keeps_at_least_a_day():
    with pytest.raises(ValidationError):
        Settings(keep_jobs_days=0)


def test_a_purge_stored_by_an_earlier_release_is_still_read():
    assert PurgeJournal.model_validate({"keep_days": 90}) == PurgeJournal()
