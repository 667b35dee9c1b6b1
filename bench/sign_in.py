"""Right sign-ins to many accounts while somebody guesses at one, fifty times a second."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

from app.accounts.services.passwords import hash_password
from app.clock import now_utc
from app.database import write_transaction
from app.settings import Settings
from app.web import create_app
from bench.figures import Figure, middle
from models.accounts.tables import User

PORT: Final = 5873
GUESSES_PER_SECOND: Final = 50
SIGN_INS_PER_SECOND: Final = 5
SECONDS: Final = 30
ADDRESSES: Final = 50
MOST_MS: Final = 1_000.0
SECRET: Final = "a right password of this benchmark"  # noqa: S105  (of nobody)
_TOKEN: Final = re.compile(r'name="csrf_token" value="([^"]+)"')


def measure(folder: Path) -> list[Figure]:
    _make_accounts(folder, SIGN_INS_PER_SECOND * SECONDS)
    with _served(folder):
        calm = [_sign_in(number) for number in range(1, 11)]
        forms = [_form_of(f"127.1.0.{number + 1}") for number in range(ADDRESSES)]
        with ThreadPoolExecutor(24) as pool:
            guesses = [
                pool.submit(_guess, number, forms) for number in range(SECONDS * GUESSES_PER_SECOND)
            ]
            with ThreadPoolExecutor(8) as owners:
                entries = [
                    owners.submit(_sign_in_at, number)
                    for number in range(1, SIGN_INS_PER_SECOND * SECONDS)
                ]
                taken = sorted(entry.result() for entry in entries)
            said = [guess.result() for guess in guesses]
    slowest = taken[max(0, -(-len(taken) * 99 // 100) - 1)]
    hashed = sum(status != 429 for status in said)
    return [
        Figure(
            subject="sign-in",
            name=f"right sign-ins, p99, while one account gets {GUESSES_PER_SECOND} guesses/s",
            value=slowest,
            unit="ms",
            ratio=slowest / middle(calm),
            baseline="median when nobody guesses",
            most=MOST_MS,
        ),
        Figure(subject="sign-in", name="guesses answered", value=len(said), unit=""),
        Figure(subject="sign-in", name="guesses that were hashed", value=hashed, unit=""),
    ]


def _make_accounts(folder: Path, count: int) -> None:
    app = create_app(Settings(DATABASE_URL="", instance=folder))
    runner = app.test_cli_runner()
    from app.cli import main  # noqa: PLC0415  (it brings every command with it)

    runner.invoke(main, ["init"], catch_exceptions=False)
    now, password = now_utc(), hash_password(SECRET)
    with write_transaction(app.extensions["offtake"].sessions) as session:
        session.add_all(
            User(
                email=f"person-{number}@bench.example",
                name="Person",
                password=password,
                fs_uniquifier=uuid4().hex,
                confirmed_at=now,
                created_at=now,
            )
            for number in range(count)
        )
    app.extensions["offtake"].sessions.kw["bind"].dispose()


@contextmanager
def _served(folder: Path) -> Iterator[None]:
    environment = os.environ | {"OFFTAKE_INSTANCE": str(folder), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(PORT), "--processes", "2"]
    server = subprocess.Popen(  # noqa: S603  (our own command)
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                _ask("127.0.0.1", "GET", "/readyz")
                break
            except OSError:
                time.sleep(0.2)
        yield
    finally:
        server.terminate()
        server.wait(timeout=40)


def _ask(
    origin: str, method: str, path: str, form: dict[str, str] | None = None, cookie: str = ""
) -> tuple[int, str, str]:
    connection = HTTPConnection("127.0.0.1", PORT, timeout=60, source_address=(origin, 0))
    headers = {"Cookie": cookie} if cookie else {}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, path, urlencode(form) if form else None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    kept = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    connection.close()
    return answer.status, text, kept


def _form_of(origin: str) -> tuple[str, str, str]:
    """Where somebody sits, and the token and the cookie of the form that was opened there."""
    _, page, cookie = _ask(origin, "GET", "/sign-in")
    found = _TOKEN.search(page)
    assert found is not None, page
    return origin, found[1], cookie


def _enter(form: tuple[str, str, str], email: str, password: str) -> tuple[int, float]:
    origin, token, cookie = form
    sent = {"csrf_token": token, "email": email, "password": password}
    started = time.perf_counter()
    status, _, _ = _ask(origin, "POST", "/sign-in", sent, cookie)
    return status, 1_000 * (time.perf_counter() - started)


def _sign_in(number: int) -> float:
    form = _form_of(f"127.2.{number // 250}.{number % 250 + 1}")
    status, taken = _enter(form, f"person-{number}@bench.example", SECRET)
    assert status == 303, status
    return taken


def _sign_in_at(number: int) -> float:
    _wait_until(number / SIGN_INS_PER_SECOND)
    return _sign_in(number)


def _guess(number: int, forms: list[tuple[str, str, str]]) -> int:
    """From many addresses, as who guesses in earnest does."""
    _wait_until(number / GUESSES_PER_SECOND)
    form = forms[number % len(forms)]
    status, _ = _enter(form, "person-0@bench.example", f"guess {number}")
    return status


_STARTED: Final[list[float]] = []


def _wait_until(second: float) -> None:
    if not _STARTED:
        _STARTED.append(time.monotonic())
    time.sleep(max(0.0, _STARTED[0] + second - time.monotonic()))
