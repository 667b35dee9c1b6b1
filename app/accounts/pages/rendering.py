"""Flask-Security asks for its templates; these are the pages of ours that answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, cast

from flask import get_flashed_messages, make_response, render_template, request
from flask_wtf import FlaskForm

from app.accounts.pages.proofs import own_next
from app.i18n import say


class PageOfFlow(NamedTuple):
    template: str
    form: str


PAGES: Final[Mapping[str, PageOfFlow]] = {
    "security/login_user.html": PageOfFlow("sign_in", "login_user_form"),
    "security/register_user.html": PageOfFlow("sign_up", "register_user_form"),
    "security/send_confirmation.html": PageOfFlow("ask_link", "send_confirmation_form"),
    "security/forgot_password.html": PageOfFlow("ask_link", "forgot_password_form"),
    "security/reset_password.html": PageOfFlow("reset", "reset_password_form"),
    "security/change_password.html": PageOfFlow("password", "change_password_form"),
    "security/change_email.html": PageOfFlow("email", "change_email_form"),
    "security/verify.html": PageOfFlow("verify", "verify_form"),
    "security/two_factor_verify_code.html": PageOfFlow("code", "two_factor_verify_code_form"),
    "security/two_factor_select.html": PageOfFlow("select", "two_factor_select_form"),
    "security/two_factor_setup.html": PageOfFlow("authenticator", "two_factor_setup_form"),
    "security/mf_recovery_codes.html": PageOfFlow("recovery_codes", "mf_recovery_codes_form"),
    "security/mf_recovery.html": PageOfFlow("recovery", "mf_recovery_form"),
    "security/wan_register.html": PageOfFlow("passkeys", "wan_register_form"),
    "security/wan_signin.html": PageOfFlow("passkey", "wan_signin_form"),
    "security/wan_verify.html": PageOfFlow("passkey", "wan_verify_form"),
}
# Never sent back to a browser.
_SECRET_FIELDS: Final = frozenset({"password", "new_password", "code", "credential", "csrf_token"})
_BAD_FORM: Final = 422


def render_flow(name: str, **facts: Any) -> str:
    """Answer with our page: its fields read `values` and `problem`, like those of all our forms."""
    page = PAGES[name]
    form = cast("FlaskForm", facts[page.form])
    problem = _problem_of(form) if request.method == "POST" else {}
    values = {k: v for k, v in form.data.items() if k not in _SECRET_FIELDS}
    values["next"] = own_next(request.values.get("next", ""))
    ours = {"values": values, "problem": problem, "notes": notes()}
    body = render_template(f"accounts/{page.template}.html", **(facts | ours))
    answer = make_response(body, _BAD_FORM if problem else 200)
    # The library hands on whatever a page is made of.
    return cast("str", answer)


def notes() -> list[tuple[str, str]]:
    """What the step before left to be said: its kind and its words."""
    return cast("list[tuple[str, str]]", get_flashed_messages(with_categories=True))


def _problem_of(form: FlaskForm) -> dict[str, object]:
    errors = dict(_first_errors(form))
    if form.form_errors:
        return {"title": str(form.form_errors[0]), "errors": errors}
    if not errors:
        return {}
    return {"title": say("Correct the marked fields and send again."), "errors": errors}


def _first_errors(form: FlaskForm) -> Iterator[tuple[str, str]]:
    for name, messages in form.errors.items():
        if name and messages:
            # Of an empty field the library of the forms says so in words of its own.
            yield name, str(messages[0]) if form[name].data else say("This field is needed.")
