"""Streams carry the material of their furnace, a store, and an ask in its range."""

from __future__ import annotations

from collections import Counter

import pytest

from app.demonstration.facts.reading import plants
from app.demonstration.scenario import build_scenario
from app.demonstration.scenario.streams import WASTE_KINDS, material_of


@pytest.fixture(scope="module")
def streams():
    return build_scenario(None, 7).streams


def test_fly_ash_is_named_by_furnace_and_main_coal():
    named = Counter(material_of(plant, "fly_ash") for plant in plants() if plant.unit == "MW")
    assert sum(named.values()) == 1_165
    assert named == {
        "fly_ash_f": 672,
        "fly_ash_bituminous": 329,
        "cfb_ash": 106,
        "fly_ash_lignite": 53,
        "fly_ash_subbituminous": 5,
    }


def test_asks_stay_inside_their_placeholder_ranges(streams):
    bounds = {
        "fly_ash": (0, 22_000),
        "bottom_ash": (-2_000, 2_000),
        "fgd_gypsum": (0, 8_000),
        "bf_slag": (5_000, 18_000),
        "bof_slag": (-1_000, 4_000),
        "eaf_slag": (-1_000, 4_000),
        "bf_dust_sludge": (-3_000, 4_000),
        "scrap_steel": (200_000, 260_000),
    }
    for stream in streams:
        lowest, highest = bounds[stream.waste]
        assert lowest <= stream.ask_minor_per_tonne <= highest, stream.key
    assert any(stream.ask_minor_per_tonne < 0 for stream in streams)


def test_a_stream_carries_code_form_and_vehicles_of_its_material(streams):
    for stream in streams:
        if stream.material == "scrap_steel":
            continue
        kind = WASTE_KINDS[stream.material]
        assert stream.code == kind.code
        assert stream.physical_form == kind.physical_form
        assert set(stream.vehicles) <= set(kind.vehicles)


def test_some_northern_bottom_ash_is_sold_in_winter_only(streams):
    campaigns = [s for s in streams if s.rhythm == "batch" and s.waste == "bottom_ash"]
    assert len(campaigns) == 45
    for stream in campaigns:
        assert sum(stream.monthly_mass_g[:2]) == stream.yearly_mass_g
