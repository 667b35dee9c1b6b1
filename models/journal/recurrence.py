"""Occurrences of a schedule: equally spaced instants, counted from one of them."""

from __future__ import annotations

from datetime import datetime, timedelta


def latest_occurrence(any_occurrence: datetime, every: timedelta, now: datetime) -> datetime:
    """The last occurrence at or before `now`. Occurrences reach back without end."""
    if every <= timedelta(0):
        raise ValueError("every must be positive")
    return any_occurrence + (now - any_occurrence) // every * every


def next_occurrence(any_occurrence: datetime, every: timedelta, now: datetime) -> datetime:
    """The first occurrence after `now`."""
    return latest_occurrence(any_occurrence, every, now) + every
