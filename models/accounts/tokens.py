"""Tokens of programs: how they are written, what they may be for, and when they open nothing."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from models.errors import Invalid
from models.permissions import CAPABILITIES, Capability, Role

DAYS_MAX: Final = 365
TOKENS_MAX: Final = 50
# A program never touches people, other tokens or how the organization stands.
SCOPES: Final = (
    Capability.READ_MARKET,
    Capability.READ_OWN,
    Capability.READ_PARTNERS,
    Capability.MANAGE_SITES,
    Capability.MANAGE_STREAMS,
    Capability.MANAGE_DEMANDS,
    Capability.PUBLISH_LISTINGS,
    Capability.MANAGE_PAPERS,
    Capability.MANAGE_UPLOADS,
    Capability.MANAGE_DRIVERS,
)
_SHAPE: Final = re.compile(r"offt_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")


class TokenParts(NamedTuple):
    prefix: str
    secret: str


def written_token(parts: TokenParts) -> str:
    """The token as its holder keeps it; scanners for leaked secrets find it by its beginning."""
    return f"offt_{parts.prefix}_{parts.secret}"


def read_token(written: str) -> TokenParts | None:
    """The two parts of a token, or None if it cannot be one."""
    found = _SHAPE.fullmatch(written)
    return None if found is None else TokenParts(*found.groups())


def scopes_of(role: Role) -> tuple[Capability, ...]:
    """What somebody in this role may hand to a program."""
    return tuple(scope for scope in SCOPES if scope in CAPABILITIES[role])


def check_token(role: Role, scopes: Collection[Capability], *, days: int) -> None:
    """Refuse a token that could do more, or last longer, than it may."""
    if not set(scopes) <= set(scopes_of(role)):
        raise Invalid("token-scope", "A token can only do what you may do.", field="scopes")
    if not 1 <= days <= DAYS_MAX:
        raise Invalid("token-days", "A token lasts at most a year.", field="days")


def opens(*, expires_at: datetime, revoked_at: datetime | None, now: datetime) -> bool:
    return revoked_at is None and now < expires_at


def expiry_of(days: int, now: datetime) -> datetime:
    return now + timedelta(days=days)
