"""Exact quantities: integers with the unit in their name. Floats never enter a record."""

from __future__ import annotations

from typing import Final, NewType

Grams = NewType("Grams", int)
Minor = NewType("Minor", int)
MinorPerTonne = NewType("MinorPerTonne", int)
Metres = NewType("Metres", int)
Millionths = NewType("Millionths", int)  # of the unit of the parameter it belongs to

GRAMS_PER_TONNE: Final = 1_000_000
MINOR_PER_UNIT: Final = 100
MILLIONTHS_PER_UNIT: Final = 1_000_000
MASS_MAX_G: Final = 10**15  # one thousand million tonnes; stays exact in JavaScript (2**53)
PRICE_MAX_MINOR_PER_TONNE: Final = 10**9  # ten million a tonne, either sign


def divide_half_away(numerator: int, denominator: int) -> int:
    """Divide whole numbers and round once, half away from zero."""
    assert denominator > 0
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def amount_of(mass_g: Grams, price: MinorPerTonne) -> Minor:
    """Price a mass; a negative price gives a negative amount."""
    return Minor(divide_half_away(mass_g * price, GRAMS_PER_TONNE))
