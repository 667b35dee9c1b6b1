"""What people and organizations are called, for pages that know their numbers."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.tables import Organization, User


def names_of_people(session: Session, user_ids: Collection[int]) -> dict[int, str]:
    query = select(User.id, User.name).where(User.id.in_(user_ids))
    return dict(session.execute(query).all())


def names_of_organizations(session: Session, organization_ids: Collection[int]) -> dict[int, str]:
    query = select(Organization.id, Organization.name).where(Organization.id.in_(organization_ids))
    return dict(session.execute(query).all())


def person_by_address(session: Session, email: str) -> int | None:
    return session.scalar(select(User.id).where(User.email == email.lower()))
