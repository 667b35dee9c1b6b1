"""Analyses stay inside the ranges of their material and are the same for the same seed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from app.demonstration.chance import Chance
from app.demonstration.compositions import (
    GUIDANCE_VALUE,
    OWN_LABORATORY,
    guidance_composition,
    laboratory_assay,
    ranges_of,
)
from app.demonstration.facts.reading import composition_ranges

MATERIALS = sorted({row.material for row in composition_ranges()})
FLY_ASHES = ("fly_ash_f", "fly_ash_bituminous", "fly_ash_subbituminous", "fly_ash_lignite")
LIMITED_FOR_FLY_ASH = {
    "fineness_45um_residue",
    "water_demand_ratio",
    "loi",
    "moisture",
    "so3",
    "f_cao",
    "sio2_al2o3_fe2o3",
    "density",
    "soundness_le_chatelier",
}


def drawn(material, number):
    key = f"site-{number}/{material}"
    return guidance_composition(material, stream_key=key, chance=Chance(7, key))


@pytest.mark.parametrize("material", MATERIALS)
def test_every_value_stays_inside_the_range_of_its_material(material):
    ranges = {row.parameter: row for row in ranges_of(material)}
    for number in range(60):
        guidance = drawn(material, number)
        assay = laboratory_assay(guidance, chance=Chance(7, guidance.stream_key))
        for analysis in [guidance] if assay is None else [guidance, assay]:
            for value in analysis.values:
                assert value.minimum <= value.typical <= value.maximum
                if value.parameter in ranges:
                    row = ranges[value.parameter]
                    assert row.minimum <= value.minimum
                    assert value.maximum <= row.maximum


@pytest.mark.parametrize("material", MATERIALS)
def test_no_analysis_adds_up_to_more_than_the_whole(material):
    parts = {row.parameter for row in ranges_of(material) if row.in_sum}
    for number in range(60):
        values = drawn(material, number).values
        assert sum(v.typical for v in values if v.parameter in parts) <= 100_000_000


@pytest.mark.parametrize("material", FLY_ASHES)
def test_fly_ash_carries_what_its_specifications_limit(material):
    methods: dict[str, str | None] = {}
    for number in range(6):
        values = drawn(material, number).values
        assert {value.parameter for value in values} >= LIMITED_FOR_FLY_ASH
        for value in values:
            methods.setdefault(value.parameter, value.method)
    assert methods["fineness_45um_residue"] == "air-jet sieve, GB/T 1345"
    assert methods["water_demand_ratio"] == "GB/T 1596"
    assert methods["activity_index_28d"] == "GB/T 1596, 30 % ash"


def test_part_of_the_bituminous_ash_burns_too_much_for_concrete():
    ashes = [drawn("fly_ash_bituminous", number) for number in range(200)]
    too_much = [ash for ash in ashes if ash.value("loi").maximum > 8_000_000]
    assert len(too_much) == 45


def test_part_of_the_ash_lacks_a_strength_test_or_used_another_sieve():
    ashes = [drawn("fly_ash_f", number) for number in range(400)]
    assert sum(ash.value("activity_index_28d") is None for ash in ashes) == 34
    sieves = [ash.value("fineness_45um_residue").method for ash in ashes]
    assert sieves.count("wet sieve, EN 451-2") == 15


def test_about_a_third_has_an_assay_and_some_have_expired():
    analyses = [drawn("fgd_gypsum", number) for number in range(300)]
    assays = [laboratory_assay(one, chance=Chance(7, one.stream_key)) for one in analyses]
    found = [assay for assay in assays if assay is not None]
    assert len(found) == 85
    assert {assay.provenance for assay in found} == {OWN_LABORATORY}
    assert {one.provenance for one in analyses} == {GUIDANCE_VALUE}
    assert sum(assay.valid_days < 0 for assay in found) == 9
    assert all(assay.invented for assay in [*found, *analyses])
    assert all(assay.age_days + assay.valid_days == 365 for assay in found)


def test_computed_values_follow_from_their_parts():
    slag = {v.parameter: v.typical for v in drawn("bf_slag", 3).values}
    over = slag["cao"] + slag["mgo"] + slag["al2o3"]
    under = slag["sio2"] + slag["mno"] + slag["tio2"]
    exact = Fraction(over, under) * 1_000_000
    assert abs(slag["quality_coefficient_k"] - exact) <= Fraction(1, 2)
    ash = {v.parameter: v.typical for v in drawn("fly_ash_f", 3).values}
    assert ash["sio2_al2o3_fe2o3"] == ash["sio2"] + ash["al2o3"] + ash["fe2o3"]
    gypsum = {v.parameter: v.typical for v in drawn("fgd_gypsum", 3).values}
    assert gypsum["calcium_sulfate_total"] == gypsum["caso4_2h2o"]


def test_moisture_is_that_of_the_values_and_scrap_is_dry():
    gypsum = drawn("fgd_gypsum", 1)
    assert gypsum.moisture == gypsum.value("moisture").typical
    assert 8_000_000 <= gypsum.moisture <= 15_000_000
    assert drawn("scrap_steel", 1).moisture == 0


def test_the_same_seed_draws_the_same_analysis_and_another_seed_another():
    assert drawn("bf_slag", 5) == drawn("bf_slag", 5)
    other = guidance_composition(
        "bf_slag", stream_key="site-5/bf_slag", chance=Chance(8, "site-5/bf_slag")
    )
    assert other != drawn("bf_slag", 5)


def test_an_unknown_material_is_not_invented():
    with pytest.raises(KeyError):
        guidance_composition("unobtainium", stream_key="x", chance=Chance(1, "x"))
