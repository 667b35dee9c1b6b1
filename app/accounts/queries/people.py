"""What a person may see of the own account: factors, passkeys, browsers that are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.queries.hashes import hash_of
from app.settings import SessionPolicy
from models.accounts.standing import ONE_FACTOR_ROLES
from models.accounts.tables import LoginSession, Membership, Passkey, RecoveryCode, User
from models.permissions import Role

AnyPasskey = TypeVar("AnyPasskey", bound=Passkey)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRow:
    id: int
    name: str
    synced: bool
    created_at: datetime
    last_used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """Everything that the page of an account shows of its owner."""

    name: str
    email: str
    language: str
    phone: str | None
    phone_confirmed: bool
    has_authenticator: bool
    passkeys: tuple[PasskeyRow, ...]
    recovery_codes_left: int
    needs_second_factor: bool

    @property
    def has_second_factor(self) -> bool:
        return self.has_authenticator or bool(self.passkeys)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserRow:
    """One browser that is signed in."""

    id: int
    via: str
    agent: str
    address: str
    since: datetime
    seen_at: datetime


def passkeys_of(session: Session, user_id: int, kind: type[AnyPasskey]) -> list[AnyPasskey]:
    return list(session.scalars(select(kind).where(kind.user_id == user_id).order_by(kind.id)))


def count_recovery_codes(session: Session, user_id: int) -> int:
    query = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)
    return session.execute(query).scalar_one()


def password_hash_of(
    session: Session, *, email: str | None = None, user_id: int | None = None
) -> str | None:
    """What a password is compared with before the write lock is taken."""
    wanted = User.email == email if user_id is None else User.id == user_id
    return session.scalar(select(User.password).where(wanted))


def user_id_of(session: Session, fs_uniquifier: str) -> int | None:
    return session.scalar(select(User.id).where(User.fs_uniquifier == fs_uniquifier))


def email_of(session: Session, user_id: int) -> str:
    return session.execute(select(User.email).where(User.id == user_id)).scalar_one()


def needs_second_factor(session: Session, user_id: int) -> bool:
    """Whether the person holds a role, anywhere, that wants more than a password."""
    roles = session.scalars(select(Membership.role).where(Membership.user_id == user_id))
    return any(Role(role) not in ONE_FACTOR_ROLES for role in roles)


def has_second_factor(session: Session, user_id: int) -> bool:
    app = select(User.id).where(User.id == user_id, User.tf_totp_secret.is_not(None))
    passkey = select(Passkey.id).where(Passkey.user_id == user_id).limit(1)
    return session.scalar(app) is not None or session.scalar(passkey) is not None


def came_here_before(session: Session, email: str, address: str) -> bool:
    """Whether the owner of an account has signed in from this address of the network before."""
    query = (
        select(LoginSession.id)
        .join(User, User.id == LoginSession.user_id)
        .where(User.email == email, LoginSession.address == address)
        .limit(1)
    )
    return session.scalar(query) is not None


def find_account(session: Session, user_id: int) -> AccountRow:
    user = session.execute(
        select(
            User.name,
            User.email,
            User.language,
            User.phone,
            User.phone_confirmed_at,
            User.tf_totp_secret,
        ).where(User.id == user_id)
    ).one()
    passkeys = tuple(
        PasskeyRow(
            id=key.id,
            name=key.name,
            synced=key.backup_state,
            created_at=key.created_at,
            last_used_at=key.last_used_at,
        )
        for key in passkeys_of(session, user_id, Passkey)
    )
    return AccountRow(
        name=user.name,
        email=user.email,
        language=user.language,
        phone=user.phone,
        phone_confirmed=user.phone_confirmed_at is not None,
        has_authenticator=user.tf_totp_secret is not None,
        passkeys=passkeys,
        recovery_codes_left=count_recovery_codes(session, user_id),
        needs_second_factor=needs_second_factor(session, user_id),
    )


def list_browsers(
    session: Session, user_id: int, *, now: datetime, policy: SessionPolicy
) -> list[BrowserRow]:
    """The browsers in which the person is signed in, the latest first."""
    rows = session.scalars(
        select(LoginSession)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.last_seen_at > now - policy.idle,
            LoginSession.created_at > now - policy.absolute,
        )
        .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
    )
    return [
        BrowserRow(
            id=row.id,
            via=row.via,
            agent=row.agent,
            address=row.address,
            since=row.created_at,
            seen_at=row.last_seen_at,
        )
        for row in rows
    ]


def login_session_id_of(session: Session, secret: str) -> int | None:
    query = select(LoginSession.id).where(LoginSession.token_hash == hash_of(secret))
    return session.scalar(query)
