"""The engine against a loop over pairs as one would write it first, on a seeded random market."""

from __future__ import annotations

from typing import Final

import numpy as np
from pyproj import Geod

import matching
from bench.figures import SEED, Figure, middle, timed

STREAMS: Final = 2_000
DEMANDS: Final = 5_000
CODES: Final = 40
PARAMETERS: Final = 8
PARTNERS: Final = 10
SAMPLE: Final = 40
REPEATS: Final = 3
EARTH: Final = Geod(ellps="WGS84")
COSTS: Final = matching.Costs(8.0, 0.45, 6.0)


def measure() -> list[Figure]:
    streams, demands = random_streams(), random_demands()
    index_s, index = timed(lambda: matching.build_index(demands))
    runs = [timed(lambda: matching.all_pairs(streams, index, COSTS)) for _ in range(REPEATS)]
    all_s, pairs = middle([seconds for seconds, _ in runs]), runs[0][1]
    best = [timed(lambda: matching.top_k(streams, index, COSTS, PARTNERS)) for _ in range(REPEATS)]
    top_s = middle([seconds for seconds, _ in best])
    chosen = np.random.default_rng(SEED).choice(STREAMS, SAMPLE, replace=False).tolist()
    loop_s, found = timed(lambda: {i: partners_by_loop(streams, i, demands) for i in chosen})
    for i, expected in found.items():
        given = pairs.demand[pairs.ptr[i] : pairs.ptr[i + 1]].tolist()
        if sorted(given) != expected:
            raise AssertionError(f"the loop and the engine disagree about stream {i}")
    whole_loop_s = loop_s * STREAMS / SAMPLE
    loop = f"Python loop, sample of {SAMPLE}"

    def figure(name: str, value: float, unit: str, ratio: float | None = None) -> Figure:
        against = loop if ratio is not None else ""
        return Figure(
            subject="engine", name=name, value=value, unit=unit, ratio=ratio, baseline=against
        )

    return [
        figure(f"index of {DEMANDS:,} demands", index_s, "s"),
        figure(f"all pairs of {STREAMS:,} streams", all_s, "s", all_s / whole_loop_s),
        figure("pairs found", len(pairs), "pairs"),
        figure("all pairs, how many times faster", whole_loop_s / all_s, "×"),
        figure(f"best {PARTNERS} of {STREAMS:,} streams", top_s, "s", top_s / whole_loop_s),
    ]


def random_streams() -> matching.Streams:
    random = np.random.default_rng(SEED)
    typical = random.uniform(0, 10, (STREAMS, PARAMETERS))
    typical[random.random(typical.shape) < 0.1] = np.nan
    spread = random.uniform(0, 1, typical.shape)
    return matching.Streams(
        lat=random.uniform(22, 45, STREAMS),
        lon=random.uniform(98, 124, STREAMS),
        code=random.integers(0, CODES, STREAMS),
        quantity_t=random.uniform(1e3, 1e6, STREAMS),
        ask_per_t=random.normal(10, 30, STREAMS),
        vehicles=random.integers(1, 16, STREAMS),
        months=random.integers(1, 1 << 12, STREAMS),
        typical=typical,
        minimum=typical - spread,
        maximum=typical + spread,
    )


def random_demands() -> matching.Demands:
    random = np.random.default_rng(SEED + 1)
    taken = [
        np.sort(random.choice(CODES, random.integers(1, 4), replace=False)) for _ in range(DEMANDS)
    ]
    upper = random.uniform(8, 14, (DEMANDS, PARAMETERS))
    upper[random.random(upper.shape) < 0.7] = np.inf
    return matching.Demands(
        lat=random.uniform(22, 45, DEMANDS),
        lon=random.uniform(98, 124, DEMANDS),
        radius_km=random.uniform(50, 600, DEMANDS),
        price_per_t=random.normal(120, 60, DEMANDS),
        capacity_t=random.uniform(1e3, 1e6, DEMANDS),
        vehicles=random.integers(1, 16, DEMANDS),
        months=random.integers(1, 1 << 12, DEMANDS),
        lower=np.full((DEMANDS, PARAMETERS), -np.inf),
        upper=upper,
        code_ptr=np.cumsum([0, *(len(codes) for codes in taken)]),
        code_idx=np.concatenate(taken),
    )


def partners_by_loop(streams: matching.Streams, i: int, demands: matching.Demands) -> list[int]:
    """The demands that take stream `i`, judged one after another with the cheapest gate first."""
    lat, lon = float(streams.lat[i]), float(streams.lon[i])
    found = []
    for j in range(len(demands)):
        codes = demands.code_idx[demands.code_ptr[j] : demands.code_ptr[j + 1]]
        if streams.code[i] not in codes:
            continue
        if not streams.vehicles[i] & demands.vehicles[j]:
            continue
        if not streams.months[i] & demands.months[j]:
            continue
        metres = EARTH.inv(lon, lat, float(demands.lon[j]), float(demands.lat[j]))[2]
        if metres / 1000 > demands.radius_km[j]:
            continue
        if _fits(streams, i, demands, j) and _value(streams, i, demands, j, metres / 1000) > 0:
            found.append(j)
    return found


def _fits(streams: matching.Streams, i: int, demands: matching.Demands, j: int) -> bool:
    """Whether every limit is tested and held; the random market has upper limits alone."""
    return all(
        demands.upper[j, c] == np.inf or streams.maximum[i, c] <= demands.upper[j, c]
        for c in range(PARAMETERS)
    )


def _value(
    streams: matching.Streams, i: int, demands: matching.Demands, j: int, geodesic_km: float
) -> float:
    road_km = float(COSTS.road(np.array([geodesic_km]))[0])
    haul = COSTS.loading_per_t + COSTS.haul_per_t_km * road_km
    return float(demands.price_per_t[j] - haul - COSTS.handling_per_t - streams.ask_per_t[i])
