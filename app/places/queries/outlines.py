"""The schematic outline of China: drawn on the server as SVG, and asked which province is where."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from shapely import STRtree, make_valid, union_all
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from models.places.projection import albers

_FILE: Final = Path(__file__).parents[2] / "static" / "map" / "china.json"
_MARGIN_SHARE: Final = 0.01  # of the width, so that no stroke is cut off
STANDARD_WIDTH: Final = 960
# The outline is a kilometre coarse and leaves out small islands.
_OFFSHORE_MAX_DEGREES: Final = 0.2


@dataclass(frozen=True, slots=True)
class ProvincePath:
    """One province as the `d` of an SVG path."""

    adcode: str
    name_en: str
    name_zh: str
    path: str


@dataclass(frozen=True, slots=True)
class _Frame:
    left: float
    top: float
    width: float
    height: float


def project(lat: float, lon: float, width: int = STANDARD_WIDTH) -> tuple[float, float]:
    """Degrees to (x, y) in a drawing of this width; y points down."""
    frame = _frame()
    scale = width * (1.0 - 2.0 * _MARGIN_SHARE) / frame.width
    margin = width * _MARGIN_SHARE
    east, north = albers(lat, lon)
    x, y = (east - frame.left) * scale + margin, (frame.top - north) * scale + margin
    return round(x, 1), round(y, 1)


def china_svg_height(width: int = STANDARD_WIDTH) -> int:
    """The height that belongs to a width, for the `viewBox`."""
    frame = _frame()
    scale = width * (1.0 - 2.0 * _MARGIN_SHARE) / frame.width
    return round(frame.height * scale + 2.0 * width * _MARGIN_SHARE)


@cache
def china_svg_paths(width: int = STANDARD_WIDTH) -> tuple[ProvincePath, ...]:
    """The provinces in the frame of `project`, in the order of their codes."""
    return tuple(
        ProvincePath(
            adcode=province["adcode"],
            name_en=province["name_en"],
            name_zh=province["name_zh"],
            path="".join(_ring_path(ring, width) for ring in province["rings"]),
        )
        for province in _provinces()
    )


def province_code_at(lat: float, lon: float) -> str | None:
    """The code of the province whose outline holds a position, or lies just beside it."""
    tree, codes = _province_tree()
    here = Point(lon, lat)
    number = tree.query(here, predicate="within")
    if len(number) > 0:
        return codes[int(number[0])]
    near = tree.query_nearest(here, max_distance=_OFFSHORE_MAX_DEGREES, all_matches=False)
    return codes[int(near[0])] if len(near) > 0 else None


def _ring_path(ring: list[list[float]], width: int) -> str:
    drawn: list[str] = []
    for lat, lon in ring[:-1]:
        x, y = project(lat, lon, width)
        corner = f"{x:g},{y:g}"
        if not drawn or drawn[-1] != corner:
            drawn.append(corner)
    return f"M{' '.join(drawn)}Z"


@cache
def _provinces() -> list[dict[str, Any]]:
    provinces: list[dict[str, Any]] = json.loads(_FILE.read_text("utf-8"))["provinces"]
    return provinces


@cache
def _frame() -> _Frame:
    corners = np.array(
        [albers(*corner) for p in _provinces() for ring in p["rings"] for corner in ring]
    )
    left, bottom = (float(v) for v in corners.min(axis=0))
    right, top = (float(v) for v in corners.max(axis=0))
    return _Frame(left=left, top=top, width=right - left, height=top - bottom)


@cache
def _province_tree() -> tuple[STRtree, tuple[str, ...]]:
    areas = [_area(province["rings"]) for province in _provinces()]
    return STRtree(areas), tuple(province["adcode"] for province in _provinces())


def _area(rings: list[list[list[float]]]) -> BaseGeometry:
    return union_all([make_valid(Polygon([(lon, lat) for lat, lon in ring])) for ring in rings])
