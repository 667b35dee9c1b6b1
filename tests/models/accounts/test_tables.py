"""What the database itself refuses of accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from models.accounts.tables import Membership, Organization, User
from models.permissions import Role

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


def user(email="a@example.com"):
    return User(email=email, name="A", password="hash", fs_uniquifier=uuid4().hex, created_at=NOW)


def store(session, row):
    with session.begin_nested():
        session.add(row)


def check_refused(session, row, name):
    with pytest.raises(IntegrityError, match=name):
        store(session, row)


def test_an_address_is_lower_case_and_has_one_account(session):
    store(session, user())
    check_refused(session, user("B@example.com"), "email_is_lower_case")
    check_refused(session, user(), "user_account.email|uq_user_account_email")


def test_an_organization_has_a_name(session):
    check_refused(session, Organization(name="", created_at=NOW), "name_not_empty")


def test_a_membership_has_a_role_of_members_once_for_each_organization(session):
    organization, person = Organization(name="Works", created_at=NOW), user()
    session.add_all([organization, person])
    session.flush()
    ids = {"user_id": person.id, "organization_id": organization.id}
    for role in ("visitor", "system", "", "OWNER"):
        check_refused(session, Membership(**ids, role=role), "role_is_a_members")
    store(session, Membership(**ids, role="trader"))
    again = Membership(**ids, role="viewer")
    check_refused(session, again, "membership.user_id|uq_membership_user_id_organization_id")


def test_a_stored_role_is_one_of_the_permission_table():
    assert Membership(role="operator").known_role is Role.OPERATOR
