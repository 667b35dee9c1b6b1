"""Use cases of accounts: register organizations and users, and check a password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.inputs import RegisterOrganization, RegisterUser, SignIn
from app.accounts.services.passwords import hash_password, is_password
from app.database import lock_name
from models.accounts.standing import Standing
from models.accounts.tables import Membership, Organization, User
from models.errors import Conflict, NotAllowed
from models.permissions import Actor, Capability, require


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a successful sign-in opens: one user in one organization."""

    user_id: int
    organization_id: int


def register_organizations(
    session: Session, commands: Sequence[RegisterOrganization], *, actor: Actor, now: datetime
) -> list[Organization]:
    """Register organizations, in the order given."""
    require(actor, Capability.REGISTER_ORGANIZATIONS)
    organizations = [
        Organization(
            name=command.name,
            name_zh=command.name_zh,
            external_key=command.external_key,
            demonstration=command.demonstration,
            invented=command.invented,
            # Whoever is registered by the operator needs no verification by the operator.
            standing=Standing.VERIFIED.value,
            verified_at=now,
            created_at=now,
        )
        for command in commands
    ]
    session.add_all(organizations)
    session.flush()
    return organizations


def register_organization(
    session: Session, command: RegisterOrganization, *, actor: Actor, now: datetime
) -> Organization:
    """Register one organization."""
    (organization,) = register_organizations(session, [command], actor=actor, now=now)
    return organization


def register_user(
    session: Session, organization_id: int, command: RegisterUser, *, actor: Actor, now: datetime
) -> User:
    """Give a person an account and a role in an organization."""
    require(actor, Capability.REGISTER_ORGANIZATIONS)
    lock_name(session, f"user:{command.email}")
    if session.scalar(select(User.id).where(User.email == command.email)) is not None:
        raise Conflict("email-taken", "This address already has an account.")
    user = User(
        email=command.email,
        name=command.name,
        password=hash_password(command.password.get_secret_value()),
        fs_uniquifier=uuid4().hex,
        confirmed_at=now,
        created_at=now,
    )
    session.add(user)
    session.flush()
    membership = Membership(user_id=user.id, organization_id=organization_id, role=command.role)
    session.add(membership)
    session.flush()
    return user


def sign_in(session: Session, command: SignIn) -> Entry:
    """Check address and password; a wrong one and an unknown one are refused alike."""
    found = session.execute(
        select(User.id, User.password, User.disabled_at).where(User.email == command.email)
    ).first()
    user_id, password_hash, disabled_at = found or (None, None, None)
    if not is_password(password_hash, command.password.get_secret_value()):
        user_id = None
    organization_id = (
        None
        if user_id is None or disabled_at is not None
        else session.scalar(
            select(Membership.organization_id)
            .where(Membership.user_id == user_id)
            .order_by(Membership.id)
            .limit(1)
        )
    )
    if user_id is None or organization_id is None:
        raise NotAllowed("sign-in-failed", "Address or password is wrong.")
    return Entry(user_id=user_id, organization_id=organization_id)
