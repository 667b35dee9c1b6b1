"""Prices made comparable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.streams.terms import with_vat


@pytest.mark.parametrize(
    ("price", "included", "permille", "expected"),
    [
        (100_00, True, 130, 100_00),
        (100_00, False, 130, 113_00),
        (-35_00, False, 130, -39_55),
        (-35_00, True, 130, -35_00),
        (0, False, 130, 0),
        (50, False, 130, 57),  # 56.5
        (-50, False, 130, -57),
        (1, False, 130, 1),  # 1.13
        (100_00, False, 0, 100_00),
        (10**9, False, 130, 1_130_000_000),
    ],
)
def test_a_price_without_tax_is_raised_by_it_whatever_its_sign(price, included, permille, expected):
    assert with_vat(price, vat_included=included, vat_rate_permille=permille) == expected


@given(st.integers(-(10**9), 10**9), st.integers(0, 1000))
def test_the_tax_is_the_same_for_both_signs_and_never_turns_a_price_around(price, permille):
    taxed = with_vat(price, vat_included=False, vat_rate_permille=permille)
    assert with_vat(-price, vat_included=False, vat_rate_permille=permille) == -taxed
    assert abs(taxed) >= abs(price)
    assert taxed * price >= 0
