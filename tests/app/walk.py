"""One walk over every route: who asks, about whose things, in a world that is put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.accounts.inputs.members import AddDriver, EnterPin, InviteMember
from app.accounts.services import open_login_session
from app.accounts.services.drivers import add_driver, enter_as_driver
from app.accounts.services.members import invite_member
from app.clock import now_utc
from app.database import write_transaction
from app.demands.inputs import DemandTerms
from app.demands.services import create_demand, move_demand
from app.places.inputs import AddPark
from app.places.services import add_park
from app.security import DRIVER, LOGIN
from app.streams.inputs import StreamTerms
from app.streams.services import create_stream, move_stream
from models.accounts.tables import (
    ApiToken,
    InsightGrant,
    Membership,
    Organization,
    OrganizationDocument,
    ParkManagement,
    ParkMembership,
    User,
)
from models.compliance.tables import Paper
from models.permissions import SYSTEM, Actor, Role
from models.streams.life import Action
from models.uploads.tables import Upload
from tests.app.accounts.houses import person, with_document
from tests.market import (
    Market,
    demand_terms,
    file_general_papers,
    make_actor,
    make_site,
    stream_terms,
)

# The columns of every row of the table, in this order.
ROLES = (
    "visitor", "guest", "driver", "viewer", "weighbridge", "accountant", "trader", "owner",
    "one_factor", "unverified", "suspended",
    "park_manager", "facilitator", "auditor", "operator",
)  # fmt: skip
OFFICES = ("park_manager", "facilitator", "auditor", "operator")
OF_THE_HOUSE = ("viewer", "weighbridge", "accountant", "trader")
SIGNS = {
    200: "2", 302: "r", 303: "r", 400: "b", 401: "u", 403: "x", 404: "-", 405: "m", 409: "c",
    415: "t", 422: "i", 429: "!",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class House:
    """One organization with one of everything, and what its routes are addressed by."""

    actor: Actor
    values: Mapping[str, int]
    paused: Mapping[str, int]
    published: Mapping[str, int]
    site_id: int


@dataclass(frozen=True, kw_only=True)
class World:
    app: Flask
    houses: Mapping[str, House]
    cookies: Mapping[str, Mapping[str, str]]
    park_id: int
    rules: Mapping[str, Rule]

    def own(self, role: str) -> House:
        return self.houses.get(role, self.houses["owner"])

    def values_of(self, ownership: str, role: str) -> dict[str, Any]:
        fixed = {
            "park_id": self.park_id, "code": "en", "filename": "icon.svg", "word": "verify",
            "token": "x", "secret": "x" * 43, "action": "pause", "provider": "x",
        }  # fmt: skip
        if ownership == "own" and role not in {"visitor", "guest", "driver"}:
            return fixed | dict(self.own(role).values)
        if ownership == "park":
            return fixed | dict(self.houses["granter"].paused)
        if ownership == "public":
            return fixed | dict(self.houses["stranger"].published)
        return fixed | dict(self.houses["stranger"].values)


def rules_of(app: Flask) -> dict[str, Rule]:
    """One rule for each endpoint."""
    rules: dict[str, Rule] = {}
    for rule in app.url_map.iter_rules():
        rules.setdefault(rule.endpoint, rule)
    return rules


def make_world(app: Flask, market: Market) -> World:
    """Every role, and a house for each whose things are asked about."""
    app.config["WTF_CSRF_ENABLED"] = False  # tests/app/test_security.py looks at it
    sessions = app.extensions["offtake"].sessions
    now, folder = now_utc(), app.extensions["offtake"].settings.uploads.folder
    with write_transaction(sessions) as session:
        people = {"guest": person(session, "guest"), "owner": market.factory}
        people["operator"] = market.operator
        for name in ("unverified", "suspended", "park_manager", "facilitator", "auditor"):
            people[name] = make_actor(session, name)
        houses = {
            name: make_house(session, actor, name, now, folder)
            for name, actor in people.items()
            if name != "guest"
        }
        houses["one_factor"] = houses["owner"]
        for name in ("stranger", "granter"):
            actor = market.stranger if name == "stranger" else make_actor(session, name)
            houses[name] = make_house(session, actor, name, now, folder)
        for name in OF_THE_HOUSE:
            people[name] = _member(session, market.factory, name)
            houses[name] = houses["owner"]
        for name in OFFICES:
            _membership(session, people[name]).role = name
        for name in ("unverified", "suspended"):
            organization = session.get_one(Organization, people[name].organization_id)
            organization.standing = "new" if name == "unverified" else "suspended"
        park_id = _park(session, people, houses["granter"].actor, now)
        cookies = {name: {LOGIN: _signed_in(session, actor, now)} for name, actor in people.items()}
        cookies["one_factor"] = {LOGIN: _signed_in(session, market.factory, now, factors=1)}
        cookies["visitor"] = {}
        cookies["driver"] = {DRIVER: _driver_pass(session, market.factory, now)}
    return World(app=app, houses=houses, cookies=cookies, park_id=park_id, rules=rules_of(app))


def make_house(session: Any, actor: Actor, name: str, now: Any, folder: Path) -> House:
    """One of everything; all of it wears the name of the house."""
    owner = replace(actor, role=Role.OWNER)
    site_id = make_site(session, owner, 36.2, 117.6, name=f"SECRET-{name}-site")
    listings = {
        state: _listings(session, owner, site_id, name, state, now)
        for state in ("draft", "paused", "published")
    }
    file_general_papers(session, owner, site_id, number=f"SECRET-{name}-paper")
    document_id = with_document(session, owner)
    command = AddDriver(name=f"SECRET-{name}-driver", days=30)
    driver = add_driver(session, command, actor=owner, now=now)
    invited = InviteMember(email=f"secret-{name}-invited@example.com", role="viewer")
    invitation = invite_member(
        session, invited, actor=owner, now=now, link_of=lambda secret: f"http://localhost/{secret}"
    )
    second = _member(session, owner, f"SECRET-{name}-member")
    token = ApiToken(
        organization_id=owner.organization_id,
        made_by=owner.user_id,
        role="owner",
        name=f"SECRET-{name}-token",
        prefix=f"{owner.organization_id:012x}",
        secret_hash="x",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    session.add(token)
    session.flush()
    document = session.get_one(OrganizationDocument, document_id)
    _with_file(session, document.upload_id, name, folder)
    values = {
        "organization_id": owner.organization_id,
        "document_id": document_id,
        "upload_id": document.upload_id,
        "driver_id": driver.driver_id,
        "invitation_id": invitation.id,
        "membership_id": _membership(session, second).id,
        "token_id": token.id,
        "reader_id": owner.organization_id,
        "login_session_id": 10**9,
        "passkey_id": 10**9,
        "user_id": owner.user_id,
        "site_id": site_id,
        "paper_id": session.scalars(
            select(Paper.id).where(Paper.site_id == site_id).order_by(Paper.id)
        ).first(),
    }
    return House(
        actor=owner,
        values=values | listings["draft"],
        paused=values | listings["paused"],
        published=values | listings["published"],
        site_id=site_id,
    )


def _with_file(session: Any, upload_id: int, name: str, folder: Path) -> None:
    """Bytes under the row that `with_document` wrote."""
    upload = session.get_one(Upload, upload_id)
    key = f"{upload_id:040x}"
    upload.storage_key, upload.name = f"{key[:2]}/{key[2:]}", f"SECRET-{name}-file.pdf"
    path = folder / upload.storage_key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"SECRET-{name}-file")
    session.flush()


def _listings(
    session: Any, owner: Actor, site_id: int, name: str, state: str, now: Any
) -> dict[str, int]:
    """A stream and a demand; what is on the market is public, all else is secret."""
    said = f"{'PUBLIC' if state == 'published' else 'SECRET'}-{name}-{state}"
    terms = stream_terms(site_id, name=said, description=said)
    stream = create_stream(session, StreamTerms.model_validate(terms), actor=owner, now=now)
    wanted = demand_terms(site_id, name=said, description=said)
    demand = create_demand(session, DemandTerms.model_validate(wanted), actor=owner, now=now)
    for action in {"draft": (), "published": ("publish",), "paused": ("publish", "pause")}[state]:
        move_stream(session, stream.id, Action(action), actor=owner, now=now)
        move_demand(session, demand.id, Action(action), actor=owner, now=now)
    return {"stream_id": stream.id, "demand_id": demand.id}


def _member(session: Any, owner: Actor, name: str) -> Actor:
    guest = person(session, name.lower())
    user = session.get_one(User, guest.user_id)
    user.name = name
    role = name if name in OF_THE_HOUSE else "viewer"
    session.add(Membership(user_id=guest.user_id, organization_id=owner.organization_id, role=role))
    session.flush()
    return Actor(user_id=guest.user_id, organization_id=owner.organization_id, role=Role(role))


def _membership(session: Any, actor: Actor) -> Membership:
    found: Membership = session.scalars(
        select(Membership).where(
            Membership.user_id == actor.user_id,
            Membership.organization_id == actor.organization_id,
        )
    ).one()
    return found


def _park(session: Any, people: Mapping[str, Actor], granter: Actor, now: Any) -> int:
    command = AddPark(name_en="Park", name_zh="园区", lat=36.2, lon=117.7)
    park_id: int = add_park(session, command, actor=SYSTEM, now=now).id
    keeper = people["park_manager"].organization_id
    session.add(ParkManagement(park_id=park_id, organization_id=keeper, created_at=now))
    for member in (granter.organization_id, people["owner"].organization_id):
        session.add(ParkMembership(park_id=park_id, organization_id=member, created_at=now))
    for name in ("park_manager", "facilitator"):
        session.add(
            InsightGrant(
                organization_id=granter.organization_id,
                reader_id=people[name].organization_id,
                created_at=now,
            )
        )
    session.flush()
    return park_id


def _signed_in(session: Any, actor: Actor, now: Any, *, factors: int = 2) -> str:
    return open_login_session(
        session, actor.user_id, via="test", second_factor=factors == 2, now=now
    )


def _driver_pass(session: Any, owner: Actor, now: Any) -> str:
    access = add_driver(session, AddDriver(name="Li", days=30), actor=owner, now=now)
    answer = enter_as_driver(session, access.secret, EnterPin(pin=access.pin), now=now)
    assert answer.driver_pass is not None
    return answer.driver_pass


@contextmanager
def put_back(app: Flask) -> Iterator[Any]:
    """Everything within happens on one connection, and each `with step():` of it never happened."""
    sessions = app.extensions["offtake"].sessions
    engine = sessions.kw["bind"]
    connection = engine.connect().execution_options(writes=True)
    outer = connection.begin()
    kept = dict(sessions.kw)
    sessions.configure(bind=connection, join_transaction_mode="create_savepoint")

    @contextmanager
    def step() -> Iterator[None]:
        mark = connection.begin_nested()
        try:
            yield
        finally:
            mark.rollback()

    try:
        yield step
    finally:
        sessions.configure(
            bind=engine,
            join_transaction_mode=kept.get("join_transaction_mode", "conditional_savepoint"),
        )
        outer.rollback()
        connection.close()


def ask(
    world: World, role: str, method: str, address: str, form: Mapping[str, Any] | None
) -> TestResponse:
    client = world.app.test_client()
    with client.session_transaction() as browser:
        browser.update(world.cookies[role])
        browser["fs_paa"] = now_utc().timestamp()
    if method == "GET":
        return client.get(address)
    return client.post(address, data=dict(form or {}))


def sign_of(answer: TestResponse) -> str:
    """One letter for what came of it."""
    target = answer.headers.get("Location", "")
    if answer.status_code in {302, 303} and target.startswith("/sign-in"):
        return "s"
    return SIGNS[answer.status_code]
