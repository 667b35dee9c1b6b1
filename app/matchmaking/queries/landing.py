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
_ROOM_SHARE: Final = 0.2  # around the outermost places
_WHOLE_SHARE: Final = 0.6  # from here on the whole country is shown
_NEAREST_SHARE: Final = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingMap:
    """Circles are (x, y, radius), squares (x, y, side), all in the drawing's own units.

    `viewbox` is the part that is shown: x, y, width, height.
    """

    viewbox: tuple[float, float, float, float]
    provinces: tuple[str, ...]
    streams: tuple[tuple[float, float, float], ...]
    demands: tuple[tuple[float, float, float], ...]


def landing_map(session: Session) -> LandingMap:
    """The largest sites of both sides, and as much of the country as they take up."""
    streams = map_marks(session, Stream)[:_MARKS_MAX]
    demands = map_marks(session, Demand)[:_MARKS_MAX]
    viewbox = _shown_part([_place(mark) for mark in (*streams, *demands)])
    scale = viewbox[2] / WIDTH  # signs keep their size, however near the map comes
    largest = max((mark.year_g for mark in streams), default=1)
    return LandingMap(
        viewbox=viewbox,
        provinces=tuple(province.path for province in china_svg_paths(WIDTH)),
        streams=tuple(
            (*_place(mark), round(_radius(mark.year_g / largest) * scale, 2)) for mark in streams
        ),
        demands=tuple((*_place(mark), round(_SQUARE * scale, 2)) for mark in demands),
    )


def _shown_part(places: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    """A part in the shape of the whole that holds all places with room around; else the whole."""
    height = china_svg_height(WIDTH)
    if not places:
        return (0, 0, WIDTH, height)
    across, down = zip(*places, strict=True)
    room = 1 + 2 * _ROOM_SHARE
    wide = max(max(across) - min(across), (max(down) - min(down)) * WIDTH / height) * room
    if wide > WIDTH * _WHOLE_SHARE:
        return (0, 0, WIDTH, height)
    wide = max(wide, WIDTH * _NEAREST_SHARE)
    high = wide * height / WIDTH
    x, y = (max(across) + min(across) - wide) / 2, (max(down) + min(down) - high) / 2
    return (round(x, 1), round(y, 1), round(wide, 1), round(high, 1))


def _place(mark: MapMark) -> tuple[float, float]:
    return project(mark.lat, mark.lon, WIDTH)


def _radius(share: float) -> float:
    return max(_SMALLEST_RADIUS, _LARGEST_RADIUS * sqrt(share))
