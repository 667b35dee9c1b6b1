"""Drivers come in by a link and a PIN, for a day, and reach nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.inputs.members import AddDriver, EnterPin
from app.accounts.queries.drivers import drivers_of, is_driver_link_open
from app.accounts.services.drivers import enter_as_driver, revoke_driver
from models.accounts.driving import DriverState
from models.accounts.tables import Driver
from models.errors import Conflict, NotAllowed, NotFound
from models.permissions import Actor, Capability, Frame, Role
from tests.app.accounts.houses import (
    POLICY,
    count,
    driver_for,
    frame_of,
    refused,
    topics,
)
from tests.market import NOON, make_actor


@pytest.fixture
def carrier(session):
    return make_actor(session, "carrier")


@pytest.fixture
def access(session, carrier):
    return driver_for(session, carrier)


def enter(session, access, pin=None, now=NOON):
    return enter_as_driver(session, access.secret, EnterPin(pin=pin or access.pin), now=now)


def wrong(access):
    return f"{(int(access.pin) + 1) % 10**6:06}"


def seen(session, driver_pass, now=NOON):
    return frame_of(session, driver=driver_pass, now=now)


def test_a_driver_drives_for_his_carrier_and_may_nothing_else(session, carrier, access):
    frame = seen(session, enter(session, access).driver_pass)
    assert frame.actor == Actor(
        user_id=None,
        organization_id=carrier.organization_id,
        role=Role.DRIVER,
        driver_id=access.driver_id,
    )
    assert (frame.user_name, frame.organization_name) == ("Li", "carrier")
    may = {capability for capability in Capability if frame.actor.may(capability)}
    assert may == {Capability.READ_MARKET, Capability.DRIVE}
    assert topics(session) == ["driver.added", "driver.entered"]


def test_neither_link_nor_pin_is_kept(session, access):
    driver = session.scalars(select(Driver)).one()
    assert driver.pin_hash.startswith("$argon2id$")
    assert access.secret not in driver.token_hash
    assert len(access.pin) == 6


def test_five_wrong_pins_lock_the_link_even_for_the_right_one(session, carrier, access):
    left = [enter(session, access, wrong(access)).tries_left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert refused(session, NotFound, enter, access) == "driver-link-ended"
    assert not is_driver_link_open(session, access.secret, now=NOON)
    assert [row.state for row in drivers_of(session, actor=carrier, now=NOON)] == [
        DriverState.LOCKED
    ]
    assert topics(session) == ["driver.added", "driver.locked"]


def test_a_right_pin_forgives_the_wrong_ones_before(session, access):
    for _ in range(3):
        for _ in range(4):
            assert enter(session, access, wrong(access)).driver_pass is None
        assert enter(session, access).driver_pass is not None


def test_a_lock_ends_those_who_are_in_as_well(session, access):
    driver_pass = enter(session, access).driver_pass
    for _ in range(5):
        enter(session, access, wrong(access))
    assert seen(session, driver_pass) == Frame()


def test_a_pass_lasts_a_day_and_no_longer_than_the_link(session, access):
    driver_pass = enter(session, access).driver_pass
    moment = timedelta(seconds=1)
    assert seen(session, driver_pass, NOON + POLICY.absolute - moment).user_name == "Li"
    assert seen(session, driver_pass, NOON + POLICY.absolute) == Frame()
    late = NOON + timedelta(days=30) - moment
    driver_pass = enter(session, access, now=late).driver_pass
    assert seen(session, driver_pass, late).user_name == "Li"
    assert seen(session, driver_pass, late + moment) == Frame()
    code = refused(session, NotFound, enter, access, now=late + moment)
    assert code == "driver-link-ended"


def test_the_link_alone_makes_no_pass(session, access):
    good = enter(session, access).driver_pass
    secret, moment, proof = good.split(".")
    later = str(int(moment) + 60)
    forged = [
        secret,
        f"{secret}.{moment}",
        f"{secret}.{moment}.",
        f"{secret}.{moment}.{'0' * 64}",
        f"{secret}.{later}.{proof}",
        f"{secret}.{moment}.{proof[:-1]}",
        f"{secret}.9{moment}99999.{proof}",
        f"{secret}.-1.{proof}",
        f"{secret}.{moment}.{proof}.x",
        "ü.ü.ü",
        "",
    ]
    assert {seen(session, each) for each in forged} == {Frame()}


def test_a_revoked_link_ends_at_once_and_only_for_the_carrier_to_say(session, carrier, access):
    driver_pass = enter(session, access).driver_pass
    stranger = make_actor(session, "stranger")
    code = refused(session, NotFound, revoke_driver, access.driver_id, actor=stranger, now=NOON)
    assert code == "driver-unknown"
    assert drivers_of(session, actor=stranger, now=NOON) == ()
    revoke_driver(session, access.driver_id, actor=carrier, now=NOON)
    revoke_driver(session, access.driver_id, actor=carrier, now=NOON)
    assert topics(session).count("driver.revoked") == 1
    assert seen(session, driver_pass) == Frame()
    assert refused(session, NotFound, enter, access) == "driver-link-ended"


@pytest.mark.parametrize(
    "role", [r for r in Role if r not in {"owner", "trader", "weighbridge", "system"}]
)
def test_only_those_at_the_gate_and_above_give_access(session, carrier, role):
    actor = Actor(user_id=carrier.user_id, organization_id=carrier.organization_id, role=role)
    assert refused(session, NotAllowed, driver_for, actor) == "capability-missing"
    assert count(session, Driver) == 0


def test_two_hundred_drivers_are_enough(session, carrier, access):
    session.add_all(
        Driver(
            organization_id=carrier.organization_id,
            name="x",
            token_hash=str(number),
            pin_hash="x",
            created_at=NOON,
            expires_at=NOON + timedelta(days=1),
        )
        for number in range(199)
    )
    session.flush()
    assert refused(session, Conflict, driver_for, carrier) == "drivers-many"


@pytest.mark.parametrize("pin", ["12345", "1234567", "12345a", "", "½½½½½½", None, 123456])
def test_what_is_no_pin_is_not_counted(pin):
    with pytest.raises(ValueError, match="pin"):
        EnterPin.model_validate({"pin": pin})


def test_a_pin_is_read_as_phones_write_it():
    assert EnterPin.model_validate({"pin": " 123 456 "}).pin == "123456"
    assert EnterPin.model_validate({"pin": "１２３４５６"}).pin == "123456"


@pytest.mark.parametrize(
    "changed", [{"days": 0}, {"days": 181}, {"name": ""}, {"phone": "call me"}, {"pin": "000000"}]
)
def test_a_driver_is_added_within_bounds(changed):
    with pytest.raises(ValueError, match=next(iter(changed))):
        AddDriver.model_validate({"name": "Li", "days": 30} | changed)
