"""Reads of drivers: the list of their carrier, and who comes in by a pass."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries.hashes import hash_of
from app.settings import SessionPolicy
from models.accounts.driving import DriverState, driver_state
from models.accounts.tables import Driver, Organization
from models.permissions import Actor, Capability, Role, require_organization

_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverRow:
    id: int
    name: str
    phone: str | None
    state: DriverState
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverOnTheRoad:
    """A driver who has come in, and for whom he drives."""

    id: int
    name: str
    organization_id: int
    organization: str
    organization_zh: str | None
    expires_at: datetime

    @property
    def name_en(self) -> str:
        return self.organization

    @property
    def name_zh(self) -> str | None:
        return self.organization_zh


def drivers_of(session: Session, *, actor: Actor, now: datetime) -> tuple[DriverRow, ...]:
    """The drivers of the actor's organization, newest first."""
    organization_id = require_organization(actor, Capability.MANAGE_DRIVERS)
    query = (
        select(Driver)
        .where(Driver.organization_id == organization_id)
        .order_by(Driver.id.desc())
        .limit(_SHOWN)
    )
    return tuple(
        DriverRow(
            id=driver.id,
            name=driver.name,
            phone=driver.phone,
            state=_state(driver, now),
            created_at=driver.created_at,
            expires_at=driver.expires_at,
        )
        for driver in session.scalars(query)
    )


def is_driver_link_open(session: Session, secret: str, *, now: datetime) -> bool:
    """Whether a PIN is asked for. Says nothing else: the link may lie on a car park."""
    driver = session.scalar(select(Driver).where(Driver.token_hash == hash_of(secret)))
    return driver is not None and _state(driver, now) is DriverState.ACTIVE


def pass_of(driver: Driver, secret: str, *, since: datetime) -> str:
    """What the browser of a driver holds: the link's secret, since when, and that the PIN fitted.

    The proof is keyed by the hash of the PIN: whoever has the link alone cannot make it, and a
    new PIN ends it.
    """
    moment = str(int(since.timestamp()))
    proof = hmac.new(driver.pin_hash.encode(), f"{secret}.{moment}".encode(), sha256)
    return f"{secret}.{moment}.{proof.hexdigest()}"


def find_driver(
    session: Session, driver_pass: str, *, now: datetime, policy: SessionPolicy
) -> tuple[Actor, DriverOnTheRoad] | None:
    """Who comes in by this pass; None once the link, the PIN or the day is over."""
    secret, _, rest = driver_pass.partition(".")
    moment = rest.partition(".")[0]
    found = session.execute(
        select(Driver, Organization)
        .join(Organization, Organization.id == Driver.organization_id)
        .where(Driver.token_hash == hash_of(secret))
    ).first()
    if found is None or not (moment.isdecimal() and len(moment) <= 12):
        return None
    driver, organization = found
    since = datetime.fromtimestamp(int(moment), UTC)
    fits = hmac.compare_digest(pass_of(driver, secret, since=since).encode(), driver_pass.encode())
    if not fits or not since <= now < since + policy.absolute:
        return None
    if _state(driver, now) is not DriverState.ACTIVE:
        return None
    actor = Actor(
        user_id=None,
        organization_id=driver.organization_id,
        role=Role.DRIVER,
        driver_id=driver.id,
    )
    return actor, DriverOnTheRoad(
        id=driver.id,
        name=driver.name,
        organization_id=organization.id,
        organization=organization.name,
        organization_zh=organization.name_zh,
        expires_at=driver.expires_at,
    )


def driver_on_the_road(session: Session, driver_id: int) -> DriverOnTheRoad:
    """The driver who was let in, for his own page."""
    driver = session.get_one(Driver, driver_id)
    organization = session.get_one(Organization, driver.organization_id)
    return DriverOnTheRoad(
        id=driver.id,
        name=driver.name,
        organization_id=organization.id,
        organization=organization.name,
        organization_zh=organization.name_zh,
        expires_at=driver.expires_at,
    )


def _state(driver: Driver, now: datetime) -> DriverState:
    return driver_state(
        failures=driver.failures,
        expires_at=driver.expires_at,
        revoked_at=driver.revoked_at,
        now=now,
    )
