"""The questions to a market: who fits whom, and who fits best."""

from __future__ import annotations

from typing import Literal

import numpy as np

from matching.arrays import Costs, Demands, Streams
from matching.checks import Floats, Integers, positive_count
from matching.gates import GATES, Judged, judge
from matching.index import Index, as_index
from matching.pairs import Pairs, Ranking, pointers

Engine = Literal["auto", "numpy"]


def top_k(
    streams: Streams,
    demands: Demands | Index,
    costs: Costs,
    k: int = 10,
    engine: Engine = "auto",
) -> Ranking:
    """Return the k feasible demands of the highest delivered value for each stream.

    A pair is feasible when the demand takes the code, the stream lies within the radius (geodesic
    distance, exact near the radius) or the area, they share a vehicle type and a month, no limit is
    broken or untested, and the delivered value is above 0. Values and distances come from the
    local-radius formula unless a gate is in doubt. The engine "auto" is "numpy" today.

    Raises ValueError for k below 1, an unknown engine, differing parameters, or a road distance
    that is negative or NaN.
    """
    _check_engine(engine)
    width = positive_count("k", k)
    count = len(streams)
    demand = np.full((count, width), -1, dtype=np.int64)
    value = np.full((count, width), np.nan)
    distance = np.full((count, width), np.nan)
    funnel = np.zeros((count, len(GATES)), dtype=np.int64)
    untested = np.zeros(count, dtype=np.int64)
    for block in judge(streams, as_index(demands), costs):
        funnel[block.rows] = block.funnel
        untested[block.rows] = np.bincount(block.row[block.untested], minlength=len(block.rows))
        order = _best_first(block, untested=False)
        row = block.row[order]
        rank = np.arange(len(row)) - pointers(row, len(block.rows))[row]
        order, rank = order[rank < width], rank[rank < width]
        target = block.rows[block.row[order]], rank
        demand[target] = block.demand[order]
        value[target] = block.value_per_t[order]
        distance[target] = block.distance_km[order]
    return Ranking(demand, value, distance, funnel, untested)


def all_pairs(
    streams: Streams, demands: Demands | Index, costs: Costs, engine: Engine = "auto"
) -> Pairs:
    """Return every feasible pair by stream; see `top_k` for what is feasible and what is raised."""
    _check_engine(engine)
    return _pairs(streams, as_index(demands), costs, untested=False)


def untested_pairs(
    streams: Streams, demands: Demands | Index, costs: Costs, engine: Engine = "auto"
) -> Pairs:
    """Return by stream every pair that a test could make feasible.

    These pass every gate, break no limit with a known value, but lack at least one value that a
    finite limit asks for. None of them is in `all_pairs`. Raises as `top_k` does.
    """
    _check_engine(engine)
    return _pairs(streams, as_index(demands), costs, untested=True)


def _pairs(streams: Streams, index: Index, costs: Costs, *, untested: bool) -> Pairs:
    rows: list[Integers] = [np.empty(0, dtype=np.int64)]
    demands: list[Integers] = [np.empty(0, dtype=np.int64)]
    values: list[Floats] = [np.empty(0)]
    distances: list[Floats] = [np.empty(0)]
    for block in judge(streams, index, costs):
        order = _best_first(block, untested=untested)
        rows.append(block.rows[block.row[order]])
        demands.append(block.demand[order])
        values.append(block.value_per_t[order])
        distances.append(block.distance_km[order])
    row = np.concatenate(rows)
    # Blocks are best first already; a stable sort by stream keeps that.
    order = np.argsort(row, kind="stable")
    return Pairs(
        ptr=pointers(row, len(streams)),
        demand=np.concatenate(demands)[order],
        value_per_t=np.concatenate(values)[order],
        distance_km=np.concatenate(distances)[order],
    )


def _best_first(block: Judged, *, untested: bool) -> Integers:
    """Return the positions of the pairs of one kind: by stream, higher value, lower demand."""
    chosen = np.flatnonzero(block.untested == untested)
    order = np.lexsort((block.demand[chosen], -block.value_per_t[chosen], block.row[chosen]))
    return chosen[order]


def _check_engine(engine: str) -> None:
    if engine not in ("auto", "numpy"):
        raise ValueError(f"engine: {engine!r} is not one of auto, numpy")
