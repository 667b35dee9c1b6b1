"""A market in which every organization keeps marked secrets, and who may see whose mark.

The marks stand where only its own people may read: names, notes, prices and true positions of
drafts and blurred sites, numbers of papers, names of files, addresses of people. A mark in the
answer to anybody else is a leak, whatever the page says around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.accounts.inputs import RegisterUser
from app.accounts.inputs.members import AddDriver, EnterPin, MakeToken
from app.accounts.services import open_login_session, register_user
from app.accounts.services.drivers import add_driver, enter_as_driver
from app.accounts.services.tokens import make_token
from app.clock import now_utc
from app.database import SessionFactory, write_transaction
from app.demands.inputs import DemandTerms
from app.demands.services import create_demand
from app.security import DRIVER, LOGIN
from app.streams.inputs import StreamTerms
from app.streams.services import create_stream
from app.uploads.services.storage import keep_bytes
from models.accounts.tables import (
    ApiToken,
    Driver,
    InsightGrant,
    Invitation,
    LoginSession,
    Membership,
    Organization,
    OrganizationDocument,
    User,
)
from models.accounts.tokens import scopes_of
from models.demands.tables import Demand
from models.permissions import MEMBER_ROLES, OWN_ROLES, SYSTEM, Actor, Role
from models.streams.tables import Stream
from models.uploads.content import FileState, Purpose
from models.uploads.tables import Upload, UploadShare
from tests.market import (
    NOON,
    PASSWORD,
    Market,
    demand_terms,
    file_general_papers,
    make_actor,
    make_site,
    stream_terms,
)

EVERYWHERE = (Role.OPERATOR, Role.AUDITOR)  # they read the details of all
BY_GRANT = (Role.PARK_MANAGER, Role.FACILITATOR)
# A receiver's dossier tells the numbers of its papers to whoever would send it waste; and so does
# the page of a stream, where it says which paper of a near miss has ended or names other codes.
TELLS_PAPERS = re.compile(r".*/dossier(\.pdf)?|/streams/\d+")
GROUPING = re.compile(r"(?<=\d)[,\u202f\u00a0](?=\d{3})")
# What is put back into a marked draft, should somebody have published or renamed it.
KEPT = ("name", "description", "state", "published_at", "site_id", "organization_id")


@dataclass
class Secrets:
    """The marks of one organization: texts, and pairs of numbers that tell only together."""

    organization_id: int
    texts: list[str] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    until_published: set[str] = field(default_factory=set)

    def found_in(self, answer: str, plain: str) -> list[str]:
        """The marks in an answer, or in the same with `plain_numbers`."""
        found = [text for text in self.texts if text in answer or text in plain]
        return found + ["/".join(pair) for pair in self.pairs if all(one in plain for one in pair)]


@dataclass
class Person:
    """One who asks: a browser, and what it stands for."""

    name: str
    role: Role
    organization_id: int | None
    client: FlaskClient
    email: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    token: str = ""  # against forged requests
    forms: dict[str, list[list[tuple[str, str]]]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name} ({self.role}, organization {self.organization_id})"


@dataclass
class World:
    app: Flask
    secrets: list[Secrets]
    people: list[Person]
    drafts: dict[tuple[type[Stream | Demand], int], dict[str, object]]

    @property
    def sessions(self) -> SessionFactory:
        factory = self.app.extensions["offtake"].sessions
        assert isinstance(factory, sessionmaker)
        return factory

    def leaks(self, person: Person, answer: str, path: str) -> list[str]:
        """The marks in an answer that this person must not see."""
        if TELLS_PAPERS.fullmatch(path):
            answer = re.sub(r"canary\d+qpaper", "", answer)
        plain = plain_numbers(answer)
        return [
            f"{mark} of organization {secrets.organization_id}"
            for secrets in self.secrets
            for mark in secrets.found_in(answer, plain)
            if not self.may_see(person, secrets.organization_id)
            and not (mark in secrets.until_published and self._was_published(secrets))
        ]

    def _was_published(self, secrets: Secrets) -> bool:
        """Whether somebody of the organization itself has put a marked draft on the market."""
        with self.sessions() as session:
            return any(
                session.get_one(table, number).published_at is not None
                for (table, number), values in self.drafts.items()
                if values["organization_id"] == secrets.organization_id
            )

    def may_see(self, person: Person, owner_id: int) -> bool:
        """Whether the table lets this person see what is marked, as things stand now."""
        if person.role in EVERYWHERE or person.organization_id == owner_id:
            return True
        if person.role in (Role.VISITOR, Role.DRIVER) or not person.email:
            return False
        with self.sessions() as session:
            user = select(User.id).where(User.email == person.email).scalar_subquery()
            own = select(Membership.organization_id).where(Membership.user_id == user)
            looking = own.where(Membership.role.in_([role.value for role in BY_GRANT]))
            granted = select(InsightGrant.organization_id).where(
                InsightGrant.reader_id.in_(looking)
            )
            shared = (
                select(Upload.organization_id)
                .join(UploadShare, UploadShare.upload_id == Upload.id)
                .where(UploadShare.organization_id.in_(own))
            )
            seen = [*session.scalars(own), *session.scalars(granted), *session.scalars(shared)]
        return owner_id in seen

    def restore(self) -> None:
        """Undo what random requests did to the people and to what is marked."""
        with write_transaction(self.sessions) as session:
            for (table, number), values in self.drafts.items():
                session.execute(update(table).where(table.id == number).values(**values))
            # Who may look into whom stays as it was at the beginning: nobody into anybody.
            session.execute(delete(InsightGrant))
            session.execute(delete(UploadShare))
            for person in self.people:
                if person.email:
                    self._restore_person(session, person)

    def _restore_person(self, session: Session, person: Person) -> None:
        user = session.scalars(select(User).where(User.email == person.email)).first()
        if user is None:
            return
        user.disabled_at, user.confirmed_at = None, user.confirmed_at or NOON
        session.execute(delete(Membership).where(Membership.user_id == user.id))
        session.flush()
        if person.organization_id is not None:
            session.add(
                Membership(
                    user_id=user.id, organization_id=person.organization_id, role=person.role.value
                )
            )
            organization = session.get_one(Organization, person.organization_id)
            organization.standing = "verified"
        session.flush()
        secret = open_login_session(session, user.id, via="test", second_factor=True, now=now_utc())
        person.token = ""
        with person.client.session_transaction() as browser:
            browser[LOGIN] = secret


def plain_numbers(answer: str) -> str:
    """Numbers are grouped for people: 71,317.37."""
    return GROUPING.sub("", answer)


def mark_of(organization_id: int, what: str) -> str:
    return f"canary{organization_id}q{what}"


def make_world(app: Flask, market: Market) -> World:
    """Marks in the three trading organizations, and somebody of each role."""
    world = World(app=app, secrets=[], people=[], drafts={})
    with write_transaction(world.sessions) as session:
        traders = [market.factory, market.recycler, market.stranger]
        for number, actor in enumerate(traders):
            world.secrets.append(_keep_secrets(session, world, actor, number))
        for person in _people(session, app, market):
            world.people.append(person)
    world.restore()
    return world


def _keep_secrets(session: Session, world: World, actor: Actor, number: int) -> Secrets:
    organization_id = actor.organization_id
    assert organization_id is not None
    secrets = Secrets(organization_id)
    lat, lon = 36.2173 + number * 0.3141, 117.6049 + number * 0.2718

    def mark(what: str) -> str:
        secrets.texts.append(mark_of(organization_id, what))
        return secrets.texts[-1]

    site_id = make_site(session, actor, lat, lon, name=mark("site"), blurred="true")
    secrets.pairs.append((f"{lat:.6f}"[:6], f"{lon:.6f}"[:7]))
    price = f"7{number + 1}317.{37 + number}"
    secrets.texts.append(price)
    said = {"name": mark("draft"), "description": mark("words")}
    secrets.until_published |= {price, *said.values()}
    stream = create_stream(
        session,
        StreamTerms.model_validate(stream_terms(site_id, ask_per_t=price, **said)),
        actor=actor,
        now=NOON,
    )
    demand = create_demand(
        session,
        DemandTerms.model_validate(demand_terms(site_id, price_per_t=price, **said)),
        actor=actor,
        now=NOON,
    )
    for row in (stream, demand):
        world.drafts[type(row), row.id] = {name: getattr(row, name) for name in KEPT}
    file_general_papers(session, actor, site_id, number=mark("paper"))
    _keep_file(session, world.app, actor, mark)
    _keep_doors(session, actor, mark)
    session.get_one(Organization, organization_id).standing_note = mark("note")
    session.flush()
    return secrets


def _keep_file(session: Session, app: Flask, actor: Actor, mark: Callable[[str], str]) -> None:
    """A file with marks in its name and in its bytes, and the operator's reason to look at it."""
    folder = app.extensions["offtake"].settings.uploads.folder
    key, digest = keep_bytes(folder, mark("content").encode())
    upload = Upload(
        organization_id=actor.organization_id, uploaded_by=actor.user_id, sha256=digest,
        name=f"{mark('file')}.csv", purpose=Purpose.IDENTITY.value, content_type="text/csv",
        size_bytes=20, storage_key=key, state=FileState.CLEAN.value, created_at=NOON,
    )  # fmt: skip
    session.add(upload)
    session.flush()
    session.add(
        OrganizationDocument(
            organization_id=actor.organization_id,
            kind="other",
            upload_id=upload.id,
            created_at=NOON,
        )
    )


def _keep_doors(session: Session, actor: Actor, mark: Callable[[str], str]) -> None:
    """All that lets somebody in: an invitation, a driver, a token, a browser."""
    organization_id = actor.organization_id
    later = NOON + timedelta(days=3_650)
    session.add_all(
        [
            Invitation(
                organization_id=organization_id, email=f"{mark('invited')}@example.com",
                role="viewer", token_hash=mark("invitation"), created_at=NOON, expires_at=later,
            ),
            Driver(
                organization_id=organization_id, name=mark("driver"), phone="+8613800000000",
                token_hash=mark("driverlink"), pin_hash=mark("pin"), created_at=NOON,
                expires_at=later,
            ),
            ApiToken(
                organization_id=organization_id, made_by=actor.user_id, role="viewer",
                name=mark("token"), prefix=mark("prefix"), secret_hash=mark("tokenhash"),
                created_at=NOON, expires_at=later,
            ),
            LoginSession(
                user_id=actor.user_id, organization_id=organization_id, token_hash=mark("login"),
                via="test", second_factor=True, address="203.0.113.7", agent=mark("agent"),
                created_at=NOON, authenticated_at=NOON, last_seen_at=NOON, ended_at=None,
            ),
        ]
    )  # fmt: skip
    session.flush()


def _people(session: Session, app: Flask, market: Market) -> Iterable[Person]:
    yield Person("visitor", Role.VISITOR, None, app.test_client())
    owned = {"factory": market.factory, "recycler": market.recycler, "stranger": market.stranger}
    for name, actor in owned.items():
        for role in OWN_ROLES if name == "factory" else OWN_ROLES[:2]:
            yield _member(session, app, actor.organization_id, f"{name}-{role}", role)
    for role in MEMBER_ROLES:
        if role not in OWN_ROLES:
            office = make_actor(session, f"office-{role}", Role.VIEWER)
            yield _member(session, app, office.organization_id, f"somebody-{role}", role)
    guest = _member(session, app, market.stranger.organization_id, "guest", Role.VIEWER)
    guest.organization_id, guest.role = None, Role.GUEST
    yield guest
    yield _program(session, app, market.factory)
    yield _driver(session, app, market.factory)


def _program(session: Session, app: Flask, actor: Actor) -> Person:
    """A program with a token of an owner that may do all that a token may."""
    scopes = [scope.value for scope in scopes_of(Role.OWNER)]
    command = MakeToken.model_validate({"name": "fuzz", "scopes": scopes, "days": 30})
    token = make_token(session, command, actor=actor, now=now_utc())
    person = Person("program", Role.OWNER, actor.organization_id, app.test_client())
    person.headers["Authorization"] = f"Bearer {token}"
    return person


def _driver(session: Session, app: Flask, actor: Actor) -> Person:
    command = AddDriver.model_validate({"name": "Fuzz", "days": 30})
    access = add_driver(session, command, actor=actor, now=now_utc())
    pin = EnterPin.model_validate({"pin": access.pin})
    entered = enter_as_driver(session, access.secret, pin, now=now_utc())
    person = Person("driver", Role.DRIVER, actor.organization_id, app.test_client())
    with person.client.session_transaction() as browser:
        browser[DRIVER] = entered.driver_pass
    return person


def _member(
    session: Session, app: Flask, organization_id: int | None, name: str, role: Role
) -> Person:
    assert organization_id is not None
    email = f"{mark_of(organization_id, name)}@example.com"
    form = {"email": email, "name": name, "password": PASSWORD, "role": role.value}
    command = RegisterUser.model_validate(form)
    register_user(session, organization_id, command, actor=SYSTEM, now=NOON)
    return Person(name, role, organization_id, app.test_client(), email)
