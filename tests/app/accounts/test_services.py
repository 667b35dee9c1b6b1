"""Registering people and organizations, and the sessions of their browsers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from argon2 import PasswordHasher
from sqlalchemy import delete, func, select

from app.accounts.inputs import RegisterOrganization, RegisterUser
from app.accounts.queries import find_frame, holds_demonstration, organization_by_key
from app.accounts.services import (
    choose_organization,
    end_login_session,
    end_login_sessions_of,
    open_login_session,
    register_organization,
    register_organizations,
    register_user,
    registration,
)
from app.accounts.services.passwords import is_password
from app.database import write_transaction
from app.settings import SessionPolicy
from models.accounts.tables import LoginSession, Membership, Organization, User
from models.errors import Conflict, Invalid, NotAllowed, NotFound
from models.permissions import (
    SYSTEM,
    VISITOR,
    Actor,
    Capability,
    Frame,
    Limit,
    Presented,
    Role,
)
from tests.market import NOON

PASSWORD = "twelve signs or more"
POLICY = SessionPolicy()
OPERATOR = Actor(user_id=1, organization_id=1, role=Role.OPERATOR)
TRADER = Actor(user_id=1, organization_id=1, role=Role.TRADER)


def organize(session, name="Works", **changed):
    command = RegisterOrganization(name=name, **changed)
    return register_organization(session, command, actor=SYSTEM, now=NOON).id


def user(email="a@example.com", role="trader"):
    return RegisterUser.model_validate(
        {"email": email, "name": "A", "password": PASSWORD, "role": role}
    )


def enrol(session, organization_id, **changed):
    return register_user(session, organization_id, user(**changed), actor=SYSTEM, now=NOON)


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def refusal_of(act):
    with pytest.raises(NotAllowed) as refused:
        act()
    return refused.value.code, refused.value.message, refused.value.facts


@pytest.fixture
def person(session):
    return enrol(session, organize(session))


def test_the_right_password_of_a_registered_person_is_known_and_no_other_is(session, person):
    assert is_password(person.password, PASSWORD)
    assert not is_password(person.password, "a wrong password")
    assert not is_password(person.password, PASSWORD.upper())
    assert not is_password("what no hasher has made", PASSWORD)


def test_a_password_is_checked_even_where_nobody_has_the_address(monkeypatch):
    checked = []
    verify = PasswordHasher.verify

    def watch(hasher, password_hash, password):
        checked.append(password_hash)
        return verify(hasher, password_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", watch)
    assert not is_password(None, PASSWORD)
    assert len(checked) == 1
    assert checked[0].startswith("$argon2id$")


def test_the_password_of_nobody_opens_nothing():
    assert not is_password(None, "nobody has this password")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("password1234", "password-common"),
        ("aaaaaaaaaaaaaaaa", "password-common"),
        ("wanda@example.com", "password-common"),
        ("wanda-7q!X-example", "password-personal"),
    ],
)
def test_nobody_is_registered_with_a_password_that_would_be_guessed(session, password, code):
    organization_id = organize(session)
    command = RegisterUser.model_validate(
        {"email": "wanda@example.com", "name": "Wanda", "password": password, "role": "owner"}
    )
    with pytest.raises(Invalid) as refused:
        register_user(session, organization_id, command, actor=SYSTEM, now=NOON)
    assert (refused.value.code, refused.value.facts) == (code, {"field": "password"})
    assert (count(session, User), count(session, Membership)) == (0, 0)


def test_only_a_salted_hash_of_the_password_is_stored(session, person):
    other = enrol(session, organize(session, "Other"), email="b@example.com")
    assert person.password.startswith("$argon2id$")
    assert PASSWORD not in person.password
    assert other.password != person.password


def test_a_second_account_of_an_address_is_refused_and_leaves_nothing(session, person):
    with pytest.raises(Conflict) as refused:
        enrol(session, organize(session, "Other"), email="a@example.com")
    assert refused.value.code == "email-taken"
    assert (count(session, User), count(session, Membership)) == (1, 1)


def test_a_rival_that_registers_while_we_wait_for_the_name_is_seen(sessions, monkeypatch):
    with write_transaction(sessions) as opened:
        organization_id = organize(opened)
    lock_name = registration.lock_name

    def lose_the_race(session, name):
        monkeypatch.setattr(registration, "lock_name", lock_name)
        # A writer is alone on SQLite: there the rival has been before, in the same transaction.
        if session.get_bind().dialect.name == "sqlite":
            enrol(session, organization_id)
        else:
            with write_transaction(sessions) as rival:
                enrol(rival, organization_id)
        lock_name(session, name)

    monkeypatch.setattr(registration, "lock_name", lose_the_race)
    with pytest.raises(Conflict) as refused, write_transaction(sessions) as ours:
        enrol(ours, organization_id)
    assert refused.value.code == "email-taken"


def test_of_four_registrations_at_once_one_stands_and_three_are_refused(sessions):
    with write_transaction(sessions) as opened:
        organization_id = organize(opened)
    start = Barrier(4)

    def register(_):
        start.wait()
        try:
            with write_transaction(sessions) as session:
                enrol(session, organization_id)
        except Conflict as refusal:
            return refusal.code
        return "registered"

    with ThreadPoolExecutor(4) as pool:
        ends = sorted(pool.map(register, range(4)))
    assert ends == ["email-taken"] * 3 + ["registered"]
    with sessions() as session:
        assert (count(session, User), count(session, Membership)) == (1, 1)


@pytest.mark.parametrize("actor", [VISITOR, TRADER])
def test_only_an_operator_registers_and_nothing_is_stored_otherwise(session, actor):
    organization_id = organize(session)
    command = RegisterOrganization(name="Other")
    for act in (
        lambda: register_organizations(session, [command], actor=actor, now=NOON),
        lambda: register_user(session, organization_id, user(), actor=actor, now=NOON),
    ):
        code, _, facts = refusal_of(act)
        assert (code, facts) == ("capability-missing", {"needed": "register_organizations"})
    assert (count(session, Organization), count(session, User)) == (1, 0)


def test_an_operator_registers_organizations_in_their_order(session):
    commands = [RegisterOrganization(name=name) for name in ("B", "A")]
    made = register_organizations(session, commands, actor=OPERATOR, now=NOON)
    assert [each.name for each in made] == ["B", "A"]
    assert made[0].id < made[1].id


def open_browser(session, user_id, *, second_factor=True, now=NOON):
    return open_login_session(session, user_id, via="test", second_factor=second_factor, now=now)


def frame_of(session, secret, *, now=NOON):
    return find_frame(session, Presented(login=secret), now=now, policy=POLICY)


def test_a_frame_says_who_acts_for_whom(session, person):
    organization_id = session.scalar(select(Membership.organization_id))
    secret = open_browser(session, person.id)
    login = session.scalars(select(LoginSession)).one()
    assert frame_of(session, secret) == Frame(
        actor=Actor(user_id=person.id, organization_id=organization_id, role=Role.TRADER),
        user_name="A",
        organization_name="Works",
        demonstration=False,
        login_session_id=login.id,
        authenticated_at=NOON,
        seen_at=NOON,
    )
    assert secret not in login.token_hash


def test_whoever_presents_nothing_that_opens_is_a_visitor(session, person):
    open_browser(session, person.id)
    token_hash = session.scalars(select(LoginSession.token_hash)).one()
    for secret in (None, "", "guessed", token_hash):
        assert frame_of(session, secret) == Frame()


def test_a_session_ends_when_it_lies_idle_and_at_the_latest_after_a_day(session, person):
    secret = open_browser(session, person.id)
    login = session.scalars(select(LoginSession)).one()
    moment = timedelta(seconds=1)
    assert frame_of(session, secret, now=NOON + POLICY.idle - moment).actor.user_id == person.id
    assert frame_of(session, secret, now=NOON + POLICY.idle) == Frame()
    login.last_seen_at = NOON + POLICY.absolute - moment
    session.flush()
    assert frame_of(session, secret, now=NOON + POLICY.absolute - moment).user_name == "A"
    assert frame_of(session, secret, now=NOON + POLICY.absolute) == Frame()


def test_a_disabled_account_is_a_visitor_at_once(session, person):
    secret = open_browser(session, person.id)
    person.disabled_at = NOON
    session.flush()
    assert frame_of(session, secret) == Frame()


def test_an_ended_session_stays_ended(session, person):
    secret, other = open_browser(session, person.id), open_browser(session, person.id)
    frame = frame_of(session, secret)
    end_login_session(session, frame.login_session_id, actor=frame.actor, now=NOON)
    assert frame_of(session, secret) == Frame()
    assert frame_of(session, other).user_name == "A"
    end_login_sessions_of(session, person.id, now=NOON)
    assert frame_of(session, other) == Frame()


def test_a_browser_of_others_cannot_be_signed_out(session, person):
    stranger = enrol(session, organize(session, "Other"), email="b@example.com")
    secret = open_browser(session, person.id)
    actor = frame_of(session, open_browser(session, stranger.id)).actor
    with pytest.raises(NotFound) as refused:
        end_login_session(
            session, frame_of(session, secret).login_session_id, actor=actor, now=NOON
        )
    assert refused.value.code == "session-unknown"
    assert frame_of(session, secret).user_name == "A"


def test_a_member_who_was_removed_is_a_guest_and_a_trader_without_second_factor_only_reads(
    session, person
):
    limited = frame_of(session, open_browser(session, person.id, second_factor=False)).actor
    assert limited.limits == {Limit.NO_SECOND_FACTOR}
    assert (limited.may(Capability.READ_OWN), limited.may(Capability.MANAGE_STREAMS)) == (
        True,
        False,
    )
    secret = open_browser(session, person.id)
    session.execute(delete(Membership))
    guest = frame_of(session, secret).actor
    assert guest == Actor(user_id=person.id, organization_id=None, role=Role.GUEST)


def test_a_person_acts_for_the_organization_that_was_chosen_and_only_for_ones_own(session, person):
    second_id, strange_id = organize(session, "Second"), organize(session, "Strange")
    session.add(Membership(user_id=person.id, organization_id=second_id, role="viewer"))
    session.flush()
    secret = open_browser(session, person.id)
    frame = frame_of(session, secret)
    choose_organization(session, frame.login_session_id, second_id, actor=frame.actor)
    assert frame_of(session, secret).actor.role is Role.VIEWER
    assert frame_of(session, secret).organization_name == "Second"
    with pytest.raises(NotAllowed) as refused:
        choose_organization(session, frame.login_session_id, strange_id, actor=frame.actor)
    assert refused.value.code == "not-a-member"
    assert frame_of(session, secret).organization_name == "Second"


def test_estimates_on_show_are_said_on_every_page(session):
    assert holds_demonstration(session) is False
    demonstration_id = organize(session, "Real works", demonstration=True, external_key="x:1")
    assert holds_demonstration(session) is True
    assert frame_of(session, None) == Frame(demonstration=True)
    assert organization_by_key(session, "x:1") == demonstration_id
    assert organization_by_key(session, "x:2") is None
