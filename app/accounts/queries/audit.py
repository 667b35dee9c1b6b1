"""What is asked of the audit trail, with the people in it found by their addresses."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.queries.names import person_by_address
from app.journal.inputs import AuditFilter
from app.journal.queries.audit import WantedEntries
from models.errors import Invalid
from models.journal.audit import PEOPLE, PSEUDONYM_SIGNS, pseudonym

# Days outside are no limit: nothing was written then, and the ends of time cannot be computed.
_FIRST: Final = date(2000, 1, 1)
_LAST: Final = date(2999, 12, 31)
_NUMBER_SIGNS_MAX: Final = 15
_DAY: Final = timedelta(days=1)


def wanted_entries(
    session: Session, asked: AuditFilter, *, zone: ZoneInfo, key: bytes
) -> WantedEntries:
    """The days asked for, in the market's time zone; a person by address, number or pseudonym."""
    user_id, person = _person(session, asked.person, key)
    subject_id = asked.subject_id
    if asked.subject_kind in PEOPLE and subject_id is not None:
        # People have no numbers in the trail.
        user_id, person = None, pseudonym(f"{asked.subject_kind}:{subject_id}", key)
        subject_id = None
    since, until = asked.since, asked.until
    return WantedEntries(
        since=None if since is None or since < _FIRST else _midnight(since, zone),
        until=None if until is None or until > _LAST else _midnight(until + _DAY, zone),
        topic=asked.topic,
        outcome=asked.outcome,
        organization_id=asked.organization,
        subject_kind=asked.subject_kind,
        subject_id=subject_id,
        user_id=user_id,
        person=person,
    )


def _person(session: Session, written: str, key: bytes) -> tuple[int | None, str | None]:
    if not written:
        return None, None
    if len(written) == PSEUDONYM_SIGNS and "@" not in written:
        return None, written.lower()
    is_number = written.isascii() and written.isdecimal() and len(written) <= _NUMBER_SIGNS_MAX
    user_id = int(written) if is_number else person_by_address(session, written)
    if user_id is None:
        raise Invalid("person-unknown", "Nobody here has this address.", field="person")
    return user_id, pseudonym(f"user:{user_id}", key)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
