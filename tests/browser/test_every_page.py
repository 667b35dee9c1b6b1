"""Every page: nothing for the accessibility checker to find, no sideways scrolling on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, Watch
from tests.browser.places import PAGES, QUESTION, number_in, settled

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice",
]  # fmt: skip
REFUSED = {"not found": 404}
ROLES = [None, "factory", "recycler", "operator"]


@pytest.fixture(scope="session")
def numbers(accounts: dict[str, Any], browser: Any, address: str) -> dict[str, int]:
    """A listing of each kind: the station's fly ash, who takes it, and what the people own."""
    found = {}
    wanted = {
        "stream": (None, f"/market?side=stream&q={QUESTION['en']}", ".mk-row a"),
        "demand": (None, "/market?side=demand&q=cement", ".mk-row a"),
        "own_stream": ("factory", "/streams", "a[href$='/edit']"),
        "own_demand": ("recycler", "/demands", "a[href$='/edit']"),
    }
    for name, (role, place, link) in wanted.items():
        context = browser.new_context(base_url=address, storage_state=role and accounts[role])
        page = context.new_page()
        page.goto(place)
        found[name] = number_in(page.locator(link).last.get_attribute("href"))
        context.close()
    return found


def open_page(page: Page, watch: Watch, name: str, numbers: dict[str, int]) -> None:
    expected = REFUSED.get(name, 200)
    watch.provoked |= {expected} - {200}
    answer = page.goto(PAGES[name][1].format(**numbers))
    assert answer is not None
    assert answer.status == expected
    settled(page)


def found_by_axe(page: Page) -> list[str]:
    """What the checker finds: the rule, and the first places where it is broken."""
    page.add_script_tag(path=AXE)
    report = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    return [
        f"{rule['id']}: {[node['target'] for node in rule['nodes'][:3]]}"
        for rule in report["violations"]
    ]


def pages_of(role: str | None) -> list[str]:
    return [name for name, (who, _) in PAGES.items() if who == role]


def too_wide(page: Page) -> bool:
    """Whether the page scrolls sideways, with everything unfolded."""
    page.evaluate("for (const more of document.querySelectorAll('details')) more.open = true")
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize("role", ROLES)
def test_axe_finds_nothing_on_an_english_desktop_in_the_light(
    visit: Visit, watch: Watch, numbers: dict[str, int], role: str | None
) -> None:
    page, found = visit("en", role=role, inspected=True), {}
    for name in pages_of(role):
        open_page(page, watch, name, numbers)
        found[name] = found_by_axe(page)
    assert {name: rules for name, rules in found.items() if rules} == {}
    assert len(found) == len(pages_of(role)) > 0


@pytest.mark.parametrize("role", ROLES)
def test_axe_finds_nothing_and_nothing_hangs_over_on_a_chinese_phone_in_the_dark(
    visit: Visit, watch: Watch, numbers: dict[str, int], role: str | None
) -> None:
    page, found = visit("zh", phone=True, dark=True, role=role, inspected=True), {}
    for name in pages_of(role):
        open_page(page, watch, name, numbers)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        found[name] = found_by_axe(page) + ["scrolls sideways"] * too_wide(page)
    assert {name: rules for name, rules in found.items() if rules} == {}
    assert len(found) == len(pages_of(role)) > 0


@pytest.mark.parametrize("role", ROLES)
def test_nothing_hangs_over_on_an_english_phone(
    visit: Visit, watch: Watch, numbers: dict[str, int], role: str | None
) -> None:
    page, wide = visit("en", phone=True, role=role), {}
    for name in pages_of(role):
        open_page(page, watch, name, numbers)
        wide[name] = too_wide(page)
    assert wide == dict.fromkeys(pages_of(role), False)
    assert wide
