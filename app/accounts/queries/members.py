"""Reads of those who act for an organization: members, invitations, tokens."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries.hashes import hash_of
from models.accounts.membership import InvitationState, invitation_state
from models.accounts.tables import (
    ApiToken,
    ApiTokenScope,
    Invitation,
    Membership,
    Organization,
    User,
)
from models.accounts.tokens import opens
from models.permissions import Actor, Capability, Role, require_organization

_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    id: int
    user_id: int
    name: str
    email: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRow:
    id: int
    email: str
    role: Role
    state: InvitationState
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedInvitation:
    """What whoever holds the link is shown. The address it was sent to is not."""

    organization: str
    organization_zh: str | None
    role: Role
    state: InvitationState
    expires_at: datetime
    email: str

    @property
    def name_en(self) -> str:
        return self.organization

    @property
    def name_zh(self) -> str | None:
        return self.organization_zh


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    id: int
    name: str
    prefix: str
    made_by: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    opens: bool


def members_of(session: Session, *, actor: Actor) -> tuple[MemberRow, ...]:
    return member_rows(session, require_organization(actor, Capability.READ_OWN))


def member_rows(session: Session, organization_id: int) -> tuple[MemberRow, ...]:
    """The members of an organization, in the order they joined. Whoever asks has been let in."""
    query = (
        select(Membership.id, User.id, User.name, User.email, Membership.role)
        .join(User, User.id == Membership.user_id)
        .where(Membership.organization_id == organization_id)
        .order_by(Membership.id)
    )
    return tuple(
        MemberRow(id=member_id, user_id=user_id, name=name, email=email, role=Role(role))
        for member_id, user_id, name, email, role in session.execute(query)
    )


def invitations_of(session: Session, *, actor: Actor, now: datetime) -> tuple[InvitationRow, ...]:
    """The latest invitations, for those who send them."""
    organization_id = require_organization(actor, Capability.MANAGE_MEMBERS)
    query = (
        select(Invitation)
        .where(Invitation.organization_id == organization_id)
        .order_by(Invitation.id.desc())
        .limit(_SHOWN)
    )
    return tuple(
        InvitationRow(
            id=invitation.id,
            email=invitation.email,
            role=Role(invitation.role),
            state=_state(invitation, now),
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
        )
        for invitation in session.scalars(query)
    )


def offered_invitation(session: Session, secret: str, *, now: datetime) -> OfferedInvitation | None:
    """The invitation that a link leads to, whatever became of it."""
    found = session.execute(
        select(Invitation, Organization.name, Organization.name_zh)
        .join(Organization, Organization.id == Invitation.organization_id)
        .where(Invitation.token_hash == hash_of(secret))
    ).first()
    if found is None:
        return None
    invitation, name, name_zh = found
    return OfferedInvitation(
        organization=name,
        organization_zh=name_zh,
        role=Role(invitation.role),
        state=_state(invitation, now),
        expires_at=invitation.expires_at,
        email=invitation.email,
    )


def email_of(session: Session, user_id: int) -> str:
    return session.get_one(User, user_id).email


def tokens_of(session: Session, *, actor: Actor, now: datetime) -> tuple[TokenRow, ...]:
    """The tokens of the actor's organization, newest first."""
    organization_id = require_organization(actor, Capability.MANAGE_TOKENS)
    query = (
        select(ApiToken, User.name)
        .join(User, User.id == ApiToken.made_by)
        .where(ApiToken.organization_id == organization_id)
        .order_by(ApiToken.id.desc())
        .limit(_SHOWN)
    )
    found = session.execute(query).all()
    scopes: dict[int, list[str]] = defaultdict(list)
    scope_query = (
        select(ApiTokenScope.token_id, ApiTokenScope.capability)
        .where(ApiTokenScope.token_id.in_([token.id for token, _ in found]))
        .order_by(ApiTokenScope.capability)
    )
    for token_id, capability in session.execute(scope_query):
        scopes[token_id].append(capability)
    return tuple(
        TokenRow(
            id=token.id,
            name=token.name,
            prefix=token.prefix,
            made_by=maker,
            scopes=tuple(scopes[token.id]),
            created_at=token.created_at,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
            revoked_at=token.revoked_at,
            opens=opens(expires_at=token.expires_at, revoked_at=token.revoked_at, now=now),
        )
        for token, maker in found
    )


def _state(invitation: Invitation, now: datetime) -> InvitationState:
    return invitation_state(
        expires_at=invitation.expires_at,
        accepted_at=invitation.accepted_at,
        revoked_at=invitation.revoked_at,
        now=now,
    )
