"""What an impossible blend is said to fail for, checked by hand and at random."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.blends.blending import blend
from matching.blends.conflicts import Clash, InfeasibleBlend
from matching.blends.recipes import Amount, Compositions, Forms, Limits
from tests.matching.blend_cases import INF, NAN, free, random_blend


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
    # The first source would do, but is to be tested: only the second can say what it would need.
    assert refusal.conflicts == refusal.relaxations == (Clash("lower", 1, 8.0, 7.0),)
    assert str(refusal) == (
        "no source can be used; 1 to be tested first; 1 failing what every part must hold; "
        "lower[1] 8 (needs 7)"
    )


UNMIXED = [
    # Either source breaks one limit: both are in the way, and to let the first in is enough.
    ([[9.0, 1.0], [1.0, 9.0]], [5.0, 5.0], [10.0, 10.0], [("upper", 0, 9.0), ("upper", 1, 9.0)], 1),
    # What there is none of is no measure, though it meets the limit.
    ([[9.0], [1.0]], [5.0], [10.0, 0.0], [("upper", 0, 9.0)], 1),
    # Raising the second limit by 2 of 5 is less than raising the first by 4 of 5.
    ([[9.0, 9.0], [6.0, 7.0]], [5.0, 5.0], [9.0, 9.0], [("upper", 1, 7.0)], 2),
    # Nearer by itself, but next to nothing is at hand of it.
    ([[6.0], [8.0]], [5.0], [0.5, 9.0], [("upper", 0, 6.0)], 1),
]


@pytest.mark.parametrize(("typical", "upper", "available", "conflicts", "relaxations"), UNMIXED)
def test_what_does_not_mix_is_relaxed_for_one_source_that_is_at_hand(
    typical, upper, available, conflicts, relaxations
):
    parts = Compositions(typical, mixing=False)
    limits = Limits([-INF] * len(upper), upper)
    refusal = refused(parts, [1.0] * len(typical), available, limits, 5.0)
    assert [(c.kind, c.index, c.needed) for c in refusal.conflicts] == conflicts
    assert len(refusal.relaxations) == relaxations
    arguments = {
        "compositions": parts,
        "cost_per_t": [1.0] * len(typical),
        "available_t": available,
        "limits": limits,
        "amount_t": 5.0,
        "forms": Forms(np.zeros((1, len(upper))), [0.0]),
    }
    blend(**relaxed(arguments, refusal.relaxations, 0.0))


def test_an_equality_of_what_does_not_mix_is_relaxed_on_one_side():
    parts = Compositions([[3.0], [7.0]], mixing=False)
    refusal = refused(parts, [1.0] * 2, [9.0] * 2, Limits([5.0], [5.0]), 5.0)
    assert numbers(refusal.conflicts) == [("lower", 0, 5.0, 3.0), ("upper", 0, 5.0, 7.0)]
    assert numbers(refusal.relaxations) == [("lower", 0, 5.0, 3.0)]


def test_what_is_let_in_must_still_hold_what_mixes_and_be_enough():
    parts = Compositions([[9.0, 8.0], [9.0, 9.0], [30.0, 0.0]], mixing=[False, True])
    limits = Limits([-INF, -INF], [5.0, 6.0])
    refusal = refused(parts, [1.0] * 3, [2.0, 2.0, 9.0], limits, 5.0)
    # Alone the last one is 25 too high; the first two have 4 t at 8.5 where 6 are allowed.
    assert numbers(refusal.relaxations) == [
        ("upper", 0, 5.0, 9.0),
        ("upper", 1, 6.0, 8.5),
        ("amount", -1, 5.0, 4.0),
    ]


@pytest.mark.parametrize("typical", [[[1.0], [1.0]], [[NAN], [1.0]], [[9.0], [9.0]]])
def test_where_nothing_is_at_hand_the_amount_is_in_the_way(typical):
    for mixing in (True, False):
        parts = Compositions(typical, mixing=mixing)
        refusal = refused(parts, [1.0] * 2, [0.0, 0.0], Limits([-INF], [5.0]), 5.0)
        assert refusal.conflicts == refusal.relaxations == (Clash("amount", -1, 5.0, 0.0),)
        assert str(refusal).endswith("amount 5 (needs 0)")


def test_what_only_a_test_can_tell_names_no_bound():
    parts = Compositions([[NAN, 9.0], [NAN, 1.0]], mixing=[True, False])
    refusal = refused(parts, [1.0] * 2, [9.0] * 2, Limits([-INF] * 2, [5.0, 5.0]), 5.0)
    assert (refusal.conflicts, refusal.relaxations) == ((), ())
    assert str(refusal) == (
        "no source can be used; 1 to be tested first; 1 failing what every part must hold"
    )


@pytest.mark.parametrize("little", [1e-9, 1e-30, 1e-200])
def test_next_to_nothing_at_hand_is_a_conflict_of_the_amount(little):
    refusal = refused([[1.0], [4.0]], [1.0] * 2, [little, little], Limits([-INF], [5.0]), 5.0)
    assert numbers(refusal.conflicts) == [("amount", -1, 5.0, pytest.approx(2 * little))]
    assert numbers(refusal.relaxations) == [("amount", -1, 5.0, pytest.approx(2 * little))]
    refusal = refused([[1.0], [9.0]], [1.0] * 2, [little, 9.0], Limits([-INF], [5.0]), 5.0)
    assert {conflict.kind for conflict in refusal.conflicts} == {"upper", "amount"}


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), sources=st.integers(1, 4), parameters=st.integers(1, 4))
def test_what_does_not_mix_is_relaxed_far_enough(seed, sources, parameters):
    arguments = random_blend(seed, sources, parameters)
    random = np.random.default_rng(seed)
    typical = random.integers(0, 9, (sources, parameters)).astype(float)
    typical[random.random(typical.shape) < 0.05] = NAN
    mixing = random.random(parameters) < 0.3
    arguments["compositions"] = Compositions(typical, mixing=mixing)
    lower = random.choice([-INF, 3.0, 4.0], parameters)
    upper = random.choice([INF, 4.0, 5.0], parameters)
    arguments["limits"] = Limits(lower, upper)
    refusal = refusal_of(arguments)
    if refusal is None:
        return
    kinds = {conflict.kind for conflict in refusal.relaxations if conflict.needed == 0.0}
    if refusal.relaxations and "amount" not in kinds:
        blend(**relaxed(arguments, refusal.relaxations, 1e-7))
    assert refusal.relaxations or refusal.untested.any()
    known_and_at_hand = not np.isnan(typical).any() and (arguments["available_t"] > 0).all()
    if "no source" not in str(refusal) or not known_and_at_hand:
        return
    # Of the conflicting bounds alone, each as needed: possible; a little less: impossible.
    only = freed(arguments, refusal.conflicts)
    for conflict in refusal.conflicts:
        blend(**relaxed(only, [conflict], 1e-7))
        with pytest.raises(InfeasibleBlend):
            blend(**relaxed(only, [conflict], -1e-6))


def refusal_of(arguments):
    try:
        blend(**arguments)
    except InfeasibleBlend as refusal:
        return refusal
    return None


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
        if not refusal.conflicts or refusal.conflicts[0].needed == 0.0:  # nothing at hand
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
