"""What an entry of the audit trail says: who did what to what, what it was and what it became."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from models.journal.masking import masked_value
from models.permissions import Actor

PSEUDONYM_SIGNS: Final = 32
_TOPIC: Final = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)+")
_KIND: Final = re.compile(r"[a-z_]*")
# Tables whose rows the database itself refuses to change or forget. `offtake doctor` looks for
# their triggers; a migration that adds one of either adds it here.
APPEND_ONLY_TABLES: Final = ("outbox_event", "audit_entry", "audit_link")


# Kinds of subjects that are people: in the trail they have pseudonyms, never numbers.
PEOPLE: Final = frozenset({"user", "driver"})


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditNote:
    """Something that happened and that somebody may have to answer for.

    `topic` is in the past tense, `organization.verified`, and never renamed. `before` and `after`
    hold ids, codes and quantities, never what a person is called or reached by: they are chained,
    and what is chained cannot be forgotten.
    """

    topic: str
    subject_kind: str = ""
    subject_id: int | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    outcome: Outcome = Outcome.DONE
    event_id: int | None = None

    def __post_init__(self) -> None:
        if not _TOPIC.fullmatch(self.topic) or not _KIND.fullmatch(self.subject_kind):
            raise ValueError(f"{self.topic!r} or {self.subject_kind!r} is no word of the trail")


def subject_of(topic: str, payload: Mapping[str, Any]) -> tuple[str, int | None]:
    """What an event is about: `stream.changed` is about the stream of its `stream_id`."""
    kind = topic.partition(".")[0]
    found = payload.get(f"{kind}_id")
    return kind, found if type(found) is int else None


def impersonal(facts: Mapping[str, Any], key: bytes) -> dict[str, Any]:
    """The facts with people by their pseudonyms, and without what got among them by mistake.

    `invited_user_id: 5` becomes `invited_user: 8d1c…`.
    """
    said: dict[str, Any] = {}
    for name, value in facts.items():
        kind = name.removesuffix("_id").rpartition("_")[2]
        if kind in PEOPLE and name.endswith("_id") and type(value) is int:
            said[name.removesuffix("_id")] = pseudonym(f"{kind}:{value}", key)
        else:
            said[name] = masked_value(value)
    return said


def pseudonym_of(actor: Actor | None, key: bytes) -> str | None:
    """The name under which whoever acts stands in the chain; None where nobody in person acts."""
    if actor is None:
        return None
    if actor.user_id is not None:
        return pseudonym(f"user:{actor.user_id}", key)
    return None if actor.driver_id is None else pseudonym(f"driver:{actor.driver_id}", key)


def pseudonym(person: str, key: bytes) -> str:
    """HMAC-SHA-256 (RFC 2104), shortened to 128 bits: without the key nobody can find it again."""
    return hmac.new(key, person.encode(), sha256).hexdigest()[:PSEUDONYM_SIGNS]
