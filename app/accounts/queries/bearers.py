"""Who a program acts for, by the token that it sends."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries.hashes import hash_of
from models.accounts.standing import Standing, limits_of
from models.accounts.tables import ApiToken, ApiTokenScope, Membership, Organization, User
from models.accounts.tokens import opens, read_token
from models.permissions import Actor, Capability, Role

# Every token reads what everybody reads.
_ALWAYS: Final = frozenset({Capability.READ_MARKET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A program that was let in."""

    actor: Actor
    token_id: int
    user_name: str
    organization_name: str
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What a token says of itself."""

    id: int
    name: str
    organization_id: int
    organization: str
    role: Role
    scopes: tuple[str, ...]
    expires_at: datetime


def find_bearer(session: Session, written: str, *, now: datetime) -> Bearer | None:
    """Whom a token lets in.

    Nobody: if it is unknown, revoked or over; if its maker has left, is disabled, or has another
    role than when the token was made; if the organization is suspended.
    """
    parts = read_token(written)
    if parts is None:
        return None
    found = session.execute(
        select(ApiToken, User.name, Organization.name, Organization.standing)
        .join(User, User.id == ApiToken.made_by)
        .join(Organization, Organization.id == ApiToken.organization_id)
        .join(
            Membership,
            (Membership.user_id == ApiToken.made_by)
            & (Membership.organization_id == ApiToken.organization_id)
            & (Membership.role == ApiToken.role),
        )
        .where(ApiToken.prefix == parts.prefix, User.disabled_at.is_(None))
    ).first()
    if found is None:
        return None
    token, user_name, organization_name, standing = found
    fits = hmac.compare_digest(token.secret_hash, hash_of(parts.secret))
    if not fits or not opens(expires_at=token.expires_at, revoked_at=token.revoked_at, now=now):
        return None
    if Standing(standing) is Standing.SUSPENDED:
        return None
    role = Role(token.role)
    actor = Actor(
        user_id=token.made_by,
        organization_id=token.organization_id,
        role=role,
        # Whoever made it had a second factor then; a program has none.
        limits=limits_of(role, Standing(standing), second_factor=True),
        scopes=_scopes(session, token.id) | _ALWAYS,
    )
    return Bearer(
        actor=actor,
        token_id=token.id,
        user_name=user_name,
        organization_name=organization_name,
        last_used_at=token.last_used_at,
    )


def token_facts(session: Session, token_id: int) -> TokenFacts:
    """The token that a program came in by."""
    token = session.get_one(ApiToken, token_id)
    organization = session.get_one(Organization, token.organization_id)
    return TokenFacts(
        id=token.id,
        name=token.name,
        organization_id=organization.id,
        organization=organization.name,
        role=Role(token.role),
        scopes=tuple(sorted(scope.value for scope in _scopes(session, token_id) | _ALWAYS)),
        expires_at=token.expires_at,
    )


def _scopes(session: Session, token_id: int) -> frozenset[Capability]:
    query = select(ApiTokenScope.capability).where(ApiTokenScope.token_id == token_id)
    known = {capability.value for capability in Capability}
    return frozenset(Capability(name) for name in session.scalars(query) if name in known)
