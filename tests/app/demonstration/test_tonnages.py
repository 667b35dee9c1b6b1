"""Tonnages follow from capacity and technology, to the tonne."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from app.demonstration.facts.reading import cement_works, plants
from app.demonstration.tonnages import (
    IMPUTED_CAPACITY_T,
    MOIST_GYPSUM_PER_SULPHUR,
    cement_capacity_of,
    cement_demand_of,
    estimate,
    fluidized_share,
    generation_kwh,
    raw_coal_t,
    scrap_demand_of,
    supply_of,
)

TONNE = 1_000_000


def named(key):
    return next(plant for plant in plants() if plant.key == key)


def test_a_power_station_is_worked_out_by_hand():
    togtoh = named("L100000100830")  # 4,800 MW subcritical, 1,320 MW ultra-supercritical
    assert generation_kwh(togtoh) == 6_120 * 1_000 * 4_600
    grams = Fraction(4_800 * 306 + 1_320 * 272, 6_120)
    coal = 6_120 * 1_000 * 4_600 * grams / 1_000_000 * 7_000 / 5_000
    assert raw_coal_t(togtoh) == coal
    assert float(coal * Fraction("0.22") * Fraction("0.87")) == pytest.approx(2_253_025, abs=1)
    assert supply_of(togtoh) == {
        "fly_ash": 2_253_000 * TONNE,
        "bottom_ash": 336_700 * TONNE,
        "fgd_gypsum": 379_900 * TONNE,
    }


def test_a_steel_works_is_worked_out_by_hand():
    baoshan = named("P100000120256")  # 16.2 Mt BOF, 3.6 Mt EAF, 15.3 Mt iron
    assert supply_of(baoshan) == {
        "bf_slag": 4_602_200 * TONNE,  # 15.3 × 0.94 × 0.32 = 4.60224
        "bof_slag": 1_603_800 * TONNE,  # 16.2 × 0.90 × 0.11
        "eaf_slag": 324_000 * TONNE,  # 3.6 × 0.60 × 0.15
        "bf_dust_sludge": 287_600 * TONNE,  # 15.3 × 0.94 × 0.020 = 0.28764
    }
    assert scrap_demand_of(baoshan) == 1_177_200 * TONNE  # 3.6 × 0.60 × 1.09 × 0.50


def test_works_without_electric_furnaces_want_no_scrap():
    assert scrap_demand_of(named("P100000120219")) == 0
    assert scrap_demand_of(named("L100000100830")) == 0


def test_the_country_adds_up():
    total: Counter[str] = Counter()
    streams = 0
    for plant in plants():
        supply = supply_of(plant)
        streams += len(supply)
        total.update({waste: mass // TONNE for waste, mass in supply.items()})
    assert streams == 4_319
    assert total == {
        "fly_ash": 475_125_100,
        "bottom_ash": 102_167_400,
        "fgd_gypsum": 106_550_300,
        "bf_slag": 268_921_900,
        "bof_slag": 88_602_900,
        "eaf_slag": 14_478_500,
        "bf_dust_sludge": 16_807_600,
    }


def test_coal_and_electricity_lie_near_the_published_scale():
    stations = [plant for plant in plants() if plant.unit == "MW"]
    assert round(sum(map(generation_kwh, stations)) / 10**9) == 5_399
    assert round(sum(map(raw_coal_t, stations)) / 10**6) == 2_334


def test_cement_works_wants_add_up():
    total: Counter[str] = Counter()
    wishes = 0
    for works in cement_works():
        demand = cement_demand_of(works)
        wishes += len(demand)
        total.update({wish: mass // TONNE for wish, mass in demand.items()})
    assert wishes == 5_300
    assert total == {
        "fly_ash": 102_944_800,
        "bf_slag": 118_136_800,
        "gypsum": 64_477_700,
        "iron_corrector": 25_654_900,
        "raw_meal": 30_767_200,
    }


def test_a_missing_cement_capacity_is_the_median_of_its_kind():
    missing = [works for works in cement_works() if works.capacity_t is None]
    assert len(missing) == 570
    assert {cement_capacity_of(works) for works in missing} == set(IMPUTED_CAPACITY_T.values())
    assert sum(map(cement_capacity_of, cement_works())) == 2_149_255_000


def test_scrap_of_all_electric_furnaces_adds_up():
    assert sum(map(scrap_demand_of, plants())) == 79_002_900 * TONNE


def test_waste_coal_counts_as_a_fluidized_bed():
    beds = [p for p in plants() if dict(p.coal).get("waste_coal") == 1]
    assert len(beds) == 89
    assert {fluidized_share(plant) for plant in beds} == {1}


def test_gypsum_per_sulphur_is_the_stoichiometry():
    assert float(MOIST_GYPSUM_PER_SULPHUR) == pytest.approx(5.6621, abs=1e-4)


@pytest.mark.parametrize(("tonnes", "hundreds"), [("149.99", 1), ("150", 2), ("250", 3), ("49", 0)])
def test_an_estimate_is_fixed_to_hundreds_half_away_from_zero(tonnes, hundreds):
    assert estimate(Fraction(tonnes)) == hundreds * 100 * TONNE
