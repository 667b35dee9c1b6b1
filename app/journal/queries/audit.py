"""Reads of the audit trail: search, export, and whether its chain holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from models.journal.chain import ChainedFacts, StoredLink, Verdict, verify_links
from models.journal.tables import AuditEntry, AuditLink, AuditPending, AuditPerson

PAGE_ROWS: Final = 50
EXPORT_ROWS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEntries:
    """Which entries are asked for; everything left out is any."""

    since: datetime | None = None
    until: datetime | None = None  # exclusive
    topic: str = ""  # a topic, or the first words of some
    outcome: str = ""
    organization_id: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None
    # Who did it, or whom it is about: by number while that is kept, by pseudonym for ever.
    user_id: int | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One entry with what is still known of whoever it came from."""

    id: int
    at: datetime
    topic: str
    outcome: str
    role: str
    by_token: bool
    person: str | None
    organization_id: int | None
    subject_kind: str
    subject_id: int | None
    subject_person: str | None
    before: dict[str, Any]
    after: dict[str, Any]
    user_id: int | None
    address: str
    agent: str
    position: int | None
    hash: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    rows: tuple[AuditRow, ...]
    # Where the next, older, page begins; None: this is the last.
    older_than: int | None


def chained_facts(entry: AuditEntry) -> ChainedFacts:
    return ChainedFacts(
        entry_id=entry.id,
        at=entry.at,
        topic=entry.topic,
        outcome=entry.outcome,
        role=entry.role,
        by_token=entry.by_token,
        person=entry.person,
        organization_id=entry.organization_id,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        subject_person=entry.subject_person,
        before=entry.before,
        after=entry.after,
    )


def is_entry_pending(session: Session) -> bool:
    return session.scalar(select(AuditPending.entry_id).limit(1)) is not None


def oldest_pending(session: Session) -> datetime | None:
    """When the entry that has waited longest for its link was written."""
    waiting = (
        select(AuditEntry.at)
        .join(AuditPending, AuditPending.entry_id == AuditEntry.id)
        .order_by(AuditEntry.at)
        .limit(1)
    )
    return session.scalar(waiting)


def unchained_entry(session: Session) -> int | None:
    """An entry that neither has a link nor waits for one: it was put in, or its link taken out.

    Told by one statement, so that a link made meanwhile is no mistake.
    """
    linked = select(AuditLink.entry_id).where(AuditLink.entry_id == AuditEntry.id).exists()
    waits = select(AuditPending.entry_id).where(AuditPending.entry_id == AuditEntry.id).exists()
    lost = select(AuditEntry.id).where(~linked, ~waits).order_by(AuditEntry.id).limit(1)
    return session.scalar(lost)


def verify_chain(session: Session, *, noted_head: str = "") -> Verdict:
    """Compute the whole chain again, in constant memory."""
    links = (
        select(AuditLink.position, AuditLink.entry_id, AuditLink.hash, AuditEntry)
        .join(AuditEntry, AuditEntry.id == AuditLink.entry_id, isouter=True)
        .order_by(AuditLink.position)
        .execution_options(yield_per=1_000)
    )
    # Closed although the walk may end early: on PostgreSQL it is a cursor of the server.
    with session.execute(links) as found:
        stored = (
            StoredLink(
                position=position,
                entry_id=entry_id,
                hash=link,
                facts=None if entry is None else chained_facts(entry),
            )
            for position, entry_id, link, entry in found
        )
        return verify_links(stored, noted_head=noted_head)


def audit_page(
    session: Session,
    wanted: WantedEntries,
    *,
    older_than: int | None = None,
    limit: int = PAGE_ROWS,
) -> AuditPage:
    """The latest entries asked for, below an id: pages hold still while new entries come in."""
    query = _rows(wanted).order_by(AuditEntry.id.desc()).limit(limit + 1)
    if older_than is not None:
        query = query.where(AuditEntry.id < older_than)
    found = [AuditRow(**row) for row in session.execute(query).mappings()]
    rows = tuple(found[:limit])
    return AuditPage(rows=rows, older_than=rows[-1].id if len(found) > limit else None)


def latest_entry(session: Session) -> int:
    return session.scalar(select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(1)) or 0


def export_lot(
    session: Session, wanted: WantedEntries, *, above: int, up_to: int
) -> list[AuditRow]:
    """The next entries asked for, oldest first: an export is made of lots, each read on its own."""
    query = _rows(wanted).where(AuditEntry.id > above, AuditEntry.id <= up_to)
    found = session.execute(query.order_by(AuditEntry.id).limit(EXPORT_ROWS)).mappings()
    return [AuditRow(**row) for row in found]


def audit_of_person(session: Session, user_id: int) -> Iterator[AuditRow]:
    """What is kept of where one person came from and what they did: the person may read it."""
    query = _rows(WantedEntries(user_id=user_id)).order_by(AuditEntry.id)
    return (AuditRow(**row) for row in session.execute(query).mappings())


def _rows(wanted: WantedEntries) -> Select[*tuple[Any, ...]]:
    return (
        select(
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.topic,
            AuditEntry.outcome,
            AuditEntry.role,
            AuditEntry.by_token,
            AuditEntry.person,
            AuditEntry.organization_id,
            AuditEntry.subject_kind,
            AuditEntry.subject_id,
            AuditEntry.subject_person,
            AuditEntry.before,
            AuditEntry.after,
            AuditPerson.user_id,
            # Where it is not known any more, there is nothing to show.
            _or_empty(AuditPerson.address),
            _or_empty(AuditPerson.agent),
            AuditLink.position,
            AuditLink.hash,
        )
        .join(AuditPerson, AuditPerson.entry_id == AuditEntry.id, isouter=True)
        .join(AuditLink, AuditLink.entry_id == AuditEntry.id, isouter=True)
        .where(*_conditions(wanted))
    )


def _or_empty(column: Any) -> ColumnElement[str]:
    return func.coalesce(column, "").label(column.key)


def _conditions(wanted: WantedEntries) -> list[ColumnElement[bool]]:
    asked: list[tuple[object, Callable[[], ColumnElement[bool]]]] = [
        (wanted.since, lambda: AuditEntry.at >= wanted.since),
        (wanted.until, lambda: AuditEntry.at < wanted.until),
        (wanted.topic, lambda: _topic(wanted.topic.rstrip("."))),
        (wanted.outcome, lambda: AuditEntry.outcome == wanted.outcome),
        (wanted.organization_id, lambda: AuditEntry.organization_id == wanted.organization_id),
        (wanted.subject_kind, lambda: AuditEntry.subject_kind == wanted.subject_kind),
        (wanted.subject_id, lambda: AuditEntry.subject_id == wanted.subject_id),
        (wanted.user_id or wanted.person, lambda: _by(wanted)),
    ]
    return [condition() for value, condition in asked if value not in (None, "")]


def _topic(topic: str) -> ColumnElement[bool]:
    return or_(AuditEntry.topic == topic, AuditEntry.topic.startswith(f"{topic}.", autoescape=True))


def _by(wanted: WantedEntries) -> ColumnElement[bool]:
    known: list[ColumnElement[bool]] = []
    if wanted.user_id is not None:
        known.append(AuditPerson.user_id == wanted.user_id)
    if wanted.person is not None:
        known += [AuditEntry.person == wanted.person, AuditEntry.subject_person == wanted.person]
    return or_(*known)
