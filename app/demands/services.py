"""Use cases of demands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.accounts.queries.holding import hold_standing
from app.accounts.queries.organizations import standing_of
from app.catalogue.queries import (
    accepted_codes,
    check_material,
    check_route,
    check_specification,
    code_ids_of,
    parameters_by_id,
)
from app.demands.inputs import DemandTerms
from app.demands.queries import lock_demand
from app.journal.services import record
from app.places.queries.sites import check_own_sites
from models.accounts.standing import Standing
from models.demands.events import DemandChanged
from models.demands.life import DEMAND_MOVES
from models.demands.limits import Limit, check_limits
from models.demands.tables import Demand, DemandClosure, DemandCode, DemandLimit, DemandMonth
from models.errors import Conflict, Invalid
from models.permissions import (
    Actor,
    Capability,
    acting_for,
    require,
    require_organization,
    require_owner,
)
from models.quantities import Grams
from models.streams.calendar import check_calendar
from models.streams.life import Action, State, next_move


def create_demands(
    session: Session, commands: Sequence[DemandTerms], *, actor: Actor, now: datetime
) -> list[Demand]:
    """Note down demands of one organization as drafts, in the order given."""
    owner_id = require_organization(actor, Capability.MANAGE_DEMANDS)
    check_own_sites(session, [command.site_id for command in commands], owner_id=owner_id)
    _check_terms(session, commands)
    demands = []
    for command in commands:
        demand = Demand(organization_id=owner_id, created_at=now, changed_at=now, version=1)
        _write_terms(demand, command)
        demands.append(demand)
    session.add_all(demands)
    session.flush()
    _write_details(session, list(zip(demands, commands, strict=True)))
    return demands


def create_demand(session: Session, command: DemandTerms, *, actor: Actor, now: datetime) -> Demand:
    """Note down one demand as a draft."""
    (demand,) = create_demands(session, [command], actor=actor, now=now)
    return demand


def change_demand(
    session: Session, demand_id: int, command: DemandTerms, *, actor: Actor, now: datetime
) -> Demand:
    """State a demand anew; a change of a published demand takes effect at once."""
    demand = lock_demand(session, demand_id)
    require_owner(actor, Capability.MANAGE_DEMANDS, demand.organization_id)
    if command.version is not None and command.version != demand.version:
        raise Conflict("listing-changed", "Somebody changed this in the meantime. Look again.")
    next_move(DEMAND_MOVES, demand.known_state, Action.CHANGE)
    check_own_sites(session, [command.site_id], owner_id=demand.organization_id)
    _check_terms(session, [command])
    _write_terms(demand, command)
    for table in (DemandCode, DemandLimit, DemandMonth, DemandClosure):
        session.execute(delete(table).where(table.demand_id == demand.id))
    _write_details(session, [(demand, command)])
    demand.estimated = False  # from now on these are its owner's own figures
    _note_change(session, demand, Action.CHANGE, actor=actor, now=now)
    return demand


def move_demand(
    session: Session, demand_id: int, action: Action, *, actor: Actor, now: datetime
) -> Demand:
    """Publish, pause or close a demand."""
    demand = lock_demand(session, demand_id)
    require_owner(actor, Capability.MANAGE_DEMANDS, demand.organization_id)
    move = next_move(DEMAND_MOVES, demand.known_state, action)
    require(actor, move.capability)
    if move.target is State.PUBLISHED:
        hold_standing(session, demand.organization_id)
    demand.state = move.target.value
    if move.target is State.PUBLISHED and demand.published_at is None:
        demand.published_at = now
    _note_change(session, demand, action, actor=actor, now=now)
    return demand


def pause_demands_of(session: Session, organization_id: int, *, actor: Actor, now: datetime) -> int:
    """Take what a suspended organization has published off the market; return how much it was.

    It pauses under the organization's own capability, which suspension leaves it.
    """
    require(actor, Capability.VERIFY_ORGANIZATIONS)
    if standing_of(session, organization_id) is not Standing.SUSPENDED:
        return 0  # reinstated before the job came to it
    published = (
        select(Demand.id)
        .where(Demand.organization_id == organization_id, Demand.state == State.PUBLISHED.value)
        .order_by(Demand.id)
    )
    ids = session.scalars(published).all()
    for demand_id in ids:
        move_demand(session, demand_id, Action.PAUSE, actor=acting_for(organization_id), now=now)
    return len(ids)


def restate_codes(session: Session, *, actor: Actor) -> None:
    """Derive anew what follows from the stated codes, after the catalogue has changed."""
    require(actor, Capability.LOAD_CATALOGUE)
    stated: dict[int, set[int]] = defaultdict(set)
    query = select(DemandCode.demand_id, DemandCode.waste_code_id).where(DemandCode.stated)
    for demand_id, code_id in session.execute(query):
        stated[demand_id].add(code_id)
    session.execute(delete(DemandCode).where(DemandCode.stated.is_(False)))
    derived = [
        {"demand_id": demand_id, "waste_code_id": code_id, "stated": False}
        for demand_id, codes in sorted(stated.items())
        for code_id in sorted(accepted_codes(session, codes) - codes)
    ]
    if derived:
        session.execute(insert(DemandCode), derived)


def adopt_demands(
    session: Session, demands: Sequence[Demand], keys: Sequence[str], *, now: datetime
) -> None:
    """Publish drafts that an import made of estimates; the importer has the market matched."""
    for demand, key in zip(demands, keys, strict=True):
        demand.state = next_move(DEMAND_MOVES, demand.known_state, Action.PUBLISH).target.value
        demand.published_at = now
        demand.estimated = True
        demand.external_key = key
    session.flush()


def _check_terms(session: Session, commands: Sequence[DemandTerms]) -> None:
    bases = _bases(session)
    for command in commands:
        check_calendar(command.months_g, command.closure_rules())
        _check_reach(command)
        for number, limit in enumerate(command.limits):
            if limit.parameter not in bases:
                raise Invalid(
                    "limited-parameter-unknown",
                    "The catalogue has no such parameter to limit.",
                    field=f"limits-{number}-parameter",
                )
        check_limits(command.limit_rules(bases))
    for material_id in {command.material_id for command in commands}:
        check_material(session, material_id)
    for route_id in {command.route_id for command in commands}:
        check_route(session, route_id)
    for specification_id in {command.specification_id for command in commands}:
        check_specification(session, specification_id)


def _check_reach(command: DemandTerms) -> None:
    by_area = command.reach == "area"
    if (command.area if by_area else command.radius_m) is None:
        raise Invalid(
            "reach-missing",
            "Say how far you reach: a radius, or an area drawn on the map.",
            field="area" if by_area else "radius_km",
        )


def _write_terms(demand: Demand, command: DemandTerms) -> None:
    demand.site_id = command.site_id
    demand.name = command.name
    demand.description = command.description
    demand.material_id = command.material_id
    demand.route_id = command.route_id
    demand.specification_id = command.specification_id
    demand.vehicles = command.vehicle_bits
    demand.price_minor_per_tonne = command.price_minor_per_tonne
    demand.vat_included = command.vat_included
    demand.year_g = Grams(sum(command.months_g))
    demand.visibility = command.visibility
    demand.radius_m = command.radius_m if command.reach == "radius" else None
    demand.area = command.area if command.reach == "area" else None


def _write_details(session: Session, stated: Sequence[tuple[Demand, DemandTerms]]) -> None:
    """Codes, limits, months and closures of demands, in one statement for each kind."""
    bases = _bases(session)
    codes: list[dict[str, object]] = []
    months: list[dict[str, object]] = []
    limits: list[dict[str, object]] = []
    closures: list[dict[str, object]] = []
    for demand, command in stated:
        own: dict[str, object] = {"demand_id": demand.id}
        of_demand = set(code_ids_of(session, command.codes, field="codes"))
        accepted = of_demand | accepted_codes(session, of_demand)
        codes += [
            own | {"waste_code_id": code_id, "stated": code_id in of_demand}
            for code_id in sorted(accepted)
        ]
        months += [
            own | {"month": month, "capacity_g": capacity_g}
            for month, capacity_g in enumerate(command.months_g, start=1)
        ]
        closures += [own | closure.model_dump() for closure in command.closures]
        limits += [own | _limit_row(limit) for limit in command.limit_rules(bases)]
    for table, rows in (
        (DemandCode, codes),
        (DemandMonth, months),
        (DemandLimit, limits),
        (DemandClosure, closures),
    ):
        if rows:
            session.execute(insert(table), rows)


def _bases(session: Session) -> dict[int, str]:
    """The basis on which each parameter of the catalogue is usually stated."""
    return {row.id: row.basis for row in parameters_by_id(session).values()}


def _limit_row(limit: Limit) -> dict[str, object]:
    return {
        "parameter_id": limit.parameter_id,
        "lower_millionths": limit.lower,
        "upper_millionths": limit.upper,
        "strict_lower": limit.strict_lower,
        "strict_upper": limit.strict_upper,
        "hard": limit.hard,
        "basis": limit.basis,
        "method": limit.method,
        "any_of": limit.any_of,
    }


def _note_change(
    session: Session, demand: Demand, action: Action, *, actor: Actor, now: datetime
) -> None:
    demand.version += 1
    demand.changed_at = now
    session.flush()
    event = DemandChanged(demand_id=demand.id, action=action.value, version=demand.version)
    record(session, event, now=now, actor=actor)
