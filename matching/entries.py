"""The tables of the compiled engine: demands by code, latitude and longitude; streams likewise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.arrays import Demands
from matching.checks import Flags, Floats, Integers, Words
from matching.composition import Singles, limited, side_by_side
from matching.distance import (
    LARGEST_RADIUS_KM,
    LOCAL_LIMIT_KM,
    SMALLEST_RADIUS_KM,
    UNCERTAIN,
    UNCERTAIN_KM,
    Points,
)

BANDS = 180  # of one degree of latitude
LANES = 8  # limits are compared so many at a time; the last ones are padded
NARROW_KM = 0.99 * LOCAL_LIMIT_KM  # the longest radius of an entry: the formula holds there
ROUNDING = 1e-9  # the squared chords of the first, quick test err on the side of doubt


class Entries(NamedTuple):
    """The demands, E entries: one for each code a demand takes, by code, band and longitude.

    `start` (G·180 + 1,): the entries of code g in band b are start[180 g + b] and those up to the
    next. `x`, `y`, `z` and `outer` (E,): the place of the demand, and the squared chord beyond
    which a point is surely outside. `row` (E, 6): the squared chord within which it is surely
    inside; z, cosine and latitude of the demand; price; radius. `masks` (E, 2): vehicles, months.
    `limits` (E, W) float32: lower, then minus upper. `limited` (E, V): which of them are finite,
    as bits.
    """

    start: Integers
    lon: Floats
    x: Floats
    y: Floats
    z: Floats
    outer: Floats
    row: Floats
    masks: Integers
    limits: Singles
    limited: Words
    demand: Integers


class Lots(NamedTuple):
    """B streams in the order of the entries.

    `group` (B,): their code's number in the entries, -1 for none. `band` (B, 2): first and last
    band in reach; `span` (B, 4): two ranges of longitude, west and east, the second empty but at
    the antimeridian. `place` (B, 5): x, y, z, cosine, latitude. `values` (B, W) float32: minimum,
    then minus maximum, +inf where unknown. `unknown` (B, V): which of them are, as bits.
    """

    group: Integers
    band: Integers
    span: Floats
    place: Floats
    masks: Integers
    values: Singles
    unknown: Words
    ask: Floats


class Fare(NamedTuple):
    """The costs, and the road curve by knots: km, road km, road km per km; no knot, no curve."""

    loading: float
    rate: float
    handling: float
    km: Floats
    road: Floats
    slope: Floats


class Verdicts(NamedTuple):
    """Room for the verdicts on the entries near one stream, with value and distance."""

    verdict: Integers
    value: Floats
    distance: Floats


class Found(NamedTuple):
    """What the pass answers.

    `tally` (B, 8): how many demands got each verdict of the kernel's `judge`, by its size. Pairs
    reported one by one: `pair` (R, 3) is stream, demand, verdict; `measure` (R, 2) is value and
    distance.
    """

    tally: Integers
    pair: Integers
    measure: Floats


def entries_of(demands: Demands, at: Points, is_narrow: Flags, codes: Integers) -> Entries:
    """Arrange the narrow demands for the codes in rising order."""
    owner = demands.code_owner()
    kept = np.flatnonzero(is_narrow[owner])
    demand = owner[kept]
    place = np.searchsorted(codes, demands.code_idx[kept]) * BANDS + bands_of(demands.lat[demand])
    order = np.lexsort((demand, demands.lon[demand], place))
    demand, place = demand[order], place[order]
    radius = demands.radius_km[demand]
    here = at[demand]
    inner, outer = _sure_chords2(radius)
    columns = inner, here.z, here.cosine, here.latitude, demands.price_per_t[demand], radius
    lower, upper = demands.lower[demand], demands.upper[demand]
    return Entries(
        start=np.searchsorted(place, np.arange(len(codes) * BANDS + 1)),
        lon=demands.lon[demand],
        x=here.x,
        y=here.y,
        z=here.z,
        outer=outer,
        row=np.column_stack(columns),
        masks=np.column_stack((demands.vehicles[demand], demands.months[demand])),
        limits=side_by_side(lower, upper, lanes=LANES, padding=0.0),
        limited=limited(lower, upper),
        demand=demand,
    )


def bands_of(lat: Floats) -> Integers:
    """Return the band of each latitude in degrees, 0 to BANDS - 1; beyond a pole the last one."""
    return np.clip(np.floor(lat + 90.0).astype(np.int64), 0, BANDS - 1)


def _sure_chords2(radius_km: Floats) -> tuple[Floats, Floats]:
    """Return the squared chords that are surely within a radius, and surely beyond it.

    The formula's distance is an angle times a radius of curvature, which lies between the smallest
    and the largest of the ellipsoid.
    """
    within = radius_km * (1 - UNCERTAIN) - UNCERTAIN_KM
    beyond = radius_km * (1 + UNCERTAIN) + UNCERTAIN_KM
    inner = 2 * np.sin(np.maximum(within, 0.0) / LARGEST_RADIUS_KM / 2) * (1 - ROUNDING)
    outer = 2 * np.sin(beyond / SMALLEST_RADIUS_KM / 2) * (1 + ROUNDING)
    return np.where(within > 0, inner**2, -1.0), outer**2
