"""Messages: on their way with the change they tell of, sent once, forgotten in time."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from app.database import write_transaction
from app.journal.inputs import JobKind, Message, SendMessage
from app.journal.jobs import JournalJobs
from app.journal.queries.messages import messages_to, refused_messages, waiting_messages
from app.journal.services import (
    delete_messages_of,
    erase_messages,
    note_message_sent,
    send_message,
)
from app.journal.services.senders import RefusedForGood
from app.settings import RetentionPolicy
from app.worker import run_due_jobs
from models.errors import Invalid, NotAllowed
from models.journal.tables import Job, StoredMessage
from models.permissions import SYSTEM, VISITOR

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Postman:
    """Remembers what it was given, and does as it is told."""

    def __init__(self, *troubles):
        self.troubles = list(troubles)
        self.letters = []

    def send(self, letter):
        self.letters.append(letter)
        if self.troubles and (trouble := self.troubles.pop(0)) is not None:
            raise trouble


def message(**changed):
    content = {
        "purpose": "account.confirm",
        "address": "li@example.com",
        "subject": "Confirm",
        "body": "https://example.com/confirm/abc",
        "user_id": 5,
    }
    return Message.model_validate(content | changed)


def put(sessions, now=NOON, **changed):
    with write_transaction(sessions) as session:
        return send_message(session, message(**changed), now=now)


def deliver(sessions, postman, now=NOON):
    jobs = JournalJobs(RetentionPolicy(), dict.fromkeys(("email", "sms", "wecom"), postman))
    kind = JobKind(SendMessage, jobs.note_sent, prepare=jobs.hand_over)
    return run_due_jobs(sessions, {SendMessage.kind: kind}, now=now)


def stored(sessions):
    with sessions() as session:
        return session.scalars(select(StoredMessage)).one()


def test_a_message_is_sent_once_and_noted(sessions):
    message_id, postman = put(sessions), Postman()
    assert deliver(sessions, postman) == 1
    (letter,) = postman.letters
    assert (letter.id, letter.channel, letter.address, letter.subject, letter.body) == (
        message_id, "email", "li@example.com", "Confirm", "https://example.com/confirm/abc",
    )  # fmt: skip
    row = stored(sessions)
    assert (row.sent_at, row.failed_at, row.body) == (NOON, None, letter.body)
    assert deliver(sessions, postman, now=NOON + DAY) == 0
    assert len(postman.letters) == 1


def test_a_message_of_a_change_that_fails_is_never_sent(sessions):
    with sessions() as session:
        send_message(session, message(), now=NOON)
        session.rollback()
        assert session.scalars(select(StoredMessage)).all() == []
        assert session.scalars(select(Job)).all() == []


def test_a_provider_that_is_away_is_asked_again_with_the_same_id(sessions):
    message_id, postman = put(sessions), Postman(ConnectionError("away"), TimeoutError())
    assert deliver(sessions, postman) == 1
    assert stored(sessions).sent_at is None
    deliver(sessions, postman, now=NOON + MINUTE)
    deliver(sessions, postman, now=NOON + 2 * MINUTE)
    assert [letter.id for letter in postman.letters] == [message_id] * 3
    assert stored(sessions).sent_at == NOON + 2 * MINUTE


def test_a_job_that_runs_again_after_the_message_was_noted_sends_nothing(sessions):
    message_id, postman = put(sessions), Postman()
    deliver(sessions, postman)
    with write_transaction(sessions) as session:
        job = session.scalars(select(Job)).one()
        job.done_at = None  # as if the worker had died between the two
    assert deliver(sessions, postman, now=NOON + DAY) == 1
    assert len(postman.letters) == 1
    assert stored(sessions).sent_at == NOON
    assert stored(sessions).id == message_id


def test_what_is_refused_for_good_is_not_tried_again(sessions):
    put(sessions)
    postman = Postman(RefusedForGood("smtp_550"))
    assert deliver(sessions, postman) == 1
    row = stored(sessions)
    assert (row.sent_at, row.failed_at, row.failure) == (None, NOON, "smtp_550")
    assert deliver(sessions, postman, now=NOON + DAY) == 0
    with sessions() as session:
        assert refused_messages(session, since=NOON) == {"smtp_550": 1}
        assert refused_messages(session, since=NOON + MINUTE) == {}


def test_what_opens_something_is_forgotten_as_soon_as_it_is_sent(sessions):
    put(sessions, confidential=True)
    assert stored(sessions).body != ""
    with sessions() as session:
        # Its owner may read that it was written, not what it opens.
        assert [m.body for m in messages_to(session, 5, addresses=[])] == [""]
    deliver(sessions, Postman())
    row = stored(sessions)
    assert (row.subject, row.body, row.address, row.erased_at) == ("", "", "li@example.com", NOON)


def test_messages_are_erased_in_time_and_unsent_ones_wait(session):
    old = send_message(session, message(), now=NOON - 31 * DAY)
    unsent = send_message(session, message(), now=NOON - 31 * DAY)
    new = send_message(session, message(), now=NOON)
    for message_id in (old, new):
        note_message_sent(session, message_id, failure=None, now=NOON)
    assert erase_messages(session, before=NOON - 30 * DAY, actor=SYSTEM, now=NOON) == 1
    session.expire_all()
    erased = session.get_one(StoredMessage, old)
    assert (erased.address, erased.subject, erased.body, erased.user_id) == ("", "", "", None)
    assert (erased.purpose, erased.sent_at, erased.erased_at) == ("account.confirm", NOON, NOON)
    assert session.get_one(StoredMessage, new).body != ""
    assert session.get_one(StoredMessage, unsent).body != ""
    assert erase_messages(session, before=NOON - 30 * DAY, actor=SYSTEM, now=NOON) == 0
    with pytest.raises(NotAllowed):
        erase_messages(session, before=NOON, actor=VISITOR, now=NOON)


def test_deleting_a_person_deletes_what_waits_for_them_too(sessions):
    put(sessions)
    put(sessions, user_id=None, address="+8613800138000", channel="sms", subject="")
    kept = put(sessions, user_id=6, address="wang@example.com")
    with write_transaction(sessions) as session:
        delete_messages_of(session, 5, addresses=["li@example.com", "+8613800138000"])
    postman = Postman()
    deliver(sessions, postman)
    assert [letter.id for letter in postman.letters] == [kept]


def test_the_message_after_a_deleted_one_is_sent_whatever_number_it_gets(sessions):
    put(sessions)
    with write_transaction(sessions) as session:
        delete_messages_of(session, 5, addresses=[])
    put(sessions, now=NOON + MINUTE, user_id=6, address="wang@example.com")
    postman = Postman()
    deliver(sessions, postman, now=NOON + MINUTE)
    assert {letter.address for letter in postman.letters} == {"wang@example.com"}
    assert stored(sessions).sent_at == NOON + MINUTE


def test_messages_that_wait_are_counted(sessions):
    put(sessions)
    with sessions() as session:
        assert waiting_messages(session, written_before=NOON) == 0
        assert waiting_messages(session, written_before=NOON + MINUTE) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"address": "li@example.com\r\nBcc: all@example.com"},
        {"subject": "Hello\nBcc: all@example.com"},
        {"address": "li@example.com,wang@example.com"},
    ],
)
def test_a_second_receiver_is_never_smuggled_in(session, changed):
    with pytest.raises(Invalid):
        send_message(session, message(**changed), now=NOON)
    assert session.scalars(select(StoredMessage)).all() == []


def test_there_are_three_channels():
    with pytest.raises(ValidationError):
        message(channel="fax")
