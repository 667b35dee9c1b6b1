"""Numbers only: who can supply whom, at what value, and why not. Arrays in, arrays out."""

from matching.arrays import Costs, Demands, Ends, Router, Streams
from matching.distance import geodesic_km, local_km
from matching.findings import Finding, NearMiss, explain, near_misses
from matching.index import Index, build_index
from matching.margins import UNSCALED
from matching.pairs import Pairs, Ranking, transpose
from matching.ranking import all_pairs, top_k, untested_pairs
from matching.reach import Reach, most_tonnes
from matching.road import RoadCurve

__all__ = [
    "UNSCALED",
    "Costs",
    "Demands",
    "Ends",
    "Finding",
    "Index",
    "NearMiss",
    "Pairs",
    "Ranking",
    "Reach",
    "RoadCurve",
    "Router",
    "Streams",
    "all_pairs",
    "build_index",
    "explain",
    "geodesic_km",
    "local_km",
    "most_tonnes",
    "near_misses",
    "top_k",
    "transpose",
    "untested_pairs",
]
