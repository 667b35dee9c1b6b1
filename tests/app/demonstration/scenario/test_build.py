"""The scenario is whole, repeatable, lawful in its references, and marked for what it is."""

from __future__ import annotations

from collections import Counter

import pytest

from app.demonstration.scenario import DEFAULT_REGIONS, build_scenario, known_regions
from models.errors import Invalid
from models.quantities import MASS_MAX_G, PRICE_MAX_MINOR_PER_TONNE

MATERIALS = {
    "fly_ash_f",
    "fly_ash_bituminous",
    "fly_ash_subbituminous",
    "fly_ash_lignite",
    "cfb_ash",
    "boiler_slag",
    "bf_slag",
    "bof_slag",
    "eaf_slag",
    "bf_sludge",
    "fgd_gypsum",
    "red_mud_bayer",
    "red_mud_sinter",
    "scrap_steel",
}
CODES = {
    "900-001-S02",
    "900-002-S02",
    "900-001-S03",
    "311-001-S01",
    "312-001-S01",
    "441-001-S06",
    "900-099-S59",
    "321-001-S09",
    "900-001-S17",
}
ROUTES = {
    "cement_addition",
    "cement_retarder",
    "clinker_iron_corrector",
    "clinker_raw_meal",
    "concrete_addition",
    "bricks_blocks",
    "gypsum_board",
    "slag_powder",
    "road_base",
    "steelmaking_charge",
}
SPECIFICATIONS = {
    "GBT1596-CEM-F",
    "GBT1596-CEM-C",
    "GBT1596-C-I-F",
    "GBT1596-C-I-C",
    "GBT1596-C-II-F",
    "GBT1596-C-II-C",
    "GBT1596-C-III-F",
    "GBT1596-C-III-C",
    "GBT203-2008",
    "GBT21371",
    "JCT2074-II",
    "JCT2074-III",
    "GB4223-GEN",
}
VEHICLES = {"powder_tanker", "sealed_tipper", "tipper", "flatbed"}
RESOURCES = {"clinker", "gypsum", "fe", "aggregate_minerals", "steel_scrap"}
LIMITED = {"moisture", "cl", "fe_total", "zn", "loi", "so3", "f_cao", "cu"}


@pytest.fixture(scope="module")
def shandong():
    return build_scenario(DEFAULT_REGIONS, 7)


@pytest.fixture(scope="module")
def country():
    return build_scenario(None, 7)


def test_shandong_has_its_plants_works_and_invented_neighbours(shandong):
    streams = Counter(stream.waste for stream in shandong.streams)
    assert streams.pop("scrap_steel") == 12
    assert sum(streams.values()) == 500
    wishes = Counter(
        "invented" if d.invented else "scrap" if d.wish == "scrap_steel" else "cement"
        for d in shandong.demands
    )
    assert wishes == {"cement": 380, "invented": 45, "scrap": 5}
    assert len(shandong.sites) == 311


def test_the_whole_country_has_every_plant(country):
    assert sum(stream.waste != "scrap_steel" for stream in country.streams) == 4_319
    assert sum(stream.waste == "scrap_steel" for stream in country.streams) == 243
    assert sum(demand.wish == "scrap_steel" for demand in country.demands) == 132
    assert len(country.demands) == 6_065 + 132
    assert len({site.key for site in country.sites}) == len(country.sites) == 3_655
    assert len({site.organization for site in country.sites}) == 3_655


def test_the_same_seed_makes_the_same_scenario(shandong):
    assert build_scenario(DEFAULT_REGIONS, 7) == shandong


def test_another_seed_moves_terms_but_no_mass(shandong):
    other = build_scenario(DEFAULT_REGIONS, 8)
    assert [s.yearly_mass_g for s in other.streams] == [s.yearly_mass_g for s in shandong.streams]
    assert [s.ask_minor_per_tonne for s in other.streams] != [
        s.ask_minor_per_tonne for s in shandong.streams
    ]


def test_a_stream_and_a_demand_do_not_depend_on_the_regions(shandong, country):
    streams = {stream.key: stream for stream in country.streams}
    demands = {demand.key: demand for demand in country.demands}
    assert all(streams[stream.key] == stream for stream in shandong.streams)
    assert all(demands[demand.key] == demand for demand in shandong.demands)


def test_months_add_up_to_the_year_and_stay_within_bounds(country):
    assert sum(s.yearly_mass_g for s in country.streams if s.waste == "fly_ash") == (
        475_125_100 * 10**6
    )
    cement = [d for d in country.demands if d.route == "cement_retarder"]
    assert sum(d.yearly_capacity_g for d in cement) == 64_477_700 * 10**6
    for stream in country.streams:
        assert len(stream.monthly_mass_g) == 12
        assert 0 <= stream.stock_g <= stream.storage_limit_g <= MASS_MAX_G
        assert abs(stream.ask_minor_per_tonne) <= PRICE_MAX_MINOR_PER_TONNE
    for demand in country.demands:
        assert len(demand.monthly_capacity_g) == 12
        assert demand.yearly_capacity_g > 0
        assert demand.radius_m >= 40_000


def test_every_reference_is_one_of_the_catalogue(country):
    assert {stream.material for stream in country.streams} <= MATERIALS
    assert {material for d in country.demands for material in d.materials} == MATERIALS
    codes = {s.code for s in country.streams} | {c for d in country.demands for c in d.codes}
    assert {code.scheme for code in codes} == {"CN-SW"}
    assert {code.code for code in codes} == CODES
    assert {demand.route for demand in country.demands} == ROUTES
    named = {demand.specification for demand in country.demands}
    assert named == SPECIFICATIONS | {None}
    carried = {name for s in country.streams for name in s.vehicles}
    carried |= {name for d in country.demands for name in d.vehicles}
    assert carried == VEHICLES
    assert {r.resource for d in country.demands for r in d.recoveries} == RESOURCES
    assert {limit.parameter for d in country.demands for limit in d.limits} == LIMITED


def test_everything_hangs_together(country):
    sites = {site.key for site in country.sites}
    compositions = {composition.key for composition in country.compositions}
    assert len(compositions) == len(country.compositions)
    for stream in country.streams:
        assert stream.site_key in sites
        assert stream.composition_key in compositions
        assert stream.composition_key.startswith(stream.key)
    assert {demand.site_key for demand in country.demands} <= sites
    assert {site.source for site in country.sites} <= {s.key for s in country.sources}


def test_what_is_invented_is_marked_and_nothing_real_is(country):
    sites = {site.key: site for site in country.sites}
    for site in sites.values():
        assert site.invented == site.key.startswith("invented-")
        assert site.invented == site.organization.startswith("Invented ")
        if site.invented:
            assert site.name_zh.startswith("虚构")
    for row in [*country.streams, *country.demands]:
        assert row.invented == sites[row.site_key].invented
        assert row.estimated
        assert row.terms_invented
    assert all(composition.invented for composition in country.compositions)
    assert sum(site.invented for site in sites.values()) == 765 + 243


def test_imputed_capacities_are_flagged(country):
    imputed = [site for site in country.sites if site.capacity_imputed]
    assert len(imputed) == 570
    assert all(site.capacity_note.endswith("(imputed median)") for site in imputed)


def test_an_unknown_region_is_refused_by_name():
    with pytest.raises(Invalid) as refused:
        build_scenario(frozenset({"Atlantis", "Shandong"}), 7)
    assert refused.value.code == "region-unknown"
    assert refused.value.facts["regions"] == ["Atlantis"]
    assert len(known_regions()) == 31
