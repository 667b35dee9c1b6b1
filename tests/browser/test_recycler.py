"""A recycler: a demand from a specification, an area drawn on the map, partners at once."""

from __future__ import annotations

import json
import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.places import settled
from tests.browser.words import LANGUAGES, said

pytestmark = pytest.mark.browser
# Corners of the area as shares of the width and height of the map: most of the province and more.
CORNERS = ((0.3, 0.2), (0.75, 0.2), (0.75, 0.8), (0.3, 0.8))


def draw_an_area(page: Page) -> list[list[float]]:
    """Press the map at four corners; return the ring that the form will send."""
    drawn = page.locator("[data-area]")
    drawn.scroll_into_view_if_needed()
    size = drawn.bounding_box()
    assert size is not None
    for corner, (x, y) in enumerate(CORNERS):
        drawn.click(position={"x": x * size["width"], "y": y * size["height"]})
        expect(page.locator(".map-corner")).to_have_count(corner + 1)
    shape = json.loads(page.locator("#f-area").input_value())
    assert shape["type"] == "Polygon"
    return list(shape["coordinates"][0])


def open_a_specification(page: Page, language: str, standard: str) -> None:
    chosen = page.get_by_label(said(language, "Start from a specification"))
    options = chosen.locator("option").filter(has_text=standard)
    chosen.select_option(value=options.first.get_attribute("value"))
    page.get_by_role("button", name=said(language, "Fill in its limits")).click()
    settled(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_recycler_places_a_demand_from_a_standard_with_an_area_of_its_own(
    visit: Visit, language: str
) -> None:
    page, name = visit(language, role="recycler"), f"Ash for grinding ({language})"
    page.goto("/demands/new")
    settled(page)
    page.locator("#f-site_id").select_option(index=1)
    page.locator("#f-name").fill(name)
    page.get_by_label(said(language, "Find a code")).fill("SW02")
    page.locator("#code-found button").first.click()
    expect(page.locator("#f-codes")).to_have_value(re.compile("SW02"))
    open_a_specification(page, language, "GB/T 1596")
    expect(page.locator("#f-name")).to_have_value(name)
    expect(page.locator("#f-codes")).to_have_value(re.compile("SW02"))
    filled = page.locator("[data-rows=limits] select[name$=parameter]").evaluate_all(
        "fields => fields.filter(field => field.value).length"
    )
    assert filled > 3

    page.locator("#f-months_t-0").fill("5000")
    page.get_by_role("button", name=said(language, "The same in every month")).click()
    page.locator("#f-price_per_t").fill("120")
    page.locator("#f-vehicles-powder_tanker").check()
    ring = draw_an_area(page)
    assert len(ring) == 5
    assert ring[0] == ring[-1]
    expect(page.locator("#f-reach-area")).to_be_checked()
    page.get_by_role("button", name=said(language, "Save the draft")).click()
    expect(page).to_have_url(re.compile(r"/demands$"))

    board = page.get_by_role("article").filter(has_text=name)
    board.get_by_role("button", name=said(language, "Publish")).click()
    expect(board).to_contain_text(said(language, "published"))
    board.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main")).to_contain_text(said(language, "drawn on the map"))
    expect(page.locator(".lim-row")).to_have_count(filled)
    assert considered_after_the_worker(page, language) > 0
    settled(page)
    expect(page.locator(".map-area")).to_be_attached()


def considered_after_the_worker(page: Page, language: str) -> int:
    """How many streams have the codes, once the background worker has matched the demand."""
    tile = page.locator(".ot-tile").filter(has_text=said(language, "Partners"))
    end = time.monotonic() + 20
    while not (found := _number(tile.locator(".sub").inner_text())):
        assert time.monotonic() < end, "the worker found no stream with these codes"
        page.wait_for_timeout(300)
        page.reload()
    return found


def _number(text: str) -> int:
    found = re.search(r"\d[\d,]*", text)
    assert found, text
    return int(found[0].replace(",", ""))


def test_a_corner_that_is_pressed_again_goes_and_the_area_can_be_cleared(visit: Visit) -> None:
    page = visit(role="recycler")
    page.goto("/demands/new")
    settled(page)
    assert len(draw_an_area(page)) == 5
    page.locator(".map-corner").first.click()
    expect(page.locator(".map-corner")).to_have_count(3)
    assert len(json.loads(page.locator("#f-area").input_value())["coordinates"][0]) == 4
    page.get_by_role("button", name="Clear the area").click()
    expect(page.locator(".map-corner")).to_have_count(0)
    expect(page.locator("#f-area")).to_have_value("")
