"""Numbers only: who can supply whom, at what value, and why not. Arrays in, arrays out."""

from matching.blends.blending import Blend, blend
from matching.blends.certificate import Certificate, Shadow
from matching.blends.conflicts import Clash, InfeasibleBlend
from matching.blends.joint import MarketBlend, MarketShadow, blend_market
from matching.blends.mixtures import Mixtures
from matching.blends.recipes import Amount, Compositions, Forms, Limits, Recipes
from matching.distance import geodesic_km, local_km
from matching.machines.cluster import Cluster
from matching.market.arrays import Costs, Demands, Ends, Road, Router, Streams
from matching.market.pairs import Pairs, Ranking, transpose
from matching.plans.allocation import Allocation, Terms, allocate
from matching.plans.prices import Prices, clearing_prices, reduced_costs
from matching.plans.reach import Reach, most_tonnes
from matching.plans.side_constraints import SideConstraints
from matching.roads.curve import BY_CURVE, BY_LOCAL_ROADS, BY_ROUTE, RoadCurve, Trips
from matching.roads.graph import RoadGraph
from matching.roads.service import RoutingError, RoutingService
from matching.search.findings import Finding, NearMiss, explain, near_misses
from matching.search.index import Index, build_index
from matching.search.margins import UNSCALED
from matching.search.ranking import all_pairs, top_k, untested_pairs
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
