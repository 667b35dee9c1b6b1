"""What a browser does in tests: sign in, send forms with their token, read what is marked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.services import open_login_session
from app.clock import now_utc
from app.database import write_transaction
from app.security import LOGIN
from models.accounts.tables import User
from tests.conftest import CHINESE

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
IN_CHINESE = {"Accept-Language": "zh-CN"}


def token_of(client: FlaskClient) -> str:
    found = TOKEN.search(client.get("/sign-in", follow_redirects=True).text)
    assert found is not None
    return found[1]


def send(client: FlaskClient, path: str, form: Mapping[str, Any], **more: Any) -> TestResponse:
    """Send a form as its page would."""
    return client.post(path, data={"csrf_token": token_of(client)} | flat(form), **more)


def signed_in(app: Flask, name: str, *, second_factor: bool = True) -> FlaskClient:
    """The browser of somebody who has signed in already, with a second factor if need be."""
    client, sessions = app.test_client(), app.extensions["offtake"].sessions
    with write_transaction(sessions) as session:
        person = session.scalars(select(User).where(User.email == f"{name}@example.com")).one()
        secret = open_login_session(
            session, person.id, via="test", second_factor=second_factor, now=now_utc()
        )
    with client.session_transaction() as browser:
        browser[LOGIN] = secret
    return client


def flat(form: Mapping[str, Any]) -> dict[str, Any]:
    """Twelve months as twelve fields; check boxes stay a list."""
    fields = {name: value for name, value in form.items() if name != "months_t"}
    for number, mass in enumerate(form.get("months_t", ())):
        fields[f"months_t-{number}"] = mass
    return fields


def marked(page: str) -> dict[str, str]:
    """The messages of a refused form by field."""
    # The message of a month stands in a sentence that names the month.
    wanted = r'<(?:p class="fd-error"|span) id="e-([^"]+)">(?:<i[^>]*></i>)?\s*([^<]*)</(?:p|span)>'
    found = re.findall(wanted, page)
    return {field: message.strip() for field, message in found}


def faults_of(html: str) -> list[str]:
    """What keeps a page from being whole: inline style or script, ids twice, labels of nothing."""
    inline = re.findall(r"\sstyle=|\son[a-z]+=|<style|javascript:", html)
    scripts = [
        content
        for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL)
        if "src=" not in attributes and 'type="application/json"' not in attributes
    ]
    ids = re.findall(r'\sid="([^"]+)"', html)
    twice = sorted({name for name in ids if ids.count(name) > 1})
    lonely = set(re.findall(r'<label[^>]* for="([^"]+)"', html)) - set(ids)
    nothing = re.findall(r".{0,30}\bNone\b.{0,30}", re.sub(r"<[^>]+>", "", html))
    return [*inline, *scripts, *twice, *sorted(lonely), *nothing]


def chinese(message: str) -> str:
    with CHINESE.open("rb") as file:
        texts = {entry.id: str(entry.string) for entry in read_po(file)}
    assert texts[message]
    return texts[message]
