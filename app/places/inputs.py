"""What can be asked about sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from app.fields import Blankable, Command, Name
from models.places.coordinates import CoordinateSystem

Precision = Literal["exact", "approximate", "place", "county", "prefecture", "province"]


class AddSite(Command):
    """A position may come in any of the three systems; it is stored in WGS-84."""

    name: Name
    name_zh: Annotated[Name | None, Blankable] = None
    kind: Name
    lat: float
    lon: float
    coordinate_system: CoordinateSystem = CoordinateSystem.WGS84
    precision: Precision = "exact"
    blurred: bool = False


class AddPark(Command):
    """An industrial park by the middle of it."""

    name_en: Name
    name_zh: Name
    lat: float
    lon: float
    coordinate_system: CoordinateSystem = CoordinateSystem.WGS84


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """A site with a source of its own, from an import or the demonstration. WGS-84."""

    name: str
    kind: str
    lat: float
    lon: float
    precision: Precision
    coordinate_source: str
    blurred: bool = False
    name_zh: str | None = None
    external_key: str | None = None
    capacity_note: str | None = None
    source: str | None = None
