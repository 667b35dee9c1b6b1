"""Record what happened: the event, its audit entry, projections and reactions, in one go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import SecretBytes
from sqlalchemy.orm import Session

from app.journal.inputs import JobCommand
from app.journal.services.audit import PSEUDONYM_KEY, write_audit
from app.journal.services.jobs import add_job
from models.journal.audit import AuditNote, subject_of
from models.journal.events import Event
from models.journal.tables import OutboxEvent
from models.permissions import Actor

Kind = TypeVar("Kind", bound=Event)
Projection = Callable[[Session, Kind, int, datetime], None]
Reaction = Callable[[Kind], JobCommand]
_KEY: Final = "subscriptions"


@dataclass(slots=True)
class Subscriptions:
    """Who wants to hear of which event. Filled once, by app/wiring.py."""

    projections: dict[type[Event], list[Projection[Any]]] = field(default_factory=dict)
    reactions: dict[type[Event], list[Reaction[Any]]] = field(default_factory=dict)

    def project(self, event: type[Kind], projection: Projection[Kind]) -> None:
        """In the same transaction: `projection` only inserts rows."""
        self.projections.setdefault(event, []).append(projection)

    def react(self, event: type[Kind], reaction: Reaction[Kind]) -> None:
        """Afterwards: `reaction` names the command, which becomes a job with its own retries."""
        self.reactions.setdefault(event, []).append(reaction)

    def as_session_info(self, pseudonym_key: bytes = b"") -> dict[Any, Any]:
        # Wrapped, so that no traceback shows it.
        return {_KEY: self, PSEUDONYM_KEY: SecretBytes(pseudonym_key)}


def record(session: Session, event: Event, *, now: datetime, actor: Actor | None = None) -> int:
    """Write the event, run its projections and enqueue its reactions; return the event's id.

    There is no relay that reads the outbox later: reactions become jobs in the transaction that
    writes the event, so either all of it is there or nothing, and no event waits to be noticed.
    A session that was not opened through the wiring has no subscriptions: that is a KeyError here
    rather than a projection that silently did not run.

    Every event is an entry of the audit trail too: a service that records one audits nothing more,
    unless it has an earlier value to tell.
    """
    subscriptions: Subscriptions = session.info[_KEY]
    payload = asdict(event)
    row = OutboxEvent(
        topic=event.topic,
        payload=payload,
        occurred_at=now,
        actor_user_id=None if actor is None else actor.user_id,
        organization_id=None if actor is None else actor.organization_id,
    )
    session.add(row)
    session.flush()
    kind, subject_id = subject_of(event.topic, payload)
    note = AuditNote(
        topic=event.topic,
        subject_kind=kind,
        subject_id=subject_id,
        after=payload,
        event_id=row.id,
    )
    write_audit(session, note, actor=actor, now=now)
    for projection in subscriptions.projections.get(type(event), ()):
        projection(session, event, row.id, now)
    for position, reaction in enumerate(subscriptions.reactions.get(type(event), ())):
        # Nobody else can make this key, because nobody else has this event's id.
        command = reaction(event)
        key = f"event:{row.id}:{position}:{command.kind}"
        add_job(session, command, run_at=now, dedupe_key=key)
    session.flush()
    return row.id
