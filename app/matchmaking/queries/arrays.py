"""A snapshot as the arrays of the engine: rights, vehicles and months compiled into them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

import matching
from app.matchmaking.queries.snapshot import Snapshot
from app.places.queries import road_for
from app.settings import MatchingPolicy
from models.matchmaking.columns import Bound, Column, bounds_of, columns_of, values_in
from models.quantities import GRAMS_PER_TONNE, MINOR_PER_UNIT
from models.streams.calendar import months_mask


@dataclass(frozen=True)
class Market:
    """A snapshot with its arrays. Index i is `snapshot.streams[i]`, j `snapshot.demands[j]`."""

    snapshot: Snapshot
    streams: matching.Streams
    demands: matching.Demands
    costs: matching.Costs
    columns: tuple[Column, ...]

    @cached_property
    def index(self) -> matching.Index:
        return matching.build_index(self.demands)


def costs_of(policy: MatchingPolicy) -> matching.Costs:
    return matching.Costs(
        loading_per_t=policy.loading_minor_per_tonne / MINOR_PER_UNIT,
        haul_per_t_km=policy.haul_minor_per_tonne_km / MINOR_PER_UNIT,
        handling_per_t=policy.handling_minor_per_tonne / MINOR_PER_UNIT,
        road=road_for(policy.road),
    )


def compile_market(snapshot: Snapshot, policy: MatchingPolicy) -> Market:
    """Turn the listings into arrays; a code that a demand has no right to gets no entry."""
    codes = {parameter_id: row.code for parameter_id, row in snapshot.parameters.items()}
    bounds = [bounds_of(demand.limits, codes) for demand in snapshot.demands]
    columns = columns_of(bound for of_demand in bounds for bound in of_demand)
    return Market(
        snapshot=snapshot,
        streams=_streams(snapshot, columns),
        demands=_demands(snapshot, columns, bounds),
        costs=costs_of(policy),
        columns=columns,
    )


def _streams(snapshot: Snapshot, columns: tuple[Column, ...]) -> matching.Streams:
    rules = {row.code: row.rule for row in snapshot.parameters.values()}
    rows = snapshot.streams
    values = np.full((len(rows), len(columns), 3), np.nan)
    known: dict[int, list[tuple[float, float, float]]] = {}
    for number, stream in enumerate(rows):
        # Streams without an assay share the readings of their material: answered once for all.
        key = id(stream.readings)
        if key not in known:
            known[key] = values_in(columns, stream.readings, rules)
        if columns:
            values[number] = known[key]
    return matching.Streams(
        lat=_floats([row.lat for row in rows]),
        lon=_floats([row.lon for row in rows]),
        code=_integers([row.code_id for row in rows]),
        quantity_t=_floats([sum(row.months_g) / GRAMS_PER_TONNE for row in rows]),
        ask_per_t=_floats([row.ask_minor_per_tonne / MINOR_PER_UNIT for row in rows]),
        vehicles=_integers([row.vehicles for row in rows]),
        months=_integers([months_mask(row.months_g) for row in rows]),
        minimum=values[:, :, 0],
        typical=values[:, :, 1],
        maximum=values[:, :, 2],
    )


def _demands(
    snapshot: Snapshot, columns: tuple[Column, ...], bounds: list[tuple[Bound, ...]]
) -> matching.Demands:
    rows = snapshot.demands
    place = {column: number for number, column in enumerate(columns)}
    lower = np.full((len(rows), len(columns)), -np.inf)
    upper = np.full((len(rows), len(columns)), np.inf)
    for number, of_demand in enumerate(bounds):
        for bound in of_demand:
            lower[number, place[bound.column]] = bound.lower
            upper[number, place[bound.column]] = bound.upper
    return matching.Demands(
        lat=_floats([row.lat for row in rows]),
        lon=_floats([row.lon for row in rows]),
        radius_km=_floats(
            [np.inf if row.radius_m is None else row.radius_m / 1000 for row in rows]
        ),
        price_per_t=_floats([row.price_minor_per_tonne / MINOR_PER_UNIT for row in rows]),
        capacity_t=_floats([sum(row.months_g) / GRAMS_PER_TONNE for row in rows]),
        vehicles=_integers([row.vehicles for row in rows]),
        months=_integers([months_mask(row.months_g) for row in rows]),
        lower=lower,
        upper=upper,
        code_ptr=_integers([0, *accumulate(len(row.codes) for row in rows)]),
        code_idx=_integers([code for row in rows for code in row.codes]),
        area=_areas([row.area for row in rows]),
    )


def _areas(areas: list[BaseGeometry | None]) -> NDArray[np.object_] | None:
    if not any(area is not None for area in areas):
        return None
    found = np.empty(len(areas), dtype=np.object_)
    found[:] = areas
    return found


def _floats(values: list[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


def _integers(values: list[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)
