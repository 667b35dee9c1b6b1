"""Where parts of a sum and marks of a parameter lie on their drawings."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.matchmaking.drawing import scale_of, waterfall

AMOUNTS = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=8)
MARKS = st.lists(st.floats(-1e6, 1e6), max_size=8)


def test_the_waterfall_of_a_gate_price_falls_to_what_the_two_share():
    zero, bars = waterfall(
        [("price", 100, False), ("haul", -30, False), ("ask", -20, False), ("value", 50, True)]
    )
    assert zero == 0.0
    assert [(bar.part, bar.amount, bar.x, bar.width, bar.total) for bar in bars] == [
        ("price", 100, 0.0, 100.0, False),
        ("haul", -30, 70.0, 30.0, False),
        ("ask", -20, 50.0, 20.0, False),
        ("value", 50, 0.0, 50.0, True),
    ]


def test_a_sum_below_zero_is_drawn_left_of_it():
    zero, bars = waterfall([("price", 25, False), ("haul", -100, False), ("value", -75, True)])
    assert zero == 75.0
    assert [(bar.x, bar.width) for bar in bars] == [(75.0, 25.0), (0.0, 100.0), (0.0, 75.0)]


def test_a_total_that_is_not_the_sum_of_what_is_before_it_is_our_own_bug():
    with pytest.raises(AssertionError, match="value: a total is the sum"):
        waterfall([("price", 100, False), ("value", 99, True)])


def test_nothing_at_all_is_drawn_as_nothing():
    zero, bars = waterfall([("price", 0, False), ("value", 0, True)])
    assert zero == 0.0
    assert [(bar.x, bar.width) for bar in bars] == [(0.0, 0.0), (0.0, 0.0)]


@given(AMOUNTS)
def test_every_bar_lies_on_the_drawing_and_ends_where_the_next_begins(amounts):
    parts = [(str(number), amount, False) for number, amount in enumerate(amounts)]
    zero, bars = waterfall([*parts, ("total", sum(amounts), True)])
    assert -1e-9 <= zero <= 100 + 1e-9
    for bar in bars:
        assert -1e-9 <= bar.x <= bar.x + bar.width <= 100 + 1e-9
    place = zero
    for bar in bars[:-1]:
        begin, end = (bar.x, bar.x + bar.width)[:: 1 if bar.amount >= 0 else -1]
        assert begin == pytest.approx(place, abs=1e-6)
        place = end
    total = bars[-1]
    assert {True} == {
        min(abs(total.x - place), abs(total.x + total.width - place)) <= 1e-6,
        min(abs(total.x - zero), abs(total.x + total.width - zero)) <= 1e-6,
    }


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=8).filter(any))
def test_widths_are_in_the_proportion_of_the_amounts(amounts):
    _, bars = waterfall([(str(number), amount, False) for number, amount in enumerate(amounts)])
    longest = max(bars, key=lambda bar: abs(bar.amount))
    for bar in bars:
        expected = longest.width * abs(bar.amount) / abs(longest.amount)
        assert bar.width == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("marks", "start", "end"),
    [
        ([2.0, 8.0], 0.0, 10.0),
        ([6.0, 8.0], 5.5, 8.625),
        ([-8.0, -6.0], -8.5, -5.375),
        ([-4.0, 4.0], -6.0, 6.5),
        ([5.0], 3.75, 5.3125),
        ([0.0], 0.0, 1.0),
        ([], 0.0, 1.25),
        ([None, inf, -inf, nan], 0.0, 1.25),
        ([None, 8.0, inf, 2.0], 0.0, 10.0),
    ],
)
def test_a_scale_leaves_room_and_starts_at_zero_where_that_is_near(marks, start, end):
    scale = scale_of(marks)
    assert (scale.start, scale.end) == (pytest.approx(start), pytest.approx(end))


@given(MARKS, st.floats(allow_nan=False))
def test_every_value_lies_between_zero_and_a_hundred(marks, value):
    assert 0.0 <= scale_of(marks).place(value) <= 100.0


@given(MARKS.filter(bool))
def test_every_mark_lies_within_the_stretch_and_in_its_order(marks):
    scale = scale_of(marks)
    assert scale.start <= min(marks) <= max(marks) <= scale.end
    places = [scale.place(mark) for mark in sorted(marks)]
    assert places == sorted(places)


def test_what_lies_beyond_the_stretch_is_drawn_at_its_end():
    scale = scale_of([2.0, 8.0])
    assert (scale.place(-1.0), scale.place(5.0), scale.place(99.0)) == (0.0, 50.0, 100.0)
    assert (scale.place(-inf), scale.place(inf)) == (0.0, 100.0)
