"""The column type of areas: a shapely geometry in longitude and latitude, stored as WKB."""

from __future__ import annotations

from typing import Final

from shapely import from_wkb, to_wkb
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

_AREAS: Final = frozenset({"Polygon", "MultiPolygon"})


class Geometry(TypeDecorator[BaseGeometry]):
    """An area, x = longitude and y = latitude. Refuses what could not contain a point.

    Plain WKB bytes look the same in both databases; an extension would make them differ.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(
        self,
        value: BaseGeometry | None,
        dialect: Dialect,  # noqa: ARG002  (the signature is SQLAlchemy's)
    ) -> bytes | None:
        if value is None:
            return None
        if value.geom_type not in _AREAS or value.is_empty or not value.is_valid:
            raise ValueError("not a valid area: repair the polygon before storing")
        return bytes(to_wkb(value))

    def process_result_value(
        self,
        value: bytes | None,
        dialect: Dialect,  # noqa: ARG002  (the signature is SQLAlchemy's)
    ) -> BaseGeometry | None:
        return None if value is None else from_wkb(value)
