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
    Role,
    acting_for,
    may_read_partners,
    require,
    require_organization,
    require_owner,
)

OWN, OTHER = 7, 8
MEMBERS = (Role.VIEWER, Role.TRADER, Role.OWNER, Role.OPERATOR)


def actor(role, organization_id=OWN):
    return Actor(user_id=1, organization_id=organization_id, role=role)


def refused(act, *arguments, **named):
    with pytest.raises(NotAllowed) as refusal:
        act(*arguments, **named)
    return refusal.value


@pytest.mark.parametrize(("role", "capability"), list(product(Role, Capability)))
def test_require_refuses_exactly_what_the_role_may_not(role, capability):
    if actor(role).may(capability):
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
    managing = {c for c in Capability if c.value.startswith("manage_")}
    assert len(managing) == 4
    assert not any(actor(Role.OPERATOR).may(capability) for capability in managing)


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


@pytest.mark.parametrize("role", MEMBERS)
def test_a_member_reads_the_partners_of_its_own_listings(role):
    assert may_read_partners(actor(role), owner_id=OWN, demonstration=False) is True


@pytest.mark.parametrize("role", Role)
def test_partners_of_others_are_for_the_operator_and_the_system_alone(role):
    allowed = role in {Role.OPERATOR, Role.SYSTEM}
    assert may_read_partners(actor(role), owner_id=OTHER, demonstration=False) is allowed


@pytest.mark.parametrize("role", Role)
def test_partners_of_the_demonstration_are_for_everybody(role):
    assert may_read_partners(actor(role, None), owner_id=OTHER, demonstration=True) is True


def test_a_visitor_never_reads_partners_even_where_both_belong_to_nobody():
    assert may_read_partners(VISITOR, owner_id=OWN, demonstration=False) is False
