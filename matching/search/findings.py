"""Why a pair does not match, in numbers, and which demands miss by the least."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from matching.checks import Floats, Integers, positive_count, row
from matching.market.arrays import Costs, Demands, Streams
from matching.search.index import Index
from matching.search.margins import UNSCALED, Margins, margins

Kind = Literal["code", "distance", "area", "vehicle", "month", "composition", "untested", "value"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One gate that a pair fails, or one parameter that must be tested first.

    | kind        | have                 | limit                | remedy: the smallest change     |
    |-------------|----------------------|----------------------|---------------------------------|
    | code        | the stream's code    | NaN                  | the code to accept              |
    | distance    | geodesic km          | the radius, km       | the radius to set, km           |
    | area        | km outside the area  | 0                    | km to widen the area towards it |
    | vehicle     | the stream's mask    | the demand's mask    | bits the demand lacks           |
    | month       | the stream's mask    | the demand's mask    | bits the demand lacks           |
    | composition | the stream's value   | the bound it breaks  | the bound to set                |
    | untested    | NaN                  | the bound to test for| NaN: only a test opens it       |
    | value       | delivered value per t| 0                    | rise of the price per t         |

    `parameter` is the column of the composition for "composition" and "untested", else -1.
    `relative` is the overrun as a share of the limit: distance / radius - 1, |value - bound| /
    |bound|; for an area the km outside divided by the radius of a circle of the area's size; for
    the value the shortage divided by |price| + haul + handling + |ask|; for "untested" 0; and
    `UNSCALED` where there is no scale: code, masks, a radius or bound of zero.

    A composition value below its lower bound has `have` < `limit`, one above its upper bound
    `have` > `limit`. An untested parameter with two finite bounds and neither value shows the
    upper. Any one of the bits in a mask's remedy opens the gate; it is 0 when the stream's own mask
    is empty, and then no change of the demand alone helps. The price must rise by more than the
    remedy, since the value must be above 0, not equal to it; each other remedy opens its gate as it
    stands. An area's remedy is exact for near areas and never too small.
    """

    kind: Kind
    parameter: int
    have: float
    limit: float
    relative: float
    remedy: float


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A demand that takes the code of a stream but fails at least one other gate.

    `score` is the sum of the relative overruns of its findings; `distance_km` is the exact geodesic
    distance and `value_per_t` the delivered value at that distance.
    """

    demand: int
    score: float
    distance_km: float
    value_per_t: float
    findings: tuple[Finding, ...]


def explain(
    streams: Streams, i: int, demands: Demands | Index, j: int, costs: Costs
) -> list[Finding]:
    """Return a finding for every gate that stream i and demand j fail, and for every untested one.

    All gates are measured, also behind a failed one, in the order code, distance or area, vehicle,
    month, composition (by parameter; the lower bound first), untested (by parameter), value.
    Distances are exact. No finding means a feasible pair; only "untested" ones, a pair of
    `untested_pairs`. Raises ValueError for an index out of range and as `top_k` does.
    """
    plain = _plain(demands)
    stream = row("i", i, len(streams))
    demand = np.array([row("j", j, len(plain))])
    measured = margins(streams, stream, plain, demand, costs)
    return _findings(streams, stream, measured, 0)


def near_misses(
    streams: Streams, i: int, demands: Demands | Index, costs: Costs, k: int = 5
) -> list[NearMiss]:
    """Return the k demands that stream i misses by the least, the nearest first.

    Candidates take the code and fail at least one other gate, be it only the value. They are
    ordered by score, then by fewer failed gates, then by the lower index. Raises ValueError for an
    index out of range, k below 1, and as `top_k` does.
    """
    plain = _plain(demands)
    stream = row("i", i, len(streams))
    count = positive_count("k", k)
    code = streams.code[stream]
    takers = demands.takers(int(code)) if isinstance(demands, Index) else _takers(plain, code)
    measured = margins(streams, stream, plain, takers, costs)
    fails, score = measured.fails, measured.score
    missed = np.flatnonzero(fails > 0)
    order = missed[np.lexsort((takers[missed], fails[missed], score[missed]))][:count]
    return [
        NearMiss(
            demand=int(takers[position]),
            score=float(score[position]),
            distance_km=float(measured.distance_km[position]),
            value_per_t=float(measured.value_per_t[position]),
            findings=tuple(_findings(streams, stream, measured, int(position))),
        )
        for position in order
    ]


def _plain(demands: Demands | Index) -> Demands:
    return demands.demands if isinstance(demands, Index) else demands


def _takers(demands: Demands, code: np.int64) -> Integers:
    return np.sort(demands.code_owner()[demands.code_idx == code])


def _findings(streams: Streams, i: int, measured: Margins, at: int) -> list[Finding]:
    """Put the measurements of one demand into words of the trade, gate by gate."""
    found: list[Finding] = []
    if not measured.accepted[at]:
        code = float(streams.code[i])
        found.append(Finding("code", -1, code, math.nan, UNSCALED, code))
    reach, limit = float(measured.reach_km[at]), float(measured.reach_limit_km[at])
    if reach > limit:
        kind: Kind = "area" if measured.by_area[at] else "distance"
        found.append(Finding(kind, -1, reach, limit, float(measured.over_reach[at]), reach))
    if measured.over_vehicle[at]:
        found.append(_mask("vehicle", int(streams.vehicles[i]), int(measured.vehicles[at])))
    if measured.over_month[at]:
        found.append(_mask("month", int(streams.months[i]), int(measured.months[at])))
    found.extend(_broken_limits(measured, at))
    found.extend(_untested_limits(measured, at))
    value = float(measured.value_per_t[at])
    if value <= 0:
        shortage = abs(value)
        found.append(Finding("value", -1, value, 0.0, float(measured.over_value[at]), shortage))
    return found


def _mask(kind: Kind, have: int, limit: int) -> Finding:
    return Finding(kind, -1, float(have), float(limit), UNSCALED, float(have & ~limit))


def _broken_limits(measured: Margins, at: int) -> list[Finding]:
    found: list[Finding] = []
    lower, upper = measured.lower[at], measured.upper[at]
    below, above = measured.low < lower, measured.high > upper
    for column in np.flatnonzero(below | above):
        if below[column]:
            over = measured.over_below[at, column]
            found.append(_bound(int(column), measured.low[column], lower[column], over))
        if above[column]:
            over = measured.over_above[at, column]
            found.append(_bound(int(column), measured.high[column], upper[column], over))
    return found


def _bound(column: int, have: np.float64, limit: np.float64, over: np.float64) -> Finding:
    return Finding("composition", column, float(have), float(limit), float(over), float(have))


def _untested_limits(measured: Margins, at: int) -> list[Finding]:
    lower, upper = measured.lower[at], measured.upper[at]
    below: Floats = np.where(np.isnan(measured.low) & np.isfinite(lower), lower, np.nan)
    above: Floats = np.where(np.isnan(measured.high) & np.isfinite(upper), upper, np.nan)
    limit = np.where(np.isnan(above), below, above)
    return [
        Finding("untested", int(column), math.nan, float(limit[column]), 0.0, math.nan)
        for column in np.flatnonzero(~np.isnan(limit))
    ]
