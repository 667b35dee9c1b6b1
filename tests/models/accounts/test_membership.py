"""Who gives which role, who must be left, and when an invitation opens something."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.accounts.membership import (
    INVITATION_VALID,
    InvitationState,
    check_gift,
    check_open,
    check_somebody_left,
    invitation_state,
)
from models.errors import Conflict, NotAllowed
from models.permissions import MEMBER_ROLES, OFFICES, OWN_ROLES, Actor, Role

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
OWNER = Actor(user_id=1, organization_id=1, role=Role.OWNER)
OPERATOR = Actor(user_id=1, organization_id=1, role=Role.OPERATOR)


def code_of(act, *arguments, **named):
    with pytest.raises((Conflict, NotAllowed)) as refusal:
        act(*arguments, **named)
    return refusal.value.code


def test_an_owner_gives_the_roles_of_the_house_and_no_office():
    for role in OWN_ROLES:
        check_gift(OWNER, role, offices=OFFICES)
    found = {role: code_of(check_gift, OWNER, role, offices=OFFICES) for role in OFFICES}
    assert found == dict.fromkeys(OFFICES, "office-not-yours")


def test_the_operator_gives_offices_where_they_are_held():
    for role in OFFICES:
        check_gift(OPERATOR, role, offices={role})
        assert code_of(check_gift, OPERATOR, role, offices=set(OFFICES) - {role}) == (
            "office-not-held"
        )


@pytest.mark.parametrize("other", MEMBER_ROLES)
def test_the_last_owner_and_the_last_operator_stay(other):
    if other is not Role.OWNER:
        assert code_of(check_somebody_left, [Role.OWNER, other], [other]) == "owner-needed"
        assert code_of(check_somebody_left, [Role.OWNER], [other]) == "owner-needed"
    if other is not Role.OPERATOR:
        assert code_of(check_somebody_left, [Role.OPERATOR, other], [other]) == "owner-needed"


def test_who_was_never_there_is_not_missed():
    check_somebody_left([Role.TRADER], [])
    check_somebody_left([Role.OWNER, Role.OWNER], [Role.OWNER])
    check_somebody_left([Role.OWNER, Role.TRADER], [Role.TRADER, Role.OWNER])


@pytest.mark.parametrize(
    ("after", "accepted", "revoked", "state", "code"),
    [
        (timedelta(0), False, False, InvitationState.OPEN, None),
        (INVITATION_VALID - timedelta(seconds=1), False, False, InvitationState.OPEN, None),
        (INVITATION_VALID, False, False, InvitationState.EXPIRED, "invitation-expired"),
        (INVITATION_VALID, True, False, InvitationState.USED, "invitation-used"),
        (timedelta(0), False, True, InvitationState.REVOKED, "invitation-revoked"),
    ],
)
def test_an_invitation_is_open_for_seven_days_and_once(after, accepted, revoked, state, code):
    found = invitation_state(
        expires_at=NOW + INVITATION_VALID,
        accepted_at=NOW if accepted else None,
        revoked_at=NOW if revoked else None,
        now=NOW + after,
    )
    assert found is state
    if code is None:
        check_open(found)
    else:
        assert code_of(check_open, found) == code
