"""Reads of the loaded catalogue, the same on both databases."""

import pytest
from sqlalchemy import select

from app.catalogue.queries import (
    accepted_codes,
    check_material,
    check_route,
    check_specification,
    code_by_name,
    code_ids_of,
    codes_below,
    codes_of_material,
    factor,
    factor_value,
    factors_of_kind,
    material,
    material_ids_of_word,
    materials_of_code,
    parameter_by_spelling,
    parameters_by_id,
    resource_contents,
    resources,
    route_resources,
    routes,
    routes_of_material,
    specification,
    specification_limits,
    targets_of_resource,
    typical_composition_of,
    waste_code,
)
from models.catalogue.tables import Specification, WasteCode
from models.errors import Invalid, NotFound


def shown(session, ids):
    return {f"{row.scheme} {row.shown}" for row in (waste_code(session, i).row for i in ids)}


def material_id(session, word):
    (found,) = material_ids_of_word(session, word)
    return found


def accepted(session, scheme, code):
    return shown(session, accepted_codes(session, [code_by_name(session, scheme, code).id]))


def test_a_code_comes_with_its_path_and_its_source(session):
    detail = waste_code(session, code_by_name(session, "EWC", "160601").id)
    assert detail.row.shown == "16 06 01*"
    assert detail.row.name_en == "Lead batteries"
    assert (detail.row.hazardous, detail.row.is_leaf, detail.row.level) == (True, True, 3)
    assert [row.code for row in detail.path] == ["16", "16 06"]
    assert detail.entry_type == "AH"
    assert detail.source.startswith("European List of Waste (Decision 2000/532/EC). © Defra")


def test_a_chinese_hazardous_code_shows_letters_and_industry(session):
    detail = waste_code(session, code_by_name(session, "CN-HW", "252-002-11").id)
    assert (detail.row.name_en, detail.row.name_zh) == (
        None,
        "煤气净化过程氨水分离设施底部的焦油和焦油渣",
    )
    assert detail.hazard_properties == ("T",)
    assert (detail.industry_en, detail.industry_zh) == (
        "Coal processing (coking, gasification)",
        "煤炭加工",
    )
    assert [row.code for row in detail.path] == ["HW11"]
    assert detail.row.status == "verified"


@pytest.mark.parametrize(
    ("scheme", "code", "refused"),
    [
        ("EWC", "99 99 99", "waste-code-unknown"),
        ("EWC", "coal", "waste-code-malformed"),
        ("OTHER", "10 01 02", "scheme-unknown"),
    ],
)
def test_a_code_that_is_not_there_is_refused(session, scheme, code, refused):
    with pytest.raises(Invalid) as refusal:
        code_by_name(session, scheme, code)
    assert refusal.value.code == refused


def test_ids_of_what_is_not_there_are_not_found(session):
    for read, code in (
        (waste_code, "waste-code-unknown"),
        (material, "material-unknown"),
        (specification, "specification-unknown"),
    ):
        with pytest.raises(NotFound) as refusal:
            read(session, 10**9)
        assert refusal.value.code == code


def test_codes_are_read_with_and_without_their_scheme_and_in_order(session):
    texts = ["HW08", "EWC 10 01 02*", "900-001-S02", "HW08"]
    ids = code_ids_of(session, texts)
    assert shown(session, ids) == {"CN-HW HW08", "EWC 10 01 02", "CN-SW 900-001-S02"}
    assert ids[0] == ids[3] == code_by_name(session, "CN-HW", "HW08").id
    assert code_ids_of(session, []) == []


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("10", "waste-code-ambiguous"),
        ("99 99 99", "waste-code-unknown"),
        ("fly ash", "waste-code-unknown"),
    ],
)
def test_a_text_that_names_no_single_code_is_refused_by_field(session, text, refused):
    with pytest.raises(Invalid) as refusal:
        code_ids_of(session, ["HW08", text], field="codes")
    assert refusal.value.code == refused
    assert refusal.value.facts == {"field": "codes", "given": text}


def test_the_tree_can_be_walked_down(session):
    assert len(codes_below(session, scheme="EWC")) == 20
    assert len(codes_below(session, scheme="CN-HW")) == 46
    top = code_by_name(session, "EWC", "16 06")
    assert [row.shown for row in codes_below(session, scheme="EWC", parent_id=top.id)] == [
        "16 06 01*",
        "16 06 02*",
        "16 06 03*",
        "16 06 04",
        "16 06 05",
        "16 06 06*",
    ]


def test_a_code_stands_for_its_equals_in_the_other_schemes(session):
    assert accepted(session, "EWC", "10 01 02") == {
        "EWC 10 01 02",
        "CN-SW 900-001-S02",
        "CN-SW 900-002-S02",
        "GBT39198 63",
    }


def test_a_category_stands_for_its_codes_and_their_equals(session):
    assert accepted(session, "CN-HW", "HW06") == {
        "CN-HW HW06",
        "CN-HW 900-401-06",
        "CN-HW 900-402-06",
        "CN-HW 900-404-06",
        "CN-HW 900-405-06",
        "CN-HW 900-407-06",
        "CN-HW 900-409-06",
        "EWC 14 06 03*",
    }


def test_a_code_without_hazard_does_not_let_hazardous_ones_in(session):
    assert accepted(session, "EWC", "16 08 03") == {"EWC 16 08 03"}
    assert accepted(session, "EWC", "16 08 02") == {
        "EWC 16 08 02*",
        "CN-HW 772-007-50",
        "CN-HW 251-016-50",
    }


def test_nothing_accepted_is_hazardous_for_any_code_that_is_not(session):
    hazardous = set(session.scalars(select(WasteCode.id).where(WasteCode.hazardous.is_(True))))
    for code_id in session.scalars(select(WasteCode.id).where(WasteCode.hazardous.is_(False))):
        assert not accepted_codes(session, [code_id]) & hazardous


def test_a_material_is_found_by_its_code_alias_or_a_looser_wish(session):
    assert material(session, material_id(session, "steel_slag")).code == "bof_slag"
    assert material(session, material_id(session, "bof_slag")).vehicle_codes == ("tipper",)
    wished = material_ids_of_word(session, "steel_slag_or_iron_corrector")
    assert [material(session, found).code for found in wished] == [
        "bof_slag",
        "eaf_slag",
        "copper_slag",
        "pyrite_cinder",
        "bf_sludge",
    ]
    assert material_ids_of_word(session, "no such thing") == ()


def test_materials_and_codes_lead_to_each_other(session):
    dust = material_id(session, "eaf_dust")
    codes = codes_of_material(session, dust)
    assert [row.shown for row in codes] == ["312-001-23", "10 02 07*"]
    assert dust in [row.id for row in materials_of_code(session, codes[0].id)]
    assert [row.code for row in routes_of_material(session, dust)] == ["zinc_recovery"]


def test_limits_of_a_specification_come_with_method_and_source(session):
    found = session.scalar(select(Specification.id).where(Specification.code == "GBT1596-C-I-F"))
    assert specification(session, found).name_zh == "拌制混凝土用粉煤灰 I级（F类）"
    names = {row.id: row.code for row in parameters_by_id(session).values()}
    limits = {names[row.parameter_id]: row for row in specification_limits(session, found)}
    fineness = limits["fineness_45um_residue"]
    assert (fineness.lower, fineness.upper, fineness.basis) == (None, 12_000_000, "none")
    assert fineness.method == "air-jet sieve, GB/T 1345"
    assert (fineness.status, fineness.source[:14]) == ("unverified", "GB/T 1596-2017")
    assert fineness.is_gate is True


def test_a_typical_composition_is_a_range_with_its_middle(session):
    names = {row.id: row.code for row in parameters_by_id(session).values()}
    rows = typical_composition_of(session, material_id(session, "fly_ash_f"))
    sio2 = next(row for row in rows if names[row.parameter_id] == "sio2")
    assert (sio2.minimum, sio2.typical, sio2.maximum) == (46_000_000, 51_500_000, 57_000_000)
    assert (sio2.basis, sio2.status, sio2.typical_status) == ("dry", "verified", "derived")
    assert typical_composition_of(session, 10**9) == []


def test_a_laboratory_spelling_names_a_parameter_and_its_factor(session):
    found = parameter_by_spelling(session, "Cu", "mg/kg")
    assert found is not None
    assert (found[0].code, found[1]) == ("cu", 100)
    assert found[0].rule.plausible_max == 100_000_000
    assert parameter_by_spelling(session, "length_x_width", "mm") is None
    assert parameter_by_spelling(session, "Cu", "furlong") is None


def test_figures_are_found_by_kind_and_key(session):
    assert factor_value(session, "co2", "electricity:370000") == 619_100
    price = factor(session, "price", "fly_ash_f:grade_i_fly_ash_ex_works")
    assert (price.low, price.value, price.high) == (100_000_000, None, 220_000_000)
    assert (price.unit, price.status) == ("CNY/t", "unverified")
    assert len(factors_of_kind(session, "co2")) == 95


@pytest.mark.parametrize(
    ("kind", "key", "refused"),
    [
        ("co2", "electricity:000000", "figure-unknown"),
        ("price", "fly_ash_f:grade_i_fly_ash_ex_works", "figure-without-value"),
    ],
)
def test_a_figure_that_has_no_value_is_not_invented(session, kind, key, refused):
    with pytest.raises(NotFound) as refusal:
        factor_value(session, kind, key)
    assert refusal.value.code == refused
    assert refusal.value.facts == {"kind": kind, "key": key}


def test_routes_and_resources_are_complete(session):
    assert len(routes(session)) == 60
    found = {row.code: row for row in resources(session)}
    assert len(found) == 37
    assert found["steel_scrap"].replacement == 1_580_000
    assert found["steel_scrap"].replacement_status == "verified"
    codes = {row.id: row.code for row in parameters_by_id(session).values()}
    iron = [
        (row.alternative, row.quantity, codes[row.parameter_id], row.factor)
        for row in resource_contents(session)
        if row.resource_id == found["fe"].id
    ]
    assert iron == [
        (1, "parameter", "fe_total", 1_000_000),
        (2, "parameter", "fe2o3", 699_400),
        (2, "parameter", "feo", 777_300),
        (2, "parameter", "fe_metallic", 1_000_000),
        (3, "parameter", "feox_total", 738_400),
        (3, "parameter", "fe_metallic", 1_000_000),
        (4, "parameter", "feso4", 367_600),
        (5, "parameter", "steel", 970_000),
    ]


@pytest.mark.parametrize(
    ("check", "field"),
    [
        (check_material, "material_id"),
        (check_route, "route"),
        (check_specification, "specification"),
    ],
)
def test_a_reference_is_absent_or_known_or_refused_by_field(session, check, field):
    check(session, None)
    check(session, 1)
    with pytest.raises(Invalid) as refusal:
        check(session, 10**9)
    name = check.__name__.removeprefix("check_")
    assert refusal.value.code == f"{name}-unknown"
    assert refusal.value.facts == {"field": field}


def test_a_route_wins_resources_that_serve_targets(session):
    by_id = {row.id: row.code for row in resources(session)}
    route = next(row.id for row in routes(session) if row.code == "slag_powder")
    won = {by_id[r.resource_id]: r.factor for r in route_resources(session) if r.route_id == route}
    assert won == {"clinker": 850_000, "fe": 1_000_000}
    copper = next(row.id for row in resources(session) if row.code == "cu")
    targets = targets_of_resource(session, copper)
    assert {row.key: row.value for row in targets} == {
        "2025:main_renewable_resources_utilized:480": 480_000_000,
        "2025:waste_nonferrous_utilized:20": 20_000_000,
        "2025:secondary_nonferrous_output:20": 20_000_000,
        "2025:secondary_copper_output:4": 4_000_000,
        "2025:main_renewable_resources_utilized:450": 450_000_000,
        "2030:main_renewable_resources_utilized:510": 510_000_000,
    }
