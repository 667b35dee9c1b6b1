"""Reads of demands for their owners and for other features."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.compliance.queries import StatedCapacity
from app.database import conditions
from app.demands.inputs import DemandTerms
from app.fields import INTERNAL_UNITS
from app.streams.queries import closures_of, unmistakable_code
from models.catalogue.tables import WasteCode
from models.catalogue.vehicles import vehicle_codes
from models.demands.life import DEMAND_MOVES
from models.demands.limits import Limit
from models.demands.tables import Demand, DemandClosure, DemandCode, DemandLimit, DemandMonth
from models.errors import NotFound
from models.permissions import Actor, Capability, require_organization, require_owner
from models.quantities import Grams, MinorPerTonne
from models.streams.calendar import Closure
from models.streams.life import State, possible_actions


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandRow:
    """One line of the owner's board."""

    id: int
    name: str
    state: str
    year_g: Grams
    price_minor_per_tonne: MinorPerTonne
    limits: int
    actions: tuple[str, ...]


def lock_demand(session: Session, demand_id: int) -> Demand:
    demand = session.get(Demand, demand_id, with_for_update=True)
    if demand is None:
        raise NotFound("demand-unknown", "There is no such demand.")
    return demand


def stated_capacities(session: Session, organization_id: int) -> list[StatedCapacity]:
    """What an organization says in public that it takes, for its trustee dossier."""
    query = (
        select(Demand.id, Demand.site_id, Demand.name, Demand.year_g)
        .where(
            Demand.organization_id == organization_id,
            Demand.state == State.PUBLISHED.value,
            Demand.visibility == "public",
        )
        .order_by(Demand.id)
    )
    rows = session.execute(query).all()
    codes: dict[int, list[int]] = defaultdict(list)
    for wanted in conditions(DemandCode.demand_id, [row.id for row in rows]):
        pairs = select(DemandCode.demand_id, DemandCode.waste_code_id).where(wanted)
        for demand_id, code_id in session.execute(pairs.order_by(DemandCode.waste_code_id)):
            codes[demand_id].append(code_id)
    return [
        StatedCapacity(
            site_id=row.site_id, name=row.name, year_g=row.year_g, code_ids=tuple(codes[row.id])
        )
        for row in rows
    ]


def own_demands(session: Session, *, actor: Actor) -> list[DemandRow]:
    """The demands of the actor's organization, newest first."""
    owner_id = require_organization(actor, Capability.MANAGE_DEMANDS)
    limits = (
        select(func.count())
        .select_from(DemandLimit)
        .where(DemandLimit.demand_id == Demand.id)
        .scalar_subquery()
    )
    query = (
        select(Demand, limits).where(Demand.organization_id == owner_id).order_by(Demand.id.desc())
    )
    return [
        DemandRow(
            id=demand.id,
            name=demand.name,
            state=demand.state,
            year_g=demand.year_g,
            price_minor_per_tonne=demand.price_minor_per_tonne,
            limits=count,
            actions=tuple(possible_actions(DEMAND_MOVES, demand.known_state)),
        )
        for demand, count in session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class DemandDetails:
    """A demand with all that belongs to it, for its editor and its page."""

    demand: Demand
    months_g: tuple[Grams, ...]
    closures: tuple[Closure, ...]
    limits: tuple[DemandLimit, ...]
    codes: tuple[tuple[str, str | None, str | None], ...]
    stated_codes: tuple[str, ...]  # the same, as their owner can send them back


def own_demand(session: Session, demand_id: int, *, actor: Actor) -> DemandDetails:
    """One of the actor's own demands."""
    details = demand_details(session, demand_id)
    require_owner(actor, Capability.MANAGE_DEMANDS, details.demand.organization_id)
    return details


def demand_details(session: Session, demand_id: int) -> DemandDetails:
    demand = session.get(Demand, demand_id)
    if demand is None:
        raise NotFound("demand-unknown", "There is no such demand.")
    months = session.execute(
        select(DemandMonth.month, DemandMonth.capacity_g).where(DemandMonth.demand_id == demand.id)
    )
    by_month = dict(months.all())
    limits = session.scalars(
        select(DemandLimit).where(DemandLimit.demand_id == demand.id).order_by(DemandLimit.id)
    )
    codes = session.execute(
        select(WasteCode.scheme, WasteCode.code, WasteCode.name_en, WasteCode.name_zh)
        .join(DemandCode, DemandCode.waste_code_id == WasteCode.id)
        .where(DemandCode.demand_id == demand.id, DemandCode.stated)
        .order_by(WasteCode.scheme, WasteCode.code)
    ).all()
    return DemandDetails(
        demand=demand,
        months_g=tuple(by_month.get(month, Grams(0)) for month in range(1, 13)),
        closures=tuple(
            closures_of(session, DemandClosure.demand_id, [demand.id]).get(demand.id, ())
        ),
        limits=tuple(limits),
        codes=tuple((code, english, chinese) for _, code, english, chinese in codes),
        stated_codes=tuple(unmistakable_code(scheme, code) for scheme, code, _, _ in codes),
    )


def terms_of(details: DemandDetails) -> DemandTerms:
    """A demand as its owner would state it anew: what its editor starts from."""
    demand = details.demand
    return DemandTerms.model_validate(
        {
            "name": demand.name,
            "description": demand.description,
            "months_t": list(details.months_g),
            "closures": [
                {"first_day": c.first_day, "last_day": c.last_day, "reason": c.reason}
                for c in details.closures
            ],
            "vehicles": list(vehicle_codes(demand.vehicles)),
            "vat_included": demand.vat_included,
            "visibility": demand.visibility,
            "version": demand.version,
            "site_id": demand.site_id,
            "codes": list(details.stated_codes),
            "material_id": demand.material_id,
            "route": demand.route_id,
            "specification": demand.specification_id,
            "price_per_t": demand.price_minor_per_tonne,
            "reach": "radius" if demand.area is None else "area",
            "radius_km": demand.radius_m,
            "area": demand.area,
            "limits": [
                {
                    "parameter": limit.parameter_id,
                    "lower": limit.lower_millionths,
                    "upper": limit.upper_millionths,
                    "strict_lower": limit.strict_lower,
                    "strict_upper": limit.strict_upper,
                    "hard": limit.hard,
                    "basis": limit.basis,
                    "method": limit.method,
                    "any_of": limit.any_of,
                }
                for limit in details.limits
            ],
        },
        context=INTERNAL_UNITS,
    )


def limits_by_demand(
    session: Session, demand_ids: Collection[int] | None = None
) -> dict[int, list[Limit]]:
    """Limits of the demands asked for, or of all, in the order of their owner."""
    query = select(*DemandLimit.__table__.c).order_by(DemandLimit.id)
    found: dict[int, list[Limit]] = defaultdict(list)
    for wanted in conditions(DemandLimit.demand_id, demand_ids):
        for row in session.execute(query.where(wanted)):
            found[row.demand_id].append(
                Limit(
                    parameter_id=row.parameter_id,
                    lower=row.lower_millionths,
                    upper=row.upper_millionths,
                    strict_lower=row.strict_lower,
                    strict_upper=row.strict_upper,
                    hard=row.hard,
                    basis=row.basis,
                    method=row.method,
                    any_of=row.any_of,
                )
            )
    return found
