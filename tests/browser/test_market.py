"""Visitors: from a question to partners with reasons; filter and map, with and without script."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, Watch
from tests.browser.places import FLY_ASH, QUESTION, STATION, number_in, settled
from tests.browser.words import LANGUAGES, said

pytestmark = pytest.mark.browser


def streams_counted(page: Page) -> int:
    """The number of streams that the line above the list names."""
    return int(page.locator("#rows [role=status] b").first.inner_text().replace(",", ""))


def open_fly_ash(page: Page, language: str) -> None:
    page.goto("/")
    page.get_by_label(said(language, "Who takes the fly ash of … ?")).fill(QUESTION[language])
    page.get_by_role("button", name=said(language, "Find"), exact=True).click()
    ash = page.get_by_role("listitem").filter(has_text=FLY_ASH[language])
    ash.filter(has_text=STATION[language]).get_by_role("link").click()


@pytest.mark.parametrize("device", ["desktop", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_leads_to_partners_with_prices_and_reasons_in_less_than_a_minute(
    visit: Visit, language: str, device: str
) -> None:
    page = visit(language, phone=device == "phone")
    started = time.monotonic()
    open_fly_ash(page, language)
    expect(page.get_by_role("heading", level=1)).to_contain_text(STATION[language])
    settled(page)

    partners = page.locator("details.pt")
    values = [float(text) for text in partners.locator(".gain > b").all_inner_texts()]
    assert len(values) == 10
    assert values == sorted(values, reverse=True)
    assert partners.locator(".rank").all_inner_texts() == [str(rank + 1) for rank in range(10)]

    best = partners.first
    expect(best).to_have_attribute("open", "")
    rows = best.locator(".ot-wf tr")
    gate, haul, handling, netback, ask, value = (
        float(text.replace("−", "-").replace(",", ""))
        for text in rows.locator("td.num").evaluate_all(
            "cells => cells.map(cell => cell.firstChild.textContent)"
        )
    )
    assert gate + haul + handling == pytest.approx(netback, abs=0.11)
    assert netback + ask == pytest.approx(value, abs=0.11)
    assert value == values[0]
    assert best.locator(".ot-strip .pic svg").count() == best.locator(".ot-cells li").count() > 2

    missed = page.locator("#not-yet .ot-reason")
    assert missed.count() == 6
    for reason in missed.all():
        expect(reason.locator(".fact").first).not_to_be_empty()
        expect(reason.locator(".open").first).not_to_be_empty()

    buyer = best.get_by_role("heading", level=3).inner_text()
    best.get_by_role("link", name=said(language, "Open this demand")).click()
    expect(page).to_have_url(re.compile(r"/demands/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(buyer)
    expect(page.locator("details.pt .rank").first).to_have_text("1")
    settled(page)
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_changing_the_language_keeps_the_page(visit: Visit, language: str) -> None:
    other = "zh" if language == "en" else "en"
    page = visit(language)
    page.goto("/market?side=demand&price=100")
    expect(page).to_have_title(f"{said(language, 'Market')} · Offtake")
    page.locator("a.ot-lang").click()
    expect(page).to_have_title(f"{said(other, 'Market')} · Offtake")
    expect(page).to_have_url(re.compile(r"/market\?side=demand&price=100$"))
    assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-CN"}[other]
    expect(page.get_by_label(said(other, "Demands"), exact=True)).to_be_checked()
    page.goto("/catalogue")
    expect(page).to_have_title(f"{said(other, 'Catalogue')} · Offtake")


def test_the_theme_follows_the_system_until_the_reader_chooses(visit: Visit) -> None:
    page = visit(dark=True)
    page.goto("/")
    theme, ground = page.locator("html"), "getComputedStyle(document.body).backgroundColor"
    expect(theme).to_have_attribute("data-bs-theme", "dark")
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Light or dark").click()
    expect(theme).to_have_attribute("data-bs-theme", "light")
    assert page.evaluate(ground) != dark
    page.goto("/catalogue")
    expect(theme).to_have_attribute("data-bs-theme", "light")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filter_changes_the_list_the_map_and_the_address_at_once(
    visit: Visit, language: str
) -> None:
    page = visit(language)
    page.goto("/market")
    settled(page)
    everything = streams_counted(page)
    with page.expect_response(re.compile(r"/market/points\.json\?side=demand")) as points:
        page.locator("label[for=side-demand]").click()
    expect(page).to_have_url(re.compile(r"/market\?side=demand"))
    expect(page.locator("#rows [role=status] b").first).to_have_text("0")
    drawn = points.value.json()
    assert {row[drawn["columns"].index("side")] for row in drawn["rows"]} == {1}
    expect(page.locator(".mk-row .sym-s")).to_have_count(0)
    page.locator("label[for=side-stream]").click()
    with page.expect_response(re.compile(r"/market/points\.json\?.*q=")) as found:
        page.get_by_label(said(language, "Plant, place or material")).fill(QUESTION[language])
    expect(page).to_have_url(re.compile(r"q="))
    drawn = len(found.value.json()["rows"])
    expect(page.locator("#rows [role=status] b").first).to_have_text(str(drawn))
    assert 0 < drawn < everything
    settled(page)
    page.reload()
    assert streams_counted(page) == drawn


def test_back_returns_to_the_market_as_it_was_filtered(visit: Visit) -> None:
    page = visit()
    page.goto("/market?side=stream")
    settled(page)
    with page.expect_response(re.compile(r"/market\?.*q=Laiwu")):
        page.get_by_label("Plant, place or material").fill("Laiwu")
    expect(page).to_have_url(re.compile(r"q=Laiwu"))
    settled(page)
    kept = page.locator(".mk-row").all_inner_texts()
    page.locator(".mk-row a").first.click()
    expect(page).to_have_url(re.compile(r"/streams/\d+$"))
    settled(page)
    page.go_back()
    expect(page.get_by_label("Plant, place or material")).to_have_value("Laiwu")
    assert page.locator(".mk-row").all_inner_texts() == kept


def test_a_ring_on_the_map_opens_to_points_and_a_point_to_its_listing(visit: Visit) -> None:
    page = visit()
    page.goto("/market?side=stream&q=bituminous&near=Laiwu&within_km=50")
    settled(page)
    assert streams_counted(page) == 2
    page.get_by_role("button", name="2 places, press to zoom in").click()
    points = page.get_by_role("button", name="Coal fly ash from bituminous coal")
    expect(points).to_have_count(2)
    points.first.click()
    page.locator(".leaflet-popup").get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Coal fly ash from bituminous")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_place_is_refused_beside_its_field(
    visit: Visit, watch: Watch, language: str
) -> None:
    watch.provoked.add(422)
    page = visit(language)
    page.goto("/market?near=Nowhereville")
    field = page.get_by_label(said(language, "Near"), exact=True)
    expect(field).to_have_value("Nowhereville")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator(f"#{field.get_attribute('aria-describedby')}")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_scripts_the_filter_and_the_details_of_partners_work(
    visit: Visit, language: str
) -> None:
    page = visit(language, scripts=False)
    page.goto("/market")
    everything = streams_counted(page)
    page.get_by_label(said(language, "Plant, place or material")).fill(QUESTION[language])
    page.get_by_role("button", name=said(language, "Search")).click()
    expect(page).to_have_url(re.compile(r"q="))
    assert 0 < streams_counted(page) < everything
    page.locator(".mk-row a").filter(has_text=FLY_ASH[language]).click()
    assert number_in(page.url) > 0
    second = page.locator("details.pt").nth(1)
    expect(second.locator(".ot-wf")).to_be_hidden()
    second.locator("summary").first.click()
    expect(second.locator(".ot-wf")).to_be_visible()
    expect(page.locator(".js-only").first).to_be_hidden()


def test_a_poster_carries_the_address_that_its_code_opens(visit: Visit) -> None:
    page = visit()
    open_fly_ash(page, "en")
    listing = page.url
    page.get_by_role("link", name="Poster").click()
    expect(page.locator(".po-url")).to_have_text(listing)
    expect(page.locator("svg.qr path")).to_be_visible()
    page.get_by_role("link", name="Back").click()
    expect(page).to_have_url(listing)
