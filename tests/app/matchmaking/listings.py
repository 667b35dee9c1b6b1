"""More streams and demands around the small market, and what a matching of it stored."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demands.inputs import DemandTerms
from app.demands.services import change_demand, create_demand, move_demand
from app.matchmaking.queries.partners import partners_page
from app.matchmaking.queries.rows import NearMissRow, PartnersPage, Reason, Side
from app.streams.inputs import AddAssay, StreamTerms
from app.streams.services import add_assay, change_stream, create_stream, move_stream
from models.catalogue.tables import Material
from models.matchmaking.tables import StoredMatch
from models.permissions import Actor
from models.streams.life import Action
from tests.market import (
    MATCHING,
    NOON,
    TODAY,
    Market,
    assay_terms,
    demand_terms,
    parameter_id,
    stream_terms,
)

YESTERDAY = TODAY - timedelta(days=1)
NO_MONTHS = ["0"] * 12
Row = tuple[int, int, bool, int, int, int, int]


def open_stream(session: Session, actor: Actor, site_id: int, **changed: Any) -> int:
    terms = StreamTerms.model_validate(stream_terms(site_id, **changed))
    stream = create_stream(session, terms, actor=actor, now=NOON)
    move_stream(session, stream.id, Action.PUBLISH, actor=actor, now=NOON)
    return stream.id


def open_demand(session: Session, actor: Actor, site_id: int, **changed: Any) -> int:
    terms = DemandTerms.model_validate(demand_terms(site_id, **changed))
    demand = create_demand(session, terms, actor=actor, now=NOON)
    move_demand(session, demand.id, Action.PUBLISH, actor=actor, now=NOON)
    return demand.id


def restate_stream(session: Session, market: Market, **changed: Any) -> None:
    """State the stream of the small market anew, in the words of its form."""
    terms = StreamTerms.model_validate(stream_terms(market.factory_site_id, **changed))
    change_stream(session, market.stream_id, terms, actor=market.factory, now=NOON)


def restate_demand(session: Session, market: Market, **changed: Any) -> None:
    terms = DemandTerms.model_validate(demand_terms(market.recycler_site_id, **changed))
    change_demand(session, market.demand_id, terms, actor=market.recycler, now=NOON)


def sample(
    session: Session, actor: Actor, stream_id: int, typical: dict[str, str], **changed: Any
) -> int:
    command = AddAssay.model_validate(assay_terms(session, typical) | changed)
    return add_assay(session, stream_id, command, actor=actor, now=NOON).id


def limit(session: Session, code: str, **changed: str) -> dict[str, str]:
    """A limit as a form sends it, on dry basis."""
    return {"parameter": str(parameter_id(session, code)), "basis": "dry"} | changed


def material_id(session: Session, code: str) -> int:
    return session.scalars(select(Material.id).where(Material.code == code)).one()


def partners_of(session: Session, side: Side, listing_id: int) -> PartnersPage:
    session.flush()
    return partners_page(session, side, listing_id, today=TODAY, policy=MATCHING)


def only_miss(page: PartnersPage) -> NearMissRow:
    assert page.partners == ()
    (miss,) = page.near_misses
    return miss


def only_reason(page: PartnersPage) -> Reason:
    (reason,) = only_miss(page).reasons
    return reason


def stored(session: Session) -> list[Row]:
    """Every stored pair with all it says, in the order of its key."""
    columns = StoredMatch.__table__.columns
    query = select(*columns).order_by(StoredMatch.stream_id, StoredMatch.demand_id)
    return [cast("Row", tuple(row)) for row in session.execute(query)]
