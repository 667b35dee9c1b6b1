"""Signing up, signing in and out: what opens the door, and everything that must not."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from flask_security import forms
from sqlalchemy import select, update

from app.clock import now_utc
from app.database import write_transaction
from app.edge import request_session
from app.security import LOGIN
from models.accounts.tables import LoginSession, Membership, User
from models.journal.tables import AuditEntry
from tests.app.accounts import flows
from tests.app.accounts.flows import (
    ADDRESS,
    OTHER_SECRET,
    SECRET,
    confirmed,
    enter,
    is_in,
    letters,
    link,
    open_sessions_of,
    opened,
    person,
    send,
    sign_up,
)
from tests.app.browsing import IN_CHINESE, chinese, marked

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)


def test_who_signs_up_confirms_by_the_link_and_signs_in(app):
    client = app.test_client()
    answer = sign_up(client)
    assert (answer.status_code, answer.location) == (302, "/sign-up/sent")
    assert enter(client).status_code == 422
    way = link(app, "account.welcome")
    page = client.get(way)
    assert page.status_code == 200
    assert person(app).confirmed_at is None  # a program that reads letters opens every link
    assert send(client, way, {}).location.endswith("/sign-in")
    assert person(app).confirmed_at is not None
    answer = enter(client, next="/market?side=stream")
    assert (answer.status_code, answer.location) == (303, "/market?side=stream")
    assert is_in(client)


def test_what_is_stored_of_a_password_is_argon2id_of_its_normal_form(app):
    confirmed(app, password="ｐｕｒｐｌｅ otter window 77")
    assert person(app).password.startswith("$argon2id$")
    assert enter(app.test_client()).status_code == 303


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": "qwertyuiopasdf"}, "password"),
        ({"password": "newcomer new@example.com"}, "password"),
        ({"password": ""}, "password"),
        ({"email": "no address"}, "email"),
        ({"email": "a@b\r\nBcc: c@example.com"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "<b>bold</b>"}, "name"),
        ({"name": "=cmd()"}, "name"),
    ],
)
def test_bad_input_is_complained_about_by_field_in_both_languages(app, changed, field):
    client = app.test_client()
    answer = sign_up(client, **{"email": ADDRESS} | changed)
    assert answer.status_code == 422
    (said,) = marked(answer.text).items()
    assert said[0] == field
    form = {"name": "Newcomer", "email": ADDRESS, "password": SECRET} | changed
    answer = send(client, "/sign-up", form, headers=IN_CHINESE)
    assert marked(answer.text)[field] == chinese(said[1])
    with opened(app) as session:
        assert session.scalar(select(User.id).where(User.email == ADDRESS)) is None


def test_no_rule_of_composition_and_long_ones_with_any_signs_are_taken(app):
    confirmed(app, password="密码 很长 的 一个 句子 🐟 z" + "q7 " * 30)
    assert is_taken(app, "密码 很长 的 一个 句子 🐟 z" + "q7 " * 30)


def is_taken(app, password):
    return enter(app.test_client(), password=password).status_code == 303


def test_a_role_in_the_form_of_signing_up_gives_nothing(app):
    confirmed(app, role="operator", organization_id="1", confirmed_at="2020-01-01", id="1")
    with opened(app) as session:
        user_id = session.scalars(select(User.id).where(User.email == ADDRESS)).one()
        mine = select(Membership.id).where(Membership.user_id == user_id)
        assert session.scalar(mine) is None
    client = app.test_client()
    enter(client)
    assert client.get("/streams").status_code == 403


def test_whether_an_address_is_known_is_told_to_nobody_who_signs_up(app):
    confirmed(app)
    first, second = app.test_client(), app.test_client()
    known, unknown = sign_up(first), sign_up(second, "other@example.com")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert first.get(known.location).text == second.get(unknown.location).text
    assert [row.address for row in letters(app, "account.known")] == [ADDRESS]
    assert "/forgot-password" in link(app, "account.known")


def test_of_two_who_sign_up_at_once_the_second_is_answered_alike(app, monkeypatch):
    monkeypatch.setattr(forms, "_datastore", Blind(app.extensions["security"].datastore))
    answers = [sign_up(app.test_client()) for _ in range(2)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(302, "/sign-up/sent")}
    with opened(app) as session:
        assert len(session.scalars(select(User.id).where(User.email == ADDRESS)).all()) == 1


class Blind:
    """Finds nobody by address, as both did who asked at the same time."""

    def __init__(self, people):
        self._people = people

    def find_user(self, *_, **__):
        return None

    def __getattr__(self, name):
        return getattr(self._people, name)


def test_every_failed_sign_in_looks_the_same_and_costs_one_hash(app, monkeypatch):
    confirmed(app)
    sign_up(app.test_client(), "unconfirmed@example.com")
    confirmed(app, "disabled@example.com")
    with write_transaction(app.extensions["offtake"].sessions) as session:
        gone = update(User).where(User.email == "disabled@example.com")
        session.execute(gone.values(disabled_at=now_utc()))
    work = []
    for name in ("hash", "verify"):
        watched(monkeypatch, name, work)
    said = set()
    for email, password in (
        (ADDRESS, "a wrong password"),
        ("nobody@example.com", SECRET),
        ("unconfirmed@example.com", SECRET),
        ("disabled@example.com", SECRET),
    ):
        work.clear()
        client = app.test_client()
        answer = enter(client, email, password)
        assert len(work) == 1, email
        assert not is_in(client)
        page = answer.text.replace(email, "…")
        said.add((answer.status_code, "Address or password is wrong." in page, len(marked(page))))
    assert said == {(422, True, 0)}


def watched(monkeypatch, name, work):
    real = getattr(PasswordHasher, name)

    def watch(*arguments, **named):
        work.append(name)
        return real(*arguments, **named)

    monkeypatch.setattr(PasswordHasher, name, watch)


def test_nothing_is_hashed_while_the_write_lock_is_held(app, monkeypatch):
    confirmed(app)
    held = []
    for name in ("hash", "verify"):
        real = getattr(PasswordHasher, name)

        def watch(*arguments, real=real, **named):
            held.append(request_session().in_transaction() and writing(request_session()))
            return real(*arguments, **named)

        monkeypatch.setattr(PasswordHasher, name, watch)
    client = app.test_client()
    sign_up(client, "third@example.com")
    enter(client, password="a wrong password")
    enter(client, password="an endless one " * 1_000)
    enter(client)
    send(client, "/account/recovery-codes", {"generate_new_codes": "y"})
    send(client, "/verify", {"password": SECRET})
    form = {"password": SECRET, "new_password": OTHER_SECRET}
    assert send(client, "/account/password", form).location == "/account"
    assert len(held) >= 17
    assert not any(held)


def writing(session):
    return bool(session.connection().get_execution_options().get("writes", False))


def test_the_secret_of_a_session_is_new_with_each_sign_in_and_none_is_taken_from_outside(app):
    confirmed(app)
    client = app.test_client()
    with client.session_transaction() as browser:
        browser[LOGIN] = planted = "planted by somebody"
        browser["anything"] = "else"
    enter(client)
    with client.session_transaction() as browser:
        first = browser[LOGIN]
        assert set(browser) == {LOGIN}
    assert first not in {planted, ""}
    assert len(first) >= 43  # 256 bits
    send(client, "/sign-out", {})
    enter(client)
    with client.session_transaction() as browser:
        assert browser[LOGIN] != first


def test_a_cookie_stolen_before_sign_out_opens_nothing_afterwards(app):
    confirmed(app)
    client, thief = app.test_client(), app.test_client()
    enter(client)
    with client.session_transaction() as mine, thief.session_transaction() as stolen:
        stolen[LOGIN] = mine[LOGIN]
    assert is_in(thief)
    send(client, "/sign-out", {})
    assert not is_in(thief)
    assert not is_in(client)
    assert open_sessions_of(app) == []


@pytest.mark.parametrize("forged", ["_user_id", "user_id"])
def test_a_session_of_the_library_alone_opens_nothing(app, forged):
    confirmed(app)
    client = app.test_client()
    with client.session_transaction() as browser:
        browser[forged] = person(app).fs_uniquifier
        browser["_fresh"] = True
    assert not is_in(client)
    assert client.get("/account/password").status_code == 303


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "///evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/%5C%5Cevil.example\n",
    ],
)
def test_no_address_of_others_is_gone_on_to(app, address):
    confirmed(app)
    client = app.test_client()
    assert (
        "evil" not in client.get("/sign-in", query_string={"next": address}).text.split("<main")[1]
    )
    answer = enter(client, next=address)
    assert "evil" not in (answer.location or "")
    assert "alert" not in (answer.location or "")


def test_a_form_without_its_token_is_refused(app):
    confirmed(app)
    form = {"email": ADDRESS, "password": SECRET}
    client = app.test_client()
    assert client.post("/sign-in", data=form).status_code == 400
    assert client.post("/sign-in", json=form).status_code in {400, 415}
    assert not is_in(client)


def test_no_token_and_no_basic_header_signs_anybody_in(app):
    confirmed(app)
    client = app.test_client()
    for headers in (
        {"Authentication-Token": person(app).fs_uniquifier},
        {"Authorization": "Basic bmV3QGV4YW1wbGUuY29tOnB1cnBsZSBvdHRlciB3aW5kb3cgNzc="},
    ):
        assert client.get("/account", headers=headers).status_code == 303


def test_a_remembering_cookie_is_neither_made_nor_taken(app):
    confirmed(app)
    client = app.test_client()
    enter(client, remember="y")
    assert client.get_cookie("remember_token") is None


def test_every_step_at_the_door_is_in_the_audit_trail(app):
    confirmed(app)
    client = app.test_client()
    enter(client, password="a wrong password")
    enter(client, "nobody@example.com")
    enter(client)
    send(client, "/sign-out", {})
    with opened(app) as session:
        entries = session.execute(
            select(AuditEntry.topic, AuditEntry.outcome, AuditEntry.person)
            .where(AuditEntry.topic.like("account.%"))
            .order_by(AuditEntry.id)
        ).all()
    user_id = entries[0].person
    assert user_id is not None
    assert [tuple(entry) for entry in entries] == [
        ("account.opened", "done", user_id),
        ("account.address_confirmed", "done", user_id),
        ("account.sign_in_refused", "refused", user_id),
        ("account.sign_in_refused", "refused", None),
        ("account.signed_in", "done", user_id),
        ("account.session_ended", "done", user_id),
    ]


def test_a_new_browser_is_told_of_and_a_known_one_is_not(app):
    confirmed(app)
    for agent in ("Mozilla/5.0 (Windows) Firefox/140", "Mozilla/5.0 (Windows) Firefox/140"):
        enter_as(app, agent)
    assert letters(app, "account.new_browser") == []
    enter_as(app, "evil <b> Mozilla/5.0 (Linux) Chrome/140\t")
    (letter,) = letters(app, "account.new_browser")
    assert "Chrome, Linux, 127.0.0.1" in letter.body
    assert "evil" not in letter.body


def enter_as(app, agent):
    client = app.test_client()
    send(client, "/sign-in", {"email": ADDRESS, "password": SECRET}, headers={"User-Agent": agent})


def test_sessions_are_listed_and_ended_one_by_one_or_all_others(app):
    confirmed(app)
    here, there, far = (app.test_client() for _ in range(3))
    for client in (here, there, far):
        enter(client)
    rows = open_sessions_of(app)
    page = here.get("/account/sessions").text
    assert page.count('/end"') == 3
    assert page.count("this one") == 1
    answer = send(here, f"/account/sessions/{rows[1].id}/end", {})
    assert answer.status_code == 303
    assert [is_in(client) for client in (here, there, far)] == [True, False, True]
    send(here, "/account/sessions/end-others", {})
    assert [is_in(client) for client in (here, there, far)] == [True, False, False]


def test_a_session_of_others_cannot_be_ended(app):
    confirmed(app)
    confirmed(app, "other@example.com")
    mine, theirs = app.test_client(), app.test_client()
    enter(mine)
    enter(theirs, "other@example.com")
    (row,) = open_sessions_of(app, "other@example.com")
    assert send(mine, f"/account/sessions/{row.id}/end", {}).status_code == 404
    assert is_in(theirs)


def test_a_session_lies_idle_for_two_hours_and_lives_for_a_day(app):
    policy = app.extensions["offtake"].settings.sessions
    confirmed(app)
    for late in ({"last_seen_at": policy.idle}, {"created_at": policy.absolute}):
        client = app.test_client()
        enter(client)
        with write_transaction(app.extensions["offtake"].sessions) as session:
            past = {name: now_utc() - length for name, length in late.items()}
            session.execute(update(LoginSession).values(**past))
        assert not is_in(client)


def test_the_address_of_a_letter_is_written_in_the_readers_language(app):
    client = app.test_client()
    form = {"name": "新人", "email": ADDRESS, "password": SECRET}
    send(client, "/sign-up", form, headers=IN_CHINESE)
    (letter,) = letters(app, "account.welcome")
    assert (letter.subject, letter.language) == ("请确认您的邮箱", "zh")
    assert letter.confidential
    assert flows.person(app).language == "zh"
