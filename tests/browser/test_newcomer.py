"""A newcomer signs up, confirms by the letter, adds a passkey and signs in with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, Watch
from tests.browser.newcomer import (
    add_passkey,
    confirm,
    hold_authenticator,
    link_in_letter,
    sign_in,
    sign_in_with_passkey,
    sign_out,
    sign_up,
)
from tests.browser.words import LANGUAGES, LOCALES, said

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_newcomer_signs_up_and_comes_back_with_a_passkey(
    browser: Browser, address: str, instance: Path, language: str
) -> None:
    # Passkeys belong to names, never to numbers.
    home, newcomer = address.replace("127.0.0.1", "localhost"), f"new-{language}@example.com"
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
    sign_out(page, language)
    page.goto("/account")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=/account"))
    sign_in_with_passkey(page, language)
    page.goto("/account/sessions")
    expect(page.get_by_text(said(language, "this one"))).to_be_visible()
    context.close()
    assert watch.complaints == []
