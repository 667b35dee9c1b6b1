"""A border that the law closes keeps a pair apart, and says so."""

from __future__ import annotations

from sqlalchemy import func, select, update

from app.database import write_transaction
from app.matchmaking.queries.partners import partners_page
from app.matchmaking.services import refresh_market
from models.compliance.tables import CrossingRule
from models.matchmaking.tables import StoredMatch
from models.permissions import SYSTEM
from models.places.tables import Region, Site
from tests.market import MATCHING, NOON, TODAY


def test_a_forbidden_crossing_is_a_gate_and_a_filing_is_not(trading, market):
    with write_transaction(trading) as session:
        hebei = session.scalar(select(Region.id).where(Region.adcode == "130000"))
        session.execute(
            update(Site).where(Site.id == market.recycler_site_id).values(region_id=hebei)
        )
        refresh_market(session, actor=SYSTEM, now=NOON, policy=MATCHING)
        assert session.scalar(select(func.count()).select_from(StoredMatch)) == 1
        page = partners_page(session, "stream", market.stream_id, today=TODAY, policy=MATCHING)
        assert [row.crossing.outcome for row in page.partners] == ["filing"]

        session.execute(update(CrossingRule).values(outcome="forbidden"))
        refresh_market(session, actor=SYSTEM, now=NOON, policy=MATCHING)
        assert session.scalar(select(func.count()).select_from(StoredMatch)) == 0
        for side, listing_id in (("stream", market.stream_id), ("demand", market.demand_id)):
            page = partners_page(session, side, listing_id, today=TODAY, policy=MATCHING)
            assert page.partners == ()
            (miss,) = page.near_misses
            assert [reason.gate for reason in miss.reasons] == ["crossing"]
            assert miss.reasons[0].clause == "Solid Waste Law 2020 art. 22"
