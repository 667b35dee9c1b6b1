"""Numbers only: who can supply whom, at what value, and why not. Arrays in, arrays out."""

from matching.allocation import Allocation, Terms, allocate
from matching.arrays import Costs, Demands, Ends, Road, Router, Streams
from matching.blend_certificate import Certificate, Shadow
from matching.blend_conflicts import Clash, InfeasibleBlend
from matching.blend_market import MarketBlend, MarketShadow, blend_market
from matching.blending import Blend, blend
from matching.cluster import Cluster
from matching.distance import geodesic_km, local_km
from matching.findings import Finding, NearMiss, explain, near_misses
from matching.index import Index, build_index
from matching.margins import UNSCALED
from matching.mixtures import Mixtures
from matching.pairs import Pairs, Ranking, transpose
from matching.prices import Prices, clearing_prices, reduced_costs
from matching.ranking import all_pairs, top_k, untested_pairs
from matching.reach import Reach, most_tonnes
from matching.recipes import Amount, Compositions, Forms, Limits, Recipes
from matching.road import BY_CURVE, BY_LOCAL_ROADS, BY_ROUTE, RoadCurve, Trips
from matching.road_graph import RoadGraph
from matching.routing_service import RoutingError, RoutingService
from matching.side_constraints import SideConstraints
from matching.small_park import SmallPark, small_park

__all__ = [
    "BY_CURVE",
    "BY_LOCAL_ROADS",
    "BY_ROUTE",
    "UNSCALED",
    "Allocation",
    "Amount",
    "Blend",
    "Certificate",
    "Clash",
    "Cluster",
    "Compositions",
    "Costs",
    "Demands",
    "Ends",
    "Finding",
    "Forms",
    "Index",
    "InfeasibleBlend",
    "Limits",
    "MarketBlend",
    "MarketShadow",
    "Mixtures",
    "NearMiss",
    "Pairs",
    "Prices",
    "Ranking",
    "Reach",
    "Recipes",
    "Road",
    "RoadCurve",
    "RoadGraph",
    "Router",
    "RoutingError",
    "RoutingService",
    "Shadow",
    "SideConstraints",
    "SmallPark",
    "Streams",
    "Terms",
    "Trips",
    "all_pairs",
    "allocate",
    "blend",
    "blend_market",
    "build_index",
    "clearing_prices",
    "explain",
    "geodesic_km",
    "local_km",
    "most_tonnes",
    "near_misses",
    "reduced_costs",
    "small_park",
    "top_k",
    "transpose",
    "untested_pairs",
]
