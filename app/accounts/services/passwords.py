"""Passwords: argon2id with the strength that OWASP asks for, one hasher for every flow."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from models.accounts.passwords import check_length, check_strength, normal_password

# OWASP's password storage cheat sheet: 19 MiB, two passes, one lane.
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Verified when nobody has the address, so that both answers take the same time.
_NOBODY: Final = HASHER.hash("nobody has this password")
# Offline: what people choose must not be sent to anybody to be looked up.
_COMMON: Final = frozenset(FREQUENCY_LISTS["passwords"])
# The estimator reads no more; whatever is longer is judged by its beginning.
_ESTIMATED_SIGNS: Final = 72


def hash_password(password: str) -> str:
    return HASHER.hash(normal_password(password))


def is_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long where there is none."""
    try:
        HASHER.verify(password_hash or _NOBODY, normal_password(password))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def check_new_password(password: str, *, about: Collection[str]) -> None:
    """Refuse a password that would be guessed; `about`: the name and the address of its owner."""
    password = normal_password(password)
    check_length(password)
    estimate = zxcvbn(password[:_ESTIMATED_SIGNS], user_inputs=list(about))
    check_strength(password, about=about, common=_COMMON, guesses=int(estimate["guesses"]))
