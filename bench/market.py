"""A seeded world market of any size: streams and demands around three hundred industrial cities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

import matching
from bench.figures import SEED
from matching.checks import Floats, Integers, Number

SIZES: Final = {
    "10k × 2k": (10_000, 2_000),
    "100k × 20k": (100_000, 20_000),
    "1M × 100k": (1_000_000, 100_000),
}

# South, north, west, east of a region in degrees, and how many cities lie in it.
REGIONS: Final = {
    "eastern China": (24, 41, 104, 121.5, 60),
    "India": (10, 29, 72, 86, 35),
    "Europe": (41, 56, -5, 27, 65),
    "eastern United States": (29, 45, -97, -72, 45),
    "western United States": (32, 47, -122, -105, 12),
    "Japan and Korea": (33, 38.5, 127, 141, 15),
    "south-east Asia": (-8, 18, 99, 112, 18),
    "Brazil": (-30, -5, -55, -36, 14),
    "Mexico": (17, 28, -107, -95, 8),
    "Turkey and Iran": (33, 41, 28, 58, 10),
    "Russia": (48, 58, 32, 62, 8),
    "South Africa": (-33, -24, 20, 31, 5),
    "Australia": (-38, -28, 138, 153, 5),
}
SCATTER_KM: Final = 22.0
KM_PER_DEGREE: Final = 111.0

FAMILIES: Final = 12
CODES_PER_FAMILY: Final = 5
CODES: Final = FAMILIES * CODES_PER_FAMILY
# SiO2, Al2O3, Fe2O3, CaO, MgO, SO3, loss on ignition, Cl, moisture, Pb, Zn, Cd; all in per cent.
USUAL: Final = (25.0, 8.0, 6.0, 12.0, 3.0, 2.0, 5.0, 0.3, 10.0, 0.02, 0.05, 0.002)
PARAMETERS: Final = len(USUAL)
STATED_ABOVE: Final = 0.35
STATED_BELOW: Final = 0.12

# Streams load any vehicle or one type; demands unload open trucks, the highest bit, and more.
STREAM_VEHICLES: Final = ((0b1111, 0b0001, 0b0010, 0b0100), (0.60, 0.20, 0.15, 0.05))
DEMAND_VEHICLES: Final = (
    (0b1111, 0b1011, 0b1101, 0b1001, 0b1000),
    (0.30, 0.25, 0.15, 0.15, 0.15),
)
# All the year, April to September, October to March.
MONTHS: Final = ((0b1111_1111_1111, 0b0001_1111_1000, 0b1110_0000_0111), (0.80, 0.12, 0.08))

LOADING_PER_T: Final = 3.0
HAUL_PER_T_KM: Final = 0.11
HANDLING_PER_T: Final = 2.0
ASK_PER_T: Final = (-5.0, 18.0)  # mean and deviation; negative: the producer pays
PRICE_PER_T: Final = (80.0, 20.0)

BLOCK_ROWS: Final = 1 << 15


@dataclass(frozen=True, slots=True)
class World:
    """What markets of all sizes share: the cities, the codes, and what is usual in each code."""

    lat: Floats
    lon: Floats
    city_share: Floats
    code_share: Floats
    usual: Floats


def market(
    streams: int, demands: int, seed: int = SEED
) -> tuple[matching.Streams, matching.Demands, matching.Costs]:
    """Return a market of so many streams and demands, and linear costs over the usual road curve.

    The same arguments give the same market. Compositions and limits are exact in single precision,
    so that a database may hold them as `real` and compare alike.
    """
    chance = np.random.default_rng([seed, streams, demands])
    world = _world(np.random.default_rng(seed))
    costs = matching.Costs(LOADING_PER_T, HAUL_PER_T_KM, HANDLING_PER_T)
    return _streams(chance, world, streams), _demands(chance, world, demands), costs


def part(streams: matching.Streams, rows: slice) -> matching.Streams:
    """Return some of the streams, as a market of their own."""
    names = matching.Streams.__dataclass_fields__
    return matching.Streams(**{name: getattr(streams, name)[rows] for name in names})


def demand_part(demands: matching.Demands, rows: slice) -> matching.Demands:
    """Return some of the demands, as a market of their own; none of them has an area."""
    chosen = np.zeros(len(demands), dtype=np.bool_)
    chosen[rows] = True
    columns = set(matching.Demands.__dataclass_fields__) - {"code_ptr", "code_idx", "area"}
    counts = np.diff(demands.code_ptr)[chosen]
    return matching.Demands(
        **{name: getattr(demands, name)[chosen] for name in columns},
        code_ptr=np.concatenate(([0], np.cumsum(counts))),
        code_idx=demands.code_idx[chosen[demands.code_owner()]],
    )


def _world(chance: np.random.Generator) -> World:
    lat, lon = [], []
    for south, north, west, east, cities in REGIONS.values():
        lat.append(chance.uniform(south, north, cities))
        lon.append(chance.uniform(west, east, cities))
    family = np.exp(chance.normal(0, 1.0, (FAMILIES, PARAMETERS))) * USUAL
    own = np.exp(chance.normal(0, 0.25, (CODES, PARAMETERS)))
    return World(
        lat=np.concatenate(lat),
        lon=np.concatenate(lon),
        city_share=_zipf(chance, sum(map(len, lat)), 5.0),
        code_share=_zipf(chance, CODES, 4.0),
        usual=np.repeat(family, CODES_PER_FAMILY, axis=0) * own,
    )


def _zipf(chance: np.random.Generator, count: int, offset: float) -> Floats:
    """Return shares that fall as 1 / (rank + offset), in random order."""
    weight = chance.permutation(1 / (np.arange(count) + offset))
    share: Floats = weight / weight.sum()
    return share


def _streams(chance: np.random.Generator, world: World, count: int) -> matching.Streams:
    lat, lon = _places(chance, world, count)
    code = chance.choice(CODES, count, p=world.code_share)
    typical, minimum, maximum = _composition(chance, world.usual, code)
    return matching.Streams(
        lat=lat,
        lon=lon,
        code=_sealed(code),
        quantity_t=_sealed(np.exp(chance.normal(4.5, 1.2, count)).round(1)),
        ask_per_t=_sealed(np.round(chance.normal(*ASK_PER_T, count), 2)),
        vehicles=_sealed(chance.choice(STREAM_VEHICLES[0], count, p=STREAM_VEHICLES[1])),
        months=_sealed(chance.choice(MONTHS[0], count, p=MONTHS[1])),
        typical=typical,
        minimum=minimum,
        maximum=maximum,
    )


def _demands(chance: np.random.Generator, world: World, count: int) -> matching.Demands:
    lat, lon = _places(chance, world, count)
    main = chance.choice(CODES, count, p=world.code_share)
    code_ptr, code_idx = _accepted(chance, main)
    lower, upper = _limits(chance, world.usual[main])
    radius = np.exp(chance.uniform(np.log(50), np.log(500), count))
    return matching.Demands(
        lat=lat,
        lon=lon,
        radius_km=_sealed(radius.round(1)),
        price_per_t=_sealed(np.round(chance.normal(*PRICE_PER_T, count), 2)),
        capacity_t=_sealed(np.exp(chance.normal(6.2, 1.1, count)).round(1)),
        vehicles=_sealed(chance.choice(DEMAND_VEHICLES[0], count, p=DEMAND_VEHICLES[1])),
        months=_sealed(chance.choice(MONTHS[0], count, p=MONTHS[1])),
        lower=lower,
        upper=upper,
        code_ptr=code_ptr,
        code_idx=code_idx,
    )


def _places(chance: np.random.Generator, world: World, count: int) -> tuple[Floats, Floats]:
    """Return latitudes and longitudes scattered around the cities, rounded to a decimetre."""
    city = chance.choice(len(world.lat), count, p=world.city_share)
    away = np.abs(chance.normal(0, SCATTER_KM, count)) / KM_PER_DEGREE
    angle = chance.uniform(0, 2 * np.pi, count)
    north, east = away * np.sin(angle), away * np.cos(angle)
    lat = world.lat[city] + north
    lon = world.lon[city] + east / np.cos(np.radians(world.lat[city]))
    return _sealed(np.round(lat, 6)), _sealed(np.round(lon, 6))


def _composition(
    chance: np.random.Generator, usual: Floats, code: Integers
) -> tuple[Floats, Floats, Floats]:
    """Return typical, minimum and maximum, (N, C), filled a block of rows at a time.

    In one piece the steps between would need several times the memory of the three arrays.
    """
    shape = len(code), PARAMETERS
    typical, minimum, maximum = np.empty(shape), np.empty(shape), np.empty(shape)
    for start in range(0, len(code), BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        block = usual[code[rows]]
        block *= np.exp(chance.normal(0, 0.22, block.shape))
        spread = chance.uniform(0.03, 0.18, block.shape)
        typical[rows] = _single(block)
        minimum[rows] = _single(block * (1 - spread))
        maximum[rows] = _single(block * (1 + spread))
    return _sealed(typical), _sealed(minimum), _sealed(maximum)


def _accepted(chance: np.random.Generator, main: Integers) -> tuple[Integers, Integers]:
    """Return the codes of each demand as pointers and codes: its main one, up to four relatives.

    One to five members of the family are drawn, the main one in place of the first; it may be
    drawn again, so that a demand takes 2.6 codes on the average.
    """
    count = len(main)
    rank = chance.random((count, CODES_PER_FAMILY)).argsort(axis=1)
    taken = rank < chance.integers(0, CODES_PER_FAMILY, count)[:, np.newaxis]
    taken[np.arange(count), main % CODES_PER_FAMILY] = True
    family = main - main % CODES_PER_FAMILY
    code = family[:, np.newaxis] + np.arange(CODES_PER_FAMILY)
    ptr = np.concatenate(([0], np.cumsum(taken.sum(axis=1))))
    return _sealed(ptr), _sealed(code[taken])


def _limits(chance: np.random.Generator, usual: Floats) -> tuple[Floats, Floats]:
    """Return lower and upper limits, (M, C), around what is usual in the main code."""
    lower = np.where(
        chance.random(usual.shape) < STATED_BELOW,
        usual * chance.uniform(0.3, 0.9, usual.shape),
        -np.inf,
    )
    upper = np.where(
        chance.random(usual.shape) < STATED_ABOVE,
        usual * chance.uniform(1.0, 2.4, usual.shape),
        np.inf,
    )
    return _sealed(_single(lower)), _sealed(_single(upper))


def _single(values: Floats) -> Floats:
    """Round to single precision, which keeps the order of what is compared."""
    return values.astype(np.float32).astype(np.float64)


def _sealed(array: NDArray[Number]) -> NDArray[Number]:
    """Make read-only what nobody else holds: `matching` copies arrays that could still change."""
    array.flags.writeable = False
    return array
