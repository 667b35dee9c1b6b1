"""Write the audit trail, tie it into its chain, and forget whom it was about."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import SecretBytes
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.database import lock_name, origin_of
from app.journal.queries.audit import chained_facts
from models.journal.audit import PEOPLE, AuditNote, impersonal, pseudonym, pseudonym_of
from models.journal.chain import START, link_hash
from models.journal.tables import AuditEntry, AuditLink, AuditPending, AuditPerson
from models.permissions import Actor, Capability, Role, require

PSEUDONYM_KEY: Final = "pseudonym_key"
_UNKEYED: Final = SecretBytes(b"")
AGENT_LENGTH_MAX: Final = 200
ADDRESS_LENGTH_MAX: Final = 64
_LINKS_AT_ONCE: Final = 1_000
_FORGOTTEN_AT_ONCE: Final = 10_000


def write_audit(session: Session, note: AuditNote, *, actor: Actor | None, now: datetime) -> int:
    """Write an entry in the transaction of what it tells; return its id.

    From where is known by `app.database.origin_of`. It waits for nobody: the chain is made later.
    """
    kept: SecretBytes = session.info.get(PSEUDONYM_KEY, _UNKEYED)
    key = kept.get_secret_value()
    of_person = note.subject_kind in PEOPLE and note.subject_id is not None
    entry = AuditEntry(
        at=now,
        topic=note.topic,
        outcome=note.outcome.value,
        role=(Role.SYSTEM if actor is None else actor.role).value,
        by_token=actor is not None and actor.scopes is not None,
        person=pseudonym_of(actor, key),
        organization_id=None if actor is None else actor.organization_id,
        subject_kind=note.subject_kind,
        subject_id=None if of_person else note.subject_id,
        subject_person=pseudonym(f"{note.subject_kind}:{note.subject_id}", key)
        if of_person
        else None,
        before=impersonal(note.before, key),
        after=impersonal(note.after, key),
        event_id=note.event_id,
    )
    session.add(entry)
    session.flush()
    session.add(AuditPending(entry_id=entry.id))
    user_id, origin = None if actor is None else actor.user_id, origin_of(session)
    if user_id is not None or origin.address:
        session.add(
            AuditPerson(
                entry_id=entry.id,
                user_id=user_id,
                address=origin.address[:ADDRESS_LENGTH_MAX],
                agent=origin.agent[:AGENT_LENGTH_MAX],
            )
        )
    session.flush()
    return entry.id


def chain_audit(session: Session, *, now: datetime, at_once: int = _LINKS_AT_ONCE) -> int:
    """Give entries that have no link the next ones; return how many.

    One at a time: the lock is held until commit, so that the next holder sees the last link. Late
    entries, whose ids are lower than what is linked, simply come next.
    """
    lock_name(session, "audit-chain")
    waiting = select(AuditPending.entry_id).order_by(AuditPending.entry_id).limit(at_once)
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.id.in_(waiting)).order_by(AuditEntry.id)
    ).all()
    last = session.scalar(select(AuditLink).order_by(AuditLink.position.desc()).limit(1))
    previous, position = (START, 0) if last is None else (last.hash, last.position)
    for entry in entries:
        position += 1
        previous = link_hash(previous, position, chained_facts(entry))
        session.add(AuditLink(position=position, entry_id=entry.id, hash=previous, linked_at=now))
    done = [entry.id for entry in entries]
    session.execute(delete(AuditPending).where(AuditPending.entry_id.in_(done)))
    session.flush()
    return len(done)


def chain_waiting_entries(session: Session, now: datetime) -> None:
    """The routine of the worker."""
    chain_audit(session, now=now)


def forget_audit_persons(session: Session, *, before: datetime, actor: Actor) -> int:
    """Delete from where and by whom entries older than an instant came; return how many.

    The entries stay, and so does the chain: both hold pseudonyms only.
    """
    require(actor, Capability.KEEP_JOURNAL)
    old = (
        select(AuditPerson.entry_id)
        .join(AuditEntry, AuditEntry.id == AuditPerson.entry_id)
        .where(AuditEntry.at < before)
        .order_by(AuditPerson.entry_id)
        .limit(_FORGOTTEN_AT_ONCE)
    )
    count = 0
    while ids := session.scalars(old).all():
        session.execute(delete(AuditPerson).where(AuditPerson.entry_id.in_(ids)))
        count += len(ids)
    return count


def forget_person_in_audit(session: Session, user_id: int) -> None:
    """Cut the ties between a person and the trail; called by the service that deletes them."""
    session.execute(delete(AuditPerson).where(AuditPerson.user_id == user_id))
