"""Masses and money as whole numbers of a unit: rounded into them once, and told in floats again."""

from __future__ import annotations

import numpy as np

from matching.checks import LARGEST_MASK, Floats, Integers, check_finite, floats, refuse_where


def checked_unit(name: str, unit: float) -> float:
    """Return a unit as a float, or raise ValueError unless it is finite and above 0."""
    number = floats(name, unit, ())
    check_finite(name, number)
    refuse_where(number <= 0, name, "is not above 0")
    return float(number)


def told(count: Integers | Floats, unit: float) -> Floats:
    """Return so many units as float64, in the same shape.

    Three units of 0.1 are 0.3, not 0.1 + 0.1 + 0.1: where one is a whole number of units the count
    is divided by it, which rounds once.
    """
    in_one = _in_one(unit)
    return np.asarray(count * unit if in_one is None else count / in_one, dtype=np.float64)


def rounded_down(name: str, amount: Floats, unit: float) -> Integers:
    """Return the largest number of units that is not above each amount, in the same shape.

    Raises ValueError naming the index where that is above 2^53.
    """
    in_one = _in_one(unit)
    near = np.floor(amount / unit if in_one is None else amount * in_one)
    refuse_where(near > LARGEST_MASK, name, f"is above 2^53 units of {unit:g}")
    count = near.astype(np.int64)
    # The quotient is rounded too: 0.3 / 0.1 is below 3.
    count += told(count + 1, unit) <= amount
    count -= told(count, unit) > amount
    return count


def rounded(name: str, amount: Floats, unit: float) -> Integers:
    """Return the nearest number of units, in the same shape; raises as `rounded_down` does."""
    in_one = _in_one(unit)
    near = np.rint(amount / unit if in_one is None else amount * in_one)
    refuse_where(np.abs(near) > LARGEST_MASK, name, f"is above 2^53 units of {unit:g}")
    return near.astype(np.int64)


def _in_one(unit: float) -> float | None:
    """Return how many units make one, or None where that is not a whole number."""
    in_one = float(np.rint(1 / unit))
    return in_one if in_one >= 1 and 1 / in_one == unit else None
