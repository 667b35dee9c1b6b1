"""The chain that makes every later change to the audit trail show.

Each link holds the SHA-256 of the link before and of what its entry says, so that a row which was
changed, taken out or put in breaks its own link and, were that mended, every later one. The scheme
is that of Haber and Stornetta, "How to time-stamp a digital document", J. Cryptology 3 (1991),
linear linking. What is hashed is canonical JSON: sorted keys, no blanks, ASCII (RFC 8785 for the
integers, texts and booleans that occur here). Whoever can rewrite the whole database can make a
new chain; a head that was noted elsewhere shows that too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

# What the first link is tied to.
START: Final = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedFacts:
    """What a link vouches for. No name, address or number of a person: those may be deleted."""

    entry_id: int
    at: datetime
    topic: str
    outcome: str
    role: str
    by_token: bool
    person: str | None  # a keyed pseudonym
    organization_id: int | None
    subject_kind: str
    subject_id: int | None
    subject_person: str | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLink:
    position: int
    entry_id: int
    hash: str
    facts: ChainedFacts | None  # None: the entry is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How far the chain holds. `fault` names the first link that does not; empty: all do."""

    length: int
    head: str
    fault: str = ""
    noted_head_found: bool = False


def link_hash(previous: str, position: int, facts: ChainedFacts) -> str:
    """The hash of a link: 64 signs."""
    said = {
        "previous": previous,
        "position": position,
        "entry": facts.entry_id,
        "at": facts.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "topic": facts.topic,
        "outcome": facts.outcome,
        "role": facts.role,
        "by_token": facts.by_token,
        "person": facts.person,
        "organization": facts.organization_id,
        "subject": [facts.subject_kind, facts.subject_id, facts.subject_person],
        "content": _digest({"before": dict(facts.before), "after": dict(facts.after)}),
    }
    return _digest(said)


def verify_links(links: Iterable[StoredLink], *, noted_head: str = "") -> Verdict:
    """Walk links in the order of their positions, up to the first that does not hold."""
    previous, length, found = START, 0, noted_head == START
    for link in links:
        expected = length + 1
        fault = ""
        if link.position != expected:
            fault = f"link {expected} of the chain is missing"
        elif link.facts is None:
            fault = f"entry {link.entry_id} is gone (link {expected})"
        elif link_hash(previous, expected, link.facts) != link.hash:
            fault = f"entry {link.entry_id} or its link {expected} was changed"
        if fault:
            return Verdict(length=length, head=previous, fault=fault, noted_head_found=found)
        previous, length = link.hash, expected
        found = found or link.hash == noted_head
    return Verdict(length=length, head=previous, noted_head_found=found)


def _digest(content: Mapping[str, Any]) -> str:
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(written.encode("ascii")).hexdigest()
