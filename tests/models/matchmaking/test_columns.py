"""Limits as columns: strict bounds, alternatives, wishes."""

from __future__ import annotations

from math import inf, isnan

import pytest

from models.demands.limits import Limit
from models.matchmaking.columns import Alternative, Bound, bounds_of, columns_of, values_in
from models.matchmaking.readings import Asked, Reading
from tests.models.matchmaking.ashes import RULES, UNIT, reading

CODES = {1: "cao", 2: "mgo", 3: "sio2", 4: "lime"}
CAO, MGO = Asked("cao", "dry", ""), Asked("mgo", "dry", "")


def limit(parameter_id=1, lower=None, upper=None, **changed):
    return Limit(
        parameter_id=parameter_id,
        lower=None if lower is None else round(lower * UNIT),
        upper=None if upper is None else round(upper * UNIT),
        **({"basis": "dry"} | changed),
    )


def passes(limits, **readings):
    """Whether a stream with these readings meets the limits; None where only a test could tell."""
    bounds = bounds_of(limits, CODES)
    verdicts = []
    for bound, (minimum, _, maximum) in zip(
        bounds, values_in([bound.column for bound in bounds], readings, RULES), strict=True
    ):
        known = not isnan(minimum)
        verdicts.append(bound.lower <= minimum and maximum <= bound.upper if known else None)
    if False in verdicts:
        return False
    return None if None in verdicts else True


def test_a_limit_becomes_a_bound_in_the_unit_of_its_parameter():
    assert bounds_of([limit(lower=1.5, upper=5)], CODES) == (Bound(CAO, 1.5, 5.0),)
    assert bounds_of([limit(upper=5)], CODES) == (Bound(CAO, -inf, 5.0),)
    assert bounds_of([limit(lower=5)], CODES) == (Bound(CAO, 5.0, inf),)


@pytest.mark.parametrize(
    ("strict", "value", "expected"),
    [
        ({}, 5, True),
        ({}, 5.000001, False),
        ({"strict_upper": True}, 5, False),
        ({"strict_upper": True}, 4.999999, True),
        ({}, 2, True),
        ({}, 1.999999, False),
        ({"strict_lower": True}, 2, False),
        ({"strict_lower": True}, 2.000001, True),
        ({"strict_lower": True, "strict_upper": True}, 3, True),
    ],
)
def test_a_strict_bound_fails_itself_and_nothing_else(strict, value, expected):
    assert passes([limit(lower=2, upper=5, **strict)], cao=reading(value)) is expected


@pytest.mark.parametrize("bound", [0, 0.1, 1e-6, 102.3, 999_999.999999])
def test_a_strict_bound_tells_neighbouring_millionths_apart_at_every_size(bound):
    strict = [limit(upper=bound, strict_upper=True)]
    assert passes(strict, cao=reading(bound)) is False
    assert passes(strict, cao=reading(bound - 1e-6)) is True


def test_a_range_must_lie_within_the_bounds_as_a_whole():
    assert passes([limit(lower=2, upper=5)], cao=reading(3, 2, 5)) is True
    assert passes([limit(lower=2, upper=5)], cao=reading(3, 1.9, 4)) is False
    assert passes([limit(lower=2, upper=5)], cao=reading(3, 2, 5.1)) is False


def test_an_unknown_value_is_neither_pass_nor_fail():
    assert passes([limit(upper=5)]) is None
    assert passes([limit(upper=5), limit(2, upper=1)], mgo=reading(2)) is False


def test_a_wish_is_no_gate():
    assert bounds_of([limit(upper=5, hard=False)], CODES) == ()
    assert passes([limit(upper=5, hard=False)], cao=reading(50)) is True


def test_limits_on_one_column_are_taken_together():
    limits = [limit(lower=1, upper=6), limit(lower=2, upper=9)]
    assert bounds_of(limits, CODES) == (Bound(CAO, 2.0, 6.0),)


def test_another_basis_or_method_is_a_column_of_its_own():
    limits = [limit(upper=5), limit(upper=6, basis="as_received"), limit(upper=7, method="XRF")]
    assert columns_of(bounds_of(limits, CODES)) == (
        CAO,
        Asked("cao", "as_received", ""),
        Asked("cao", "dry", "XRF"),
    )


def test_columns_of_many_demands_are_named_once_in_their_first_order():
    first, second = bounds_of([limit(2, upper=1)], CODES), bounds_of([limit(upper=5)], CODES)
    assert columns_of([*first, *second, *first]) == (MGO, CAO)


EITHER = [limit(upper=5, any_of="a"), limit(2, upper=1, any_of="a")]


def test_alternatives_become_one_column_that_is_at_most_one():
    column = (Alternative(CAO, -inf, 5.0), Alternative(MGO, -inf, 1.0))
    assert bounds_of(EITHER, CODES) == (Bound(column, -inf, 1.0),)


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ({"cao": 5, "mgo": 9}, True),
        ({"cao": 9, "mgo": 1}, True),
        ({"cao": 9, "mgo": 9}, False),
        ({"cao": 5}, True),
        ({"mgo": 1}, True),
        ({"cao": 9}, None),
        ({}, None),
    ],
)
def test_one_met_alternative_is_enough_and_an_unknown_one_may_yet_be_it(readings, expected):
    values = {code: reading(value) for code, value in readings.items()}
    assert passes(EITHER, **values) is expected


def value_of(alternatives, **values):
    """The one number that stands for a stream in the column of these alternatives."""
    columns = columns_of(bounds_of(alternatives, CODES))
    readings = {
        code: value if isinstance(value, Reading) else reading(value)
        for code, value in values.items()
    }
    ((minimum, typical, maximum),) = values_in(columns, readings, RULES)
    assert isnan(typical) or minimum == typical == maximum
    return None if isnan(typical) else typical


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"cao": 1}, 1.0),
        ({"cao": 9, "mgo": 1}, 1.0),
        ({"cao": 7.5, "mgo": 9}, 1.5),  # 2.5 over 5 is the smaller overrun, not 8 over 1
        ({"cao": 50, "mgo": 1.25}, 1.25),
        ({"cao": reading(4, 3, 6), "mgo": 9}, 1.2),  # the part of a range that lies outside counts
        ({"cao": 9}, None),
        ({}, None),
    ],
)
def test_alternatives_that_all_fail_weigh_their_smallest_relative_overrun(values, expected):
    assert value_of(EITHER, **values) == expected


@pytest.mark.parametrize(
    ("bounds", "value", "expected"),
    [
        ({"lower": 4}, 3, 1.25),
        ({"lower": 4, "upper": 5}, reading(4.5, 3, 10), 2.0),  # of both ends the worse
        ({"upper": -2}, -1, 1.5),  # a negative bound is a scale by its size
        ({"upper": 0}, 0.000001, 2.0),  # a bound of zero has no scale: it is missed as a whole
        ({"lower": 0}, -3, 2.0),
    ],
)
def test_an_overrun_is_relative_to_the_bound_that_is_missed(bounds, value, expected):
    assert value_of([limit(any_of="a", **bounds)], cao=value) == expected


def test_a_strict_alternative_fails_itself():
    strict = [limit(upper=5, strict_upper=True, any_of="a"), limit(2, upper=1, any_of="a")]
    assert passes(strict, cao=reading(5), mgo=reading(9)) is False


@pytest.mark.parametrize("bound", [0, 0.1, 1e-6, 1, 8, 102.3, 999_999.999999])
@pytest.mark.parametrize("side", ["lower", "upper"])
def test_a_strict_alternative_fails_itself_at_every_size(bound, side):
    strict = [limit(any_of="a", **{side: bound, f"strict_{side}": True})]
    assert passes(strict, cao=reading(bound)) is False
    inside = bound + 1e-6 if side == "lower" else bound - 1e-6
    assert passes(strict, cao=reading(inside)) is True


def test_each_group_of_alternatives_must_be_met():
    limits = [*EITHER, limit(3, upper=50, any_of="b")]
    assert passes(limits, cao=reading(1), sio2=reading(40)) is True
    assert passes(limits, cao=reading(1), sio2=reading(60)) is False


def test_a_formula_that_was_not_measured_is_a_column_as_any_other():
    parts = {"cao": reading(10, 8, 14), "mgo": reading(4, 2, 6)}
    assert values_in([Asked("lime", "dry", "")], parts, RULES) == [(9.0, 12.0, 17.0)]
    assert passes([limit(4, upper=16)], **parts) is False
    assert passes([limit(4, upper=17)], **parts) is True
