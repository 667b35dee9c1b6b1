"""Invented yards stand near towns and together feed most of a province's furnaces."""

from __future__ import annotations

from collections import Counter
from math import cos, hypot, radians

from app.demonstration.facts.reading import invented_buyers, plants
from app.demonstration.scenario.scrap import yards
from app.demonstration.tonnages import scrap_demand_of

TONNE = 1_000_000
CONCRETE_PLANTS = [one for one in invented_buyers() if one.kind == "ready_mix_concrete"]


def test_every_province_with_electric_furnaces_has_yards():
    furnaces = {plant.province for plant in plants() if scrap_demand_of(plant)}
    counts = Counter(yard.site.province for yard in yards())
    assert counts.keys() == furnaces
    assert min(counts.values()) == 2
    assert max(counts.values()) == 12


def test_yards_hold_nine_tenths_of_what_the_furnaces_take():
    shandong = sum(yard.mass_g for yard in yards() if yard.site.province == "Shandong")
    assert shandong == 1_392_120 * TONNE  # 90 % of 1,546,800 t
    assert sum(yard.mass_g for yard in yards()) == 71_102_610 * TONNE


def test_yards_stand_three_to_nine_kilometres_from_their_town():
    towns = {buyer.key.rsplit("-", 1)[1]: buyer for buyer in CONCRETE_PLANTS}
    for yard in yards():
        town = towns[yard.site.key.rsplit("-", 1)[1]]
        north = (yard.site.latitude - town.latitude) * 111.2
        east = (yard.site.longitude - town.longitude) * 111.2 * cos(radians(town.latitude))
        assert 2.99 < hypot(north, east) < 9.01


def test_yards_are_marked_as_invented():
    for yard in yards():
        assert yard.site.invented
        assert yard.site.name_en.startswith("Invented scrap yard, ")
        assert yard.site.source == "invented_yards"
