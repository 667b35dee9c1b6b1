"""The pages of the product, and how to get to one of each kind."""

from __future__ import annotations

import re

from playwright.sync_api import Page

# A power station with more partners for its fly ash than a page lists.
STATION = {"en": "Huaneng Qufu power station", "zh": "华能曲阜热电厂"}
FLY_ASH = {"en": "Coal fly ash", "zh": "粉煤灰"}
QUESTION = {"en": "Huaneng Qufu", "zh": "华能曲阜"}

# Each page by its name: who opens it, and at which address. {stream} and the rest are found first.
PAGES: dict[str, tuple[str | None, str]] = {
    "landing": (None, "/"),
    "market": (None, "/market?near=Laiwu&within_km=100"),
    "market without results": (None, "/market?q=nothing+of+the+kind"),
    "stream": (None, "/streams/{stream}"),
    "demand": (None, "/demands/{demand}"),
    "stream poster": (None, "/streams/{stream}/poster"),
    "demand poster": (None, "/demands/{demand}/poster"),
    "sign-in": (None, "/sign-in"),
    "catalogue": (None, "/catalogue?q=fly+ash"),
    "not found": (None, "/nowhere"),
    "streams board": ("factory", "/streams"),
    "stream editor": ("factory", "/streams/new"),
    "own stream": ("factory", "/streams/{own_stream}"),
    "stream change": ("factory", "/streams/{own_stream}/edit"),
    "assay": ("factory", "/streams/{own_stream}/assays/new"),
    "sites": ("factory", "/sites"),
    "site editor": ("factory", "/sites/new"),
    "account": ("factory", "/account"),
    "organization": ("factory", "/organization"),
    "papers": ("recycler", "/papers"),
    "demands board": ("recycler", "/demands"),
    "demand editor": ("recycler", "/demands/new"),
    "demand change": ("recycler", "/demands/{own_demand}/edit"),
    "organizations": ("operator", "/operator/organizations"),
    "papers to verify": ("operator", "/verification/papers"),
    "audit": ("operator", "/audit"),
}


def number_in(address: str | None) -> int:
    """The number of the listing that an address of a page names."""
    found = re.search(r"/(?:streams|demands)/(\d+)", address or "")
    assert found, f"no listing in {address}"
    return int(found[1])


def settled(page: Page) -> None:
    """Wait until the scripts of the page have done what they do at the start."""
    if page.locator("[data-map], [data-rows], #code-q, #place-q").count():
        page.locator("body[data-ready]").wait_for()
    if page.locator("[data-map], [data-area], [data-place]").count():
        page.locator(".leaflet-container .map-home").first.wait_for(state="attached")
        # While a map zooms, it lets nobody zoom it; the zooming begins with the next frame.
        page.evaluate("() => new Promise(requestAnimationFrame)")
        page.locator(".leaflet-zoom-anim").wait_for(state="detached")
