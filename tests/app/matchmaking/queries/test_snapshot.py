"""What is loaded for the engine: rights, public positions, comparable prices, closures, values."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.queries import code_ids_of
from app.demands.services import move_demand
from app.matchmaking.queries.arrays import compile_market
from app.matchmaking.queries.snapshot import OpenDemand, OpenStream, Snapshot, load_snapshot
from app.streams.services import move_stream
from models.catalogue.tables import TypicalComposition
from models.compliance.rights import Fault
from models.matchmaking.readings import Reading
from models.places.tables import Site
from models.quantities import Grams
from models.streams.life import Action
from tests.app.matchmaking.listings import (
    YESTERDAY,
    limit,
    material_id,
    open_demand,
    open_stream,
    restate_demand,
    restate_stream,
    sample,
)
from tests.market import (
    FLY_ASH,
    MATCHING,
    NOON,
    TODAY,
    Market,
    file_general_papers,
    make_actor,
    make_site,
    parameter_id,
)

TONNE = 1_000_000


def snapshot_of(session: Session) -> Snapshot:
    session.flush()
    return load_snapshot(session, today=TODAY, policy=MATCHING)


def the_stream(session: Session, small: Market) -> OpenStream:
    return next(row for row in snapshot_of(session).streams if row.id == small.stream_id)


def the_demand(session: Session, demand_id: int) -> OpenDemand:
    return next(row for row in snapshot_of(session).demands if row.id == demand_id)


def test_a_site_without_papers_keeps_no_code_and_says_which_papers_are_missing(
    writing: Session, small: Market
) -> None:
    newcomer = make_actor(writing, "newcomer")
    site_id = make_site(writing, newcomer, 36.2, 117.7)
    demand = the_demand(writing, open_demand(writing, newcomer, site_id))
    (fly_ash,) = code_ids_of(writing, [FLY_ASH])
    allowed = the_demand(writing, small.demand_id)
    assert fly_ash in allowed.codes
    assert len(allowed.codes) == 3  # with its equals in the other lists
    assert allowed.refused == {}
    assert demand.codes == ()
    assert tuple(demand.refused) == allowed.codes
    assert [(gap.requirement, gap.fault, gap.number) for gap in demand.refused[fly_ash]] == [
        ("discharge", Fault.MISSING, None),
        ("environmental_assessment", Fault.MISSING, None),
    ]


def test_an_expired_paper_is_named_with_its_number_and_day(writing: Session, small: Market) -> None:
    lapsed = make_actor(writing, "lapsed")
    site_id = make_site(writing, lapsed, 36.2, 117.7)
    file_general_papers(writing, lapsed, site_id, valid_until=str(YESTERDAY))
    demand = the_demand(writing, open_demand(writing, lapsed, site_id))
    (fly_ash,) = code_ids_of(writing, [FLY_ASH])
    assert [(gap.fault, gap.number, gap.day) for gap in demand.refused[fly_ash]] == [
        (Fault.EXPIRED, "discharge_permit-1", YESTERDAY),
        (Fault.EXPIRED, "eia_approval-1", YESTERDAY),
    ]


def test_a_paper_still_counts_on_its_last_day(writing: Session, small: Market) -> None:
    actor = make_actor(writing, "lastday")
    site_id = make_site(writing, actor, 36.2, 117.7)
    file_general_papers(writing, actor, site_id, valid_until=str(TODAY))
    demand_id = open_demand(writing, actor, site_id)
    assert the_demand(writing, demand_id).codes == the_demand(writing, small.demand_id).codes


def test_a_code_without_a_right_has_no_entry_in_the_arrays(writing: Session, small: Market) -> None:
    newcomer = make_actor(writing, "newcomer")
    refused_id = open_demand(writing, newcomer, make_site(writing, newcomer, 36.2, 117.7))
    compiled = compile_market(snapshot_of(writing), MATCHING)
    (fly_ash,) = code_ids_of(writing, [FLY_ASH])
    assert [row.id for row in compiled.snapshot.demands] == [small.demand_id, refused_id]
    assert compiled.demands.code_ptr.tolist() == [0, 3, 3]
    assert fly_ash in compiled.demands.code_idx.tolist()


def test_a_blurred_site_is_seen_at_its_public_position(writing: Session, small: Market) -> None:
    site_id = make_site(writing, small.factory, 36.3, 117.5, blurred=True)
    stream_id = open_stream(writing, small.factory, site_id)
    site = writing.get_one(Site, site_id)
    row = next(row for row in snapshot_of(writing).streams if row.id == stream_id)
    assert (row.lat, row.lon) == (site.public_lat, site.public_lon)
    assert (row.lat, row.lon) != (36.3, 117.5)
    assert (site.lat, site.lon) == (36.3, 117.5)


@pytest.mark.parametrize(
    ("stated", "included", "compared"),
    [
        ("20.00", "true", 2_000),
        ("20.00", "false", 2_260),
        ("-10.00", "false", -1_130),
        ("0.05", "false", 6),
    ],
)
def test_prices_are_compared_with_tax(
    writing: Session, small: Market, stated: str, included: str, compared: int
) -> None:
    restate_stream(writing, small, ask_per_t=stated, vat_included=included)
    restate_demand(writing, small, price_per_t=stated, vat_included=included)
    assert the_stream(writing, small).ask_minor_per_tonne == compared
    assert the_demand(writing, small.demand_id).price_minor_per_tonne == compared


def test_only_a_month_that_is_closed_on_every_day_has_no_mass(
    writing: Session, small: Market
) -> None:
    closures = [
        {"first_day": "2026-07-01", "last_day": "2026-07-31"},
        {"first_day": "2026-09-02", "last_day": "2026-09-30"},
        {"first_day": "2027-02-01", "last_day": "2027-02-28"},
        {"first_day": "2026-03-01", "last_day": "2026-03-31"},  # past: March comes again in 2027
    ]
    restate_demand(writing, small, closures=closures)
    open_month = Grams(2_000 * TONNE)
    expected = [open_month] * 12
    expected[1] = expected[6] = Grams(0)
    assert list(the_demand(writing, small.demand_id).months_g) == expected
    compiled = compile_market(snapshot_of(writing), MATCHING)
    assert compiled.demands.months.tolist() == [0b111110111101]
    assert compiled.demands.capacity_t.tolist() == [20_000.0]


def test_without_an_assay_the_typical_composition_of_the_material_is_the_default(
    writing: Session, small: Market
) -> None:
    ash = material_id(writing, "fly_ash_f")
    bare = open_stream(writing, small.factory, small.factory_site_id, material_id=str(ash))
    unknown = open_stream(writing, small.factory, small.factory_site_id)
    rows = {row.id: row for row in snapshot_of(writing).streams}
    typical = {
        row.parameter_id: Reading(
            typical=row.typical_millionths,
            minimum=row.minimum_millionths,
            maximum=row.maximum_millionths,
            basis=row.basis,
            moisture=None,
        )
        for row in writing.scalars(
            select(TypicalComposition).where(TypicalComposition.material_id == ash)
        )
    }
    assert rows[bare].readings["loi"] == typical[parameter_id(writing, "loi")]
    assert len(rows[bare].readings) == len(typical)
    assert rows[bare].assay is None
    assert rows[unknown].readings == {}


def test_typical_values_are_converted_with_the_typical_moisture_of_the_material(
    writing: Session, small: Market
) -> None:
    gypsum = str(material_id(writing, "fgd_gypsum"))
    stream_id = open_stream(writing, small.factory, small.factory_site_id, material_id=gypsum)
    (row,) = (row for row in snapshot_of(writing).streams if row.id == stream_id)
    assert {reading.moisture for reading in row.readings.values()} == {11_500_000}
    assert row.readings["moisture"].typical == 11_500_000


def test_moisture_that_is_only_among_the_values_converts_the_others(
    writing: Session, small: Market
) -> None:
    sample(writing, small.factory, small.stream_id, {"moisture": "20", "loi": "5"}, moisture="")
    readings = the_stream(writing, small).readings
    assert readings["loi"] == Reading(
        typical=5_000_000, minimum=None, maximum=None, basis="dry", moisture=20_000_000
    )
    # 5 % of what is dry is 4 % of the whole, of which a fifth is water.
    loi = limit(writing, "loi", basis="as_received", upper="4")
    restate_demand(writing, small, limits=[loi])
    compiled = compile_market(snapshot_of(writing), MATCHING)
    assert compiled.streams.maximum.tolist() == [[4.0]]


BULK_OR_NOT = [
    ("fly_ash_f", FLY_ASH, True),
    ("fly_ash_f", "772-002-18", False),  # a hazardous code, whatever the material
    ("mswi_fly_ash", "772-002-18", False),
    ("scrap_steel", "900-001-S17", False),
    ("mill_scale", FLY_ASH, False),
    ("", FLY_ASH, False),
]


def test_only_general_waste_of_a_bulk_material_is_in_the_bulk_rate(
    writing: Session, small: Market
) -> None:
    for material, code, counted in BULK_OR_NOT:
        chosen = str(material_id(writing, material)) if material else ""
        restate_stream(writing, small, material_id=chosen, waste_code=code)
        assert the_stream(writing, small).in_bulk_rate is counted, (material, code)


def test_an_assay_replaces_what_is_typical_and_only_what_it_measured_is_known(
    writing: Session, small: Market
) -> None:
    ash = material_id(writing, "fly_ash_f")
    restate_stream(writing, small, material_id=str(ash))
    row = the_stream(writing, small)
    assert row.assay is not None
    assert set(row.readings) == {"loi", "so3", "moisture"}
    assert row.readings["loi"] == Reading(
        typical=4_200_000, minimum=None, maximum=None, basis="dry", moisture=500_000
    )
    assert row.readings["moisture"] == Reading(
        typical=500_000, minimum=None, maximum=None, basis="as_received", moisture=None
    )


def test_the_newest_valid_assay_counts_whoever_made_it(writing: Session, small: Market) -> None:
    later = {"sampled_on": "2026-05-20", "valid_until": "2026-12-31"}
    guidance = sample(
        writing, small.factory, small.stream_id, {"loi": "7"}, provenance="guidance_value"
    )
    row = the_stream(writing, small)
    assert row.assay is not None
    assert (row.assay.id, row.assay.provenance) == (guidance, "guidance_value")
    measured = sample(writing, small.factory, small.stream_id, {"loi": "5"}, **later)
    ended = {"sampled_on": "2026-05-25", "valid_until": str(TODAY - timedelta(days=1))}
    sample(writing, small.factory, small.stream_id, {"loi": "6"}, **ended)
    row = the_stream(writing, small)
    assert row.assay is not None
    assert (row.assay.id, row.readings["loi"].typical) == (measured, 5_000_000)


def test_only_what_is_published_is_loaded(writing: Session, small: Market) -> None:
    move_stream(writing, small.stream_id, Action.PAUSE, actor=small.factory, now=NOON)
    move_demand(writing, small.demand_id, Action.CLOSE, actor=small.recycler, now=NOON)
    found = snapshot_of(writing)
    assert (found.streams, found.demands) == ((), ())
