"""Occurrences: the last one that is due, and the next."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.journal.recurrence import latest_occurrence, next_occurrence

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("after_noon", "latest"),
    [
        (timedelta(0), timedelta(0)),
        (timedelta(microseconds=1), timedelta(0)),
        (HOUR, HOUR),
        (5 * HOUR - timedelta(microseconds=1), 4 * HOUR),
        (-timedelta(microseconds=1), -HOUR),
    ],
)
def test_the_latest_occurrence_is_at_or_before_now(after_noon, latest):
    assert latest_occurrence(NOON, HOUR, NOON + after_noon) == NOON + latest


def test_the_next_occurrence_is_after_now():
    assert next_occurrence(NOON, HOUR, NOON) == NOON + HOUR
    assert next_occurrence(NOON, HOUR, NOON - timedelta(seconds=1)) == NOON


@given(
    st.timedeltas(timedelta(seconds=1), timedelta(days=400)),
    st.timedeltas(timedelta(days=-4000), timedelta(days=4000)),
)
def test_now_lies_within_one_interval_of_the_latest_occurrence(every, distance):
    now = NOON + distance
    latest = latest_occurrence(NOON, every, now)
    assert latest <= now < latest + every
    assert (latest - NOON) % every == timedelta(0)


def test_an_interval_of_nothing_is_refused():
    with pytest.raises(ValueError, match="positive"):
        latest_occurrence(NOON, timedelta(0), NOON)
