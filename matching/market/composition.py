"""Compositions against limits: what breaks one, what is missing, and both packed for speed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matching.checks import Flags, Floats, Integers, Words
from matching.market.arrays import Demands, Streams

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Values:
    """What B streams are held against limits with: `lowest` and `highest` (B, C), NaN unknown."""

    lowest: Floats
    highest: Floats

    @cached_property
    def unknown(self) -> Words:
        """Say as bits, (B, V), which values are unknown: those below, then those above."""
        return np.column_stack((bits(np.isnan(self.lowest)), bits(np.isnan(self.highest))))

    @cached_property
    def passing(self) -> tuple[Floats, Floats]:
        """Return (lowest, highest) with a number that meets every limit where one is unknown."""
        if not self.unknown.any():
            return self.lowest, self.highest
        return (
            np.where(np.isnan(self.lowest), np.inf, self.lowest),
            np.where(np.isnan(self.highest), -np.inf, self.highest),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """The limits of M demands: `lower`, `upper` (C, M); `limited` (M, V): as bits, the finite."""

    lower: Floats
    upper: Floats
    limited: Words


def values_of(streams: Streams, rows: Integers) -> Values:
    """Return minimum and maximum of the chosen streams, else the typical value."""
    return Values(
        lowest=_known_of(streams.minimum, streams.typical, rows),
        highest=_known_of(streams.maximum, streams.typical, rows),
    )


def bounds_of(demands: Demands) -> Bounds:
    """Turn the limits of all demands the way the search reads them, parameter by parameter."""
    return Bounds(
        lower=np.ascontiguousarray(demands.lower.T),
        upper=np.ascontiguousarray(demands.upper.T),
        limited=limited(demands.lower, demands.upper),
    )


def known(extreme: Floats, typical: Floats) -> Floats:
    """Return what is held against a limit: the minimum or maximum, else the typical value."""
    return np.where(np.isnan(extreme), typical, extreme)


def _known_of(extreme: Floats, typical: Floats, rows: Integers) -> Floats:
    found = extreme[rows]
    return known(found, typical[rows]) if np.isnan(found).any() else found


def limited(lower: Floats, upper: Floats) -> Words:
    """Say as bits, (M, V), which limits are finite: the lower, then the upper ones."""
    return np.column_stack((bits(np.isfinite(lower)), bits(np.isfinite(upper))))


def within_limits(values: Values, bounds: Bounds, row: Integers, demand: Integers) -> Flags:
    """Return which pairs (P,) have no known value outside a limit."""
    left = np.arange(len(row))
    present = np.unique(demand)
    lowest, highest = (np.ascontiguousarray(side.T) for side in values.passing)
    for column in range(len(bounds.lower)):
        lower, upper = bounds.lower[column], bounds.upper[column]
        if np.isfinite(lower[present]).any():
            left = left[lowest[column][row[left]] >= lower[demand[left]]]
        if np.isfinite(upper[present]).any():
            left = left[highest[column][row[left]] <= upper[demand[left]]]
    kept = np.zeros(len(row), dtype=np.bool_)
    kept[left] = True
    return kept


def untested(values: Values, bounds: Bounds, row: Integers, demand: Integers) -> Flags:
    """Return which pairs (P,) lack a value that a finite limit asks for."""
    missing = values.unknown[row] & bounds.limited[demand]
    return np.asarray(missing.any(axis=1), dtype=np.bool_)


def side_by_side(lowest: Floats, highest: Floats, *, lanes: int, padding: float) -> Singles:
    """Return (R, W) float32: the lowest, minus the highest, then padding up to whole lanes.

    A value meets its limits when none of its numbers is below the limit's. Rounding to float32
    keeps an order or turns it into a tie, never round: only numbers that are equal as float32 have
    to be compared again as they were.
    """
    rows, columns = lowest.shape
    table = np.full((rows, -(-2 * columns // lanes) * lanes), padding, dtype=np.float32)
    with np.errstate(over="ignore"):
        table[:, :columns] = lowest
        table[:, columns : 2 * columns] = -highest
    return table


def bits(flags: Flags) -> Words:
    """Pack (R, C) flags into (R, V) words of 64 bits, V at least 1; the first is the lowest bit."""
    rows, columns = flags.shape
    words = max(1, -(-columns // 64))
    if not flags.any():
        return np.zeros((rows, words), dtype=np.uint64)
    padded = np.zeros((rows, words * 64), dtype=np.bool_)
    padded[:, :columns] = flags
    return np.packbits(padded, axis=1, bitorder="little").view("<u8").astype(np.uint64)
