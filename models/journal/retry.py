"""When a job that failed is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zlib import crc32

_JITTER_STEPS: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How patient the queue is. As it stands, a job is given up after about 19 hours.

    The first wait is short because most failures are a passing quarrel over a lock; the longest is
    long because the others are an outage that somebody has to end.
    """

    first_wait: timedelta = timedelta(seconds=5)
    longest_wait: timedelta = timedelta(hours=6)
    attempts_max: int = 15

    def __post_init__(self) -> None:
        if not timedelta(0) < self.first_wait <= self.longest_wait:
            raise ValueError("first_wait must be positive and not above longest_wait")
        if self.attempts_max < 1:
            raise ValueError("attempts_max must be at least 1")


STANDARD_RETRY: Final = RetryPolicy()


def next_attempt(
    job_id: int, *, attempts: int, now: datetime, policy: RetryPolicy
) -> datetime | None:
    """When to try again after `attempts` tries, or None if the job is a dead letter.

    The wait doubles with every attempt up to the longest, and is lengthened by up to a quarter, so
    that jobs which failed together do not return together. The lengthening follows from the job
    and the attempt, not from chance: the same failure always gives the same instant.
    """
    if attempts < 1:
        raise ValueError("attempts counts the tries made, so it is at least 1")
    if attempts >= policy.attempts_max:
        return None
    wait = policy.first_wait
    for _ in range(attempts - 1):
        if wait >= policy.longest_wait:
            break
        wait *= 2
    wait = min(wait, policy.longest_wait)
    step = crc32(f"{job_id}:{attempts}".encode()) % _JITTER_STEPS
    return now + wait + wait * step // (4 * _JITTER_STEPS)
