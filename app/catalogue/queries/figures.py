"""Dated figures, utilization routes, and the resources they win."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app.catalogue.queries.rows import ContentRow, FactorRow, ResourceRow, RouteRow, WonRow
from models.catalogue.tables import (
    Factor,
    MaterialRoute,
    Resource,
    ResourceContent,
    ResourceTarget,
    Route,
    RouteResource,
    Source,
)
from models.errors import NotFound
from models.quantities import Millionths


def factor(session: Session, kind: str, key: str) -> FactorRow:
    """Return one figure with its range, year and source."""
    rows = _factors(session, Factor.kind == kind, Factor.key == key)
    if not rows:
        raise NotFound("figure-unknown", "The catalogue has no such figure.", kind=kind, key=key)
    return rows[0]


def factor_value(session: Session, kind: str, key: str) -> Millionths:
    """Return the value of one figure; a figure that is only a range has none."""
    value = factor(session, kind, key).value
    if value is None:
        raise NotFound("figure-without-value", "This figure is only a range.", kind=kind, key=key)
    return value


def factors_of_kind(session: Session, kind: str) -> list[FactorRow]:
    return _factors(session, Factor.kind == kind)


def _factors(session: Session, *where: ColumnElement[bool]) -> list[FactorRow]:
    query = select(Factor, Source.text).join(Source, Source.id == Factor.source_id)
    return [
        FactorRow(
            id=row.id,
            kind=row.kind,
            key=row.key,
            item_en=row.item_en,
            item_zh=row.item_zh,
            low=row.low_millionths,
            value=row.value_millionths,
            high=row.high_millionths,
            unit=row.unit,
            year=row.year,
            scope=row.scope,
            note=row.note,
            status=row.status,
            source=source,
        )
        for row, source in session.execute(query.where(*where).order_by(Factor.id))
    ]


def routes(session: Session) -> list[RouteRow]:
    """Return every way of utilization and disposal."""
    return _routes(session, select(Route).order_by(Route.id))


def routes_of_material(session: Session, material_id: int) -> list[RouteRow]:
    query = (
        select(Route)
        .join(MaterialRoute, MaterialRoute.route_id == Route.id)
        .where(MaterialRoute.material_id == material_id)
    )
    return _routes(session, query.order_by(Route.id))


def _routes(session: Session, query: Select[Route]) -> list[RouteRow]:
    return [
        RouteRow(
            id=row.id,
            code=row.code,
            name_en=row.name_en,
            name_zh=row.name_zh,
            eu_code=row.eu_code,
            counts_as=row.counts_as,
            replaced_en=row.replaced_en,
            replaced_zh=row.replaced_zh,
            ratio_low=row.ratio_low_millionths,
            ratio=row.ratio_millionths,
            ratio_high=row.ratio_high_millionths,
            ratio_unit=row.ratio_unit,
            ratio_basis=row.ratio_basis,
            co2_factor_id=row.co2_factor_id,
            co2_kind=row.co2_kind,
            co2_process_id=row.co2_process_id,
            note=row.note,
            status=row.status,
        )
        for row in session.scalars(query)
    ]


def resources(session: Session) -> list[ResourceRow]:
    """Return every resource that can be won."""
    return [
        ResourceRow(
            id=row.id,
            code=row.code,
            symbol=row.symbol,
            name_en=row.name_en,
            name_zh=row.name_zh,
            unit=row.unit,
            contents_status=row.contents_status,
            replaced_en=row.replaced_en,
            replaced_zh=row.replaced_zh,
            replacement=row.replacement_millionths,
            replacement_basis=row.replacement_basis,
            replacement_status=row.replacement_status,
            recovery_low=row.recovery_low_millionths,
            recovery=row.recovery_millionths,
            recovery_high=row.recovery_high_millionths,
            recovery_status=row.recovery_status,
            critical_eu=row.critical_eu,
            critical_cn=row.critical_cn,
            critical_status=row.critical_status,
            note=row.note,
            status=row.status,
        )
        for row in session.scalars(select(Resource).order_by(Resource.id))
    ]


def resource_contents(session: Session) -> Sequence[ContentRow]:
    """Return the terms of all resources, by resource, alternative and place."""
    query = select(
        ResourceContent.resource_id,
        ResourceContent.alternative,
        ResourceContent.quantity,
        ResourceContent.parameter_id,
        ResourceContent.factor_millionths,
    ).order_by(ResourceContent.resource_id, ResourceContent.alternative, ResourceContent.term)
    return [
        ContentRow(
            resource_id=resource_id,
            alternative=alternative,
            quantity=quantity,
            parameter_id=parameter_id,
            factor=factor_millionths,
        )
        for resource_id, alternative, quantity, parameter_id, factor_millionths in (
            session.execute(query)
        )
    ]


def route_resources(session: Session) -> list[WonRow]:
    """Return what each route wins, with the share of it that counts."""
    query = select(
        RouteResource.route_id, RouteResource.resource_id, RouteResource.factor_millionths
    )
    ordered = query.order_by(RouteResource.route_id, RouteResource.resource_id)
    return [
        WonRow(route_id=route_id, resource_id=resource_id, factor=factor_millionths)
        for route_id, resource_id, factor_millionths in session.execute(ordered)
    ]


def targets_of_resource(session: Session, resource_id: int) -> list[FactorRow]:
    """Return the official targets that the recovery of a resource serves."""
    served = select(ResourceTarget.factor_id).where(ResourceTarget.resource_id == resource_id)
    return _factors(session, Factor.id.in_(served))
