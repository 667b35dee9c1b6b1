"""Use cases of drivers: give a link and a PIN, take them back, come in with them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.inputs.members import AddDriver, EnterPin
from app.accounts.queries.drivers import pass_of
from app.accounts.queries.hashes import hash_of
from app.accounts.queries.holding import lock_driver, lock_organization
from app.accounts.services.passwords import hash_password, is_password
from app.journal.services import record
from models.accounts.driving import DRIVERS_MAX, FAILURES_MAX, PIN_DIGITS, DriverState, driver_state
from models.accounts.events import DriverAdded, DriverEntered, DriverLocked, DriverRevoked
from models.accounts.tables import Driver
from models.errors import Conflict, NotFound
from models.permissions import Actor, Capability, Role, require_organization


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverAccess:
    """What the driver is given, once: nobody can read it again."""

    driver_id: int
    name: str
    secret: str
    pin: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PinAnswer:
    """What became of a PIN. A wrong one is counted, so it is returned and not raised."""

    driver_pass: str | None
    tries_left: int


def add_driver(
    session: Session, command: AddDriver, *, actor: Actor, now: datetime
) -> DriverAccess:
    """Give a driver of the actor's organization a link and a PIN."""
    organization_id = require_organization(actor, Capability.MANAGE_DRIVERS)
    lock_organization(session, organization_id)
    query = select(func.count()).where(
        Driver.organization_id == organization_id,
        Driver.revoked_at.is_(None),
        Driver.expires_at > now,
    )
    if (session.scalar(query) or 0) >= DRIVERS_MAX:
        raise Conflict("drivers-many", "There are too many drivers. Revoke those not in use.")
    secret = secrets.token_urlsafe(32)
    pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
    driver = Driver(
        organization_id=organization_id,
        name=command.name,
        phone=command.phone,
        token_hash=hash_of(secret),
        pin_hash=hash_password(pin),
        created_at=now,
        expires_at=now + timedelta(days=command.days),
    )
    session.add(driver)
    session.flush()
    event = DriverAdded(driver_id=driver.id, organization_id=organization_id)
    record(session, event, now=now, actor=actor)
    return DriverAccess(
        driver_id=driver.id, name=driver.name, secret=secret, pin=pin, expires_at=driver.expires_at
    )


def revoke_driver(session: Session, driver_id: int, *, actor: Actor, now: datetime) -> None:
    """Take the link back; a driver who is on the page is out with the next press."""
    organization_id = require_organization(actor, Capability.MANAGE_DRIVERS)
    driver = lock_driver(session, driver_id, organization_id=organization_id)
    if driver.revoked_at is not None:
        return
    driver.revoked_at = now
    session.flush()
    event = DriverRevoked(driver_id=driver.id, organization_id=organization_id)
    record(session, event, now=now, actor=actor)


def enter_as_driver(
    session: Session, secret: str, command: EnterPin, *, now: datetime
) -> PinAnswer:
    """Come in with a link and its PIN. Five wrong ones lock the link, however they are spread."""
    query = select(Driver).where(Driver.token_hash == hash_of(secret)).with_for_update()
    driver = session.scalar(query)
    if driver is None or _state(driver, now) is not DriverState.ACTIVE:
        # Whatever ended it: whoever found the link learns nothing of whose it was.
        raise NotFound("driver-link-ended", "This link opens nothing any more. Ask for a new one.")
    actor = _acting(driver)
    if is_password(driver.pin_hash, command.pin):
        driver.failures = 0
        session.flush()
        event = DriverEntered(driver_id=driver.id, organization_id=driver.organization_id)
        record(session, event, now=now, actor=actor)
        return PinAnswer(driver_pass=pass_of(driver, secret, since=now), tries_left=FAILURES_MAX)
    driver.failures += 1
    session.flush()
    if _state(driver, now) is DriverState.LOCKED:
        locked = DriverLocked(driver_id=driver.id, organization_id=driver.organization_id)
        record(session, locked, now=now, actor=actor)
    return PinAnswer(driver_pass=None, tries_left=FAILURES_MAX - driver.failures)


def _state(driver: Driver, now: datetime) -> DriverState:
    return driver_state(
        failures=driver.failures,
        expires_at=driver.expires_at,
        revoked_at=driver.revoked_at,
        now=now,
    )


def _acting(driver: Driver) -> Actor:
    return Actor(
        user_id=None,
        organization_id=driver.organization_id,
        role=Role.DRIVER,
        driver_id=driver.id,
    )
