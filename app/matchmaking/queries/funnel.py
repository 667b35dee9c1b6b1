"""Where the pairs that share a code stop: how many each gate turns away first."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Final

import matching
from app.matchmaking.queries.arrays import Market

# The gates of the engine's funnel after the code itself, in its order.
GATES: Final = ("distance", "vehicle", "month", "composition", "value")


def stopped_by_gate(market: Market) -> Counter[str]:
    """Pairs by the first gate that stops them; `untested` ones only wait for a test."""
    ranking = matching.top_k(market.streams, market.index, market.costs, k=1)
    funnel = ranking.funnel.sum(axis=0).tolist()
    stopped = Counter(
        {
            gate: before - after
            for gate, (before, after) in zip(GATES, pairwise(funnel), strict=True)
        }
    )
    # The engine keeps pairs with missing values out of its last two columns.
    untested = int(ranking.untested.sum())
    stopped["composition"] -= untested
    stopped["untested"] = untested
    streams_of_code = Counter(stream.code_id for stream in market.snapshot.streams)
    stopped["right"] = sum(
        streams_of_code[code] for demand in market.snapshot.demands for code in demand.refused
    )
    return stopped
