"""Tokens of programs: what they open, and everything after which they open nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.inputs.members import ChangeRole
from app.accounts.queries.bearers import token_facts
from app.accounts.queries.members import tokens_of
from app.accounts.services import Door
from app.accounts.services.members import change_role, leave_organization, remove_member
from app.accounts.services.tokens import revoke_token
from app.accounts.services.verification import decide_on_organization
from models.accounts.standing import Step
from models.accounts.tables import ApiToken, Membership, User
from models.errors import Conflict, NotAllowed, NotFound
from models.permissions import Actor, Capability, Frame, Role
from tests.app.accounts.houses import (
    POLICY,
    count,
    frame_of,
    join,
    opened,
    operator,
    refused,
    token_for,
    topics,
)
from tests.market import NOON, make_actor


@pytest.fixture
def owner(session):
    return make_actor(session, "works")


def asked(session, token, now=NOON):
    return frame_of(session, bearer=token, now=now)


def test_a_token_acts_for_its_organization_within_its_scopes(session, owner):
    token = token_for(session, owner, "manage_streams", "read_own")
    frame = asked(session, token)
    assert (frame.actor.user_id, frame.actor.organization_id, frame.actor.role) == (
        owner.user_id,
        owner.organization_id,
        Role.OWNER,
    )
    may = {capability for capability in Capability if frame.actor.may(capability)}
    assert may == {Capability.READ_MARKET, Capability.MANAGE_STREAMS, Capability.READ_OWN}
    assert (frame.user_name, frame.organization_name) == ("works", "works")
    assert frame.login_session_id is None


def test_only_a_hash_is_kept_and_nothing_of_it_is_said(session, owner):
    token = token_for(session, owner, "read_own")
    stored = session.scalars(select(ApiToken)).one()
    secret = token.rpartition("_")[2] if token.count("_") == 2 else token.split("_", 2)[2]
    kept = f"{stored.prefix} {stored.secret_hash} {stored.name}"
    assert secret not in kept
    assert token.startswith(f"offt_{stored.prefix}_")
    (row,) = tokens_of(session, actor=owner, now=NOON)
    assert secret not in repr(row)
    assert (row.scopes, row.opens, row.last_used_at) == (("read_own",), True, None)
    assert topics(session) == ["token.made"]


@pytest.mark.parametrize(
    "ending",
    ["revoked", "expired", "left", "removed", "demoted", "disabled", "suspended", "altered"],
)
def test_after_each_of_these_a_token_opens_nothing(session, owner, ending):
    boss = operator(session)
    join(session, owner, "vera", "owner")
    token = token_for(session, owner, "read_own")
    token_id = session.scalars(select(ApiToken.id)).one()
    membership_id = session.scalars(
        select(Membership.id).where(Membership.user_id == owner.user_id)
    ).one()
    assert asked(session, token).token_id == token_id
    now = NOON
    if ending == "revoked":
        revoke_token(session, token_id, actor=owner, now=NOON)
        revoke_token(session, token_id, actor=owner, now=NOON)
        assert topics(session).count("token.revoked") == 1
    elif ending == "expired":
        now = NOON + timedelta(days=30)
    elif ending == "left":
        leave_organization(session, actor=owner, now=NOON)
    elif ending == "removed":
        remove_member(session, membership_id, actor=owner, now=NOON)
    elif ending == "demoted":
        change_role(session, membership_id, ChangeRole(role="trader"), actor=owner, now=NOON)
    elif ending == "disabled":
        session.get_one(User, owner.user_id).disabled_at = NOON
        session.flush()
    elif ending == "suspended":
        decide_on_organization(
            session, owner.organization_id, Step.SUSPEND, reason="w", actor=boss, now=NOON
        )
    else:
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert asked(session, token, now=now) == Frame()


@pytest.mark.parametrize("bearer", ["", "x", "offt_0123456789ab_" + "A" * 43, "offt_" * 2_000])
def test_what_is_no_token_is_a_visitor(session, owner, bearer):
    token_for(session, owner, "read_own")
    assert asked(session, bearer) == Frame()


def test_whoever_is_invited_again_finds_no_program_of_before_let_in(session, owner):
    trader, membership_id = join(session, owner, "vera", "owner")
    token = token_for(session, trader, "read_own")
    other = token_for(session, owner, "read_own")
    remove_member(session, membership_id, actor=owner, now=NOON)
    join(session, owner, "vera", "owner")
    assert asked(session, token) == Frame()
    assert asked(session, other).actor.user_id == owner.user_id


def test_a_token_is_no_cookie_and_a_cookie_no_token(session, owner):
    token = token_for(session, owner, "read_own")
    assert frame_of(session, token) == Frame()
    assert frame_of(session, driver=token) == Frame()


def test_use_is_noted_every_five_minutes(session, owner):
    door = Door(POLICY)
    token = token_for(session, owner, "read_own")
    frame = asked(session, token)
    assert door.is_presence_due(frame, NOON)
    door.note_presence(session, frame, NOON)
    again = asked(session, token)
    assert again.seen_at == NOON
    assert not door.is_presence_due(again, NOON + timedelta(minutes=4))
    assert door.is_presence_due(again, NOON + timedelta(minutes=5))
    assert tokens_of(session, actor=owner, now=NOON)[0].last_used_at == NOON


def test_a_token_says_of_itself_what_it_may(session, owner):
    frame = asked(session, token_for(session, owner, "manage_sites"))
    facts = token_facts(session, frame.token_id)
    assert (facts.organization, facts.role, facts.name) == ("works", Role.OWNER, "scale")
    assert facts.scopes == ("manage_sites", "read_market")
    assert facts.expires_at == NOON + timedelta(days=30)


@pytest.mark.parametrize("role", [role for role in Role if role not in {"owner", "system"}])
def test_only_an_owner_makes_and_ends_tokens(session, owner, role):
    token_for(session, owner, "read_own")
    token_id = session.scalars(select(ApiToken.id)).one()
    actor = Actor(user_id=owner.user_id, organization_id=owner.organization_id, role=role)
    assert refused(session, NotAllowed, token_for, actor, "read_own") == "capability-missing"
    code = refused(session, NotAllowed, revoke_token, token_id, actor=actor, now=NOON)
    assert code == "capability-missing"


def test_an_unverified_organization_makes_none_and_others_see_none(session, owner):
    token_for(session, owner, "read_own")
    token_id = session.scalars(select(ApiToken.id)).one()
    stranger = make_actor(session, "stranger")
    code = refused(session, NotFound, revoke_token, token_id, actor=stranger, now=NOON)
    assert code == "token-unknown"
    assert tokens_of(session, actor=stranger, now=NOON) == ()
    assert opened(session).organization_id is not None
    assert count(session, ApiToken) == 1


def test_fifty_tokens_are_enough_and_none_lasts_longer_than_a_year(session, owner):
    for _ in range(50):
        token_for(session, owner, "read_own")
    assert refused(session, Conflict, token_for, owner, "read_own") == "tokens-many"
    later = NOON + timedelta(days=31)
    assert token_for(session, owner, "read_own", days=365, now=later)
    with pytest.raises(ValueError, match="days"):
        token_for(session, owner, "read_own", days=366)
    with pytest.raises(ValueError, match="scopes"):
        token_for(session, owner, "manage_members")
