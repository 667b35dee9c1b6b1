"""Letters to people about their own accounts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.journal.inputs import Message
from app.journal.services import send_message
from models.accounts.notices import CONFIDENTIAL, notice
from models.accounts.tables import User


def write_notice(
    session: Session,
    user_id: int,
    kind: str,
    *,
    now: datetime,
    to: str | None = None,
    **values: str,
) -> None:
    """Write to a person, at the address of the account unless another one is to be confirmed."""
    person = session.execute(
        select(User.email, User.name, User.language).where(User.id == user_id)
    ).one()
    written = notice(kind, person.language, name=person.name, **values)
    message = Message(
        purpose=f"account.{kind}",
        channel="sms" if kind == "phone" else "email",
        address=to or person.email,
        subject="" if kind == "phone" else written.subject,
        body=written.body,
        language=person.language,
        user_id=user_id,
        confidential=kind in CONFIDENTIAL,
    )
    send_message(session, message, now=now)
