"""Parameters, specifications with their limits, and typical compositions."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.catalogue.queries.holding import held
from app.catalogue.queries.rows import LimitRow, ParameterRow, SpecificationRow, TypicalRow
from models.catalogue.tables import (
    Parameter,
    ParameterAlias,
    Route,
    Source,
    Specification,
    SpecificationLimit,
    TypicalComposition,
)
from models.errors import Invalid, NotFound
from models.quantities import Millionths


def parameters_by_id(session: Session) -> Mapping[int, ParameterRow]:
    """Return every parameter, in the order of the catalogue, read once in a transaction."""
    return held(session, "parameters", _read_parameters)


def _read_parameters(session: Session) -> dict[int, ParameterRow]:
    return {
        row.id: ParameterRow(
            id=row.id,
            code=row.code,
            symbol=row.symbol,
            name_en=row.name_en,
            name_zh=row.name_zh,
            unit=row.unit,
            family=row.family,
            basis=row.basis,
            mixing=row.mixing,
            formula=row.formula,
            sum_group=row.sum_group,
            sum_unless=tuple(filter(None, row.sum_unless.split("|"))),
            plausible_min=row.plausible_min_millionths,
            plausible_max=row.plausible_max_millionths,
            note=row.note,
            status=row.status,
        )
        for row in session.execute(select(*Parameter.__table__.c).order_by(Parameter.id))
    }


def parameter_by_spelling(
    session: Session, spelling: str, unit: str
) -> tuple[ParameterRow, Millionths] | None:
    """Return the parameter that a laboratory's words name alone, and the factor to its unit."""
    query = select(ParameterAlias.parameter_id, ParameterAlias.factor_millionths).where(
        ParameterAlias.spelling == spelling, ParameterAlias.unit == unit, ParameterAlias.part == 0
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    parameter_id, factor = found
    return parameters_by_id(session)[parameter_id], factor


def check_specification(session: Session, specification_id: int | None) -> None:
    """Refuse a specification that the catalogue does not have; none at all is no fault."""
    if specification_id is not None and session.get(Specification, specification_id) is None:
        raise Invalid(
            "specification-unknown",
            "The catalogue has no such specification.",
            field="specification",
        )


def check_route(session: Session, route_id: int | None) -> None:
    """Refuse a route that the catalogue does not have; none at all is no fault."""
    if route_id is not None and session.get(Route, route_id) is None:
        raise Invalid("route-unknown", "The catalogue has no such route.", field="route")


def specification(session: Session, specification_id: int) -> SpecificationRow:
    found = specifications_by_id(session, [specification_id])
    if not found:
        raise NotFound("specification-unknown", "The catalogue has no such specification.")
    return found[specification_id]


def specifications_by_id(session: Session, ids: Collection[int]) -> dict[int, SpecificationRow]:
    query: Select[Specification] = select(Specification).where(Specification.id.in_(ids))
    return {
        row.id: SpecificationRow(
            id=row.id,
            code=row.code,
            standard=row.standard,
            grade=row.grade,
            region=row.region,
            kind=row.kind,
            name_en=row.name_en,
            name_zh=row.name_zh,
            validity=row.validity,
            superseded_by=row.superseded_by,
            note=row.note,
            status=row.status,
        )
        for row in session.scalars(query)
    }


def specification_limits(session: Session, specification_id: int) -> list[LimitRow]:
    """Return the limits of a specification in the order of the catalogue."""
    query = (
        select(SpecificationLimit, Source.text)
        .join(Source, Source.id == SpecificationLimit.source_id)
        .where(SpecificationLimit.specification_id == specification_id)
        .order_by(SpecificationLimit.id)
    )
    return [
        LimitRow(
            parameter_id=row.parameter_id,
            lower=row.lower_millionths,
            upper=row.upper_millionths,
            strict_lower=row.strict_lower,
            strict_upper=row.strict_upper,
            any_of=row.any_of,
            basis=row.basis,
            method=row.method,
            condition=row.condition,
            note=row.note,
            status=row.status,
            source=source,
        )
        for row, source in session.execute(query)
    ]


def typical_composition_of(session: Session, material_id: int) -> list[TypicalRow]:
    """Return the guidance ranges of a material in the order of the parameters."""
    query = (
        select(TypicalComposition, Source.text)
        .join(Source, Source.id == TypicalComposition.source_id)
        .where(TypicalComposition.material_id == material_id)
        .order_by(TypicalComposition.parameter_id)
    )
    return [
        TypicalRow(
            parameter_id=row.parameter_id,
            minimum=row.minimum_millionths,
            typical=row.typical_millionths,
            maximum=row.maximum_millionths,
            basis=row.basis,
            flag=row.flag,
            status=row.status,
            typical_status=row.typical_status,
            source=source,
        )
        for row, source in session.execute(query)
    ]
