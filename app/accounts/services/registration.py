"""Use cases of accounts: the operator registers organizations and users."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.inputs import RegisterOrganization, RegisterUser
from app.accounts.services.passwords import check_new_password, hash_password
from app.database import lock_name
from models.accounts.standing import Standing
from models.accounts.tables import Membership, Organization, User
from models.errors import Conflict
from models.permissions import Actor, Capability, require


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
    password = command.password.get_secret_value()
    check_new_password(password, about=(command.email, command.name))
    lock_name(session, f"user:{command.email}")
    if session.scalar(select(User.id).where(User.email == command.email)) is not None:
        raise Conflict("email-taken", "This address already has an account.")
    user = User(
        email=command.email,
        name=command.name,
        password=hash_password(password),
        fs_uniquifier=token_hex(16),
        confirmed_at=now,
        created_at=now,
    )
    session.add(user)
    session.flush()
    membership = Membership(user_id=user.id, organization_id=organization_id, role=command.role)
    session.add(membership)
    session.flush()
    return user
