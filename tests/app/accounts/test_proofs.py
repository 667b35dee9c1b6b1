"""A fresh proof before a sensitive step: by the code of an app too, and to end a session."""

from __future__ import annotations

import pytest

from app.security import LOGIN
from tests.app.accounts.flows import (
    SECRET,
    code_of,
    confirmed,
    enter,
    half_way,
    is_in,
    old,
    open_sessions_of,
    send,
    set_up_app,
)
from tests.app.browsing import IN_CHINESE, chinese, faults_of, marked

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)
WRONG_CODE = "This code is wrong or has been used. Wait for the next one."


@pytest.fixture
def client(app):
    confirmed(app)
    client = app.test_client()
    enter(client)
    return client


def test_the_code_of_an_app_proves_who_it_is_once_and_its_owner_alone(app, client):
    key = set_up_app(client)
    other = app.test_client()
    enter(other)
    entered = code_of(key)
    send(other, "/sign-in/code", {"code": entered})
    with other.session_transaction() as browser:
        first = browser[LOGIN]
    old(app)
    # The code that has let in proves nothing more, and one that has proved lets nobody in.
    answer = send(other, "/verify", {"code": entered, "next": "/account/password"})
    assert (answer.status_code, marked(answer.text)) == (422, {"code": WRONG_CODE})
    assert faults_of(answer.text) == []
    assert other.get("/account/password").status_code == 303
    used = code_of(key, 1)
    answer = send(other, "/verify", {"code": used, "next": "/account/password"})
    assert (answer.status_code, answer.location) == (302, "/account/password")
    assert other.get("/account/password").status_code == 200
    with other.session_transaction() as browser:
        assert browser[LOGIN] != first
    assert client.get("/account/password").location.startswith("/verify")
    answer = send(client, "/verify", {"code": used})
    assert (answer.status_code, marked(answer.text)) == (422, {"code": WRONG_CODE})
    answer = send(half_way(app), "/sign-in/code", {"code": used})
    assert (answer.status_code, marked(answer.text)) == (422, {"code": WRONG_CODE})


@pytest.mark.parametrize("code", ["", "000000", "abcdef", "1" * 5_000])
def test_what_is_no_code_proves_nothing_in_both_languages(app, client, code):
    set_up_app(client)
    old(app)
    answer = send(client, "/verify", {"code": code})
    said = WRONG_CODE if code else "This field is needed."
    assert (answer.status_code, marked(answer.text)) == (422, {"code": said})
    answer = send(client, "/verify", {"code": code}, headers=IN_CHINESE)
    assert (answer.status_code, marked(answer.text)) == (422, {"code": chinese(said)})
    assert client.get("/account/password").location.startswith("/verify")


def test_a_code_is_asked_of_nobody_who_has_no_app_and_proves_nothing_there(app, client):
    old(app)
    assert 'name="code"' not in client.get("/verify").text
    answer = send(client, "/verify", {"code": "123456"})
    assert marked(answer.text) == {"password": "This field is needed."}
    assert client.get("/account/password").location.startswith("/verify")


def test_codes_and_passwords_are_counted_together_before_a_sensitive_step(app, client):
    set_up_app(client)
    tries = [{"password": "wrong"}, {"code": "000000"}] * 3
    assert [send(client, "/verify", form).status_code for form in tries] == [422] * 5 + [429]


def test_no_session_is_ended_without_a_fresh_proof(app, client):
    other = app.test_client()
    enter(other)
    row = open_sessions_of(app)[1]
    old(app)
    for path in (f"/account/sessions/{row.id}/end", "/account/sessions/end-others"):
        answer = send(client, path, {})
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/verify")
        assert len(open_sessions_of(app)) == 2
    assert client.get("/account/sessions").location.startswith("/verify?next=/account/sessions")
    assert send(client, "/verify", {"password": "wrong"}).status_code == 422
    assert send(client, f"/account/sessions/{row.id}/end", {}).location.startswith("/verify")
    assert is_in(other)
    # The proof of one browser is none of another, and what was asked for is not done by proving.
    assert send(client, "/verify", {"password": SECRET}).status_code == 302
    assert send(other, "/account/sessions/end-others", {}).location.startswith("/verify")
    assert (is_in(client), is_in(other)) == (True, True)
    assert send(client, f"/account/sessions/{row.id}/end", {}).status_code == 303
    assert (is_in(client), is_in(other)) == (True, False)


def test_signing_out_oneself_wants_no_proof(app, client):
    old(app)
    assert send(client, "/sign-out", {}).status_code == 303
    assert not is_in(client)
