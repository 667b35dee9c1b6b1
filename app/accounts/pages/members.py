"""Those who act for an organization: people, invitations, leaving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.inputs.members import ChangeRole, InviteMember
from app.accounts.pages.blueprints import organization_pages
from app.accounts.pages.organization import PROFILE, own_browser
from app.accounts.queries.holding import offices_of
from app.accounts.queries.members import email_of, invitations_of, members_of, offered_invitation
from app.accounts.services.members import (
    accept_invitation,
    change_role,
    hand_over,
    invite_member,
    leave_organization,
    remove_member,
    revoke_invitation,
)
from app.accounts.services.switching import act_for_organization
from app.clock import now_utc
from app.edge import begin, current_actor, form_fields, read_form
from app.problems import problem_of, status_of
from app.security import sign_in_session
from models.accounts.membership import check_open
from models.errors import NotFound, Refusal
from models.permissions import OWN_ROLES, Capability

MEMBERS: Final = "organization_pages.show_members"


@organization_pages.get("/organization/members")
def show_members() -> ResponseReturnValue:
    return _page({}, {})


@organization_pages.post("/organization/invitations")
def submit_invitation() -> ResponseReturnValue:
    try:
        command = read_form(InviteMember)
        with begin() as session:
            invite_member(
                session, command, actor=current_actor(), now=now_utc(), link_of=invitation_link
            )
    except Refusal as refusal:
        return _page(form_fields(), problem_of(refusal)), status_of(refusal)
    return redirect(url_for(MEMBERS, _anchor="invitations"), code=303)


@organization_pages.post("/organization/invitations/<int:invitation_id>/revoke")
def submit_revocation(invitation_id: int) -> ResponseReturnValue:
    with begin() as session:
        revoke_invitation(session, invitation_id, actor=current_actor(), now=now_utc())
    return redirect(url_for(MEMBERS, _anchor="invitations"), code=303)


@organization_pages.post("/organization/members/<int:membership_id>/role")
def submit_role(membership_id: int) -> ResponseReturnValue:
    try:
        command = read_form(ChangeRole)
        with begin() as session:
            change_role(session, membership_id, command, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _page({}, problem_of(refusal)), status_of(refusal)
    return redirect(url_for(MEMBERS), code=303)


@organization_pages.post("/organization/members/<int:membership_id>/remove")
def submit_removal(membership_id: int) -> ResponseReturnValue:
    try:
        with begin() as session:
            remove_member(session, membership_id, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _page({}, problem_of(refusal)), status_of(refusal)
    return redirect(url_for(MEMBERS), code=303)


@organization_pages.post("/organization/members/<int:membership_id>/hand-over")
def submit_hand_over(membership_id: int) -> ResponseReturnValue:
    try:
        with begin() as session:
            hand_over(session, membership_id, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _page({}, problem_of(refusal)), status_of(refusal)
    return redirect(url_for(MEMBERS), code=303)


@organization_pages.post("/organization/leave")
def submit_leaving() -> ResponseReturnValue:
    try:
        with begin() as session:
            leave_organization(session, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _page({}, problem_of(refusal)), status_of(refusal)
    return redirect(url_for("matchmaking_pages.show_landing"), code=303)


@organization_pages.get("/invitations/<secret>")
def show_invitation(secret: str) -> ResponseReturnValue:
    return _offer(secret, None)


@organization_pages.post("/invitations/<secret>")
def submit_acceptance(secret: str) -> ResponseReturnValue:
    try:
        with begin() as session:
            membership = accept_invitation(session, secret, actor=current_actor(), now=now_utc())
            cookie = act_for_organization(
                session,
                own_browser(),
                membership.organization_id,
                actor=current_actor(),
                now=now_utc(),
            )
    except Refusal as refusal:
        return _offer(secret, refusal)
    sign_in_session(cookie)
    return redirect(url_for(PROFILE), code=303)


def invitation_link(secret: str) -> str:
    return url_for("organization_pages.show_invitation", secret=secret, _external=True)


def _offer(secret: str, refused: Refusal | None) -> ResponseReturnValue:
    """The invitation, or what became of it."""
    actor = current_actor()
    with begin(writes=False) as session:
        offer = offered_invitation(session, secret, now=now_utc())
        if offer is None:
            raise NotFound("invitation-unknown", "There is no such invitation.")
        is_own = actor.user_id is not None and email_of(session, actor.user_id) == offer.email
    try:
        check_open(offer.state)
    except Refusal as ended:
        refused = ended
    page = render_template(
        "accounts/invitation.html",
        offer=offer,
        secret=secret,
        is_own=is_own,
        problem={} if refused is None else problem_of(refused),
        ended=refused is not None and offer.state != "open",
    )
    return page, 200 if refused is None else status_of(refused)


def _page(values: Mapping[str, object], problem: Mapping[str, object]) -> str:
    actor = current_actor()
    manages = actor.may(Capability.MANAGE_MEMBERS)
    with begin() as session:
        rows = members_of(session, actor=actor)
        invitations = invitations_of(session, actor=actor, now=now_utc()) if manages else ()
        assert actor.organization_id is not None
        offices = offices_of(session, actor.organization_id)
    gives_offices = actor.may(Capability.REGISTER_ORGANIZATIONS)
    roles = [role.value for role in OWN_ROLES]
    if gives_offices:
        roles += sorted(role.value for role in offices)
    return render_template(
        "accounts/members.html",
        rows=rows,
        invitations=invitations,
        roles=roles,
        own_id=actor.user_id,
        may_manage=manages,
        may_hand_over=actor.may(Capability.MANAGE_ORGANIZATION),
        values=values,
        problem=problem,
    )
