"""What a request meets before anything is done: names, origins, limits, cookies, keys, bodies."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits.errors import StorageError
from pydantic import TypeAdapter, ValidationError
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.fields import LegalName
from app.headers import STRICT_TRANSPORT
from app.i18n import LANGUAGES
from app.limits import DOORS, DOWNLOADS, LIMITS, UNLIMITED, RateLimits, network_of, rate_limits
from app.problems import HTTP_MESSAGES
from app.security import MAX_UPLOAD_BYTES, ROUTES, UNKNOWN_HOST, UPLOAD_ROUTES
from app.settings import Settings
from app.web import create_app
from tests.app.browsing import IN_CHINESE, chinese, send, signed_in, token_of
from tests.market import Market

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)
KEY, OLD_KEY = "one key of many letters 7291 and more", "another key of many letters 55 and so on"


class Apps:
    """Applications with settings of their own on the same market."""

    def __init__(self, facts_url: str, folder: Path) -> None:
        self.facts_url, self.folder = facts_url, folder
        self.made: list[Flask] = []

    def __call__(self, **settings: Any) -> Flask:
        given = {"DATABASE_URL": self.facts_url, "instance": self.folder, "secret_key": KEY}
        app = create_app(Settings(**(given | settings)))
        app.config["PROPAGATE_EXCEPTIONS"] = False
        self.made.append(app)
        return app


@pytest.fixture
def apps(facts_url: str, market: Market, tmp_path: Path) -> Iterator[Apps]:
    maker = Apps(facts_url, tmp_path)
    yield maker
    for app in maker.made:
        app.extensions["offtake"].sessions.kw["bind"].dispose()


def test_tables_name_only_endpoints_that_exist(client: FlaskClient) -> None:
    assert set(ROUTES) >= DOORS | DOWNLOADS | UNLIMITED | UPLOAD_ROUTES


# Names


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "localhost:80@evil.example",
        "localhost\r\nX-Planted: 1",
        "",
        "127.0.0.1.nip.io",
        "localhost/evil",
        "[::1",
        "localhost:99999",
        "*",
    ],
)
def test_a_forged_name_is_refused_before_anything_else(client: FlaskClient, host: str) -> None:
    answer = client.get("/sign-in", environ_overrides={"HTTP_HOST": host})
    assert answer.status_code == 400
    assert answer.text == UNKNOWN_HOST
    assert "evil" not in str(answer.headers) + answer.text
    assert "X-Planted" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000"])
def test_this_machine_is_known_by_its_own_names(client: FlaskClient, host: str) -> None:
    assert client.get("/robots.txt", headers={"Host": host}).status_code == 200


def test_an_installation_is_known_by_the_names_it_was_given_alone(apps: Apps) -> None:
    client = apps(trusted_hosts=["market.example.com"]).test_client()
    assert client.get("/robots.txt", headers={"Host": "market.example.com"}).status_code == 200
    assert client.get("/robots.txt", headers={"Host": "localhost"}).status_code == 400
    sneaky = {"Host": "market.example.com", "X-Forwarded-Host": "evil.example"}
    page = client.get("/streams/new", headers=sneaky)
    assert page.status_code == 303
    assert "evil.example" not in str(page.headers)


# Where a request was made


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({"Sec-Fetch-Site": "none"}, 422),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "nonsense"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "http://localhost"}, 422),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
def test_what_another_website_sends_is_refused_even_with_a_token(
    app: Flask, headers: dict[str, str], status: int
) -> None:
    client = signed_in(app, "factory")
    answer = send(client, "/sites", {"name": ""}, headers=headers)
    assert answer.status_code == status
    said = "This was sent from another website, not from here."
    assert (said in answer.text) == (status == 403)
    if status == 403:
        in_chinese = send(client, "/sites", {"name": ""}, headers=headers | IN_CHINESE)
        assert chinese(said) in in_chinese.text


def test_a_link_from_another_website_may_be_followed(client: FlaskClient) -> None:
    assert client.get("/market", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


# Limits


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {"read": "4 per minute", "change": "2 per minute", "door": "3 per minute"}
    monkeypatch.setattr("app.limits.LIMITS", dict(LIMITS) | few)


def test_who_asks_too_often_waits_and_nobody_else_does(narrow: None, apps: Apps) -> None:
    client = apps().test_client()
    found = [client.get("/robots.txt").status_code for _ in range(6)]
    assert found == [200] * 4 + [429] * 2
    refused = client.get("/robots.txt", headers=IN_CHINESE)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert chinese(HTTP_MESSAGES[429]) in refused.text
    assert HTTP_MESSAGES[429] in client.get("/robots.txt").text
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert client.get("/robots.txt", environ_overrides=elsewhere).status_code == 200
    assert client.get("/healthz").status_code == 200
    with client.get("/static/icon.svg") as icon:
        assert icon.status_code == 200


def test_guesses_at_a_door_are_counted_whatever_the_settings(narrow: None, apps: Apps) -> None:
    client = apps(rate_limits=False).test_client()
    form = {"csrf_token": token_of(client), "email": "a@example.com", "password": "x"}
    found = [client.post("/sign-in", data=form).status_code for _ in range(5)]
    assert found[3:] == [429, 429]
    assert 429 not in found[:3]
    assert {client.get("/robots.txt").status_code for _ in range(9)} == {200}


def test_a_header_does_not_make_somebody_else_of_me(narrow: None, apps: Apps) -> None:
    client = apps().test_client()
    found = [
        client.get("/robots.txt", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code
        for n in range(5)
    ]
    assert found == [200] * 4 + [429]


def test_behind_a_proxy_the_last_address_counts(narrow: None, apps: Apps) -> None:
    client = apps(trusted_proxies=1).test_client()

    def asked(forwarded: str) -> int:
        return client.get("/robots.txt", headers={"X-Forwarded-For": forwarded}).status_code

    assert [asked(f"10.0.0.{n}, 198.51.100.7") for n in range(5)] == [200] * 4 + [429]
    assert asked("198.51.100.7, 203.0.113.9") == 200


def test_people_of_one_company_do_not_hold_each_other_up(narrow: None, apps: Apps) -> None:
    app = apps()
    first, second = signed_in(app, "factory"), signed_in(app, "recycler")
    assert [first.get("/robots.txt").status_code for _ in range(5)] == [200] * 4 + [429]
    assert second.get("/robots.txt").status_code == 200


def test_an_address_stands_for_its_customer(client: FlaskClient) -> None:
    assert network_of("203.0.113.7") == "203.0.113.7"
    assert network_of("::ffff:203.0.113.7") == "203.0.113.7"
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1") == "2001:db8:1:2::"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("nonsense") == "nonsense"


def test_limits_are_taken_looked_at_and_forgotten(app: Flask) -> None:
    with app.app_context():
        limits = rate_limits()
        assert [limits.take("2 per hour", "a", "b") for _ in range(3)] == [True, True, False]
        assert limits.is_open("2 per hour", "a", "c")
        assert not limits.is_open("2 per hour", "a", "b")
        assert 1 <= limits.seconds_left("2 per hour", "a", "b") <= 3_600
        limits.forget("2 per hour", "a", "b")
        assert limits.is_open("2 per hour", "a", "b")


def test_while_redis_is_silent_each_process_counts_alone(app: Flask) -> None:
    class Silent:
        def __getattr__(self, name: str) -> Any:
            def fail(*_: object) -> Any:
                raise StorageError(ConnectionError("redis is away"))

            return fail

    with app.app_context():
        limits = RateLimits(shared=Silent(), alone=rate_limits().alone)  # type: ignore[arg-type]
        assert [limits.take("2 per hour", "x") for _ in range(3)] == [True, True, False]
        assert limits.seconds_left("2 per hour", "x") >= 1
        limits.forget("2 per hour", "x")
        assert limits.is_open("2 per hour", "x")


# Headers, cookies and keys


def test_every_answer_has_a_nonce_of_its_own(client: FlaskClient) -> None:
    def nonce() -> str:
        policy = client.get("/").headers["Content-Security-Policy"]
        found = re.search(r"script-src 'self' 'nonce-([A-Za-z0-9_-]{24})';", policy)
        assert found is not None
        return found[1]

    assert len({nonce() for _ in range(5)}) == 5


def test_over_https_cookies_and_headers_are_bound_to_this_host(apps: Apps) -> None:
    app = apps(secure_cookies=True, trusted_hosts=["market.example.com"])
    client = app.test_client()
    answer = client.get("/sign-in", base_url="https://market.example.com")
    assert answer.headers["Strict-Transport-Security"] == STRICT_TRANSPORT
    assert int(STRICT_TRANSPORT.split("=")[1].split(";")[0]) >= 31_536_000
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-offtake=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    chosen = client.get("/language/zh", base_url="https://market.example.com")
    (cookie,) = (c for c in chosen.headers.getlist("Set-Cookie") if "language" in c)
    assert cookie.startswith("__Host-language=zh;")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    again = client.get("/sign-in", base_url="https://market.example.com")
    assert f'lang="{"zh-CN"}"' in again.text
    assert set(LANGUAGES) == {"en", "zh"}


def test_without_https_nothing_is_promised_about_it(client: FlaskClient) -> None:
    answer = client.get("/sign-in")
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["Set-Cookie"].startswith("offtake=")


def test_a_key_is_changed_without_signing_anybody_out(apps: Apps) -> None:
    before = signed_in(apps(secret_key=OLD_KEY), "factory")
    cookie = before.get_cookie("offtake")
    assert cookie is not None

    def admitted(**settings: Any) -> int:
        client = apps(**settings).test_client()
        client.set_cookie("offtake", cookie.value)
        return client.get("/streams").status_code

    assert admitted(secret_key=KEY, secret_keys_old=[OLD_KEY]) == 200
    assert admitted(secret_key=KEY) == 303
    after = apps(secret_key=KEY, secret_keys_old=[OLD_KEY]).test_client()
    after.get("/sign-in")
    fresh = after.get_cookie("offtake")
    assert fresh is not None
    client = apps(secret_key=OLD_KEY).test_client()
    client.set_cookie("offtake", fresh.value)
    assert token_of(client)  # readable only by a key that signs: a new session was begun


# Bodies


def posted(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    """A form with files, packed here: the test client would leave its own temporary files open."""
    boundary, body = encode_multipart({"csrf_token": token_of(client)} | fields)
    content_type = f"multipart/form-data; boundary={boundary}"
    return client.post(path, data=body, content_type=content_type)


def a_file(size: int) -> FileStorage:
    return FileStorage(BytesIO(b"x" * size), filename="a.pdf", name="report")


def test_only_forms_that_take_files_may_bring_one(app: Flask, market: Market) -> None:
    client = signed_in(app, "factory")
    for path in ("/streams", "/sites", "/demands"):
        answer = posted(client, path, report=a_file(100))
        assert answer.status_code == 415, path
        assert HTTP_MESSAGES[415] in answer.text
    assert posted(client, "/sites", report=a_file(1_100_000)).status_code == 413
    path = f"/streams/{market.stream_id}/assays/new"
    assert posted(client, path, report=a_file(2_000_000)).status_code == 422
    assert posted(client, path, report=a_file(MAX_UPLOAD_BYTES)).status_code == 413
    assert posted(client, path, laboratory="x" * 2_000_000).status_code == 413
    assert posted(client, path, **{f"f{n}": "x" for n in range(2_100)}).status_code == 413
    assert send(client, path, {"laboratory": "x" * 2_000_000}).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\n\r\n",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nno end',
        b'--x\r\nContent-Disposition: form-data; filename="a.pdf"\r\n\r\n1\r\n--x--\r\n',
        b"--x\r\n" + b"A: " + b"b" * 200_000 + b"\r\n\r\n1\r\n--x--\r\n",
    ],
)
def test_a_torn_body_is_a_refusal_and_no_error(app: Flask, market: Market, body: bytes) -> None:
    client = signed_in(app, "factory")
    answer = client.post(
        f"/streams/{market.stream_id}/assays/new",
        data=body,
        content_type="multipart/form-data; boundary=x",
    )
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain"])
def test_who_sends_a_byte_now_and_then_is_hung_up_on(
    app: Flask, monkeypatch: pytest.MonkeyPatch, content_type: str
) -> None:
    monkeypatch.setattr("app.edge.BODY_SECONDS", 0.2)
    client = signed_in(app, "factory")
    over = threading.Event()
    ours, theirs = socket.socketpair()

    def drip() -> None:
        with suppress(OSError):
            while not over.wait(0.03):
                theirs.sendall(b"a")

    thread = threading.Thread(target=drip)
    thread.start()
    with ours, theirs, ours.makefile("rb") as body:
        answer = client.post(
            "/sites",
            content_type=content_type,
            environ_overrides={
                "gunicorn.socket": ours,
                "wsgi.input": body,
                "CONTENT_LENGTH": "5000",
            },
        )
        over.set()
        thread.join()
    assert answer.status_code == 408
    assert HTTP_MESSAGES[408] in answer.text


def test_who_sends_in_time_is_not_hung_up_on(app: Flask) -> None:
    client = signed_in(app, "factory")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        form = {"csrf_token": token_of(client), "name": ""}
        overrides = {"gunicorn.socket": ours}
        answer = client.post("/sites", data=form, environ_overrides=overrides)
        theirs.sendall(b"x")
        assert ours.recv(1) == b"x"
    assert answer.status_code == 422


def test_a_field_that_no_form_has_is_refused(app: Flask, market: Market) -> None:
    client = signed_in(app, "factory")
    for field in ("organization_id", "owner_id", "verified_at", "role", "id", "demonstration"):
        answer = send(client, "/sites", {"name": "Works", "kind": "other", field: "1"})
        assert answer.status_code == 422, field
        assert "There is no such field." in answer.text


@pytest.mark.parametrize(
    "planted", ["/market\r\nSet-Cookie: a=b", "/market%0d%0aX: y", "/\nevil", "/\x00"]
)
def test_no_address_smuggles_in_a_header(client: FlaskClient, planted: str) -> None:
    answer = client.get("/language/zh", query_string={"next": planted})
    assert answer.status_code == 303
    assert "\n" not in answer.headers["Location"]
    assert not [value for name, value in answer.headers if name == "X" or value.startswith("a=b")]


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH"])
def test_no_other_method_is_answered(client: FlaskClient, method: str) -> None:
    for path in ("/", "/market", "/healthz"):
        answer = client.open(path, method=method, headers={"X-Canary": "7291"})
        assert answer.status_code == 405
        assert "7291" not in answer.text


def test_no_other_website_may_read_an_answer(client: FlaskClient) -> None:
    for path in ("/", "/market/points.json", "/healthz"):
        answer = client.get(path, headers={"Origin": "https://evil.example"})
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


# Names that look like other names


@pytest.mark.parametrize(
    "name",
    [
        "Acme GmbH", "山东钢铁（集团）有限公司", "中粮Acme集团", "ООО Ромашка", "ООО Acme",
        "Müller & Söhne", "Ελλάς Α.Ε.", "株式会社Sony", "3M", "Łódź Øresund", "Ａｃｍｅ",
    ],
)  # fmt: skip
def test_a_name_in_one_alphabet_is_a_name(client: FlaskClient, name: str) -> None:
    assert TypeAdapter(LegalName).validate_python(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "\u0410cme GmbH", "Acm\u0435", "\u0391cme", "中粮\u0410cme", "Ac\u200bme", "Ac\u00adme",
        "\U0001d400cme", "Acme\u2060", "\u13aacme", "Acme\u3164 Ltd", "Ac\u202eme",
    ],
)  # fmt: skip
def test_a_name_that_looks_like_another_is_refused(client: FlaskClient, name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        TypeAdapter(LegalName).validate_python(name)
    assert refusal.value.errors()[0]["type"] in {"look_alike", "unreadable"}


# Whom to tell


def test_security_txt_names_whom_to_tell_and_until_when(apps: Apps) -> None:
    path = "/.well-known/security.txt"
    assert apps().test_client().get(path).status_code == 404
    app = apps(
        security_contact="security@example.com",
        secure_cookies=True,
        trusted_hosts=["market.example.com"],
    )
    answer = app.test_client().get(path, base_url="https://market.example.com")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert lines["Contact"] == "mailto:security@example.com"
    assert lines["Preferred-Languages"] == "en, zh"
    assert lines["Canonical"] == "https://market.example.com/.well-known/security.txt"
    expires = datetime.strptime(lines["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    left = expires - datetime.now(UTC)  # noqa: TID251  (that it is the true clock is the point)
    assert timedelta(days=179) < left < timedelta(days=365)


@pytest.mark.parametrize("contact", ["javascript:alert(1)", "a b@c", "x\nContact: y", "http://x"])
def test_a_contact_that_nobody_could_reach_is_refused(client: FlaskClient, contact: str) -> None:
    with pytest.raises(ValidationError):
        Settings(security_contact=contact)
