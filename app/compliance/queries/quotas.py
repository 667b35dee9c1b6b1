"""What of a yearly scale is held, used and left."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.database import conditions
from models.compliance.quota import Part, Posting
from models.compliance.tables import QuotaEntry, QuotaPosting
from models.quantities import Grams


@dataclass(frozen=True, slots=True)
class Balance:
    reserved_g: Grams
    used_g: Grams


NOTHING = Balance(Grams(0), Grams(0))


def balances(
    session: Session, year: int, paper_ids: Collection[int] | None = None
) -> dict[int, Balance]:
    """What is held and used of each paper in a year; papers without a posting have no entry."""
    entry = QuotaEntry
    query = (
        select(entry.paper_id, func.sum(entry.reserved_g), func.sum(entry.used_g))
        .where(entry.year == year)
        .group_by(entry.paper_id)
    )
    return {
        paper_id: Balance(Grams(int(reserved_g)), Grams(int(used_g)))
        for wanted in conditions(entry.paper_id, paper_ids)
        for paper_id, reserved_g, used_g in session.execute(query.where(wanted))
    }


def posting_for(session: Session, reason_key: str) -> QuotaPosting | None:
    return session.scalar(select(QuotaPosting).where(QuotaPosting.reason_key == reason_key))


def held_by(session: Session, posting: QuotaPosting) -> dict[str, tuple[Part, ...]]:
    """What a posting still holds, or has used, by requirement; papers in the order of posting."""
    entry = QuotaEntry
    # A use that drew on a reservation holds what it used, not what it took from there.
    reserves = posting.kind == Posting.RESERVE
    held_g = func.sum(entry.reserved_g if reserves else entry.used_g)
    found: dict[str, tuple[Part, ...]] = {}
    query = (
        select(entry.requirement, entry.paper_id, held_g)
        .join(QuotaPosting, QuotaPosting.id == entry.posting_id)
        .where(or_(QuotaPosting.id == posting.id, QuotaPosting.draws_on_id == posting.id))
        .group_by(entry.requirement, entry.paper_id)
        .order_by(entry.requirement, func.min(entry.rank), entry.paper_id)
    )
    for requirement, paper_id, mass_g in session.execute(query):
        if mass_g > 0:
            part = Part(paper_id=paper_id, mass_g=Grams(int(mass_g)))
            found[requirement] = (*found.get(requirement, ()), part)
    return found
