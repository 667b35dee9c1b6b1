"""Demands: real works keep their papers in order, invented ones do not always."""

from __future__ import annotations

import pytest

from app.demonstration.scenario import DEFAULT_REGIONS, build_scenario
from app.demonstration.scenario.calendar import KILN_STOP
from app.demonstration.scenario.recipes import RECIPES


@pytest.fixture(scope="module")
def demands():
    return build_scenario(DEFAULT_REGIONS, 7).demands


def test_real_works_hold_both_papers_and_both_are_valid(demands):
    for demand in demands:
        if not demand.invented:
            assert [paper.kind for paper in demand.papers] == ["eia_approval", "discharge_permit"]
            assert demand.papers[0].valid_days is None
            assert demand.papers[1].valid_days >= 300


def test_a_few_invented_buyers_lack_a_paper_or_let_it_expire(demands):
    invented = [demand for demand in demands if demand.invented]
    assert sum(len(demand.papers) == 1 for demand in invented) == 3
    expired = [d for d in invented if any((p.valid_days or 0) < 0 for p in d.papers)]
    assert len(expired) == 4
    assert all(paper.invented for demand in demands for paper in demand.papers)


def test_northern_kilns_stop_in_winter_and_mills_do_not(demands):
    kilns = [demand for demand in demands if demand.route == "clinker_raw_meal"]
    assert len(kilns) == 58
    for demand in kilns:
        assert demand.closures == (KILN_STOP,)
        assert demand.monthly_capacity_g[0] == demand.monthly_capacity_g[11] == 0
    mills = [d for d in demands if d.route == "cement_addition" and not d.closures]
    assert len(mills) == 60
    assert all(min(demand.monthly_capacity_g) > 0 for demand in mills)


def test_concrete_asks_for_a_grade_and_cement_for_its_own(demands):
    concrete = {d.specification for d in demands if d.route == "concrete_addition"}
    assert concrete == {"GBT1596-C-I-F", "GBT1596-C-II-F", "GBT1596-C-III-F"}
    cement = {d.specification for d in demands if d.route == "cement_addition"}
    assert cement == {"GBT1596-CEM-F", "GBT203-2008"}


def test_northeastern_works_ask_for_class_c():
    jilin = build_scenario(frozenset({"Jilin"}), 7).demands
    ash = {d.specification for d in jilin if d.wish == "fly_ash" and d.route == "cement_addition"}
    assert ash == {"GBT1596-CEM-C"}


def test_radius_and_vehicles_come_from_the_recipe(demands):
    radii = {recipe.route: recipe.radius_km for recipe in RECIPES.values()}
    radii["cement_addition"] = (90, 300)
    for demand in demands:
        nearest, furthest = radii[demand.route]
        assert nearest * 1_000 <= demand.radius_m <= furthest * 1_000
        assert demand.vehicles in {v for recipe in RECIPES.values() for v in recipe.vehicles}
