"""What a stream's values say on the basis and by the method that a limit asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.matchmaking.readings import Asked, answer
from tests.models.matchmaking.ashes import RULES, UNIT, millionths, reading


def said(asked, **readings):
    found = answer(Asked(*asked), readings, RULES)
    return None if found is None else tuple(value / UNIT for value in found)


def test_a_value_without_a_range_is_its_own_range():
    assert said(("cao", "dry", ""), cao=reading(5)) == (5, 5, 5)


def test_a_range_is_told_with_its_ends():
    assert said(("cao", "dry", ""), cao=reading(5, 4, 7)) == (4, 5, 7)
    assert said(("cao", "dry", ""), cao=reading(5, maximum=7)) == (5, 5, 7)


def test_what_nobody_measured_only_a_test_could_tell():
    assert said(("cao", "dry", ""), mgo=reading(1)) is None


def test_a_content_as_received_is_converted_through_its_moisture():
    wet = {"basis": "as_received", "moisture": 20 * UNIT}
    assert said(("cao", "dry", ""), cao=reading(8, 4, 12, **wet)) == (5, 10, 15)
    dry = {"basis": "dry", "moisture": 20 * UNIT}
    assert said(("cao", "as_received", ""), cao=reading(10, 5, 15, **dry)) == (4, 8, 12)


def test_without_the_moisture_no_other_basis_is_known():
    assert said(("cao", "as_received", ""), cao=reading(10)) is None
    assert said(("cao", "none", ""), cao=reading(10)) == (10, 10, 10)


def test_a_heating_value_is_never_converted():
    wet = {"basis": "as_received", "moisture": 20 * UNIT}
    assert said(("ncv", "as_received", ""), ncv=reading(12, **wet)) == (12, 12, 12)
    assert said(("ncv", "dry", ""), ncv=reading(12, **wet)) is None


def test_what_does_not_mix_is_the_same_on_every_basis():
    wet = {"basis": "as_received", "moisture": 20 * UNIT}
    assert said(("ph", "dry", ""), ph=reading(11.5, **wet)) == (11.5, 11.5, 11.5)


@pytest.mark.parametrize(
    ("measured_by", "asked_by", "answers"),
    [
        ("", "", True),
        ("EN 451-1", "", True),
        ("EN 451-1", "EN 451-1", True),
        ("EN 451-1", "GB/T 1345", False),
        ("", "GB/T 1345", False),
    ],
)
def test_a_value_by_another_method_is_no_answer(measured_by, asked_by, answers):
    fineness = reading(30, method=measured_by)
    expected = (30, 30, 30) if answers else None
    assert said(("fineness", "none", asked_by), fineness=fineness) == expected


def test_a_sum_is_computed_with_the_ends_of_its_parts():
    parts = {"cao": reading(10, 8, 14), "mgo": reading(4, 2, 6)}
    assert said(("lime", "dry", ""), **parts) == (9, 12, 17)


def test_a_sum_divided_by_numbers_keeps_its_range():
    parts = {"cao": reading(2, 1, 4), "mgo": reading(0.5, 0.2, 1)}
    assert said(("index", "none", ""), **parts) == (0.35, 0.75, 1.5)


def test_a_ratio_is_told_without_a_range():
    parts = {"cao": reading(30, 20, 40), "mgo": reading(10), "sio2": reading(20, 10, 30)}
    assert said(("basicity", "none", ""), **parts) == (2, 2, 2)


def test_a_difference_is_told_without_a_range():
    parts = {"cao": reading(30, 20, 40), "mgo": reading(10, 5, 15)}
    assert said(("difference", "dry", ""), **parts) == (20, 20, 20)


def test_a_ratio_to_nothing_is_unknown():
    parts = {"cao": reading(30), "mgo": reading(10), "sio2": reading(0)}
    assert said(("basicity", "none", ""), **parts) is None


def test_a_formula_of_a_formula_is_computed_too():
    parts = {"cao": reading(10, 8, 14), "mgo": reading(4, 2, 6), "sio2": reading(1)}
    assert said(("nested", "dry", ""), **parts) == (10, 13, 18)


def test_a_formula_lacks_its_answer_where_a_part_lacks_it():
    assert said(("lime", "dry", ""), cao=reading(10)) is None
    wet = reading(8, basis="as_received", moisture=20 * UNIT)
    assert said(("lime", "as_received", ""), cao=wet, mgo=reading(4)) is None


def test_the_parts_of_a_formula_are_brought_to_the_basis_first():
    wet = reading(8, basis="as_received", moisture=20 * UNIT)
    assert said(("lime", "dry", ""), cao=wet, mgo=reading(4)) == (12, 12, 12)


def test_what_was_measured_itself_is_not_computed():
    parts = {"lime": reading(7), "cao": reading(10), "mgo": reading(4)}
    assert said(("lime", "dry", ""), **parts) == (7, 7, 7)


def test_a_computed_value_has_no_method():
    assert said(("lime", "dry", "EN 196-2"), cao=reading(10), mgo=reading(4)) is None


RANGES = st.tuples(*[st.integers(0, 40 * UNIT)] * 3).map(sorted)


@given(RANGES, RANGES, st.integers(0, 90 * UNIT))
def test_any_mixture_within_the_ranges_lies_within_the_range_of_the_sum(cao, mgo, moisture):
    wet = {"basis": "as_received", "moisture": moisture}
    parts = {
        "cao": reading(cao[1] / UNIT, cao[0] / UNIT, cao[2] / UNIT, **wet),
        "mgo": reading(mgo[1] / UNIT, mgo[0] / UNIT, mgo[2] / UNIT, **wet),
    }
    lowest, typical, highest = answer(Asked("lime", "dry", ""), parts, RULES)
    assert lowest <= typical <= highest
    for corner in ((cao[0], mgo[0]), (cao[0], mgo[2]), (cao[2], mgo[0]), (cao[2], mgo[2])):
        exact = (corner[0] + corner[1] / 2) / (1 - moisture / millionths(100))
        assert lowest - 2 <= exact <= highest + 2  # each part was rounded once
