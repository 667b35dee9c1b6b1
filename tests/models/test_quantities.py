"""Rounding once, half away from zero, and the price of a mass."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.quantities import amount_of, divide_half_away


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (5, 10, 1),
        (-5, 10, -1),
        (4, 10, 0),
        (-4, 10, 0),
        (15, 10, 2),
        (25, 10, 3),
        (-25, 10, -3),
        (0, 7, 0),
        (10, 3, 3),
        (11, 3, 4),
    ],
)
def test_a_half_moves_away_from_zero(numerator, denominator, rounded):
    assert divide_half_away(numerator, denominator) == rounded


@given(st.integers(-(10**24), 10**24), st.integers(1, 10**9))
def test_the_rounded_value_is_the_nearest_and_its_mirror_is_the_mirrored(numerator, denominator):
    rounded = divide_half_away(numerator, denominator)
    assert abs(Fraction(numerator, denominator) - rounded) <= Fraction(1, 2)
    assert divide_half_away(-numerator, denominator) == -rounded


@pytest.mark.parametrize(
    ("mass_g", "price", "amount"),
    [
        (1_000_000, 20_00, 20_00),
        (31_480_000, -35_00, -1101_80),
        (1, 50_00, 0),
        (100, 50_00, 1),
        (100, -50_00, -1),
        (10**15, 10**9, 10**18),
    ],
)
def test_a_mass_is_priced_exactly_and_rounded_once(mass_g, price, amount):
    assert amount_of(mass_g, price) == amount
