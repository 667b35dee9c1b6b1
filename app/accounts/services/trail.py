"""Notes in the audit trail about a person and the own account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.journal.services import AuditNote, Outcome, write_audit
from models.permissions import Actor, Role


def person_as_actor(user_id: int) -> Actor:
    """Somebody who acts for nobody but himself, as at the door."""
    return Actor(user_id=user_id, organization_id=None, role=Role.GUEST)


def note_of_person(
    session: Session,
    user_id: int | None,
    topic: str,
    *,
    now: datetime,
    refused: bool = False,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write what happened to an account; `user_id` is None where nobody has the address."""
    note = AuditNote(
        topic=topic,
        subject_kind="user",
        subject_id=user_id,
        after=after or {},
        outcome=Outcome.REFUSED if refused else Outcome.DONE,
    )
    actor = None if user_id is None else person_as_actor(user_id)
    write_audit(session, note, actor=actor, now=now)
