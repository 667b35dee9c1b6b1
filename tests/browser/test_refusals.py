"""Forms that are refused say which field and why, and lose nothing that was typed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, Watch
from tests.browser.places import settled
from tests.browser.words import LANGUAGES, said

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("device", ["desktop", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_stream_names_each_field_and_keeps_what_was_typed(
    visit: Visit, watch: Watch, language: str, device: str
) -> None:
    watch.provoked.add(422)
    page = visit(language, phone=device == "phone", role="factory")
    page.goto("/streams/new")
    settled(page)
    page.locator("#f-site_id").select_option(index=1)
    page.locator("#f-name").fill("Ash & <slag> 灰")
    page.locator("#f-waste_code").fill("900-001-S02")
    page.locator("#f-physical_form").select_option("powder")
    page.locator("#f-months_t-3").fill("plenty")
    page.locator("#f-ask_per_t").fill("cheap")
    page.locator("#f-vehicles-tipper").check()
    page.get_by_role("button", name=said(language, "Save the draft")).click()

    summary = page.locator("[data-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text(said(language, "Correct the marked fields and send again."))
    for field in ("f-ask_per_t", "f-months_t-3", "f-name"):
        marked = page.locator(f"#{field}")
        expect(marked).to_have_attribute("aria-invalid", "true")
        described = str(marked.get_attribute("aria-describedby")).split()[-1]
        expect(page.locator(f"#{described}")).to_be_visible()
        expect(summary.locator(f"a[href='#{field}']")).to_be_visible()
    wrong = said(language, "Write a number, such as 1200 or 0.35.")
    expect(page.locator("#e-ask_per_t")).to_have_text(wrong)
    expect(page.locator("#e-months_t-3")).to_have_text(wrong)
    expect(page.locator("#f-name")).to_have_value("Ash & <slag> 灰")
    expect(page.locator("#f-months_t-3")).to_have_value("plenty")
    expect(page.locator("#f-ask_per_t")).to_have_value("cheap")
    expect(page.locator("#f-waste_code")).to_have_value("900-001-S02")
    expect(page.locator("#f-physical_form")).to_have_value("powder")
    expect(page.locator("#f-vehicles-tipper")).to_be_checked()
    summary.get_by_role("link").first.press("Enter")
    expect(summary).not_to_be_focused()
    expect(page.locator(":focus")).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_password_is_refused_without_saying_which_part_was_wrong(
    visit: Visit, watch: Watch, language: str
) -> None:
    watch.provoked |= {403, 422}
    page = visit(language)
    answers = []
    for email in ("factory@demo.example", "nobody@demo.example"):
        page.goto("/sign-in?next=/papers")
        page.locator("#f-email").fill(email)
        page.locator("#f-password").fill("not the password")
        page.get_by_role("main").get_by_role("button", name=said(language, "Sign in")).click()
        expect(page.locator("[data-summary]")).to_be_visible()
        expect(page.locator("#f-email")).to_have_value(email)
        expect(page.locator("#f-password")).to_have_value("")
        answers.append(page.locator("[data-summary]").inner_text())
    assert answers[0] == answers[1]


def test_an_assay_from_the_future_is_refused(visit: Visit, watch: Watch) -> None:
    watch.provoked.add(422)
    page = visit(role="factory")
    page.goto("/streams")
    page.get_by_role("link", name="New assay").first.click()
    settled(page)
    page.locator("#f-sampled_on").fill("2999-01-01")
    page.locator("#f-valid_until").fill("2999-06-01")
    page.locator("#f-laboratory").fill("Own laboratory")
    page.locator("#f-values-0-parameter").select_option(index=1)
    page.locator("#f-values-0-typical").fill("5")
    page.get_by_role("button", name="File the assay").click()
    expect(page.locator("[data-summary]")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/assays/new$"))
    expect(page.locator("#f-values-0-typical")).to_have_value("5")
    expect(page.locator("#f-laboratory")).to_have_value("Own laboratory")
