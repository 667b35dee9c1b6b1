"""Limits packed for speed say the same as the limits themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.market.composition import bits, side_by_side
from tests.matching.markets import INF


@pytest.mark.parametrize(("columns", "words"), [(0, 1), (1, 1), (64, 1), (65, 2)])
def test_flags_are_packed_without_losing_one(columns, words):
    flags = np.eye(max(columns, 1), columns, dtype=bool)
    packed = bits(flags)
    assert packed.shape == (max(columns, 1), words)
    assert len({tuple(row) for row in packed.tolist()}) == max(columns, 1)
    assert np.bitwise_count(packed).sum() == columns


def test_lowest_and_highest_lie_side_by_side_up_to_whole_lanes():
    table = side_by_side(np.array([[1.0, -INF]]), np.array([[2.0, INF]]), lanes=8, padding=9.0)
    assert table.dtype == np.float32
    assert table.tolist() == [[1.0, -INF, -2.0, -INF, 9.0, 9.0, 9.0, 9.0]]


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_single_precision_turns_no_order_round(one, other):
    single = side_by_side(np.array([[one], [other]]), np.zeros((2, 1)), lanes=2, padding=0.0)[:, 0]
    if single[0] < single[1]:
        assert one < other
    if single[0] > single[1]:
        assert one > other
