"""Rules of compositions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue.composition import (
    ParameterRule,
    Reading,
    check_composition,
    counted_shares,
    follows_moisture,
    formula_parts,
    formula_value,
    on_basis,
    with_formulas,
)
from models.errors import Invalid

PER_CENT = 1_000_000


def rule(code="cao", **changes):
    facts = {
        "unit": "wt%",
        "family": "content",
        "basis": "dry",
        "mixing": "linear_by_dry_mass",
        "formula": "",
        "sum_group": "analysis",
        "sum_unless": (),
        "plausible_min": 0,
        "plausible_max": 100 * PER_CENT,
    }
    return ParameterRule(code=code, **(facts | changes))


PH = rule("ph", unit="-", family="physical", basis="none", mixing="none", sum_group=None)
HEATING_VALUE = rule(
    "ncv", unit="MJ/kg", family="energy", basis="as_received", mixing="linear_by_mass"
)
MOISTURE = rule("moisture", family="physical", basis="as_received", mixing="linear_by_mass")


def test_a_content_grows_when_the_water_is_taken_out():
    assert on_basis(9 * PER_CENT, rule(), "as_received", "dry", 10 * PER_CENT) == 10 * PER_CENT
    assert on_basis(10 * PER_CENT, rule(), "dry", "as_received", 10 * PER_CENT) == 9 * PER_CENT


def test_conversion_rounds_once_half_away_from_zero():
    # 1 / 0.97 = 1.030927835…; 1 / 2 of one millionth is 0.5, which becomes 1.
    assert on_basis(1 * PER_CENT, rule(), "as_received", "dry", 3 * PER_CENT) == 1_030_928
    assert on_basis(1, rule(), "dry", "as_received", 50 * PER_CENT) == 1
    assert on_basis(-1, rule(), "dry", "as_received", 50 * PER_CENT) == -1


def test_the_same_basis_changes_nothing_even_without_moisture():
    assert on_basis(7, rule(), "dry", "dry", None) == 7
    assert on_basis(7, HEATING_VALUE, "dry", "dry", None) == 7


def test_unknown_moisture_gives_no_answer():
    assert on_basis(7, rule(), "as_received", "dry", None) is None


def test_what_has_no_basis_is_the_same_wet_or_dry():
    assert on_basis(9, PH, "as_received", "dry", 10 * PER_CENT) == 9
    assert on_basis(9, rule(), "none", "dry", None) == 9


def test_a_heating_value_and_moisture_itself_are_not_converted():
    assert on_basis(9, HEATING_VALUE, "as_received", "dry", 10 * PER_CENT) is None
    assert on_basis(9, MOISTURE, "as_received", "dry", 10 * PER_CENT) is None
    found = [follows_moisture(r) for r in (rule(), PH, HEATING_VALUE, MOISTURE)]
    assert found == [True, False, False, False]


@pytest.mark.parametrize("moisture", [-1, 100 * PER_CENT, 101 * PER_CENT])
def test_moisture_that_leaves_nothing_dry_is_refused(moisture):
    with pytest.raises(Invalid) as refusal:
        on_basis(1, rule(), "as_received", "dry", moisture)
    assert refusal.value.code == "moisture-impossible"
    assert refusal.value.facts == {"moisture_millionths": moisture}


@given(st.integers(0, 100 * PER_CENT), st.integers(0, 99 * PER_CENT))
def test_there_and_back_differs_by_no_more_than_the_rounding(value, moisture):
    dry = on_basis(value, rule(), "as_received", "dry", moisture)
    assert dry is not None
    assert abs(dry - Fraction(value * 100 * PER_CENT, 100 * PER_CENT - moisture)) <= Fraction(1, 2)
    back = on_basis(dry, rule(), "dry", "as_received", moisture)
    assert back is not None
    assert abs(back - value) <= 1


@pytest.mark.parametrize(
    ("formula", "values", "expected"),
    [
        ("sio2 + al2o3 + fe2o3", {"sio2": 50, "al2o3": 25, "fe2o3": 10}, 85_000_000),
        ("na2o + 0.658 * k2o", {"na2o": 1, "k2o": 2}, 2_316_000),
        ("(cao + mgo) / sio2", {"cao": 40, "mgo": 8, "sio2": 32}, 1_500_000),
        ("ra / 370 + th / 260 + k / 4200", {"ra": 370, "th": 260, "k": 4200}, 3_000_000),
        ("a / b", {"a": 2, "b": 3}, 666_667),
        ("a - b", {"a": 1, "b": 3}, -2_000_000),
    ],
)
def test_a_formula_is_exact_and_rounded_once(formula, values, expected):
    scaled = {code: value * PER_CENT for code, value in values.items()}
    assert formula_value(formula, scaled) == expected


def test_a_missing_part_or_a_denominator_of_zero_gives_no_value():
    assert formula_value("(cao + mgo) / sio2", {"cao": 1, "mgo": 1}) is None
    assert formula_value("(cao + mgo) / sio2", {"cao": 1, "mgo": 1, "sio2": 0}) is None


@pytest.mark.parametrize("formula", ["cao ** 2", "-cao", "print(cao)", "cao if 1 else 2", "'a'"])
def test_a_formula_that_is_more_than_arithmetic_is_a_bug(formula):
    with pytest.raises(ValueError, match=r"formula holds|Invalid literal"):
        formula_value(formula, {"cao": 1, "print": 1})


def test_the_parts_of_a_formula_are_named():
    assert formula_parts("na2o + 0.658 * k2o") == {"na2o", "k2o"}


def test_formulas_of_formulas_are_filled_in_and_measured_values_kept():
    rules = [
        rule("c", formula="b * 2"),
        rule("b", formula="a + 1"),
        rule("d", formula="a / 2"),
        rule("e", formula="missing + a"),
    ]
    values = {"a": 3 * PER_CENT, "d": 9 * PER_CENT}
    assert with_formulas(values, rules) == {
        "a": 3 * PER_CENT,
        "b": 4 * PER_CENT,
        "c": 8 * PER_CENT,
        "d": 9 * PER_CENT,
    }


def reading(code, typical, number=0, *, minimum=None, maximum=None, **changes):
    return Reading(
        rule=rule(code, **changes),
        typical=typical,
        minimum=minimum,
        maximum=maximum,
        number=number,
    )


def refusal_of(*readings, basis="dry", moisture=None):
    with pytest.raises(Invalid) as refusal:
        check_composition(readings, basis=basis, moisture=moisture)
    return refusal.value.code, refusal.value.facts


def test_a_value_outside_the_plausible_range_is_refused():
    code, facts = refusal_of(reading("cao", 5), reading("mgo", 100 * PER_CENT + 1, 1))
    assert code == "composition-implausible"
    assert facts == {
        "field": "values-1-typical",
        "parameter": "mgo",
        "unit": "wt%",
        "value_millionths": 100_000_001,
        "lower_millionths": 0,
        "upper_millionths": 100_000_000,
    }


def test_the_ends_of_the_plausible_range_stand():
    check_composition([reading("cao", 100 * PER_CENT)], basis="dry", moisture=None)
    check_composition([reading("cao", 0)], basis="dry", moisture=None)
    assert refusal_of(reading("cao", -1))[0] == "composition-implausible"
    assert refusal_of(reading("cao", 5, minimum=-1))[1]["value_millionths"] == -1


@pytest.mark.parametrize(("minimum", "maximum"), [(6, None), (None, 4), (6, 7), (3, 4), (7, 3)])
def test_a_range_out_of_order_is_refused(minimum, maximum):
    code, facts = refusal_of(reading("cao", 5, 3, minimum=minimum, maximum=maximum))
    assert code == "composition-disordered"
    assert facts["field"] == "values-3-typical"
    assert facts["typical_millionths"] == 5


def test_a_sum_above_102_is_refused_and_names_the_largest_part():
    parts = [reading("cao", 41 * PER_CENT, 0), reading("sio2", 61 * PER_CENT, 1)]
    check_composition(parts, basis="dry", moisture=None)
    code, facts = refusal_of(*parts, reading("mgo", 1, 2))
    assert code == "composition-above-100"
    assert facts == {
        "field": "values-1-typical",
        "sum_group": "analysis",
        "sum_millionths": 102_000_001,
        "limit_millionths": 102_000_000,
    }


def test_as_received_the_water_counts_with_the_analysis():
    parts = [reading("cao", 60 * PER_CENT)]
    check_composition(parts, basis="dry", moisture=50 * PER_CENT)
    check_composition(parts, basis="as_received", moisture=42 * PER_CENT)
    facts = refusal_of(*parts, basis="as_received", moisture=43 * PER_CENT)[1]
    assert facts["sum_millionths"] == 103 * PER_CENT


def test_water_is_already_in_the_parts_of_scrap():
    parts = [reading("steel", 95 * PER_CENT, sum_group="part")]
    check_composition(parts, basis="as_received", moisture=20 * PER_CENT)


def test_groups_are_added_apart_and_only_shares_of_the_mass():
    check_composition(
        [
            reading("cao", 90 * PER_CENT),
            reading("gypsum", 90 * PER_CENT, sum_group="phase"),
            reading("finer", 90 * PER_CENT, sum_group=None),
            reading("zn", 90 * PER_CENT, unit="mg/kg"),
        ],
        basis="dry",
        moisture=None,
    )


def test_what_another_value_contains_is_not_counted_twice():
    rules = {
        "fe_total": rule("fe_total", sum_unless=("fe2o3", "feo")),
        "fe2o3": rule("fe2o3"),
        "cao": rule("cao"),
        "glass": rule("glass", sum_group="phase"),
    }
    values = {"fe_total": 40, "fe2o3": 57, "cao": 3, "glass": 9}
    assert counted_shares(values, rules, "analysis") == {"fe2o3": 57, "cao": 3}
    assert counted_shares(values, rules, "phase") == {"glass": 9}
    del values["fe2o3"]
    assert counted_shares(values, rules, "analysis") == {"fe_total": 40, "cao": 3}
