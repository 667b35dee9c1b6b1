"""Use cases of one's own account: name, language, phone, address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.inputs.people import ChangeAccount
from app.accounts.services.notices import write_notice
from app.accounts.services.trail import note_of_person
from app.database import lock_name
from models.accounts.phones import is_phone_code, phone_code
from models.accounts.tables import User
from models.errors import Conflict, Invalid
from models.permissions import Actor, Capability, require_user


def check_address_free(session: Session, email: str) -> None:
    """Refuse an address that has an account; nobody else can take it before this transaction."""
    lock_name(session, f"user:{email}")
    if session.scalar(select(User.id).where(User.email == email)) is not None:
        raise Conflict("email-taken", "This address already has an account.")


def change_account(session: Session, command: ChangeAccount, *, actor: Actor) -> None:
    """Change what one is called and written to in."""
    user = _locked(session, actor)
    user.name, user.language = command.name, command.language
    session.flush()


def set_phone(session: Session, phone: str, *, actor: Actor, now: datetime, key: bytes) -> None:
    """Note a phone number that is not confirmed yet, and send the code that confirms it."""
    user = _locked(session, actor)
    user.phone, user.phone_confirmed_at = phone, None
    session.flush()
    code = phone_code(key, user_id=user.id, phone=phone, at=now)
    write_notice(session, user.id, "phone", now=now, to=phone, code=code)


def confirm_phone(session: Session, code: str, *, actor: Actor, now: datetime, key: bytes) -> None:
    """Note that the person reads the messages of this phone. A confirmed one stays so."""
    user = _locked(session, actor)
    if user.phone is None or user.phone_confirmed_at is not None:
        raise Conflict("phone-nothing-to-confirm", "There is no phone number to confirm.")
    if not is_phone_code(key, code, user_id=user.id, phone=user.phone, at=now):
        raise Invalid(
            "phone-code-wrong", "This code is wrong or too old. Ask for a new one.", field="code"
        )
    user.phone_confirmed_at = now
    session.flush()
    note_of_person(session, user.id, "account.phone_confirmed", now=now)


def _locked(session: Session, actor: Actor) -> User:
    user_id = require_user(actor, Capability.USE_ACCOUNT)
    return session.execute(select(User).where(User.id == user_id).with_for_update()).scalar_one()
