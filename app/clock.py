"""The only module that reads the clock. Everyone else is told what time it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now_utc() -> datetime:
    return datetime.now(UTC)


def day_in(zone: ZoneInfo, instant: datetime) -> date:
    """The calendar day of an instant in the market's time zone: business days count by this."""
    return instant.astimezone(zone).date()
