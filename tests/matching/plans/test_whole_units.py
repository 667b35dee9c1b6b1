"""Whole units: the largest number of them that fits, and the amount they make."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.plans.whole_units import checked_unit, rounded, rounded_down, told


def test_three_tenths_are_three_units_of_a_tenth_and_back():
    assert rounded_down("mass", np.array([0.3, 0.29999, 0.7, 1.1]), 0.1).tolist() == [3, 2, 7, 11]
    assert told(np.array([3, 7, 11]), 0.1).tolist() == [0.3, 0.7, 1.1]
    assert told(np.array([3, 7]), 25.0).tolist() == [75.0, 175.0]
    assert told(np.array([3]), 0.3).tolist() == [3 * 0.3]


def test_the_nearest_number_of_units_has_the_sign_of_the_amount():
    assert rounded("value", np.array([-1.26, 1.24, 0.0]), 0.1).tolist() == [-13, 12, 0]


@given(st.floats(0, 1e9), st.sampled_from([0.1, 0.001, 0.3, 1.0, 7.0, 25.0]) | st.floats(1e-5, 1e3))
def test_rounded_down_is_the_largest_number_of_units_that_is_not_above(amount, unit):
    count = rounded_down("mass", np.array([amount]), unit)
    assert told(count, unit)[0] <= amount < told(count + 1, unit)[0]


def test_what_no_float_can_count_is_refused():
    with pytest.raises(ValueError, match=r"mass\[1\]: is above 2\^53 units of 0\.1"):
        rounded_down("mass", np.array([1.0, 1e16]), 0.1)
    with pytest.raises(ValueError, match=r"value\[0\]: is above 2\^53 units of 0\.1"):
        rounded("value", np.array([-1e16]), 0.1)
    with pytest.raises(ValueError, match=r"unit_t: is not a finite number"):
        checked_unit("unit_t", float("nan"))
