"""The organization one acts for: opening it, what it is, its papers, its verification."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.inputs.members import ChooseOrganization
from app.accounts.inputs.organizations import NameDocument, OpenOrganization
from app.accounts.pages.blueprints import organization_pages
from app.accounts.pages.countries import country_choices
from app.accounts.pages.proofs import own_next
from app.accounts.queries.organizations import OwnOrganization, own_organization
from app.accounts.services.organizations import (
    add_document,
    change_profile,
    open_organization,
    remove_document,
    submit_organization,
)
from app.accounts.services.switching import act_for_organization
from app.clock import now_utc
from app.edge import (
    begin,
    current_actor,
    current_frame,
    form_fields,
    installation,
    read_form,
    sent_file,
)
from app.problems import problem_of, status_of
from app.security import sign_in_session
from app.uploads.services import inspect_file
from models.accounts.registers import APPLICANTS_REGISTERS
from models.accounts.standing import CHANGEABLE, DOCUMENT_KINDS
from models.errors import Refusal
from models.permissions import Capability
from models.uploads.content import Purpose

PROFILE = "organization_pages.show_profile"


@organization_pages.get("/organization/new")
def show_opening() -> ResponseReturnValue:
    return _opening({}, {})


@organization_pages.post("/organization/new")
def submit_opening() -> ResponseReturnValue:
    try:
        command = read_form(OpenOrganization)
        with begin() as session:
            made = open_organization(session, command, actor=current_actor(), now=now_utc())
            secret = act_for_organization(
                session, own_browser(), made.id, actor=current_actor(), now=now_utc()
            )
    except Refusal as refusal:
        return _opening(form_fields(), problem_of(refusal)), status_of(refusal)
    sign_in_session(secret)
    return redirect(url_for(PROFILE), code=303)


@organization_pages.post("/organization/choose")
def submit_choice() -> ResponseReturnValue:
    command = read_form(ChooseOrganization)
    with begin() as session:
        secret = act_for_organization(
            session,
            own_browser(),
            command.organization_id,
            actor=current_actor(),
            now=now_utc(),
        )
    sign_in_session(secret)
    # What was looked at may be nothing of the other organization: back only where both have one.
    return redirect(own_next(command.next) or url_for(PROFILE), code=303)


@organization_pages.get("/organization")
def show_profile() -> ResponseReturnValue:
    if current_actor().organization_id is None:
        return redirect(url_for("organization_pages.show_opening"), code=303)
    return _profile({}, {})


@organization_pages.post("/organization")
def submit_profile() -> ResponseReturnValue:
    try:
        command = read_form(OpenOrganization)
        with begin() as session:
            change_profile(session, command, actor=current_actor())
    except Refusal as refusal:
        return _profile(form_fields(), problem_of(refusal)), status_of(refusal)
    return redirect(url_for(PROFILE), code=303)


@organization_pages.post("/organization/documents")
def submit_document() -> ResponseReturnValue:
    policy = installation().settings.uploads
    try:
        command = read_form(NameDocument)
        file = inspect_file(
            sent_file("document"), purpose=Purpose.IDENTITY, field="document", policy=policy
        )
        with begin() as session:
            add_document(
                session, command, file, actor=current_actor(), now=now_utc(), policy=policy
            )
    except Refusal as refusal:
        return _profile({}, {}, problem_of(refusal), form_fields()), status_of(refusal)
    return redirect(url_for(PROFILE, _anchor="documents"), code=303)


@organization_pages.post("/organization/documents/<int:document_id>/remove")
def submit_document_removal(document_id: int) -> ResponseReturnValue:
    with begin() as session:
        remove_document(session, document_id, actor=current_actor())
    return redirect(url_for(PROFILE, _anchor="documents"), code=303)


@organization_pages.post("/organization/submit")
def submit_for_verification() -> ResponseReturnValue:
    try:
        with begin() as session:
            submit_organization(session, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _profile({}, {}, problem_of(refusal), {}), status_of(refusal)
    return redirect(url_for(PROFILE), code=303)


def own_browser() -> int:
    """The session of the browser that asks; these routes are for those who are signed in."""
    login_session_id = current_frame().login_session_id
    assert login_session_id is not None
    return login_session_id


def _opening(values: Mapping[str, object], problem: Mapping[str, object]) -> str:
    return render_template(
        "accounts/organization_new.html", values=values, problem=problem, choices=_choices()
    )


def _profile(
    values: Mapping[str, object],
    problem: Mapping[str, object],
    document_problem: Mapping[str, object] | None = None,
    document_values: Mapping[str, object] | None = None,
) -> str:
    actor = current_actor()
    with begin() as session:
        own = own_organization(session, actor=actor)
    changeable = own.organization.standing in CHANGEABLE
    return render_template(
        "accounts/organization.html",
        documents=own.documents,
        organization=own.organization,
        may_change=changeable and actor.may(Capability.MANAGE_ORGANIZATION),
        values=values or _stated(own),
        problem=problem,
        document_problem=document_problem or {},
        document_values=document_values or {},
        choices=_choices(),
    )


def _stated(own: OwnOrganization) -> dict[str, object]:
    organization = own.organization
    return {
        "name": organization.name,
        "name_zh": organization.name_zh,
        "country": organization.country,
        "register_kind": organization.register,
        "register_number": organization.register_number,
    }


def _choices() -> SimpleNamespace:
    return SimpleNamespace(
        countries=country_choices(), registers=APPLICANTS_REGISTERS, kinds=DOCUMENT_KINDS
    )
