"""What an organization shares: the parks it belongs to, and who may look into its details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.inputs.organizations import ChoosePark, GrantInsight
from app.accounts.pages.blueprints import organization_pages
from app.accounts.queries.parks import sharing_of
from app.accounts.services.parks import grant_insight, join_park, leave_park, withdraw_insight
from app.clock import now_utc
from app.edge import begin, current_actor, form_fields, read_form
from app.problems import problem_of, status_of
from models.errors import Refusal
from models.permissions import Capability

SHARING: Final = "organization_pages.show_sharing"


@organization_pages.get("/organization/sharing")
def show_sharing() -> ResponseReturnValue:
    return _page({}, {})


@organization_pages.post("/organization/parks")
def submit_park() -> ResponseReturnValue:
    try:
        command = read_form(ChoosePark)
        with begin() as session:
            join_park(session, command, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _page(form_fields(), problem_of(refusal)), status_of(refusal)
    return redirect(url_for(SHARING), code=303)


@organization_pages.post("/organization/parks/<int:park_id>/leave")
def submit_park_end(park_id: int) -> ResponseReturnValue:
    with begin() as session:
        leave_park(session, park_id, actor=current_actor(), now=now_utc())
    return redirect(url_for(SHARING), code=303)


@organization_pages.post("/organization/grants")
def submit_grant() -> ResponseReturnValue:
    try:
        command = read_form(GrantInsight)
        with begin() as session:
            grant_insight(session, command, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _page(form_fields(), problem_of(refusal)), status_of(refusal)
    return redirect(url_for(SHARING), code=303)


@organization_pages.post("/organization/grants/<int:reader_id>/withdraw")
def submit_grant_end(reader_id: int) -> ResponseReturnValue:
    with begin() as session:
        withdraw_insight(session, reader_id, actor=current_actor(), now=now_utc())
    return redirect(url_for(SHARING), code=303)


def _page(values: Mapping[str, object], problem: Mapping[str, object]) -> str:
    actor = current_actor()
    with begin() as session:
        sharing = sharing_of(session, actor=actor)
    return render_template(
        "accounts/sharing.html",
        sharing=sharing,
        may_manage=actor.may(Capability.MANAGE_ORGANIZATION),
        values=values,
        problem=problem,
    )
