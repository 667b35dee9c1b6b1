"""The audit trail: written with what it tells, chained beside it, forgotten only where it may."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretBytes
from sqlalchemy import delete, func, insert, select, text

from app.database import Origin, note_origin, write_transaction
from app.journal.queries.audit import (
    WantedEntries,
    audit_page,
    export_lot,
    is_entry_pending,
    oldest_pending,
    unchained_entry,
    verify_chain,
)
from app.journal.services import (
    AuditNote,
    Outcome,
    chain_audit,
    forget_audit_persons,
    forget_person_in_audit,
    record,
    write_audit,
)
from models.errors import NotAllowed
from models.journal.audit import pseudonym
from models.journal.chain import START
from models.journal.tables import AuditEntry, AuditLink, AuditPending, AuditPerson
from models.permissions import SYSTEM, VISITOR, Actor, Capability, Role
from tests.app.journal.labour import BrickLaid

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TRADER = Actor(user_id=5, organization_id=7, role=Role.TRADER)
HOME = Origin(address="203.0.113.7", agent="Firefox")
KEY = b"a key of tests"
VERIFIED = AuditNote(
    topic="organization.verified",
    subject_kind="organization",
    subject_id=9,
    before={"standing": "submitted"},
    after={"standing": "verified"},
)


@pytest.fixture
def keyed(session):
    session.info["pseudonym_key"] = SecretBytes(KEY)
    note_origin(session, HOME)
    return session


def write(session, topic="stream.changed", actor=TRADER, now=NOON, **more):
    return write_audit(session, AuditNote(topic=topic, **more), actor=actor, now=now)


def test_an_entry_says_who_did_what_for_whom_and_what_it_was_before(keyed):
    entry_id = write_audit(keyed, VERIFIED, actor=TRADER, now=NOON)
    (row,) = audit_page(keyed, WantedEntries()).rows
    assert (row.id, row.at, row.topic, row.outcome) == (
        entry_id, NOON, "organization.verified", "done",
    )  # fmt: skip
    assert (row.role, row.by_token, row.organization_id) == ("trader", False, 7)
    assert (row.subject_kind, row.subject_id, row.subject_person) == ("organization", 9, None)
    assert (row.before, row.after) == ({"standing": "submitted"}, {"standing": "verified"})
    assert (row.user_id, row.address, row.agent) == (5, "203.0.113.7", "Firefox")
    assert row.person == pseudonym("user:5", KEY)
    assert (row.position, row.hash) == (None, None)


def test_nothing_that_is_chained_names_a_person(keyed):
    note = AuditNote(
        topic="member.removed",
        subject_kind="user",
        subject_id=8,
        after={"user_id": 8, "why": "a@b.cn"},
    )
    entry_id = write_audit(keyed, note, actor=TRADER, now=NOON)
    entry = keyed.get_one(AuditEntry, entry_id)
    other = pseudonym("user:8", KEY)
    assert (entry.subject_id, entry.subject_person) == (None, other)
    assert entry.after == {"user": other, "why": "***"}


def test_an_act_by_token_is_marked(keyed):
    token = Actor(user_id=5, organization_id=7, role=Role.TRADER, scopes=frozenset(Capability))
    assert keyed.get_one(AuditEntry, write(keyed, actor=token)).by_token


def test_the_system_without_an_address_leaves_nobody_behind(session):
    write(session, actor=SYSTEM)
    write(session, actor=None)
    assert session.scalars(select(AuditEntry.role)).all() == ["system", "system"]
    assert session.scalar(select(func.count()).select_from(AuditPerson)) == 0


def test_every_event_is_an_entry(keyed):
    event_id = record(keyed, BrickLaid(label="a"), now=NOON, actor=TRADER)
    (entry,) = keyed.scalars(select(AuditEntry))
    assert (entry.topic, entry.after, entry.event_id, entry.organization_id) == (
        "labour.brick_laid", {"label": "a"}, event_id, 7,
    )  # fmt: skip


def test_an_entry_goes_with_the_transaction_that_fails(sessions):
    with sessions() as session:
        write(session)
        session.rollback()
        for table in (AuditEntry, AuditPerson, AuditPending):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_entries_are_chained_in_order_and_once(keyed):
    ids = [write(keyed) for _ in range(3)]
    assert (is_entry_pending(keyed), oldest_pending(keyed)) == (True, NOON)
    assert chain_audit(keyed, now=NOON + DAY) == 3
    assert (is_entry_pending(keyed), chain_audit(keyed, now=NOON + DAY)) == (False, 0)
    links = keyed.execute(
        select(AuditLink.position, AuditLink.entry_id).order_by(AuditLink.position)
    )
    assert [tuple(row) for row in links] == [(1, ids[0]), (2, ids[1]), (3, ids[2])]
    verdict = verify_chain(keyed)
    assert (verdict.length, verdict.fault) == (3, "")
    assert verdict.head != START


def test_a_late_entry_with_a_lower_number_is_chained_next(keyed):
    # Numbers are given before they are committed: 1 may appear when 2 has its link already.
    late = {
        "id": 1, "at": NOON, "topic": "late.done", "outcome": "done", "role": "owner",
        "by_token": False, "subject_kind": "", "before": {}, "after": {},
    }  # fmt: skip
    keyed.execute(insert(AuditEntry).values(late | {"id": 2}))
    keyed.execute(insert(AuditPending).values(entry_id=2))
    assert chain_audit(keyed, now=NOON) == 1
    keyed.execute(insert(AuditEntry).values(late))
    keyed.execute(insert(AuditPending).values(entry_id=1))
    assert chain_audit(keyed, now=NOON) == 1
    order = select(AuditLink.entry_id).order_by(AuditLink.position)
    assert keyed.scalars(order).all() == [2, 1]
    assert verify_chain(keyed).fault == ""


def test_many_entries_are_chained_some_at_a_time(keyed):
    for _ in range(5):
        write(keyed)
    assert [chain_audit(keyed, now=NOON, at_once=2) for _ in range(4)] == [2, 2, 1, 0]
    assert verify_chain(keyed).length == 5


def test_an_entry_that_was_smuggled_in_is_found(keyed):
    write(keyed)
    chain_audit(keyed, now=NOON)
    assert unchained_entry(keyed) is None
    smuggled = write(keyed)
    assert unchained_entry(keyed) is None  # it waits for its link
    keyed.execute(delete(AuditPending))
    assert unchained_entry(keyed) == smuggled


def test_a_changed_entry_is_named_although_the_triggers_were_taken_away(sessions, database_url):
    with write_transaction(sessions) as session:
        first = write(session, after={"mass_g": 1})
        write(session)
        chain_audit(session, now=NOON)
    with write_transaction(sessions) as session:
        for name in ("no_update", "no_delete"):
            if database_url.startswith("sqlite"):
                session.execute(text(f"DROP TRIGGER audit_entry_{name}"))
        if not database_url.startswith("sqlite"):
            session.execute(text("DROP TRIGGER audit_entry_append_only ON audit_entry"))
        session.execute(
            text("""UPDATE audit_entry SET after = '{"mass_g": 2}' WHERE id = :id"""), {"id": first}
        )
    with sessions() as session:
        verdict = verify_chain(session)
    assert (verdict.length, verdict.fault) == (0, f"entry {first} or its link 1 was changed")


def test_forgetting_people_leaves_the_chain_sound(keyed):
    old, new = write(keyed, now=NOON - 2 * DAY), write(keyed)
    chain_audit(keyed, now=NOON)
    before = verify_chain(keyed)
    assert forget_audit_persons(keyed, before=NOON - DAY, actor=SYSTEM) == 1
    assert keyed.scalars(select(AuditPerson.entry_id)).all() == [new]
    forget_person_in_audit(keyed, 5)
    assert keyed.scalars(select(AuditPerson.entry_id)).all() == []
    assert verify_chain(keyed) == before
    (_, row) = audit_page(keyed, WantedEntries()).rows
    assert (row.id, row.user_id, row.address, row.agent) == (old, None, "", "")
    # By pseudonym what they did is found for ever.
    found = audit_page(keyed, WantedEntries(user_id=5, person=pseudonym("user:5", KEY)))
    assert [row.id for row in found.rows] == [new, old]


def test_only_the_system_forgets(session):
    with pytest.raises(NotAllowed):
        forget_audit_persons(session, before=NOON, actor=VISITOR)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (WantedEntries(), "cba"),
        (WantedEntries(since=NOON), "cb"),
        (WantedEntries(until=NOON), "a"),
        (WantedEntries(since=NOON, until=NOON + DAY), "b"),
        (WantedEntries(topic="stream"), "ba"),
        (WantedEntries(topic="stream.changed"), "a"),
        (WantedEntries(topic="strea"), ""),
        (WantedEntries(topic="strea_"), ""),
        (WantedEntries(outcome="refused"), "b"),
        (WantedEntries(organization_id=7), "ba"),
        (WantedEntries(subject_kind="stream"), "ba"),
        (WantedEntries(subject_kind="stream", subject_id=3), "a"),
        (WantedEntries(user_id=5), "ba"),
        (WantedEntries(person=pseudonym("user:6", KEY)), "c"),
        (WantedEntries(user_id=99), ""),
        (WantedEntries(user_id=5, topic="stream.closed"), "b"),
    ],
)
def test_the_trail_is_searched_by_everything_it_says(keyed, wanted, found):
    other = Actor(user_id=6, organization_id=8, role=Role.OWNER)
    a = write(keyed, "stream.changed", now=NOON - DAY, subject_kind="stream", subject_id=3)
    b = write(keyed, "stream.closed", subject_kind="stream", subject_id=4, outcome=Outcome.REFUSED)
    c = write(keyed, "demand.closed", now=NOON + DAY, actor=other)
    letters = {a: "a", b: "b", c: "c"}
    assert "".join(letters[row.id] for row in audit_page(keyed, wanted).rows) == found
    ascending = export_lot(keyed, wanted, above=0, up_to=c)
    assert "".join(letters[row.id] for row in ascending) == found[::-1]


def test_pages_hold_still_while_entries_come_in(keyed):
    ids = [write(keyed) for _ in range(5)]
    first = audit_page(keyed, WantedEntries(), limit=2)
    write(keyed)
    second = audit_page(keyed, WantedEntries(), older_than=first.older_than, limit=2)
    third = audit_page(keyed, WantedEntries(), older_than=second.older_than, limit=2)
    pages = [[row.id for row in page.rows] for page in (first, second, third)]
    assert pages == [ids[:2:-1], [ids[2], ids[1]], [ids[0]]]
    assert third.older_than is None


def test_an_export_ends_at_the_entry_it_was_asked_at(keyed):
    ids = [write(keyed) for _ in range(3)]
    found = export_lot(keyed, WantedEntries(), above=ids[0], up_to=ids[1])
    assert [row.id for row in found] == [ids[1]]
