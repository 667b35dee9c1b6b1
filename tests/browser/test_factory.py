"""A factory: a site by a place name, a stream by a code that was found, an assay, partners."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from app.clock import now_utc
from tests.browser.conftest import Visit
from tests.browser.places import settled
from tests.browser.words import LANGUAGES, said

pytestmark = pytest.mark.browser
TOWN = {"en": "Jining", "zh": "济宁"}
SEARCHED = {"en": "fly ash", "zh": "粉煤灰"}
FLY_ASH = "900-001-S02"
# Fly ash that passes the usual limits of cement and concrete works.
VALUES = {
    "sio2": ("50", "48", "52"), "al2o3": ("26", "24", "28"), "fe2o3": ("6", "5", "7"),
    "so3": ("0.8", "0.5", "1.2"), "loi": ("3", "2", "4"),
}  # fmt: skip


def sampled_on() -> date:
    return now_utc().date() - timedelta(days=20)


def add_a_site(page: Page, language: str, name: str) -> None:
    page.goto("/sites/new")
    settled(page)
    page.locator("#f-name").fill(name)
    page.get_by_label(said(language, "Kind")).select_option("coal_power")
    page.get_by_label(said(language, "Find a town")).fill(TOWN[language])
    found = page.locator("#place-found button").first
    expect(found).to_contain_text(TOWN[language])
    found.click()
    expect(page.get_by_label(said(language, "Latitude"))).to_have_value(re.compile(r"^35\.\d+$"))
    expect(page.locator(".leaflet-interactive.map-pin")).to_be_visible()
    page.get_by_role("button", name=said(language, "Add the site")).click()
    expect(page).to_have_url(re.compile(r"/sites$"))
    expect(page.get_by_role("row").filter(has_text=name)).to_be_visible()


def place_a_stream(page: Page, language: str, site: str, name: str) -> None:
    page.goto("/streams/new")
    settled(page)
    page.get_by_label(said(language, "Site")).first.select_option(label=site)
    page.locator("#f-name").fill(name)
    page.get_by_label(said(language, "Find a code")).fill(SEARCHED[language])
    page.locator("#code-found button").filter(has_text=FLY_ASH).click()
    expect(page.locator("#f-waste_code")).to_have_value(re.compile(FLY_ASH))
    expect(page.locator("#code-found button")).to_have_count(0)
    page.locator("#f-physical_form").select_option("powder")
    page.locator("#f-rhythm").select_option("continuous")
    page.locator("#f-months_t-0").fill("1,200")
    page.get_by_role("button", name=said(language, "The same in every month")).click()
    expect(page.locator("#f-months_t-11")).to_have_value("1,200")
    expect(page.locator("[data-total]")).to_contain_text("14,400")
    page.locator("#f-ask_per_t").fill("-5")
    page.locator("#f-vehicles-powder_tanker").check()
    page.get_by_role("button", name=said(language, "Save the draft")).click()
    expect(page).to_have_url(re.compile(r"/streams$"))


def on_board(page: Page, name: str) -> Locator:
    return page.get_by_role("article").filter(has_text=name)


def file_an_assay(page: Page, language: str, name: str) -> None:
    on_board(page, name).get_by_role("link", name=said(language, "New assay")).click()
    settled(page)
    page.locator("#f-sampled_on").fill(sampled_on().isoformat())
    page.locator("#f-valid_until").fill((sampled_on() + timedelta(days=365)).isoformat())
    page.locator("#f-laboratory").fill("Own laboratory")
    page.locator("#f-provenance").select_option("own_laboratory")
    page.locator("#f-basis").select_option("dry")
    symbols = page.locator("#f-values-0-parameter option").all_inner_texts()
    for number, (symbol, given) in enumerate(VALUES.items()):
        if number >= page.locator("[data-rows=values] > *").count():
            page.get_by_role("button", name=said(language, "Another value")).click()
        wanted = next(text for text in symbols if f"({symbol})" in text.lower())
        page.locator(f"#f-values-{number}-parameter").select_option(label=wanted)
        for column, value in zip(("typical", "minimum", "maximum"), given, strict=True):
            page.locator(f"#f-values-{number}-{column}").fill(value)
    page.get_by_role("button", name=said(language, "File the assay")).click()
    expect(page).to_have_url(re.compile(r"/streams/\d+$"))


def partners_after_the_worker(page: Page) -> int:
    """Look again until the background worker has matched the stream."""
    end = time.monotonic() + 20
    while not (found := page.locator("details.pt").count()):
        assert time.monotonic() < end, "the worker found no partner"
        page.wait_for_timeout(300)
        page.reload()
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_factory_places_a_stream_and_sees_who_would_take_it(visit: Visit, language: str) -> None:
    page = visit(language, role="factory")
    site, name = f"Silo yard ({language})", f"Ash of silo 7 ({language})"
    add_a_site(page, language, site)
    place_a_stream(page, language, site, name)
    expect(on_board(page, name)).to_contain_text(said(language, "draft"))
    file_an_assay(page, language, name)
    expect(page.get_by_role("cell", name="50", exact=False).first).to_be_visible()
    listing = page.url

    page.goto("/streams")
    on_board(page, name).get_by_role("button", name=said(language, "Publish")).click()
    expect(on_board(page, name)).to_contain_text(said(language, "published"))
    on_board(page, name).get_by_role("link", name=name).click()
    assert partners_after_the_worker(page) == 10
    best = page.locator("details.pt").first
    expect(best.locator(".ot-wf")).to_contain_text(said(language, "plus what the seller pays"))
    settled(page)

    page.goto("/streams")
    on_board(page, name).get_by_role("button", name=said(language, "Pause")).click()
    expect(on_board(page, name)).to_contain_text(said(language, "paused"))
    close = on_board(page, name).locator("details")
    expect(close.get_by_role("button")).to_be_hidden()
    close.locator("summary").click()
    close.get_by_role("button").click()
    expect(on_board(page, name)).to_contain_text(said(language, "closed"))
    expect(on_board(page, name).get_by_role("button")).to_have_count(0)

    stranger = visit(language)
    stranger.goto("/market?side=stream&q=Silo+yard")
    expect(stranger.get_by_text(name)).to_have_count(0)
    page.goto(listing)
    expect(page.get_by_role("main")).to_contain_text(said(language, "closed"))


def test_what_a_factory_has_is_closed_to_visitors(visit: Visit) -> None:
    page = visit()
    page.goto("/streams/new")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=/streams/new"))
