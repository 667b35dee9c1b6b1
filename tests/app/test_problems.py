"""What people and programs are told when something is refused, missing, too large or broken."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from time import perf_counter

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.database import SessionFactory
from app.i18n import FIELD_MESSAGES
from app.matchmaking import pages
from app.problems import HTTP_MESSAGES
from models.compliance.tables import Paper
from models.demands.tables import Demand
from models.places.tables import Site
from models.streams.tables import Assay, Stream
from tests.app.browsing import IN_CHINESE, chinese, flat, marked, send, signed_in, token_of
from tests.market import Market, demand_terms, stream_terms

on_sqlite = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)
MEGABYTE = 1_000_000


def counts(sessions: SessionFactory) -> list[int]:
    with sessions() as session:
        return [
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Site, Paper, Stream, Assay, Demand)
        ]


@pytest.fixture
def nothing_stored(trading: SessionFactory, market: Market) -> Iterator[None]:
    before = counts(trading)
    yield
    assert counts(trading) == before


MISSING = [
    ("GET", "/nope", 404),
    ("GET", "/streams/987", 404),
    ("GET", "/language/xx", 404),
    ("DELETE", "/market", 405),
    ("POST", "/market", 405),
]


@on_sqlite
def test_what_does_not_exist_is_said_in_both_languages(client: FlaskClient) -> None:
    for method, path, status in MISSING:
        known = path == "/streams/987"
        english = "There is no such stream." if known else HTTP_MESSAGES[status]
        plain = client.open(path, method=method)
        translated = client.open(path, method=method, headers=IN_CHINESE)
        assert (plain.status_code, translated.status_code) == (status, status)
        assert f"<h1>{english}</h1>" in plain.text
        assert f"<h1>{chinese(english)}</h1>" in translated.text
        assert 'lang="zh-CN"' in translated.text
        if status == 405:
            assert "GET" in plain.headers["Allow"]


@on_sqlite
def test_programs_are_told_in_their_own_format(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nope", headers=IN_CHINESE)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json == {
        "type": "about:blank",
        "title": chinese("There is no such page."),
        "status": 404,
    }
    refused = client.get("/market/points.json?page=x&side=both")
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    assert refused.json == {
        "type": "/problems/input",
        "title": "Correct the marked fields and send again.",
        "status": 422,
        "errors": {"page": "Choose one of the options.", "side": "Choose one of the options."},
    }
    unknown = client.get("/market/points.json?near=Atlantis")
    assert unknown.json == {
        "type": "/problems/place-unknown",
        "title": "No place of this name was found.",
        "status": 422,
        "errors": {"near": "No place of this name was found."},
    }


@on_sqlite
def test_a_bug_shows_its_number_and_nothing_else(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(pages, "market_figures", broken)
    for headers in ({}, IN_CHINESE):
        caplog.clear()
        with caplog.at_level(logging.ERROR, "app.problems"):
            answer = client.get("/", headers=headers)
        assert answer.status_code == 500
        assert "swordfish" not in answer.text
        assert "RuntimeError" not in answer.text
        (record,) = (r for r in caplog.records if r.name == "app.problems")
        (incident,) = re.findall(r"incident=([0-9a-f]{32})", record.getMessage())
        assert incident in answer.text
        assert record.exc_info is not None
    ours = "The fault is ours. Quote the incident number if you write to us."
    assert chinese(ours) in answer.text


@on_sqlite
def test_a_number_that_no_database_holds_is_no_bug(client: FlaskClient) -> None:
    for text in (str(2**63), str(10**25), "9" * 5_000):
        assert client.get(f"/streams/{text}").status_code == 404
        assert client.get(f"/demands/{text}/poster").status_code == 404
        assert client.get(f"/market?material={text}").status_code == 422


@pytest.mark.parametrize("facts_url", ["postgresql"], indirect=True)
def test_no_question_breaks_a_search(client: FlaskClient) -> None:
    found = {}
    for question in ("\0", "%ff", "\ud83d", "%", "_", "'", '"', "<script>", "a" * 9_000):
        sent = {"q": question.encode("utf-8", "replace").decode()}
        for path in ("/catalogue", "/catalogue/codes", "/places/find", "/market"):
            found[path, question] = client.get(path, query_string=sent).status_code
    refused = {("/market", question) for question in ("\0", "<script>", "a" * 9_000)}
    assert {key for key, status in found.items() if status != 200} == refused
    assert {found[key] for key in refused} == {422}


@on_sqlite
def test_ten_megabytes_are_too_many(app: Flask, nothing_stored: None) -> None:
    client = signed_in(app, "factory")
    for path, headers, said in (
        ("/sign-in", {}, str),
        ("/streams", IN_CHINESE, chinese),
        ("/streams/1/assays/new", {}, str),
    ):
        answer = send(client, path, {"name": "x" * 10 * MEGABYTE}, headers=headers)
        assert answer.status_code == 413
        assert said(HTTP_MESSAGES[413]) % {"most": 5_000} in answer.text
        assert "xxxx" not in answer.text


BAD_STREAM = {
    "site_id": "999",
    "name": " ",
    "waste_code": "no such code",
    "material_id": "",
    "description": "a <b>bold</b> claim",
    "physical_form": "plasma",
    "rhythm": "continuous",
    "months_t": ["1000", "1,000.5", "NaN", "-1", "1e3", "Infinity", "0,5", "0x10", *["1"] * 4],
    "vehicles": ["rocket"],
    "ask_per_t": "20.005",
    "vat_included": "maybe",
    "delivery_term": "ex_works",
    "stock_t": "inf",
}
BAD_STREAM_CODES = {
    "name": "string_too_short",
    "description": "markup",
    "physical_form": "literal_error",
    "months_t-2": "decimal_string",
    "months_t-3": "out_of_range",
    "months_t-4": "decimal_string",
    "months_t-5": "decimal_string",
    "months_t-6": "decimal_string",
    "months_t-7": "decimal_string",
    "vehicles": "literal_error",
    "ask_per_t": "too_fine",
    "vat_included": "bool_parsing",
    "stock_t": "decimal_string",
}


@on_sqlite
def test_a_bad_stream_keeps_what_was_typed_and_marks_each_field(
    app: Flask, nothing_stored: None
) -> None:
    client = signed_in(app, "factory")
    answer = send(client, "/streams", BAD_STREAM)
    assert answer.status_code == 422
    assert marked(answer.text) == {
        field: FIELD_MESSAGES[code] for field, code in BAD_STREAM_CODES.items()
    }
    assert 'href="#f-vehicles"' in answer.text
    for typed in ("1,000.5", "NaN", "1e3", "Infinity", "0x10", "20.005", "inf", "no such code"):
        assert f'value="{typed}"' in answer.text
    assert "a &lt;b&gt;bold&lt;/b&gt; claim" in answer.text


@on_sqlite
def test_a_bad_stream_is_refused_in_chinese_too(app: Flask, nothing_stored: None) -> None:
    client = signed_in(app, "factory")
    answer = send(client, "/streams", BAD_STREAM, headers=IN_CHINESE)
    assert answer.status_code == 422
    said = marked(answer.text)
    assert said["ask_per_t"] == chinese("Too many decimal places.")
    assert said["months_t-2"] == chinese("Write a number, such as 1200 or 0.35.")
    assert said["name"] == chinese("This field is needed.")
    assert chinese("Correct the marked fields and send again.") in answer.text


@on_sqlite
def test_what_only_the_rules_know_is_marked_at_its_field(
    app: Flask, market: Market, nothing_stored: None
) -> None:
    client = signed_in(app, "factory")

    def refused(**changed: object) -> dict[str, str]:
        answer = send(client, "/streams", stream_terms(market.factory_site_id, **changed))
        assert answer.status_code == 422
        assert 'value="Fly ash from silo 2"' in answer.text
        return marked(answer.text)

    assert set(refused(waste_code="000-000-S00")) == {"waste_code"}
    assert set(refused(months_t=["0"] * 12)) == {"months_t-0"}
    assert set(refused(stock_t="5", storage_limit_t="4")) == {"stock_t"}
    foreign = send(client, "/streams", stream_terms(market.recycler_site_id))
    assert foreign.status_code in {403, 404, 422}


@on_sqlite
def test_broken_characters_are_refused_at_their_field(
    app: Flask, market: Market, nothing_stored: None
) -> None:
    client = signed_in(app, "factory")
    page = client.get("/streams/new").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    answer = client.post(
        "/streams",
        data=f"csrf_token={token[1]}&name=%ff%fe&description=%00".encode(),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 422
    said = marked(answer.text)
    assert said["name"] == said["description"] == FIELD_MESSAGES["unreadable"]


NOT_NUMBERS = ["NaN", "nan", "Infinity", "-inf", "1e400", "1e3", "", "١٢", "--1", "0x1F"]


@on_sqlite
def test_no_form_takes_what_is_no_number(app: Flask, market: Market, nothing_stored: None) -> None:
    factory, recycler = signed_in(app, "factory"), signed_in(app, "recycler")
    assay = {
        "sampled_on": "2026-05-01", "valid_until": "2027-05-01", "laboratory": "l",
        "provenance": "own_laboratory", "basis": "dry", "values-0-parameter": "1",
    }  # fmt: skip
    site = {"name": "a", "kind": "other", "lat": "36.2", "lon": "117.6"}
    for text in NOT_NUMBERS:
        limits = {"limits-0-parameter": "1", "limits-0-upper": text or "x"}
        answers = [
            send(factory, "/streams", stream_terms(market.factory_site_id, ask_per_t=text)),
            send(recycler, "/demands", demand_terms(market.recycler_site_id, price_per_t=text)),
            send(
                recycler, "/demands",
                demand_terms(market.recycler_site_id, radius_km=text or "0"),
            ),
            send(recycler, "/demands", demand_terms(market.recycler_site_id) | limits),
            send(
                factory, f"/streams/{market.stream_id}/assays/new",
                assay | {"values-0-typical": text},
            ),
            send(factory, "/sites", site | {"lat": text if text != "1e3" else "nan"}),
        ]  # fmt: skip
        assert [answer.status_code for answer in answers] == [422] * 6, text


NONSENSE = {
    "page=999999&q=ash": 'value="ash"',
    "within_km=7&near=Jinan": 'value="Jinan"',
    "price=cheap&side=stream": 'id="side-stream" value="stream" checked',
    "material=x&side=demand&price=50": '<option value="50" selected>',
    "near=Atlantis&within_km=100": '<option value="100" selected>',
    "near=Atlantis&side=demand": 'value="Atlantis"',
}


@on_sqlite
def test_nonsense_in_the_filter_is_said_and_the_rest_of_it_stays(client: FlaskClient) -> None:
    for sent, kept in NONSENSE.items():
        answer = client.get(f"/market?{sent}")
        assert answer.status_code == 422
        assert kept in answer.text
        assert 'role="alert"' in answer.text
        partial = client.get(f"/market?{sent}", headers={"HX-Request": "true"} | IN_CHINESE)
        assert partial.status_code == 422
        assert "<html" not in partial.text
        where = "No place of this name was found."
        message = where if "Atlantis" in sent else "Correct the marked fields and send again."
        assert chinese(message) in partial.text


@on_sqlite
def test_words_that_a_chat_hung_on_a_link_are_passed_over(client: FlaskClient) -> None:
    answer = client.get("/market?q=ash&side=stream&from=timeline&colour=red")
    assert answer.status_code == 200
    assert 'value="ash"' in answer.text
    assert 'id="side-stream" value="stream" checked' in answer.text
    assert 'role="alert"' not in answer.text


@on_sqlite
def test_a_form_has_three_thousand_fields_and_none_more(app: Flask, nothing_stored: None) -> None:
    client = signed_in(app, "factory")
    token = f"csrf_token={token_of(client)}"
    for repeats, status in ((2_999, 422), (3_000, 413), (40_000, 413)):
        started = perf_counter()
        answer = client.post(
            "/streams",
            data=token + "&vehicles=tipper" * repeats,
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == status, repeats
        assert perf_counter() - started < 5


@on_sqlite
def test_a_form_is_filled_from_nothing_but_a_specification(
    app: Flask, market: Market, nothing_stored: None
) -> None:
    client = signed_in(app, "recycler")
    for path in ("/demands", f"/demands/{market.demand_id}/edit"):
        for chosen in ("", "nonsense", "0", "-1", "1.5", "²", str(2**63), "9" * 5_000):
            form = demand_terms(market.recycler_site_id, name="Kept as it was typed")
            answer = send(client, path, form | {"action": "fill", "specification": chosen})
            assert answer.status_code == 422, (path, chosen)
            assert 'value="Kept as it was typed"' in answer.text


FLAT: list[dict[str, object]] = [
    {"limits-0": "5"},
    {"limits": "5"},
    {"limits": ["5", "6"]},
    {"closures": "abc"},
    {"closures-1": "abc"},
    {"closures-0-first_day": "2026-07-01", "closures": "abc", "closures-0": "abc"},
    {"months_t": "5"},
    {"months_t-0-mass": "5"},
]


@on_sqlite
def test_what_should_be_rows_and_is_flat_is_refused_and_breaks_nothing(
    app: Flask, market: Market, nothing_stored: None
) -> None:
    for name, path, terms in (
        ("factory", "/streams", stream_terms(market.factory_site_id)),
        ("recycler", "/demands", demand_terms(market.recycler_site_id)),
    ):
        client = signed_in(app, name)
        token = {"csrf_token": token_of(client)}
        for sent in FLAT:
            named = {name.partition("-")[0] for name in sent}
            rest = {field: text for field, text in terms.items() if field not in named}
            answer = client.post(path, data=token | flat(rest) | sent)
            assert answer.status_code == 422, (path, sent)
