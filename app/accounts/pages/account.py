"""One's own account: who one is, how one proves it, where one is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.inputs.people import ChangeAccount, ConfirmPhone, NamePasskey, SetPhone
from app.accounts.pages.proofs import own_next
from app.accounts.pages.rendering import notes
from app.accounts.pages.sign_in import accounts_pages, with_language
from app.accounts.queries.people import find_account, list_browsers
from app.accounts.services import (
    change_account,
    confirm_phone,
    end_login_session,
    end_login_sessions_of,
    rename_passkey,
    set_phone,
)
from app.clock import now_utc
from app.edge import (
    begin,
    current_actor,
    current_frame,
    form_fields,
    installation,
    read_form,
)
from app.i18n import say
from app.limits import rate_limits
from app.problems import problem_of, status_of
from app.security import sign_out_session
from models.accounts.agents import known_agent
from models.errors import Refusal
from models.permissions import Capability, require_user

_MESSAGES_TO_A_PHONE = "4 per hour"
_PHONE_CODES = "5 per 10 minutes"


@accounts_pages.get("/account")
def show_account() -> ResponseReturnValue:
    return _account_page({})


@accounts_pages.post("/account")
def submit_account() -> ResponseReturnValue:
    try:
        command = read_form(ChangeAccount)
        with begin() as session:
            change_account(session, command, actor=current_actor())
    except Refusal as refusal:
        return _refused("account", refusal)
    flash(say("Saved."), "success")
    return with_language(
        redirect(url_for("accounts_pages.show_account"), code=303), command.language
    )


@accounts_pages.post("/account/phone")
def submit_phone() -> ResponseReturnValue:
    try:
        command = read_form(SetPhone)
        rate_limits().check(_MESSAGES_TO_A_PHONE, "phone", str(current_actor().user_id))
        with begin() as session:
            set_phone(
                session, command.phone, actor=current_actor(), now=now_utc(), key=_phone_key()
            )
    except Refusal as refusal:
        return _refused("phone", refusal)
    flash(say("A code is on its way to %(phone)s.", phone=command.phone), "success")
    return redirect(url_for("accounts_pages.show_account", _anchor="phone"), code=303)


@accounts_pages.post("/account/phone/confirm")
def submit_phone_code() -> ResponseReturnValue:
    try:
        command = read_form(ConfirmPhone)
        rate_limits().check(_PHONE_CODES, "phone code", str(current_actor().user_id))
        with begin() as session:
            confirm_phone(
                session, command.code, actor=current_actor(), now=now_utc(), key=_phone_key()
            )
    except Refusal as refusal:
        return _refused("phone", refusal)
    flash(say("Your phone is confirmed."), "success")
    return redirect(url_for("accounts_pages.show_account", _anchor="phone"), code=303)


@accounts_pages.get("/account/second-factor")
def show_second_factor() -> ResponseReturnValue:
    """Where somebody is led whose role needs more than a password."""
    with begin(writes=False) as session:
        account = find_account(session, _user_id())
    onward = own_next(request.args.get("next", ""))
    return render_template("accounts/second_factor.html", account=account, onward=onward)


@accounts_pages.post("/account/passkeys/<int:passkey_id>/name")
def submit_passkey_name(passkey_id: int) -> ResponseReturnValue:
    try:
        command = read_form(NamePasskey)
        with begin() as session:
            rename_passkey(session, passkey_id, command.name, actor=current_actor())
    except Refusal as refusal:
        return _refused("passkeys", refusal)
    return redirect(url_for("accounts_pages.show_account", _anchor="factors"), code=303)


@accounts_pages.get("/account/sessions")
def show_sessions() -> ResponseReturnValue:
    with begin(writes=False) as session:
        browsers = list_browsers(
            session, _user_id(), now=now_utc(), policy=installation().settings.sessions
        )
    return render_template(
        "accounts/sessions.html",
        browsers=browsers,
        known_agent=known_agent,
        here_id=current_frame().login_session_id,
        notes=notes(),
    )


@accounts_pages.post("/account/sessions/<int:login_session_id>/end")
def submit_session_end(login_session_id: int) -> ResponseReturnValue:
    with begin() as session:
        end_login_session(session, login_session_id, actor=current_actor(), now=now_utc())
    if login_session_id == current_frame().login_session_id:
        sign_out_session()
        return redirect(url_for("security.login"), code=303)
    flash(say("That browser is signed out."), "success")
    return redirect(url_for("accounts_pages.show_sessions"), code=303)


@accounts_pages.post("/account/sessions/end-others")
def submit_other_sessions_end() -> ResponseReturnValue:
    with begin() as session:
        end_login_sessions_of(
            session, _user_id(), but=current_frame().login_session_id, now=now_utc()
        )
    flash(say("Every other browser is signed out."), "success")
    return redirect(url_for("accounts_pages.show_sessions"), code=303)


def _refused(part: str, refusal: Refusal) -> ResponseReturnValue:
    page = _account_page(problem_of(refusal), part=part, values=form_fields())
    return page, status_of(refusal)


def _account_page(
    problem: Mapping[str, object], *, part: str = "", values: Mapping[str, Any] | None = None
) -> str:
    with begin(writes=False) as session:
        account = find_account(session, _user_id())
    kept = {"name": account.name, "language": account.language, "phone": account.phone or ""}
    return render_template(
        "accounts/account.html",
        account=account,
        values=kept | dict(values or {}),
        problem=problem,
        part=part,
        notes=notes(),
    )


def _user_id() -> int:
    return require_user(current_actor(), Capability.USE_ACCOUNT)


def _phone_key() -> bytes:
    return f"phone:{installation().settings.signing_key}".encode()
