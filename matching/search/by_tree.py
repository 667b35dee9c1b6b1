"""The reference engine: NumPy over the pairs that a tree of boxes finds, code by code."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from matching.checks import Integers
from matching.market.arrays import Costs, Streams
from matching.market.pairs import Best, Listed, best_of
from matching.search.gates import FEASIBLE, Batch, judge, tally_of
from matching.search.index import Index, blocks


def ranked(
    streams: Streams, index: Index, costs: Costs, best: Best
) -> Iterator[tuple[Integers, Integers]]:
    """Write the best demands of each stream that has takers; yield (streams, tally) by blocks."""
    for batch, tally, found in _judged(streams, index, costs, FEASIBLE):
        best.put(batch.rows, best_of(found, len(batch.rows), best.demand.shape[1]))
        yield batch.rows, tally


def listed(streams: Streams, index: Index, costs: Costs, wanted: int) -> Iterator[Listed]:
    """Yield every pair of the wanted kind, block by block; a row is a stream of the market."""
    for batch, _, found in _judged(streams, index, costs, wanted):
        yield found._replace(row=batch.rows[found.row])


def _judged(
    streams: Streams, index: Index, costs: Costs, wanted: int
) -> Iterator[tuple[Batch, Integers, Listed]]:
    for group, rows in blocks(streams.code, index):
        batch = Batch(streams, rows)
        row, demand = index.trees.candidates(group, batch.lat, batch.lon)
        judged = judge(batch, index, costs, row, demand)
        pairs = Listed(row, demand, judged.value_per_t, judged.distance_km)
        wished = pairs.chosen(np.flatnonzero(judged.verdict == wanted))
        yield batch, tally_of(row, judged.verdict, len(rows)), wished
