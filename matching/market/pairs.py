"""What a search returns: pairs row by row, and the k best of each row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from matching.checks import (
    Floats,
    Integers,
    check_finite,
    check_not_negative,
    check_pointer,
    floats,
    integers,
    refuse_where,
    whole,
)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """E pairs in rows (CSR): row i holds the entries ptr[i]:ptr[i + 1], best first.

    | field       | shape, dtype   | meaning                                                       |
    |-------------|----------------|---------------------------------------------------------------|
    | ptr         | (R + 1,) int64 | R rows, one for each stream; for each demand after `transpose`|
    | demand      | (E,) int64     | the partner: a demand; after `transpose` a stream             |
    | value_per_t | (E,) float64   | delivered value, currency per tonne                           |
    | distance_km | (E,) float64   | geodesic, relative error at most 2e-5                         |

    Within a row the higher value comes first, then the lower partner. Raises ValueError naming the
    array and the index when `ptr` does not fit or a number is not finite.
    """

    ptr: Integers
    demand: Integers
    value_per_t: Floats
    distance_km: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "ptr", integers("ptr", self.ptr, None))
        object.__setattr__(self, "demand", integers("demand", self.demand, None))
        for name in ("value_per_t", "distance_km"):
            checked = floats(name, getattr(self, name), self.demand.shape)
            check_finite(name, checked)
            object.__setattr__(self, name, checked)
        check_not_negative("distance_km", self.distance_km)
        check_pointer("ptr", self.ptr, len(self.demand))

    def __len__(self) -> int:
        return len(self.demand)

    def row(self) -> Integers:
        """Return the row of each entry, (E,)."""
        return np.repeat(np.arange(len(self.ptr) - 1), np.diff(self.ptr))


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The k best demands of each of N streams.

    | field       | shape, dtype   | meaning                                                       |
    |-------------|----------------|---------------------------------------------------------------|
    | demand      | (N, k) int64   | best first, ties to the lower index; -1 where there is none   |
    | value_per_t | (N, k) float64 | delivered value, currency per tonne; NaN where there is none  |
    | distance_km | (N, k) float64 | geodesic, relative error at most 2e-5; NaN where there is none|
    | funnel      | (N, 6) int64   | demands that survive code, distance or area, vehicle, month,  |
    |             |                | composition and value, in this order; the last is the number  |
    |             |                | of feasible demands                                           |
    | untested    | (N,) int64     | demands that would be feasible but for missing values; they   |
    |             |                | are not in the last two columns of the funnel                 |
    """

    demand: Integers
    value_per_t: Floats
    distance_km: Floats
    funnel: Integers
    untested: Integers


class Listed(NamedTuple):
    """P pairs in no order: arrays (P,) of row, demand, value per tonne and geodesic km."""

    row: Integers
    demand: Integers
    value_per_t: Floats
    distance_km: Floats

    def chosen(self, order: Integers) -> Listed:
        """Return the chosen pairs, in that order."""
        return Listed(
            self.row[order], self.demand[order], self.value_per_t[order], self.distance_km[order]
        )

    def best_first(self) -> Listed:
        """Sort by row, then the higher value, then the lower demand."""
        return self.chosen(np.lexsort((self.demand, -self.value_per_t, self.row)))


class Best(NamedTuple):
    """The k best demands of R rows, (R, k) each: -1 and NaN where there is none."""

    demand: Integers
    value_per_t: Floats
    distance_km: Floats

    def put(self, rows: Integers, others: Best) -> None:
        """Overwrite some rows."""
        self.demand[rows] = others.demand
        self.value_per_t[rows] = others.value_per_t
        self.distance_km[rows] = others.distance_km


def pairs_of(blocks: Iterable[Listed], rows: int) -> Pairs:
    """Return the pairs of some blocks by row, 0 to rows - 1, best first."""
    nothing = np.empty(0, dtype=np.int64)
    whole = [Listed(nothing, nothing, np.empty(0), np.empty(0)), *blocks]
    found = Listed(
        np.concatenate([block.row for block in whole]),
        np.concatenate([block.demand for block in whole]),
        np.concatenate([block.value_per_t for block in whole]),
        np.concatenate([block.distance_km for block in whole]),
    ).best_first()
    return Pairs(pointers(found.row, rows), found.demand, found.value_per_t, found.distance_km)


def best_of(listed: Listed, rows: int, k: int) -> Best:
    """Return the k best of each row 0 to rows - 1."""
    best = Best(
        np.full((rows, k), -1, dtype=np.int64),
        np.full((rows, k), np.nan),
        np.full((rows, k), np.nan),
    )
    found = listed.best_first()
    rank = np.arange(len(found.row)) - pointers(found.row, rows)[found.row]
    kept = np.flatnonzero(rank < k)
    target = found.row[kept], rank[kept]
    best.demand[target] = found.demand[kept]
    best.value_per_t[target] = found.value_per_t[kept]
    best.distance_km[target] = found.distance_km[kept]
    return best


def transpose(pairs: Pairs, demands: int) -> Pairs:
    """Return the same pairs by demand: row j holds the streams of demand j, best first.

    `demands` is the number of demands, M. The field `demand` of the result holds streams; equal
    values go to the lower stream. Transposing twice gives the original back. Raises ValueError
    when a pair names a demand beyond M.
    """
    count = whole("demands", demands)
    if count < 0:
        raise ValueError(f"demands: {count} is negative")
    beyond = np.flatnonzero(pairs.demand >= count)
    if len(beyond):
        raise ValueError(f"demand[{beyond[0]}]: {pairs.demand[beyond[0]]} is not below {count}")
    stream = pairs.row()
    order = np.lexsort((stream, -pairs.value_per_t, pairs.demand))
    return Pairs(
        ptr=pointers(pairs.demand, count),
        demand=stream[order],
        value_per_t=pairs.value_per_t[order],
        distance_km=pairs.distance_km[order],
    )


def check_distinct(pairs: Pairs, demands: int) -> None:
    """Refuse a partner that stands twice in a row; partners are below `demands`."""
    key = pairs.row() * max(demands, 1) + pairs.demand
    ordered = np.sort(key)
    if not (ordered[1:] == ordered[:-1]).any():
        return
    repeated = np.ones(len(key), dtype=np.bool_)
    repeated[np.unique(key, return_index=True)[1]] = False
    refuse_where(repeated, "demand", "repeats a partner of the same row")


def pointers(row: Integers, rows: int) -> Integers:
    """Return the (rows + 1,) pointers of a CSR array with entries in these rows."""
    return np.concatenate(([0], np.cumsum(np.bincount(row, minlength=rows)))).astype(np.int64)
