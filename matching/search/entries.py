"""The tables of the compiled engine: demands by code, latitude and longitude; streams likewise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.checks import Flags, Floats, Integers, Words
from matching.distance import (
    LOCAL_LIMIT_KM,
    SMALLEST_RADIUS_KM,
    UNCERTAIN,
    UNCERTAIN_KM,
    Points,
)
from matching.market.arrays import Demands
from matching.market.composition import Singles, limited, side_by_side

BANDS = 180  # of one degree of latitude
LANES = 8  # limits are compared so many at a time; the last ones are padded
NARROW_KM = 0.99 * LOCAL_LIMIT_KM  # the longest radius of an entry: the formula holds there
ROUNDING = 1e-9  # the chords of the first, quick test err outwards


class Entries(NamedTuple):
    """The demands, E entries: one for each code a demand takes, by code, band and longitude.

    `start` (G·180 + 1,): the entries of code g in band b are start[180 g + b] and those up to the
    next. `x`, `y`, `z`, `cosine`, `latitude` (E,): the place of the demand (see `Points`), and
    `outer` (E,) the squared chord beyond which a point is surely outside its `radius` (E,), km.
    `masks` (E, 2): vehicles, months. `limits` (E, W) float32: lower, then minus upper. `limited`
    (E, V): which of them are finite, as bits.
    """

    start: Integers
    lon: Floats
    x: Floats
    y: Floats
    z: Floats
    cosine: Floats
    latitude: Floats
    outer: Floats
    radius: Floats
    price: Floats
    masks: Integers
    limits: Singles
    limited: Words
    demand: Integers


class Lots(NamedTuple):
    """B streams in the order of the entries, and the N streams of the market they are from.

    `rows` (B,): their numbers in the market; `group` (B,): their code's number in the entries, -1
    for none. `band` (B, 2): first and last band in reach; `span` (B, 4): two ranges of longitude,
    from west to below east, the second empty but at the antimeridian. `place` (B, 5): x, y, z,
    cosine, latitude. The other arrays are the market's own.
    """

    rows: Integers
    group: Integers
    band: Integers
    span: Floats
    place: Floats
    vehicles: Integers
    months: Integers
    ask: Floats
    typical: Floats
    minimum: Floats
    maximum: Floats


class Fare(NamedTuple):
    """The costs, and the road curve by knots: km, road km, road km per km; no knot, no curve.

    `doubt` is what a value may be wrong by, per km of distance.
    """

    loading: float
    rate: float
    handling: float
    doubt: float
    km: Floats
    road: Floats
    slope: Floats


class Bench(NamedTuple):
    """Room to work on one stream, (E,) each but for the last two.

    First the entries near it: which, and what is measured of them. Then the notes of the pairs
    that matter: entry, verdict, value, distance. Last what the stream is held against limits with:
    `values` (W,) minimum, then minus maximum, +inf where unknown; `unknown` (V,): as bits, where.
    """

    entry: Integers
    chord2: Floats
    z: Floats
    cosine: Floats
    latitude: Floats
    distance: Floats
    noted: Integers
    verdict: Integers
    value: Floats
    noted_km: Floats
    values: Singles
    unknown: Words


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
    lower, upper = demands.lower[demand], demands.upper[demand]
    return Entries(
        start=np.searchsorted(place, np.arange(len(codes) * BANDS + 1)),
        lon=demands.lon[demand],
        x=here.x,
        y=here.y,
        z=here.z,
        cosine=here.cosine,
        latitude=here.latitude,
        outer=_outer_chord2(radius),
        radius=radius,
        price=demands.price_per_t[demand],
        masks=np.column_stack((demands.vehicles[demand], demands.months[demand])),
        limits=side_by_side(lower, upper, lanes=LANES, padding=0.0),
        limited=limited(lower, upper),
        demand=demand,
    )


def bands_of(lat: Floats) -> Integers:
    """Return the band of each latitude in degrees, 0 to BANDS - 1; beyond a pole the last one."""
    return np.clip(np.floor(lat + 90.0).astype(np.int64), 0, BANDS - 1)


def _outer_chord2(radius_km: Floats) -> Floats:
    """Return the squared chord that is surely beyond a radius.

    The formula's distance is an angle times a radius of curvature, and none is smaller than the
    meridian's at the equator.
    """
    beyond = radius_km * (1 + UNCERTAIN) + UNCERTAIN_KM
    outer: Floats = (2 * np.sin(beyond / SMALLEST_RADIUS_KM / 2) * (1 + ROUNDING)) ** 2
    return outer
