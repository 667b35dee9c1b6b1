"""Sign in, sign out, choose a language."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.inputs import SignIn
from app.accounts.services import open_login_session, sign_in
from app.clock import now_utc
from app.edge import begin, form_fields, installation, read_form
from app.i18n import LANGUAGE_COOKIE, LANGUAGES
from app.problems import problem_of, status_of
from app.security import sign_in_session, sign_out_session
from models.errors import Refusal

accounts_pages = Blueprint("accounts_pages", __name__)
ONE_YEAR_SECONDS: Final = 31_536_000


@accounts_pages.get("/sign-in")
def show_sign_in() -> ResponseReturnValue:
    values = {"next": request.args.get("next", "")}
    return render_template("accounts/sign_in.html", values=values, problem={})


@accounts_pages.post("/sign-in")
def submit_sign_in() -> ResponseReturnValue:
    try:
        command = read_form(SignIn)
        with begin(writes=False) as session:  # checking a password takes long: hold no lock
            entry = sign_in(session, command)
        with begin() as session:
            secret = open_login_session(
                session, entry.user_id, via="password", second_factor=True, now=now_utc()
            )
    except Refusal as refusal:
        values = form_fields() | {"password": ""}
        page = render_template("accounts/sign_in.html", values=values, problem=problem_of(refusal))
        return page, status_of(refusal)
    sign_in_session(secret)
    return redirect(_own_address(command.next), code=303)


@accounts_pages.post("/sign-out")
def submit_sign_out() -> ResponseReturnValue:
    sign_out_session()
    return redirect(url_for("matchmaking_pages.show_landing"), code=303)


@accounts_pages.get("/language/<code>")
def choose_language(code: str) -> ResponseReturnValue:
    if code not in LANGUAGES:
        abort(404)
    response = redirect(_own_address(request.args.get("next", "")), code=303)
    response.set_cookie(
        LANGUAGE_COOKIE,
        code,
        max_age=ONE_YEAR_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=installation().settings.secure_cookies,
    )
    return response


def _own_address(address: str) -> str:
    """Where to go next: only ever a page of ours, whatever the link says."""
    try:
        parts = urlsplit(address.replace("\\", "/"))
    except ValueError:
        return url_for("matchmaking_pages.show_landing")
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or "//" in parts.path:
        return url_for("matchmaking_pages.show_landing")
    return parts._replace(fragment="").geturl()
