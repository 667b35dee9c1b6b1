"""Who may do what: every role against every capability, and whose business partners are."""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from models.errors import NotAllowed
from models.permissions import (
    CAPABILITIES,
    SYSTEM,
    VISITOR,
    Actor,
    Capability,
    Limit,
    Role,
    acting_for,
    may_look_into,
    may_read_partners,
    require,
    require_organization,
    require_owner,
)

OWN, OTHER = 7, 8
EVERYBODY = set(Role)
PERSONS = EVERYBODY - {Role.VISITOR, Role.DRIVER}
MEMBERS = PERSONS - {Role.GUEST}
TRADERS = {Role.TRADER, Role.OWNER, Role.SYSTEM}
# Who holds what, said a second time: whoever changes the table changes it here too.
HOLDERS = {
    "read_market": EVERYBODY,
    "use_account": PERSONS,
    "open_organization": PERSONS,
    "read_own": MEMBERS,
    "read_partners": MEMBERS,
    "manage_sites": TRADERS,
    "manage_streams": TRADERS,
    "manage_demands": TRADERS,
    "publish_listings": TRADERS,
    "manage_papers": TRADERS,
    "manage_uploads": TRADERS | {Role.WEIGHBRIDGE, Role.ACCOUNTANT},
    "manage_drivers": TRADERS | {Role.WEIGHBRIDGE},
    "manage_organization": {Role.OWNER, Role.SYSTEM},
    "manage_members": {Role.OWNER, Role.OPERATOR, Role.SYSTEM},
    "manage_tokens": {Role.OWNER, Role.SYSTEM},
    "drive": {Role.DRIVER, Role.SYSTEM},
    "read_park": {Role.PARK_MANAGER, Role.SYSTEM},
    "read_granted": {Role.PARK_MANAGER, Role.FACILITATOR, Role.SYSTEM},
    "read_all_partners": {Role.OPERATOR, Role.AUDITOR, Role.SYSTEM},
    "read_verifications": {Role.OPERATOR, Role.AUDITOR, Role.SYSTEM},
    "read_audit": {Role.OPERATOR, Role.AUDITOR, Role.SYSTEM},
    "verify_organizations": {Role.OPERATOR, Role.SYSTEM},
    "verify_papers": {Role.OPERATOR, Role.SYSTEM},
    "register_organizations": {Role.OPERATOR, Role.SYSTEM},
    "manage_parks": {Role.OPERATOR, Role.SYSTEM},
    "manage_people": {Role.SYSTEM},
    "load_catalogue": {Role.OPERATOR, Role.SYSTEM},
    "load_demonstration": {Role.SYSTEM},
    "refresh_matches": {Role.OPERATOR, Role.SYSTEM},
    "keep_journal": {Role.SYSTEM},
}
READING = {"read_market", "use_account", "open_organization", "read_own", "read_partners", "drive"}


def actor(role, organization_id=OWN, **more):
    return Actor(user_id=1, organization_id=organization_id, role=role, **more)


def refused(act, *arguments, **named):
    with pytest.raises(NotAllowed) as refusal:
        act(*arguments, **named)
    return refusal.value


def test_each_capability_is_held_by_these_roles_and_no_other():
    found = {c.value: {role for role in Role if c in CAPABILITIES[role]} for c in Capability}
    assert found == HOLDERS


@pytest.mark.parametrize(("role", "capability"), list(product(Role, Capability)))
def test_require_refuses_exactly_what_the_role_may_not(role, capability):
    if role in HOLDERS[capability.value]:
        assert require(actor(role), capability) is None
    else:
        refusal = refused(require, actor(role), capability)
        assert (refusal.code, refusal.facts) == ("capability-missing", {"needed": capability})


def test_every_role_has_its_line_in_the_table():
    assert set(CAPABILITIES) == set(Role)


def test_a_visitor_only_looks_at_the_market():
    assert {c for c in Capability if VISITOR.may(c)} == {Capability.READ_MARKET}


def test_only_the_system_keeps_the_journal_and_loads_the_demonstration():
    for capability in (Capability.KEEP_JOURNAL, Capability.LOAD_DEMONSTRATION):
        assert {role for role in Role if actor(role).may(capability)} == {Role.SYSTEM}


def test_an_operator_keeps_the_market_and_never_trades_in_it():
    trading = {
        Capability.MANAGE_SITES,
        Capability.MANAGE_STREAMS,
        Capability.MANAGE_DEMANDS,
        Capability.PUBLISH_LISTINGS,
        Capability.MANAGE_PAPERS,
    }
    assert not any(actor(Role.OPERATOR).may(capability) for capability in trading)


def test_an_auditor_reads_all_and_changes_nothing():
    held = {c.value for c in CAPABILITIES[Role.AUDITOR]}
    assert {name for name in held if not name.startswith("read_")} == {
        "use_account",
        "open_organization",
    }


LIMITED = {
    Limit.NO_SECOND_FACTOR: set(HOLDERS) - READING,
    Limit.UNVERIFIED: {"publish_listings", "manage_tokens", "manage_drivers"},
    Limit.SUSPENDED: {"publish_listings", "manage_tokens"},
}
SAID = {
    Limit.NO_SECOND_FACTOR: "second-factor-needed",
    Limit.UNVERIFIED: "organization-unverified",
    Limit.SUSPENDED: "organization-suspended",
}


@pytest.mark.parametrize(("limit", "capability"), list(product(Limit, Capability)))
def test_a_limit_withholds_exactly_this_and_says_what_is_in_the_way(limit, capability):
    limited = actor(Role.OWNER, limits=frozenset({limit}))
    if Role.OWNER not in HOLDERS[capability.value]:
        assert refused(require, limited, capability).code == "capability-missing"
    elif capability.value in LIMITED[limit]:
        assert refused(require, limited, capability).code == SAID[limit]
    else:
        assert require(limited, capability) is None


def test_a_missing_second_factor_is_said_before_what_the_organization_lacks():
    limited = actor(Role.OWNER, limits=frozenset(Limit))
    assert refused(require, limited, Capability.PUBLISH_LISTINGS).code == "second-factor-needed"


def test_a_token_is_good_for_its_scopes_alone_and_never_for_more_than_the_role():
    scopes = frozenset({Capability.MANAGE_STREAMS, Capability.MANAGE_MEMBERS})
    token = actor(Role.TRADER, scopes=scopes)
    assert {c for c in Capability if token.may(c)} == {Capability.MANAGE_STREAMS}
    refusal = refused(require, token, Capability.MANAGE_SITES)
    assert (refusal.code, refusal.facts) == (
        "scope-missing",
        {"needed": Capability.MANAGE_SITES},
    )


@pytest.mark.parametrize("role", Role)
def test_insight_is_for_those_who_look_after_others_and_were_let_in(role):
    granted = actor(role, insight=frozenset({OTHER}))
    reads_all = role in {Role.OPERATOR, Role.AUDITOR, Role.SYSTEM}
    assert may_look_into(granted, OTHER) is (
        reads_all or role in {Role.PARK_MANAGER, Role.FACILITATOR}
    )
    assert may_look_into(granted, OTHER + 1) is reads_all


def test_each_step_from_visitor_to_owner_only_adds():
    steps = [CAPABILITIES[role] for role in (Role.VISITOR, Role.VIEWER, Role.TRADER, Role.OWNER)]
    assert all(less <= more for less, more in pairwise(steps))
    assert CAPABILITIES[Role.SYSTEM] == set(Capability)


def test_whoever_acts_for_nobody_is_told_so():
    assert refused(require_organization, SYSTEM, Capability.MANAGE_STREAMS).code == (
        "organization-missing"
    )
    assert require_organization(actor(Role.TRADER), Capability.MANAGE_STREAMS) == OWN


def test_the_capability_is_asked_before_the_organization():
    assert refused(require_organization, VISITOR, Capability.MANAGE_STREAMS).code == (
        "capability-missing"
    )


def test_an_owner_is_whoever_acts_for_the_owning_organization():
    assert require_owner(actor(Role.OWNER), Capability.MANAGE_STREAMS, OWN) is None
    assert require_owner(acting_for(OWN), Capability.MANAGE_STREAMS, OWN) is None
    refusal = refused(require_owner, actor(Role.OWNER), Capability.MANAGE_STREAMS, OTHER)
    assert refusal.code == "owned-by-others"


@pytest.mark.parametrize("role", sorted(MEMBERS))
def test_a_member_reads_the_partners_of_its_own_listings(role):
    assert may_read_partners(actor(role), owner_id=OWN, demonstration=False) is True


@pytest.mark.parametrize("role", Role)
def test_partners_of_others_are_for_those_who_read_all(role):
    allowed = role in {Role.OPERATOR, Role.AUDITOR, Role.SYSTEM}
    assert may_read_partners(actor(role), owner_id=OTHER, demonstration=False) is allowed


@pytest.mark.parametrize("role", Role)
def test_partners_of_the_demonstration_are_for_everybody(role):
    assert may_read_partners(actor(role, None), owner_id=OTHER, demonstration=True) is True


def test_a_visitor_never_reads_partners_even_where_both_belong_to_nobody():
    assert may_read_partners(VISITOR, owner_id=OWN, demonstration=False) is False
