"""A park: who manages it, who belongs to it, sums that bare nobody, details for those let in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.accounts.inputs.organizations import AppointManager, ChoosePark, GrantInsight
from app.accounts.queries.parks import possible_readers, sharing_of
from app.accounts.services.parks import (
    appoint_manager,
    grant_insight,
    join_park,
    leave_park,
    withdraw_insight,
)
from app.demands.services import pause_demands_of
from app.matchmaking.queries.details import stream_page
from app.matchmaking.queries.park import granted_pages, park_pages, park_sums
from app.matchmaking.services import refresh_market
from app.places.inputs import AddPark
from app.places.services import add_park
from app.streams.inputs import StreamTerms
from app.streams.services import create_stream, move_stream, pause_streams_of
from models.accounts.tables import InsightGrant, Membership, Organization
from models.errors import Conflict, Invalid, NotAllowed, NotFound
from models.permissions import SYSTEM, Actor, Role
from models.streams.life import Action
from models.streams.tables import Stream
from tests.app.streams.books import books, market, session, told
from tests.market import MATCHING, NOON, TODAY, make_actor, make_site, stream_terms

__all__ = ["books", "market", "session"]


def park_of(session, market, name="Eco park"):
    command = AddPark.model_validate(
        {"name_en": name, "name_zh": f"{name} 园区", "lat": 36.2, "lon": 117.7}
    )
    return add_park(session, command, actor=market.operator, now=NOON).id


def managed(session, market, manager, name="Eco park"):
    park_id = park_of(session, market, name)
    appoint(session, market, park_id, manager.organization_id)
    return park_id


def appoint(session, market, park_id, organization_id):
    command = AppointManager(organization_id=organization_id)
    appoint_manager(session, park_id, command, actor=market.operator, now=NOON)


def belong(session, actor, park_id):
    join_park(session, ChoosePark(park_id=park_id), actor=actor, now=NOON)


def let_in(session, actor, reader):
    command = GrantInsight(reader_id=reader.organization_id)
    grant_insight(session, command, actor=actor, now=NOON)


def manager_of(session, name="keeper"):
    actor = make_actor(session, name)
    return replace(actor, role=Role.PARK_MANAGER)


def seeing(session, actor):
    """The actor with the insight that the door would give."""
    query = select(InsightGrant.organization_id).where(
        InsightGrant.reader_id == actor.organization_id
    )
    return replace(actor, insight=frozenset(session.scalars(query)))


def works(session, name, park_id, *, publish=True, **changed):
    """A works in the park with one stream of 12,000 t a year."""
    actor = make_actor(session, name)
    site_id = make_site(session, actor, 36.2, 117.6)
    terms = StreamTerms.model_validate(stream_terms(site_id, name=f"ash of {name}", **changed))
    stream = create_stream(session, terms, actor=actor, now=NOON)
    if publish:
        move_stream(session, stream.id, Action.PUBLISH, actor=actor, now=NOON)
    belong(session, actor, park_id)
    return actor, stream.id


def supply(session, keeper, code="SW02"):
    (page,) = park_pages(session, actor=seeing(session, keeper))
    row = next((row for row in page.sums.rows if row.code == code), None)
    return page, row


def test_fewer_than_three_are_never_summed(session, market):
    keeper = manager_of(session)
    park_id = managed(session, market, keeper)
    for number in range(2):
        works(session, f"works{number}", park_id)
        page, row = supply(session, keeper)
        assert (row.supply, row.has_supply) == (None, True)
        assert page.sums.total_supply is None
        assert page.sums.rest_supply is None
    works(session, "works2", park_id)
    page, row = supply(session, keeper)
    assert (row.supply.streams, row.supply.year_g) == (3, 36_000 * 10**6)
    assert page.sums.total_supply == row.supply
    assert [member.name for member, granted in page.members if not granted] == [
        "works0",
        "works1",
        "works2",
    ]


def test_three_streams_of_one_works_are_one_works(session, market):
    keeper = manager_of(session)
    park_id = managed(session, market, keeper)
    actor, _ = works(session, "works", park_id)
    site_id = make_site(session, actor, 36.2, 117.6)
    for number in range(2):
        terms = StreamTerms.model_validate(stream_terms(site_id, name=f"more {number}"))
        stream = create_stream(session, terms, actor=actor, now=NOON)
        move_stream(session, stream.id, Action.PUBLISH, actor=actor, now=NOON)
    assert supply(session, keeper)[1].supply is None


def test_a_lone_category_takes_the_total_with_it(session, market):
    keeper = manager_of(session)
    park_id = managed(session, market, keeper)
    for number in range(3):
        works(session, f"works{number}", park_id)
    works(session, "slag", park_id, waste_code="SW01")
    page, row = supply(session, keeper)
    assert row.supply.streams == 3
    assert supply(session, keeper, "SW01")[1].supply is None
    assert page.sums.rest_supply is None
    assert page.sums.total_supply is None
    for number in range(2):
        works(session, f"sludge{number}", park_id, waste_code="SW07")
    page, _ = supply(session, keeper)
    assert page.sums.rest_supply.streams == 3
    assert page.sums.total_supply.streams == 6


def test_drafts_are_not_counted_and_what_only_some_see_is_not_worked_out(session, market):
    keeper = manager_of(session)
    park_id = managed(session, market, keeper)
    for number in range(3):
        works(session, f"works{number}", park_id)
    works(session, "draft", park_id, publish=False)
    assert supply(session, keeper)[1].supply.streams == 3
    # All others are public: the sum less what the market shows would be this one.
    hidden, _ = works(session, "hidden", park_id, visibility="invited")
    assert supply(session, keeper)[1].supply is None
    let_in(session, hidden, keeper)
    assert supply(session, keeper)[1].supply.streams == 4


def test_the_managers_own_part_is_left_out(session, market):
    keeper = manager_of(session)
    park_id = managed(session, market, keeper)
    owner = replace(keeper, role=Role.OWNER)
    site_id = make_site(session, owner, 36.2, 117.6)
    terms = StreamTerms.model_validate(stream_terms(site_id, name="own"))
    stream = create_stream(session, terms, actor=owner, now=NOON)
    move_stream(session, stream.id, Action.PUBLISH, actor=owner, now=NOON)
    belong(session, owner, park_id)
    for number in range(2):
        works(session, f"works{number}", park_id)
    assert supply(session, keeper)[1].supply is None
    works(session, "third", park_id)
    assert supply(session, keeper)[1].supply.streams == 3


def test_the_share_with_a_partner_is_by_tonnes(session, market):
    keeper = manager_of(session)
    park_id = managed(session, market, keeper)
    for number, mass in enumerate(("1000", "2000", "3000")):
        works(session, f"works{number}", park_id, months_t=[mass] * 12)
    refresh_market(session, actor=SYSTEM, now=NOON, policy=MATCHING)
    row = supply(session, keeper)[1]
    assert row.supply.year_g == 72_000 * 10**6
    assert row.supply.share == 1.0
    assert row.demands is None


def test_a_park_of_others_says_nothing(session, market):
    keeper, other = manager_of(session), manager_of(session, "other")
    park_id = managed(session, market, keeper)
    for number in range(3):
        works(session, f"works{number}", park_id)
    assert park_pages(session, actor=other) == ()
    facilitator = Actor(user_id=1, organization_id=other.organization_id, role=Role.FACILITATOR)
    assert park_pages(session, actor=facilitator) == ()
    assert granted_pages(session, actor=facilitator) == ()
    for role in (Role.OWNER, Role.VIEWER, Role.OPERATOR):
        with pytest.raises(NotAllowed):
            granted_pages(session, actor=replace(keeper, role=role))


def test_whoever_is_let_in_sees_what_is_and_was_on_the_market_and_no_drafts(session, market):
    keeper = manager_of(session)
    park_id = managed(session, market, keeper)
    actor, published = works(session, "works", park_id)
    site_id = make_site(session, actor, 36.2, 117.6)
    terms = StreamTerms.model_validate(stream_terms(site_id, name="paused"))
    paused = create_stream(session, terms, actor=actor, now=NOON).id
    move_stream(session, paused, Action.PUBLISH, actor=actor, now=NOON)
    move_stream(session, paused, Action.PAUSE, actor=actor, now=NOON)
    draft = create_stream(session, terms, actor=actor, now=NOON).id

    def shown(stream_id):
        try:
            stream_page(session, stream_id, actor=seeing(session, keeper), today=TODAY)
        except NotFound:
            return False
        return True

    assert [shown(each) for each in (published, paused, draft)] == [True, False, False]
    let_in(session, actor, keeper)
    assert [shown(each) for each in (published, paused, draft)] == [True, True, False]
    (page,) = granted_pages(session, actor=seeing(session, keeper))
    assert [(listing.id, state) for listing, state in page.listings] == [
        (published, "published"),
        (paused, "paused"),
    ]
    withdraw_insight(session, keeper.organization_id, actor=actor, now=NOON)
    withdraw_insight(session, keeper.organization_id, actor=actor, now=NOON)
    assert [shown(each) for each in (published, paused, draft)] == [True, False, False]
    assert granted_pages(session, actor=seeing(session, keeper)) == ()


def test_only_the_parks_manager_and_facilitators_can_be_let_in(session, market):
    keeper, stranger = manager_of(session), make_actor(session, "someone")
    park_id = managed(session, market, keeper)
    actor, _ = works(session, "works", park_id)
    with pytest.raises(Invalid) as refusal:
        let_in(session, actor, stranger)
    assert refusal.value.code == "reader-choice"
    session.scalars(
        select(Membership).where(Membership.user_id == stranger.user_id)
    ).one().role = "facilitator"
    session.flush()
    let_in(session, actor, stranger)
    names = {row.name for row in possible_readers(session, actor.organization_id)}
    assert names == {"keeper", "someone"}
    shared = sharing_of(session, actor=actor)
    assert [row.name for row in shared.readers] == ["someone"]
    assert [row.name for row in shared.other_readers] == ["keeper"]


def test_insight_ends_with_the_park_and_with_the_office(session, market):
    keeper, heir = manager_of(session), manager_of(session, "heir")
    park_id = managed(session, market, keeper)
    first, _ = works(session, "first", park_id)
    second, _ = works(session, "second", park_id)
    for actor in (first, second):
        let_in(session, actor, keeper)
    leave_park(session, park_id, actor=first, now=NOON)
    leave_park(session, park_id, actor=first, now=NOON)
    assert seeing(session, keeper).insight == {second.organization_id}
    appoint(session, market, park_id, heir.organization_id)
    assert seeing(session, keeper).insight == frozenset()
    assert seeing(session, heir).insight == frozenset()
    appoint(session, market, park_id, None)
    assert park_pages(session, actor=heir) == ()


@pytest.mark.parametrize("role", [r for r in Role if r not in {"operator", "system"}])
def test_only_the_operator_adds_parks_and_appoints(session, market, role):
    park_id = park_of(session, market)
    actor = replace(market.factory, role=role)
    command = AppointManager(organization_id=market.factory.organization_id)
    with pytest.raises(NotAllowed):
        appoint_manager(session, park_id, command, actor=actor, now=NOON)
    again = AddPark(name_en="x", name_zh="x", lat=36, lon=117)
    with pytest.raises(NotAllowed):
        add_park(session, again, actor=actor, now=NOON)


@pytest.mark.parametrize("role", [r for r in Role if r not in {"owner", "system"}])
def test_only_an_owner_says_where_the_organization_belongs_and_who_is_let_in(session, market, role):
    park_id = park_of(session, market)
    actor = replace(market.factory, role=role)
    for act in (
        lambda: belong(session, actor, park_id),
        lambda: leave_park(session, park_id, actor=actor, now=NOON),
        lambda: let_in(session, actor, market.recycler),
        lambda: withdraw_insight(session, 1, actor=actor, now=NOON),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_park_has_one_name_and_a_verified_manager(session, market):
    park_id = park_of(session, market)
    with pytest.raises(Conflict) as refusal:
        park_of(session, market)
    assert refusal.value.code == "park-known"
    session.get_one(Organization, market.stranger.organization_id).standing = "submitted"
    session.flush()
    with pytest.raises(Invalid) as unverified:
        appoint(session, market, park_id, market.stranger.organization_id)
    assert unverified.value.code == "manager-unverified"
    with pytest.raises(NotFound):
        appoint(session, market, 10**9, None)
    with pytest.raises(Invalid):
        belong(session, market.factory, 10**9)


def test_the_listings_of_a_suspended_organization_leave_the_market(session, market):
    owner_id = market.factory.organization_id
    assert pause_streams_of(session, owner_id, actor=SYSTEM, now=NOON) == 0
    session.get_one(Organization, owner_id).standing = "suspended"
    session.flush()
    count, events, _ = told(session, pause_streams_of, owner_id, actor=SYSTEM, now=NOON)
    assert count == 1
    assert [topic for topic, _ in events] == ["stream.changed"]
    assert session.get_one(Stream, market.stream_id).state == "paused"
    assert pause_streams_of(session, owner_id, actor=SYSTEM, now=NOON) == 0
    with pytest.raises(NotAllowed) as refusal:
        move_stream(session, market.stream_id, Action.PUBLISH, actor=market.factory, now=NOON)
    assert refusal.value.code == "organization-suspended"
    recycler_id = market.recycler.organization_id
    session.get_one(Organization, recycler_id).standing = "suspended"
    session.flush()
    assert pause_demands_of(session, recycler_id, actor=SYSTEM, now=NOON) == 1
    with pytest.raises(NotAllowed):
        pause_demands_of(session, recycler_id, actor=market.recycler, now=NOON)
    assert park_sums(session, [], actor=market.factory).rows == ()
