"""The public part of one listing: what it is, where, when, and what it is made of or asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.queries import ParameterRow, parameters_by_id
from app.demands.queries import demand_details, limits_by_demand
from app.matchmaking.queries.listings import listing_rows
from app.matchmaking.queries.rows import (
    AssayLine,
    AssayRow,
    DemandPage,
    MonthBar,
    StreamPage,
)
from app.matchmaking.queries.strips import strips_of
from app.streams.queries import CountingAssay, counting_assays, stream_details
from models.catalogue.tables import Route, Specification, TypicalComposition, WasteCode
from models.errors import NotFound
from models.permissions import Actor, Capability, may_read_partners
from models.places.tables import Site
from models.quantities import MILLIONTHS_PER_UNIT, Grams, Millionths
from models.streams.calendar import Closure, days_until_full
from models.streams.life import OPEN_STATES, State
from models.streams.tables import Stream


def stream_page(session: Session, stream_id: int, *, actor: Actor, today: date) -> StreamPage:
    """A stream as this reader may see it; what is not published is its owner's alone."""
    details = stream_details(session, stream_id)
    stream = details.stream
    if stream.known_state is not State.PUBLISHED or stream.visibility != "public":
        _refuse_strangers(actor, stream.organization_id, stream.known_state)
    code = session.get_one(WasteCode, stream.waste_code_id)
    site = session.get_one(Site, stream.site_id)
    return StreamPage(
        listing=listing_rows(session, "stream", [stream.id])[stream.id],
        owner_id=stream.organization_id,
        name=stream.name,
        description=stream.description,
        state=stream.state,
        code=code.code,
        code_scheme=code.scheme,
        code_name_en=code.name_en or "",
        code_name_zh=code.name_zh,
        hazardous=code.hazardous is not False,
        physical_form=stream.physical_form,
        rhythm=stream.rhythm,
        legal_status=stream.legal_status,
        delivery_term=stream.delivery_term,
        vat_included=stream.vat_included,
        vehicles=stream.vehicles,
        stock_g=stream.stock_g,
        storage_limit_g=stream.storage_limit_g,
        days_until_full=days_until_full(
            stock_g=stream.stock_g, limit_g=stream.storage_limit_g, months_g=details.months_g
        ),
        months=_bars(details.months_g, today),
        closures=_closures(details.closures),
        assay=_assay_row(session, stream, today),
        precision=site.precision,
        blurred=site.blurred,
        capacity_note=site.capacity_note,
        source=site.source,
    )


def demand_page(session: Session, demand_id: int, *, actor: Actor, today: date) -> DemandPage:
    """A demand as this reader may see it; what is not published is its owner's alone."""
    details = demand_details(session, demand_id)
    demand = details.demand
    if demand.known_state is not State.PUBLISHED or demand.visibility != "public":
        _refuse_strangers(actor, demand.organization_id, demand.known_state)
    site = session.get_one(Site, demand.site_id)
    route = None if demand.route_id is None else session.get_one(Route, demand.route_id)
    named = demand.specification_id
    specification = None if named is None else session.get_one(Specification, named)
    return DemandPage(
        listing=listing_rows(session, "demand", [demand.id])[demand.id],
        owner_id=demand.organization_id,
        name=demand.name,
        description=demand.description,
        state=demand.state,
        codes=tuple((code, english or "", chinese) for code, english, chinese in details.codes),
        route_en=route.name_en if route else None,
        route_zh=route.name_zh if route else None,
        specification_en=specification.name_en if specification else None,
        specification_zh=specification.name_zh if specification else None,
        specification_standard=specification.standard if specification else None,
        specification_status=specification.status if specification else None,
        vat_included=demand.vat_included,
        vehicles=demand.vehicles,
        radius_m=demand.radius_m,
        area=_rings(demand.area),
        months=_bars(details.months_g, today),
        closures=_closures(details.closures),
        limits=strips_of(
            limits_by_demand(session, [demand.id]).get(demand.id, []),
            None,
            parameters_by_id(session),
        ),
        precision=site.precision,
        blurred=site.blurred,
        capacity_note=site.capacity_note,
        source=site.source,
    )


def _refuse_strangers(actor: Actor, owner_id: int, state: State) -> None:
    """Whoever was let in sees what is or was on the market, not what the owner still writes."""
    let_in = may_read_partners(actor, owner_id=owner_id, demonstration=False)
    only_granted = actor.organization_id != owner_id and not actor.may(Capability.READ_ALL_PARTNERS)
    if not let_in or (only_granted and state not in OPEN_STATES):
        raise NotFound("listing-unknown", "There is no such listing on the market.")


def _assay_row(session: Session, stream: Stream, today: date) -> AssayRow | None:
    parameters = parameters_by_id(session)
    assay = counting_assays(session, [stream.id], today=today).get(stream.id)
    if assay is not None:
        return _sampled(assay, parameters)
    if stream.material_id is None:
        return None
    typical = session.execute(
        select(
            TypicalComposition.parameter_id,
            TypicalComposition.typical_millionths,
            TypicalComposition.minimum_millionths,
            TypicalComposition.maximum_millionths,
        )
        .where(TypicalComposition.material_id == stream.material_id)
        .order_by(TypicalComposition.parameter_id)
    )
    lines = tuple(
        _line(parameters[parameter_id], middle, lowest, highest, "")
        for parameter_id, middle, lowest, highest in typical
    )
    if not lines:
        return None
    return AssayRow(
        sampled_on=None,
        valid_until=None,
        laboratory="",
        provenance="guidance_value",
        basis="dry",
        moisture=None,
        estimated=True,
        lines=lines,
    )


def _sampled(assay: CountingAssay, parameters: Mapping[int, ParameterRow]) -> AssayRow:
    return AssayRow(
        sampled_on=assay.sampled_on,
        valid_until=assay.valid_until,
        laboratory=assay.laboratory,
        provenance=assay.provenance,
        basis=assay.basis,
        moisture=_number(assay.moisture),
        estimated=assay.estimated,
        lines=tuple(
            _line(
                parameters[value.parameter_id],
                value.typical,
                value.minimum,
                value.maximum,
                value.method,
            )
            for value in assay.values
        ),
    )


def _line(
    parameter: ParameterRow,
    typical: Millionths,
    minimum: Millionths | None,
    maximum: Millionths | None,
    method: str,
) -> AssayLine:
    return AssayLine(
        symbol=parameter.symbol,
        name_en=parameter.name_en,
        name_zh=parameter.name_zh,
        unit=parameter.unit,
        typical=typical / MILLIONTHS_PER_UNIT,
        minimum=_number(minimum),
        maximum=_number(maximum),
        method=method,
    )


def _number(value: Millionths | None) -> float | None:
    return None if value is None else value / MILLIONTHS_PER_UNIT


def _bars(months_g: Sequence[Grams], today: date) -> tuple[MonthBar, ...]:
    largest = max(months_g) or 1
    return tuple(
        MonthBar(month=month, mass_g=mass, share=mass / largest, current=month == today.month)
        for month, mass in enumerate(months_g, start=1)
    )


def _closures(closures: Sequence[Closure]) -> tuple[tuple[date, date, str], ...]:
    return tuple((closure.first_day, closure.last_day, closure.reason) for closure in closures)


def _rings(area: BaseGeometry | None) -> tuple[tuple[tuple[float, float], ...], ...] | None:
    """Outer rings as (lat, lon), as maps on the web want them."""
    if area is None:
        return None
    parts = getattr(area, "geoms", [area])
    return tuple(tuple((lat, lon) for lon, lat in part.exterior.coords) for part in parts)
