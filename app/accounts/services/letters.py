"""Letters to people about their organizations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.journal.inputs import Message
from app.journal.services import send_message
from models.accounts.letters import letter
from models.accounts.tables import Membership, Organization, User
from models.permissions import Role


def write_to_owners(
    session: Session, organization: Organization, kind: str, *, now: datetime, reason: str = ""
) -> None:
    """Tell those who are responsible for an organization what became of it."""
    owners = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organization_id == organization.id,
            Membership.role == Role.OWNER.value,
            User.disabled_at.is_(None),
        )
        .order_by(User.id)
    )
    for user in session.scalars(owners):
        write_to(session, user, organization, kind, now=now, values={"reason": reason})


def write_to(
    session: Session,
    user: User,
    organization: Organization,
    kind: str,
    *,
    now: datetime,
    values: dict[str, str],
) -> None:
    name = name_in(organization, user.language)
    written = letter(kind, user.language, organization=name, **values)
    message = Message(
        purpose=f"organization.{kind}",
        address=user.email,
        subject=written.subject,
        body=written.body,
        language=user.language,
        user_id=user.id,
    )
    send_message(session, message, now=now)


def name_in(organization: Organization, language: str) -> str:
    return (organization.name_zh or organization.name) if language == "zh" else organization.name
