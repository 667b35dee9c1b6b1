"""The operator's desk: organizations to be verified, offices, parks and their managers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.inputs.members import InviteOfficer
from app.accounts.inputs.organizations import (
    AppointManager,
    Decide,
    DecideWithReason,
    QueueFilter,
)
from app.accounts.pages.blueprints import operator_pages
from app.accounts.pages.countries import country_choices
from app.accounts.pages.members import invitation_link
from app.accounts.pages.rendering import notes
from app.accounts.queries.holding import offices_of
from app.accounts.queries.organizations import organization_page, organization_queue
from app.accounts.queries.parks import park_rows, verified_organizations
from app.accounts.services.members import invite_officer
from app.accounts.services.parks import appoint_manager
from app.accounts.services.verification import decide_on_organization
from app.clock import now_utc
from app.edge import begin, current_actor, form_fields, read_form, read_input
from app.i18n import say
from app.places.inputs import AddPark
from app.places.services import add_park
from app.problems import problem_of, status_of
from models.accounts.standing import REASONED_STEPS, Standing, Step
from models.errors import Refusal
from models.permissions import OFFICES, Capability

QUEUE: Final = "operator_pages.show_queue"
DETAIL: Final = "operator_pages.show_organization"
PARKS: Final = "operator_pages.show_parks"


@operator_pages.get("/operator/organizations")
def show_queue() -> ResponseReturnValue:
    wanted = read_input(QueueFilter, request.args)
    standing = Standing(wanted.standing) if wanted.standing else None
    with begin() as session:
        queue = organization_queue(
            session, standing=standing, sought=wanted.q, page=wanted.page, actor=current_actor()
        )
    return render_template(
        "accounts/queue.html", queue=queue, wanted=wanted, standings=list(Standing)
    )


@operator_pages.get("/operator/organizations/<int:organization_id>")
def show_organization(organization_id: int) -> ResponseReturnValue:
    return _detail(organization_id, {}, {})


@operator_pages.post("/operator/organizations/<int:organization_id>/<word>")
def submit_step(organization_id: int, word: str) -> ResponseReturnValue:
    if word not in {step.value for step in Step if step is not Step.SUBMIT}:
        abort(404)
    step = Step(word)
    try:
        reason = ""
        if step in REASONED_STEPS:
            reason = read_form(DecideWithReason).reason
        else:
            read_form(Decide)
        with begin() as session:
            decide_on_organization(
                session,
                organization_id,
                step,
                reason=reason,
                actor=current_actor(),
                now=now_utc(),
            )
    except Refusal as refusal:
        return _detail(organization_id, form_fields(), problem_of(refusal)), status_of(refusal)
    return redirect(url_for(DETAIL, organization_id=organization_id), code=303)


@operator_pages.post("/operator/organizations/<int:organization_id>/invitations")
def submit_officer(organization_id: int) -> ResponseReturnValue:
    try:
        command = read_form(InviteOfficer)
        with begin() as session:
            invite_officer(
                session,
                organization_id,
                command,
                actor=current_actor(),
                now=now_utc(),
                link_of=invitation_link,
            )
    except Refusal as refusal:
        return _detail(organization_id, form_fields(), problem_of(refusal)), status_of(refusal)
    flash(say("The invitation is on its way to %(email)s.", email=command.email), "success")
    return redirect(url_for(DETAIL, organization_id=organization_id), code=303)


@operator_pages.get("/operator/parks")
def show_parks() -> ResponseReturnValue:
    return _parks({}, {})


@operator_pages.post("/operator/parks")
def submit_park() -> ResponseReturnValue:
    try:
        command = read_form(AddPark)
        with begin() as session:
            add_park(session, command, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _parks(form_fields(), problem_of(refusal)), status_of(refusal)
    return redirect(url_for(PARKS), code=303)


@operator_pages.post("/operator/parks/<int:park_id>/manager")
def submit_manager(park_id: int) -> ResponseReturnValue:
    try:
        command = read_form(AppointManager)
        with begin() as session:
            appoint_manager(session, park_id, command, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _parks({}, problem_of(refusal)), status_of(refusal)
    return redirect(url_for(PARKS), code=303)


def _detail(
    organization_id: int, values: Mapping[str, object], problem: Mapping[str, object]
) -> str:
    actor = current_actor()
    with begin() as session:
        page = organization_page(session, organization_id, actor=actor)
        offices = offices_of(session, organization_id)
    return render_template(
        "accounts/verification.html",
        page=page,
        organization=page.organization,
        countries=dict(country_choices()),
        notes=notes(),
        offices=[office.value for office in OFFICES if office in offices],
        may_call=actor.may(Capability.REGISTER_ORGANIZATIONS),
        values=values,
        problem=problem,
    )


def _parks(values: Mapping[str, object], problem: Mapping[str, object]) -> str:
    actor = current_actor()
    with begin() as session:
        rows = park_rows(session, actor=actor)
        organizations = verified_organizations(session, actor=actor)
    return render_template(
        "accounts/parks.html",
        rows=rows,
        organizations=organizations,
        values=values,
        problem=problem,
    )
