"""Which rows bar every source of what does not mix, and the source that is let in."""

from __future__ import annotations

import numpy as np

from matching.blends.barred import barring, judged, let_in
from matching.blends.recipes import Compositions, Limits
from matching.blends.rows import Candidates, limit_rows
from tests.matching.blend_cases import INF, NAN


def rows_of(typical, lower, upper, **fields):
    parts = Compositions(typical, **({"mixing": False} | fields))
    candidates = Candidates(np.array([0, len(parts)]), np.arange(len(parts)))
    return limit_rows(candidates, parts, Limits([lower], [upper]), None)


def test_a_source_is_judged_when_no_row_asks_for_what_is_unknown():
    rows = rows_of([[1.0, NAN], [NAN, 1.0]], [-INF, -INF], [5.0, INF])
    assert judged(rows, 2).tolist() == [True, False]


def test_a_row_that_others_do_without_is_not_among_those_that_bar():
    # Every source breaks the last row; the first two bar them all only together.
    rows = rows_of([[9.0, 1.0, 8.0], [1.0, 9.0, 7.0]], [-INF] * 3, [5.0] * 3)
    assert barring(rows, np.arange(2)) == [(2, 7.0)]
    assert barring(rows, np.array([0])) == [(2, 8.0)]


def test_the_nearest_is_let_in_and_whoever_holds_what_it_needs():
    rows = rows_of([[9.0], [7.0], [7.0], [6.5]], [-INF], [5.0])
    every = np.arange(4)
    needed, admitted = let_in(rows, every, np.full(4, 9.0), 5.0)
    assert (needed, admitted.tolist()) == ([(0, 6.5)], [3])
    # Of the last there is a fifth of the mass; the first of the equal two is next.
    needed, admitted = let_in(rows, every, np.array([9.0, 9.0, 9.0, 1.0]), 5.0)
    assert (needed, admitted.tolist()) == ([(0, 7.0)], [1, 2, 3])


def test_a_lower_limit_is_in_the_sign_of_the_rows():
    rows = rows_of([[1.0], [2.0]], [3.0], [INF])
    assert barring(rows, np.arange(2)) == [(0, -2.0)]
