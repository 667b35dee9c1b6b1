"""Use cases of the queue, one step at a time and with the time in our hands."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.journal.queries import dead_jobs, hold_lease
from app.journal.services import (
    Subscriptions,
    claim_job,
    enqueue,
    fail_job,
    finish_job,
    purge_journal,
    record,
    renew_lease,
    revive_dead_job,
)
from models.errors import Conflict, NotAllowed, NotFound
from models.journal.events import Event
from models.journal.retry import RetryPolicy
from models.journal.tables import Job, OutboxEvent
from models.permissions import SYSTEM, VISITOR, Actor, Role
from tests.app.journal.labour import BrickLaid, LayBrick, PointBrick

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
ONCE = RetryPolicy(attempts_max=1)


def put(session, label="a", run_at=NOON):
    enqueue(session, LayBrick(label=label), run_at=run_at, dedupe_key=label)


def claim(session, now=NOON, token="mine", **more):
    return claim_job(session, now=now, lease=LEASE, token=token, **more)


def the_job(session):
    return session.scalars(select(Job).execution_options(populate_existing=True)).one()


def test_an_event_and_its_reaction_are_written_together(session):
    trader = Actor(user_id=5, organization_id=7, role=Role.TRADER)
    event_id = record(session, BrickLaid(label="a"), now=NOON, actor=trader)
    row = session.get_one(OutboxEvent, event_id)
    assert (row.topic, row.payload, row.occurred_at, row.actor_user_id, row.organization_id) == (
        "labour.brick_laid", {"label": "a"}, NOON, 5, 7,
    )  # fmt: skip
    job = the_job(session)
    assert (job.kind, job.payload, job.run_at, job.dedupe_key, job.attempts) == (
        PointBrick.kind,
        {"label": "pointed a"},
        NOON,
        f"event:{event_id}:0:labour.point",
        0,
    )


def test_a_transaction_that_fails_leaves_neither_event_nor_job(sessions):
    with sessions() as session:
        record(session, BrickLaid(label="a"), now=NOON)
        session.rollback()
        assert (session.scalars(select(OutboxEvent)).all(), session.scalars(select(Job)).all()) == (
            [],
            [],
        )


def test_an_event_nobody_named_has_no_actor(session):
    row = session.get_one(OutboxEvent, record(session, BrickLaid(label="a"), now=NOON))
    assert (row.actor_user_id, row.organization_id) == (None, None)


def test_two_reactions_of_the_same_kind_are_two_jobs_and_projections_hear_the_event(session):
    heard = []
    wanted = Subscriptions()
    wanted.project(BrickLaid, lambda *told: heard.append(told))
    wanted.react(BrickLaid, lambda event: PointBrick(label=f"first {event.label}"))
    wanted.react(BrickLaid, lambda event: PointBrick(label=f"second {event.label}"))
    session.info.update(wanted.as_session_info())
    event = BrickLaid(label="a")
    event_id = record(session, event, now=NOON)
    assert heard == [(session, event, event_id, NOON)]
    payloads = session.scalars(select(Job.payload).order_by(Job.id)).all()
    assert payloads == [{"label": "first a"}, {"label": "second a"}]


def test_an_event_without_subscribers_is_only_written(session):
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Quiet(Event):
        topic: ClassVar[str] = "labour.quiet"

    record(session, Quiet(), now=NOON)
    assert session.scalars(select(OutboxEvent.topic)).all() == ["labour.quiet"]
    assert session.scalars(select(Job)).all() == []


def test_a_session_that_was_not_wired_refuses_events(session):
    with Session(session.connection()) as unwired, pytest.raises(KeyError, match="subscriptions"):
        record(unwired, BrickLaid(label="a"), now=NOON)


def test_the_same_key_is_enqueued_once_even_after_the_job_is_done(session):
    put(session)
    finish_job(session, claim(session), now=NOON)
    enqueue(session, LayBrick(label="other"), run_at=NOON, dedupe_key="a")
    assert the_job(session).payload == {"label": "a", "pause_ms": 0}


def test_jobs_are_claimed_in_the_order_they_are_due_and_none_before_its_time(session):
    put(session, "late", NOON + 2 * SECOND)
    put(session, "second", NOON)
    put(session, "first", NOON - SECOND)
    claims = [claim(session, token=str(number)) for number in range(3)]
    assert [c and c.payload["label"] for c in claims] == ["first", "second", None]
    assert claim(session, now=NOON + 2 * SECOND, token="3").payload["label"] == "late"


def test_a_claim_counts_the_attempt_and_leases_the_job(session):
    put(session)
    claimed = claim(session)
    job = the_job(session)
    assert (claimed.id, claimed.kind, claimed.attempts, claimed.token) == (
        job.id, LayBrick.kind, 1, "mine",
    )  # fmt: skip
    assert (job.attempts, job.lease_token, job.leased_until) == (1, "mine", NOON + LEASE)


def test_a_lease_that_ran_out_is_taken_over_and_the_first_holder_can_do_nothing(session):
    put(session)
    first = claim(session)
    assert claim(session, now=NOON + LEASE - SECOND, token="early") is None
    second = claim(session, now=NOON + LEASE, token="theirs")
    assert (second.id, second.attempts) == (first.id, 2)
    assert the_job(session).last_error == "The worker that held this job was lost."
    assert hold_lease(session, first) is False
    assert renew_lease(session, first, now=NOON, lease=LEASE) is False
    assert finish_job(session, first, now=NOON) is False
    assert fail_job(session, first, ValueError("late"), now=NOON) is False
    assert hold_lease(session, second) is True
    assert the_job(session).lease_token == "theirs"


def test_a_renewed_lease_is_not_taken_over(session):
    put(session)
    claimed = claim(session)
    assert renew_lease(session, claimed, now=NOON + 50 * SECOND, lease=LEASE) is True
    assert claim(session, now=NOON + 109 * SECOND, token="theirs") is None
    assert claim(session, now=NOON + 110 * SECOND, token="theirs").attempts == 2


def test_a_finished_job_is_done_and_free(session):
    put(session)
    assert finish_job(session, claim(session), now=NOON + SECOND) is True
    job = the_job(session)
    assert (job.done_at, job.lease_token, job.leased_until) == (NOON + SECOND, None, None)
    assert claim(session, now=NOON + 99 * LEASE) is None


def test_a_failed_job_waits_and_keeps_what_went_wrong(session):
    put(session)
    claimed = claim(session)
    assert fail_job(session, claimed, ValueError("the end\x00 of \udce4"), now=NOON) is True
    job = the_job(session)
    assert 5 * SECOND <= job.run_at - NOON < 6.25 * SECOND
    assert (job.done_at, job.dead_at, job.lease_token, job.attempts) == (None, None, None, 1)
    assert job.last_error == "ValueError: the end\\x00 of \\udce4\n"
    assert claim(session, now=job.run_at - timedelta(microseconds=1)) is None
    assert claim(session, now=job.run_at).attempts == 2


def test_a_long_error_keeps_its_end(session):
    put(session)
    fail_job(session, claim(session), ValueError("x" * 5000 + "end"), now=NOON)
    assert the_job(session).last_error == "x" * 3996 + "end\n"


def test_the_last_failure_makes_a_dead_letter_that_nobody_claims(session):
    put(session)
    fail_job(session, claim(session, retry=ONCE), ValueError("no"), now=NOON, retry=ONCE)
    assert the_job(session).dead_at == NOON
    assert claim(session, now=NOON + 99 * LEASE) is None


def test_a_job_that_loses_its_worker_on_the_last_attempt_is_buried_on_the_way_to_the_next(session):
    put(session, "killer")
    claim(session, retry=ONCE)
    put(session, "other", NOON + LEASE)
    assert claim(session, now=NOON + LEASE, retry=ONCE).payload["label"] == "other"
    [dead] = dead_jobs(session)
    assert (dead.attempts, dead.last_error, dead.dead_at) == (
        1, "The worker that held this job was lost.", NOON + LEASE,
    )  # fmt: skip


def test_a_revived_dead_letter_has_all_its_attempts_again(session):
    put(session)
    claimed = claim(session, retry=ONCE)
    fail_job(session, claimed, ValueError("no"), now=NOON, retry=ONCE)
    revive_dead_job(session, claimed.id, actor=SYSTEM, now=NOON + SECOND)
    assert claim(session) is None
    assert claim(session, now=NOON + SECOND, retry=ONCE).attempts == 1
    assert the_job(session).dead_at is None


def test_only_a_dead_letter_can_be_revived_and_only_by_who_keeps_the_journal(session):
    put(session)
    job_id = the_job(session).id
    with pytest.raises(Conflict) as living:
        revive_dead_job(session, job_id, actor=SYSTEM, now=NOON)
    with pytest.raises(NotFound) as unknown:
        revive_dead_job(session, job_id + 1, actor=SYSTEM, now=NOON)
    with pytest.raises(NotAllowed) as stranger:
        revive_dead_job(session, job_id, actor=VISITOR, now=NOON)
    assert [refused.value.code for refused in (living, unknown, stranger)] == [
        "job-not-dead", "job-unknown", "capability-missing",
    ]  # fmt: skip


def test_purging_forgets_what_was_done_before_and_nothing_else(session):
    for label, done_at in [("old", NOON - SECOND), ("new", NOON)]:
        put(session, label)
        finish_job(session, claim(session), now=done_at)
    put(session, "dead")
    fail_job(session, claim(session), ValueError(), now=NOON - LEASE, retry=ONCE)
    put(session, "waiting", NOON - LEASE)
    assert purge_journal(session, before=NOON, actor=SYSTEM) == 1
    kept = session.scalars(select(Job.dedupe_key).order_by(Job.id)).all()
    assert kept == ["new", "dead", "waiting"]
    with pytest.raises(NotAllowed):
        purge_journal(session, before=NOON, actor=VISITOR)


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": -1},
        {"lease_token": "without an end"},
        {"leased_until": NOON},
        {"done_at": NOON, "dead_at": NOON},
        {"done_at": NOON, "lease_token": "t", "leased_until": NOON},
        {"dead_at": NOON, "lease_token": "t", "leased_until": NOON},
    ],
)
def test_the_database_refuses_a_job_in_an_impossible_state(session, wrong):
    session.add(Job(kind="k", payload={}, dedupe_key="k", run_at=NOON, **wrong))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
