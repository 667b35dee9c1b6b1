"""Passwords: argon2id with the strength that OWASP asks for, one hasher for every flow."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

# OWASP's password storage cheat sheet: 19 MiB, two passes, one lane.
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Verified when nobody has the address, so that both answers take the same time.
_NOBODY: Final = HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def is_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long where there is none."""
    try:
        HASHER.verify(password_hash or _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None
