"""Use cases of matchmaking: keep the stored matches true to the listings they rest on."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

import matching
from app.clock import day_in
from app.database import lock_name
from app.matchmaking.queries.arrays import Market, compile_market
from app.matchmaking.queries.funnel import stopped_by_gate
from app.matchmaking.queries.snapshot import load_snapshot
from app.settings import MatchingPolicy
from models.demands.tables import Demand
from models.matchmaking.tables import MarketRejection, MarketSummary, StoredMatch
from models.permissions import Actor, Capability, require
from models.quantities import GRAMS_PER_TONNE, MINOR_PER_UNIT, Grams, MinorPerTonne
from models.streams.calendar import MONTHS

ROWS_AT_ONCE = 20_000
# A stream and a demand refreshed at once would each store their pair, or one would store a pair
# that the other has just found to be none: whoever matches waits for whoever is matching.
ONE_AT_A_TIME = "matchmaking.refresh"


@dataclass(frozen=True, slots=True)
class _Found:
    market: Market
    tested: matching.Pairs
    untested: matching.Pairs


def refresh_market(
    session: Session, *, actor: Actor, now: datetime, policy: MatchingPolicy
) -> MarketSummary:
    """Match the whole market anew, and note down its figures."""
    require(actor, Capability.REFRESH_MATCHES)
    started = perf_counter()
    lock_name(session, ONE_AT_A_TIME)
    found = _match(session, now=now, policy=policy)
    session.execute(delete(StoredMatch))
    _store(session, found)
    summary = _summary(found, now=now)
    summary.seconds = perf_counter() - started
    session.add(summary)
    session.flush()
    rejections = [
        {"summary_id": summary.id, "gate": gate, "pairs": pairs}
        for gate, pairs in stopped_by_gate(found.market).items()
    ]
    session.execute(insert(MarketRejection), rejections)
    return summary


def refresh_stream(
    session: Session, stream_id: int, *, actor: Actor, now: datetime, policy: MatchingPolicy
) -> int:
    """Match one stream anew; a stream that is not open loses its matches. Returns how many."""
    require(actor, Capability.REFRESH_MATCHES)
    lock_name(session, ONE_AT_A_TIME)
    session.execute(delete(StoredMatch).where(StoredMatch.stream_id == stream_id))
    return _store(session, _match(session, stream_ids=[stream_id], now=now, policy=policy))


def refresh_demands(
    session: Session,
    demand_ids: Collection[int],
    *,
    actor: Actor,
    now: datetime,
    policy: MatchingPolicy,
) -> int:
    """Match some demands anew, as when one changes or a paper of their site is filed."""
    require(actor, Capability.REFRESH_MATCHES)
    lock_name(session, ONE_AT_A_TIME)
    session.execute(delete(StoredMatch).where(StoredMatch.demand_id.in_(demand_ids)))
    return _store(session, _match(session, demand_ids=demand_ids, now=now, policy=policy))


def refresh_site(
    session: Session, site_id: int, *, actor: Actor, now: datetime, policy: MatchingPolicy
) -> int:
    """Match the demands of a site anew, when a paper of it was filed."""
    demand_ids = list(session.scalars(select(Demand.id).where(Demand.site_id == site_id)))
    return refresh_demands(session, demand_ids, actor=actor, now=now, policy=policy)


def _match(
    session: Session,
    *,
    now: datetime,
    policy: MatchingPolicy,
    stream_ids: Collection[int] | None = None,
    demand_ids: Collection[int] | None = None,
) -> _Found:
    snapshot = load_snapshot(
        session,
        today=day_in(policy.time_zone, now),
        policy=policy,
        stream_ids=stream_ids,
        demand_ids=demand_ids,
    )
    market = compile_market(snapshot, policy)
    return _Found(
        market=market,
        tested=_lawful(market, matching.all_pairs(market.streams, market.index, market.costs)),
        untested=_lawful(
            market, matching.untested_pairs(market.streams, market.index, market.costs)
        ),
    )


def _lawful(market: Market, pairs: matching.Pairs) -> matching.Pairs:
    """The pairs that no border keeps apart. Rights are compiled into the arrays already."""
    snapshot = market.snapshot
    if not snapshot.profile.forbids_a_crossing:
        return pairs
    rows = pairs.row()
    kept = np.array(
        [
            not snapshot.is_barred(snapshot.streams[i], snapshot.demands[j])
            for i, j in zip(rows.tolist(), pairs.demand.tolist(), strict=True)
        ],
        dtype=np.bool_,
    )
    counts = np.bincount(rows[kept], minlength=len(snapshot.streams))
    return matching.Pairs(
        ptr=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        demand=pairs.demand[kept],
        value_per_t=pairs.value_per_t[kept],
        distance_km=pairs.distance_km[kept],
    )


def _store(session: Session, found: _Found) -> int:
    """Write the pairs in order of their keys, so that two refreshes never wait crosswise."""
    snapshot = found.market.snapshot
    rows = []
    for pairs, tested in ((found.tested, True), (found.untested, False)):
        values = np.rint(pairs.value_per_t * MINOR_PER_UNIT).astype(np.int64)
        metres = np.rint(pairs.distance_km * 1000).astype(np.int64)
        for i, j, value, distance in zip(
            pairs.row().tolist(),
            pairs.demand.tolist(),
            values.tolist(),
            metres.tolist(),
            strict=True,
        ):
            stream, demand = snapshot.streams[i], snapshot.demands[j]
            rows.append(
                {
                    "stream_id": stream.id,
                    "demand_id": demand.id,
                    "tested": tested,
                    # A value below half a cent is still above zero: that is why the pair is here.
                    "value_minor_per_tonne": max(1, value),
                    "distance_m": distance,
                    "stream_version": stream.version,
                    "demand_version": demand.version,
                }
            )
    rows.sort(key=lambda row: (row["stream_id"], row["demand_id"]))
    for start in range(0, len(rows), ROWS_AT_ONCE):
        session.execute(insert(StoredMatch), rows[start : start + ROWS_AT_ONCE])
    return len(rows)


def _summary(found: _Found, *, now: datetime) -> MarketSummary:
    market, pairs = found.market, found.tested
    supply_t = market.streams.quantity_t
    partnered = np.diff(pairs.ptr) > 0
    counted = np.array([stream.in_bulk_rate for stream in market.snapshot.streams], dtype=np.bool_)
    placed_t = _placeable_t(found, counted)
    best = [float(pairs.value_per_t[start]) for start in pairs.ptr[:-1][partnered]]
    return MarketSummary(
        computed_at=now,
        streams=len(market.streams),
        demands=len(market.demands),
        feasible_pairs=len(pairs),
        untested_pairs=len(found.untested),
        streams_with_partner=int(partnered.sum()),
        generated_g=_grams(float(supply_t.sum())),
        with_partner_g=_grams(float(supply_t[partnered].sum())),
        rate_generated_g=_grams(float(supply_t[counted].sum())),
        rate_placeable_g=_grams(placed_t),
        best_minor_per_tonne=_minor(max(best)) if best else None,
        median_minor_per_tonne=_minor(statistics.median(best)) if best else None,
    )


def _placeable_t(found: _Found, counted: NDArray[np.bool_]) -> float:
    """The most tonnes of the counted streams that can be placed, month by month.

    What a kiln cannot take in January does not wait for it until April.
    """
    supply = _months_t([stream.months_g for stream in found.market.snapshot.streams])
    capacity = _months_t([demand.months_g for demand in found.market.snapshot.demands])
    supply[~counted] = 0.0
    return sum(
        float(matching.most_tonnes(found.tested, supply[:, month], capacity[:, month]).placed_t)
        for month in range(MONTHS)
    )


def _months_t(months_g: Sequence[tuple[Grams, ...]]) -> NDArray[np.float64]:
    masses = np.array(months_g, dtype=np.float64).reshape(-1, MONTHS)
    return masses / GRAMS_PER_TONNE


def _grams(tonnes: float) -> Grams:
    return Grams(round(tonnes * GRAMS_PER_TONNE))


def _minor(per_tonne: float) -> MinorPerTonne:
    return MinorPerTonne(round(per_tonne * MINOR_PER_UNIT))
