"""Who reaches what, what is planted from outside, and the headers that every answer wears."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.inputs import RegisterUser
from app.accounts.services import register_user
from app.database import SessionFactory, write_transaction
from app.demands.services import move_demand
from app.headers import HEADERS
from app.matchmaking.services import refresh_market
from app.security import LOGIN
from app.settings import Settings
from app.streams import pages
from app.streams.services import move_stream
from app.web import create_app
from models.demands.tables import Demand
from models.permissions import SYSTEM
from models.streams.life import Action
from models.streams.tables import Stream
from tests.app.browsing import send, signed_in, token_of
from tests.market import MATCHING, NOON, PASSWORD, Market, demand_terms, stream_terms

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)


@pytest.fixture
def viewer(trading: SessionFactory, market: Market) -> str:
    """Somebody of the factory who may only look."""
    form = {"email": "viewer@example.com", "name": "v", "password": PASSWORD, "role": "viewer"}
    assert market.factory.organization_id is not None
    with write_transaction(trading) as session:
        register_user(
            session,
            market.factory.organization_id,
            RegisterUser.model_validate(form),
            actor=SYSTEM,
            now=NOON,
        )
    return "viewer"


def test_a_listing_of_others_is_neither_shown_nor_changed(
    app: Flask, market: Market, trading: SessionFactory
) -> None:
    client = signed_in(app, "stranger")
    path = f"/streams/{market.stream_id}/edit"
    page = client.get(path)
    assert page.status_code == 403
    assert "Fly ash from silo 2" not in page.text
    form = stream_terms(market.factory_site_id, name="Taken over")
    assert send(client, path, form).status_code == 403
    path = f"/demands/{market.demand_id}/edit"
    form = demand_terms(market.recycler_site_id, name="Taken over")
    assert send(client, path, form).status_code == 403
    with trading() as session:
        assert session.get_one(Stream, market.stream_id).name == "Fly ash from silo 2"
        assert session.get_one(Demand, market.demand_id).name == "Fly ash for cement"


def test_what_is_not_published_does_not_exist_for_strangers(
    app: Flask, market: Market, trading: SessionFactory, viewer: str
) -> None:
    with write_transaction(trading) as session:
        move_stream(session, market.stream_id, Action.PAUSE, actor=market.factory, now=NOON)
        move_demand(session, market.demand_id, Action.PAUSE, actor=market.recycler, now=NOON)
    stream, demand = f"/streams/{market.stream_id}", f"/demands/{market.demand_id}"
    seen = {
        (name, path): client.get(path).status_code
        for name in ("nobody", "stranger", "factory", "recycler", "viewer", "operator")
        for client in [app.test_client() if name == "nobody" else signed_in(app, name)]
        for path in (stream, stream + "/poster", demand, demand + "/poster")
    }
    allowed = {
        (name, path)
        for name, of in [("factory", stream), ("viewer", stream), ("recycler", demand)]
        for path in (of, of + "/poster")
    } | {("operator", path) for path in (stream, stream + "/poster", demand, demand + "/poster")}
    assert {key for key, status in seen.items() if status == 200} == allowed
    assert {status for key, status in seen.items() if key not in allowed} == {404}
    market_page = app.test_client().get("/market").text
    assert 'data-id="' not in market_page
    assert app.test_client().get("/market/points.json").json["rows"] == []


def test_partners_and_the_way_to_the_editor_are_the_owners_business(
    app: Flask, market: Market, trading: SessionFactory
) -> None:
    with write_transaction(trading) as session:
        refresh_market(session, actor=SYSTEM, now=NOON, policy=MATCHING)
    path, edit = f"/streams/{market.stream_id}", f'href="/streams/{market.stream_id}/edit"'
    seen = {}
    for name in ("nobody", "stranger", "recycler", "operator", "factory"):
        client = app.test_client() if name == "nobody" else signed_in(app, name)
        page = client.get(path).text
        seen[name] = (f'href="/demands/{market.demand_id}"' in page, edit in page)
    assert seen == {
        "nobody": (False, False),
        "stranger": (False, False),
        "recycler": (False, False),
        "operator": (True, False),
        "factory": (True, True),
    }


def test_a_form_without_its_token_is_a_bad_request(app: Flask) -> None:
    client = signed_in(app, "factory")
    others = token_of(app.test_client())
    found = {
        (path, token): client.post(path, data={"csrf_token": token}).status_code
        for path in ("/sign-in", "/sign-out", "/streams", "/demands", "/sites", "/papers")
        for token in ("", "planted", others)
    }
    assert set(found.values()) == {400}
    assert client.get("/streams").status_code == 200  # still signed in


def test_nothing_planted_before_sign_in_survives_it(app: Flask) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session["planted"] = "x"
        session[LOGIN] = "planted"
    before = token_of(client)
    form = {"email": "factory@example.com", "password": PASSWORD}
    assert send(client, "/sign-in", form).status_code == 303
    with client.session_transaction() as session:
        assert set(session) == {LOGIN}
        assert session[LOGIN] != "planted"
    assert client.post("/streams", data={"csrf_token": before}).status_code == 400


def test_a_made_up_session_is_a_visitor(app: Flask) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session[LOGIN] = "made up"
    assert client.get("/streams").status_code == 303


OUTSIDE = [
    "//evil.example",
    "https://evil.example/",
    "https:evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "/ok//evil.example",
    "evil.example",
    "",
]


def test_no_link_leads_out_of_the_market(app: Flask) -> None:
    found = {}
    for address in OUTSIDE:
        client = app.test_client()
        asked = client.get("/language/zh", query_string={"next": address})
        form = {"email": "factory@example.com", "password": PASSWORD, "next": address}
        entered = send(client, "/sign-in", form)
        found[address] = (asked.headers["Location"], entered.headers.get("Location"))
    # A link that plainly leads outside is refused at the door; any other leads to the second
    # factor that an owner needs, and from there nowhere outside either.
    assert set(found.values()) == {("/", None), ("/", "/account/second-factor?next=")}
    assert found["//evil.example"] == found["https://evil.example/"] == ("/", None)


def test_a_link_within_the_market_is_followed(app: Flask) -> None:
    client = app.test_client()
    inside = "/market?side=stream&q=a%26b"
    assert client.get("/language/zh", query_string={"next": inside}).headers["Location"] == inside
    sent_away = client.get("/streams/new").headers["Location"]
    page = client.get(sent_away).text
    assert 'name="next" value="/streams/new' in page
    form = {"email": "factory@example.com", "password": PASSWORD, "next": "/streams/new"}
    entered = send(client, "/sign-in", form).headers["Location"]
    assert entered == "/account/second-factor?next=/streams/new"


def test_every_answer_wears_the_headers(client: FlaskClient) -> None:
    expected_status = {
        "/": 200,
        "/market/points.json": 200,
        "/static/icon.svg": 200,
        "/healthz": 200,
        "/nope": 404,
        "/sign-out": 405,
        "/streams/new": 303,
        "/market?page=x": 422,
    }
    wanted = {name: value.replace("{tiles}", "") for name, value in HEADERS.items()}
    wanted["Cross-Origin-Embedder-Policy"] = "require-corp"
    for path, status in expected_status.items():
        with client.get(path) as answer:
            assert answer.status_code == status, path
            worn = {name: answer.headers.get(name, "") for name in HEADERS}
            worn["Content-Security-Policy"] = re.sub(
                "'nonce-[^']{24}'", "'nonce-{nonce}'", worn["Content-Security-Policy"]
            )
            assert worn == wanted, path


def test_only_what_a_signed_in_reader_sees_is_kept_by_nobody(app: Flask) -> None:
    reader, visitor = signed_in(app, "factory"), app.test_client()
    for path in ("/", "/streams", "/market", "/market/points.json", "/nope", "/market?page=x"):
        assert reader.get(path).headers["Cache-Control"] == "no-store", path
        assert "no-store" not in visitor.get(path).headers.get("Cache-Control", ""), path
    with reader.get("/static/icon.svg") as icon:
        assert "no-store" not in icon.headers["Cache-Control"]


def test_pages_of_signing_in_are_kept_by_nobody_in_words_that_browsers_know(app: Flask) -> None:
    visitor = app.test_client()
    for path in ("/sign-in", "/sign-up", "/forgot-password", "/confirm/x", "/forgot-password/x"):
        assert visitor.get(path).headers["Cache-Control"] == "no-store", path


def write_lock_is_free(facts_url: str) -> bool:
    """Whether somebody else could begin to write at this moment."""
    with closing(sqlite3.connect(facts_url.removeprefix("sqlite:///"), timeout=0)) as rival:
        try:
            rival.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        rival.execute("ROLLBACK")
        return True


@pytest.fixture
def free_when(
    facts_url: str, trading: SessionFactory, monkeypatch: pytest.MonkeyPatch
) -> Callable[[object, str], list[bool]]:
    """Note whether the write lock is free whenever something is called."""
    with write_transaction(trading):
        assert not write_lock_is_free(facts_url)
    assert write_lock_is_free(facts_url)

    def watch(owner: object, name: str) -> list[bool]:
        seen: list[bool] = []
        called = getattr(owner, name)

        def look(*arguments: Any, **named: Any) -> Any:
            seen.append(write_lock_is_free(facts_url))
            return called(*arguments, **named)

        monkeypatch.setattr(owner, name, look)
        return seen

    return watch


def test_a_form_is_read_before_the_lock_and_stored_under_it(
    app: Flask, market: Market, free_when: Callable[[object, str], list[bool]]
) -> None:
    client = signed_in(app, "factory")
    read, stored = free_when(pages, "read_form"), free_when(pages, "create_stream")
    terms = stream_terms(market.factory_site_id)
    assert send(client, "/streams", terms | {"ask_per_t": "cheap"}).status_code == 422
    assert send(client, "/streams", terms).status_code == 303
    assert (read, stored) == ([True, True], [False])


def test_the_content_policy_allows_nothing_inline_and_nobody_else(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_pages_hold_nothing_that_the_policy_would_stop(app: Flask, market: Market) -> None:
    client = signed_in(app, "factory")
    stream = f"/streams/{market.stream_id}"
    for path in ("/", "/market", "/catalogue", "/nope", "/streams/new", stream, f"{stream}/poster"):
        page = client.get(path).text
        assert re.search(r"<script(?![^>]*(?:src=|application/json))", page) is None, path
        assert re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page) is None, path


def test_tiles_of_the_operator_are_the_only_other_source(
    facts_url: str, market: Market, tmp_path: object
) -> None:
    settings = Settings(
        DATABASE_URL=facts_url,
        instance=tmp_path,
        secret_key="test",
        secure_cookies=True,
        trusted_hosts=["offtake.example"],
        tile_url="https://{s}.tiles.example/{z}/{x}/{y}.png",
    )
    app = create_app(settings)
    answer = app.test_client().get("/language/zh", base_url="https://offtake.example")
    assert (
        "img-src 'self' data: https://*.tiles.example;"
        in (answer.headers["Content-Security-Policy"])
    )
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax"))
    assert answer.headers["Cross-Origin-Embedder-Policy"] == "credentialless"
    app.extensions["offtake"].sessions.kw["bind"].dispose()


def test_the_session_cookie_is_out_of_reach_of_scripts(app: Flask) -> None:
    cookie = app.test_client().get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("offtake=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
