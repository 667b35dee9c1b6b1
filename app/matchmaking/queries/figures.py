"""Figures of the landing page: the newest summary, and the utilization it would add."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.matchmaking.queries.rows import MarketFigures
from models.catalogue.tables import Factor, Source
from models.demands.tables import Demand
from models.matchmaking.rates import utilization_rate
from models.matchmaking.tables import MarketRejection, MarketSummary
from models.places.tables import Site
from models.quantities import MILLIONTHS_PER_UNIT, Grams
from models.streams.life import State
from models.streams.tables import Stream

TARGET_YEAR: Final = 2025
TARGET_INDICATOR: Final = "bulk_industrial_solid_waste_utilization_rate"


@dataclass(frozen=True, slots=True)
class MapMark:
    """One site on the map of the landing page, with its mass in a year."""

    lat: float
    lon: float
    year_g: Grams


def market_figures(session: Session) -> MarketFigures | None:
    """The figures of the newest summary; None while nothing was ever matched."""
    newest = session.scalar(
        select(MarketSummary).order_by(MarketSummary.computed_at.desc(), MarketSummary.id.desc())
        .limit(1)
    )  # fmt: skip
    if newest is None:
        return None
    target, source = _target(session)
    return MarketFigures(
        computed_at=newest.computed_at,
        streams=newest.streams,
        demands=newest.demands,
        stream_sites=_sites(session, Stream),
        demand_sites=_sites(session, Demand),
        feasible_pairs=newest.feasible_pairs,
        untested_pairs=newest.untested_pairs,
        streams_with_partner=newest.streams_with_partner,
        generated_g=newest.generated_g,
        with_partner_g=newest.with_partner_g,
        rate_generated_g=newest.rate_generated_g,
        rate_placeable_g=newest.rate_placeable_g,
        best_minor_per_tonne=newest.best_minor_per_tonne,
        median_minor_per_tonne=newest.median_minor_per_tonne,
        rate=utilization_rate(
            utilized_g=newest.rate_placeable_g,
            generated_g=newest.rate_generated_g,
            from_stock_g=Grams(0),
        ),
        target=target,
        target_year=TARGET_YEAR,
        target_source=source,
        seconds=newest.seconds,
    )


def rejections_of_market(session: Session) -> list[tuple[str, int]]:
    """Gates of the newest summary with the pairs they stopped first, the most frequent on top."""
    newest = select(func.max(MarketSummary.id)).scalar_subquery()
    query = (
        select(MarketRejection.gate, MarketRejection.pairs)
        .where(MarketRejection.summary_id == newest, MarketRejection.pairs > 0)
        .order_by(MarketRejection.pairs.desc(), MarketRejection.gate)
    )
    return [(gate, pairs) for gate, pairs in session.execute(query)]


def map_marks(session: Session, table: type[Stream | Demand]) -> list[MapMark]:
    """Sites with what they offer or take in a year, the largest first."""
    year_g = func.sum(table.year_g)
    query = (
        select(Site.public_lat, Site.public_lon, year_g)
        .join(table, table.site_id == Site.id)
        .where(table.state == State.PUBLISHED.value, table.visibility == "public")
        .group_by(Site.id, Site.public_lat, Site.public_lon)
        .order_by(year_g.desc(), Site.id)
    )
    return [
        MapMark(lat=lat, lon=lon, year_g=Grams(int(mass)))
        for lat, lon, mass in session.execute(query)
    ]


def _sites(session: Session, table: type[Stream | Demand]) -> int:
    count = select(func.count(func.distinct(table.site_id))).where(
        table.state == State.PUBLISHED.value, table.visibility == "public"
    )
    return session.scalar(count) or 0


def _target(session: Session) -> tuple[float, str]:
    row = session.execute(
        select(Factor.value_millionths, Source.text)
        .join(Source, Source.id == Factor.source_id)
        .where(
            Factor.kind == "target",
            Factor.key.startswith(f"{TARGET_YEAR}:{TARGET_INDICATOR}:", autoescape=True),
        )
        .order_by(Factor.key)
        .limit(1)
    ).one()
    value, source = row
    assert value is not None, "a target has a value"
    return value / MILLIONTHS_PER_UNIT / 100, source
