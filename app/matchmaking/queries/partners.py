"""Partners of one listing with their reasons, and those that miss by little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, isclose, radians

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import matching
from app.matchmaking.queries.arrays import Market, compile_market
from app.matchmaking.queries.funnel import stopped_by_gate
from app.matchmaking.queries.listings import TABLES, listing_rows
from app.matchmaking.queries.rows import (
    Crossing,
    DemandPage,
    ListingRow,
    NearMissRow,
    PartnerRow,
    PartnersPage,
    Reason,
    Side,
    StreamPage,
    Strip,
    Waterfall,
    WaterfallRow,
)
from app.matchmaking.queries.snapshot import OpenDemand, OpenStream, load_snapshot
from app.matchmaking.queries.strips import strips_of
from app.settings import MatchingPolicy
from models.compliance.rights import FORBIDDEN
from models.demands.tables import Demand, DemandCode
from models.matchmaking.columns import Column
from models.matchmaking.drawing import waterfall
from models.matchmaking.readings import Asked
from models.matchmaking.tables import StoredMatch
from models.permissions import Actor, may_read_partners
from models.places.tables import Site
from models.quantities import MINOR_PER_UNIT, Grams, Metres, MinorPerTonne
from models.streams.calendar import months_mask
from models.streams.life import State
from models.streams.tables import Stream

PARTNERS_SHOWN = 10
NEAR_MISSES_SHOWN = 6
_LOOKED_AT = 60  # near misses of one stream among which each gate finds its nearest
# Who lies further away than this is no near miss, whatever else fits.
NEAR_KM = 300.0
_DEGREES_PER_KM = 1 / 110.0
# A missing paper weighs as much as a limit overrun by half: harder than a test, easier than a move.
_RIGHT_SCORE = 0.5


@dataclass(frozen=True, slots=True)
class _Pair:
    """Stream i and demand j of a market, with what their money is made of."""

    market: Market
    i: int
    j: int

    @property
    def stream(self) -> OpenStream:
        return self.market.snapshot.streams[self.i]

    @property
    def demand(self) -> OpenDemand:
        return self.market.snapshot.demands[self.j]

    def distance_km(self) -> float:
        stream, demand = self.market.streams, self.market.demands
        at, to = slice(self.i, self.i + 1), slice(self.j, self.j + 1)
        return float(
            matching.geodesic_km(stream.lat[at], stream.lon[at], demand.lat[to], demand.lon[to])[0]
        )


def partners_for(
    session: Session,
    page: StreamPage | DemandPage,
    *,
    actor: Actor,
    today: date,
    policy: MatchingPolicy,
) -> PartnersPage | None:
    """The partners of a listing, for those who may see them."""
    listing = page.listing
    if not may_read_partners(actor, owner_id=page.owner_id, demonstration=listing.estimated):
        return None
    return partners_page(session, listing.side, listing.id, today=today, policy=policy)


def partners_page(
    session: Session, side: Side, listing_id: int, *, today: date, policy: MatchingPolicy
) -> PartnersPage:
    """The best stored partners of a listing, each explained, and the nearest misses."""
    best, count = _stored_partners(session, side, listing_id)
    candidates = _candidates(session, side, listing_id)
    mine, others = [listing_id], sorted({*best, *candidates})
    snapshot = load_snapshot(
        session,
        today=today,
        policy=policy,
        stream_ids=mine if side == "stream" else others,
        demand_ids=others if side == "stream" else mine,
    )
    market = compile_market(snapshot, policy)
    if not snapshot.streams or not snapshot.demands:
        return PartnersPage(
            partners=(), partner_count=0, near_misses=(), considered=0, rejections=()
        )
    other: Side = "demand" if side == "stream" else "stream"
    misses = _near_misses(market, side)
    partners = _pairs_of(market, side, best)
    shown = {_other_id(pair, side) for pair in partners} | {
        _other_id(miss.pair, side) for miss in misses
    }
    rows = listing_rows(session, other, shown)
    stopped = stopped_by_gate(market)
    return PartnersPage(
        partners=tuple(
            _partner(pair, rank, rows[_other_id(pair, side)], side)
            for rank, pair in enumerate(partners, start=1)
        ),
        partner_count=count,
        near_misses=tuple(_near_miss(miss, rows[_other_id(miss.pair, side)]) for miss in misses),
        considered=len(snapshot.demands if side == "stream" else snapshot.streams),
        rejections=tuple((gate, number) for gate, number in stopped.most_common() if number > 0),
    )


def listing_is_known(session: Session, side: Side, listing_id: int) -> bool:
    return session.get(TABLES[side], listing_id) is not None


def _stored_partners(session: Session, side: Side, listing_id: int) -> tuple[list[int], int]:
    """Ids of the best partners, tested ones first, and how many there are of these."""
    me, other = StoredMatch.stream_id, StoredMatch.demand_id
    if side == "demand":
        me, other = other, me
    table = TABLES["demand" if side == "stream" else "stream"]
    query = (
        select(other)
        .join(table, table.id == other)
        .where(
            me == listing_id,
            table.visibility == "public",
            table.state == State.PUBLISHED.value,
        )
    )
    best = query.order_by(
        StoredMatch.tested.desc(), StoredMatch.value_minor_per_tonne.desc(), other
    ).limit(PARTNERS_SHOWN)
    count = session.scalar(
        select(func.count()).select_from(query.where(StoredMatch.tested).subquery())
    )
    return list(session.scalars(best)), count or 0


def _candidates(session: Session, side: Side, listing_id: int) -> list[int]:
    """Open listings of the other side, around this one, that have or take its codes."""
    mine, table = TABLES[side], TABLES["demand" if side == "stream" else "stream"]
    here = session.execute(
        select(Site.public_lat, Site.public_lon)
        .join(mine, mine.site_id == Site.id)
        .where(mine.id == listing_id)
    ).one()
    lat, lon = here
    degrees = NEAR_KM * _DEGREES_PER_KM
    wide = degrees / max(0.1, cos(radians(lat)))
    query = (
        select(table.id)
        .join(Site, Site.id == table.site_id)
        .where(
            table.state == State.PUBLISHED.value,
            table.visibility == "public",
            Site.public_lat.between(lat - degrees, lat + degrees),
            Site.public_lon.between(lon - wide, lon + wide),
        )
    )
    if side == "stream":
        code = select(Stream.waste_code_id).where(Stream.id == listing_id).scalar_subquery()
        query = query.join(DemandCode, DemandCode.demand_id == Demand.id)
        query = query.where(DemandCode.waste_code_id == code)
    else:
        codes = select(DemandCode.waste_code_id).where(DemandCode.demand_id == listing_id)
        query = query.where(Stream.waste_code_id.in_(codes))
    return list(session.scalars(query))


def _pairs_of(market: Market, side: Side, best: Sequence[int]) -> list[_Pair]:
    """The stored partners that still stand, in their order.

    A listing may have changed, or a paper ended, since the worker matched it.
    """
    if side == "stream":
        place = {demand.id: j for j, demand in enumerate(market.snapshot.demands)}
        pairs = [_Pair(market, 0, place[one]) for one in best if one in place]
    else:
        place = {stream.id: i for i, stream in enumerate(market.snapshot.streams)}
        pairs = [_Pair(market, place[one], 0) for one in best if one in place]
    return [pair for pair in pairs if _stands(pair)]


def _stands(pair: _Pair) -> bool:
    if pair.market.snapshot.is_barred(pair.stream, pair.demand):
        return False
    return all(finding.kind == "untested" for finding in _findings_of(pair))


def _findings_of(pair: _Pair) -> list[matching.Finding]:
    market = pair.market
    return matching.explain(market.streams, pair.i, market.demands, pair.j, market.costs)


def _other_id(pair: _Pair, side: Side) -> int:
    return pair.demand.id if side == "stream" else pair.stream.id


def _partner(pair: _Pair, rank: int, listing: ListingRow, side: Side) -> PartnerRow:
    distance_km = pair.distance_km()
    drawn, netback, value = _money(pair, distance_km)
    strips = _strips(pair)
    partner_months = pair.demand.months_g if side == "stream" else pair.stream.months_g
    shared = months_mask(pair.stream.months_g) & months_mask(pair.demand.months_g)
    return PartnerRow(
        rank=rank,
        listing=listing,
        tested=not _findings_of(pair),
        value_minor_per_tonne=value,
        netback_minor_per_tonne=netback,
        distance_m=_metres(distance_km),
        road_m=_metres(_road_km(pair, distance_km)),
        month_g=_average_month(partner_months),
        shared_months=shared.bit_count(),
        waterfall=drawn,
        strips=strips,
        crossing=_crossing(pair),
        receiver_id=pair.demand.organization_id,
        verified=pair.stream.code_id not in pair.demand.unverified,
    )


def _money(pair: _Pair, distance_km: float) -> tuple[Waterfall, MinorPerTonne, MinorPerTonne]:
    """The price of a tonne in its parts, each rounded once, so that the sums are exact."""
    costs = pair.market.costs
    haul = costs.loading_per_t + costs.haul_per_t_km * _road_km(pair, distance_km)
    gate, ask = pair.demand.price_minor_per_tonne, pair.stream.ask_minor_per_tonne
    less_haul = -round(haul * MINOR_PER_UNIT)
    less_handling = -round(costs.handling_per_t * MINOR_PER_UNIT)
    netback = gate + less_haul + less_handling
    zero, bars = waterfall(
        [
            ("gate", gate, False),
            ("haul", less_haul, False),
            ("handling", less_handling, False),
            ("netback", netback, True),
            ("ask", -ask, False),
            ("value", netback - ask, True),
        ]
    )
    rows = tuple(
        WaterfallRow(
            part=bar.part,
            amount_minor_per_tonne=bar.amount,
            x=bar.x,
            width=bar.width,
            total=bar.total,
        )
        for bar in bars
    )
    return Waterfall(zero=zero, rows=rows), MinorPerTonne(netback), MinorPerTonne(netback - ask)


def _road_km(pair: _Pair, distance_km: float) -> float:
    here, there = pair.stream, pair.demand
    places = (here.lat, here.lon, there.lat, there.lon)
    lat, lon, other_lat, other_lon = (np.array([degrees]) for degrees in places)
    ends = lat, lon, other_lat, other_lon
    return float(pair.market.costs.trips_km(ends, np.array([distance_km]))[0])


def _strips(pair: _Pair) -> tuple[Strip, ...]:
    return strips_of(pair.demand.limits, pair.stream.readings, pair.market.snapshot.parameters)


def _crossing(pair: _Pair) -> Crossing:
    outcome, clause = pair.market.snapshot.crossing(pair.stream, pair.demand)
    return Crossing(outcome=outcome, clause=clause)


@dataclass(frozen=True, slots=True)
class _Miss:
    pair: _Pair
    score: float
    findings: tuple[matching.Finding, ...]

    @property
    def gate(self) -> str:
        """The first gate that stops the pair."""
        if self.pair.market.snapshot.is_barred(self.pair.stream, self.pair.demand):
            return "right"
        return next(found.kind for found in self.findings if found.kind != "untested")


def _near_misses(market: Market, side: Side) -> list[_Miss]:
    """The pairs that miss by the least: one for each gate that stops somebody, then the nearest."""
    misses = _by_engine(market) if side == "stream" else []
    for i, stream in enumerate(market.snapshot.streams):
        for j, demand in enumerate(market.snapshot.demands):
            barred = market.snapshot.is_barred(stream, demand)
            if side == "stream" and not barred:
                continue  # the engine has looked at it already
            findings = _findings(market, i, j)
            if any(finding.kind != "untested" for finding in findings) or barred:
                score = sum(finding.relative for finding in findings) + barred * _RIGHT_SCORE
                misses.append(_Miss(_Pair(market, i, j), score, findings))
    misses.sort(key=lambda miss: (miss.score, len(miss.findings), miss.pair.i, miss.pair.j))
    nearest_of_gate: dict[str, _Miss] = {}
    for miss in misses:
        nearest_of_gate.setdefault(miss.gate, miss)
    chosen = list(nearest_of_gate.values())[:NEAR_MISSES_SHOWN]
    chosen += [miss for miss in misses if miss not in chosen][: NEAR_MISSES_SHOWN - len(chosen)]
    return sorted(chosen, key=misses.index)


def _by_engine(market: Market) -> list[_Miss]:
    near = matching.near_misses(market.streams, 0, market.index, market.costs, k=_LOOKED_AT)
    pairs = [(_Pair(market, 0, miss.demand), miss) for miss in near]
    return [
        _Miss(pair, miss.score, miss.findings)
        for pair, miss in pairs
        if not market.snapshot.is_barred(pair.stream, pair.demand)
    ]


def _findings(market: Market, i: int, j: int) -> tuple[matching.Finding, ...]:
    """What the engine finds, without the code: who takes it and who may take it we know better."""
    found = matching.explain(market.streams, i, market.demands, j, market.costs)
    return tuple(finding for finding in found if finding.kind != "code")


def _near_miss(miss: _Miss, listing: ListingRow) -> NearMissRow:
    pair = miss.pair
    distance_km = pair.distance_km()
    _, _, value = _money(pair, distance_km)
    strips = _strips(pair)
    reasons = [
        Reason(gate="right", gap=gap) for gap in pair.demand.refused.get(pair.stream.code_id, ())
    ]
    crossing = _crossing(pair)
    if crossing.outcome == FORBIDDEN:
        reasons.append(Reason(gate="crossing", clause=crossing.clause))
    reasons += [_reason(pair, finding, strips) for finding in miss.findings]
    return NearMissRow(
        listing=listing,
        reasons=tuple(reasons),
        opens_g=min(_average_month(pair.stream.months_g), _average_month(pair.demand.months_g)),
        distance_m=_metres(distance_km),
        road_m=_metres(_road_km(pair, distance_km)),
        value_minor_per_tonne=value,
        strips=strips,
    )


def _reason(pair: _Pair, finding: matching.Finding, strips: Sequence[Strip]) -> Reason:
    strip = None
    if finding.parameter >= 0:
        column = pair.market.columns[finding.parameter]
        strip = _strip_of(column, strips)
        if not isinstance(column, Asked):
            return _reason_of_several(finding, strip)
    masks = finding.kind in {"vehicle", "month"}
    return Reason(
        gate=finding.kind,
        sign=_sign(finding.have, finding.limit) if finding.kind == "composition" else "",
        have=None if masks else finding.have,
        limit=None if masks else finding.limit,
        remedy=finding.remedy,
        have_bits=int(finding.have) if masks else 0,
        limit_bits=int(finding.limit) if masks else 0,
        strip=strip,
    )


def _sign(have: float, limit: float) -> str:
    """A strict bound was moved to the next number inside: what meets it exactly lies beyond it."""
    if isclose(have, limit, rel_tol=1e-12):
        return "≥" if have > limit else "≤"
    return ">" if have > limit else "<"


def _reason_of_several(finding: matching.Finding, strip: Strip) -> Reason:
    """The engine knows only whether one limit is met: the numbers are those of the strip."""
    too_low = strip.lower is not None and (
        strip.upper is None or (strip.minimum is not None and strip.minimum < strip.lower)
    )
    have, limit = (strip.minimum, strip.lower) if too_low else (strip.maximum, strip.upper)
    sign = "" if have is None or limit is None else _sign(have, limit)
    return Reason(gate=finding.kind, sign=sign, have=have, limit=limit, remedy=have, strip=strip)


def _strip_of(column: Column, strips: Sequence[Strip]) -> Strip:
    """The strip of a column; of limits of which one suffices, one to test or the first that fails.

    A wish for the same parameter has a strip too, but keeps nobody apart.
    """
    asked = [column] if isinstance(column, Asked) else [one.asked for one in column]
    of_column = [
        strip for strip in strips if Asked(strip.parameter, strip.basis, strip.method) in asked
    ]
    for verdict in ("unk", "bad"):
        for strip in of_column:
            if strip.verdict == verdict:
                return strip
    return of_column[0]


def _average_month(months_g: Sequence[Grams]) -> Grams:
    """Mass of a month in which it is open, on average."""
    open_months = [mass for mass in months_g if mass > 0]
    return Grams(round(sum(open_months) / len(open_months))) if open_months else Grams(0)


def _metres(km: float) -> Metres:
    return Metres(round(km * 1000))
