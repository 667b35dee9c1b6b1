"""The yearly scale of a receiver's permits: hold some of it, use it, let it go.

Contracts and transfers call these in their own transaction, once they have asked who may do what.
Every posting has a reason that nobody else has; the same one sent again posts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import day_in
from app.compliance.queries.papers import lock_papers_of_site, papers_by_site
from app.compliance.queries.profiles import code_facts, profile_of
from app.compliance.queries.quotas import balances, held_by, posting_for
from app.database import lock_name
from app.journal.services import record
from app.settings import CompliancePolicy
from models.compliance.events import QuotaTurned
from models.compliance.quota import (
    PaperQuota,
    Posting,
    QuotaShare,
    left_of,
    share_among,
    take_from,
)
from models.compliance.rights import Purpose, papers_within_year
from models.compliance.tables import Paper, QuotaEntry, QuotaPosting
from models.errors import Conflict, NotFound
from models.permissions import Actor
from models.quantities import Grams


@dataclass(frozen=True, slots=True)
class _Charge:
    """A change on one paper, for one requirement. Signed."""

    requirement: str
    paper_id: int
    reserved_g: int
    used_g: int


def reserve_quota(
    session: Session,
    share: QuotaShare,
    *,
    reason_key: str,
    actor: Actor,
    now: datetime,
    policy: CompliancePolicy,
) -> QuotaPosting:
    """Hold a mass of the year's scale for a reason such as `contract:17`."""
    if earlier := _earlier(session, Posting.RESERVE, share, reason_key):
        return earlier
    groups = _papers_by_requirement(session, share, now=now, policy=policy)
    charges = [
        _Charge(requirement, part.paper_id, part.mass_g, 0)
        for requirement, papers in groups.items()
        for part in share_among(papers, share.mass_g)
    ]
    posting = _posting(Posting.RESERVE, share, reason_key)
    return _post(session, posting, charges, actor=actor, now=now)


def use_quota(
    session: Session,
    share: QuotaShare,
    *,
    reason_key: str,
    actor: Actor,
    now: datetime,
    policy: CompliancePolicy,
) -> QuotaPosting:
    """Consume a mass: first what `share.draws_on` holds, the rest of what is free."""
    if earlier := _earlier(session, Posting.USE, share, reason_key):
        return earlier
    source = _source(session, share.draws_on, Posting.RESERVE) if share.draws_on else None
    if source is not None and _words(source)[:4] != _words(share)[:4]:
        raise Conflict("reservation-other", "The reservation is for another waste, site or year.")
    groups = _papers_by_requirement(session, share, now=now, policy=policy)
    held = {} if source is None else held_by(session, source)
    charges = []
    for requirement in sorted({*groups, *held}):
        taken, rest = take_from(held.get(requirement, ()), share.mass_g)
        charges += [_Charge(requirement, p.paper_id, -p.mass_g, p.mass_g) for p in taken]
        if rest > 0 and requirement in groups:
            free = share_among(groups[requirement], rest)
            charges += [_Charge(requirement, p.paper_id, 0, p.mass_g) for p in free]
    posting = _posting(Posting.USE, share, reason_key)
    posting.draws_on_id = None if source is None else source.id
    return _post(session, posting, charges, actor=actor, now=now)


def release_quota(
    session: Session,
    released_key: str,
    *,
    reason_key: str,
    mass_g: Grams | None = None,
    actor: Actor,
    now: datetime,
) -> QuotaPosting | None:
    """Let go what a reservation still holds, or take back what a use consumed; all, or a mass.

    The paper that ends last is freed first: what is left on it can be used for longest. None if
    there is nothing left to let go.
    """
    lock_name(session, f"quota:{reason_key}")
    earlier = posting_for(session, reason_key)
    source = _source(session, released_key, Posting.RESERVE, Posting.USE)
    if earlier is not None:
        same = earlier.kind == Posting.RELEASE and earlier.draws_on_id == source.id
        if not same or mass_g not in (None, earlier.mass_g):
            raise Conflict("reason-reused", "This reason was already used for something else.")
        return earlier
    lock_papers_of_site(session, source.site_id)
    held = held_by(session, source)
    most = max((sum(p.mass_g for p in parts) for parts in held.values()), default=0)
    mass = Grams(most if mass_g is None else mass_g)
    if mass > most and held:
        raise Conflict("quota-not-held", "This is more than is held.", held_mass_g=Grams(most))
    if mass <= 0:
        return None
    used = source.kind == Posting.USE
    charges = []
    for requirement, parts in held.items():
        taken, _ = take_from(tuple(reversed(parts)), mass)
        charges += [
            _Charge(requirement, p.paper_id, 0 if used else -p.mass_g, -p.mass_g if used else 0)
            for p in taken
        ]
    share = QuotaShare(
        site_id=source.site_id, waste_code_id=source.waste_code_id, way=source.way,
        year=source.year, mass_g=mass,
    )  # fmt: skip
    posting = _posting(Posting.RELEASE, share, reason_key)
    posting.draws_on_id = source.id
    return _post(session, posting, charges, actor=actor, now=now)


def _earlier(
    session: Session, kind: Posting, share: QuotaShare, reason_key: str
) -> QuotaPosting | None:
    """The posting of this reason; other content under the same reason is refused."""
    lock_name(session, f"quota:{reason_key}")
    earlier = posting_for(session, reason_key)
    if earlier is None:
        return None
    source = None if share.draws_on is None else posting_for(session, share.draws_on)
    draws_on_id = None if source is None else source.id
    if (earlier.kind, _words(earlier), earlier.draws_on_id) != (kind, _words(share), draws_on_id):
        raise Conflict("reason-reused", "This reason was already used for something else.")
    return earlier


def _source(session: Session, reason_key: str, *kinds: Posting) -> QuotaPosting:
    found = posting_for(session, reason_key)
    if found is None or found.kind not in kinds:
        raise NotFound("quota-posting-unknown", "Nothing was reserved or used for this reason.")
    return found


def _words(one: QuotaShare | QuotaPosting) -> tuple[int, int, str, int, int]:
    return one.site_id, one.waste_code_id, one.way, one.year, one.mass_g


def _papers_by_requirement(
    session: Session, share: QuotaShare, *, now: datetime, policy: CompliancePolicy
) -> dict[str, Sequence[PaperQuota]]:
    """The verified papers that cover the share in its year, locked, by requirement."""
    lock_papers_of_site(session, share.site_id)
    first, last = date(share.year, 1, 1), date(share.year, 12, 31)
    day = min(max(day_in(policy.time_zone, now), first), last)
    papers = papers_by_site(session, [share.site_id], on=day).get(share.site_id, [])
    code = code_facts(session)[share.waste_code_id]
    profile = profile_of(session, policy.jurisdiction)
    question = profile.question(code, on=day, way=share.way, purpose=Purpose.DEALING)
    groups: dict[str, Sequence[PaperQuota]] = {}
    for requirement in profile.requirements_for(code):
        meeting = papers_within_year(requirement, papers, question)
        if not meeting:
            raise Conflict(
                "right-missing", "The receiver has no verified right to take this waste."
            )
        groups[requirement.name] = [
            PaperQuota(paper_id=paper.id, valid_until=paper.valid_until, left_g=paper.left_g)
            for paper in meeting
        ]
    return groups


def _post(
    session: Session,
    posting: QuotaPosting,
    charges: Sequence[_Charge],
    *,
    actor: Actor,
    now: datetime,
) -> QuotaPosting:
    posting.actor_user_id, posting.organization_id = actor.user_id, actor.organization_id
    posting.posted_at = now
    session.add(posting)
    session.flush()
    session.add_all(
        QuotaEntry(
            posting_id=posting.id,
            paper_id=charge.paper_id,
            requirement=charge.requirement,
            rank=rank,
            year=posting.year,
            reserved_g=Grams(charge.reserved_g),
            used_g=Grams(charge.used_g),
        )
        for rank, charge in enumerate(_one_a_paper(charges), start=1)
    )
    session.flush()
    if _has_turned(session, posting):
        event = QuotaTurned(site_id=posting.site_id, year=posting.year)
        record(session, event, now=now, actor=actor)
    return posting


def _posting(kind: Posting, share: QuotaShare, reason_key: str) -> QuotaPosting:
    return QuotaPosting(
        reason_key=reason_key,
        kind=kind.value,
        site_id=share.site_id,
        waste_code_id=share.waste_code_id,
        way=share.way,
        year=share.year,
        mass_g=share.mass_g,
    )


def _one_a_paper(charges: Sequence[_Charge]) -> list[_Charge]:
    """One charge a paper: what was held and what was free of it come together.

    A paper that meets two requirements is charged for the first alone, or it would count twice.
    """
    merged: dict[int, _Charge] = {}
    for charge in charges:
        before = merged.get(charge.paper_id)
        if before is None:
            merged[charge.paper_id] = charge
        elif before.requirement == charge.requirement:
            merged[charge.paper_id] = replace(
                before,
                reserved_g=before.reserved_g + charge.reserved_g,
                used_g=before.used_g + charge.used_g,
            )
    return list(merged.values())


def _has_turned(session: Session, posting: QuotaPosting) -> bool:
    """Whether the posting used up the scale of a paper, or made some of it free again."""
    rows = session.execute(
        select(Paper.id, Paper.yearly_quota_g, QuotaEntry.reserved_g + QuotaEntry.used_g)
        .join(QuotaEntry, QuotaEntry.paper_id == Paper.id)
        .where(QuotaEntry.posting_id == posting.id)
    ).all()
    used = balances(session, posting.year, [paper_id for paper_id, _, _ in rows])
    for paper_id, scale_g, change_g in rows:
        balance = used[paper_id]
        left_g = left_of(scale_g, reserved_g=balance.reserved_g, used_g=balance.used_g)
        if left_g is not None and (left_g > 0) != (left_g + change_g > 0):
            return True
    return False
