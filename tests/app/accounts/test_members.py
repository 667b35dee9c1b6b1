"""Members: invited once, in the right role, never without an owner, gone at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from app.accounts.inputs.members import ChangeRole, InviteOfficer
from app.accounts.queries.members import invitations_of, members_of, offered_invitation
from app.accounts.queries.organizations import organizations_of
from app.accounts.services.members import (
    accept_invitation,
    change_role,
    hand_over,
    invite_officer,
    leave_organization,
    remove_member,
    revoke_invitation,
)
from app.accounts.services.switching import act_for_organization
from app.accounts.services.verification import decide_on_organization
from app.database import write_transaction
from models.accounts.membership import InvitationState
from models.accounts.standing import Step
from models.accounts.tables import Invitation, Membership, ParkManagement
from models.errors import Conflict, NotAllowed, NotFound
from models.journal.tables import StoredMessage
from models.permissions import Actor, Capability, Role
from models.places.tables import Park
from tests.app.accounts.houses import (
    browser,
    count,
    frame_of,
    invite,
    join,
    letters,
    opened,
    operator,
    person,
    refused,
    roles,
    topics,
)
from tests.market import NOON, make_actor


def role(word):
    return ChangeRole(role=word)


def test_an_invitation_leads_one_person_in_once(session):
    owner, guest = opened(session), person(session, "vera")
    secret = invite(session, owner, "vera@example.com", "trader")
    (letter,) = session.scalars(select(StoredMessage)).all()
    assert secret in letter.body
    assert (letter.confidential, letter.address) == (True, "vera@example.com")
    stored = session.scalars(select(Invitation)).one()
    assert secret not in stored.token_hash
    assert offered_invitation(session, secret, now=NOON).role is Role.TRADER
    accept_invitation(session, secret, actor=guest, now=NOON)
    assert roles(session, owner.organization_id) == {"anna": "owner", "vera": "trader"}
    assert topics(session)[-2:] == ["invitation.sent", "invitation.accepted"]
    code = refused(session, Conflict, accept_invitation, secret, actor=guest, now=NOON)
    assert code == "invitation-used"
    assert offered_invitation(session, secret, now=NOON).state is InvitationState.USED


def test_nobody_else_gets_in_by_the_link(session):
    owner = opened(session)
    secret = invite(session, owner, "vera@example.com")
    others = [person(session, "bert"), person(session, "vera", confirmed=False)]
    for guest in others:
        code = refused(session, NotAllowed, accept_invitation, secret, actor=guest, now=NOON)
        assert code == "invitation-for-others"
    nobody = Actor(user_id=None, organization_id=None, role=Role.VISITOR)
    assert refused(session, NotAllowed, accept_invitation, secret, actor=nobody, now=NOON)
    made_up = refused(session, NotFound, accept_invitation, "x" * 43, actor=others[0], now=NOON)
    assert made_up == "invitation-unknown"
    assert roles(session, owner.organization_id) == {"anna": "owner"}


def test_a_link_that_is_old_or_was_taken_back_opens_nothing(session):
    owner, guest = opened(session), person(session, "vera")
    old = invite(session, owner, "vera@example.com")
    week = NOON + timedelta(days=7)
    code = refused(session, Conflict, accept_invitation, old, actor=guest, now=week)
    assert code == "invitation-expired"
    invitation_id = invitations_of(session, actor=owner, now=NOON)[0].id
    revoke_invitation(session, invitation_id, actor=owner, now=NOON)
    code = refused(session, Conflict, accept_invitation, old, actor=guest, now=NOON)
    assert code == "invitation-revoked"
    code = refused(session, Conflict, revoke_invitation, invitation_id, actor=owner, now=NOON)
    assert code == "invitation-revoked"
    assert roles(session, owner.organization_id) == {"anna": "owner"}


def test_one_address_has_one_open_invitation_and_one_membership(session):
    owner = opened(session)
    invite(session, owner, "vera@example.com")
    assert refused(session, Conflict, invite, owner, "vera@example.com") == "invited-already"
    assert refused(session, Conflict, invite, owner, "anna@example.com") == "member-already"
    later = NOON + timedelta(days=8)
    assert invite(session, owner, "vera@example.com", now=later)
    assert count(session, Invitation) == 2


def test_an_organization_has_fifty_open_invitations_at_most(session):
    owner = opened(session)
    for number in range(50):
        invite(session, owner, f"p{number}@example.com")
    assert refused(session, Conflict, invite, owner, "one-more@example.com") == "invitations-many"


def test_nobody_joins_a_suspended_organization(session):
    owner, boss, guest = make_actor(session, "works"), operator(session), person(session, "vera")
    secret = invite(session, owner, "vera@example.com")
    decide_on_organization(
        session, owner.organization_id, Step.SUSPEND, reason="why", actor=boss, now=NOON
    )
    code = refused(session, Conflict, accept_invitation, secret, actor=guest, now=NOON)
    assert code == "invitation-suspended"
    assert roles(session, owner.organization_id) == {"works": "owner"}


@pytest.mark.parametrize("office", ["park_manager", "facilitator", "auditor", "operator"])
def test_an_owner_invites_no_officer_and_makes_none(session, office):
    owner = opened(session)
    assert refused(session, NotAllowed, invite, owner, "x@example.com", office) == (
        "office-not-yours"
    )
    _, membership_id = join(session, owner, "vera")
    code = refused(
        session, NotAllowed, change_role, membership_id, role(office), actor=owner, now=NOON
    )
    assert code == "office-not-yours"
    assert roles(session, owner.organization_id) == {"anna": "owner", "vera": "viewer"}


def test_the_operator_calls_to_offices_that_the_organization_holds(session):
    boss, works = operator(session), make_actor(session, "works")

    def call(office, organization_id=works.organization_id, actor=boss):
        command = InviteOfficer.model_validate({"email": f"{office}@example.com", "role": office})
        return invite_officer(
            session,
            organization_id,
            command,
            actor=actor,
            now=NOON,
            link_of=lambda secret: f"http://localhost/{secret}",
        )

    for office in ("facilitator", "auditor", "operator"):
        assert call(office).role == office
    with pytest.raises(Conflict) as refusal:
        call("park_manager")
    assert refusal.value.code == "office-not-held"
    park = Park(name_en="Park", name_zh="园区", lat=36.0, lon=117.0)
    session.add(park)
    session.flush()
    session.add(
        ParkManagement(park_id=park.id, organization_id=works.organization_id, created_at=NOON)
    )
    session.flush()
    assert call("park_manager").role == "park_manager"
    unverified = opened(session)
    with pytest.raises(Conflict):
        call("auditor", unverified.organization_id)
    with pytest.raises(NotAllowed):
        call("facilitator", actor=works)


def test_an_owner_neither_promotes_nor_demotes_an_officer_but_may_show_the_door(session):
    owner = make_actor(session, "works")
    vera, membership_id = join(session, owner, "vera")
    session.get_one(Membership, membership_id).role = "auditor"
    session.flush()
    for word in ("trader", "owner"):
        code = refused(
            session, NotAllowed, change_role, membership_id, role(word), actor=owner, now=NOON
        )
        assert code == "office-not-yours"
    assert refused(session, NotAllowed, hand_over, membership_id, actor=owner, now=NOON)
    remove_member(session, membership_id, actor=owner, now=NOON)
    assert roles(session, owner.organization_id) == {"works": "owner"}
    assert frame_of(session, browser(session, vera)).actor.role is Role.GUEST


def test_a_changed_role_counts_with_the_next_press(session):
    owner = make_actor(session, "works")
    vera, membership_id = join(session, owner, "vera", "trader")
    secret = browser(session, vera)
    assert frame_of(session, secret).actor.may(Capability.MANAGE_STREAMS)
    change_role(session, membership_id, role("viewer"), actor=owner, now=NOON)
    assert not frame_of(session, secret).actor.may(Capability.MANAGE_STREAMS)
    assert letters(session)[-1] == ("vera@example.com", "organization.role")
    assert topics(session)[-1] == "membership.role_changed"
    before = topics(session)
    change_role(session, membership_id, role("viewer"), actor=owner, now=NOON)
    assert topics(session) == before


def test_the_last_owner_neither_leaves_nor_is_removed_nor_demoted(session):
    owner = opened(session)
    own_id = members_of(session, actor=owner)[0].id
    acts = [
        lambda s: leave_organization(s, actor=owner, now=NOON),
        lambda s: remove_member(s, own_id, actor=owner, now=NOON),
        lambda s: change_role(s, own_id, role("trader"), actor=owner, now=NOON),
    ]
    assert [refused(session, Conflict, act) for act in acts] == ["owner-needed"] * 3
    assert roles(session, owner.organization_id) == {"anna": "owner"}
    join(session, owner, "vera", "owner")
    leave_organization(session, actor=owner, now=NOON)
    assert roles(session, owner.organization_id) == {"vera": "owner"}


def test_the_last_operator_stays_too(session):
    boss = operator(session)
    assert refused(session, Conflict, leave_organization, actor=boss, now=NOON) == "owner-needed"


def test_handing_over_leaves_one_owner_and_the_former_one_as_a_trader(session):
    owner = opened(session)
    vera, membership_id = join(session, owner, "vera")
    secret = browser(session, owner)
    hand_over(session, membership_id, actor=owner, now=NOON)
    assert roles(session, owner.organization_id) == {"anna": "trader", "vera": "owner"}
    assert frame_of(session, secret).actor.role is Role.TRADER
    own_id = next(row.id for row in members_of(session, actor=vera) if row.name == "vera")
    heir = Actor(user_id=vera.user_id, organization_id=vera.organization_id, role=Role.OWNER)
    assert refused(session, Conflict, hand_over, own_id, actor=heir, now=NOON) == (
        "hand-over-to-self"
    )


def test_members_of_others_are_unknown(session):
    owner, other = opened(session), opened(session, "bert", name="Other")
    _, membership_id = join(session, other, "vera")
    secret = invite(session, other, "paul@example.com")
    invitation_id = session.scalar(select(Invitation.id).order_by(Invitation.id.desc()))
    acts = {
        "member-unknown": [
            lambda s: change_role(s, membership_id, role("viewer"), actor=owner, now=NOON),
            lambda s: remove_member(s, membership_id, actor=owner, now=NOON),
            lambda s: hand_over(s, membership_id, actor=owner, now=NOON),
        ],
        "invitation-unknown": [
            lambda s: revoke_invitation(s, invitation_id, actor=owner, now=NOON)
        ],
    }
    found = {code: {refused(session, NotFound, act) for act in each} for code, each in acts.items()}
    assert found == {code: {code} for code in acts}
    assert secret


def test_several_organizations_one_person_one_at_a_time(session):
    owner, other = opened(session), opened(session, "bert", name="Other")
    secret = browser(session, owner)
    join(session, other, "anna", "viewer")
    frame = frame_of(session, secret)
    assert frame.organization_name == "Works"
    assert frame.other_organizations == ((other.organization_id, "Other"),)
    renewed = act_for_organization(
        session, frame.login_session_id, other.organization_id, actor=frame.actor, now=NOON
    )
    assert frame_of(session, secret).actor.role is Role.VISITOR
    switched = frame_of(session, renewed)
    assert (switched.organization_name, switched.actor.role) == ("Other", Role.VIEWER)
    assert [row.name for row in organizations_of(session, owner.user_id)] == ["Works", "Other"]
    stranger = opened(session, "carl", name="Third")
    code = refused(
        session,
        NotAllowed,
        act_for_organization,
        switched.login_session_id,
        stranger.organization_id,
        actor=switched.actor,
        now=NOON,
    )
    assert code == "not-a-member"


def test_whoever_leaves_is_a_guest_in_every_browser_and_others_stay(session):
    owner = opened(session)
    vera, _ = join(session, owner, "vera")
    browsers = [browser(session, vera), browser(session, vera)]
    leave_organization(session, actor=vera, now=NOON)
    assert {frame_of(session, secret).actor.role for secret in browsers} == {Role.GUEST}
    assert letters(session)[-1] == ("vera@example.com", "organization.removed")
    again, _ = join(session, owner, "vera", "trader")
    assert again.organization_id == owner.organization_id


def test_two_owners_who_leave_at_once_leave_one(sessions):
    with write_transaction(sessions) as session:
        anna = opened(session)
        vera, _ = join(session, anna, "vera", "owner")
    start = Barrier(2)

    def leave(actor):
        start.wait()
        try:
            with write_transaction(sessions) as session:
                leave_organization(session, actor=actor, now=NOON)
        except Conflict as refusal:
            return refusal.code
        return "left"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(leave, [anna, vera]))
    assert ends == ["left", "owner-needed"]
    with sessions() as session:
        assert list(roles(session, anna.organization_id).values()) == ["owner"]


def test_one_link_pressed_twice_at_once_lets_in_once(sessions):
    with write_transaction(sessions) as session:
        owner, guest = opened(session), person(session, "vera")
        secret = invite(session, owner, "vera@example.com")
    start = Barrier(2)

    def accept(_):
        start.wait()
        try:
            with write_transaction(sessions) as session:
                accept_invitation(session, secret, actor=guest, now=NOON)
        except Conflict as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(accept, range(2))) == ["in", "invitation-used"]
    with sessions() as session:
        assert roles(session, owner.organization_id) == {"anna": "owner", "vera": "viewer"}
