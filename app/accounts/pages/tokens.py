"""Tokens of an organization's programs: made, shown once, listed, revoked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.inputs.members import MakeToken
from app.accounts.pages.blueprints import organization_pages
from app.accounts.queries.members import tokens_of
from app.accounts.services.tokens import make_token, revoke_token
from app.clock import now_utc
from app.edge import begin, current_actor, form_fields, read_form
from app.problems import problem_of, status_of
from models.accounts.tokens import DAYS_MAX, scopes_of
from models.errors import Refusal

TOKENS: Final = "organization_pages.show_tokens"
_DAYS: Final = {"days": "90"}


@organization_pages.get("/organization/tokens")
def show_tokens() -> ResponseReturnValue:
    return _page(_DAYS, {})


@organization_pages.post("/organization/tokens")
def submit_token() -> ResponseReturnValue:
    try:
        command = read_form(MakeToken)
        with begin() as session:
            made = make_token(session, command, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _page(form_fields(), problem_of(refusal)), status_of(refusal)
    # Shown here and never again: a redirect would have to carry it along.
    return _page(_DAYS, {}, made)


@organization_pages.post("/organization/tokens/<int:token_id>/revoke")
def submit_token_end(token_id: int) -> ResponseReturnValue:
    with begin() as session:
        revoke_token(session, token_id, actor=current_actor(), now=now_utc())
    return redirect(url_for(TOKENS), code=303)


def _page(values: Mapping[str, object], problem: Mapping[str, object], made: str = "") -> str:
    actor = current_actor()
    with begin() as session:
        rows = tokens_of(session, actor=actor, now=now_utc())
    return render_template(
        "accounts/tokens.html",
        rows=rows,
        made=made,
        scopes=[scope.value for scope in scopes_of(actor.role)],
        days_max=DAYS_MAX,
        values=values,
        problem=problem,
    )
