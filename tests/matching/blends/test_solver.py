"""Programmes solved, and answers mended that hold their rows only nearly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from matching.blends.solver import Program, measured, no_rows, ones, polished, solve


def program(**fields):
    values = {
        "cost": np.array([1.0, 2.0]),
        "least": np.zeros(2),
        "most": np.array([0.75, np.inf]),
        "matrix": csr_array(np.array([[1.0, -1.0]])),
        "bound": np.array([0.25]),
        "equal": ones(np.array([True, True])),
        "total": np.ones(1),
    }
    return Program(**(values | fields))


def test_an_optimum_comes_with_its_prices():
    solution = solve(program())
    assert solution.x.tolist() == [0.625, 0.375]
    assert solution.cost == 1.375
    # A unit more of the row moves half a unit from the dear to the cheap.
    assert solution.row == pytest.approx([-0.5])
    assert solution.equal == pytest.approx([1.5])
    assert solution.most.tolist() == [0.0, 0.0]


def test_a_source_that_is_used_up_has_a_price():
    solution = solve(program(bound=np.array([9.0])))
    assert solution.x.tolist() == [0.75, 0.25]
    assert solution.most == pytest.approx([-1.0, 0.0])


def test_a_programme_without_rows_is_solved():
    free = program(matrix=no_rows(2), bound=np.empty(0), equal=no_rows(2), total=np.empty(0))
    assert solve(free).x.tolist() == [0.0, 0.0]


def test_what_nothing_holds_has_no_answer():
    assert solve(program(total=np.array([-1.0]))) is None
    assert solve(program(matrix=csr_array(np.array([[1.0, 1.0]])), bound=np.array([0.5]))) is None


def test_a_programme_without_end_is_an_error():
    endless = program(cost=np.array([0.0, -1.0]), equal=no_rows(2), total=np.empty(0))
    with pytest.raises(ArithmeticError, match="HiGHS found no answer"):
        solve(endless)


def test_rows_that_hold_only_nearly_are_mended_by_the_least_change():
    wrong = np.array([0.625 + 3e-8, 0.375 + 1e-8])
    mended = polished(program(), wrong)
    assert mended == pytest.approx([0.625, 0.375], abs=1e-15)
    assert mended.sum() == pytest.approx(1.0, abs=1e-15)
    assert mended[0] - mended[1] <= 0.25 + 1e-15


def test_rows_of_small_amounts_are_mended_by_their_own_measure():
    # The second row holds a millionth of the first; 1e-10 is much for it.
    small = program(
        most=np.array([np.inf, np.inf]),
        matrix=csr_array(np.eye(2)),
        bound=np.array([1.0, 1e-6]),
        equal=no_rows(2),
        total=np.empty(0),
    )
    mended = polished(small, np.array([1.0, 1e-6 + 1e-10]))
    assert mended[0] == 1.0
    assert mended[1] == pytest.approx(1e-6, rel=1e-13)


def test_bounds_come_first_and_dust_is_no_amount():
    mended = polished(program(bound=np.array([9.0])), np.array([0.75 + 1e-9, 0.25 - 1e-9]))
    assert mended == pytest.approx([0.75, 0.25], abs=1e-15)
    assert polished(program(), np.array([1e-14, 1.0])).tolist() == [0.0, 1.0]


def test_what_holds_is_left_as_it_is():
    exact = np.array([0.5, 0.5])
    assert polished(program(), exact).tolist() == [0.5, 0.5]


def test_costs_are_brought_in_reach_by_a_power_of_two_and_usual_ones_are_left():
    usual = np.array([-3.5, 2.0**30 - 1, 0.0])
    assert measured(usual) == (pytest.approx(usual, rel=0, abs=0), 0)
    small, exponent = measured(np.array([1e-300, -3e-300]))
    assert 1.0 <= -small[1] < 2.0
    assert np.ldexp(small, exponent).tolist() == [1e-300, -3e-300]
    large, exponent = measured(np.array([1e300, 1e299]))
    assert 2.0**29 <= large[0] < 2.0**30
    assert np.ldexp(large, exponent).tolist() == [1e300, 1e299]
    assert measured(np.zeros(2))[1] == 0
