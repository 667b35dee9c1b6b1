"""What must hold of the facts that are shipped: counts, references, words, ranges, sources."""

import re
from collections import Counter

import pytest

from app.catalogue.services.reading import FACTS
from models.catalogue.composition import formula_parts, formula_value, with_formulas
from models.catalogue.schemes import Scheme, normalize_code
from models.catalogue.vehicles import VEHICLES
from models.catalogue.vocabulary import (
    COUNTED_AS,
    FACTOR_KINDS,
    FAMILIES,
    MATERIAL_GROUPS,
    MIXINGS,
    PHYSICAL_FORMS,
    SPECIFICATION_KINDS,
    SUM_GROUPS,
    UNITS,
    VALIDITIES,
)

FILES = sorted(FACTS.glob("*.csv"))
BYTES_MAX = 900_000
ONE = 1_000_000
SOURCED = (
    "waste_codes",
    "parameters",
    "factors",
    "materials",
    "routes",
    "specifications",
    "specification_limits",
    "typical_compositions",
    "resources",
)


def parts(text):
    return [part for part in text.split("|") if part]


def repeated(rows, *columns):
    counts = Counter(tuple(getattr(row, column) for column in columns) for row in rows)
    return [key for key, count in counts.items() if count > 1]


def statuses(rows):
    return dict(Counter(row.status for row in rows))


@pytest.fixture(scope="module")
def parameters(facts):
    return {fact.code: fact for fact in facts.parameters}


@pytest.fixture(scope="module")
def codes(facts):
    return {(fact.scheme.value, fact.code): fact for fact in facts.waste_codes}


@pytest.fixture(scope="module")
def by_material(facts):
    gathered = {}
    for fact in facts.material_codes:
        gathered.setdefault(fact.material, []).append(fact)
    return gathered


def test_there_are_eighteen_files_none_of_them_large():
    assert len(FILES) == 18
    assert [file.name for file in FILES if file.stat().st_size > BYTES_MAX] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_plain_text_without_paths_or_addresses(file):
    content = file.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    text = content.decode("utf-8")
    assert re.findall(r"(?:^|[\s,\"])/[a-z]+/|[a-z]+://|\b\d+\.\d+\.\d+\.\d+\b", text) == []


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("waste_codes", 1695),
        ("parameters", 171),
        ("specifications", 68),
        ("specification_limits", 418),
        ("typical_compositions", 342),
        ("materials", 73),
        ("resources", 37),
        ("routes", 60),
        ("factors", 358),
    ],
)
def test_nothing_was_lost_on_the_way(facts, kind, count):
    assert len(getattr(facts, kind)) == count


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("sources", ("key",)),
        ("waste_codes", ("scheme", "code")),
        ("parameters", ("code",)),
        ("parameter_aliases", ("spelling", "unit", "part")),
        ("factors", ("kind", "key")),
        ("materials", ("code",)),
        ("material_codes", ("material", "scheme", "code")),
        ("material_aliases", ("material", "spelling")),
        ("material_routes", ("material", "route")),
        ("routes", ("code",)),
        ("route_resources", ("route", "resource")),
        ("specifications", ("code",)),
        ("specification_materials", ("specification", "material")),
        ("specification_limits", ("specification", "parameter")),
        ("typical_compositions", ("material", "parameter")),
        ("resources", ("code",)),
        ("resource_contents", ("resource", "alternative", "term")),
        ("resource_targets", ("resource", "target")),
    ],
)
def test_natural_keys_are_unique(facts, kind, key):
    assert repeated(getattr(facts, kind), *key) == []


@pytest.mark.parametrize("kind", SOURCED)
def test_every_fact_names_a_source_that_is_told(facts, kind):
    told = {source.key for source in facts.sources}
    assert {fact.source for fact in getattr(facts, kind)} <= told


def test_no_source_is_told_for_nothing(facts):
    used = {fact.source for kind in SOURCED for fact in getattr(facts, kind)}
    assert [source.key for source in facts.sources if source.key not in used] == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("specification_limits", {"verified": 108, "secondary": 30, "unverified": 280}),
        ("typical_compositions", {"verified": 39, "secondary": 15, "unverified": 288}),
        ("specifications", {"verified": 16, "secondary": 6, "unverified": 46}),
        ("parameters", {"own_judgement": 168, "unverified": 3}),
        ("materials", {"own_judgement": 73}),
        ("routes", {"own_judgement": 60}),
        ("resources", {"unverified": 37}),
    ],
)
def test_nothing_became_better_than_its_source(facts, kind, expected):
    assert statuses(getattr(facts, kind)) == expected


def test_the_european_list_is_complete(facts):
    entries = [fact for fact in facts.waste_codes if fact.scheme is Scheme.EWC]
    codes = [fact for fact in entries if fact.level == 3]
    assert Counter(fact.level for fact in entries) == {1: 20, 2: 111, 3: 842}
    assert sum(fact.hazardous is True for fact in codes) == 408
    assert {fact.hazardous for fact in entries if fact.level < 3} == {None}
    assert Counter(fact.entry_type for fact in codes) == {
        "AH": 235,
        "MH": 173,
        "ANH": 256,
        "MNH": 178,
    }
    assert all((fact.entry_type in {"AH", "MH"}) == fact.hazardous for fact in codes)
    assert statuses(entries) == {"verified": 973}


def test_the_chinese_list_of_hazardous_wastes_is_complete(facts):
    entries = [fact for fact in facts.waste_codes if fact.scheme is Scheme.CN_HW]
    assert Counter(fact.level for fact in entries) == {1: 46, 2: 467}
    assert {fact.hazardous for fact in entries} == {True}
    assert sum(fact.name_en is None for fact in entries) == 422
    assert all(fact.name_zh for fact in entries)
    letters = {letter for fact in entries for letter in fact.hazard_properties.split("/")}
    assert letters == {"C", "I", "In", "R", "T"}
    assert statuses(entries) == {"verified": 422, "own_judgement": 91}
    assert {fact.translated for fact in entries if fact.status == "own_judgement"} == {"en"}


def test_the_other_lists_are_as_long_as_their_sources(facts):
    counts = Counter(fact.scheme for fact in facts.waste_codes)
    assert (counts[Scheme.CN_SW], counts[Scheme.BASEL], counts[Scheme.GBT39198]) == (78, 91, 40)


def test_every_code_is_written_as_its_scheme_writes_it(facts):
    wrong = [
        fact.code
        for fact in facts.waste_codes
        if normalize_code(fact.scheme, fact.code) != fact.code
    ]
    assert wrong == []


def test_every_parent_is_one_level_higher_in_the_same_scheme(codes):
    levels = {
        (fact.level - codes[scheme, fact.parent].level)
        for (scheme, _), fact in codes.items()
        if fact.parent
    }
    assert levels == {1}
    assert {fact.level for fact in codes.values() if not fact.parent} == {1}


def test_parameters_use_the_closed_vocabularies(parameters):
    for fact in parameters.values():
        assert fact.unit in UNITS
        assert fact.family in FAMILIES
        assert fact.mixing in MIXINGS
        assert (fact.family == "leachate") == (fact.unit == "mg/L")
        assert fact.mixing != "linear_by_dry_mass" or fact.basis == "dry"
        assert fact.plausible_min_millionths < fact.plausible_max_millionths
        assert set(parts(fact.sum_unless)) <= parameters.keys()
        assert re.fullmatch(r"[a-z][a-z0-9_]*", fact.code)


def test_aliases_convert_to_the_unit_of_their_parameter(facts, parameters):
    assert len({(fact.spelling, fact.unit) for fact in facts.parameter_aliases}) == 213
    converted = {("mg/kg", "wt%"): 100, ("wt%", "mg/kg"): 10_000 * ONE}
    same = {("%", "wt%"), ("wt%", "%"), ("pH", "-")}
    for fact in facts.parameter_aliases:
        given = re.sub(r" (dry|ar)$", "", fact.unit)
        given = given.replace("% of thickness", "%").replace("mg/kg-clinker", "mg/kg_clinker")
        unit = parameters[fact.parameter].unit
        assert fact.factor_millionths == converted.get((given, unit), ONE), fact
        assert (given, unit) in converted.keys() | same or given == unit, fact


def test_a_spelling_names_one_parameter_or_numbered_parts(facts):
    numbers = {}
    for fact in facts.parameter_aliases:
        numbers.setdefault((fact.spelling, fact.unit), []).append(fact.part)
    assert {tuple(sorted(found)) for found in numbers.values()} == {(0,), (1, 2)}


def test_every_formula_can_be_computed_from_known_parameters(parameters):
    formulas = {code: fact.formula for code, fact in parameters.items() if fact.formula}
    for formula in formulas.values():
        assert formula_parts(formula) <= parameters.keys()
    measured = {code: ONE for code in parameters if code not in formulas}
    assert with_formulas(measured, _rules(parameters)).keys() == parameters.keys()


def _rules(parameters):
    return [fact for fact in parameters.values() if fact.formula]


@pytest.mark.parametrize(
    ("code", "values", "expected"),
    [
        ("sio2_al2o3_fe2o3", {"sio2": 50, "al2o3": 25, "fe2o3": 10}, 85_000_000),
        ("na2o_eq", {"na2o": 1, "k2o": 2}, 2_316_000),
        ("basicity", {"cao": 40, "mgo": 8, "sio2": 32}, 1_500_000),
        (
            "quality_coefficient_k",
            {"cao": 40, "mgo": 8, "al2o3": 12, "sio2": 32, "mno": 1, "tio2": 1},
            1_764_706,
        ),
        ("i_gamma", {"ra_226": 370, "th_232": 260, "k_40": 4200}, 3_000_000),
        ("i_ra", {"ra_226": 100}, 500_000),
    ],
)
def test_formulas_give_what_is_worked_out_by_hand(parameters, code, values, expected):
    scaled = {part: value * ONE for part, value in values.items()}
    assert formula_value(parameters[code].formula, scaled) == expected


def test_specifications_use_the_closed_vocabularies(facts):
    known = {fact.code for fact in facts.specifications}
    limited = {fact.specification for fact in facts.specification_limits}
    assert limited == known
    for fact in facts.specifications:
        assert fact.kind in SPECIFICATION_KINDS
        assert fact.validity in VALIDITIES
        assert (fact.validity == "superseded") == bool(fact.superseded_by)
    for_any = known - {fact.specification for fact in facts.specification_materials}
    assert len(for_any) == 5


def test_limits_are_in_order_plausible_and_in_the_unit_of_their_parameter(facts, parameters):
    silent = 0
    for fact in facts.specification_limits:
        parameter = parameters[fact.parameter]
        bounds = [b for b in (fact.lower_millionths, fact.upper_millionths) if b is not None]
        assert bounds == sorted(bounds)
        assert all(
            parameter.plausible_min_millionths <= b <= parameter.plausible_max_millionths
            for b in bounds
        )
        assert fact.unit == parameter.unit
        assert not fact.strict_lower or fact.lower_millionths is not None
        assert not fact.strict_upper or fact.upper_millionths is not None
        assert parameter.family != "leachate" or fact.method
        if not bounds:
            silent += 1
            assert fact.note.startswith("no number in the source")
    assert silent == 4


def test_an_alternative_has_an_alternative(facts):
    rows = [(f.specification, f.any_of) for f in facts.specification_limits if f.any_of]
    assert Counter(Counter(rows).values()) == {2: 4}


def test_typical_values_are_the_middle_of_their_range(facts, parameters):
    for fact in facts.typical_compositions:
        parameter = parameters[fact.parameter]
        low, high = fact.minimum_millionths, fact.maximum_millionths
        assert parameter.plausible_min_millionths <= low <= high
        assert high <= parameter.plausible_max_millionths
        assert 2 * fact.typical_millionths == low + high
        assert (fact.unit, fact.typical_status) == (parameter.unit, "derived")
    assert len({fact.material for fact in facts.typical_compositions}) == 59


def test_a_flag_tells_exactly_where_the_middles_exceed_100_per_cent(facts, parameters):
    by_material = {}
    for fact in facts.typical_compositions:
        by_material.setdefault(fact.material, {})[fact.parameter] = fact
    flagged = set()
    for material, rows in by_material.items():
        for group in SUM_GROUPS:
            counted = [
                fact
                for code, fact in rows.items()
                if parameters[code].sum_group == group
                and parameters[code].unit == "wt%"
                and not set(parts(parameters[code].sum_unless)) & rows.keys()
            ]
            assert sum(fact.minimum_millionths for fact in counted) <= 100 * ONE
            if sum(fact.typical_millionths for fact in counted) > 100 * ONE:
                flagged |= {(material, fact.parameter) for fact in counted}
    assert {(f.material, f.parameter) for f in facts.typical_compositions if f.flag} == flagged
    assert len({material for material, _ in flagged}) == 8


def test_materials_use_the_closed_vocabularies(facts):
    known = {fact.code for fact in facts.materials}
    vehicles = {names.code for names in VEHICLES.values()}
    taxed = {fact.key.split(":")[0] for fact in facts.factors if fact.kind == "tax"}
    routed = {fact.material for fact in facts.material_routes}
    for fact in facts.materials:
        assert fact.material_group in MATERIAL_GROUPS
        assert fact.parent is None or fact.parent in known
        assert fact.tax_class is None or fact.tax_class in taxed
        assert set(parts(fact.physical_forms)) <= set(PHYSICAL_FORMS)
        assert set(parts(fact.vehicles)) <= vehicles
        complete = bool(fact.vehicles and fact.physical_forms and fact.code in routed)
        assert complete or not fact.is_waste


def test_a_hazardous_material_is_so_in_every_respect(facts, by_material):
    for fact in facts.materials:
        has_code = any(link.scheme is Scheme.CN_HW for link in by_material.get(fact.code, []))
        said = {has_code, fact.material_group == "hazardous", fact.tax_class == "hazardous_1000"}
        assert said == {fact.hazardous}, fact.code


def test_the_crosswalk_leads_to_known_codes(facts, codes):
    assert len(facts.material_codes) == 193
    missing = [f for f in facts.material_codes if (f.scheme.value, f.code) not in codes]
    assert missing == []


def test_an_exact_word_names_one_material_and_no_looser_one(facts):
    exact = [fact.spelling for fact in facts.material_aliases if fact.exact]
    loose = {fact.spelling for fact in facts.material_aliases if not fact.exact}
    codes = [fact.code for fact in facts.materials]
    assert len(set(exact + codes)) == len(exact + codes)
    assert not loose & set(exact + codes)


def test_factors_are_of_known_kinds_and_say_something(facts):
    assert Counter(fact.kind for fact in facts.factors) == {
        "co2": 95,
        "tax": 7,
        "vat_refund": 15,
        "price": 30,
        "transport": 8,
        "generation": 19,
        "target": 30,
        "statistic": 154,
    }
    assert {fact.kind for fact in facts.factors} == set(FACTOR_KINDS)
    silent = []
    for fact in facts.factors:
        figures = (fact.low_millionths, fact.value_millionths, fact.high_millionths)
        known = [figure for figure in figures if figure is not None]
        assert known == sorted(known)
        if not known:
            silent.append(fact.key)
    assert silent == ["2022:conditions"]


def test_masses_of_statistics_and_targets_are_in_megatonnes(facts):
    found = {
        fact.key: (fact.value_millionths, fact.unit)
        for fact in facts.factors
        if fact.kind in {"statistic", "target"}
    }
    scope = "national_general_industrial_solid_waste"
    assert found[f"2020:{scope}:generated"] == (3680 * ONE, "Mt")
    assert found[f"2020:{scope}:utilized"] == (2040 * ONE, "Mt")
    assert found[f"2020:{scope}:disposed"] == (920 * ONE, "Mt")
    assert found["2025:main_renewable_resources_utilized:450"] == (450 * ONE, "Mt")
    assert found["2030:bulk_solid_waste_utilized:4500"] == (4500 * ONE, "Mt")


def test_no_reference_leads_nowhere(facts, parameters):
    materials = {fact.code for fact in facts.materials}
    routes = {fact.code for fact in facts.routes}
    resources = {fact.code for fact in facts.resources}
    targets = {fact.key for fact in facts.factors if fact.kind == "target"}
    specifications = {fact.code for fact in facts.specifications}
    assert {fact.material for fact in facts.material_codes} <= materials
    assert {fact.material for fact in facts.material_aliases} <= materials
    assert {fact.material for fact in facts.material_routes} <= materials
    assert {fact.route for fact in facts.material_routes} <= routes
    assert {fact.route for fact in facts.route_resources} <= routes
    assert {fact.resource for fact in facts.route_resources} <= resources
    assert {fact.material for fact in facts.specification_materials} <= materials
    assert {fact.specification for fact in facts.specification_materials} <= specifications
    assert {fact.parameter for fact in facts.specification_limits} <= parameters.keys()
    assert {fact.material for fact in facts.typical_compositions} <= materials
    assert {fact.resource for fact in facts.resource_contents} == resources
    assert {fact.target for fact in facts.resource_targets} <= targets


def test_routes_replace_something_unless_they_dispose(facts):
    carbon = {fact.key: fact for fact in facts.factors if fact.kind == "co2"}
    assert Counter(fact.counts_as for fact in facts.routes) == {"utilization": 54, "disposal": 6}
    for fact in facts.routes:
        assert fact.counts_as in COUNTED_AS
        assert (fact.counts_as == "disposal") == fact.eu_code.startswith("D")
        assert (fact.counts_as == "disposal") == (fact.ratio_millionths == 0)
        ratios = [fact.ratio_low_millionths, fact.ratio_millionths, fact.ratio_high_millionths]
        assert ratios == sorted(ratios)
        assert (fact.co2_kind is None) == (fact.co2_factor is None)
        assert fact.co2_kind != "net" or fact.co2_process is None
        for key in filter(None, (fact.co2_factor, fact.co2_process)):
            per = carbon[key].unit.split("/")[1]
            assert (per == "m3") == (fact.ratio_unit == "m3/t")
            # The factor of electric-arc steel exceeds that of ore: never the benefit of scrap.
            assert "eaf" not in key
