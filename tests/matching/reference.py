"""The gates as a reader would write them: one pair at a time, exact distances, no arrays."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import shapely

from matching import UNSCALED
from matching.market.areas import outside_km, size_km
from tests.matching.markets import GEOD

KNOTS = [(0, 0), (37.5, 58), (75, 104), (150, 192), (250, 313), (400, 487), (750, 888)]


def road_km(geodesic):
    for (km, road), (next_km, next_road) in pairwise(KNOTS):
        last = next_km == 750
        if geodesic <= next_km or last:
            return road + (geodesic - km) * (next_road - road) / (next_km - km)
    raise AssertionError


def distance_km(streams, i, demands, j):
    return GEOD.inv(streams.lon[i], streams.lat[i], demands.lon[j], demands.lat[j])[2] / 1000


def value_per_t(streams, i, demands, j, costs):
    road = road_km(distance_km(streams, i, demands, j))
    haul = costs.loading_per_t + costs.haul_per_t_km * road
    return demands.price_per_t[j] - haul - costs.handling_per_t - streams.ask_per_t[i]


def is_near(streams, i, demands, j):
    area = None if demands.area is None else demands.area[j]
    if area is None:
        return distance_km(streams, i, demands, j) <= demands.radius_km[j]
    return any(
        area.covers(shapely.Point(streams.lon[i] + turn, streams.lat[i])) for turn in (-360, 0, 360)
    )


def limits(streams, i, demands, j):
    """Return (broken sides, parameters untested)."""
    broken, untested = [], set()
    for c in range(streams.typical.shape[1]):
        low, high = streams.minimum[i, c], streams.maximum[i, c]
        low = streams.typical[i, c] if math.isnan(low) else low
        high = streams.typical[i, c] if math.isnan(high) else high
        for side, have, limit, is_broken in (
            ("low", low, demands.lower[j, c], low < demands.lower[j, c]),
            ("high", high, demands.upper[j, c], high > demands.upper[j, c]),
        ):
            if math.isinf(limit):
                continue
            if math.isnan(have):
                untested.add(c)
            elif is_broken:
                broken.append((c, side))
    return broken, sorted(untested)


def gates(streams, i, demands, j, costs):
    """Return whether each of the six gates is open, in order, and whether a test is missing."""
    codes = demands.code_idx[demands.code_ptr[j] : demands.code_ptr[j + 1]]
    broken, untested = limits(streams, i, demands, j)
    is_open = (
        streams.code[i] in codes.tolist(),
        is_near(streams, i, demands, j),
        streams.vehicles[i] & demands.vehicles[j] != 0,
        streams.months[i] & demands.months[j] != 0,
        not broken,
        value_per_t(streams, i, demands, j, costs) > 0,
    )
    return is_open, bool(untested)


def feasible(streams, demands, costs, *, untested):
    """Return {(stream, demand): value} of the pairs that pass, tested or but for tests."""
    found = {}
    for i in range(len(streams)):
        for j in range(len(demands)):
            is_open, missing = gates(streams, i, demands, j, costs)
            if all(is_open) and missing == untested:
                found[i, j] = value_per_t(streams, i, demands, j, costs)
    return found


def funnel(streams, i, demands, costs):
    """Return how many demands survive each gate; an untested one stops at the composition."""
    counts = [0] * 6
    for j in range(len(demands)):
        is_open, missing = gates(streams, i, demands, j, costs)
        passed = [*is_open[:4], is_open[4] and not missing, is_open[5]]
        for gate in range(6):
            counts[gate] += all(passed[: gate + 1])
    return counts


def share(excess, scale):
    return UNSCALED if scale == 0 else excess / abs(scale)


def overruns(streams, i, demands, j, costs):
    """Return the relative overrun of every failed gate as [(kind, parameter, overrun)]."""
    is_open, _ = gates(streams, i, demands, j, costs)
    found = []
    if not is_open[0]:
        found.append(("code", -1, UNSCALED))
    if not is_open[1]:
        found.append(reach_overrun(streams, i, demands, j))
    if not is_open[2]:
        found.append(("vehicle", -1, UNSCALED))
    if not is_open[3]:
        found.append(("month", -1, UNSCALED))
    for c, side in limits(streams, i, demands, j)[0]:
        have = (streams.minimum if side == "low" else streams.maximum)[i, c]
        have = streams.typical[i, c] if math.isnan(have) else have
        limit = (demands.lower if side == "low" else demands.upper)[j, c]
        found.append(("composition", c, share(abs(have - limit), limit)))
    if not is_open[5]:
        value = value_per_t(streams, i, demands, j, costs)
        price, ask = demands.price_per_t[j], streams.ask_per_t[i]
        expenses = price - ask - value
        found.append(("value", -1, share(-value, abs(price) + expenses + abs(ask))))
    return found


def reach_overrun(streams, i, demands, j):
    area = None if demands.area is None else demands.area[j]
    if area is None:
        radius = demands.radius_km[j]
        return ("distance", -1, share(distance_km(streams, i, demands, j) - radius, radius))
    one = np.array([area])
    outside = outside_km(one, streams.lat[i], streams.lon[i])[0]
    return ("area", -1, outside / size_km(one)[0])
