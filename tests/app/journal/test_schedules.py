"""The schedule: each occurrence once, missed ones together, set up again without a jump."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.journal.inputs import ScheduledCommand
from app.journal.services import enqueue_due_schedules, set_schedules
from models.errors import NotAllowed
from models.journal.tables import Job, Schedule
from models.permissions import SYSTEM, VISITOR
from tests.app.journal.labour import PointBrick, RingBell

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BELL = ScheduledCommand(name="bell", command=RingBell(), every=HOUR, any_occurrence=NOON)


def wish(session, *wanted, now=NOON - HOUR / 2):
    set_schedules(session, wanted, actor=SYSTEM, now=now)


def occurrences(session):
    return session.scalars(select(Job.run_at).order_by(Job.id)).all()


def next_run(session):
    return session.scalars(select(Schedule.next_run_at)).one()


def test_an_occurrence_is_enqueued_once_and_not_early(session):
    wish(session, BELL)
    early = enqueue_due_schedules(session, now=NOON - timedelta(microseconds=1))
    due = enqueue_due_schedules(session, now=NOON)
    again = enqueue_due_schedules(session, now=NOON + HOUR / 2)
    assert (early, due, again) == (0, 1, 0)
    assert occurrences(session) == [NOON]
    job = session.scalars(select(Job)).one()
    assert (job.kind, job.payload, job.dedupe_key) == (
        RingBell.kind, {}, "schedule:bell:2026-03-02T12:00:00+00:00",
    )  # fmt: skip


def test_missed_occurrences_collapse_into_the_latest(session):
    wish(session, BELL)
    assert enqueue_due_schedules(session, now=NOON + 5.5 * HOUR) == 1
    assert occurrences(session) == [NOON + 5 * HOUR]
    assert next_run(session) == NOON + 6 * HOUR


def test_an_occurrence_already_enqueued_under_a_former_interval_is_not_repeated(session):
    wish(session, BELL)
    enqueue_due_schedules(session, now=NOON)
    wish(session, replace(BELL, every=2 * HOUR), now=NOON - HOUR)
    assert enqueue_due_schedules(session, now=NOON) == 1
    assert occurrences(session) == [NOON]


def test_setting_up_again_keeps_an_occurrence_that_is_due(session):
    wish(session, BELL)
    wish(session, BELL, now=NOON + 3 * HOUR)
    assert next_run(session) == NOON


def test_another_interval_starts_with_its_next_occurrence(session):
    wish(session, BELL)
    wish(session, replace(BELL, every=24 * HOUR), now=NOON + HOUR)
    assert next_run(session) == NOON + 24 * HOUR


def test_the_schedule_holds_exactly_what_is_wanted(session):
    other = ScheduledCommand(
        name="other", command=PointBrick(label="x"), every=HOUR, any_occurrence=NOON
    )
    wish(session, BELL, other)
    wish(session, replace(other, command=PointBrick(label="y")))
    [row] = session.scalars(select(Schedule))
    assert (row.name, row.kind, row.payload, row.every_seconds) == (
        "other", PointBrick.kind, {"label": "y"}, 3600,
    )  # fmt: skip
    wish(session)
    assert session.scalars(select(Schedule)).all() == []


def test_two_schedules_of_the_same_name_are_a_mistake(session):
    with pytest.raises(ValueError, match="same name"):
        wish(session, BELL, BELL)


def test_only_who_keeps_the_journal_sets_schedules(session):
    with pytest.raises(NotAllowed):
        set_schedules(session, [BELL], actor=VISITOR, now=NOON)


def test_the_database_refuses_an_interval_of_nothing(session):
    session.add(Schedule(name="n", kind="k", payload={}, every_seconds=0, next_run_at=NOON))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
