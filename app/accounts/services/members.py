"""Use cases of members: invite, accept, change a role, remove, leave, hand over."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.accounts.inputs.members import ChangeRole, InviteMember, InviteOfficer
from app.accounts.queries.hashes import hash_of
from app.accounts.queries.holding import (
    confirmed_person,
    lock_invitation,
    lock_member,
    lock_organization,
    offices_of,
    roles_in,
)
from app.accounts.services.letters import name_in, write_to
from app.database import lock_name
from app.journal.inputs import Message
from app.journal.services import record, send_message
from models.accounts.events import (
    InvitationAccepted,
    InvitationRevoked,
    MemberInvited,
    MemberLeft,
    MemberRoleChanged,
)
from models.accounts.letters import ROLE_NAMES, letter
from models.accounts.membership import (
    INVITATION_VALID,
    INVITATIONS_OPEN_MAX,
    check_gift,
    check_open,
    check_somebody_left,
    invitation_state,
)
from models.accounts.standing import Standing
from models.accounts.tables import (
    ApiToken,
    Invitation,
    LoginSession,
    Membership,
    Organization,
    User,
)
from models.errors import Conflict, NotAllowed, NotFound
from models.permissions import (
    Actor,
    Capability,
    Role,
    require,
    require_organization,
)

LinkOf = Callable[[str], str]


def invite_member(
    session: Session, command: InviteMember, *, actor: Actor, now: datetime, link_of: LinkOf
) -> Invitation:
    """Invite somebody into the actor's organization, by a link that works once."""
    organization_id = require_organization(actor, Capability.MANAGE_MEMBERS)
    return _invite(session, organization_id, command, actor=actor, now=now, link_of=link_of)


def invite_officer(
    session: Session,
    organization_id: int,
    command: InviteOfficer,
    *,
    actor: Actor,
    now: datetime,
    link_of: LinkOf,
) -> Invitation:
    """The operator calls somebody to an office in any organization that holds it."""
    require(actor, Capability.REGISTER_ORGANIZATIONS)
    return _invite(session, organization_id, command, actor=actor, now=now, link_of=link_of)


def _invite(
    session: Session,
    organization_id: int,
    command: InviteMember | InviteOfficer,
    *,
    actor: Actor,
    now: datetime,
    link_of: LinkOf,
) -> Invitation:
    organization = lock_organization(session, organization_id)
    role = Role(command.role)
    check_gift(actor, role, offices=offices_of(session, organization_id))
    _check_new_here(session, organization_id, command.email, now=now)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        organization_id=organization_id,
        email=command.email,
        role=role.value,
        token_hash=hash_of(secret),
        invited_by=actor.user_id,
        created_at=now,
        expires_at=now + INVITATION_VALID,
    )
    session.add(invitation)
    session.flush()
    event = MemberInvited(
        invitation_id=invitation.id, organization_id=organization_id, role=role.value
    )
    record(session, event, now=now, actor=actor)
    _send_invitation(session, invitation, organization, command.language, now, link_of(secret))
    return invitation


def _check_new_here(session: Session, organization_id: int, email: str, *, now: datetime) -> None:
    """Nobody is invited who is a member, or has an open invitation, or when too many are open."""
    member = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.organization_id == organization_id, User.email == email)
    )
    if session.scalar(member) is not None:
        raise Conflict("member-already", "This person is a member already.", field="email")
    still_open = (
        Invitation.organization_id == organization_id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now,
    )
    same = select(Invitation.id).where(*still_open, Invitation.email == email)
    if session.scalar(same) is not None:
        raise Conflict(
            "invited-already",
            "This address has an open invitation. Take it back to send another.",
            field="email",
        )
    count = session.scalar(select(func.count(Invitation.id)).where(*still_open)) or 0
    if count >= INVITATIONS_OPEN_MAX:
        raise Conflict("invitations-many", "Too many invitations are open. Take some back.")


def _send_invitation(
    session: Session,
    invitation: Invitation,
    organization: Organization,
    language: str,
    now: datetime,
    link: str,
) -> None:
    inviter = None
    if invitation.invited_by is not None:
        inviter = session.scalar(select(User.name).where(User.id == invitation.invited_by))
    name = name_in(organization, language)
    written = letter(
        "invitation", language, organization=name, inviter=inviter or "Offtake", link=link
    )
    message = Message(
        purpose="organization.invitation",
        address=invitation.email,
        subject=written.subject,
        body=written.body,
        language=language,
        confidential=True,
    )
    send_message(session, message, now=now)


def revoke_invitation(
    session: Session, invitation_id: int, *, actor: Actor, now: datetime
) -> Invitation:
    """Take an invitation back before somebody accepts it."""
    organization_id = require_organization(actor, Capability.MANAGE_MEMBERS)
    invitation = lock_invitation(session, invitation_id, organization_id=organization_id)
    _check_invitation(invitation, now)
    invitation.revoked_at = now
    session.flush()
    event = InvitationRevoked(invitation_id=invitation.id, organization_id=organization_id)
    record(session, event, now=now, actor=actor)
    return invitation


def accept_invitation(session: Session, secret: str, *, actor: Actor, now: datetime) -> Membership:
    """Join the organization that invited the person's own, confirmed address. Works once."""
    user = confirmed_person(session, actor=actor, capability=Capability.USE_ACCOUNT)
    found = session.scalar(select(Invitation).where(Invitation.token_hash == hash_of(secret)))
    if found is None:
        raise NotFound("invitation-unknown", "There is no such invitation.")
    organization = lock_organization(session, found.organization_id)
    invitation = lock_invitation(session, found.id, organization_id=organization.id)
    session.refresh(invitation)
    if user is None or user.email != invitation.email:
        raise NotAllowed(
            "invitation-for-others",
            "This invitation was sent to another address. Sign in with that one.",
        )
    _check_invitation(invitation, now)
    if organization.known_standing is Standing.SUSPENDED:
        raise Conflict(
            "invitation-suspended", "The organization is suspended: nobody can join it now."
        )
    role = Role(invitation.role)
    membership = _join(session, user.id, organization.id, role)
    invitation.accepted_at = now
    session.flush()
    event = InvitationAccepted(
        invitation_id=invitation.id, organization_id=organization.id, role=role.value
    )
    record(session, event, now=now, actor=actor)
    return membership


def _join(session: Session, user_id: int, organization_id: int, role: Role) -> Membership:
    lock_name(session, f"member:{user_id}:{organization_id}")
    present = select(Membership.id).where(
        Membership.user_id == user_id, Membership.organization_id == organization_id
    )
    if session.scalar(present) is not None:
        raise Conflict("member-already", "This person is a member already.")
    membership = Membership(user_id=user_id, organization_id=organization_id, role=role.value)
    session.add(membership)
    session.flush()
    return membership


def change_role(
    session: Session, membership_id: int, command: ChangeRole, *, actor: Actor, now: datetime
) -> Membership:
    """Give a member another role; offices are given and taken by the operator alone."""
    organization_id = require_organization(actor, Capability.MANAGE_MEMBERS)
    organization = lock_organization(session, organization_id)
    membership = lock_member(session, membership_id, organization_id=organization_id)
    role = Role(command.role)
    offices = offices_of(session, organization_id)
    if role is not membership.known_role:
        check_gift(actor, role, offices=offices)
        # An owner must not turn an officer into a trader either, and so end the office.
        check_gift(actor, membership.known_role, offices=offices | {membership.known_role})
        _set_roles(session, organization, {membership.id: role}, actor=actor, now=now)
    return membership


def hand_over(session: Session, membership_id: int, *, actor: Actor, now: datetime) -> Membership:
    """Name another member owner in one's own place; whoever hands over stays as a trader."""
    organization_id = require_organization(actor, Capability.MANAGE_ORGANIZATION)
    organization = lock_organization(session, organization_id)
    own = _own_membership(session, organization_id, actor=actor)
    heir = lock_member(session, membership_id, organization_id=organization_id)
    if heir.id == own.id:
        raise Conflict("hand-over-to-self", "Choose another member to hand over to.")
    check_gift(actor, heir.known_role, offices=[heir.known_role])
    roles = {heir.id: Role.OWNER, own.id: Role.TRADER}
    _set_roles(session, organization, roles, actor=actor, now=now)
    return heir


def _set_roles(
    session: Session,
    organization: Organization,
    new: dict[int, Role],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    before = roles_in(session, organization.id)
    check_somebody_left(before.values(), (before | new).values())
    for membership_id, role in sorted(new.items()):
        membership = session.get_one(Membership, membership_id)
        old, membership.role = membership.role, role.value
        session.flush()
        event = MemberRoleChanged(
            membership_id=membership_id,
            organization_id=organization.id,
            old_role=old,
            new_role=role.value,
        )
        record(session, event, now=now, actor=actor)
        user = session.get_one(User, membership.user_id)
        names = ROLE_NAMES[role.value]
        said = names.get(user.language, names["en"])
        write_to(session, user, organization, "role", now=now, values={"role": said})


def remove_member(session: Session, membership_id: int, *, actor: Actor, now: datetime) -> None:
    """End somebody's membership. The browsers of that person act for it no more, at once."""
    organization_id = require_organization(actor, Capability.MANAGE_MEMBERS)
    organization = lock_organization(session, organization_id)
    membership = lock_member(session, membership_id, organization_id=organization_id)
    _end(session, organization, membership, actor=actor, now=now)


def leave_organization(session: Session, *, actor: Actor, now: datetime) -> None:
    """Leave the organization one acts for."""
    organization_id = require_organization(actor, Capability.READ_OWN)
    organization = lock_organization(session, organization_id)
    membership = _own_membership(session, organization_id, actor=actor)
    _end(session, organization, membership, actor=actor, now=now)


def _end(
    session: Session,
    organization: Organization,
    membership: Membership,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    before = roles_in(session, organization.id)
    after = {each: role for each, role in before.items() if each != membership.id}
    check_somebody_left(before.values(), after.values())
    user_id, membership_id, role = membership.user_id, membership.id, membership.role
    session.delete(membership)
    session.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.organization_id == organization.id)
        .values(organization_id=None)
    )
    # Whoever is invited again later does not find the programs of before let in again.
    session.execute(
        update(ApiToken)
        .where(
            ApiToken.made_by == user_id,
            ApiToken.organization_id == organization.id,
            ApiToken.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    session.flush()
    event = MemberLeft(membership_id=membership_id, organization_id=organization.id, role=role)
    record(session, event, now=now, actor=actor)
    user = session.get_one(User, user_id)
    write_to(session, user, organization, "removed", now=now, values={})


def _own_membership(session: Session, organization_id: int, *, actor: Actor) -> Membership:
    query = (
        select(Membership)
        .where(Membership.user_id == actor.user_id, Membership.organization_id == organization_id)
        .with_for_update()
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("member-unknown", "The organization has no such member.")
    return found


def _check_invitation(invitation: Invitation, now: datetime) -> None:
    check_open(
        invitation_state(
            expires_at=invitation.expires_at,
            accepted_at=invitation.accepted_at,
            revoked_at=invitation.revoked_at,
            now=now,
        )
    )
