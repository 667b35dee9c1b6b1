"""How arrays are taken in."""

from __future__ import annotations

import re

import numpy as np
import pytest

from matching.checks import check_money, floats, integers, positive_count, refuse_where, row


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
    with pytest.raises(ValueError, match="k: expected a whole number"):
        positive_count("k", 1.5)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.ma.array([1.0, 2.0], mask=[False, True]), "lat: is masked; what is unknown is NaN"),
        (np.array([1.0 + 2.0j, 0.0]), "lat: expected numbers, got complex128"),
        (["1.5", "2"], "lat: expected numbers, got <U3"),
        ([True, False], "lat: expected numbers, got bool"),
        ([None, 1.0], "lat: expected numbers, got object"),
        ([[1.0], [2.0, 3.0]], "lat: expected numbers"),
    ],
)
def test_what_only_looks_like_numbers_is_refused(values, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        floats("lat", values, (2,))


def test_a_view_of_what_others_may_change_is_copied():
    lat = np.array([1.0, 2.0])
    view = lat.view()
    view.flags.writeable = False
    kept = floats("lat", view, (2,))
    lat[0] = np.nan
    assert kept.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("number", [2.0, "3", None])
def test_a_count_is_a_whole_number(number):
    with pytest.raises(ValueError, match="k: expected a whole number"):
        positive_count("k", number)


@pytest.mark.parametrize("amount", [1e16, -1e300, np.inf, np.nan])
def test_money_that_no_sum_could_hold_is_refused(amount):
    with pytest.raises(ValueError, match=r"price_per_t\[1\]: is "):
        check_money("price_per_t", np.array([0.0, amount]))
