"""Warn owners of papers that end: 90, 30 and 7 days before, once each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.clock import day_in
from app.database import lock_name
from app.journal.inputs import Message
from app.journal.services import send_message
from app.settings import CompliancePolicy
from models.accounts.tables import Membership, User
from models.compliance.letters import EndingPaper, ending_letter
from models.compliance.papers import STANDING_STATES, WARNING_DAYS, warnings_due
from models.compliance.tables import Paper, PaperWarning
from models.permissions import Actor, Capability, Role, require
from models.places.tables import Site


def warn_of_endings(
    session: Session, *, actor: Actor, now: datetime, policy: CompliancePolicy
) -> int:
    """Write to the owners and traders of papers that end soon; return how many papers.

    A paper that has reached several steps at once is one message. Estimates are nobody's papers.
    """
    require(actor, Capability.REFRESH_MATCHES)
    lock_name(session, "compliance.warn_of_endings")
    today = day_in(policy.time_zone, now)
    given: dict[int, set[int]] = defaultdict(set)
    ending = _ending(session, today)
    spoken = select(PaperWarning.paper_id, PaperWarning.days_before).where(
        PaperWarning.paper_id.in_(select(Paper.id).where(_ends_soon(today)))
    )
    for paper_id, days_before in session.execute(spoken):
        given[paper_id].add(days_before)
    warned = 0
    for paper, site_name in ending:
        due = warnings_due(paper.valid_until, given=given[paper.id], on=today)
        if not due:
            continue
        session.add_all(
            PaperWarning(paper_id=paper.id, days_before=step, given_at=now) for step in due
        )
        _write(session, paper, site_name, today=today, now=now)
        warned += 1
    session.flush()
    return warned


def _ends_soon(today: date) -> ColumnElement[bool]:
    return Paper.valid_until.between(today, today + timedelta(days=max(WARNING_DAYS)))


def _ending(session: Session, today: date) -> Sequence[tuple[Paper, str]]:
    query = (
        select(Paper, Site.name)
        .join(Site, Site.id == Paper.site_id)
        .where(
            _ends_soon(today),
            Paper.state.in_([state.value for state in STANDING_STATES]),
            Paper.demonstration.is_(False),
        )
        .order_by(Paper.id)
    )
    return [(paper, name) for paper, name in session.execute(query)]


def _write(session: Session, paper: Paper, site_name: str, *, today: date, now: datetime) -> None:
    assert paper.valid_until is not None
    ending = EndingPaper(
        kind=paper.kind,
        number=paper.number,
        site_name=site_name,
        valid_until=paper.valid_until,
        days_left=(paper.valid_until - today).days,
    )
    people = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organization_id == paper.organization_id,
            Membership.role.in_([Role.OWNER.value, Role.TRADER.value]),
            User.disabled_at.is_(None),
        )
        .order_by(User.id)
    )
    for user in session.scalars(people):
        subject, body = ending_letter(ending, user.language)
        message = Message(
            purpose="paper.ending",
            address=user.email,
            subject=subject,
            body=body,
            language=user.language,
            user_id=user.id,
        )
        send_message(session, message, now=now)
