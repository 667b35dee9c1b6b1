"""What an impossible blend is said to fail for, checked by hand and at random."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.blend_conflicts import Clash, InfeasibleBlend
from matching.blending import blend
from matching.recipes import Amount, Compositions, Forms, Limits
from tests.matching.blends import INF, NAN, free, random_blend


def refused(*arguments):
    with pytest.raises(InfeasibleBlend) as caught:
        blend(*arguments)
    return caught.value


def numbers(conflicts):
    return [(c.kind, c.index, c.bound, pytest.approx(c.needed, nan_ok=True)) for c in conflicts]


ASHES = [[0.0, 1.0], [3.0, 1.0], [9.0, 1.0]]
SIX = Limits([-INF, -INF], [6.0, 4.0])


def test_one_limit_that_no_source_reaches_is_named_with_the_best_there_is():
    refusal = refused([[9.0], [8.0]], [7.0, 7.0], [9.0, 9.0], Limits([-INF], [6.0]), 5.0)
    assert numbers(refusal.conflicts) == [("upper", 0, 6.0, 8.0)]
    assert numbers(refusal.relaxations) == [("upper", 0, 6.0, 8.0)]
    assert str(refusal) == "no mixture of 2 sources holds upper[0] 6 (needs 8)"


def test_two_limits_that_exclude_each_other_are_both_named():
    # On the line from (1, 1) to (5, 5) no point has less than 2 of one and more than 4 of another.
    limits = Limits([-INF, 4.0], [2.0, INF])
    refusal = refused([[1.0, 1.0], [5.0, 5.0]], [1.0, 1.0], [INF, INF], limits, 1.0)
    assert numbers(refusal.conflicts) == [("lower", 1, 4.0, 2.0), ("upper", 0, 2.0, 4.0)]
    # Lowering 4 to 2 is half of it, raising 2 to 4 as much again as it was.
    assert numbers(refusal.relaxations) == [("lower", 1, 4.0, 2.0)]


def test_too_little_at_hand_is_a_conflict_of_the_amount():
    refusal = refused(ASHES, [10.0, 27.0, 7.0], [10.0, 10.0, 10.0], SIX, 60.0)
    assert numbers(refusal.conflicts) == [("amount", -1, 60.0, 30.0)]
    assert str(refusal) == "no mixture of 3 sources holds amount 60 (needs 30)"


def test_too_little_of_the_good_is_a_conflict_of_amount_and_limit():
    refusal = refused(ASHES, [10.0, 27.0, 7.0], [10.0, 10.0, 40.0], SIX, 60.0)
    # All of it: 390 / 60 = 6.5; or 10 + 10 and as much of the third as six allows: 30.
    assert numbers(refusal.conflicts) == [("upper", 0, 6.0, 6.5), ("amount", -1, 60.0, 50.0)]
    assert numbers(refusal.relaxations) == [("upper", 0, 6.0, 6.5)]


def test_the_least_of_an_interval_is_what_conflicts():
    refusal = refused(ASHES, [1.0] * 3, [10.0] * 3, SIX, Amount(40.0, 90.0))
    assert numbers(refusal.conflicts) == [("amount", -1, 40.0, 30.0)]


def test_a_dry_limit_is_named_with_its_dry_value():
    wet = Compositions([[8.0], [2.0]], moisture=[0.5, 0.0], dry=[True])
    refusal = refused(wet, [1.0, 1.0], [INF, 1.0], Limits([-INF], [3.0]), 3.0)
    # Two tonnes of the wet one are one dry tonne: (8 + 2) / 2.
    # A tonne of the dry one bears 0.4 t of the other: 0.2 dry tonnes at 8, 1 at 2.
    assert numbers(refusal.conflicts) == [("upper", 0, 3.0, 5.0), ("amount", -1, 3.0, 1.4)]


def test_a_form_is_named_by_its_row():
    forms = Forms([[1.0, 0.0], [1.0, -2.0]], [9.0, -1.0])
    refusal = refused([[1.0, 0.5], [4.0, 1.0]], [1.0, 1.0], [INF] * 2, free(2), 1.0, forms)
    assert numbers(refusal.conflicts) == [("form", 1, -1.0, 0.0)]


def test_sources_left_out_are_counted():
    parts = Compositions([[NAN, 7.0], [9.0, 7.0], [1.0, 1.0]], mixing=[True, False])
    refusal = refused(parts, [1.0] * 3, [INF] * 3, Limits([-INF, -INF], [0.5, 6.0]), 1.0)
    assert refusal.untested.tolist() == [[True, False], [False, False], [False, False]]
    assert refusal.failing.tolist() == [[False, True], [False, True], [False, False]]
    assert str(refusal) == (
        "no mixture of 1 sources holds upper[0] 0.5 (needs 1); 2 failing what every part must hold"
    )


def test_where_no_source_may_be_used_it_says_why():
    limits = Limits([-INF, 8.0], [5.0, INF])
    parts = Compositions([[NAN, 9.0], [2.0, 7.0]], mixing=[True, False])
    refusal = refused(parts, [1.0] * 2, [INF] * 2, limits, 1.0)
    assert refusal.untested.tolist() == [[True, False], [False, False]]
    assert refusal.failing.tolist() == [[False, False], [False, True]]
    assert refusal.conflicts == (Clash("lower", 1, 8.0, 9.0),)
    assert str(refusal) == (
        "no source can be used; 1 to be tested first; 1 failing what every part must hold; "
        "lower[1] 8 (needs 9)"
    )


@pytest.mark.parametrize(
    ("amount", "conflicts", "words"),
    [
        (Amount(60, 60, most_sources=1), [("sources", -1, 1.0, 2.0)], "sources 1 (needs 2)"),
        (Amount(60, 60, 70.0), [("lots", -1, 70.0, NAN)], "the smallest lots"),
        (
            Amount(60, 60, [0.0, 0.0, 70.0], most_sources=1),
            [("lots", -1, 70.0, NAN), ("sources", -1, 1.0, 2.0)],
            "the smallest lots and sources 1 (needs 2)",
        ),
    ],
)
def test_lots_and_the_number_of_sources_are_named_where_they_alone_are_in_the_way(
    amount, conflicts, words
):
    available = [40.0, 30.0, 60.0] if "and" in words else [40.0, 30.0, 40.0]
    limits = Limits([-INF, -INF], [9.0, 4.0]) if "and" in words else SIX
    refusal = refused(ASHES, [10.0, 27.0, 7.0], available, limits, amount)
    assert numbers(refusal.conflicts) == conflicts
    assert str(refusal) == f"limits and amount can be held, but not with {words}"


def test_the_refusal_survives_a_trip_to_another_process():
    refusal = refused(ASHES, [1.0] * 3, [1.0] * 3, SIX, 60.0)
    again = pickle.loads(pickle.dumps(refusal))
    assert (str(again), again.conflicts) == (str(refusal), refusal.conflicts)


def relaxed(arguments, conflicts, slack):
    """Return the arguments with these bounds set to what is needed, and a hair more."""
    limits, forms, amount = (arguments[name] for name in ("limits", "forms", "amount_t"))
    lower, upper, bound = limits.lower.copy(), limits.upper.copy(), forms.bound.copy()
    for conflict in conflicts:
        if conflict.kind == "lower":
            lower[conflict.index] = conflict.needed - slack
        elif conflict.kind == "upper":
            upper[conflict.index] = conflict.needed + slack
        elif conflict.kind == "form":
            bound[conflict.index] = conflict.needed + slack
        else:
            amount = conflict.needed * (1 - slack)
    limits = replace(limits, lower=lower, upper=upper)
    return arguments | {"limits": limits, "forms": replace(forms, bound=bound), "amount_t": amount}


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), sources=st.integers(1, 4), parameters=st.integers(1, 3))
def test_the_relaxations_suffice_and_less_does_not(seed, sources, parameters):
    arguments = random_blend(seed, sources, parameters)
    arguments["compositions"] = known_and_mixing(arguments["compositions"])
    try:
        blend(**arguments)
    except InfeasibleBlend as refusal:
        if not refusal.conflicts:
            return
        blend(**relaxed(arguments, refusal.relaxations, 1e-7))
        if len(refusal.relaxations) == 1:
            with pytest.raises(InfeasibleBlend):
                blend(**relaxed(arguments, refusal.relaxations, -1e-6))
        # Of the conflicting bounds alone, each as needed: possible; a little less: impossible.
        only = freed(arguments, refusal.conflicts)
        for conflict in refusal.conflicts:
            blend(**relaxed(only, [conflict], 1e-7))
            with pytest.raises(InfeasibleBlend):
                blend(**relaxed(only, [conflict], -1e-6))


def known_and_mixing(parts):
    typical = np.nan_to_num(parts.typical, nan=2.0)
    return Compositions(
        typical,
        minimum=np.fmin(parts.minimum, typical),
        maximum=np.fmax(parts.maximum, typical),
        moisture=np.nan_to_num(parts.moisture, nan=0.3),
        dry=parts.dry,
    )


def freed(arguments, kept):
    """Return the arguments with no bounds but those kept."""
    limits, forms = arguments["limits"], arguments["forms"]
    lower, upper = np.full_like(limits.lower, -INF), np.full_like(limits.upper, INF)
    bound = np.full_like(forms.bound, INF)
    available = np.where(arguments["available_t"] > 0, INF, 0.0)
    for conflict in kept:
        if conflict.kind == "lower":
            lower[conflict.index] = conflict.bound
        elif conflict.kind == "upper":
            upper[conflict.index] = conflict.bound
        elif conflict.kind == "form":
            bound[conflict.index] = conflict.bound
        else:
            available = arguments["available_t"]
    return arguments | {
        "limits": replace(limits, lower=lower, upper=upper),
        "forms": replace(forms, bound=bound),
        "available_t": available,
    }
