"""Regions: which there are, what lies above them, and in which one a position is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.places.queries.outlines import province_code_at
from models.places.distance import great_circle_km
from models.places.precision import ancestors
from models.places.tables import Region


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionRow:
    """A region as other features see it."""

    id: int
    adcode: str
    level: str
    name_en: str
    name_zh: str
    full_name_zh: str
    parent_id: int | None
    lat: float
    lon: float
    precision: str


@dataclass(frozen=True, slots=True)
class _Centres:
    """The known centres of one province, and the prefecture (else province) each belongs to."""

    lats: NDArray[np.float64]
    lons: NDArray[np.float64]
    belongs_to: tuple[RegionRow, ...]


class RegionFinder:
    """Answers for many positions after reading the regions once. Plain values only."""

    def __init__(self, regions: tuple[RegionRow, ...]) -> None:
        self._by_code = {region.adcode: region for region in regions}
        in_province: defaultdict[str, list[RegionRow]] = defaultdict(list)
        for region in regions:
            if region.level != "province" and region.precision == region.level:
                in_province[ancestors(region.adcode)[-1]].append(region)
        self._centres = {code: self._centres_of(rows) for code, rows in in_province.items()}

    def at(self, lat: float, lon: float) -> RegionRow | None:
        """The prefecture of a position, in a municipality the province; None outside China.

        The province comes from the outline, the prefecture from the nearest known centre inside
        it. No county is named: half of their centres are unknown, so it would often be the wrong
        one.
        """
        code = province_code_at(lat, lon)
        if code is None:
            return None
        centres = self._centres.get(code)
        if centres is None:
            return self._by_code.get(code)
        nearest = int(np.argmin(great_circle_km(lat, lon, centres.lats, centres.lons)))
        return centres.belongs_to[nearest]

    def _centres_of(self, regions: list[RegionRow]) -> _Centres:
        return _Centres(
            lats=np.array([region.lat for region in regions]),
            lons=np.array([region.lon for region in regions]),
            belongs_to=tuple(self._named(region) for region in regions),
        )

    def _named(self, region: RegionRow) -> RegionRow:
        if region.level == "prefecture":
            return region
        return next(
            self._by_code[code] for code in ancestors(region.adcode) if code in self._by_code
        )


def region_finder(session: Session) -> RegionFinder:
    """A finder for imports and the demonstration, which place thousands of sites."""
    return RegionFinder(_rows(session))


def region_at(session: Session, lat: float, lon: float) -> RegionRow | None:
    """The region of one position, see `RegionFinder.at`."""
    return region_finder(session).at(lat, lon)


def provinces(session: Session) -> tuple[RegionRow, ...]:
    """The provinces in the order of their codes."""
    return _rows(session, level="province")


def region_by_code(session: Session, adcode: str) -> RegionRow | None:
    """A region by its six-digit code."""
    found = session.execute(_COLUMNS.where(Region.adcode == adcode)).mappings().one_or_none()
    return None if found is None else RegionRow(**found)


def province_codes(session: Session) -> dict[int, str]:
    """The code of the province of every region, by region id; for rules on crossing provinces."""
    found = session.execute(select(Region.id, Region.adcode))
    return {region_id: f"{adcode[:2]}0000" for region_id, adcode in found}


_COLUMNS = select(
    Region.id,
    Region.adcode,
    Region.level,
    Region.name_en,
    Region.name_zh,
    Region.full_name_zh,
    Region.parent_id,
    Region.lat,
    Region.lon,
    Region.precision,
)


def _rows(session: Session, level: str | None = None) -> tuple[RegionRow, ...]:
    wanted = _COLUMNS.order_by(Region.adcode)
    if level is not None:
        wanted = wanted.where(Region.level == level)
    return tuple(RegionRow(**found) for found in session.execute(wanted).mappings())
