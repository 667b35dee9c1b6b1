"""Two thousand random requests over every route as every role; `make soak` sends many more."""

from __future__ import annotations

import re

import pytest
from flask import Flask, request

from tests import hostile
from tests.canaries import make_world
from tests.fuzzing import Fuzzer, unlimited
from tests.market import Market

LEAKING = "catalogue_pages.find_codes"
pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)


def test_two_thousand_random_requests_break_nothing_and_show_nothing_of_others(
    app: Flask, market: Market
) -> None:
    unlimited(app)
    report = Fuzzer(make_world(app, market), seed=4).run(2_000)
    assert not report.failures, "\n\n".join(report.failures.values())
    assert report.asked == 2_000
    # Chance does reach what it is meant to try.
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {endpoint for endpoint, _, _ in report.answers} == endpoints
    sent = report.statuses("POST")
    assert min(sent[303], sent[403], sent[422]) > 50, sent


LEAKS = {
    "a draft of others": "canary2qdraft",
    "a price, grouped for people": "72,317.38",
    "a true position": '{"lat": 36.5314, "lon": 117.8767}',
    "a script": "<script>fuzz()</script>",
    "a computed template": str(7191 * 7193),
}


@pytest.mark.parametrize("said", LEAKS.values(), ids=list(LEAKS))
def test_the_search_finds_a_page_that_says_too_much(app: Flask, market: Market, said: str) -> None:
    unlimited(app)
    fuzzer = Fuzzer(make_world(app, market), seed=5)
    fuzzer.rules = [rule for rule in fuzzer.rules if rule.endpoint == LEAKING]
    assert fuzzer.run(60).failures == {}
    app.view_functions[LEAKING] = lambda: said
    (failure,) = fuzzer.run(60).failures.values()
    assert "GET /catalogue/codes" in failure


def test_the_search_finds_a_crash_and_leaves_out_what_it_does_not_need(
    app: Flask, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash() -> str:
        assert "Works" not in request.form.get("name", ""), "a works has no name"
        return "Well."

    unlimited(app)
    fuzzer = Fuzzer(make_world(app, market), seed=6)
    fuzzer.rules = [rule for rule in fuzzer.rules if rule.rule.startswith("/sites")]
    app.view_functions["places_pages.submit_site"] = crash
    monkeypatch.setattr(hostile, "HONEST", hostile.HONEST | {"name": "Works"})
    (failure,) = fuzzer.run(100).failures.values()
    assert "answered 500" in failure
    assert "a works has no name" in failure
    assert re.search(r"sent=\[\('csrf_token', '[^']+'\), \('name', 'Works'\)\]", failure), failure
