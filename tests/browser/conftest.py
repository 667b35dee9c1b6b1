"""The real product in a real browser: its server, its worker, the demonstration of one province."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    StorageState,
    expect,
    sync_playwright,
)

from app.accounts.services import code_at
from app.cli import main
from app.clock import now_utc
from app.settings import Settings
from app.web import create_app
from tests.browser.words import LOCALES

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP, PHONE = (1280, 900), (360, 740)
PROVINCE = "Shandong"
PATIENCE_MS = 10_000

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: while Playwright runs, its event loop holds the main thread."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the catalogue and the demonstration of one province."""
    folder = tmp_path_factory.mktemp("instance")
    app = create_app(Settings(DATABASE_URL="", instance=folder))
    for command in (["init"], ["demo", "--region", PROVINCE]):
        done = app.test_cli_runner().invoke(main, command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    app.extensions["offtake"].sessions.kw["bind"].dispose()
    return folder


@pytest.fixture(scope="session")
def address(instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the product is served, with a worker beside it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--processes", "1"]
    environment = os.environ | {"OFFTAKE_INSTANCE": str(instance), "DATABASE_URL": ""}
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, "--with-worker"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}/readyz", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=40)
    faults = [line for line in log.read_text("utf-8").splitlines() if "Traceback" in line]
    assert faults == [], log.read_text("utf-8")


def _wait_until_ready(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 40
    while True:
        try:
            with urlopen(address, timeout=5) as answer:
                assert answer.status == 200
                return
        except URLError:
            alive = server.poll() is None and time.monotonic() < end
            assert alive, f"the server did not start: {log.read_text('utf-8')}"
            time.sleep(0.1)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


@dataclass
class Watch:
    """Notes down whatever a browser complains about, and every request that leaves the machine."""

    home: str
    complaints: list[str] = field(default_factory=list)
    # The browser's console repeats each refusal; those a test provokes are no complaint.
    provoked: set[int] = field(default_factory=set)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        status = re.search(r"responded with a status of (\d+)", message.text)
        if status and int(status[1]) in self.provoked:
            return
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # A script or a navigation that moves on aborts what it no longer needs.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"request: {request.url} {request.failure}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.complaints.append(f"leaves the machine: {request.url}")


@pytest.fixture(scope="session")
def accounts(instance: Path, browser: Browser, address: str) -> dict[str, StorageState]:
    """Cookies of the people of the demonstration, each signed in once through the page."""
    credentials = json.loads((instance / "demo-credentials.json").read_text("utf-8"))
    states = {}
    for person in credentials:
        context = browser.new_context(base_url=address, locale=LOCALES["en"])
        page = context.new_page()
        page.goto("/sign-in?next=/streams")
        page.get_by_label("E-mail").fill(person["email"])
        page.get_by_label("Password").fill(person["password"])
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.get_by_label("Code").fill(code_at(person["totp_secret"], now_utc()))
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(re.compile(r"/streams$"))
        states[person["role"]] = context.storage_state()
        context.close()
    return states


@pytest.fixture
def watch(address: str) -> Iterator[Watch]:
    watching = Watch(home=address)
    yield watching
    assert watching.complaints == []


Visit = Callable[..., Page]


@pytest.fixture
def visit(
    browser: Browser, address: str, watch: Watch, request: pytest.FixtureRequest
) -> Iterator[Visit]:
    """Opens an empty page as somebody: a language, a width, a theme, perhaps signed in."""
    opened: list[BrowserContext] = []

    def open_page(
        language: str = "en",
        *,
        phone: bool = False,
        dark: bool = False,
        role: str | None = None,
        scripts: bool = True,
        inspected: bool = False,
    ) -> Page:
        width, height = PHONE if phone else DESKTOP
        signed_in = request.getfixturevalue("accounts")[role] if role else None
        context = browser.new_context(
            base_url=address,
            locale=LOCALES[language],
            viewport={"width": width, "height": height},
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            storage_state=signed_in,
            java_script_enabled=scripts,
            # Only so that the accessibility checker itself can be put into the page.
            bypass_csp=inspected,
        )
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        watch.over(context)
        return context.new_page()

    yield open_page
    for context in opened:
        context.close()
