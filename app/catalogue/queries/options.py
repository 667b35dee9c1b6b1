"""What the editors offer to choose from, and the values they start with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.queries.quality import (
    parameters_by_id,
    specification_limits,
    typical_composition_of,
)
from app.fields import show_value
from models.catalogue.tables import Material, Route, Specification
from models.quantities import Millionths

Option = tuple[int, str, str]


def material_options(session: Session) -> list[Option]:
    """Materials that are waste, by their English name."""
    query = select(Material.id, Material.name_en, Material.name_zh).where(Material.is_waste)
    return list(session.execute(query.order_by(Material.name_en)).all())


def route_options(session: Session) -> list[Option]:
    query = select(Route.id, Route.name_en, Route.name_zh).where(Route.counts_as == "utilization")
    return list(session.execute(query.order_by(Route.name_en)).all())


def specification_options(session: Session) -> list[Option]:
    """Specifications that a buyer can accept by, with their standard in front."""
    query = select(
        Specification.id, Specification.standard, Specification.name_en, Specification.name_zh
    ).where(Specification.kind == "acceptance", Specification.validity != "superseded")
    return [
        (row_id, f"{standard} · {english}", f"{standard} · {chinese}")
        for row_id, standard, english, chinese in session.execute(
            query.order_by(Specification.standard, Specification.name_en)
        )
    ]


def parameter_options(session: Session) -> list[tuple[int, str, str, str, str]]:
    return [
        (row.id, row.symbol, row.name_en, row.name_zh, row.unit)
        for row in parameters_by_id(session).values()
    ]


def limits_of_specification(session: Session, specification_id: int) -> list[dict[str, str]]:
    """The limits of a specification as rows of the demand's form."""
    return [
        {
            "parameter": str(row.parameter_id),
            "lower": _shown(row.lower),
            "upper": _shown(row.upper),
            "strict_lower": "true" if row.strict_lower else "",
            "strict_upper": "true" if row.strict_upper else "",
            "hard": "true",
            "basis": row.basis,
            "method": row.method or "",
            "any_of": row.any_of or "",
        }
        for row in specification_limits(session, specification_id)
        if row.is_gate
    ]


def assay_suggestions(session: Session, material_id: int | None) -> list[dict[str, Any]]:
    """Typical values of a material, offered as guidance, never filled in unasked."""
    if material_id is None:
        return []
    return [
        {
            "parameter": row.parameter_id,
            "typical": show_value(row.typical),
            "minimum": show_value(row.minimum),
            "maximum": show_value(row.maximum),
            "basis": row.basis,
        }
        for row in typical_composition_of(session, material_id)
    ]


def _shown(value: Millionths | None) -> str:
    return "" if value is None else show_value(value)
