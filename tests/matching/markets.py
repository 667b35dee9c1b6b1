"""Small markets for the tests: plain ones to check by hand, and random ones to search in."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from hypothesis import strategies as st
from pyproj import Geod

from matching import Costs, Demands, Streams

GEOD = Geod(ellps="WGS84")
NAN = float("nan")
INF = float("inf")
BEELINE = Costs(3.0, 0.1, 2.0, road=lambda km: km)  # the road is the geodesic: easy to check


def make_streams(count=1, **fields):
    """Return `count` streams of code 7 at 0°, 0°, asking 10 per tonne; `fields` replace arrays."""
    columns = np.shape(fields.get("typical", [[5.0]]))[-1]
    values = {
        "lat": np.zeros(count),
        "lon": np.zeros(count),
        "code": np.full(count, 7),
        "quantity_t": np.full(count, 100.0),
        "ask_per_t": np.full(count, 10.0),
        "vehicles": np.full(count, 0b01),
        "months": np.full(count, 0xFFF),
        "typical": np.full((count, columns), 5.0),
        "minimum": np.full((count, columns), NAN),
        "maximum": np.full((count, columns), NAN),
    }
    return Streams(**(values | fields))


def make_demands(count=1, **fields):
    """Return `count` demands for code 7 at 0°, 0° within 100 km, paying 50 per tonne."""
    columns = np.shape(fields.get("lower", fields.get("upper", [[0.0]])))[1]
    values = {
        "lat": np.zeros(count),
        "lon": np.zeros(count),
        "radius_km": np.full(count, 100.0),
        "price_per_t": np.full(count, 50.0),
        "capacity_t": np.full(count, 100.0),
        "vehicles": np.full(count, 0b01),
        "months": np.full(count, 0xFFF),
        "lower": np.full((count, columns), -INF),
        "upper": np.full((count, columns), INF),
        "code_ptr": np.arange(count + 1),
        "code_idx": np.full(count, 7),
    }
    return Demands(**(values | fields))


CENTRES = {
    "inland": (40.0, 110.0),
    "antimeridian": (-17.0, 180.0),
    "north pole": (89.5, 0.0),
    "south pole": (-89.0, 120.0),
    "equator": (0.0, 0.0),
}


def _positions(random, count, centre):
    """Scatter points around a centre, with some of them exactly on each other or on an edge."""
    if not count:
        return np.empty(0), np.empty(0)
    lat, lon = CENTRES[centre]
    azimuth, metres = random.uniform(0, 360, count), random.choice([0, 2e4, 2e5, 9e5], count)
    lons, lats, _ = GEOD.fwd(np.full(count, lon), np.full(count, lat), azimuth, metres)
    edge = random.random(count) < 0.2
    lons[edge & (centre == "antimeridian")] = random.choice([-180.0, 180.0])
    lats[edge & (centre == "north pole")] = 90.0
    lats[edge & (centre == "south pole")] = -90.0
    return np.asarray(lats), np.asarray(lons)


def _areas(random, lat, lon):
    areas = [None] * len(lat)
    for j in np.flatnonzero(random.random(len(lat)) < 0.3):
        half = random.choice([1.0, 4.0])
        south, north = max(lat[j] - half, -90.0), min(lat[j] + half, 90.0)
        box = shapely.box(lon[j] - half, south, lon[j] + half, north)
        far = shapely.box(-30.0, -5.0, -20.0, 5.0)
        areas[j] = shapely.MultiPolygon([box, far]) if random.random() < 0.3 else box
    return areas


def _composition(random, shape):
    typical = random.choice([1.0, 2.0, 3.0, NAN], shape, p=[0.3, 0.3, 0.2, 0.2])
    spread = random.choice([0.0, 1.0, NAN], shape)
    return typical, typical - spread, typical + random.choice([0.0, 1.0, NAN], shape)


def _codes(random, demands):
    chosen = [random.choice(3, random.integers(0, 4), replace=False) for _ in range(demands)]
    ptr = np.array([0, *itertools.accumulate(map(len, chosen))])
    return ptr, np.concatenate([*chosen, []]).astype(np.int64)


def random_market(seed, streams, demands, parameters, centre):
    """Return (streams, demands) with ties, unknown values, borders met exactly, and areas."""
    random = np.random.default_rng(seed)
    lat, lon = _positions(random, streams, centre)
    typical, minimum, maximum = _composition(random, (streams, parameters))
    supply = Streams(
        lat=lat,
        lon=lon,
        code=random.integers(0, 4, streams),
        quantity_t=random.uniform(0, 100, streams),
        ask_per_t=random.choice([-20.0, 0.0, 10.0], streams),
        vehicles=random.integers(0, 8, streams),
        months=random.choice([0xFFF, 0x00F, 0], streams, p=[0.7, 0.2, 0.1]),
        typical=typical,
        minimum=minimum,
        maximum=maximum,
    )
    lat, lon = _positions(random, demands, centre)
    radius = random.choice([0.0, 50.0, 400.0, 2000.0, INF], demands)
    if streams:
        # Some radii are exactly the distance to a stream: the border belongs to the circle.
        i = random.integers(0, streams, demands)
        exact = np.asarray(GEOD.inv(lon, lat, supply.lon[i], supply.lat[i])[2]) / 1000
        radius = np.where(random.random(demands) < 0.3, exact, radius)
    ptr, idx = _codes(random, demands)
    lower = random.choice([-INF, 0.0, 1.0], (demands, parameters), p=[0.6, 0.2, 0.2])
    wanted = Demands(
        lat=lat,
        lon=lon,
        radius_km=radius,
        price_per_t=random.choice([-5.0, 40.0, 90.0], demands),
        capacity_t=random.uniform(0, 100, demands),
        vehicles=random.integers(0, 8, demands),
        months=random.choice([0xFFF, 0xFF0], demands),
        lower=lower,
        upper=random.choice([INF, 3.0, 2.0], (demands, parameters), p=[0.6, 0.2, 0.2]),
        code_ptr=ptr,
        code_idx=idx,
        area=_areas(random, lat, lon) if random.random() < 0.5 else None,
    )
    return supply, wanted


markets = st.builds(
    random_market,
    seed=st.integers(0, 2**32 - 1),
    streams=st.integers(0, 8),
    demands=st.integers(0, 12),
    parameters=st.integers(0, 3),
    centre=st.sampled_from(sorted(CENTRES)),
)
