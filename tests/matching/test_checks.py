"""How arrays are taken in."""

from __future__ import annotations

import numpy as np
import pytest

from matching.checks import floats, integers, positive_count, refuse_where, row


def test_an_array_that_cannot_be_written_to_is_taken_as_it_is():
    first = floats("first", [1, 2], (2,))
    assert floats("second", first, (2,)) is first


def test_an_array_that_can_be_written_to_is_copied():
    mine = np.array([1, 2])
    taken = integers("mine", mine, 2)
    mine[0] = 9
    assert taken.tolist() == [1, 2]


def test_the_largest_mask_is_the_largest_whole_number_below_two_to_the_53():
    assert integers("mask", [2**53 - 1], 1).tolist() == [2**53 - 1]
    with pytest.raises(ValueError, match=r"mask\[0\]: is above 2\^53 - 1"):
        integers("mask", np.array([2**63], dtype=np.uint64), 1)


def test_an_empty_list_is_whole_numbers():
    assert integers("none", [], 0).dtype == np.int64


def test_the_first_wrong_entry_is_named():
    with pytest.raises(ValueError, match=r"^share\[1, 0\]: is odd$"):
        refuse_where(np.array([[False, False], [True, True]]), "share", "is odd")
    with pytest.raises(ValueError, match=r"^share: is odd$"):
        refuse_where(np.array(1) > 0, "share", "is odd")


@pytest.mark.parametrize("position", [3, -1])
def test_a_position_outside_is_refused(position):
    assert row("i", np.int64(2), 3) == 2
    with pytest.raises(ValueError, match=f"i: {position} is outside 0 to 2"):
        row("i", position, 3)


def test_a_count_is_a_whole_number_of_at_least_one():
    assert positive_count("k", 1) == 1
    with pytest.raises(TypeError, match="float"):
        positive_count("k", 1.5)
