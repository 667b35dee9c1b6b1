"""Hashing takes long, so it is done before the write lock is held; the flows then only look it up.

Flask-Security asks its password context inside the transaction. Ours remembers, for one request,
what was worked out beforehand. What was not is still worked out, only later than it should be.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any, Final

from flask import g

from app.accounts.services import passwords
from app.accounts.services.factors import invent_recovery_codes
from models.accounts.passwords import normal_password

# What the library hashes to look as busy as for somebody it knows. We are as busy beforehand.
_PRETENCE: Final = "not-a-password"


def _work() -> dict[tuple[str, ...], Any]:
    if "slow_work" not in g:
        g.slow_work = {}
    found = g.slow_work
    assert isinstance(found, dict)
    return found


class PasswordContext:
    """What Flask-Security asks about passwords, in place of passlib's context."""

    def hash(self, password: str, **_: object) -> str:
        if password == _PRETENCE:
            return password
        key = ("hash", normal_password(password))
        if key not in _work():
            _work()[key] = passwords.hash_password(password)
        return str(_work()[key])

    def verify(self, password: str, password_hash: str | None) -> bool:
        key = ("verify", normal_password(password), password_hash or "")
        if key not in _work():
            _work()[key] = passwords.is_password(password_hash, password)
        return bool(_work()[key])

    def needs_update(self, password_hash: str) -> bool:
        return passwords.HASHER.check_needs_rehash(password_hash)

    def identify(self, password_hash: str) -> str:  # noqa: ARG002  (there is one kind)
        return "argon2"


class LinkMarks:
    """What a link in a letter holds of a password or an address: it ends when that is changed.

    The library would take half a second for each, under the write lock, and only where somebody
    has the address: the time would tell who is known here. A keyed digest tells nothing either.
    """

    def __init__(self, key: str) -> None:
        self._key = f"link:{key}".encode()

    def hash(self, marked: bytes) -> str:
        return hmac.new(self._key, marked, sha256).hexdigest()

    def verify(self, marked: bytes, known: str) -> bool:
        return hmac.compare_digest(self.hash(marked).encode(), known.encode())


def prepared_recovery_codes() -> list[tuple[str, str]]:
    """New codes with their hashes, the same for the whole request."""
    key = ("recovery codes",)
    if key not in _work():
        _work()[key] = invent_recovery_codes()
    return list(_work()[key])


def note_recovery_code(user_id: int, code: str, recovery_code_id: int | None) -> None:
    _work()["recovery code", str(user_id), code] = recovery_code_id


def noted_recovery_code(user_id: int, code: str) -> int | None:
    """Which of a person's codes this was found to be before the lock was taken."""
    found = _work().get(("recovery code", str(user_id), code))
    return None if found is None else int(found)
