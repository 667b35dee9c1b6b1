"""What a person sees of the own data, takes away and deletes."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.clock import now_utc
from app.database import write_transaction
from models.accounts.tables import LoginSession, User
from models.journal.tables import AuditEntry
from models.permissions import Role
from tests.app.browsing import IN_CHINESE, marked, send, signed_in
from tests.market import make_actor

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)


@pytest.fixture
def sessions(app):
    return app.extensions["offtake"].sessions


@pytest.fixture
def viewer(app, sessions):
    with write_transaction(sessions) as session:
        make_actor(session, "viewer", Role.VIEWER)
    return signed_in(app, "viewer")


def grow_stale(sessions):
    with write_transaction(sessions) as session:
        before = now_utc() - timedelta(minutes=16)
        session.execute(update(LoginSession).values(authenticated_at=before))


def test_the_page_says_what_is_kept_and_for_how_long(viewer):
    page = viewer.get("/account/privacy").text
    assert "365 days" in page
    assert "Delete my account" in page
    assert "您的数据" in viewer.get("/account/privacy", headers=IN_CHINESE).text


def test_a_visitor_has_nothing_to_see(app):
    for path in ("/account/privacy", "/account/privacy/file.json"):
        assert app.test_client().get(path).status_code == 303


def test_the_file_is_downloaded_and_noted(viewer, sessions):
    answer = viewer.get("/account/privacy/file.json")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="offtake-')
    assert answer.headers["Cache-Control"] == "no-store"
    file = json.loads(answer.text)
    assert file["account"]["email"] == "viewer@example.com"
    assert "factory@example.com" not in answer.text
    with sessions() as session:
        exported = select(AuditEntry.topic).where(AuditEntry.topic == "account.exported")
        assert session.scalars(exported).all() == ["account.exported"]


def test_an_old_proof_is_not_enough_to_take_away_or_to_delete(viewer, sessions):
    grow_stale(sessions)
    for answer in (
        viewer.get("/account/privacy/file.json"),
        send(viewer, "/account/privacy/delete", {"understood": "true"}),
    ):
        assert answer.status_code in (303, 403)
        assert "viewer@example.com" not in answer.text
    with sessions() as session:
        assert session.scalars(select(User.disabled_at)).all().count(None) == len(
            session.scalars(select(User.id)).all()
        )


def test_deleting_wants_a_tick(viewer, sessions):
    answer = send(viewer, "/account/privacy/delete", {})
    assert answer.status_code == 422
    assert marked(answer.text) == {"understood": "This field is needed."}
    with sessions() as session:
        assert session.scalar(select(User.id).where(User.email == "viewer@example.com"))


def test_a_deleted_person_is_signed_out_everywhere(app, viewer, sessions):
    other = signed_in(app, "viewer")
    answer = send(viewer, "/account/privacy/delete", {"understood": "true"})
    assert (answer.status_code, answer.location) == (303, "/account-deleted")
    assert "Your account is deleted" in viewer.get("/account-deleted").text
    assert viewer.get("/account/privacy").status_code == 303
    assert other.get("/account/privacy").status_code == 303
    with sessions() as session:
        assert session.scalar(select(User.id).where(User.email == "viewer@example.com")) is None


def test_the_last_owner_is_told_what_to_hand_over_and_stays(app, market, sessions):
    owner = signed_in(app, "factory")
    page = owner.get("/account/privacy").text
    assert "Hand these over first" in page
    assert "Delete my account" not in page
    answer = send(owner, "/account/privacy/delete", {"understood": "true"})
    assert answer.status_code == 409
    assert "name another owner first" in answer.text
    assert owner.get("/account/privacy").status_code == 200
