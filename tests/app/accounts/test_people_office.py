"""What the operator does about accounts: who is shut out or helped, and what is noted of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.accounts.inputs import RegisterOrganization, RegisterUser
from app.accounts.inputs.people import CareForPerson
from app.accounts.queries import find_frame
from app.accounts.services import open_login_session, register_organization, register_user
from app.accounts.services.factors import add_authenticator
from app.accounts.services.people_office import (
    disable_person,
    enable_person,
    end_sessions_of_person,
    reset_factors_of_person,
)
from app.settings import SessionPolicy
from models.accounts.tables import User
from models.errors import Conflict, NotAllowed, NotFound
from models.journal.tables import AuditEntry, StoredMessage
from models.permissions import SYSTEM, Actor, Frame, Presented, Role
from tests.market import NOON, PASSWORD

EMAIL = "lost@example.com"
STEPS = (disable_person, enable_person, end_sessions_of_person, reset_factors_of_person)


def care(email=EMAIL, reason="came to our office with an identity card"):
    return CareForPerson(email=email, reason=reason)


@pytest.fixture
def person(session):
    works = register_organization(
        session, RegisterOrganization(name="Works"), actor=SYSTEM, now=NOON
    )
    command = RegisterUser.model_validate(
        {"email": EMAIL, "name": "Lost", "password": PASSWORD, "role": "trader"}
    )
    user = register_user(session, works.id, command, actor=SYSTEM, now=NOON)
    add_authenticator(session, user.id, keys={"1": "k" * 32}, now=NOON)
    return user


def browser(session, person):
    return open_login_session(session, person.id, via="test", second_factor=True, now=NOON)


def frame(session, secret):
    return find_frame(session, Presented(login=secret), now=NOON, policy=SessionPolicy())


def noted(session):
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)
    entry = session.scalars(query).one()
    return entry.topic, entry.role, entry.after


def letters(session):
    return list(session.scalars(select(StoredMessage.purpose).order_by(StoredMessage.id)))


def test_a_disabled_account_is_out_at_once_and_may_be_opened_again(session, person):
    secret = browser(session, person)
    assert frame(session, secret).user_name == "Lost"
    disable_person(session, care(), actor=SYSTEM, now=NOON)
    assert frame(session, secret) == Frame()
    assert noted(session) == (
        "account.disabled",
        "system",
        {"reason": "came to our office with an identity card"},
    )
    with pytest.raises(Conflict) as refused:
        disable_person(session, care(), actor=SYSTEM, now=NOON)
    assert refused.value.code == "account-disabled"
    enable_person(session, care(), actor=SYSTEM, now=NOON)
    assert frame(session, secret) == Frame()  # what was ended stays ended
    assert frame(session, browser(session, person)).user_name == "Lost"
    assert letters(session)[-2:] == ["account.disabled", "account.enabled"]
    with pytest.raises(Conflict) as refused:
        enable_person(session, care(), actor=SYSTEM, now=NOON)
    assert refused.value.code == "account-open"


def test_every_session_of_somebody_is_ended_and_the_account_stays_open(session, person):
    secrets = [browser(session, person), browser(session, person)]
    end_sessions_of_person(session, care(), actor=SYSTEM, now=NOON)
    assert [frame(session, secret) for secret in secrets] == [Frame(), Frame()]
    assert noted(session)[0] == "account.signed_out"
    assert person.disabled_at is None
    assert person.tf_totp_secret is not None


def test_lost_factors_are_taken_off_and_the_password_stays(session, person):
    secret, password = browser(session, person), person.password
    reset_factors_of_person(session, care(), actor=SYSTEM, now=NOON)
    session.refresh(person)
    assert (person.tf_primary_method, person.tf_totp_secret) == (None, None)
    assert person.password == password
    assert frame(session, secret) == Frame()
    assert noted(session)[0] == "account.factors_reset"
    assert letters(session)[-1] == "account.factors_reset"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.OWNER, Role.VISITOR])
def test_only_who_runs_the_installation_does_this(session, person, step, role):
    actor = Actor(user_id=1, organization_id=1, role=role)
    with pytest.raises(NotAllowed) as refused:
        step(session, care(), actor=actor, now=NOON)
    assert refused.value.code == "capability-missing"
    assert person.disabled_at is None
    assert letters(session) == []


@pytest.mark.parametrize("step", STEPS)
def test_an_account_that_is_not_there_or_was_deleted_is_not_found(session, person, step):
    person.confirmed_at = None
    session.flush()
    for email in (EMAIL, "nobody@example.com"):
        with pytest.raises(NotFound) as refused:
            step(session, care(email), actor=SYSTEM, now=NOON)
        assert refused.value.code == "account-unknown"
    assert session.scalars(select(User.disabled_at)).all() == [None]


def test_a_reason_is_needed():
    with pytest.raises(ValueError, match="at least 10"):
        care(reason="because")
