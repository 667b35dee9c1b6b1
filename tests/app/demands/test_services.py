"""Use cases of demands: codes and what they stand for, limits, reach, and who may do what."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from shapely.geometry import Polygon, box
from sqlalchemy import select

from app.catalogue.queries.holding import forget
from app.demands.inputs import DemandTerms
from app.demands.queries import demand_details, own_demand, own_demands, terms_of
from app.demands.services import change_demand, create_demand, move_demand, restate_codes
from models.catalogue.tables import WasteCode
from models.demands.tables import Demand, DemandCode, DemandLimit, DemandMonth
from models.errors import Conflict, Invalid, NotAllowed, NotFound
from models.permissions import SYSTEM, VISITOR, Actor, Role
from models.streams.life import Action, State
from tests.app.streams.books import refused, told
from tests.market import FLY_ASH, NOON, demand_terms, parameter_id

LATER = NOON + timedelta(hours=1)
REFRESH = "matchmaking.refresh_demand"
SQUARE = {"type": "Polygon", "coordinates": [[[117, 36], [118, 36], [118, 37], [117, 36]]]}


def terms(market, **changed):
    return DemandTerms.model_validate(demand_terms(market.recycler_site_id) | changed)


def create(session, market, **changed):
    return create_demand(session, terms(market, **changed), actor=market.recycler, now=NOON)


def limit(session, code, **changed):
    return {"parameter": str(parameter_id(session, code)), "upper": "5"} | changed


def codes_of(session, demand_id):
    """The codes of a demand by scheme and code, and whether its owner stated them."""
    query = (
        select(WasteCode.scheme, WasteCode.code, DemandCode.stated)
        .join(DemandCode, DemandCode.waste_code_id == WasteCode.id)
        .where(DemandCode.demand_id == demand_id)
    )
    return {(scheme, code): stated for scheme, code, stated in session.execute(query)}


def limits_of(session, demand_id):
    query = select(DemandLimit).where(DemandLimit.demand_id == demand_id).order_by(DemandLimit.id)
    return session.scalars(query).all()


def test_a_new_demand_is_a_draft_that_nobody_is_told_of(session, market):
    closures = [{"first_day": "2026-12-01", "last_day": "2027-01-31", "reason": "Kiln stop"}]
    command = terms(market, closures=closures, price_per_t="-12.50")
    demand, events, jobs = told(session, create_demand, command, actor=market.recycler, now=NOON)
    assert (demand.state, demand.version, demand.published_at) == ("draft", 1, None)
    assert (demand.year_g, demand.price_minor_per_tonne) == (24_000_000_000, -1_250)
    assert (demand.radius_m, demand.area) == (100_000, None)
    months = select(DemandMonth.capacity_g).where(DemandMonth.demand_id == demand.id)
    assert session.scalars(months).all() == [2_000_000_000] * 12
    (closure,) = demand_details(session, demand.id).closures
    assert closure.reason == "Kiln stop"
    assert (events, jobs) == ([], [])


@pytest.mark.parametrize(
    ("action", "state"),
    [(Action.PUBLISH, State.PUBLISHED), (Action.CLOSE, State.CLOSED)],
)
def test_a_move_is_one_event_and_one_job(session, market, action, state):
    demand_id = create(session, market).id
    demand, events, jobs = told(
        session, move_demand, demand_id, action, actor=market.recycler, now=LATER
    )
    assert (demand.known_state, demand.version, demand.changed_at) == (state, 2, LATER)
    payload = {"demand_id": demand_id, "action": action.value, "version": 2}
    assert events == [("demand.changed", payload)]
    assert jobs == [(REFRESH, {"demand_id": demand_id})]


def test_a_demand_keeps_the_instant_of_its_first_publication(session, market):
    for action in (Action.PAUSE, Action.PUBLISH):
        demand = move_demand(session, market.demand_id, action, actor=market.recycler, now=LATER)
    assert (demand.published_at, demand.changed_at) == (NOON, LATER)


def test_a_code_brings_its_equals_in_other_schemes_and_keeps_what_was_stated(session, market):
    codes = codes_of(session, create(session, market, codes=[FLY_ASH]).id)
    assert codes["CN-SW", FLY_ASH] is True
    assert codes["EWC", "10 01 02"] is False
    assert [code for code, stated in codes.items() if stated] == [("CN-SW", FLY_ASH)]


def test_a_category_stands_for_all_its_leaves_and_their_equals(session, market):
    codes = codes_of(session, create(session, market, codes=["SW02"]).id)
    leaves = session.scalars(
        select(WasteCode.code).where(WasteCode.code.like("%-S02"), WasteCode.scheme == "CN-SW")
    ).all()
    assert len(leaves) >= 2
    assert [codes["CN-SW", leaf] for leaf in leaves] == [False] * len(leaves)
    assert (codes["CN-SW", "SW02"], codes["EWC", "10 01 02"]) == (True, False)


def test_a_leaf_that_is_stated_beside_its_category_stays_stated(session, market):
    codes = codes_of(session, create(session, market, codes=["SW02", FLY_ASH]).id)
    assert {code for code, stated in codes.items() if stated} == {
        ("CN-SW", "SW02"),
        ("CN-SW", FLY_ASH),
    }


def test_codes_are_derived_anew_when_the_catalogue_has_a_new_leaf(session, market):
    category = create(session, market, codes=["SW02"]).id
    leaf_alone = create(session, market, codes=[FLY_ASH]).id
    before = {one: codes_of(session, one) for one in (category, leaf_alone)}
    above, old = (
        session.scalars(select(WasteCode).where(WasteCode.code == code)).one()
        for code in ("SW02", FLY_ASH)
    )
    new = {"code": "900-099-S02", "is_leaf": True, "search_text": " #900099s02 ", "level": 3}
    kept = ("scheme", "name_zh", "hazardous", "hazard_properties", "source_id", "status")
    leaf = WasteCode(parent_id=above.id, **new, **{name: getattr(old, name) for name in kept})
    # What was derived from an older catalogue and follows no more is taken away.
    stale = select(WasteCode.id).where(WasteCode.code == "900-001-S03")
    session.add(leaf)
    session.add(DemandCode(demand_id=leaf_alone, waste_code_id=session.scalar(stale), stated=False))
    session.flush()
    forget(session)
    restate_codes(session, actor=SYSTEM)
    assert codes_of(session, category) == before[category] | {("CN-SW", "900-099-S02"): False}
    assert codes_of(session, leaf_alone) == before[leaf_alone]


def test_only_who_may_load_the_catalogue_derives_codes_anew(session, market):
    refusal = refused(session, NotAllowed, restate_codes, actor=market.recycler)
    assert refusal.code == "capability-missing"


def test_what_its_owner_has_changed_is_no_estimate_any_more(session, market):
    demand = create(session, market)
    demand.estimated = True
    session.flush()
    change_demand(session, demand.id, terms(market), actor=market.recycler, now=LATER)
    session.refresh(demand)
    assert demand.estimated is False


def test_one_code_spelled_in_two_ways_is_one_code(session, market):
    once = codes_of(session, create(session, market, codes=[FLY_ASH]).id)
    spelled = [FLY_ASH, "900 001 S02", "CN-SW 900001S02", "９００-００１-Ｓ０２"]
    assert codes_of(session, create(session, market, codes=spelled).id) == once


def test_a_demand_for_general_waste_never_takes_hazardous_waste(session, market):
    demand_id = create(session, market, codes=["SW02"]).id
    hazards = session.scalars(
        select(WasteCode.hazardous)
        .join(DemandCode, DemandCode.waste_code_id == WasteCode.id)
        .where(DemandCode.demand_id == demand_id)
    ).all()
    assert True not in hazards


def test_a_limit_without_a_basis_is_on_that_of_its_parameter(session, market):
    limits = [
        limit(session, "loi"),
        limit(session, "moisture"),
        limit(session, "ph", lower="5", upper=""),
        limit(session, "so3", basis="as_received"),
    ]
    demand = create(session, market, limits=limits)
    stored = limits_of(session, demand.id)
    assert [row.basis for row in stored] == ["dry", "as_received", "none", "as_received"]
    assert [(row.lower_millionths, row.upper_millionths) for row in stored] == [
        (None, 5_000_000), (None, 5_000_000), (5_000_000, None), (None, 5_000_000),
    ]  # fmt: skip


def test_a_parameter_limited_twice_is_found_out_whether_its_basis_is_said_or_not(session, market):
    limits = [limit(session, "so3"), limit(session, "loi"), limit(session, "loi", basis="dry")]
    refusal = refused(
        session, Invalid, create_demand, terms(market, limits=limits),
        actor=market.recycler, now=NOON,
    )  # fmt: skip
    assert (refusal.code, refusal.facts) == ("limit-twice", {"field": "limits-2-parameter"})


def test_a_drawn_area_takes_the_place_of_the_radius_and_back(session, market):
    by = {"actor": market.recycler, "now": LATER}
    command = terms(market, reach="area", area=json.dumps(SQUARE), radius_km="100")
    demand = change_demand(session, market.demand_id, command, **by)
    session.expire(demand)
    stored = session.get(Demand, market.demand_id)
    assert stored.radius_m is None
    assert stored.area.equals(Polygon(SQUARE["coordinates"][0]))
    command = terms(market, reach="radius", radius_km="12.345", area=json.dumps(SQUARE))
    changed = change_demand(session, market.demand_id, command, **by)
    assert (changed.radius_m, changed.area) == (12_345, None)


def test_an_area_with_a_hole_comes_back_from_the_database_with_it(session, market):
    ring = box(117, 36, 118, 37).difference(box(117.4, 36.4, 117.6, 36.6))
    demand = create(session, market, reach="area", area=ring)
    session.expire(demand)
    assert session.get(Demand, demand.id).area.equals(ring)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"reach": "radius", "radius_km": ""}, "reach-missing", "radius_km"),
        ({"reach": "area", "area": ""}, "reach-missing", "area"),
        ({"months_t": [""] * 12}, "months-empty", "months_t-0"),
        ({"months_t": ["10,000,000"] * 12}, "year-too-large", "months_t-0"),
        ({"codes": [FLY_ASH, "no such code"]}, "waste-code-unknown", "codes"),
        ({"codes": ["10"]}, "waste-code-ambiguous", "codes"),
        ({"material_id": "999999"}, "material-unknown", "material_id"),
        (
            {"limits": [{"parameter": "999999", "upper": "1"}]},
            "limited-parameter-unknown",
            "limits-0-parameter",
        ),
        ({"limits": [{"parameter": "1", "upper": ""}]}, "limit-empty", "limits-0-upper"),
        (
            {"limits": [{"parameter": "1", "lower": "6", "upper": "5"}]},
            "limit-disorder",
            "limits-0-lower",
        ),
    ],
)
def test_terms_that_cannot_be_are_refused_at_their_field(session, market, changed, code, field):
    command, by = terms(market, **changed), {"actor": market.recycler, "now": NOON}
    for act, subject in ((create_demand, ()), (change_demand, (market.demand_id,))):
        refusal = refused(session, Invalid, act, *subject, command, **by)
        assert (refusal.code, refusal.facts["field"]) == (code, field)


@pytest.mark.parametrize("name", ["route", "specification"])
def test_what_the_catalogue_does_not_have_is_refused(session, market, name):
    command, by = terms(market, **{name: "999999"}), {"actor": market.recycler, "now": NOON}
    refusal = refused(session, Invalid, create_demand, command, **by)
    assert refusal.code == f"{name}-unknown"
    assert refusal.facts["field"].startswith(name)


def test_a_site_of_others_is_refused(session, market):
    command = terms(market, site_id=str(market.factory_site_id))
    by = {"actor": market.recycler, "now": NOON}
    for act, subject in ((create_demand, ()), (change_demand, (market.demand_id,))):
        assert refused(session, Invalid, act, *subject, command, **by).code == "site-not-yours"


def use_cases(market):
    demand_id, command = market.demand_id, terms(market)
    return (
        lambda s, **by: change_demand(s, demand_id, command, now=LATER, **by),
        lambda s, **by: move_demand(s, demand_id, Action.PAUSE, now=LATER, **by),
        lambda s, **by: move_demand(s, demand_id, Action.PUBLISH, now=LATER, **by),
    )


def test_only_the_owner_changes_and_moves(session, market):
    for act in use_cases(market):
        for actor in (market.factory, market.stranger):
            assert refused(session, NotAllowed, act, actor=actor).code == "owned-by-others"


def test_without_the_capability_nobody_acts_not_even_for_the_owner(session, market):
    viewer = Actor(user_id=2, organization_id=market.recycler.organization_id, role=Role.VIEWER)
    for actor in (VISITOR, viewer, market.operator):
        for act in use_cases(market):
            assert refused(session, NotAllowed, act, actor=actor).code == "capability-missing"
        refusal = refused(session, NotAllowed, create_demand, terms(market), actor=actor, now=NOON)
        assert refusal.facts == {"needed": "manage_demands"}
    by = {"actor": SYSTEM, "now": NOON}
    refusal = refused(session, NotAllowed, create_demand, terms(market), **by)
    assert refusal.code == "organization-missing"


def test_a_demand_that_is_not_there_is_not_found(session, market):
    by = {"actor": market.recycler, "now": NOON}
    for act, about in ((change_demand, terms(market)), (move_demand, Action.PAUSE)):
        assert refused(session, NotFound, act, 999_999, about, **by).code == "demand-unknown"


def test_a_change_that_rests_on_an_older_version_is_refused(session, market):
    version = session.get(Demand, market.demand_id).version
    by = {"actor": market.recycler, "now": LATER}
    old = terms(market, version=str(version - 1))
    refusal = refused(session, Conflict, change_demand, market.demand_id, old, **by)
    assert refusal.code == "listing-changed"
    current = terms(market, version=str(version))
    assert change_demand(session, market.demand_id, current, **by).version == version + 1


def test_what_is_closed_is_neither_changed_nor_opened(session, market):
    by = {"actor": market.recycler, "now": LATER}
    move_demand(session, market.demand_id, Action.CLOSE, **by)
    for act, about in (
        (change_demand, terms(market)),
        (move_demand, Action.PUBLISH),
        (move_demand, Action.PAUSE),
    ):
        refusal = refused(session, Conflict, act, market.demand_id, about, **by)
        assert (refusal.code, refusal.facts) == ("listing-state", {"state": State.CLOSED})


def test_a_change_replaces_codes_limits_and_calendar_and_tells_once(session, market):
    by = {"actor": market.recycler, "now": LATER}
    first = terms(market, limits=[limit(session, "loi"), limit(session, "so3")])
    change_demand(session, market.demand_id, first, **by)
    second = terms(
        market, codes=["SW01"], limits=[limit(session, "ph")], months_t=["5"] + [""] * 11
    )
    demand, events, jobs = told(session, change_demand, market.demand_id, second, **by)
    assert [row.parameter_id for row in limits_of(session, demand.id)] == [
        parameter_id(session, "ph")
    ]
    assert ("CN-SW", FLY_ASH) not in codes_of(session, demand.id)
    assert (demand.year_g, demand.state) == (5_000_000, "published")
    assert [topic for topic, _ in events] == ["demand.changed"]
    assert jobs == [(REFRESH, {"demand_id": demand.id})]


def test_the_editor_starts_from_what_is_stored(session, market):
    demand = create(
        session,
        market,
        codes=[FLY_ASH, "EWC 10", "EWC 10 01 02"],
        vehicles=["powder_tanker", "tipper"],
        closures=[{"first_day": "2026-12-01", "last_day": "2026-12-31"}],
        reach="area",
        area=json.dumps(SQUARE),
        price_per_t="-0.05",
        limits=[
            limit(session, "loi", lower="0.000001", strict_upper="true", method="EN 196-2"),
            limit(session, "so3", hard="false"),
            limit(session, "cao", any_of="a"),
            limit(session, "sio2", any_of="a", basis="as_received"),
        ],
    )
    stated = terms_of(own_demand(session, demand.id, actor=market.recycler))
    assert stated.codes == [FLY_ASH, "EWC 10", "10 01 02"]
    change_demand(session, demand.id, stated, actor=market.recycler, now=LATER)
    restated = terms_of(own_demand(session, demand.id, actor=market.recycler))
    assert restated == stated.model_copy(update={"version": 2})


def test_the_board_shows_ones_own_demands_newest_first(session, market):
    limits = [limit(session, "loi"), limit(session, "so3")]
    draft = create(session, market, limits=limits)
    rows = own_demands(session, actor=market.recycler)
    assert [(row.id, row.state, row.limits) for row in rows] == [
        (draft.id, "draft", 2),
        (market.demand_id, "published", 0),
    ]
    assert rows[0].actions == ("change", "publish", "close")
    assert own_demands(session, actor=market.factory) == []


def test_an_editor_of_others_is_refused(session, market):
    refusal = refused(session, NotAllowed, own_demand, market.demand_id, actor=market.stranger)
    assert refusal.code == "owned-by-others"
