"""What the scenario names exists in the facts of the catalogue, and means the same there."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

import app.catalogue
from app.demonstration.facts.reading import composition_ranges
from app.demonstration.scenario.recipes import CLASS_C_OF, RECIPES
from app.demonstration.scenario.streams import MATERIALS, WASTE_KINDS

CATALOGUE = Path(app.catalogue.__path__[0]) / "facts"


def rows(name):
    with (CATALOGUE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes(name):
    return {row["code"] for row in rows(name)}


def test_materials_routes_resources_and_parameters_are_those_of_the_catalogue():
    recipes = RECIPES.values()
    named = {material for recipe in recipes for material in recipe.materials}
    assert named | set(MATERIALS.values()) | set(WASTE_KINDS) <= codes("materials")
    assert {recipe.route for recipe in recipes} <= codes("routes")
    assert {r.resource for recipe in recipes for r in recipe.recoveries} <= codes("resources")
    limited = {limit.parameter for recipe in recipes for limit in recipe.limits}
    assert limited | {row.parameter for row in composition_ranges()} <= codes("parameters")


def test_specifications_are_those_of_the_catalogue():
    named = {name for recipe in RECIPES.values() for name in recipe.specifications}
    assert named | set(CLASS_C_OF) | set(CLASS_C_OF.values()) <= codes("specifications")


def test_waste_codes_are_those_of_the_catalogue_and_of_the_material():
    known = {(row["scheme"], row["code"]) for row in rows("waste_codes")}
    linked = {(row["material"], row["scheme"], row["code"]) for row in rows("material_codes")}
    for recipe in RECIPES.values():
        for code in recipe.codes:
            assert (code.scheme, code.code) in known
    for material, kind in WASTE_KINDS.items():
        assert (material, kind.code.scheme, kind.code.code) in linked


def test_vehicles_and_forms_are_those_of_the_material():
    listed = {row["code"]: row for row in rows("materials")}
    for material, kind in WASTE_KINDS.items():
        assert set(kind.vehicles) <= set(listed[material]["vehicles"].split("|"))
        assert kind.physical_form in listed[material]["physical_forms"].split("|")


def test_ranges_are_those_of_the_typical_compositions_where_there_are_any():
    ranges = {(row.material, row.parameter): row for row in composition_ranges()}
    compared = 0
    for row in rows("typical_compositions"):
        mine = ranges.get((row["material"], row["parameter"]))
        if mine is not None:
            compared += 1
            assert mine.minimum == Decimal(row["minimum"]) * 1_000_000
            assert mine.maximum == Decimal(row["maximum"]) * 1_000_000
            assert mine.unit == row["unit"]
            assert mine.basis == row["basis"]
            assert mine.status == row["status"]
    assert compared == 79


@pytest.mark.parametrize(
    ("specification", "material"),
    [
        ("GBT1596-CEM-F", "fly_ash_f"),
        ("GBT1596-CEM-C", "fly_ash_lignite"),
        ("GBT1596-C-II-F", "fly_ash_bituminous"),
        ("GBT203-2008", "bf_slag"),
        ("JCT2074-II", "fgd_gypsum"),
        ("GB4223-GEN", "scrap_steel"),
    ],
)
def test_every_limit_of_a_specification_meets_a_value_by_its_method(specification, material):
    ranges = {row.parameter: row for row in composition_ranges() if row.material == material}
    computed = {"sio2_al2o3_fe2o3", "quality_coefficient_k", "calcium_sulfate_total", "fe_total"}
    limits = [row for row in rows("specification_limits") if row["specification"] == specification]
    assert limits
    for limit in limits:
        if limit["parameter"] in computed:
            continue
        assert limit["parameter"] in ranges
        if limit["method"]:
            assert ranges[limit["parameter"]].method == limit["method"]
