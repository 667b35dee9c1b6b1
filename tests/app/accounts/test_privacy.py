"""A person takes away what is kept of them, and is forgotten without breaking what must stay."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pydantic import SecretBytes
from sqlalchemy import func, select

from app.accounts.inputs import RegisterOrganization, RegisterUser
from app.accounts.queries.privacy import personal_file, sole_responsibilities
from app.accounts.services import (
    open_login_session,
    register_organization,
    register_user,
)
from app.accounts.services.passwords import is_password
from app.accounts.services.privacy import delete_account, purge_accounts
from app.database import Origin, note_origin
from app.journal.inputs import Message
from app.journal.queries.audit import WantedEntries, audit_page, verify_chain
from app.journal.services import AuditNote, chain_audit, send_message, write_audit
from models.accounts.tables import (
    ApiToken,
    Invitation,
    LoginSession,
    Membership,
    RecoveryCode,
    User,
)
from models.errors import Conflict, NotAllowed
from models.journal.audit import pseudonym
from models.journal.tables import AuditPerson, OutboxEvent, StoredMessage
from models.permissions import SYSTEM, VISITOR, Actor, Role
from tests.market import NOON

PASSWORD = "twelve signs or more"
DAY = timedelta(days=1)
KEY = b"a key of tests"
CANARY = "Li Wei"
EMAIL = "li@example.com"
PHONE = "+8613800138000"
ADDRESS = "203.0.113.7"


def enrol(session, organization_id, email, role, name="A"):
    command = RegisterUser.model_validate(
        {"email": email, "name": name, "password": PASSWORD, "role": role}
    )
    return register_user(session, organization_id, command, actor=SYSTEM, now=NOON)


@pytest.fixture
def works(session):
    session.info["pseudonym_key"] = SecretBytes(KEY)
    note_origin(session, Origin(address=ADDRESS, agent="Firefox of Li"))
    command = RegisterOrganization(name="Works")
    return register_organization(session, command, actor=SYSTEM, now=NOON).id


@pytest.fixture
def li(session, works):
    """Somebody of whom there is something of every kind."""
    user = enrol(session, works, EMAIL, "trader", name=CANARY)
    user.phone, user.phone_confirmed_at, user.tf_totp_secret = PHONE, NOON, "encrypted"
    open_login_session(session, user.id, via="password", second_factor=True, now=NOON)
    session.add(RecoveryCode(user_id=user.id, code_hash="secret-hash", created_at=NOON))
    session.add(
        ApiToken(
            organization_id=works, made_by=user.id, role="trader", name="ERP", prefix="otk_1",
            secret_hash="secret-hash", created_at=NOON, expires_at=NOON + DAY,
        )
    )  # fmt: skip
    invited = ((EMAIL, NOON), (EMAIL, None), ("wang@example.com", None))
    for number, (email, accepted_at) in enumerate(invited):
        session.add(
            Invitation(
                organization_id=works, email=email, role="viewer",
                token_hash=f"secret-hash {number}", created_at=NOON,
                expires_at=NOON + DAY, accepted_at=accepted_at,
            )
        )  # fmt: skip
    message = Message(
        purpose="account.confirm", address=EMAIL, subject="Hello", body=CANARY, user_id=user.id
    )
    send_message(session, message, now=NOON)
    actor = Actor(user_id=user.id, organization_id=works, role=Role.TRADER)
    note = AuditNote(topic="stream.changed", subject_kind="stream", subject_id=3)
    write_audit(session, note, actor=actor, now=NOON)
    session.flush()
    return actor


def test_the_file_of_a_person_holds_everything_but_secrets(session, works, li):
    file = personal_file(session, li.user_id, now=NOON)
    assert (file["account"]["name"], file["account"]["email"], file["account"]["phone"]) == (
        CANARY, EMAIL, PHONE,
    )  # fmt: skip
    assert file["account"]["authenticator_app"] is True
    assert file["memberships"] == [{"id": works, "name": "Works", "role": "trader"}]
    assert [(s["via"], s["address"]) for s in file["sessions"]] == [("password", ADDRESS)]
    assert [token["prefix"] for token in file["tokens"]] == ["otk_1"]
    assert [message["body"] for message in file["messages"]] == [CANARY]
    assert ("stream.changed", ADDRESS) in [(e["what"], e["address"]) for e in file["audit"]]
    assert len(file["invitations"]) == 2
    written = json.dumps(file, default=str)
    assert [s for s in ("argon2", "secret-hash", "encrypted") if s in written] == []
    assert "wang@example.com" not in written


def test_the_file_of_another_person_is_another(session, works, li):
    wang = enrol(session, works, "wang@example.com", "viewer")
    written = json.dumps(personal_file(session, wang.id, now=NOON), default=str)
    assert [s for s in (CANARY, EMAIL, PHONE, ADDRESS) if s in written] == []


def test_a_number_that_nobody_confirmed_opens_and_deletes_nothing_of_its_owner(session, works, li):
    message = Message(
        purpose="account.phone", channel="sms", address=PHONE, subject="", body="for Li alone",
        user_id=li.user_id,
    )  # fmt: skip
    send_message(session, message, now=NOON)
    wang = enrol(session, works, "wang@example.com", "viewer")
    wang.phone = PHONE
    session.flush()
    assert personal_file(session, wang.id, now=NOON)["messages"] == []
    actor = Actor(user_id=wang.id, organization_id=works, role=Role.VIEWER)
    delete_account(session, actor=actor, now=NOON)
    kept = session.scalars(select(StoredMessage.body).where(StoredMessage.address == PHONE)).all()
    assert kept == ["for Li alone"]


def test_after_deletion_nothing_leads_to_the_person_and_the_chain_holds(session, works, li):
    enrol(session, works, "boss@example.com", "owner")
    chain_audit(session, now=NOON)
    delete_account(session, actor=li, now=NOON)
    chain_audit(session, now=NOON)
    session.expire_all()
    user = session.get_one(User, li.user_id)
    assert (user.name, user.phone, user.tf_totp_secret, user.disabled_at) == ("", None, None, NOON)
    assert user.email == f"deleted-{user.id}@deleted.invalid"
    of_user = {
        Membership: Membership.user_id,
        LoginSession: LoginSession.user_id,
        RecoveryCode: RecoveryCode.user_id,
        StoredMessage: StoredMessage.user_id,
        AuditPerson: AuditPerson.user_id,
    }
    for table, column in of_user.items():
        count = select(func.count()).select_from(table).where(column == li.user_id)
        assert session.scalar(count) == 0, table
    assert session.scalars(select(ApiToken.revoked_at)).all() == [NOON]
    invited = session.scalars(select(Invitation.email).order_by(Invitation.id)).all()
    assert invited == ["", "wang@example.com"]
    verdict = verify_chain(session)
    assert (verdict.fault, verdict.length > 0) == ("", True)
    # What was done stays, under a pseudonym.
    who = pseudonym(f"user:{li.user_id}", KEY)
    rows = audit_page(session, WantedEntries(person=who)).rows
    assert [row.topic for row in rows] == ["account.deleted", "membership.ended", "stream.changed"]
    assert {(row.user_id, row.address, row.agent) for row in rows} == {(None, "", "")}
    assert rows[0].subject_person == who
    assert session.scalar(
        select(func.count()).where(OutboxEvent.topic == "membership.ended")
    ) == 1  # fmt: skip


def test_no_column_of_any_table_holds_the_person_any_more(session, works, li):
    enrol(session, works, "boss@example.com", "owner")
    delete_account(session, actor=li, now=NOON)
    session.flush()
    found = []
    for table in User.metadata.sorted_tables:
        for row in session.execute(select(table)).mappings():
            written = json.dumps(dict(row), default=str, ensure_ascii=False)
            found += [(table.name, s) for s in (CANARY, EMAIL, PHONE, ADDRESS) if s in written]
    assert found == []


def test_a_deleted_person_cannot_sign_in_and_the_address_is_free_again(session, works, li):
    enrol(session, works, "boss@example.com", "owner")
    delete_account(session, actor=li, now=NOON)
    assert session.scalar(select(User.id).where(User.email == EMAIL)) is None
    kept = session.scalars(select(User).where(User.id == li.user_id)).one()
    assert kept.disabled_at == NOON
    for password in (PASSWORD, "!", "anything at all", kept.password):
        assert not is_password(kept.password, password)
    again = enrol(session, works, EMAIL, "viewer")
    assert again.id != li.user_id


def test_the_last_owner_hands_over_first(session, works):
    owner = enrol(session, works, "boss@example.com", "owner")
    actor = Actor(user_id=owner.id, organization_id=works, role=Role.OWNER)
    assert sole_responsibilities(session, owner.id) == ["Works"]
    with pytest.raises(Conflict, match="name another owner first") as caught:
        delete_account(session, actor=actor, now=NOON)
    assert caught.value.code == "owner-needed"
    enrol(session, works, "second@example.com", "owner")
    assert sole_responsibilities(session, owner.id) == []
    delete_account(session, actor=actor, now=NOON)
    session.expire_all()
    assert session.get_one(User, owner.id).disabled_at == NOON


def test_an_operator_beside_an_owner_is_still_the_only_operator(session, works):
    operator = enrol(session, works, "op@example.com", "operator")
    enrol(session, works, "boss@example.com", "owner")
    assert sole_responsibilities(session, operator.id) == ["Works"]


def test_nobody_deletes_an_account_but_its_owner(session, works, li):
    for actor in (VISITOR, SYSTEM):
        with pytest.raises(NotAllowed):
            delete_account(session, actor=actor, now=NOON)


def test_old_sessions_and_invitations_are_forgotten(session, works, li):
    open_login_session(session, li.user_id, via="password", second_factor=True, now=NOON + 3 * DAY)
    assert purge_accounts(session, before=NOON, actor=SYSTEM) == 0
    assert purge_accounts(session, before=NOON + 2 * DAY, actor=SYSTEM) == 1 + 2
    assert session.scalars(select(LoginSession.created_at)).all() == [NOON + 3 * DAY]
    assert session.scalars(select(Invitation.accepted_at)).all() == [NOON]
    with pytest.raises(NotAllowed):
        purge_accounts(session, before=NOON, actor=li)
