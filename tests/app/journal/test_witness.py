"""Refusals are noted beside what is rolled back, and never so many that nobody reads them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.database import Origin
from app.journal.services import RefusalWitness
from app.journal.services.witness import Patience
from models.journal.tables import AuditEntry, AuditPerson
from models.permissions import VISITOR, Actor, Role

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
VIEWER = Actor(user_id=5, organization_id=7, role=Role.VIEWER)
HOME = Origin(address="203.0.113.7", agent="Firefox")


def note(witness, topic="request.refused", actor=VIEWER, now=NOON, origin=HOME, subject=("", None)):
    witness.note_refusal(
        topic, {"code": "capability-missing"}, subject=subject, actor=actor, origin=origin, now=now
    )


def entries(sessions):
    with sessions() as session:
        return session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()


def test_a_refusal_is_an_entry_with_its_person_and_its_place(sessions):
    note(RefusalWitness(sessions), subject=("stream", 3))
    (entry,) = entries(sessions)
    assert (entry.topic, entry.outcome, entry.role, entry.organization_id) == (
        "request.refused", "refused", "viewer", 7,
    )  # fmt: skip
    assert (entry.subject_kind, entry.subject_id) == ("stream", 3)
    assert entry.after == {"code": "capability-missing"}
    with sessions() as session:
        person = session.scalars(select(AuditPerson)).one()
        assert (person.user_id, person.address, person.agent) == (5, "203.0.113.7", "Firefox")


def test_whoever_hammers_is_counted_not_written(sessions):
    witness = RefusalWitness(sessions)
    for number in range(50):
        note(witness, now=NOON + number * SECOND / 10)
    assert len(entries(sessions)) == 1
    note(witness, now=NOON + 10 * SECOND)
    assert [entry.after.get("alike_before") for entry in entries(sessions)] == [None, 49]


def test_other_people_addresses_and_topics_are_noted_apart(sessions):
    witness = RefusalWitness(sessions)
    note(witness)
    note(witness, topic="sign_in.failed", actor=VISITOR)
    note(witness, topic="sign_in.failed", actor=VISITOR, origin=Origin("198.51.100.9"))
    note(witness, topic="sign_in.failed", actor=VISITOR, origin=Origin("198.51.100.9"))
    assert [entry.topic for entry in entries(sessions)] == [
        "request.refused", "sign_in.failed", "sign_in.failed",
    ]  # fmt: skip


def test_a_thousand_addresses_at_once_write_ten_a_second_at_most():
    patience = Patience()
    passed = [patience.ask(f"address {n}", NOON) for n in range(1_000)]
    assert passed.count(0) == 10
    assert patience.ask("address 999", NOON + SECOND) == 0


def test_patience_remembers_a_bounded_number(monkeypatch):
    monkeypatch.setattr("app.journal.services.witness._KEYS_MAX", 3)
    patience = Patience()
    for number in range(6):
        assert patience.ask(number, NOON + number * SECOND) == 0
    # The first was forgotten and passes at once; the last is remembered.
    assert patience.ask(0, NOON + 6 * SECOND) == 0
    assert patience.ask(5, NOON + 6 * SECOND) is None
