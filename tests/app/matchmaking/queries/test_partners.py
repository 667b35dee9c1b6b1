"""Partners with their money, each gate that keeps a pair apart, and who is not shown to whom."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sqlalchemy.orm import Session

from app.demands.services import move_demand
from app.matchmaking.queries.rows import Crossing, PartnerRow, Reason, Side
from app.matchmaking.services import refresh_market
from app.streams.services import move_stream
from matching import geodesic_km
from models.compliance.rights import Fault, Gap
from models.permissions import SYSTEM
from models.places.tables import Site
from models.streams.life import Action
from tests.app.matchmaking.listings import (
    NO_MONTHS,
    YESTERDAY,
    limit,
    only_miss,
    only_reason,
    open_demand,
    open_stream,
    partners_of,
    restate_demand,
    restate_stream,
    sample,
)
from tests.market import (
    MATCHING,
    NOON,
    Market,
    file_general_papers,
    make_actor,
    make_site,
    parameter_id,
)

SIDES: tuple[Side, Side] = ("stream", "demand")
KM = 26.981
TANKER, TIPPER = 1, 2
TONNE = 1_000_000
# gate 100.00 − haul (8.00 + 0.45 × 41.7304 km) − handling 6.00 − ask 20.00
VALUE = 47.2213


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest) -> Side:
    found: Side = request.param
    return found


def match(session: Session) -> None:
    session.flush()
    refresh_market(session, actor=SYSTEM, now=NOON, policy=MATCHING)


def listing_of(small: Market, side: Side) -> int:
    return small.stream_id if side == "stream" else small.demand_id


def amounts(partner: PartnerRow) -> dict[str, int]:
    return {row.part: row.amount_minor_per_tonne for row in partner.waterfall.rows}


def test_the_money_of_a_partner_adds_up_to_the_cent(
    writing: Session, small: Market, side: Side
) -> None:
    match(writing)
    page = partners_of(writing, side, listing_of(small, side))
    (partner,) = page.partners
    assert amounts(partner) == {
        "gate": 10_000,
        "haul": -2_678,
        "handling": -600,
        "netback": 6_722,
        "ask": -2_000,
        "value": 4_722,
    }
    assert (partner.netback_minor_per_tonne, partner.value_minor_per_tonne) == (6_722, 4_722)
    assert (partner.distance_m, partner.road_m) == (26_981, 41_730)
    assert (partner.rank, partner.tested, partner.shared_months) == (1, True, 12)
    assert partner.month_g == (2_000 if side == "stream" else 1_000) * TONNE
    assert partner.crossing == Crossing(outcome="none", clause="")
    assert (page.partner_count, page.considered, page.near_misses, page.rejections) == (
        1, 1, (), (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("gate", "ask"), [("0.01", "-50.33"), ("-12.37", "-77.77"), ("99.99", "1")]
)
def test_every_waterfall_adds_up_whatever_the_signs(
    writing: Session, small: Market, gate: str, ask: str
) -> None:
    restate_demand(writing, small, price_per_t=gate, vat_included="false")
    restate_stream(writing, small, ask_per_t=ask, vat_included="false")
    match(writing)
    (partner,) = partners_of(writing, "stream", small.stream_id).partners
    parts = amounts(partner)
    assert parts["netback"] == parts["gate"] + parts["haul"] + parts["handling"]
    assert parts["value"] == parts["netback"] + parts["ask"]
    assert parts["gate"] == round(float(gate) * 113)
    assert parts["ask"] == -round(float(ask) * 113)
    assert parts["value"] > 0


def test_waste_that_leaves_its_province_needs_a_filing(writing: Session, small: Market) -> None:
    xuzhou = make_actor(writing, "xuzhou")
    site_id = make_site(writing, xuzhou, 34.45, 117.4)  # Jiangsu
    file_general_papers(writing, xuzhou, site_id)
    zaozhuang = make_site(writing, small.factory, 34.86, 117.5)  # Shandong
    stream_id = open_stream(writing, small.factory, zaozhuang)
    demand_id = open_demand(writing, xuzhou, site_id)
    match(writing)
    (partner,) = partners_of(writing, "stream", stream_id).partners
    assert partner.listing.id == demand_id
    assert partner.crossing == Crossing(outcome="filing", clause="Solid Waste Law 2020 art. 22")


def test_a_radius_that_is_too_short_says_which_would_do(
    writing: Session, small: Market, side: Side
) -> None:
    restate_demand(writing, small, radius_km="20")
    reason = only_reason(partners_of(writing, side, listing_of(small, side)))
    assert (reason.gate, reason.limit) == ("distance", 20.0)
    assert reason.have == pytest.approx(KM, abs=0.0005)
    assert reason.remedy == reason.have


def test_an_area_that_ends_before_the_stream_says_how_far(
    writing: Session, small: Market, side: Side
) -> None:
    # Its western edge is the meridian of 117.8: 0.2 degrees, 17.99 km, east of the stream.
    ring = "[[117.8,36.0],[118.0,36.0],[118.0,36.4],[117.8,36.4],[117.8,36.0]]"
    area = f'{{"type": "Polygon", "coordinates": [{ring}]}}'
    restate_demand(writing, small, reach="area", area=area, radius_km="")
    reason = only_reason(partners_of(writing, side, listing_of(small, side)))
    assert (reason.gate, reason.limit) == ("area", 0.0)
    assert reason.have == pytest.approx(17.99, abs=0.02)
    assert reason.remedy == reason.have


def test_vehicles_that_differ_are_told_as_bits(writing: Session, small: Market, side: Side) -> None:
    restate_demand(writing, small, vehicles=["tipper"])
    reason = only_reason(partners_of(writing, side, listing_of(small, side)))
    assert reason == Reason(
        gate="vehicle", have_bits=TANKER, limit_bits=TIPPER, remedy=float(TANKER)
    )


def test_months_without_overlap_are_told_as_bits(
    writing: Session, small: Market, side: Side
) -> None:
    restate_stream(writing, small, months_t=["1"] * 6 + NO_MONTHS[6:])
    restate_demand(writing, small, months_t=NO_MONTHS[:6] + ["1"] * 6)
    reason = only_reason(partners_of(writing, side, listing_of(small, side)))
    first, second = 0b000000111111, 0b111111000000
    assert reason == Reason(gate="month", have_bits=first, limit_bits=second, remedy=float(first))


@pytest.mark.parametrize(
    ("bounds", "have", "broken"),
    [
        ({"upper": "4.0"}, 4.2, 4.0),
        ({"lower": "5"}, 4.2, 5.0),
        ({"lower": "1", "upper": "4.19"}, 4.2, 4.19),
    ],
)
def test_a_broken_limit_shows_value_limit_and_the_limit_that_would_do(
    writing: Session,
    small: Market,
    side: Side,
    bounds: dict[str, str],
    have: float,
    broken: float,
) -> None:
    restate_demand(writing, small, limits=[limit(writing, "loi", **bounds)])
    reason = only_reason(partners_of(writing, side, listing_of(small, side)))
    assert reason.strip is not None
    assert (reason.gate, reason.have, reason.limit, reason.remedy) == (
        "composition", have, broken, have,
    )  # fmt: skip
    assert (reason.strip.symbol, reason.strip.verdict) == ("LOI", "bad")


def test_a_range_must_lie_inside_as_a_whole(writing: Session, small: Market) -> None:
    loi = {"parameter": str(parameter_id(writing, "loi")), "typical": "4.2", "maximum": "4.5"}
    sample(writing, small.factory, small.stream_id, {}, values=[loi])
    restate_demand(writing, small, limits=[limit(writing, "loi", upper="4.4")])
    reason = only_reason(partners_of(writing, "stream", small.stream_id))
    assert (reason.gate, reason.have, reason.limit, reason.remedy) == (
        "composition", 4.5, 4.4, 4.5,
    )  # fmt: skip


def test_a_strict_limit_fails_the_value_itself(writing: Session, small: Market) -> None:
    restate_demand(writing, small, limits=[limit(writing, "loi", upper="4.2", strict_upper="true")])
    reason = only_reason(partners_of(writing, "stream", small.stream_id))
    assert reason.strip is not None
    assert (reason.gate, reason.have, reason.strip.upper) == ("composition", 4.2, 4.2)
    assert reason.limit == math.nextafter(4.2, 0)


def test_a_price_that_is_too_low_says_by_how_much(
    writing: Session, small: Market, side: Side
) -> None:
    restate_stream(writing, small, ask_per_t="90")
    miss = only_miss(partners_of(writing, side, listing_of(small, side)))
    (reason,) = miss.reasons
    assert (reason.gate, reason.limit) == ("value", 0.0)
    assert reason.have == pytest.approx(VALUE - 70, abs=0.0005)
    assert reason.remedy == pytest.approx(70 - VALUE, abs=0.0005)
    assert miss.value_minor_per_tonne == -2_278
    assert miss.opens_g == 1_000 * TONNE


def test_a_missing_right_is_the_only_reason_with_the_day_it_ended(
    writing: Session, small: Market
) -> None:
    lapsed = make_actor(writing, "lapsed")
    site_id = make_site(writing, lapsed, 36.2, 117.5)
    file_general_papers(writing, lapsed, site_id, valid_until=str(YESTERDAY))
    demand_id = open_demand(writing, lapsed, site_id)
    match(writing)
    gaps = (
        Gap(
            requirement="discharge",
            fault=Fault.EXPIRED,
            kinds=("discharge_permit", "discharge_registration"),
            number="discharge_permit-1",
            day=YESTERDAY,
            clause="Regulation on Pollutant Discharge Permits 2021 art. 2, 24; "
            "Solid Waste Law 2020 art. 39",
        ),
        Gap(
            requirement="environmental_assessment",
            fault=Fault.EXPIRED,
            kinds=("eia_approval",),
            number="eia_approval-1",
            day=YESTERDAY,
            clause="Solid Waste Law 2020 art. 17, 36; Environmental Impact Assessment Law",
        ),
    )
    page = partners_of(writing, "stream", small.stream_id)
    (miss,) = page.near_misses
    assert miss.listing.id == demand_id
    assert [(reason.gate, reason.gap) for reason in miss.reasons] == [
        ("right", gaps[0]), ("right", gaps[1]),
    ]  # fmt: skip
    assert dict(page.rejections) == {"right": 1}
    assert only_miss(partners_of(writing, "demand", demand_id)).reasons == miss.reasons


def test_a_value_that_nobody_measured_makes_a_partner_that_needs_a_test(
    writing: Session, small: Market, side: Side
) -> None:
    restate_demand(writing, small, limits=[limit(writing, "cao", upper="10")])
    match(writing)
    page = partners_of(writing, side, listing_of(small, side))
    (partner,) = page.partners
    assert partner.tested is False
    assert [(strip.parameter, strip.verdict) for strip in partner.strips] == [("cao", "unk")]
    assert (page.partner_count, page.near_misses) == (0, ())
    assert page.rejections == (("untested", 1),)


def test_every_failed_gate_is_told_not_only_the_first(
    writing: Session, small: Market, side: Side
) -> None:
    limits = [limit(writing, "loi", upper="3"), limit(writing, "cao", upper="10")]
    restate_demand(
        writing, small, radius_km="10", vehicles=["tipper"], limits=limits, price_per_t="1"
    )
    miss = only_miss(partners_of(writing, side, listing_of(small, side)))
    assert [reason.gate for reason in miss.reasons] == [
        "distance", "vehicle", "composition", "untested", "value",
    ]  # fmt: skip


def test_of_several_limits_one_suffices(writing: Session, small: Market, side: Side) -> None:
    limits = [
        limit(writing, "loi", upper="3", any_of="a"),
        limit(writing, "so3", upper="2", any_of="a"),
    ]
    restate_demand(writing, small, limits=limits)
    match(writing)
    (partner,) = partners_of(writing, side, listing_of(small, side)).partners
    assert partner.tested is True
    assert [(strip.parameter, strip.verdict) for strip in partner.strips] == [
        ("loi", "soft"), ("so3", "ok"),
    ]  # fmt: skip


def test_of_several_limits_that_all_fail_the_first_is_told_in_its_own_unit(
    writing: Session, small: Market, side: Side
) -> None:
    limits = [
        limit(writing, "loi", upper="3", any_of="a"),
        limit(writing, "so3", lower="2", any_of="a"),
    ]
    restate_demand(writing, small, limits=limits)
    reason = only_reason(partners_of(writing, side, listing_of(small, side)))
    assert reason.strip is not None
    assert reason.strip.parameter == "loi"
    assert (reason.gate, reason.have, reason.limit, reason.remedy) == (
        "composition", 4.2, 3.0, 4.2,
    )  # fmt: skip


def test_of_several_limits_one_unmeasured_makes_it_a_matter_of_a_test(
    writing: Session, small: Market, side: Side
) -> None:
    limits = [
        limit(writing, "loi", upper="3", any_of="a"),
        limit(writing, "cao", upper="10", any_of="a"),
    ]
    restate_demand(writing, small, limits=limits)
    match(writing)
    (partner,) = partners_of(writing, side, listing_of(small, side)).partners
    assert partner.tested is False
    restate_demand(writing, small, limits=limits, radius_km="20")
    match(writing)
    miss = only_miss(partners_of(writing, side, listing_of(small, side)))
    (_, untested) = miss.reasons
    assert untested.strip is not None
    assert (untested.gate, untested.strip.parameter, untested.limit) == ("untested", "cao", 10.0)


def test_a_wish_is_no_gate(writing: Session, small: Market, side: Side) -> None:
    restate_demand(writing, small, limits=[limit(writing, "loi", upper="3", hard="false")])
    match(writing)
    (partner,) = partners_of(writing, side, listing_of(small, side)).partners
    assert (partner.tested, partner.strips[0].verdict) == (True, "soft")
    assert partner.strips[0].hard is False


def test_a_wish_that_nobody_measured_leaves_a_pair_tested(
    writing: Session, small: Market, side: Side
) -> None:
    limits = [limit(writing, "cao", upper="10", hard="false"), limit(writing, "loi", upper="5")]
    restate_demand(writing, small, limits=limits)
    match(writing)
    page = partners_of(writing, side, listing_of(small, side))
    (partner,) = page.partners
    assert (partner.tested, page.partner_count, page.rejections) == (True, 1, ())
    assert [(strip.parameter, strip.verdict, strip.hard) for strip in partner.strips] == [
        ("cao", "unk", False), ("loi", "ok", True),
    ]  # fmt: skip


def test_near_misses_come_by_how_little_they_miss(writing: Session, small: Market) -> None:
    site, other = small.recycler_site_id, small.recycler

    def missing(**changed: object) -> int:
        return open_demand(writing, other, site, **changed)

    move_demand(writing, small.demand_id, Action.PAUSE, actor=other, now=NOON)
    tipper = missing(vehicles=["tipper"])  # a mask has no scale: 10
    far = missing(radius_km="20")  # 26.98 / 20 − 1 = 0.35
    close = missing(radius_km="26")  # 0.04
    strict = missing(limits=[limit(writing, "loi", upper="3")])  # 4.2 / 3 − 1 = 0.40
    either = [limit(writing, "loi", upper="2.8"), limit(writing, "so3", upper="0.1")]
    # Of alternatives the nearest weighs, 4.2 / 2.8 − 1 = 0.50, not the eleven times of the other.
    several = missing(limits=[one | {"any_of": "a"} for one in either])
    both = missing(radius_km="20", limits=[limit(writing, "loi", upper="3")])  # 0.75
    missing(radius_km="20", vehicles=["tipper"])  # 10.35: the seventh is not shown
    match(writing)
    page = partners_of(writing, "stream", small.stream_id)
    shown = [close, far, strict, several, both, tipper]
    assert [miss.listing.id for miss in page.near_misses] == shown
    assert page.considered == 7


def test_a_missing_paper_weighs_as_much_as_an_overrun_by_half(
    writing: Session, small: Market
) -> None:
    newcomer = make_actor(writing, "newcomer")
    site_id = make_site(writing, newcomer, 36.2, 117.9)
    move_demand(writing, small.demand_id, Action.PAUSE, actor=small.recycler, now=NOON)
    strict = open_demand(
        writing, small.recycler, small.recycler_site_id,
        limits=[limit(writing, "loi", upper="3")],
    )  # fmt: skip
    unlicensed = open_demand(writing, newcomer, site_id)
    stricter = open_demand(
        writing, small.recycler, small.recycler_site_id,
        limits=[limit(writing, "loi", upper="2")],
    )  # fmt: skip
    page = partners_of(writing, "stream", small.stream_id)
    assert [miss.listing.id for miss in page.near_misses] == [strict, unlicensed, stricter]


@pytest.mark.parametrize("how", ["paused", "closed", "invited"])
def test_what_is_not_on_the_market_is_nobodys_partner(
    writing: Session, small: Market, side: Side, how: str
) -> None:
    match(writing)
    if side == "demand":
        if how == "invited":
            restate_stream(writing, small, visibility="invited")
        else:
            action = Action.PAUSE if how == "paused" else Action.CLOSE
            move_stream(writing, small.stream_id, action, actor=small.factory, now=NOON)
    elif how == "invited":
        restate_demand(writing, small, visibility="invited")
    else:
        action = Action.PAUSE if how == "paused" else Action.CLOSE
        move_demand(writing, small.demand_id, action, actor=small.recycler, now=NOON)
    # Before the worker came round, and after.
    before = partners_of(writing, side, listing_of(small, side))
    match(writing)
    after = partners_of(writing, side, listing_of(small, side))
    assert (before.partners, before.near_misses) == ((), ())
    assert (after.partners, after.near_misses, after.partner_count) == ((), (), 0)


@pytest.mark.parametrize("how", ["paused", "closed", "invited"])
def test_what_is_not_on_the_market_is_nobodys_near_miss(
    writing: Session, small: Market, side: Side, how: str
) -> None:
    restate_stream(
        writing, small, ask_per_t="90", visibility="invited" if how == "invited" else "public"
    )
    restate_demand(writing, small, visibility="invited" if how == "invited" else "public")
    if how != "invited":
        action = Action.PAUSE if how == "paused" else Action.CLOSE
        if side == "demand":
            move_stream(writing, small.stream_id, action, actor=small.factory, now=NOON)
        else:
            move_demand(writing, small.demand_id, action, actor=small.recycler, now=NOON)
    match(writing)
    assert partners_of(writing, side, listing_of(small, side)).near_misses == ()


def test_the_owner_of_an_invited_stream_sees_its_partners(writing: Session, small: Market) -> None:
    restate_stream(writing, small, visibility="invited")
    match(writing)
    page = partners_of(writing, "stream", small.stream_id)
    assert [partner.listing.id for partner in page.partners] == [small.demand_id]


def test_a_change_shows_at_once_as_a_miss_and_no_longer_as_a_partner(
    writing: Session, small: Market, side: Side
) -> None:
    match(writing)
    restate_demand(writing, small, radius_km="20")
    page = partners_of(writing, side, listing_of(small, side))
    assert page.partners == ()
    assert [reason.gate for reason in page.near_misses[0].reasons] == ["distance"]


def test_a_blurred_stream_is_measured_from_its_public_position(
    writing: Session, small: Market
) -> None:
    near = make_site(writing, small.factory, 36.20, 117.88, blurred=True)
    stream_id = open_stream(writing, small.factory, near)
    match(writing)
    (partner,) = partners_of(writing, "stream", stream_id).partners
    site = writing.get_one(Site, near)
    (expected,) = geodesic_km(
        *(np.array([each]) for each in (site.public_lat, site.public_lon, 36.20, 117.90))
    )
    assert partner.distance_m == round(expected * 1000)
    assert partner.distance_m > 3_000  # in truth they are 1.8 km apart
    assert (partner.listing.lat, partner.listing.lon) == (36.20, 117.90)


def test_a_listing_far_away_is_no_near_miss(writing: Session, small: Market) -> None:
    guangzhou = make_actor(writing, "guangzhou")
    site_id = make_site(writing, guangzhou, 23.1, 113.3)
    file_general_papers(writing, guangzhou, site_id)
    open_demand(writing, guangzhou, site_id)
    match(writing)
    page = partners_of(writing, "stream", small.stream_id)
    assert (page.considered, page.near_misses, page.partner_count) == (1, (), 1)
