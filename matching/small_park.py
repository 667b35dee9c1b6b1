"""A market small enough to solve by hand: four sources and three receivers along one road.

The road is the equator, kilometre 0 is the cement works, and the road distance is the geodesic one.
Per tonne: loading 3, handling 2, haul 0.5 per kilometre. Composition in per cent; an empty cell is
no limit. Ash comes by powder tanker (bit 1), slag and gypsum by tipper (bit 2).

| source               | km | tonnes | ask | loss on ignition | SO3 | moisture |
|----------------------|----|--------|-----|------------------|-----|----------|
| 0 mill slag          |  4 |     80 |   3 |                0 |   1 |       10 |
| 1 power plant ash    | 46 |     60 |  -1 |                3 |   1 |        1 |
| 2 heating plant ash  |  8 |     40 |  -2 |                9 |   1 |        1 |
| 3 power plant gypsum | 46 |     50 |   7 |                0 |  44 |        9 |

| receiver       | km | capacity | price | takes     | loss on ignition | SO3  | moisture |
|----------------|----|----------|-------|-----------|------------------|------|----------|
| 0 cement works |  0 |      100 |    35 | slag, ash | ≤ 6              | ≤ 4  | ≤ 12     |
| 1 block maker  | 48 |       60 |    35 | slag, ash | ≤ 10             |      | ≤ 12     |
| 2 board maker  | 30 |       30 |    40 | gypsum    |                  | ≥ 40 | ≤ 12     |

**Ranking.** Delivered value = price - (3 + 0.5 km) - 2 - ask: slag 25 at the cement works and 5 at
the block maker; power plant ash 30 at the block maker and 8 at the cement works; heating plant ash
12 at the block maker; gypsum 20 at the board maker.

**Near miss.** The heating plant's ash would be worth 28 at the cement works, 8 km away, but its
loss on ignition of 9 % is above 6 %: overrun 0.5, the only gate it fails there.

**Greatest value.** 80 t slag to cement, 60 t power plant ash to blocks, 30 t gypsum to boards:
80·25 + 60·30 + 30·20 = 4400 with 170 t. **Most tonnes.** To let the heating plant's ash in, 20 t of
power plant ash move to the cement works, which loses 22 and wins 12 a tonne: all 190 t of capacity
are full, and the value is 80·25 + 20·8 + 40·30 + 20·12 + 30·20 = 4200.

**Clearing prices** of the greatest value. The cement works has room to spare and heating plant ash
and gypsum are left over, so those are worth 0; slag is worth 25, the board maker's capacity 20. The
power plant's ash and the block maker's capacity share 30: the ash can have 8 at the cement works,
and the room 12 from the heating plant. So the ash is worth between 8 and 18, the room between
22 and 12.

**Blend.** Delivered to the cement works a tonne costs 10 (slag), 27 (power plant ash) and 7
(heating plant ash). The heating plant's ash fails alone, yet two parts of it with one of slag have
a loss on ignition of just 6 % and a moisture of 4 %: the cheapest 60 t are 40 t of it with 20 t of
slag, for 480, which is 8 a tonne. Of the two ashes alone, half and half is the cheapest, 17 a
tonne. With blends allowed the whole market reaches 5020: 40 t heating plant ash and 60 t slag fill
the cement works (40·28 + 60·25 = 2620, loss on ignition 3.6 %); blocks and boards stay as above.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from matching.checks import Floats
from matching.distance import EQUATORIAL_RADIUS_KM
from matching.market.arrays import Costs, Demands, Streams

SLAG, ASH, GYPSUM = 1, 2, 3
TANKER, TIPPER = 0b01, 0b10
ALL_YEAR = 0xFFF
KM_PER_DEGREE = EQUATORIAL_RADIUS_KM * math.pi / 180  # of longitude, on the equator


@dataclass(frozen=True, slots=True, eq=False)
class SmallPark:
    """The market, and what its rows and columns are called.

    `stream_names` (4), `demand_names` (3) and `parameter_names` (3) follow the order of the arrays.
    """

    streams: Streams
    demands: Demands
    costs: Costs
    stream_names: tuple[str, ...]
    demand_names: tuple[str, ...]
    parameter_names: tuple[str, ...]


def small_park() -> SmallPark:
    """Return the market told in the head of this file."""
    unknown = np.full((4, 3), np.nan)  # no ranges: the typical value is held against the limits
    streams = Streams(
        lat=np.zeros(4),
        lon=_along([4, 46, 8, 46]),
        code=np.array([SLAG, ASH, ASH, GYPSUM]),
        quantity_t=np.array([80.0, 60.0, 40.0, 50.0]),
        ask_per_t=np.array([3.0, -1.0, -2.0, 7.0]),
        vehicles=np.array([TIPPER, TANKER, TANKER, TIPPER]),
        months=np.full(4, ALL_YEAR),
        typical=np.array([[0.0, 1.0, 10.0], [3.0, 1.0, 1.0], [9.0, 1.0, 1.0], [0.0, 44.0, 9.0]]),
        minimum=unknown,
        maximum=unknown,
    )
    free = np.inf
    demands = Demands(
        lat=np.zeros(3),
        lon=_along([0, 48, 30]),
        radius_km=np.full(3, 100.0),
        price_per_t=np.array([35.0, 35.0, 40.0]),
        capacity_t=np.array([100.0, 60.0, 30.0]),
        vehicles=np.array([TANKER | TIPPER, TANKER | TIPPER, TIPPER]),
        months=np.full(3, ALL_YEAR),
        lower=np.array([[-free] * 3, [-free] * 3, [-free, 40.0, -free]]),
        upper=np.array([[6.0, 4.0, 12.0], [10.0, free, 12.0], [free, free, 12.0]]),
        code_ptr=np.array([0, 2, 4, 5]),
        code_idx=np.array([SLAG, ASH, SLAG, ASH, GYPSUM]),
    )
    return SmallPark(
        streams=streams,
        demands=demands,
        costs=Costs(loading_per_t=3.0, haul_per_t_km=0.5, handling_per_t=2.0, road=straight_road),
        stream_names=(
            "mill slag",
            "power plant ash",
            "heating plant ash",
            "power plant gypsum",
        ),
        demand_names=("cement works", "block maker", "board maker"),
        parameter_names=("loss on ignition", "SO3", "moisture"),
    )


def straight_road(geodesic_km: Floats) -> Floats:
    """Return the geodesic distance: the only road runs straight. Any shape, km."""
    return geodesic_km


def _along(km: list[float]) -> Floats:
    """Return the longitudes of these kilometres along the equator."""
    return np.array(km, dtype=np.float64) / KM_PER_DEGREE
