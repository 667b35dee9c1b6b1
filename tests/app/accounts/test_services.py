"""Registering and signing in: refusals tell nothing, one address has one account."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.accounts import services
from app.accounts.inputs import RegisterOrganization, RegisterUser, SignIn
from app.accounts.queries import find_frame, holds_demonstration, organization_by_key
from app.accounts.services import (
    Entry,
    register_organization,
    register_organizations,
    register_user,
    sign_in,
)
from app.database import write_transaction
from models.accounts.tables import Membership, Organization, User
from models.errors import Conflict, NotAllowed
from models.permissions import SYSTEM, VISITOR, Actor, Frame, Role
from tests.market import NOON

PASSWORD = "twelve signs or more"
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


def entering(email="a@example.com", password=PASSWORD):
    return SignIn.model_validate({"email": email, "password": password})


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def refusal_of(act):
    with pytest.raises(NotAllowed) as refused:
        act()
    return refused.value.code, refused.value.message, refused.value.facts


@pytest.fixture
def person(session):
    return enrol(session, organize(session))


def test_the_right_password_opens_the_organization_of_the_user(session, person):
    membership = session.scalars(select(Membership)).one()
    entry = sign_in(session, entering(" A@Example.com "))
    assert entry == Entry(user_id=person.id, organization_id=membership.organization_id)


def test_every_failed_sign_in_is_refused_alike(session, person):
    disabled = enrol(session, organize(session, "Other"), email="disabled@example.com")
    disabled.disabled_at = NOON
    lonely = User(
        email="lonely@example.com", name="L", created_at=NOON, password_hash=person.password_hash
    )
    session.add(lonely)
    session.flush()
    said = {
        refusal_of(lambda entry=entry: sign_in(session, entry))[:2]
        for entry in (
            entering(password="a wrong password"),
            entering(password=PASSWORD.upper()),
            entering("nobody@example.com"),
            entering("disabled@example.com"),
            entering("disabled@example.com", "a wrong password"),
            entering("lonely@example.com"),
        )
    }
    assert said == {("sign-in-failed", "Address or password is wrong.")}


def test_a_password_is_checked_even_where_nobody_has_the_address(session, monkeypatch):
    checked = []
    verify = services.PasswordHasher.verify

    def watch(hasher, password_hash, password):
        checked.append(password_hash)
        return verify(hasher, password_hash, password)

    monkeypatch.setattr(services.PasswordHasher, "verify", watch)
    refusal_of(lambda: sign_in(session, entering("nobody@example.com")))
    assert len(checked) == 1
    assert checked[0].startswith("$argon2id$")


def test_the_password_of_nobody_opens_nothing(session):
    entry = entering("nobody@example.com", "nobody has this password")
    assert refusal_of(lambda: sign_in(session, entry))[0] == "sign-in-failed"


def test_only_a_salted_hash_of_the_password_is_stored(session, person):
    other = enrol(session, organize(session, "Other"), email="b@example.com")
    assert person.password_hash.startswith("$argon2id$")
    assert PASSWORD not in person.password_hash
    assert other.password_hash != person.password_hash


def test_a_second_account_of_an_address_is_refused_and_leaves_nothing(session, person):
    with pytest.raises(Conflict) as refused:
        enrol(session, organize(session, "Other"), email="a@example.com")
    assert refused.value.code == "email-taken"
    assert (count(session, User), count(session, Membership)) == (1, 1)


def test_a_rival_that_registers_while_we_wait_for_the_name_is_seen(sessions, monkeypatch):
    with write_transaction(sessions) as opened:
        organization_id = organize(opened)
    lock_name = services.lock_name

    def lose_the_race(session, name):
        monkeypatch.setattr(services, "lock_name", lock_name)
        # A writer is alone on SQLite: there the rival has been before, in the same transaction.
        if session.get_bind().dialect.name == "sqlite":
            enrol(session, organization_id)
        else:
            with write_transaction(sessions) as rival:
                enrol(rival, organization_id)
        lock_name(session, name)

    monkeypatch.setattr(services, "lock_name", lose_the_race)
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


def test_a_frame_says_who_acts_for_whom(session, person):
    organization_id = session.scalar(select(Membership.organization_id))
    assert find_frame(session, person.id, organization_id) == Frame(
        actor=Actor(user_id=person.id, organization_id=organization_id, role=Role.TRADER),
        user_name="A",
        organization_name="Works",
        demonstration=False,
    )


def test_whoever_may_not_act_any_more_is_a_visitor(session, person):
    organization_id = session.scalar(select(Membership.organization_id))
    other_id = organize(session, "Other")
    for who, where in (
        (None, organization_id),
        (person.id, None),
        (person.id, other_id),
        (person.id + 1, organization_id),
    ):
        assert find_frame(session, who, where) == Frame()
    person.disabled_at = NOON
    session.flush()
    assert find_frame(session, person.id, organization_id) == Frame()


def test_estimates_on_show_are_said_on_every_page(session):
    assert holds_demonstration(session) is False
    demonstration_id = organize(session, "Real works", demonstration=True, external_key="x:1")
    assert holds_demonstration(session) is True
    assert find_frame(session, None, None) == Frame(demonstration=True)
    assert organization_by_key(session, "x:1") == demonstration_id
    assert organization_by_key(session, "x:2") is None
