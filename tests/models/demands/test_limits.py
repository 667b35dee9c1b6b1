"""Limits that say something and that some material could meet."""

from __future__ import annotations

import pytest

from models.demands.limits import LIMITS_MAX, Limit, check_limits
from models.errors import Invalid


def limit(parameter_id=1, lower=None, upper=5, **changed):
    return Limit(parameter_id=parameter_id, lower=lower, upper=upper, **changed)


def refusal_of(*limits):
    with pytest.raises(Invalid) as refusal:
        check_limits(limits)
    return refusal.value.code, refusal.value.facts


@pytest.mark.parametrize(
    ("lower", "upper"), [(None, 5), (5, None), (0, 0), (5, 5), (-9, -3), (None, 0)]
)
def test_a_minimum_or_a_maximum_or_both_in_order_stand(lower, upper):
    assert check_limits([limit(lower=lower, upper=upper)]) is None


def test_no_limits_at_all_stand():
    assert check_limits([]) is None


def test_a_limit_without_either_bound_is_refused_at_its_place():
    refusal = refusal_of(limit(1), limit(2, upper=None))
    assert refusal == ("limit-empty", {"field": "limits-1-upper"})


@pytest.mark.parametrize(
    ("lower", "upper", "strict"),
    [
        (6, 5, {}),
        (5, 5, {"strict_lower": True}),
        (5, 5, {"strict_upper": True}),
        (-1, -2, {"strict_lower": True, "strict_upper": True}),
    ],
)
def test_bounds_that_nothing_could_meet_are_refused(lower, upper, strict):
    refusal = refusal_of(limit(lower=lower, upper=upper, **strict))
    assert refusal == ("limit-disorder", {"field": "limits-0-lower"})


def test_a_strict_bound_beside_a_higher_one_stands():
    assert check_limits([limit(lower=4, upper=5, strict_lower=True, strict_upper=True)]) is None


def test_a_parameter_limited_twice_is_refused_at_its_second_place():
    refusal = refusal_of(limit(1), limit(2), limit(1, upper=9))
    assert refusal == ("limit-twice", {"field": "limits-2-parameter"})


@pytest.mark.parametrize(
    "changed", [{"basis": "dry"}, {"method": "EN 451-1"}, {"hard": False}, {"any_of": "a"}]
)
def test_the_same_parameter_may_be_limited_in_another_way(changed):
    assert check_limits([limit(), limit(**changed)]) is None


def test_of_the_limits_in_one_group_none_is_repeated():
    refusal = refusal_of(limit(any_of="a"), limit(2, any_of="a"), limit(any_of="a", upper=7))
    assert refusal == ("limit-twice", {"field": "limits-2-parameter"})
    assert check_limits([limit(any_of="a"), limit(any_of="b")]) is None


def test_sixty_limits_stand_and_one_more_does_not():
    many = [limit(number) for number in range(LIMITS_MAX + 1)]
    assert check_limits(many[:-1]) is None
    assert refusal_of(*many) == ("limits-too-many", {"most": 60})
