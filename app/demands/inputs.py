"""What can be asked about demands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import shapely
from pydantic import BeforeValidator, Field, PlainSerializer, model_validator
from pydantic_core import PydanticCustomError
from shapely import get_num_coordinates
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry

from app.fields import (
    Blankable,
    Command,
    Id,
    Lines,
    PriceIn,
    RadiusIn,
    ShortText,
    ValueIn,
    among,
)
from app.journal.inputs import JobCommand
from app.streams.inputs import ListingTerms
from models.catalogue.vocabulary import BASES, NO_BASIS
from models.demands.limits import LIMITS_MAX, Limit

AREA_TEXT_MAX = 100_000
AREA_CORNERS_MAX = 2_000
# What the readers of JSON and of geometries raise on one malformed text or another.
_UNREADABLE = (
    ShapelyError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    RecursionError,
)


def _read_area(value: object) -> object:
    """A drawn area: GeoJSON, as text from a form or as an object."""
    if isinstance(value, BaseGeometry):
        return _checked(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str) and len(value) > AREA_TEXT_MAX:
        raise PydanticCustomError("polygon", "Draw an area with at least three corners.")
    try:
        area = shape(json.loads(value) if isinstance(value, str) else value)
    except _UNREADABLE:
        raise PydanticCustomError("polygon", "Draw an area with at least three corners.") from None
    return _checked(area)


def _written_area(area: BaseGeometry | None) -> str:
    return "" if area is None else json.dumps(mapping(area))


def _checked(drawn: BaseGeometry) -> BaseGeometry:
    area = shapely.force_2d(drawn)  # heights mean nothing here
    west, south, east, north = area.bounds if not area.is_empty else (0.0, 0.0, 0.0, 0.0)
    fits = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    sound = isinstance(area, Polygon | MultiPolygon) and area.is_valid and area.area > 0
    if not (fits and sound) or int(get_num_coordinates(area)) > AREA_CORNERS_MAX:
        raise PydanticCustomError("polygon", "Draw an area with at least three corners.")
    return area


class LimitIn(Command):
    parameter: Id
    lower: Annotated[ValueIn | None, Blankable] = None
    upper: Annotated[ValueIn | None, Blankable] = None
    strict_lower: bool = False
    strict_upper: bool = False
    hard: bool = True
    basis: Annotated[str, among(BASES)] = "none"
    method: ShortText = ""
    any_of: ShortText = ""

    def as_rule(self, bases: Mapping[int, str]) -> Limit:
        return Limit(
            parameter_id=self.parameter,
            lower=self.lower,
            upper=self.upper,
            strict_lower=self.strict_lower,
            strict_upper=self.strict_upper,
            hard=self.hard,
            basis=bases[self.parameter] if self.basis == NO_BASIS else self.basis,
            method=self.method,
            any_of=self.any_of,
        )


class FillLimits(Command):
    """Start from a specification: its limits take the place of those in the form."""

    specification: Id


class DemandTerms(ListingTerms):
    """A demand as its owner states it, when it is made and whenever it is changed."""

    site_id: Id
    codes: Annotated[list[ShortText], Lines, Field(min_length=1, max_length=60)]
    material_id: Annotated[Id | None, Blankable] = None
    route_id: Annotated[Id | None, Blankable] = Field(default=None, alias="route")
    specification_id: Annotated[Id | None, Blankable] = Field(default=None, alias="specification")
    price_minor_per_tonne: PriceIn = Field(alias="price_per_t")
    reach: Literal["radius", "area"] = "radius"
    radius_m: Annotated[RadiusIn | None, Blankable] = Field(default=None, alias="radius_km")
    area: Annotated[Any, BeforeValidator(_read_area), PlainSerializer(_written_area)] = None
    limits: list[LimitIn] = Field(default_factory=list, max_length=LIMITS_MAX)

    @model_validator(mode="before")
    @classmethod
    def _keep_the_chosen_reach(cls, sent: Any) -> Any:
        """Of a radius and a drawn area only the chosen one counts; the other is not judged."""
        if not isinstance(sent, dict):
            return sent
        other = "radius_km" if sent.get("reach") == "area" else "area"
        return {name: value for name, value in sent.items() if name != other}

    def limit_rules(self, bases: Mapping[int, str]) -> list[Limit]:
        """The limits, each on its own basis or the one on which its parameter is stated."""
        return [limit.as_rule(bases) for limit in self.limits]


class PauseDemands(JobCommand):
    """An organization was suspended: nothing of it stays on the market."""

    kind: ClassVar[str] = "demands.pause"

    organization_id: int
