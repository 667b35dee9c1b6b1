"""Read pairs the way a test wants to compare them."""

from __future__ import annotations

from itertools import pairwise


def rows_of(pairs):
    """Return the partners of each row, best first."""
    return [pairs.demand[start:end].tolist() for start, end in pairwise(pairs.ptr)]


def by_pair(pairs):
    """Return {(row, partner): value}."""
    keys = zip(pairs.row().tolist(), pairs.demand.tolist(), strict=True)
    return dict(zip(keys, pairs.value_per_t.tolist(), strict=True))
