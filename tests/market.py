"""A small market that everybody can check by hand: one power station, one cement works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.inputs import RegisterOrganization, RegisterUser
from app.accounts.services import register_organization, register_user
from app.compliance.inputs import FilePaper
from app.compliance.services import file_papers
from app.demands.inputs import DemandTerms
from app.demands.services import create_demand, move_demand
from app.places.inputs import AddSite
from app.places.services import add_site
from app.settings import MatchingPolicy, PlacesPolicy
from app.streams.inputs import AddAssay, StreamTerms
from app.streams.services import add_assay, create_stream, move_stream
from models.catalogue.tables import Parameter
from models.permissions import SYSTEM, Actor, Role
from models.streams.life import Action

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)  # noon in China
TODAY = date(2026, 6, 1)
PASSWORD = "a password for tests"
PLACES = PlacesPolicy(blur_key=b"test")
MATCHING = MatchingPolicy()
FLY_ASH = "900-001-S02"


@dataclass(frozen=True)
class Market:
    factory: Actor
    recycler: Actor
    stranger: Actor
    operator: Actor
    factory_site_id: int
    recycler_site_id: int
    stream_id: int
    demand_id: int


def stream_terms(site_id: int, **changed: Any) -> dict[str, Any]:
    """Fly ash of a power station, as a form sends it."""
    return {
        "site_id": str(site_id),
        "name": "Fly ash from silo 2",
        "waste_code": FLY_ASH,
        "material_id": "",
        "description": "",
        "physical_form": "powder",
        "rhythm": "continuous",
        "months_t": ["1000"] * 12,
        "vehicles": ["powder_tanker"],
        "ask_per_t": "20.00",
        "vat_included": "true",
        "delivery_term": "ex_works",
    } | changed


def demand_terms(site_id: int, **changed: Any) -> dict[str, Any]:
    """A cement works that takes fly ash, without limits."""
    return {
        "site_id": str(site_id),
        "name": "Fly ash for cement",
        "codes": [FLY_ASH],
        "months_t": ["2000"] * 12,
        "vehicles": ["powder_tanker"],
        "price_per_t": "100.00",
        "vat_included": "true",
        "reach": "radius",
        "radius_km": "100",
    } | changed


def parameter_id(session: Session, code: str) -> int:
    return session.query(Parameter).filter_by(code=code).one().id


def assay_terms(session: Session, values: dict[str, str], **changed: Any) -> dict[str, Any]:
    """A dry sample with typical values by the code of the parameter."""
    return {
        "sampled_on": "2026-05-01",
        "valid_until": "2027-05-01",
        "laboratory": "Works laboratory",
        "provenance": "own_laboratory",
        "basis": "dry",
        "moisture": "0.5",
        "values": [
            {"parameter": str(parameter_id(session, code)), "typical": value}
            for code, value in values.items()
        ],
    } | changed


def make_actor(session: Session, name: str, role: Role = Role.OWNER) -> Actor:
    organization = register_organization(
        session, RegisterOrganization(name=name), actor=SYSTEM, now=NOON
    )
    user = register_user(
        session,
        organization.id,
        RegisterUser.model_validate(
            {"email": f"{name}@example.com", "name": name, "password": PASSWORD, "role": role.value}
        ),
        actor=SYSTEM,
        now=NOON,
    )
    return Actor(user_id=user.id, organization_id=organization.id, role=role)


def make_site(session: Session, actor: Actor, lat: float, lon: float, **changed: Any) -> int:
    command = AddSite.model_validate(
        {"name": "Works", "kind": "other", "lat": lat, "lon": lon} | changed
    )
    return add_site(session, command, actor=actor, now=NOON, policy=PLACES).id


def file_general_papers(session: Session, actor: Actor, site_id: int, **changed: Any) -> None:
    """The two papers that let a site receive general industrial waste in China."""
    for kind in ("eia_approval", "discharge_permit"):
        paper = {
            "site_id": str(site_id),
            "kind": kind,
            "number": f"{kind}-1",
            "valid_from": str(TODAY - timedelta(days=100)),
            "valid_until": str(TODAY + timedelta(days=100)),
        } | changed
        file_papers(session, [FilePaper.model_validate(paper)], actor=actor, now=NOON)


def make_market(session: Session) -> Market:
    factory = make_actor(session, "factory")
    recycler = make_actor(session, "recycler")
    factory_site = make_site(session, factory, 36.20, 117.60)
    recycler_site = make_site(session, recycler, 36.20, 117.90)  # 26.98 km east
    file_general_papers(session, recycler, recycler_site)
    stream = create_stream(
        session,
        StreamTerms.model_validate(stream_terms(factory_site)),
        actor=factory,
        now=NOON,
    )
    assay = AddAssay.model_validate(assay_terms(session, {"loi": "4.2", "so3": "1.1"}))
    add_assay(session, stream.id, assay, actor=factory, now=NOON)
    move_stream(session, stream.id, Action.PUBLISH, actor=factory, now=NOON)
    demand = create_demand(
        session,
        DemandTerms.model_validate(demand_terms(recycler_site)),
        actor=recycler,
        now=NOON,
    )
    move_demand(session, demand.id, Action.PUBLISH, actor=recycler, now=NOON)
    return Market(
        factory=factory,
        recycler=recycler,
        stranger=make_actor(session, "stranger"),
        operator=make_actor(session, "operator", Role.OPERATOR),
        factory_site_id=factory_site,
        recycler_site_id=recycler_site,
        stream_id=stream.id,
        demand_id=demand.id,
    )
