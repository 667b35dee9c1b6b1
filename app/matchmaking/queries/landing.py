"""The schematic map of the landing page, drawn on the server."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

from sqlalchemy.orm import Session

from app.matchmaking.queries.figures import MapMark, map_marks
from app.places.queries.outlines import china_svg_height, china_svg_paths, project
from models.demands.tables import Demand
from models.streams.tables import Stream

WIDTH: Final = 620
_MARKS_MAX: Final = 600  # of each side: more would be a blot, and slow to draw
_LARGEST_RADIUS: Final = 7.0
_SMALLEST_RADIUS: Final = 1.2
_SQUARE: Final = 3.4


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingMap:
    """Circles are (x, y, radius), squares (x, y, side), all in the drawing's own units."""

    width: int
    height: int
    provinces: tuple[str, ...]
    streams: tuple[tuple[float, float, float], ...]
    demands: tuple[tuple[float, float, float], ...]


def landing_map(session: Session) -> LandingMap:
    """The largest sites of both sides; the area of a circle tells its mass."""
    streams = map_marks(session, Stream)[:_MARKS_MAX]
    demands = map_marks(session, Demand)[:_MARKS_MAX]
    largest = max((mark.year_g for mark in streams), default=1)
    return LandingMap(
        width=WIDTH,
        height=china_svg_height(WIDTH),
        provinces=tuple(province.path for province in china_svg_paths(WIDTH)),
        streams=tuple(
            (*_place(mark), round(_radius(mark.year_g / largest), 1)) for mark in streams
        ),
        demands=tuple((*_place(mark), _SQUARE) for mark in demands),
    )


def _place(mark: MapMark) -> tuple[float, float]:
    return project(mark.lat, mark.lon, WIDTH)


def _radius(share: float) -> float:
    return max(_SMALLEST_RADIUS, _LARGEST_RADIUS * sqrt(share))
