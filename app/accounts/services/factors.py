"""Second factors: recovery codes, the secrets of authenticator apps, and what ends with them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from argon2.exceptions import InvalidHashError, VerifyMismatchError
from passlib.totp import TOTP, AppWallet
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.queries.people import has_second_factor
from app.accounts.services import passwords
from app.accounts.services.trail import note_of_person
from models.accounts.tables import LoginSession, Passkey, RecoveryCode, User
from models.errors import NotAllowed, NotFound
from models.permissions import Actor, Capability, require_user

RECOVERY_CODES: Final = 10
# Without signs that look like others; 12 of 32 signs are 60 bits.
_SIGNS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
TOTP_ISSUER: Final = "Offtake"


def invent_recovery_codes() -> list[tuple[str, str]]:
    """Ten codes and their hashes. Takes long: call it before the write lock is held."""
    codes = []
    for _ in range(RECOVERY_CODES):
        signs = "".join(secrets.choice(_SIGNS) for _ in range(12))
        code = f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"
        codes.append((code, passwords.HASHER.hash(_bare(code))))
    return codes


def find_recovery_code(session: Session, user_id: int, code: str) -> int | None:
    """Which of the codes this is. Takes long: call it before the write lock is held."""
    rows = session.execute(
        select(RecoveryCode.id, RecoveryCode.code_hash).where(RecoveryCode.user_id == user_id)
    ).all()
    found = None
    for row in rows:  # all of them, so that the time says nothing
        try:
            passwords.HASHER.verify(row.code_hash, _bare(code))
            found = row.id
        except (VerifyMismatchError, InvalidHashError):
            continue
    return found


def use_recovery_code(session: Session, recovery_code_id: int, *, now: datetime) -> None:
    """Spend a code; whoever comes second with the same one is refused."""
    spent = session.execute(
        delete(RecoveryCode)
        .where(RecoveryCode.id == recovery_code_id)
        .returning(RecoveryCode.user_id)
    ).scalar_one_or_none()
    if spent is None:
        raise NotAllowed("recovery-code-spent", "This recovery code has been used.")
    note_of_person(session, spent, "account.recovery_code_used", now=now)


def store_recovery_codes(
    session: Session, user_id: int, hashes: Sequence[str], *, now: datetime
) -> None:
    """Keep new codes; the old ones open nothing any more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.add_all(
        RecoveryCode(user_id=user_id, code_hash=code_hash, created_at=now) for code_hash in hashes
    )
    session.flush()
    note_of_person(session, user_id, "account.recovery_codes_made", now=now)


def end_second_factor(session: Session, user_id: int, *, now: datetime) -> None:
    """Once the last factor is gone, no browser counts as having shown one."""
    note_of_person(session, user_id, "account.factor_removed", now=now)
    if has_second_factor(session, user_id):
        return
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    open_ones = update(LoginSession).where(LoginSession.user_id == user_id)
    session.execute(open_ones.values(second_factor=False))


def rename_passkey(session: Session, passkey_id: int, name: str, *, actor: Actor) -> None:
    """Call a passkey otherwise, so that its owner knows which is which."""
    user_id = require_user(actor, Capability.USE_ACCOUNT)
    passkey = session.scalar(
        select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user_id)
    )
    if passkey is None:
        raise NotFound("passkey-unknown", "There is no such passkey.")
    passkey.name = name
    session.flush()


def authenticator_kind(keys: Mapping[str, str]) -> type[TOTP]:
    """Secrets of authenticator apps, encrypted with the first of the keys."""
    wallet = AppWallet(dict(keys), default_tag=next(iter(keys)))
    kind: type[TOTP] = TOTP.using(issuer=TOTP_ISSUER, wallet=wallet)
    return kind


def add_authenticator(
    session: Session, user_id: int, *, keys: Mapping[str, str], now: datetime
) -> str:
    """Give somebody an authenticator secret without asking for a code, and return it.

    For the invented people of the demonstration; others set theirs up on the page.
    """
    secret = authenticator_kind(keys).new()
    session.execute(
        update(User)
        .where(User.id == user_id)
        .values(tf_primary_method="authenticator", tf_totp_secret=secret.to_json(encrypt=True))
    )
    note_of_person(session, user_id, "account.factor_added", now=now)
    return str(secret.base32_key)


def code_at(secret: str, moment: datetime) -> str:
    """What an app that holds this secret shows at a moment."""
    return str(TOTP(key=secret).generate(time=moment.timestamp()).token)


def _bare(code: str) -> str:
    return "".join(sign for sign in code.casefold() if sign.isalnum())
