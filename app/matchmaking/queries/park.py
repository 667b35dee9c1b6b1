"""What the manager of a park sees: sums that bare no member, and listings by their grant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.accounts.queries.parks import (
    ManagedPark,
    ReaderRow,
    granted_organizations,
    managed_parks,
    names_of,
)
from app.database import conditions
from app.matchmaking.queries.listings import TABLES, listing_rows
from app.matchmaking.queries.rows import ListingRow
from models.catalogue.tables import WasteCode
from models.demands.tables import Demand, DemandCode
from models.matchmaking.disclosure import Contributors, disclose
from models.matchmaking.tables import StoredMatch
from models.permissions import Actor, Capability
from models.quantities import Grams
from models.streams.life import OPEN_STATES, State
from models.streams.tables import Stream

_OPEN = tuple(state.value for state in OPEN_STATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Streams of some organizations, summed."""

    streams: int
    year_g: Grams
    with_partner_g: Grams

    @property
    def share(self) -> float | None:
        return self.with_partner_g / self.year_g if self.year_g else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRow:
    """One category; a part is None where fewer than three stand behind it."""

    code: str
    name_en: str | None
    name_zh: str | None
    supply: Supply | None
    demands: int | None
    has_supply: bool
    has_demands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkSums:
    rows: tuple[CategoryRow, ...]
    # All categories that are too small alone, put together; None if even they bare somebody.
    rest_supply: Supply | None
    rest_demands: int | None
    total_supply: Supply | None
    total_demands: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkPage:
    park: ManagedPark
    members: tuple[tuple[ReaderRow, bool], ...]  # with whether it granted insight
    sums: ParkSums


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedPage:
    """The listings that an organization lets the reader look into."""

    organization: ReaderRow
    listings: tuple[tuple[ListingRow, str], ...]  # with their state


@dataclass(slots=True)
class _Side:
    """What was gathered of one side in one category."""

    owners: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    listings: set[int] = field(default_factory=set)
    year_g: int = 0
    with_partner_g: int = 0

    def contributors(self, known: Collection[int]) -> Contributors:
        """Whoever has a part that not everybody sees is hidden, unless the reader is let in."""
        hidden = self.hidden - set(known)
        return Contributors(all=frozenset(self.owners), known=frozenset(self.owners - hidden))

    def supply(self) -> Supply:
        return Supply(
            streams=len(self.listings),
            year_g=Grams(self.year_g),
            with_partner_g=Grams(self.with_partner_g),
        )


def park_pages(session: Session, *, actor: Actor) -> tuple[ParkPage, ...]:
    """The parks that the actor's organization manages."""
    if not actor.may(Capability.READ_PARK):
        return ()
    pages = []
    for park in managed_parks(session, actor=actor):
        names = names_of(session, set(park.member_ids))
        pages.append(
            ParkPage(
                park=park,
                members=tuple((row, row.id in actor.insight) for row in names.values()),
                sums=park_sums(session, park.member_ids, actor=actor),
            )
        )
    return tuple(pages)


def granted_pages(session: Session, *, actor: Actor) -> tuple[GrantedPage, ...]:
    """The listings of those who let the reader in: published and paused ones, no drafts."""
    return tuple(
        GrantedPage(organization=row, listings=_listings(session, row.id))
        for row in granted_organizations(session, actor=actor)
    )


def park_sums(session: Session, member_ids: Collection[int], *, actor: Actor) -> ParkSums:
    """Sums by category. The reader's own part is left out: the rest must stand by itself."""
    counted = set(member_ids) - {actor.organization_id}
    categories = _categories(session)
    supply = _supply(session, counted, categories)
    demand = _demand(session, counted, categories)
    shown = disclose({k: side.contributors(actor.insight) for k, side in supply.items()})
    wanted = disclose({k: side.contributors(actor.insight) for k, side in demand.items()})
    rows = [
        CategoryRow(
            code=category.code,
            name_en=category.name_en,
            name_zh=category.name_zh,
            supply=supply[category.id].supply() if category.id in shown.shown else None,
            demands=len(demand[category.id].listings) if category.id in wanted.shown else None,
            has_supply=category.id in supply,
            has_demands=category.id in demand,
        )
        for category in _named(session, set(supply) | set(demand))
    ]
    return ParkSums(
        rows=tuple(rows),
        rest_supply=_together(supply, shown.rest).supply() if shown.rest_is_shown else None,
        rest_demands=(
            len(_together(demand, wanted.rest).listings) if wanted.rest_is_shown else None
        ),
        total_supply=_together(supply, supply).supply() if shown.total_is_shown else None,
        total_demands=len(_together(demand, demand).listings) if wanted.total_is_shown else None,
    )


def _together(sides: Mapping[int, _Side], keys: Iterable[int]) -> _Side:
    whole = _Side()
    for key in keys:
        whole.listings |= sides[key].listings
        whole.year_g += sides[key].year_g
        whole.with_partner_g += sides[key].with_partner_g
    return whole


def _supply(
    session: Session, member_ids: Collection[int], categories: Mapping[int, int]
) -> dict[int, _Side]:
    matched = exists().where(StoredMatch.stream_id == Stream.id, StoredMatch.tested)
    query = select(
        Stream.id,
        Stream.organization_id,
        Stream.waste_code_id,
        Stream.year_g,
        Stream.state,
        Stream.visibility,
        matched.label("matched"),
    ).where(Stream.state.in_(_OPEN))
    sides: dict[int, _Side] = defaultdict(_Side)
    for wanted in conditions(Stream.organization_id, member_ids):
        for row in session.execute(query.where(wanted)):
            side = sides[categories[row.waste_code_id]]
            _count(side, row.id, row.organization_id, row.state, row.visibility)
            side.year_g += row.year_g
            side.with_partner_g += row.year_g if row.matched else 0
    return dict(sides)


def _demand(
    session: Session, member_ids: Collection[int], categories: Mapping[int, int]
) -> dict[int, _Side]:
    """A demand counts in every category whose codes it states."""
    query = (
        select(
            Demand.id,
            Demand.organization_id,
            DemandCode.waste_code_id,
            Demand.state,
            Demand.visibility,
        )
        .join(DemandCode, DemandCode.demand_id == Demand.id)
        .where(Demand.state.in_(_OPEN), DemandCode.stated)
    )
    sides: dict[int, _Side] = defaultdict(_Side)
    for wanted in conditions(Demand.organization_id, member_ids):
        for row in session.execute(query.where(wanted)):
            side = sides[categories[row.waste_code_id]]
            _count(side, row.id, row.organization_id, row.state, row.visibility)
    return dict(sides)


def _count(side: _Side, listing_id: int, owner_id: int, state: str, visibility: str) -> None:
    side.listings.add(listing_id)
    side.owners.add(owner_id)
    if state != State.PUBLISHED.value or visibility != "public":
        side.hidden.add(owner_id)


def _categories(session: Session) -> dict[int, int]:
    """The category of every code: the chapter, group or heading that its scheme sums by."""
    rows = {
        code_id: (scheme, level, parent_id)
        for code_id, scheme, level, parent_id in session.execute(
            select(WasteCode.id, WasteCode.scheme, WasteCode.level, WasteCode.parent_id)
        )
    }
    found = {}
    for code_id in rows:
        above = code_id
        # The first level of CN-SW is the kind of law, not the kind of waste.
        while (parent := rows[above][2]) is not None and rows[above][:2] != ("CN-SW", 2):
            above = parent
        found[code_id] = above
    return found


def _named(session: Session, code_ids: Collection[int]) -> list[WasteCode]:
    query = select(WasteCode).where(WasteCode.id.in_(code_ids))
    return list(session.scalars(query.order_by(WasteCode.scheme, WasteCode.code)))


def _listings(session: Session, organization_id: int) -> tuple[tuple[ListingRow, str], ...]:
    found: list[tuple[ListingRow, str]] = []
    for side, table in TABLES.items():
        states = dict(
            session.execute(
                select(table.id, table.state)
                .where(table.organization_id == organization_id, table.state.in_(_OPEN))
                .order_by(table.id)
            ).all()
        )
        rows = listing_rows(session, side, list(states))
        found += [(rows[listing_id], state) for listing_id, state in states.items()]
    return tuple(found)
