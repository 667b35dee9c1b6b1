"""Second factors: authenticator apps, recovery codes, passkeys, and what they open once."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import update

from app.clock import now_utc
from app.database import write_transaction
from app.security import LOGIN
from models.accounts.tables import Passkey, RecoveryCode, User
from tests.app.accounts.authenticator import Authenticator, add_passkey, question, show_passkey
from tests.app.accounts.flows import (
    ADDRESS,
    OTHER_SECRET,
    SECRET,
    code_of,
    confirmed,
    enter,
    half_way,
    is_in,
    letters,
    make_recovery_codes,
    old,
    open_sessions_of,
    opened,
    person,
    send,
    set_up_app,
)
from tests.app.browsing import IN_CHINESE, chinese, marked
from tests.market import PASSWORD

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)
WRONG_CODE = "This code is wrong or has been used. Wait for the next one."


@pytest.fixture
def client(app):
    confirmed(app)
    client = app.test_client()
    enter(client)
    return client


def test_an_app_is_set_up_by_its_key_and_then_asked_for(app, client):
    key = set_up_app(client)
    assert open_sessions_of(app)[0].second_factor
    fresh = half_way(app)
    assert not is_in(fresh)
    answer = send(fresh, "/sign-in/code?next=/market", {"code": code_of(key)})
    assert (answer.status_code, answer.location) == (303, "/market")
    assert is_in(fresh)
    rows = open_sessions_of(app)
    assert [(row.via, row.second_factor) for row in rows][1:] == [("authenticator", True)]
    assert len(letters(app, "account.factor_changed")) == 1


@pytest.mark.parametrize("factor", ["app", "passkey"])
def test_a_browser_that_came_in_by_the_password_alone_adds_no_factor_beside_the_first(
    app, client, factor
):
    thief = app.test_client()
    enter(thief)
    assert is_in(thief)
    if factor == "app":
        set_up_app(client)
    else:
        add_passkey(client, Authenticator())
    assert is_in(client)
    assert not is_in(thief)
    answer = send(thief, "/account/authenticator", {"setup": "authenticator"})
    assert answer.location.startswith("/sign-in")
    assert [row.second_factor for row in open_sessions_of(app)] == [True]


def test_a_further_factor_ends_no_browser_that_has_shown_one(app, client):
    key = set_up_app(client)
    second = half_way(app)
    send(second, "/sign-in/code", {"code": code_of(key)})
    add_passkey(client, Authenticator())
    assert is_in(second)


def test_the_secret_of_an_app_is_stored_encrypted(app, client):
    key = set_up_app(client)
    stored = person(app).tf_totp_secret
    assert json.loads(stored)["enckey"]
    assert key not in stored


def test_a_code_works_once_and_only_one_step_beside_its_time(app, client):
    key = set_up_app(client)
    first, second = half_way(app), half_way(app)
    used = code_of(key)
    assert send(first, "/sign-in/code", {"code": used}).status_code == 303
    answer = send(second, "/sign-in/code", {"code": used})
    assert answer.status_code == 422
    assert marked(answer.text) == {"code": WRONG_CODE}
    assert not is_in(second)
    for steps in (-2, 3):
        assert send(second, "/sign-in/code", {"code": code_of(key, steps)}).status_code == 422
    assert not is_in(second)
    assert send(second, "/sign-in/code", {"code": code_of(key, 1)}).status_code == 303


@pytest.mark.parametrize("code", ["", "abcdef", "000000", "١٢٣٤٥٦", "1" * 5_000, "12 34"])
def test_what_is_no_code_is_refused_in_both_languages(app, client, code):
    set_up_app(client)
    fresh = half_way(app)
    answer = send(fresh, "/sign-in/code", {"code": code})
    assert answer.status_code == 422
    (said,) = marked(answer.text).values()
    answer = send(fresh, "/sign-in/code", {"code": code}, headers=IN_CHINESE)
    assert marked(answer.text) == {"code": chinese(said)}
    assert not is_in(fresh)


def test_after_five_codes_the_sixth_waits(app, client):
    key = set_up_app(client)
    fresh = half_way(app)
    said = [send(fresh, "/sign-in/code", {"code": "000000"}).status_code for _ in range(5)]
    assert said == [422] * 5
    answer = send(fresh, "/sign-in/code", {"code": code_of(key)})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert not is_in(fresh)


def test_half_a_sign_in_is_worth_nothing_after_ten_minutes(app, client):
    key = set_up_app(client)
    fresh = half_way(app)
    with fresh.session_transaction() as browser:
        browser["half_way_since"] -= 601
    answer = send(fresh, "/sign-in/code", {"code": code_of(key)})
    assert answer.location == "/sign-in"
    assert not is_in(fresh)


def test_no_second_step_without_the_first(app, client):
    set_up_app(client)
    codes = make_recovery_codes(client)
    fresh = app.test_client()
    assert send(fresh, "/sign-in/code", {"code": "000000"}).location == "/sign-in"
    assert send(fresh, "/sign-in/recovery", {"code": codes[0]}).location == "/sign-in"
    assert not is_in(fresh)


def test_recovery_codes_are_shown_once_stored_hashed_and_open_once(app, client):
    set_up_app(client)
    codes = make_recovery_codes(client)
    assert len(set(codes)) == 10
    with opened(app) as session:
        stored = [row.code_hash for row in session.query(RecoveryCode)]
    assert all(code_hash.startswith("$argon2id$") for code_hash in stored)
    assert codes[0] not in client.get("/account/recovery-codes?show_codes=y").text
    first, second = half_way(app), half_way(app)
    typed = codes[0].upper().replace("-", " ")
    assert send(first, "/sign-in/recovery", {"code": typed}).status_code == 303
    assert is_in(first)
    answer = send(second, "/sign-in/recovery", {"code": codes[0]})
    assert marked(answer.text) == {"code": "This recovery code is wrong or has been used."}
    assert send(second, "/sign-in/recovery", {"code": codes[1]}).status_code == 303
    assert "8 left" in client.get("/account").text


def test_new_recovery_codes_make_the_old_ones_worthless(app, client):
    set_up_app(client)
    old_codes, new_codes = make_recovery_codes(client), make_recovery_codes(client)
    fresh = half_way(app)
    assert send(fresh, "/sign-in/recovery", {"code": old_codes[0]}).status_code == 422
    assert send(fresh, "/sign-in/recovery", {"code": new_codes[0]}).status_code == 303


def test_an_app_that_is_removed_is_not_asked_for_and_the_browser_has_one_factor_less(app, client):
    set_up_app(client)
    make_recovery_codes(client)
    answer = send(client, "/account/authenticator", {"setup": "disable"})
    assert answer.location == "/account"
    assert person(app).tf_totp_secret is None
    assert [row.second_factor for row in open_sessions_of(app)] == [False]
    with opened(app) as session:
        assert session.query(RecoveryCode).count() == 0
    assert enter(app.test_client()).status_code == 303


def test_a_passkey_signs_in_alone_as_second_step_and_for_a_sensitive_one(app, client):
    key = Authenticator()
    assert add_passkey(client, key).location == "/account"
    assert open_sessions_of(app)[0].second_factor
    alone = app.test_client()
    answer = show_passkey(alone, key, "/sign-in/passkey", next="/market")
    assert (answer.status_code, answer.location) == (303, "/market")
    assert is_in(alone)
    second = half_way(app)
    assert show_passkey(second, key, "/sign-in/passkey").status_code == 303
    assert is_in(second)
    assert [(row.via, row.second_factor) for row in open_sessions_of(app)][1:] == [
        ("passkey", True),
        ("passkey", True),
    ]
    old(app)
    assert alone.get("/account/password").location.startswith("/verify")
    answer = show_passkey(alone, key, "/verify/passkey", next="/account/password")
    assert answer.status_code == 302
    assert alone.get("/account/password").status_code == 200


def test_an_answer_of_an_authenticator_is_taken_once(app, client):
    key = Authenticator()
    add_passkey(client, key)
    first, second = app.test_client(), app.test_client()
    address, options = question(send(first, "/sign-in/passkey", {}))
    answer = {"credential": json.dumps(key.get(options))}
    assert send(first, address, answer).status_code == 303
    assert send(second, address, answer).status_code == 429
    assert not is_in(second)


@pytest.mark.parametrize(
    "wrong",
    [
        "unverified", "other origin", "stranger", "broken signature", "no json", "clone",
    ],
)  # fmt: skip
def test_a_passkey_that_proves_too_little_opens_nothing(app, client, wrong):
    key = Authenticator()
    add_passkey(client, key)
    fresh = app.test_client()
    address, options = question(send(fresh, "/sign-in/passkey", {}))
    if wrong == "unverified":
        key.flags &= ~0x04
    elif wrong == "other origin":
        key.origin = "http://evil.example"
    elif wrong == "stranger":
        key.credential_id = b"somebody else's key"
    elif wrong == "clone":
        key.count = 0
    answer = key.get(options)
    if wrong == "broken signature":
        answer["response"]["signature"] = answer["response"]["authenticatorData"]
    sent = "{" if wrong == "no json" else json.dumps(answer)
    refused = send(fresh, address, {"credential": sent}, headers=IN_CHINESE)
    assert refused.location.endswith("/sign-in/passkey")
    page = fresh.get("/sign-in/passkey", headers=IN_CHINESE).text
    assert not is_in(fresh)
    assert chinese("The passkey could not be checked. Try again, or use another way.") in page or (
        chinese("This request cannot be read. Go back, reload the page and send again.") in page
    )


@pytest.mark.parametrize("state", ["disabled_at", "confirmed_at"])
def test_the_passkey_of_a_disabled_or_unconfirmed_person_opens_nothing(app, client, state):
    key = Authenticator()
    add_passkey(client, key)
    with write_transaction(app.extensions["offtake"].sessions) as session:
        moment = now_utc() if state == "disabled_at" else None
        session.execute(update(User).where(User.email == ADDRESS).values({state: moment}))
    fresh = app.test_client()
    show_passkey(fresh, key, "/sign-in/passkey")
    assert not is_in(fresh)


def test_the_passkey_of_another_person_does_not_verify_this_one(app, client):
    confirmed(app, "other@example.com")
    other, key = app.test_client(), Authenticator()
    enter(other, "other@example.com")
    add_passkey(other, key)
    add_passkey(client, Authenticator())
    old(app)
    show_passkey(client, key, "/verify/passkey")
    assert client.get("/account/password").location.startswith("/verify")


def test_passkeys_are_named_renamed_and_removed_by_their_owner_alone(app, client):
    key = Authenticator()
    add_passkey(client, key, "phone")
    page = send(client, "/account/passkeys", {"name": "phone", "usage": "first"})
    assert marked(page.text) == {"name": "Another of your passkeys has this name."}
    with opened(app) as session:
        (passkey_id,) = [row.id for row in session.query(Passkey)]
    confirmed(app, "other@example.com")
    other = app.test_client()
    enter(other, "other@example.com")
    renamed = {"name": "office"}
    assert send(other, f"/account/passkeys/{passkey_id}/name", renamed).status_code == 404
    assert send(client, f"/account/passkeys/{passkey_id}/name", renamed).status_code == 303
    assert 'value="office"' in client.get("/account").text
    send(other, "/account/passkeys/delete", {"name": "office"})
    assert 'value="office"' in client.get("/account").text
    send(client, "/account/passkeys/delete", {"name": "office"})
    assert 'value="office"' not in client.get("/account").text
    show_passkey(fresh := app.test_client(), key, "/sign-in/passkey")
    assert not is_in(fresh)


def test_a_sensitive_step_wants_a_fresh_proof_and_the_secret_is_new_after_it(app, client):
    with client.session_transaction() as browser:
        first = browser[LOGIN]
    old(app)
    answer = client.get("/account/authenticator")
    assert answer.location == "/verify?next=/account/authenticator?"
    form = {"password": SECRET, "new_password": OTHER_SECRET}
    assert send(client, "/account/password", form).location == "/verify?next=/account"
    assert send(client, "/verify", {"password": "wrong"}).status_code == 422
    assert client.get("/account/password").status_code == 303
    answer = send(client, "/verify", {"password": SECRET, "next": "/account/password"})
    assert answer.location == "/account/password"
    assert client.get("/account/password").status_code == 200
    with client.session_transaction() as browser:
        assert browser[LOGIN] != first
    thief = app.test_client()
    with thief.session_transaction() as browser:
        browser[LOGIN] = first
    assert not is_in(thief)


def test_after_five_wrong_passwords_a_sensitive_step_waits(app, client):
    said = [send(client, "/verify", {"password": "wrong"}).status_code for _ in range(6)]
    assert said == [422] * 5 + [429]


def test_who_trades_is_led_to_a_second_factor_and_until_then_only_reads(app):
    client = app.test_client()
    form = {"email": "factory@example.com", "password": PASSWORD, "next": "/streams"}
    answer = send(client, "/sign-in", form)
    assert answer.location == "/account/second-factor?next=/streams"
    page = client.get(answer.location)
    assert 'href="/streams"' in page.text
    refused = client.get("/streams")
    assert refused.status_code == 403
    assert "Your role needs a second factor." in client.get("/market").text
    assert add_passkey(client, Authenticator()).location == "/account"
    assert client.get("/streams").status_code == 200
    assert "Your role needs a second factor." not in client.get("/market").text
