"""The audit trail on the screen and as JSON lines: for the operator and the auditor alone."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
from sqlalchemy import select

from app.clock import now_utc
from app.database import write_transaction
from app.journal.queries.audit import verify_chain
from app.journal.services import AuditNote, chain_audit, write_audit
from models.journal.audit import pseudonym
from models.journal.chain import START, ChainedFacts, link_hash
from models.journal.tables import AuditEntry, AuditPerson
from models.permissions import Actor, Role
from tests.app.browsing import IN_CHINESE, marked, signed_in
from tests.market import make_actor

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)


@pytest.fixture
def sessions(app):
    return app.extensions["offtake"].sessions


@pytest.fixture
def operator(app, sessions):
    return signed_in(app, "operator")


def write(sessions, topic="stream.changed", *, actor=None, **more):
    with write_transaction(sessions) as session:
        return write_audit(session, AuditNote(topic=topic, **more), actor=actor, now=now_utc())


def topics(text):
    return [json.loads(line)["topic"] for line in text.splitlines()]


def test_the_trail_is_for_operator_and_auditor_alone(app, market, sessions):
    with write_transaction(sessions) as session:
        make_actor(session, "auditor", Role.AUDITOR)
    write(sessions, "organization.verified")
    for name, status in [("operator", 200), ("auditor", 200), ("factory", 403), ("stranger", 403)]:
        browser = signed_in(app, name)
        assert browser.get("/audit").status_code == status
        assert browser.get("/audit.jsonl").status_code == status
    visitor = app.test_client()
    for path in ("/audit", "/audit.jsonl"):
        answer = visitor.get(path)
        assert answer.status_code == 303
        assert "organization.verified" not in answer.text


def test_a_refused_person_is_noted_once_and_survives_the_rollback(app, market, sessions):
    browser = signed_in(app, "factory")
    for _ in range(20):
        assert browser.get("/audit").status_code == 403
    with sessions() as session:
        refused = select(AuditEntry).where(AuditEntry.outcome == "refused")
        (entry,) = session.scalars(refused)
        assert (entry.topic, entry.organization_id) == (
            "request.refused", market.factory.organization_id,
        )  # fmt: skip
        assert entry.after == {
            "endpoint": "audit_pages.show_audit",
            "needed": "read_audit",
            "code": "capability-missing",
        }
        person = session.get_one(AuditPerson, entry.id)
        assert (person.user_id, person.address) == (market.factory.user_id, "127.0.0.1")


def test_a_visitor_who_is_sent_to_sign_in_leaves_no_entry(app, market, sessions):
    with sessions() as session:
        before = session.scalars(select(AuditEntry.id)).all()
    assert app.test_client().get("/audit").status_code == 303
    with sessions() as session:
        assert session.scalars(select(AuditEntry.id)).all() == before


def test_entries_show_who_what_and_what_it_was_before(market, sessions, operator):
    write(
        sessions,
        "organization.verified",
        actor=market.factory,
        subject_kind="organization",
        subject_id=4,
        before={"standing": "submitted"},
        after={"standing": "verified", "note": "<b>x</b>"},
    )
    page = operator.get("/audit?topic=organization.verified").text
    assert "organization.verified" in page
    assert "standing: submitted → verified" in page
    assert "organization 4" in page
    assert "&lt;b&gt;x" in page
    assert "<b>x</b>" not in page
    assert "factory" in page
    assert f"#{market.factory.organization_id}" in page


def test_the_page_is_written_in_chinese_too(sessions, operator):
    write(sessions)
    page = operator.get("/audit", headers=IN_CHINESE).text
    assert "审计记录" in page
    assert "Audit trail" not in page


def test_a_person_is_found_by_address_number_and_pseudonym(app, market, sessions, operator):
    write(sessions, "stream.closed", actor=market.factory)
    write(sessions, "demand.closed", actor=market.recycler)
    key = app.extensions["offtake"].settings.audit_key
    name = pseudonym(f"user:{market.factory.user_id}", key)
    for who in ("Factory@example.com", str(market.factory.user_id), name):
        found = topics(operator.get("/audit.jsonl", query_string={"person": who}).text)
        assert "stream.closed" in found
        assert "demand.closed" not in found
    answer = operator.get("/audit?person=nobody@example.com")
    assert answer.status_code == 422
    assert marked(answer.text) == {"person": "Nobody here has this address."}


def test_a_person_is_found_as_a_subject_too(market, sessions, operator):
    number = market.recycler.user_id
    write(sessions, "membership.ended", subject_kind="user", subject_id=number)
    write(sessions, "membership.ended", subject_kind="user", subject_id=number + 1)
    for query in (f"subject=user+{number}", f"person={number}"):
        found = operator.get(f"/audit.jsonl?{query}&topic=membership.ended").text
        assert topics(found) == ["membership.ended"]
        assert json.loads(found)["subject_id"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=yesterday", "since"),
        ("until=2026-02-30", "until"),
        ("organization=x", "organization"),
        ("organization=0", "organization"),
        ("topic=%27%20OR%201", "topic"),
        ("subject=Stream;1", "subject"),
        ("outcome=maybe", "outcome"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused_by_field(operator, query, field):
    answer = operator.get(f"/audit?{query}")
    assert answer.status_code == 422
    assert list(marked(answer.text)) == [field]
    assert operator.get(f"/audit.jsonl?{query}").status_code == 422


@pytest.mark.parametrize("query", ["since=0001-01-01", "until=9999-12-31", "older_than=1"])
def test_the_ends_of_time_are_no_mistake(operator, query):
    assert operator.get(f"/audit?{query}").status_code == 200


def test_pages_go_back_in_time(sessions, operator):
    for _ in range(60):
        write(sessions, "brick.laid")
    first = operator.get("/audit?topic=brick").text
    assert first.count("<b>brick.laid</b>") == 50
    (cursor,) = set(re.findall(r"older_than=([0-9]+)", first))
    second = operator.get(f"/audit?topic=brick&older_than={cursor}").text
    assert second.count("<b>brick.laid</b>") == 10


def test_an_export_is_complete_and_anybody_can_check_its_chain(sessions, operator, monkeypatch):
    monkeypatch.setattr("app.journal.queries.audit.EXPORT_ROWS", 3)
    monkeypatch.setattr("app.accounts.pages.audit.EXPORT_ROWS", 3)
    for _ in range(7):
        write(sessions, "brick.laid", after={"label": "灰"})
    with write_transaction(sessions) as session:
        chain_audit(session, now=now_utc())
        head = verify_chain(session).head
    answer = operator.get("/audit.jsonl")
    assert answer.mimetype == "application/jsonl"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-')
    assert answer.headers["Cache-Control"] == "no-store"
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [row["topic"] for row in rows].count("brick.laid") == 7
    previous = START
    for row in sorted(rows, key=lambda row: row["position"]):
        facts = {name: row[name] for name in ChainedFacts.__slots__ if name in row}
        facts |= {"entry_id": row["id"], "at": datetime.fromisoformat(row["at"])}
        previous = link_hash(previous, row["position"], ChainedFacts(**facts))
        assert previous == row["hash"]
    assert previous == head


def test_reading_everything_is_an_entry_itself(market, sessions, operator):
    operator.get("/audit.jsonl?topic=stream&person=factory@example.com")
    with sessions() as session:
        exported = select(AuditEntry).where(AuditEntry.topic == "audit.exported")
        (entry,) = session.scalars(exported)
        assert entry.after["topic"] == "stream"
        assert "factory@example.com" not in str(entry.after)
        assert session.get_one(AuditPerson, entry.id).user_id == market.operator.user_id


def test_an_entry_of_a_token_says_so(sessions, operator):
    token = Actor(user_id=None, organization_id=1, role=Role.TRADER, scopes=frozenset())
    write(sessions, "stream.closed", actor=token)
    assert "by token" in operator.get("/audit?topic=stream.closed").text
