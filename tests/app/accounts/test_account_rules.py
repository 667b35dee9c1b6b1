"""What the account promises whatever the way: passwords, links in letters, and what ends what."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from math import log2

import pytest
from argon2 import PasswordHasher
from flask_security.utils import hash_data, verify_hash
from passlib.hash import sha256_crypt
from sqlalchemy import func, select, update

from app.accounts.commands import register_command
from app.accounts.services.factors import invent_recovery_codes
from app.clock import now_utc
from app.database import write_transaction
from app.security import ROUTES, SENSITIVE
from app.web import ROOT
from models.accounts.driving import FAILURES_MAX, PIN_DIGITS
from models.accounts.phones import PHONE_CODE_DIGITS
from models.accounts.tables import LoginSession, User
from tests.app.accounts.flows import (
    ADDRESS,
    OTHER_SECRET,
    SECRET,
    confirmed,
    enter,
    is_in,
    link,
    opened,
    person,
    send,
    set_up_app,
    sign_up,
)
from tests.app.browsing import signed_in

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)


def changed(app, **columns):
    with write_transaction(app.extensions["offtake"].sessions) as session:
        session.execute(update(User).where(User.email == ADDRESS).values(**columns))


def asked_to_reset(app):
    """The link of a letter by which a password is set anew."""
    send(app.test_client(), "/forgot-password", {"email": ADDRESS})
    return link(app, "account.reset")


REFUSED = (
    "password1234",
    "qwertyuiop123",
    "iloveyou1234",
    "offtakeofftake",
    "newcomer new@example",
)


def test_common_and_personal_passwords_are_refused_wherever_one_is_set(app):
    confirmed(app)
    client = app.test_client()
    enter(client)
    way = asked_to_reset(app)
    taken = []
    for password in REFUSED:
        answers = {
            "sign up": sign_up(app.test_client(), "third@example.com", password=password),
            "change": send(
                client, "/account/password", {"password": SECRET, "new_password": password}
            ),
            "reset": send(app.test_client(), way, {"password": password}),
        }
        taken += [f"{how}: {password}" for how, a in answers.items() if a.status_code != 422]
    assert taken == []
    assert enter(app.test_client()).status_code == 303


@pytest.mark.parametrize("password", REFUSED[:4])
def test_the_command_line_refuses_them_too(app, market, trading, password):
    words = ["--organization", "Fifth", "--name", "Fifth", "--email", "fifth@example.com"]
    answer = app.test_cli_runner().invoke(register_command, [*words, "--password", password])
    assert answer.exit_code != 0
    with trading() as session:
        assert session.scalar(select(User.id).where(User.email == "fifth@example.com")) is None


def test_a_password_counts_whole_and_in_its_case(app):
    whole = "Purple Otter Window 77 " + "z9 q" * 24 + "!"
    assert len(whole) > 100
    confirmed(app, password=whole)
    for nearly in (whole[:-1], whole[:72], whole + "!", whole.lower(), whole.swapcase()):
        assert enter(app.test_client(), password=nearly).status_code in {422, 429}
    with app.app_context():
        app.extensions["offtake_limits"].shared.storage.reset()
    assert enter(app.test_client(), password=whole).status_code == 303


def test_a_password_never_grows_too_old(app):
    confirmed(app)
    changed(app, created_at=now_utc() - timedelta(days=3_650))
    client = app.test_client()
    answer = enter(client, next="/market")
    assert (answer.status_code, answer.location) == (303, "/market")
    assert is_in(client)


def test_a_fresh_installation_has_no_account(trading):
    with trading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 0


def test_nothing_is_asked_or_hinted_that_others_know(app):
    asked = re.compile(r"hint|question|answer|maiden|pet_", re.IGNORECASE)
    assert [
        name for name in {column.name for column in User.__table__.columns} if asked.search(name)
    ] == []
    for path in ("/sign-in", "/sign-up", "/forgot-password"):
        fields = re.findall(r'name="([^"]+)"', app.test_client().get(path).text)
        assert fields
        assert [name for name in fields if asked.search(name)] == []


def test_every_sensitive_step_wants_a_fresh_proof(app, market):
    clients = [signed_in(app, "factory"), signed_in(app, "operator")]
    with write_transaction(app.extensions["offtake"].sessions) as session:
        session.execute(
            update(LoginSession).values(authenticated_at=now_utc() - timedelta(hours=1))
        )
    kinds = {"passkey", "authenticator", "recovery", "password", "email", "phone", "sessions"}
    seen = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in SENSITIVE:
            continue
        with app.test_request_context():
            path = rule.build(dict.fromkeys(rule.arguments, "1"))[1]
        methods = (rule.methods or set()) & {"GET", "POST"}
        for method in methods:
            answers = [
                send(client, path, {}) if method == "POST" else client.get(path)
                for client in clients
            ]
            asked = ["/verify?next=" in (answer.location or "") for answer in answers]
            refused = [answer.status_code == 403 for answer in answers]
            assert any(asked), (rule.endpoint, method)
            assert all(one or other for one, other in zip(asked, refused, strict=True)), rule
        seen |= {kind for kind in kinds if kind in path}
    assert seen == kinds
    assert set(ROUTES) >= SENSITIVE


def test_every_page_of_a_member_offers_to_sign_out(app, market):
    client = signed_in(app, "factory")
    without = []
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.arguments or rule.endpoint == "static":
            continue
        with client.get(rule.rule) as answer:
            page = answer.get_data(as_text=True)
            if answer.status_code == 200 and "<html" in page and 'action="/sign-out"' not in page:
                without.append(rule.rule)
    assert without == []
    assert 'action="/sign-out"' not in app.test_client().get("/market").text


def test_a_link_of_a_letter_is_good_for_its_purpose_and_its_person_alone(app):
    confirmed(app)
    reset = asked_to_reset(app).rpartition("/")[2]
    sign_up(app.test_client(), "other@example.com")
    welcome = link(app, "account.welcome").rpartition("/")[2]
    head, _, tail = reset.partition(".")
    forged = [
        f"/forgot-password/{welcome}",
        f"/confirm/{reset}",
        f"/forgot-password/{reset[:-1]}{'A' if reset[-1] != 'A' else 'B'}",
        f"/forgot-password/{head}.{welcome.partition('.')[2]}",
        f"/forgot-password/{tail}.{head}",
        "/forgot-password/eyJhbGciOiJub25lIn0.e30.",
        "/forgot-password/x",
    ]
    before = person(app).password
    for path in forged:
        send(app.test_client(), path, {"password": OTHER_SECRET})
    assert person(app).password == before
    assert person(app, "other@example.com").confirmed_at is None
    good = f"/forgot-password/{reset}"
    assert send(app.test_client(), good, {"password": OTHER_SECRET}).status_code == 302
    assert person(app).password != before
    # It worked once.
    after = person(app).password
    send(app.test_client(), good, {"password": "quite another lamp 55"})
    assert person(app).password == after


def test_a_letter_costs_no_slow_hash_that_would_tell_who_is_known(app, monkeypatch):
    confirmed(app)
    slow = []
    monkeypatch.setattr(sha256_crypt, "hash", lambda *_, **__: slow.append("hash"))
    monkeypatch.setattr(PasswordHasher, "hash", lambda *_, **__: slow.append("argon2"))
    assert asked_to_reset(app)
    send(app.test_client(), "/forgot-password", {"email": "nobody@example.com"})
    assert slow == []
    with app.app_context():
        first, other = hash_data("a password's hash"), hash_data("another one")
        assert re.fullmatch(r"[0-9a-f]{64}", first)
        assert verify_hash(first, "a password's hash")
        assert not verify_hash(first, "another one")
        assert other != first


def test_codes_are_hard_enough_to_guess(app):
    codes = [code for code, _ in invent_recovery_codes()]
    assert len(set(codes)) == len(codes) == 10
    signs = {sign for code in codes for sign in code if sign.isalnum()}
    length = min(sum(sign.isalnum() for sign in code) for code in codes)
    assert length * log2(len(signs)) > 40
    assert min(PIN_DIGITS, PHONE_CODE_DIGITS) * log2(10) > 19.9
    assert FAILURES_MAX <= 5
    confirmed(app)
    client = app.test_client()
    enter(client)
    key = set_up_app(client)
    assert len(key) * 5 >= 128  # base 32


def test_passwords_are_hashed_as_strongly_as_owasp_asks(app):
    """Read in the source, since tests hash cheaply."""
    source = (ROOT / "app/accounts/services/passwords.py").read_text("utf-8")
    (made,) = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "PasswordHasher"
    )
    cost = {keyword.arg: ast.literal_eval(keyword.value) for keyword in made.keywords}
    hasher = PasswordHasher(**cost)
    # OWASP, Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane; or stronger.
    assert hasher.type.name == "ID"
    assert (hasher.memory_cost >= 19_456, hasher.time_cost >= 2) == (True, True)
    assert (hasher.hash_len >= 32, hasher.salt_len >= 16) == (True, True)


def test_a_password_hash_of_former_strength_is_still_taken(app):
    confirmed(app)
    former = PasswordHasher(time_cost=3, memory_cost=64, parallelism=2, hash_len=16)
    changed(app, password=former.hash(SECRET))
    client = app.test_client()
    assert enter(client).status_code == 303
    assert is_in(client)


def test_signing_out_clears_what_the_browser_kept(app):
    confirmed(app)
    client = app.test_client()
    enter(client)
    assert client.get("/account").headers["Cache-Control"] == "no-store"
    answer = send(client, "/sign-out", {})
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    with opened(app) as session:
        ended = session.scalars(select(LoginSession.ended_at)).all()
    assert None not in ended
