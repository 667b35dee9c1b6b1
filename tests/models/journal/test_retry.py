"""Back-off: doubling, capped, lengthened by what follows from the job, and ended."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.journal.retry import STANDARD_RETRY, RetryPolicy, next_attempt

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def wait_s(job_id, attempts, policy=STANDARD_RETRY):
    return (next_attempt(job_id, attempts=attempts, now=NOON, policy=policy) - NOON).total_seconds()


def test_the_wait_doubles_until_the_longest_and_is_lengthened_by_less_than_a_quarter():
    bases = [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240, 20480, 21600]
    waits = [wait_s(7, attempts) for attempts in range(1, 15)]
    assert [
        base for base, wait in zip(bases, waits, strict=True) if base <= wait < 1.25 * base
    ] == (bases)


def test_the_same_failure_gives_the_same_instant():
    assert next_attempt(7, attempts=1, now=NOON, policy=STANDARD_RETRY) == NOON + timedelta(
        seconds=5, microseconds=83_007
    )


def test_jobs_that_failed_together_do_not_return_together():
    assert len({wait_s(job_id, 3) for job_id in range(100)}) == 100


def test_the_last_attempt_leads_to_a_dead_letter():
    patient = RetryPolicy(attempts_max=3)
    assert next_attempt(1, attempts=2, now=NOON, policy=patient) is not None
    assert next_attempt(1, attempts=3, now=NOON, policy=patient) is None
    assert next_attempt(1, attempts=15, now=NOON, policy=STANDARD_RETRY) is None


def test_as_it_stands_a_job_is_given_up_within_a_day():
    total = timedelta(seconds=sum(wait_s(7, attempts) for attempts in range(1, 15)))
    assert timedelta(hours=17) < total < timedelta(hours=22)


@given(st.integers(1, 2**62), st.integers(1, 14))
def test_no_wait_is_shorter_than_the_first_or_longer_than_the_longest_and_a_quarter(job_id, tries):
    assert 5 <= wait_s(job_id, tries) < 6 * 3600 * 1.25


def test_a_try_that_was_not_made_cannot_have_failed():
    with pytest.raises(ValueError, match="at least 1"):
        next_attempt(1, attempts=0, now=NOON, policy=STANDARD_RETRY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_wait": timedelta(0)},
        {"first_wait": timedelta(hours=7)},
        {"attempts_max": 0},
    ],
)
def test_an_impossible_policy_is_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        RetryPolicy(**wrong)
