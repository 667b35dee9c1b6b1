"""What a person does at the door in tests: type, read letters, press buttons, read codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.clock import now_utc
from app.database import write_transaction
from models.accounts.tables import LoginSession, User
from models.journal.tables import StoredMessage
from tests.app.browsing import TOKEN, token_of

ADDRESS = "new@example.com"
SECRET = "purple otter window 77"
OTHER_SECRET = "green lamp forest 91"
_LINK = re.compile(r"https?://[^/\s]+(/\S+)")
_KEY = re.compile(r'class="key"><code>([A-Z2-7\- ]+)</code>')
_SETUP = re.compile(r'action="(/account/authenticator/[^"]+)"')
_CODE = re.compile(r"<li><code>([^<]+)</code></li>")


def send(client: FlaskClient, path: str, form: Mapping[str, Any], **more: Any) -> TestResponse:
    """Send a form from its own page: to open the first step again would undo the ones after it."""
    found = TOKEN.search(client.get(path).text)
    token = found[1] if found else token_of(client)
    return client.post(path, data={"csrf_token": token} | dict(form), **more)


def opened(app: Flask) -> Session:
    return app.extensions["offtake"].sessions()  # type: ignore[no-any-return]


def letters(app: Flask, purpose: str = "") -> list[StoredMessage]:
    with opened(app) as session:
        rows = session.scalars(select(StoredMessage).order_by(StoredMessage.id)).all()
        return [row for row in rows if row.purpose.startswith(purpose)]


def link(app: Flask, purpose: str) -> str:
    """The address in the last letter of this kind."""
    found = _LINK.search(letters(app, purpose)[-1].body)
    assert found is not None
    return found[1]


def sign_up(client: FlaskClient, email: str = ADDRESS, **changed: Any) -> TestResponse:
    form = {"name": "Newcomer", "email": email, "password": SECRET} | changed
    return send(client, "/sign-up", form)


def confirmed(app: Flask, email: str = ADDRESS, **changed: Any) -> None:
    """Somebody who has signed up and pressed the button behind the link."""
    client = app.test_client()
    assert sign_up(client, email, **changed).status_code == 302
    assert send(client, link(app, "account.welcome"), {}).status_code == 302


def enter(client: FlaskClient, email: str = ADDRESS, password: str = SECRET, **more: Any) -> Any:
    return send(client, "/sign-in", {"email": email, "password": password} | more)


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def code_of(key: str, steps: int = 0) -> str:
    moment = now_utc().timestamp() + 30 * steps
    return str(TOTP(key=key).generate(time=moment).token)


def set_up_app(client: FlaskClient) -> str:
    """Set an authenticator app up as its page does; return its key.

    The code is that of half a minute ago, so that the next ones are still good. Should the clock
    turn to the next half minute just now, that one is too old: then once more.
    """
    for last in (False, True):
        secret, answer = _try_app(client)
        if (answer.status_code, answer.location) == (302, "/account"):
            break
        assert not last, answer.text
    return secret


def _try_app(client: FlaskClient) -> tuple[str, TestResponse]:
    page = send(client, "/account/authenticator", {"setup": "authenticator"})
    key, action = _KEY.search(page.text), _SETUP.search(page.text)
    assert key is not None
    assert action is not None
    secret = key[1].replace("-", "").replace(" ", "")
    return secret, send(client, action[1], {"code": code_of(secret, -1)})


def make_recovery_codes(client: FlaskClient) -> list[str]:
    page = send(client, "/account/recovery-codes", {"generate_new_codes": "y"})
    return _CODE.findall(page.text)


def person(app: Flask, email: str = ADDRESS) -> User:
    with opened(app) as session:
        return session.scalars(select(User).where(User.email == email)).one()


def open_sessions_of(app: Flask, email: str = ADDRESS) -> list[LoginSession]:
    query = (
        select(LoginSession)
        .join(User, User.id == LoginSession.user_id)
        .where(User.email == email, LoginSession.ended_at.is_(None))
        .order_by(LoginSession.id)
    )
    with opened(app) as session:
        return list(session.scalars(query))


def half_way(app: Flask) -> FlaskClient:
    """A browser in which the password was right and the second step is asked for."""
    fresh = app.test_client()
    answer = enter(fresh)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in/")
    return fresh


def old(app: Flask) -> None:
    """As if everybody had proved who they are half an hour ago."""
    with write_transaction(app.extensions["offtake"].sessions) as session:
        past = now_utc() - 2 * app.extensions["offtake"].settings.sessions.fresh
        session.execute(update(LoginSession).values(authenticated_at=past))
