"""Passwords of one's own account: changed, forgotten, guessed, and the letters about them."""

from __future__ import annotations

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import update

from app.clock import now_utc
from app.database import write_transaction
from models.accounts.tables import LoginSession, User
from tests.app.accounts.flows import (
    ADDRESS,
    OTHER_SECRET,
    SECRET,
    code_of,
    confirmed,
    enter,
    is_in,
    letters,
    link,
    person,
    send,
    set_up_app,
    sign_up,
)
from tests.app.browsing import IN_CHINESE, chinese, marked

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)
TOO_OLD = "This link is too old. Ask for a new one here."
OPENS_NOTHING = "This link does not open anything. Ask for a new one here."


def later(monkeypatch, seconds):
    """Links are as old as if they had been written so long ago."""
    real = URLSafeTimedSerializer.loads

    def loads(serializer, value, max_age=None, **named):
        return real(
            serializer, value, max_age=None if max_age is None else max_age - seconds, **named
        )

    monkeypatch.setattr(URLSafeTimedSerializer, "loads", loads)


def asked(app, email=ADDRESS):
    client = app.test_client()
    page = send(client, "/forgot-password", {"email": email})
    assert page.status_code == 200
    return page


def test_a_new_password_is_chosen_by_a_link_and_every_browser_is_signed_out(app):
    confirmed(app)
    elsewhere = app.test_client()
    enter(elsewhere)
    asked(app)
    way, client = link(app, "account.reset"), app.test_client()
    answer = send(client, way, {"password": OTHER_SECRET})
    assert answer.location.endswith("/sign-in")
    assert not is_in(elsewhere)
    assert not is_in(client)
    assert enter(app.test_client()).status_code == 422
    assert enter(client, password=OTHER_SECRET).status_code == 303
    assert len(letters(app, "account.password_changed")) == 1


def test_a_link_to_a_new_password_works_once_and_for_an_hour(app, monkeypatch):
    confirmed(app)
    asked(app)
    way, client = link(app, "account.reset"), app.test_client()
    assert send(client, way, {"password": OTHER_SECRET}).status_code == 302
    for answer in (client.get(way), send(client, way, {"password": SECRET})):
        assert answer.location == "/forgot-password"
    assert chinese(OPENS_NOTHING) not in client.get("/forgot-password").text
    assert enter(app.test_client(), password=SECRET).status_code == 422
    asked(app)
    way = link(app, "account.reset")
    later(monkeypatch, 3_601)
    answer = client.get(way, headers=IN_CHINESE)
    assert answer.location == "/forgot-password"
    assert chinese(TOO_OLD) in client.get("/forgot-password", headers=IN_CHINESE).text


@pytest.mark.parametrize("token", ["x", "a.b.c", "%00", "../../sign-in", "x" * 3_000])
def test_a_forged_link_opens_nothing(app, token):
    client = app.test_client()
    for path in ("/forgot-password/", "/confirm/", "/account/email/"):
        assert client.get(path + token).status_code in {200, 302, 404}
    assert send(client, f"/confirm/{token}", {}).status_code in {302, 404, 405, 200}
    form = {"token": token}
    assert send(client, "/account/email/confirm", form).status_code in {302, 303}
    assert not is_in(client)


def test_a_new_password_leaves_the_second_factor_in_place(app):
    confirmed(app)
    client = app.test_client()
    enter(client)
    key = set_up_app(client)
    asked(app)
    send(app.test_client(), link(app, "account.reset"), {"password": OTHER_SECRET})
    fresh = app.test_client()
    assert enter(fresh, password=OTHER_SECRET).location.startswith("/sign-in/code")
    assert not is_in(fresh)
    assert send(fresh, "/sign-in/code", {"code": code_of(key, 1)}).status_code == 303


def test_who_forgot_and_who_is_unknown_are_told_the_same(app):
    confirmed(app)
    sign_up(app.test_client(), "unconfirmed@example.com")
    addresses = (ADDRESS, "nobody@example.com", "unconfirmed@example.com")
    for path in ("/forgot-password", "/confirm"):
        pages = set()
        for email in addresses:
            client = app.test_client()
            answer = send(client, path, {"email": email})
            main = answer.text.split("<main")[1].replace(email, "…")
            pages.add((answer.status_code, main.split("csrf_token")[0], marked(answer.text) == {}))
        assert len(pages) == 1, path
    assert [row.address for row in letters(app, "account.reset")] == [ADDRESS]


def test_a_new_link_confirms_where_the_first_is_too_old(app, monkeypatch):
    client = app.test_client()
    sign_up(client)
    way = link(app, "account.welcome")
    with monkeypatch.context() as patched:
        later(patched, 86_401)
        assert send(client, way, {}, headers=IN_CHINESE).location.endswith("/confirm")
        assert chinese(TOO_OLD) in client.get("/confirm", headers=IN_CHINESE).text
    assert person(app).confirmed_at is None
    send(client, "/confirm", {"email": ADDRESS})
    assert send(client, link(app, "account.welcome"), {}).location.endswith("/sign-in")
    assert person(app).confirmed_at is not None


def test_a_link_that_has_confirmed_is_used_up(app):
    confirmed(app)
    way, client = link(app, "account.welcome"), app.test_client()
    assert send(client, way, {}, headers=IN_CHINESE).location.endswith("/confirm")
    page = client.get("/confirm", headers=IN_CHINESE).text
    assert chinese("This link has been used. Sign in.") in page


def test_a_password_is_changed_with_the_old_one_and_ends_every_other_browser(app):
    confirmed(app)
    here, there = app.test_client(), app.test_client()
    enter(here)
    enter(there)
    for old, new, field in (
        ("wrong", OTHER_SECRET, "password"),
        (SECRET, SECRET, "password"),
        (SECRET, "short", "new_password"),
        (SECRET, "", "new_password"),
    ):
        answer = send(here, "/account/password", {"password": old, "new_password": new})
        assert (answer.status_code, set(marked(answer.text))) == (422, {field})
    assert is_in(there)
    form = {"password": SECRET, "new_password": OTHER_SECRET}
    assert send(here, "/account/password", form).location == "/account"
    assert (is_in(here), is_in(there)) == (True, False)
    assert enter(app.test_client()).status_code == 422
    assert enter(app.test_client(), password=OTHER_SECRET).status_code == 303
    assert len(letters(app, "account.password_changed")) == 1


def test_a_new_address_counts_once_its_link_was_opened_and_the_old_one_is_told(app):
    confirmed(app)
    client = app.test_client()
    enter(client)
    send(client, "/account/email", {"email": "Other@Example.com"})
    assert letters(app, "account.new_address")[0].address == "other@example.com"
    way = link(app, "account.new_address")
    assert client.get(way).status_code == 200
    assert person(app).email == ADDRESS
    answer = send(client, "/account/email/confirm", {"token": way.rpartition("/")[2]})
    assert answer.location == "/account"
    assert person(app, "other@example.com").email == "other@example.com"
    assert letters(app, "account.address_changed")[0].address == ADDRESS
    assert enter(app.test_client()).status_code == 422
    assert enter(app.test_client(), "other@example.com").status_code == 303


def test_a_taken_address_is_not_told_to_whoever_wants_it(app):
    confirmed(app)
    confirmed(app, "other@example.com")
    client = app.test_client()
    enter(client)
    taken = send(client, "/account/email", {"email": "other@example.com"})
    free = send(client, "/account/email", {"email": "third@example.com"})
    assert (taken.status_code, marked(taken.text)) == (free.status_code, marked(free.text))
    assert [row.address for row in letters(app, "account.new_address")] == ["third@example.com"]


def test_after_five_wrong_passwords_the_account_waits_here_but_not_elsewhere(app, monkeypatch):
    confirmed(app)
    thief, owner = app.test_client(), app.test_client()
    far = {"REMOTE_ADDR": "203.0.113.9"}
    said = [guess(thief, far).status_code for _ in range(5)]
    assert said == [422] * 5
    work = []
    monkeypatch.setattr("app.accounts.services.passwords.is_password", lambda *_: work.append(1))
    answer = guess(thief, far, SECRET)
    assert (answer.status_code, work) == (429, [])
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    monkeypatch.undo()
    assert enter(owner).status_code == 303


def guess(client, origin, password="a wrong password"):
    form = {"email": ADDRESS, "password": password}
    return send(client, "/sign-in", form, environ_base=origin)


def test_an_owner_comes_in_from_a_known_address_while_everybody_else_guesses(app):
    confirmed(app)
    enter(app.test_client())  # from here, once
    for number in range(11):
        guess(app.test_client(), {"REMOTE_ADDR": f"198.51.100.{number}"})
    stranger = {"REMOTE_ADDR": "203.0.113.7"}
    assert guess(app.test_client(), stranger, SECRET).status_code == 429
    assert enter(app.test_client()).status_code == 303
    other = app.test_client()
    confirmed(app, "other@example.com")
    assert enter(other, "other@example.com").status_code == 303


def test_nobody_is_written_to_more_than_five_times_an_hour(app):
    said = [send(app.test_client(), "/confirm", {"email": ADDRESS}).status_code for _ in range(6)]
    assert said == [200] * 5 + [429]


def test_a_disabled_person_gets_no_letter_and_no_new_password(app):
    confirmed(app)
    asked(app)
    with write_transaction(app.extensions["offtake"].sessions) as session:
        session.execute(update(User).where(User.email == ADDRESS).values(disabled_at=now_utc()))
        session.execute(update(LoginSession).values(ended_at=now_utc()))
    asked(app)
    assert len(letters(app, "account.reset")) == 1
