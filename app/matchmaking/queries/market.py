"""The market as a list and a map: one filter for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

import matching
from app.matchmaking.inputs import MarketFilter
from app.matchmaking.queries.listings import TABLES, Above, joined, listing_rows
from app.matchmaking.queries.rows import ListingRow, MarketPage, MaterialChoice, Side
from app.places.queries.geocoding import FoundPlace, find_places
from app.settings import PlacesPolicy
from models.accounts.tables import Organization
from models.catalogue.tables import Material
from models.demands.tables import Demand
from models.errors import Invalid
from models.places.tables import Region, Site
from models.quantities import GRAMS_PER_TONNE, MINOR_PER_UNIT, Grams, Metres
from models.streams.life import State
from models.streams.tables import Stream

ROWS_A_PAGE = 40
_PRICES: dict[Side, Any] = {
    "stream": Stream.ask_minor_per_tonne,
    "demand": Demand.price_minor_per_tonne,
}


@dataclass(frozen=True, slots=True)
class _Hit:
    """One listing that fits, with only what sorting and adding up need."""

    side: Side
    id: int
    year_g: int
    distance_m: float


def market_page(
    session: Session, wanted: MarketFilter, *, policy: PlacesPolicy, language: str
) -> MarketPage:
    """One page of what fits: the nearest first where a place is given, else the largest."""
    origin = _origin(wanted, policy, language)
    hits = [hit for side in _sides(wanted) for hit in _hits(session, side, wanted, origin)]
    hits.sort(key=lambda hit: (hit.distance_m if origin else 0.0, -hit.year_g, hit.side, hit.id))
    pages = max(1, -(-len(hits) // ROWS_A_PAGE))
    page = min(wanted.page, pages)
    here = hits[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    return MarketPage(
        rows=tuple(_rows(session, here, with_distance=origin is not None)),
        streams=sum(1 for hit in hits if hit.side == "stream"),
        demands=sum(1 for hit in hits if hit.side == "demand"),
        stream_mass_g=Grams(sum(hit.year_g for hit in hits if hit.side == "stream")),
        page=page,
        pages=pages,
    )


def market_points(
    session: Session, wanted: MarketFilter, *, policy: PlacesPolicy, language: str
) -> dict[str, object]:
    """All that fits, for the map, as compact columns."""
    origin = _origin(wanted, policy, language)
    rows: list[list[object]] = []
    for side in _sides(wanted):
        table = TABLES[side]
        found = _found(session, side, wanted, table.material_id, _PRICES[side])
        near = _within(found, wanted, origin)[0] if origin else range(len(found))
        for number in near:
            listing_id, lat, lon, year_g, material_id, price = found[number]
            rows.append(
                [
                    0 if side == "stream" else 1,
                    listing_id,
                    round(lat, 4),
                    round(lon, 4),
                    material_id or 0,
                    price / MINOR_PER_UNIT,
                    round(year_g / GRAMS_PER_TONNE),
                ]
            )
    names = {choice.id: [choice.name_en, choice.name_zh] for choice in material_choices(session)}
    columns = ["side", "id", "lat", "lon", "material", "price", "year_t"]
    return {"columns": columns, "rows": rows, "materials": names}


def material_choices(session: Session) -> list[MaterialChoice]:
    """The materials that anybody has or takes, by name."""
    present = or_(
        *(
            Material.id.in_(
                select(table.material_id).where(
                    table.state == State.PUBLISHED.value, table.visibility == "public"
                )
            )
            for table in TABLES.values()
        )
    )
    query = select(Material.id, Material.name_en, Material.name_zh).where(present)
    return [
        MaterialChoice(id=material_id, name_en=name_en, name_zh=name_zh)
        for material_id, name_en, name_zh in session.execute(query.order_by(Material.name_en))
    ]


def _sides(wanted: MarketFilter) -> tuple[Side, ...]:
    if wanted.side == "all":
        return ("stream", "demand")
    return (wanted.side,)


def _origin(wanted: MarketFilter, policy: PlacesPolicy, language: str) -> FoundPlace | None:
    if not wanted.near:
        return None
    found = find_places(policy, wanted.near, language=language, limit=1)
    if not found:
        raise Invalid("place-unknown", "No place of this name was found.", field="near")
    return found[0]


def _hits(
    session: Session, side: Side, wanted: MarketFilter, origin: FoundPlace | None
) -> list[_Hit]:
    found = _found(session, side, wanted)
    if origin is None:
        return [_Hit(side, row[0], row[3], 0.0) for row in found]
    near, metres = _within(found, wanted, origin)
    return [_Hit(side, found[number][0], found[number][3], metres[number]) for number in near]


def _found(session: Session, side: Side, wanted: MarketFilter, *more: Any) -> list[Any]:
    """Id, position and mass of the listings that fit, with what else the caller asks for.

    The names are joined only where somebody searches them: ten thousand rows feel the difference.
    """
    table = TABLES[side]
    query = select(table.id, Site.public_lat, Site.public_lon, table.year_g, *more)
    query = joined(query, side) if wanted.q else query.join(Site, Site.id == table.site_id)
    return list(session.execute(query.where(*_conditions(side, wanted)).order_by(table.id)))


def _within(
    found: Sequence[Any], wanted: MarketFilter, origin: FoundPlace
) -> tuple[list[int], NDArray[np.float64]]:
    """Which of the rows lie within the distance asked for, and how far away all of them are."""
    positions = np.array([row[1:3] for row in found], dtype=np.float64).reshape(-1, 2)
    start = np.full((len(found), 2), (origin.lat, origin.lon))
    km = matching.local_km(start[:, 0], start[:, 1], positions[:, 0], positions[:, 1])
    limit = float(wanted.within_km) if wanted.within_km else np.inf
    return np.flatnonzero(km <= limit).tolist(), km * 1000


def _conditions(side: Side, wanted: MarketFilter) -> list[ColumnElement[bool]]:
    table = TABLES[side]
    fits: list[ColumnElement[bool]] = [
        table.state == State.PUBLISHED.value,
        table.visibility == "public",
    ]
    if wanted.material is not None:
        fits.append(table.material_id == wanted.material)
    if wanted.price == "pays":
        fits.append(_PRICES[side] < 0)
    elif wanted.price is not None:
        fits.append(_PRICES[side] <= int(wanted.price) * MINOR_PER_UNIT)
    return fits + [_mentions(table, word) for word in wanted.q.split()]


def _mentions(table: type[Stream | Demand], word: str) -> ColumnElement[bool]:
    """Every word must occur somewhere in the names of a listing."""
    named = (
        Organization.name,
        Organization.name_zh,
        table.name,
        Material.name_en,
        Material.name_zh,
        Region.name_en,
        Region.full_name_zh,
        Above.name_en,
        Above.full_name_zh,
    )
    return or_(*(column.icontains(word, autoescape=True) for column in named))


def _rows(session: Session, hits: Sequence[_Hit], *, with_distance: bool) -> list[ListingRow]:
    rows = {
        side: listing_rows(session, side, [hit.id for hit in hits if hit.side == side])
        for side in TABLES
    }
    found = [rows[hit.side][hit.id] for hit in hits]
    if not with_distance:
        return found
    return [
        replace(row, distance_m=Metres(round(hit.distance_m)))
        for row, hit in zip(found, hits, strict=True)
    ]
