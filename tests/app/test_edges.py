"""Through the pages as people use them: languages, the market and its map, publishing a stream."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.database import SessionFactory, write_transaction
from app.matchmaking import pages as market_pages
from app.matchmaking.services import refresh_market
from app.settings import Settings
from app.streams import pages as stream_pages
from app.streams.services import move_stream
from app.wiring import job_kinds
from app.worker import run_due_jobs
from models.permissions import SYSTEM
from models.streams.life import Action
from models.streams.tables import Assay, Stream
from tests.app.browsing import IN_CHINESE, chinese, flat, marked, send, signed_in
from tests.app.matchmaking.listings import open_demand, open_stream
from tests.market import (
    FLY_ASH,
    MATCHING,
    NOON,
    PASSWORD,
    Market,
    make_site,
    parameter_id,
    stream_terms,
)

on_sqlite = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)


def language_of(page: str) -> str:
    found = re.search(r'<html lang="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.fixture
def worker(trading: SessionFactory, facts_url: str, tmp_path: Path) -> Callable[[], int]:
    """Carries out what is due at noon; answers how many jobs that were."""
    kinds = job_kinds(Settings(DATABASE_URL=facts_url, instance=tmp_path, secret_key="test"))
    return lambda: run_due_jobs(trading, kinds, now=NOON)


WISHES = {
    "zh": "zh-CN",
    "zh-CN,zh;q=0.9,en;q=0.8": "zh-CN",
    "zh-Hans": "zh-CN",
    "en-GB,zh;q=0.5": "en",
    "de,zh;q=0.3": "zh-CN",
    "zh;q=0,de": "en",
    "de": "en",
    "": "en",
    "*;q=x,,,;": "en",
}


@on_sqlite
def test_the_browser_says_which_language(client: FlaskClient) -> None:
    found = {
        asked: language_of(client.get("/", headers={"Accept-Language": asked}).text)
        for asked in WISHES
    }
    assert found == WISHES


@on_sqlite
def test_the_readers_own_choice_wins(client: FlaskClient) -> None:
    assert client.get("/language/zh?next=/market").headers["Location"] == "/market"
    assert language_of(client.get("/", headers={"Accept-Language": "en"}).text) == "zh-CN"
    client.get("/language/en")
    assert language_of(client.get("/", headers=IN_CHINESE).text) == "en"
    client.set_cookie("language", "xx")
    assert language_of(client.get("/", headers=IN_CHINESE).text) == "zh-CN"


@on_sqlite
def test_signing_in_and_out(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/streams").headers["Location"] == "/sign-in?next=/streams?"
    for form in (
        {"email": "factory@example.com", "password": "wrong password"},
        {"email": "nobody@example.com", "password": PASSWORD},
    ):
        answer = send(client, "/sign-in", form, headers=IN_CHINESE)
        assert answer.status_code == 422
        assert chinese("Address or password is wrong.") in answer.text
        assert f'value="{form["email"]}"' in answer.text
        assert form["password"] not in answer.text
    empty = send(client, "/sign-in", {"email": "x", "password": ""})
    assert empty.status_code == 422
    assert "data-summary" in empty.text
    form = {"email": " Factory@Example.com ", "password": PASSWORD, "next": "/streams"}
    answer = send(client, "/sign-in", form)
    # An owner trades, and is led to the second factor that trading needs.
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/account/second-factor?next=/streams"
    assert client.get("/account").status_code == 200
    assert send(client, "/sign-out", {}).headers["Location"] == "/"
    assert client.get("/streams").status_code == 303


def test_a_stream_goes_from_the_form_to_its_partner(
    app: Flask,
    market: Market,
    trading: SessionFactory,
    worker: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (stream_pages, market_pages):
        monkeypatch.setattr(module, "now_utc", lambda: NOON)
    client = signed_in(app, "factory")
    assert client.get("/streams/new").status_code == 200
    form = stream_terms(market.factory_site_id, name="Ash &", ask_per_t="-15.50", stock_t="1,200")
    assert send(client, "/streams", form).headers["Location"] == "/streams"
    with trading() as session:
        stream = session.scalars(select(Stream).order_by(Stream.id.desc())).first()
        assert stream is not None
        stream_id = stream.id
        assert (stream.name, stream.state, stream.year_g) == ("Ash &", "draft", 12_000_000_000)
        assert (stream.ask_minor_per_tonne, stream.stock_g) == (-1_550, 1_200_000_000)
        loi = parameter_id(session, "loi")
    path = f"/streams/{stream_id}"
    assert app.test_client().get(path).status_code == 404
    assay = {
        "sampled_on": "2026-05-01", "valid_until": "2027-05-01", "laboratory": "Works laboratory",
        "provenance": "own_laboratory", "basis": "dry", "moisture": "0.5",
        "values-0-parameter": str(loi), "values-0-typical": "4.2",
    }  # fmt: skip
    assert send(client, f"{path}/assays/new", assay).headers["Location"] == path
    with trading() as session:
        assert len(session.scalars(select(Assay).where(Assay.stream_id == stream_id)).all()) == 1
    assert send(client, f"{path}/publish", {}).headers["Location"] == "/streams"
    assert app.test_client().get(path).status_code == 200
    assert f'href="/demands/{market.demand_id}"' not in client.get(path).text

    assert worker() > 0
    page = client.get(path).text
    assert f'href="/demands/{market.demand_id}"' in page
    # gate 100.00 − haul 26.78 − handling 6.00 + 15.50 that the seller pays
    assert "82.7" in page
    editor = client.get(f"{path}/edit")
    assert 'value="Ash &amp;"' in editor.text
    assert 'value="-15.50"' in editor.text

    version = re.search(r'name="version" value="(\d+)"', editor.text)
    assert version is not None
    changed = form | {"version": version[1], "name": "Ash again"}
    assert send(client, f"{path}/edit", changed).status_code == 303
    stale = send(client, f"{path}/edit", changed | {"name": "Too late"})
    assert stale.status_code == 409
    assert "Somebody changed this in the meantime. Look again." in stale.text
    assert 'value="Too late"' in stale.text
    assert send(client, f"{path}/close", {}).status_code == 303
    assert send(client, f"{path}/publish", {}).status_code == 409
    assert app.test_client().get(path).status_code == 404


@pytest.mark.parametrize("whose", ["stream", "demand"])
def test_what_is_closed_offers_its_owner_no_change(app: Flask, market: Market, whose: str) -> None:
    user, listing_id = {
        "stream": ("factory", market.stream_id),
        "demand": ("recycler", market.demand_id),
    }[whose]
    client, path = signed_in(app, user), f"/{whose}s/{listing_id}"
    changes = [f'href="{path}/edit"', f'href="{path}/assays/new"'][: 2 if whose == "stream" else 1]
    assert all(change in client.get(path).text for change in changes)
    assert send(client, f"{path}/close", {}).status_code == 303
    closed = client.get(path)
    assert closed.status_code == 200
    assert not any(change in closed.text for change in changes)


def test_a_paper_and_a_site_come_in_by_their_forms(app: Flask, trading: SessionFactory) -> None:
    client = signed_in(app, "stranger")
    site = {"name": "新厂", "kind": "cement_integrated", "lat": "36.2", "lon": "117.8"}
    answer = send(client, "/sites", site)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sites")
    page = client.get("/papers").text
    option = re.search(r'<option value="(\d+)">新厂</option>', page)
    assert option is not None
    paper = {
        "site_id": option[1], "kind": "eia_approval", "number": "鲁环审 12",
        "valid_from": "2026-01-01", "valid_until": "2026-12-31",
    }  # fmt: skip
    assert send(client, "/papers", paper).status_code == 303
    assert "鲁环审 12" in client.get("/papers").text
    again = send(client, "/papers", paper | {"valid_until": "2025-12-31"})
    assert again.status_code == 422
    assert set(marked(again.text)) == {"valid_until"}


@pytest.fixture
def crowd(trading: SessionFactory, market: Market) -> list[int]:
    """More listings than a page holds, on two places; one paused and one invited."""
    with write_transaction(trading) as session:
        far = make_site(session, market.stranger, 34.3, 117.2)  # Xuzhou
        ids = [
            open_stream(session, market.factory, market.factory_site_id, name=f"Ash {number}")
            for number in range(44)
        ]
        ids.append(open_stream(session, market.stranger, far, ask_per_t="-20", name="Far ash"))
        paused = open_stream(session, market.factory, market.factory_site_id)
        move_stream(session, paused, Action.PAUSE, actor=market.factory, now=NOON)
        open_stream(session, market.factory, market.factory_site_id, visibility="invited")
        open_demand(session, market.recycler, market.recycler_site_id, price_per_t="-1")
        refresh_market(session, actor=SYSTEM, now=NOON, policy=MATCHING)
    return ids


def listed(client: FlaskClient, query: str) -> list[str]:
    """What all pages of a filter list, in their order."""
    found: list[str] = []
    address: str | None = f"/market?{query}"
    while address:
        page = client.get(address).text
        found += re.findall(r'<li class="mk-row" data-id="([a-z]+-\d+)"', page)
        later = re.search(r'rel="next" href="([^"]+)"', page)
        address = later[1].replace("&amp;", "&") if later else None
    return found


def test_the_map_shows_what_the_pages_list(client: FlaskClient, crowd: list[int]) -> None:
    sizes = {}
    for query in (
        "",
        "side=stream",
        "side=demand",
        "price=pays",
        "price=50",
        "q=ash",
        "q=Far",
        "q=far+stranger",
        "q=%25",
        "q=Works",
        "near=Jinan&within_km=100",
        "near=%E5%BE%90%E5%B7%9E&within_km=50",
        "near=Xuzhou",
        "side=demand&price=pays&q=recycler",
    ):
        rows = client.get(f"/market/points.json?{query}").json["rows"]
        points = sorted(f"{('stream', 'demand')[row[0]]}-{row[1]}" for row in rows)
        pages = listed(client, query)
        assert sorted(pages) == points, query
        assert len(pages) == len(set(pages)), query
        sizes[query] = len(pages)
    assert sizes[""] == len(crowd) + 1 + 2
    assert sizes["price=pays"] == 2
    assert sizes["q=Far"] == sizes["q=far+stranger"] == 1
    assert sizes["q=%25"] == 0
    assert sizes["q=Works"] == 0  # the name of every site, which may tell where a blurred one lies
    assert sizes["near=%E5%BE%90%E5%B7%9E&within_km=50"] == 1
    assert sizes["near=Xuzhou"] == sizes[""]
    assert listed(client, "near=Xuzhou")[0] == f"stream-{crowd[-1]}"


@on_sqlite
def test_the_sums_are_those_of_all_pages(client: FlaskClient, crowd: list[int]) -> None:
    for page in (1, 2, 1_000):
        text = client.get(f"/market?page={page}").text
        assert re.findall(r"<b>([\d.]+)</b>", text)[:3] == ["46", "2", "0.6"]
    assert "Page 2 of 2" in client.get("/market?page=1000").text


@on_sqlite
def test_a_part_is_sent_to_who_asks_for_a_part(client: FlaskClient, crowd: list[int]) -> None:
    part = client.get("/market?q=ash", headers={"HX-Request": "true"})
    whole = client.get("/market?q=ash")
    assert "<html" not in part.text
    assert part.text.strip() in whole.text
    assert "HX-Request" in part.headers["Vary"]
    assert "HX-Request" in whole.headers["Vary"]
    codes = client.get(f"/catalogue/codes?q={FLY_ASH}")
    assert FLY_ASH in codes.text
    assert "<html" not in codes.text


@on_sqlite
def test_health_and_robots_need_nobody(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "ready\n"
    assert "Disallow: /sign-in" in client.get("/robots.txt").text
    assert flat({"months_t": ["1"], "name": "x"}) == {"name": "x", "months_t-0": "1"}
