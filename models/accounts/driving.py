"""Drivers without an account: their link, their PIN, and when neither opens anything."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

PIN_DIGITS: Final = 6
FAILURES_MAX: Final = 5
DAYS_MAX: Final = 180
DRIVERS_MAX: Final = 200


class DriverState(StrEnum):
    ACTIVE = "active"
    LOCKED = "locked"
    REVOKED = "revoked"
    EXPIRED = "expired"


def driver_state(
    *, failures: int, expires_at: datetime, revoked_at: datetime | None, now: datetime
) -> DriverState:
    """Five wrong PINs lock the link for good: with 10^6 PINs a thief has 1 chance in 200,000."""
    if revoked_at is not None:
        return DriverState.REVOKED
    if now >= expires_at:
        return DriverState.EXPIRED
    return DriverState.ACTIVE if failures < FAILURES_MAX else DriverState.LOCKED
