"""A newcomer with a passkey opens an organization, is verified by the operator and publishes."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from models.accounts.credit_code import check_sign_of
from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, Visit, Watch
from tests.browser.newcomer import (
    add_passkey,
    confirm,
    hold_authenticator,
    link_in_letter,
    sign_in,
    sign_up,
)
from tests.browser.test_factory import add_a_site, on_board, place_a_stream
from tests.browser.words import LANGUAGES, LOCALES, said

pytestmark = pytest.mark.browser
# Each language its own: only one organization is verified under a number.
BODIES = {"en": "91370200MA3C0001X", "zh": "91370200MA3C0002X"}


def open_organization(page: Page, language: str, name: str) -> None:
    code = BODIES[language] + check_sign_of(BODIES[language])
    page.goto("/organization/new")
    page.locator("#f-name").fill(name)
    page.locator("#f-register_number").fill(code[:-1] + ("0" if code[-1] != "0" else "1"))
    page.get_by_role("button", name=said(language, "Open the organization")).click()
    expect(page.locator("#e-register_number")).to_be_visible()  # a forged code
    page.locator("#f-register_number").fill(code.lower())
    page.get_by_role("button", name=said(language, "Open the organization")).click()
    expect(page).to_have_url(re.compile(r"/organization$"))


def show_a_licence(page: Page, language: str) -> None:
    drawn = BytesIO()
    Image.new("RGB", (60, 80), "white").save(drawn, "PNG")
    licence = {"name": "licence.png", "mimeType": "image/png", "buffer": drawn.getvalue()}
    page.locator("#f-document").set_input_files(licence)  # type: ignore[arg-type]
    page.get_by_role("button", name=said(language, "Add the document")).click()
    expect(page.get_by_role("link", name="licence.png")).to_be_visible()
    page.get_by_role("button", name=said(language, "Submit for verification")).click()
    expect(page.get_by_text(said(language, "The operator looks at the papers."))).to_be_visible()


def verify(page: Page, language: str, name: str) -> None:
    page.goto("/operator/organizations?standing=submitted")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("link", name="licence.png")).to_be_visible()
    page.get_by_role("button", name=said(language, "Verify"), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(said(language, "verified"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_newcomer_opens_an_organization_is_verified_and_publishes(
    browser: Browser, address: str, instance: Path, visit: Visit, language: str
) -> None:
    home, newcomer = address.replace("127.0.0.1", "localhost"), f"boss-{language}@example.com"
    name, stream = f"Newcomer Works {language}", f"Ash of a newcomer ({language})"
    watch = Watch(home=home)
    width, height = DESKTOP if language == "en" else PHONE
    context = browser.new_context(
        base_url=home, locale=LOCALES[language], viewport={"width": width, "height": height}
    )
    context.set_default_timeout(PATIENCE_MS)
    watch.over(context)
    page = context.new_page()
    hold_authenticator(context, page)
    sign_up(page, language, newcomer)
    confirm(page, language, link_in_letter(instance, newcomer))
    sign_in(page, language, newcomer)
    add_passkey(page, language)

    open_organization(page, language, name)
    show_a_licence(page, language)
    add_a_site(page, language, f"Yard {language}")
    place_a_stream(page, language, f"Yard {language}", stream)
    publish = said(language, "Publish")
    on_board(page, stream).get_by_role("button", name=publish).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        said(language, "Your organization has not been verified yet.")
    )
    verify(visit(language, role="operator"), language, name)
    page.goto("/streams")
    on_board(page, stream).get_by_role("button", name=publish).click()
    expect(on_board(page, stream)).to_contain_text(said(language, "published"))
    context.close()
    # The forged code and the publication that came too early were refused; the console says so.
    refused = re.compile(r"status of (403|422)")
    assert [each for each in watch.complaints if not refused.search(each)] == []
