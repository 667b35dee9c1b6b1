"""The questions to a market: who fits whom, and who fits best."""

from __future__ import annotations

import numpy as np

from matching.checks import positive_count
from matching.market.arrays import Costs, Demands, Streams, check_same_parameters
from matching.market.pairs import Best, Pairs, Ranking, pairs_of
from matching.search.engines import Engine, Name, engine_for
from matching.search.gates import FEASIBLE, GATES, UNTESTED, funnel_of
from matching.search.index import Index, as_index


def top_k(
    streams: Streams,
    demands: Demands | Index,
    costs: Costs,
    k: int = 10,
    engine: Name = "auto",
) -> Ranking:
    """Return the k feasible demands of the highest delivered value for each stream.

    A pair is feasible when the demand takes the code, the stream lies within the radius (geodesic
    distance, exact near the radius) or the area, they share a vehicle type and a month, no limit is
    broken or untested, and the delivered value is above 0. Values and distances come from the
    local-radius formula, and are exact where a gate is in doubt, beyond 600 km, and for a road that
    is no curve.

    The engines "numpy" (NumPy and a tree of boxes) and "numba" (compiled, on all processors) give
    the same bits; "auto" takes the faster one. Where nothing can be compiled, "numpy" answers and
    the log says so. Raises ValueError for k below 1, an unknown engine, differing parameters, or a
    road distance that is negative or NaN.
    """
    index, asked = _prepared(streams, demands, engine)
    width = positive_count("k", k)
    count = len(streams)
    group = index.groups(streams.code)
    shape = count, width
    best = Best(np.empty(shape, dtype=np.int64), np.empty(shape), np.empty(shape))
    none = np.flatnonzero(group < 0)
    best.put(none, Best(*(np.full((1, width), empty) for empty in (-1, np.nan, np.nan))))
    funnel = np.zeros((count, len(GATES)), dtype=np.int64)
    untested = np.zeros(count, dtype=np.int64)
    takers = np.diff(index.ptr)
    for rows, tally in asked.ranked(streams, index, costs, best):
        funnel[rows], untested[rows] = funnel_of(tally, takers[group[rows]])
    return Ranking(*best, funnel, untested)


def all_pairs(
    streams: Streams, demands: Demands | Index, costs: Costs, engine: Name = "auto"
) -> Pairs:
    """Return every feasible pair by stream; see `top_k` for what is feasible and what is raised."""
    index, asked = _prepared(streams, demands, engine)
    return pairs_of(asked.listed(streams, index, costs, FEASIBLE), len(streams))


def untested_pairs(
    streams: Streams, demands: Demands | Index, costs: Costs, engine: Name = "auto"
) -> Pairs:
    """Return by stream every pair that a test could make feasible.

    These pass every gate, break no limit with a known value, but lack at least one value that a
    finite limit asks for. None of them is in `all_pairs`. Raises as `top_k` does.
    """
    index, asked = _prepared(streams, demands, engine)
    return pairs_of(asked.listed(streams, index, costs, UNTESTED), len(streams))


def _prepared(streams: Streams, demands: Demands | Index, engine: str) -> tuple[Index, Engine]:
    index = as_index(demands)
    check_same_parameters(streams, index.demands)
    return index, engine_for(engine, streams, index)
