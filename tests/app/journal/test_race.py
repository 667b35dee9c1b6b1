"""Many at once: one key gives one job, one job gets one holder, one occurrence is enqueued."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

from sqlalchemy import select

from app.database import write_transaction
from app.journal.inputs import ScheduledCommand
from app.journal.services import claim_job, enqueue, enqueue_due_schedules, set_schedules
from models.journal.tables import Job
from models.permissions import SYSTEM
from tests.app.journal.labour import LayBrick, RingBell

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at_once(sessions, act):
    start = Barrier(8)

    def one(number):
        start.wait()
        with write_transaction(sessions) as session:
            return act(session, number)

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(8)))


def test_eight_threads_enqueue_one_key_once(sessions):
    for key in ("a", "b", "c"):
        at_once(
            sessions,
            lambda session, number, key=key: enqueue(
                session, LayBrick(label=f"{number}"), run_at=NOON, dedupe_key=key
            ),
        )
    with sessions() as session:
        assert Counter(session.scalars(select(Job.dedupe_key))) == Counter("abc")


def test_eight_threads_never_claim_the_same_job(sessions):
    with write_transaction(sessions) as session:
        for number in range(6):
            enqueue(session, LayBrick(label="x"), run_at=NOON, dedupe_key=str(number))

    def claim(session, number):
        return claim_job(session, now=NOON, lease=MINUTE, token=str(number))

    claimed = [each.id for _ in range(2) for each in at_once(sessions, claim) if each]
    assert len(claimed) == len(set(claimed)) == 6


def test_eight_threads_enqueue_an_occurrence_once(sessions):
    bell = ScheduledCommand(name="bell", command=RingBell(), every=MINUTE, any_occurrence=NOON)
    with write_transaction(sessions) as session:
        set_schedules(session, [bell], actor=SYSTEM, now=NOON - MINUTE / 2)
    for minute in range(3):
        now = NOON + minute * MINUTE
        found = at_once(
            sessions, lambda session, _, now=now: enqueue_due_schedules(session, now=now)
        )
        assert sum(found) == 1
    with sessions() as session:
        assert session.scalars(select(Job.run_at).order_by(Job.id)).all() == [
            NOON, NOON + MINUTE, NOON + 2 * MINUTE,
        ]  # fmt: skip
