"""Everything that is kept about one person, for that person to take away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from app.journal.queries.audit import audit_of_person
from app.journal.queries.messages import messages_to
from models.accounts.tables import (
    ApiToken,
    Invitation,
    LoginSession,
    Membership,
    Organization,
    Passkey,
    RecoveryCode,
    User,
)
from models.permissions import Role

Rows = list[dict[str, Any]]


def personal_file(session: Session, user_id: int, *, now: datetime) -> dict[str, Any]:
    """The file of a person by what it is about. Secrets and their hashes are not in it."""
    user = session.get_one(User, user_id)
    addresses = own_addresses(user)
    return {
        "made_at": now,
        "account": {
            "number": user.id,
            "name": user.name,
            "email": user.email,
            "email_confirmed_at": user.confirmed_at,
            "phone": user.phone,
            "phone_confirmed_at": user.phone_confirmed_at,
            "language": user.language,
            "authenticator_app": user.tf_totp_secret is not None,
            "created_at": user.created_at,
        },
        "memberships": _rows(session, _memberships(user_id)),
        "passkeys": _rows(
            session,
            select(Passkey.name, Passkey.device_type, Passkey.created_at, Passkey.last_used_at)
            .where(Passkey.user_id == user_id)
            .order_by(Passkey.id),
        ),
        "recovery_codes": _rows(
            session, select(RecoveryCode.created_at).where(RecoveryCode.user_id == user_id)
        ),
        "sessions": _rows(session, _sessions(user_id)),
        "tokens": _rows(session, _tokens(user_id)),
        "invitations": _rows(session, _invitations(user)),
        "messages": [
            {
                "purpose": message.purpose,
                "channel": message.channel,
                "address": message.address,
                "subject": message.subject,
                "body": message.body,
                "created_at": message.created_at,
                "sent_at": message.sent_at,
            }
            for message in messages_to(session, user_id, addresses=addresses)
        ],
        "audit": [
            {
                "at": entry.at,
                "what": entry.topic,
                "outcome": entry.outcome,
                "role": entry.role,
                "organization": entry.organization_id,
                "address": entry.address,
                "agent": entry.agent,
            }
            for entry in audit_of_person(session, user_id)
        ],
    }


def own_addresses(user: User) -> list[str]:
    """Where messages to this person go. A number that nobody confirmed may be somebody else's."""
    phone = user.phone if user.phone_confirmed_at is not None else None
    return [each for each in (user.email, phone) if each]


def sole_responsibilities(session: Session, user_id: int) -> list[str]:
    """Organizations in which nobody else could carry on: their names, in order."""
    other = aliased(Membership)
    somebody_else = exists().where(
        other.organization_id == Membership.organization_id,
        other.role == Membership.role,
        other.user_id != user_id,
    )
    names = (
        select(Organization.name)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(
            Membership.user_id == user_id,
            Membership.role.in_((Role.OWNER.value, Role.OPERATOR.value)),
            ~somebody_else,
        )
        .order_by(Organization.name)
    )
    return list(session.scalars(names))


def _memberships(user_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Organization.id, Organization.name, Membership.role)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.id)
    )


def _sessions(user_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            LoginSession.via,
            LoginSession.address,
            LoginSession.agent,
            LoginSession.created_at,
            LoginSession.last_seen_at,
            LoginSession.ended_at,
        )
        .where(LoginSession.user_id == user_id)
        .order_by(LoginSession.id)
    )


def _tokens(user_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            ApiToken.name,
            ApiToken.prefix,
            ApiToken.organization_id,
            ApiToken.created_at,
            ApiToken.expires_at,
            ApiToken.last_used_at,
            ApiToken.revoked_at,
        )
        .where(ApiToken.made_by == user_id)
        .order_by(ApiToken.id)
    )


def _invitations(user: User) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Invitation.organization_id,
            Invitation.role,
            Invitation.created_at,
            Invitation.expires_at,
            Invitation.accepted_at,
        )
        .where(Invitation.email == user.email)
        .order_by(Invitation.id)
    )


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> Rows:
    return [dict(row) for row in session.execute(query).mappings()]
