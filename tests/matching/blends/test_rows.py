"""Rows of a blend: written, screened, scaled and pruned; values of mixtures by row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.blends.order import Order, program_of
from matching.blends.recipes import Compositions, Forms, Limits
from matching.blends.rows import (
    FORM,
    LOWER,
    UPPER,
    Candidates,
    limit_rows,
    overruns,
    row_values,
    screen,
    system,
)
from matching.blends.solver import solve
from tests.matching.blend_cases import INF, NAN, random_blend

PARTS = Compositions(
    [[1.0, 7.0], [3.0, NAN], [5.0, 9.0]], moisture=[0.5, 0.0, 0.2], mixing=[True, False]
)
BOTH = Candidates(np.array([0, 2, 4]), np.array([0, 1, 1, 2]))
LIMITS = Limits([[-INF, 8.0], [2.0, -INF]], [[2.0, INF], [INF, INF]])
FORMS = Forms([[2.0, 0.0]], [8.0], [1])


def test_every_finite_limit_of_a_demand_is_a_row_with_all_its_candidates():
    rows = limit_rows(BOTH, PARTS, LIMITS, FORMS)
    assert rows.kind.tolist() == [LOWER, LOWER, UPPER, FORM]
    assert rows.owner.tolist() == [0, 1, 0, 1]
    assert rows.index.tolist() == [1, 0, 0, 0]
    assert rows.bound.tolist() == [-8.0, -2.0, 2.0, 8.0]
    assert rows.mixing.tolist() == [False, True, True, True]
    assert rows.row.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert rows.pair.tolist() == [0, 1, 2, 3, 0, 1, 2, 3]
    assert rows.held.tolist() == pytest.approx([-7, NAN, -3, -5, 1, 3, 6, 10], nan_ok=True)


def test_pairs_are_screened_for_missing_values_and_for_what_every_part_must_hold():
    untested, failing = screen(limit_rows(BOTH, PARTS, LIMITS, FORMS), 4)
    assert untested.tolist() == [False, True, False, False]
    assert failing.tolist() == [True, False, False, False]


def test_a_test_would_not_help_who_fails_already():
    parts = replace(PARTS, typical=np.array([[NAN, 7.0]] * 3))
    untested, failing = screen(limit_rows(BOTH, parts, LIMITS, None), 4)
    assert untested.tolist() == [False, False, True, True]
    assert failing.tolist() == [True, True, False, False]


def test_rows_are_scaled_by_their_bound_and_left_out_where_nobody_violates_them():
    rows = limit_rows(BOTH, PARTS, LIMITS, FORMS)
    usable = np.array([False, True, True, True])
    pruned, whole = system(rows, usable), system(rows, usable, prune=False)
    assert pruned.row.tolist() == [2, 3]
    assert pruned.scale.tolist() == [2.0, 8.0]
    assert pruned.matrix.toarray().tolist() == [[0, 0.5, 0, 0], [0, 0, -0.25, 0.25]]
    assert whole.row.tolist() == [1, 2, 3]
    assert whole.matrix.toarray()[0].tolist() == [0, 0, -0.5, -1.5]


def test_a_bound_of_nothing_is_scaled_by_the_largest_coefficient():
    rows = limit_rows(BOTH, PARTS, Limits([[-INF] * 2] * 2, [[0.0, INF], [1e-7, INF]]), None)
    assert system(rows, np.ones(4, dtype=bool)).scale.tolist() == [3.0, 5.0 - 1e-7]


def test_values_and_overruns_of_mixtures_are_those_of_their_rows():
    rows = limit_rows(BOTH, PARTS, LIMITS, FORMS)
    value, weight = row_values(rows, np.array([0.0, 0.0, 1.0, 3.0]))
    assert value.tolist() == pytest.approx([NAN, -4.5, NAN, 9.0], nan_ok=True)
    assert weight.tolist() == [0.0, 4.0, 0.0, 4.0]
    assert overruns(rows, value).tolist() == [0.0, 0.0, 0.0, 0.125]
    value, _ = row_values(rows, np.array([1.0, 0.0, 0.0, 0.0]))
    assert value[0] == -7.0
    assert overruns(rows, value)[0] == 0.125


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), sources=st.integers(1, 6), parameters=st.integers(1, 4))
def test_without_pruning_the_optimum_is_the_same(seed, sources, parameters):
    arguments = random_blend(seed, sources, parameters)
    limits = arguments["limits"]
    table = replace(limits, lower=limits.lower[None], upper=limits.upper[None])
    candidates = Candidates(np.array([0, sources]), np.arange(sources))
    rows = limit_rows(candidates, arguments["compositions"], table, arguments["forms"])
    untested, failing = screen(rows, sources)
    usable = ~(untested | failing)
    order = Order(
        arguments["cost_per_t"], arguments["available_t"], np.zeros(sources), 5.0, 5.0, None
    )
    pruned, whole = (
        solve(program_of(order, system(rows, usable, prune=prune), usable))
        for prune in (True, False)
    )
    assert (pruned is None) == (whole is None)
    if pruned is not None:
        assert pruned.cost == pytest.approx(whole.cost, abs=1e-9)
