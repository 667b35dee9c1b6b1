"""When the link of a driver opens nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.accounts.driving import FAILURES_MAX, DriverState, driver_state

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "left", "revoked", "state"),
    [
        (0, timedelta(seconds=1), False, DriverState.ACTIVE),
        (FAILURES_MAX - 1, timedelta(seconds=1), False, DriverState.ACTIVE),
        (FAILURES_MAX, timedelta(seconds=1), False, DriverState.LOCKED),
        (0, timedelta(0), False, DriverState.EXPIRED),
        (FAILURES_MAX, timedelta(0), False, DriverState.EXPIRED),
        (0, timedelta(seconds=1), True, DriverState.REVOKED),
        (FAILURES_MAX, timedelta(0), True, DriverState.REVOKED),
    ],
)
def test_a_link_ends_by_time_by_its_carrier_or_by_five_wrong_pins(failures, left, revoked, state):
    found = driver_state(
        failures=failures,
        expires_at=NOW + left,
        revoked_at=NOW if revoked else None,
        now=NOW,
    )
    assert found is state
