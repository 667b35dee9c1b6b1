"""Papers on file: what they say of a right, how their owner sees them, and who has to look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.compliance.queries.quotas import NOTHING, Balance, balances
from app.database import conditions
from models.accounts.tables import Organization
from models.catalogue.tables import WasteCode
from models.compliance.papers import STANDING_STATES, PaperState, days_left, ending_badge
from models.compliance.quota import left_of
from models.compliance.rights import PaperFacts
from models.compliance.tables import Paper, PaperCode, PaperWay
from models.places.tables import Site
from models.quantities import Grams
from models.uploads.tables import Upload

QUEUE_PAGE = 50
_STANDING = tuple(state.value for state in STANDING_STATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """A paper with all that its owner, the operator and the dossier show of it."""

    id: int
    organization_id: int
    organization_en: str
    organization_zh: str | None
    site_id: int
    site_name_en: str
    site_name_zh: str | None
    kind: str
    number: str
    valid_from: date
    valid_until: date | None
    days_left: int | None
    badge: str  # how near the end is, see models.compliance.papers.ending_badge
    ways: tuple[str, ...]
    codes: tuple[str, ...]
    yearly_quota_g: Grams | None
    reserved_g: Grams
    used_g: Grams
    left_g: Grams | None
    state: PaperState
    decided_at: datetime | None
    decided_for_en: str | None
    decided_for_zh: str | None
    refusal: str | None
    ended_at: datetime | None
    upload_id: int | None
    upload_name: str | None
    upload_state: str | None
    demonstration: bool


def papers_by_site(
    session: Session, site_ids: Collection[int] | None = None, *, on: date
) -> dict[int, list[PaperFacts]]:
    """Standing papers of the sites asked for, or of all, with what the year of the day has left."""
    query = (
        select(
            Paper.id,
            Paper.site_id,
            Paper.kind,
            Paper.number,
            Paper.valid_from,
            Paper.valid_until,
            Paper.yearly_quota_g,
            Paper.state,
        )
        .where(Paper.state.in_(_STANDING))
        .order_by(Paper.id)
    )
    rows = [
        row
        for wanted in conditions(Paper.site_id, site_ids)
        for row in session.execute(query.where(wanted))
    ]
    codes = _codes(session, site_ids)
    ways = _ways(session, site_ids)
    kept = None if site_ids is None else [row.id for row in rows]
    used = balances(session, on.year, kept)
    papers: dict[int, list[PaperFacts]] = defaultdict(list)
    for row in rows:
        balance = used.get(row.id, NOTHING)
        papers[row.site_id].append(
            PaperFacts(
                id=row.id,
                kind=row.kind,
                number=row.number,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
                codes=frozenset(codes.get(row.id, ())),
                ways=frozenset(ways.get(row.id, ())),
                verified=row.state == PaperState.VERIFIED,
                left_g=left_of(
                    row.yearly_quota_g, reserved_g=balance.reserved_g, used_g=balance.used_g
                ),
            )
        )
    return papers


def papers_of(session: Session, organization_id: int, *, on: date) -> list[PaperRow]:
    """All papers of an organization: those that stand, the first to end on top; then the others."""
    rows = _rows(session, _PAPERS.where(Paper.organization_id == organization_id), on=on)
    return sorted(rows, key=_by_end)


def paper_row(session: Session, paper_id: int, *, on: date) -> PaperRow | None:
    return next(iter(_rows(session, _PAPERS.where(Paper.id == paper_id), on=on)), None)


@dataclass(frozen=True, slots=True)
class PaperQueue:
    """Papers that wait for the operator, the oldest first, and those decided last."""

    waiting: tuple[PaperRow, ...]
    waiting_count: int
    decided: tuple[PaperRow, ...]


def paper_queue(session: Session, *, on: date) -> PaperQueue:
    waits = Paper.state == PaperState.UNVERIFIED.value
    decided = Paper.decided_at.is_not(None) & Paper.demonstration.is_(False)
    count = session.scalar(select(func.count()).select_from(Paper).where(waits))
    waiting = _PAPERS.where(waits).order_by(Paper.created_at, Paper.id).limit(QUEUE_PAGE)
    last = (
        _PAPERS.where(decided).order_by(Paper.decided_at.desc(), Paper.id.desc()).limit(QUEUE_PAGE)
    )
    return PaperQueue(
        waiting=tuple(_rows(session, waiting, on=on)),
        waiting_count=count or 0,
        decided=tuple(_rows(session, last, on=on)),
    )


def lock_paper(session: Session, paper_id: int) -> Paper | None:
    return session.scalar(select(Paper).where(Paper.id == paper_id).with_for_update())


def lock_papers_of_site(session: Session, site_id: int) -> list[Paper]:
    """The standing papers of a site, locked in the order of their ids."""
    return list(
        session.scalars(
            select(Paper)
            .where(Paper.site_id == site_id, Paper.state.in_(_STANDING))
            .order_by(Paper.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


_DECIDED_FOR = aliased(Organization)
_PAPERS = (
    select(
        Paper.id,
        Paper.organization_id,
        Organization.name.label("organization_en"),
        Organization.name_zh.label("organization_zh"),
        Paper.site_id,
        Site.name.label("site_name_en"),
        Site.name_zh.label("site_name_zh"),
        Paper.kind,
        Paper.number,
        Paper.valid_from,
        Paper.valid_until,
        Paper.yearly_quota_g,
        Paper.state,
        Paper.decided_at,
        _DECIDED_FOR.name.label("decided_for_en"),
        _DECIDED_FOR.name_zh.label("decided_for_zh"),
        Paper.refusal,
        Paper.ended_at,
        Paper.upload_id,
        Upload.name.label("upload_name"),
        Upload.state.label("upload_state"),
        Paper.demonstration,
    )
    .join(Organization, Organization.id == Paper.organization_id)
    .join(Site, Site.id == Paper.site_id)
    .outerjoin(_DECIDED_FOR, _DECIDED_FOR.id == Paper.decided_for_id)
    .outerjoin(Upload, Upload.id == Paper.upload_id)
)


def _rows(session: Session, query: Select[*tuple[Any, ...]], *, on: date) -> Iterable[PaperRow]:
    found = [dict(row) for row in session.execute(query).mappings()]
    ids = [int(row["id"]) for row in found]
    used = balances(session, on.year, ids)
    ways = _gather(session, select(PaperWay.paper_id, PaperWay.way), PaperWay.paper_id, ids)
    named = select(PaperCode.paper_id, WasteCode.code).join(
        WasteCode, WasteCode.id == PaperCode.waste_code_id
    )
    codes = _gather(session, named, PaperCode.paper_id, ids)
    for row in found:
        balance: Balance = used.get(row["id"], NOTHING)
        yield PaperRow(
            **row | {"state": PaperState(row["state"])},
            days_left=days_left(row["valid_until"], on=on),
            badge="" if row["ended_at"] else ending_badge(row["valid_until"], on=on),
            ways=tuple(sorted(ways.get(row["id"], ()))),
            codes=tuple(sorted(codes.get(row["id"], ()))),
            reserved_g=balance.reserved_g,
            used_g=balance.used_g,
            left_g=left_of(
                row["yearly_quota_g"], reserved_g=balance.reserved_g, used_g=balance.used_g
            ),
        )


def _by_end(row: PaperRow) -> tuple[bool, date, int]:
    return row.state is PaperState.ENDED, row.valid_until or date.max, row.id


def _codes(session: Session, site_ids: Collection[int] | None) -> dict[int, set[int]]:
    query = select(PaperCode.paper_id, PaperCode.waste_code_id).join(
        Paper, Paper.id == PaperCode.paper_id
    )
    found: dict[int, set[int]] = defaultdict(set)
    for wanted in conditions(Paper.site_id, site_ids):
        for paper_id, code_id in session.execute(query.where(wanted)):
            found[paper_id].add(code_id)
    return found


def _ways(session: Session, site_ids: Collection[int] | None) -> dict[int, set[str]]:
    query = select(PaperWay.paper_id, PaperWay.way).join(Paper, Paper.id == PaperWay.paper_id)
    found: dict[int, set[str]] = defaultdict(set)
    for wanted in conditions(Paper.site_id, site_ids):
        for paper_id, way in session.execute(query.where(wanted)):
            found[paper_id].add(way)
    return found


def _gather(
    session: Session,
    query: Select[int, str],
    column: InstrumentedAttribute[int],
    ids: Collection[int],
) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for wanted in conditions(column, ids):
        for paper_id, word in session.execute(query.where(wanted)):
            found[paper_id].add(word)
    return found
