"""Further limits on a plan: they hold to the last unit, and cost no more than rounding does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_matrix

from matching import all_pairs
from matching.plans.allocation import Terms, allocate, pose
from matching.plans.side_constraints import SideConstraints
from matching.small_park import small_park
from tests.matching.plan_oracles import incidence, markets_of, pairs_of

PAIRS = pairs_of([(0, 0), (0, 1), (1, 1), (2, 2)], [9.0, 8.0, 5.0, 4.0], 3)
MASSES = [10.0, 10.0, 10.0], [10.0, 10.0, 10.0]


def plan_within(matrix, upper, objective="value", **terms):
    side = SideConstraints(matrix, upper)
    return allocate(PAIRS, *MASSES, objective, terms=Terms(side=side, **terms))


def test_a_row_binds_what_it_weighs_and_leaves_the_rest():
    plan = plan_within([[1.0, 0.0, 0.0, 0.0]], [4.0])
    assert plan.flow_t.tolist() == pytest.approx([4.0, 6.0, 4.0, 10.0])
    assert plan.value == 4 * 9 + 6 * 8 + 4 * 5 + 10 * 4


def test_a_row_may_join_components_and_takes_from_the_least_worthy():
    plan = plan_within([[1.0, 1.0, 1.0, 1.0]], [25.0])
    assert plan.flow_t.tolist() == [10.0, 0.0, 10.0, 5.0]


def test_tonne_kilometres_are_a_row():
    park = small_park()
    pairs = all_pairs(park.streams, park.demands, park.costs)
    masses = park.streams.quantity_t, park.demands.capacity_t
    free = allocate(pairs, *masses)
    assert free.flow_t @ pairs.distance_km == pytest.approx(80 * 4 + 60 * 2 + 30 * 16)
    side = SideConstraints(pairs.distance_km[None, :], [600.0])
    plan = allocate(pairs, *masses, terms=Terms(side=side))
    # Gypsum earns 1.25 a kilometre, slag 6.25, ash 15: gypsum gives way, to 10 tonnes.
    assert plan.flow_t.tolist() == [80.0, 0.0, 60.0, 0.0, 0.0, 10.0]


def test_an_upper_bound_of_nothing_closes_its_pairs():
    plan = plan_within([[0.0, 0.0, 2.0, 1.0]], [0.0], "tonnes")
    assert plan.flow_t.tolist() == [10.0, 0.0, 0.0, 0.0]


def test_what_is_below_a_unit_is_left_out():
    assert plan_within([[0.0, 0.0, 0.0, 1.0]], [3.37]).flow_t[3] == 3.3
    assert plan_within([[0.0, 0.0, 0.0, 1.0]], [3.3]).flow_t[3] == 3.3
    assert plan_within([[0.0, 0.0, 0.0, 3.0]], [1.0]).flow_t[3] == 0.3


def test_without_rows_that_weigh_anything_the_plan_is_the_exact_one():
    free = allocate(PAIRS, *MASSES)
    assert plan_within(np.zeros((2, 4)), [0.0, 5.0]).units.tolist() == free.units.tolist()
    assert plan_within(np.zeros((0, 4)), []).units.tolist() == free.units.tolist()


def test_sparse_matrices_of_any_kind_are_taken():
    dense = np.array([[1.0, 0.0, 0.0, 0.0]])
    expected = plan_within(dense, [4.0]).units.tolist()
    for matrix in (coo_array(dense), csr_matrix(dense)):
        assert plan_within(matrix, [4.0]).units.tolist() == expected


sides = st.tuples(st.integers(1, 3), st.integers(0, 2**32 - 1))


@settings(max_examples=60, deadline=None)
@given(markets_of(least=0), sides, st.sampled_from(["value", "tonnes"]), st.booleans())
def test_rows_hold_and_a_few_units_at_most_are_lost_to_rounding(plain, side, objective, shared):
    rows, seed = side
    random = np.random.default_rng(seed)
    matrix = random.choice([0.0, 0.0, 1.0, 2.5, 0.37], (rows, len(plain.edges)))
    upper = random.choice([0.0, 0.7, 1.3, 2.0], rows)
    share = 0.5 if shared else None
    terms = Terms(side=SideConstraints(matrix, upper))
    plan = allocate(plain.pairs, *plain.tonnes, objective, share, terms)
    assert (matrix @ plan.flow_t <= upper * (1 + 1e-12)).all()
    assert (incidence(plain) @ plan.units <= plain.supply + plain.capacity).all()
    assert (plan.units >= 0).all()
    if not plain.edges:
        return
    gain = np.array(plain.gain) if objective == "value" else np.ones(len(plain.edges))
    answer = linprog(
        -gain,
        A_ub=np.vstack((incidence(plain), matrix / 10)),
        b_ub=[*plain.supply, *plain.capacity, *upper],
        bounds=[(0, most) for most in plain.limits(share or 1.0)],
        method="highs",
    )
    lost = -answer.fun - gain @ plan.units
    assert -1e-6 <= lost <= np.abs(gain).max() * len(gain)


@pytest.mark.parametrize(
    ("matrix", "upper", "message"),
    [
        ([[1.0, -1.0]], [1.0], r"matrix\[0, 1\]: is negative"),
        ([[1.0, float("nan")]], [1.0], r"matrix\[0, 1\]: is not a finite number"),
        ([1.0, 1.0], [1.0], r"matrix: expected shape \(any, any\), got \(2,\)"),
        ([[1.0, 1.0]], [1.0, 2.0], r"upper: expected shape \(1\), got \(2,\)"),
        ([[1.0, 1.0]], [-1.0], r"upper\[0\]: is negative"),
        ([[1.0, 1.0]], [float("inf")], r"upper\[0\]: is not a finite number"),
    ],
)
def test_rows_that_make_no_limit_are_refused(matrix, upper, message):
    with pytest.raises(ValueError, match=message):
        SideConstraints(matrix, upper)


def test_rows_over_other_pairs_are_refused_and_so_is_cutting_them_up():
    with pytest.raises(ValueError, match=r"matrix: expected shape \(any, 4\), got \(1, 2\)"):
        plan_within([[1.0, 1.0]], [1.0])
    side = SideConstraints([[1.0, 1.0, 1.0, 1.0]], [1.0])
    with pytest.raises(ValueError, match="terms: side constraints join components; use allocate"):
        pose(PAIRS, *MASSES, terms=Terms(side=side))
