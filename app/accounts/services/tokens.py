"""Use cases of API tokens: make one, revoke it, note that it was used."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.inputs.members import MakeToken
from app.accounts.queries.hashes import hash_of
from app.accounts.queries.holding import lock_organization, lock_token
from app.journal.services import record
from models.accounts.events import TokenMade, TokenRevoked
from models.accounts.tables import ApiToken, ApiTokenScope
from models.accounts.tokens import (
    TOKENS_MAX,
    TokenParts,
    check_token,
    expiry_of,
    written_token,
)
from models.errors import Conflict
from models.permissions import Actor, Capability, require_organization, require_user


def make_token(session: Session, command: MakeToken, *, actor: Actor, now: datetime) -> str:
    """Make a token and return it: the only time that anybody can read it."""
    organization_id = require_organization(actor, Capability.MANAGE_TOKENS)
    user_id = require_user(actor, Capability.MANAGE_TOKENS)
    lock_organization(session, organization_id)
    scopes = [Capability(scope) for scope in command.scopes]
    check_token(actor.role, scopes, days=command.days)
    query = select(func.count()).where(
        ApiToken.organization_id == organization_id,
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > now,
    )
    if (session.scalar(query) or 0) >= TOKENS_MAX:
        raise Conflict("tokens-many", "There are too many tokens. Revoke those not in use.")
    # Of hexadecimal digits, so that the sign between the parts stands in neither by chance.
    parts = TokenParts(secrets.token_hex(6), secrets.token_urlsafe(32))
    token = ApiToken(
        organization_id=organization_id,
        made_by=user_id,
        role=actor.role.value,
        name=command.name,
        prefix=parts.prefix,
        secret_hash=hash_of(parts.secret),
        created_at=now,
        expires_at=expiry_of(command.days, now),
    )
    session.add(token)
    session.flush()
    chosen = sorted(set(scopes))
    session.add_all(ApiTokenScope(token_id=token.id, capability=scope.value) for scope in chosen)
    session.flush()
    event = TokenMade(
        token_id=token.id,
        organization_id=organization_id,
        scopes=tuple(scope.value for scope in chosen),
    )
    record(session, event, now=now, actor=actor)
    return written_token(parts)


def revoke_token(session: Session, token_id: int, *, actor: Actor, now: datetime) -> None:
    """End a token at once; one that has ended stays ended."""
    organization_id = require_organization(actor, Capability.MANAGE_TOKENS)
    token = lock_token(session, token_id, organization_id=organization_id)
    if token.revoked_at is not None:
        return
    token.revoked_at = now
    session.flush()
    event = TokenRevoked(token_id=token.id, organization_id=organization_id)
    record(session, event, now=now, actor=actor)
