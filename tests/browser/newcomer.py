"""What a newcomer does in a browser: read letters, hold a passkey. Steps that others go on from."""

from __future__ import annotations

import email
import email.policy
import re
import time
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.words import said

SECRET = "purple otter window 77"
_LINK = re.compile(r"https?://[^/\s]+(/\S+)")
_PATIENCE_S = 20


def sign_up(page: Page, language: str, address: str) -> None:
    page.goto("/sign-up")
    page.get_by_label(said(language, "Your name")).fill("Newcomer")
    page.get_by_label(said(language, "E-mail")).fill(address)
    page.locator("#f-password").fill(SECRET)
    page.get_by_role("button", name=said(language, "Show")).click()
    expect(page.locator("#f-password")).to_have_attribute("type", "text")
    page.get_by_role("main").get_by_role("button", name=said(language, "Sign up")).click()
    expect(page).to_have_url(re.compile(r"/sign-up/sent$"))


def link_in_letter(instance: Path, address: str) -> str:
    """The link in the last letter to an address, once the worker has written it into a file."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        files = sorted((instance / "outbox").glob("*.eml"), key=lambda path: path.stat().st_mtime)
        for path in reversed(files):
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            found = _LINK.search(letter.get_content())
            if letter["To"] == address and found:
                return found[1]
        time.sleep(0.2)
    raise AssertionError(f"no letter with a link reached {address}")


def confirm(page: Page, language: str, link: str) -> None:
    page.goto(link)
    page.get_by_role("main").get_by_role("button", name=said(language, "Confirm")).click()
    expect(page).to_have_url(re.compile(r"/sign-in"))


def sign_in(page: Page, language: str, address: str) -> None:
    page.goto("/sign-in")
    page.get_by_label(said(language, "E-mail")).fill(address)
    page.locator("#f-password").fill(SECRET)
    page.get_by_role("main").get_by_role("button", name=said(language, "Sign in")).click()
    expect(page).not_to_have_url(re.compile(r"/sign-in"))


def hold_authenticator(context: BrowserContext, page: Page) -> None:
    """Give the browser an authenticator that always finds its owner there."""
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def add_passkey(page: Page, language: str) -> None:
    page.goto("/account/passkeys")
    page.locator("#f-name").fill("laptop")
    page.get_by_role("main").get_by_role("button", name=said(language, "Add a passkey")).click()
    expect(page).to_have_url(re.compile(r"/account$"))
    expect(page.get_by_label(said(language, "Name of the passkey"))).to_have_value("laptop")


def sign_in_with_passkey(page: Page, language: str) -> None:
    page.goto("/sign-in")
    page.get_by_role("main").get_by_role("button", name=said(language, "Use a passkey")).click()
    expect(page).not_to_have_url(re.compile(r"/sign-in"))


def sign_out(page: Page, language: str) -> None:
    """By the bar, or on a phone by its menu."""
    place = page.locator(".ot-who")
    if not place.is_visible():
        page.locator(".ot-menu summary").click()
        place = page.locator(".ot-menu")
    place.get_by_role("button", name=said(language, "Sign out")).click()
    expect(page.get_by_role("banner").get_by_text(said(language, "Sign in")).first).to_be_visible()
