"""The base of every domain event: a topic, and plain values that survive being stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, named in the past tense.

    It carries ids and values that JSON can hold, never rows. `topic` is the name outside, such as
    `auction.bid_placed`: never rename one that has been recorded.
    """

    topic: ClassVar[str]
