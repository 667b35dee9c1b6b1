"""Blends for five hundred demands that share supply, against the same programme written plainly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

import matching
from bench.figures import Figure, worked
from bench.market import CODES_PER_FAMILY, market
from matching.blends.joint import MarketBlend, blend_market
from matching.blends.recipes import Compositions, Limits, Recipes
from matching.checks import Floats, Integers
from matching.market.pairs import Pairs, pointers

STREAMS: Final = 5_000
DEMANDS: Final = 500
CANDIDATES: Final = 20
FARTHEST_KM: Final = 400.0  # beyond this a candidate pays as if it were no farther
REPEATS: Final = 3
MOST_SECONDS: Final = 0.5
MOST_OVERRUN: Final = 1e-9
SAME_VALUE: Final = 1e-7
# SciPy takes sparse matrices here, its type stubs do not.
LINPROG: Final[Callable[..., Any]] = linprog


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """A market of candidate pairs, whether or not a stream meets a limit by itself."""

    pairs: Pairs
    compositions: Compositions
    supply_t: Floats
    recipes: Recipes


def measure() -> list[Figure]:
    instance = candidates()
    spent, blended = worked(lambda: solved(instance), REPEATS)
    plain_s, plain_value = worked(lambda: value_by_plain_programme(instance))
    if abs(plain_value - blended.value) > SAME_VALUE * plain_value:
        raise AssertionError(f"the plain programme finds {plain_value}, not {blended.value}")
    alone = fitting_alone(instance)
    unblended = solved(unmixed(instance, alone))
    share = float(blended.flow_t[~alone].sum()) / blended.tonnes
    plain = "linprog, all rows, unscaled, at once"

    def figure(name: str, value: float, unit: str, **more: Any) -> Figure:
        return Figure(subject="blending", name=name, value=value, unit=unit, **more)

    size = f"{DEMANDS} demands × {CANDIDATES} candidates × {instance.recipes.limits.lower.shape[1]}"
    return [
        figure(
            f"{size} parameters, rows included",
            spent,
            "CPU-s",
            ratio=spent / plain_s,
            baseline=plain,
            most=MOST_SECONDS,
        ),
        figure("worst overrun of a limit", overrun(instance, blended), "share", most=MOST_OVERRUN),
        figure(
            "value, difference to the plain programme",
            abs(blended.value / plain_value - 1),
            "share",
            most=SAME_VALUE,
        ),
        figure("demands served", float(blended.served.sum()), "demands"),
        figure(
            "value, more than without blending",
            100 * (blended.value / unblended.value - 1),
            "%",
            ratio=blended.value / unblended.value,
            baseline="pairs that hold all limits",
        ),
        figure("tonnes from streams that fail alone", 100 * share, "%"),
    ]


def candidates() -> Instance:
    """The nearest streams of the same family for every demand, whatever they consist of."""
    streams, demands, costs = market(STREAMS, DEMANDS)
    family = streams.code // CODES_PER_FAMILY
    wanted = demands.code_idx[demands.code_ptr[:-1]] // CODES_PER_FAMILY
    found = [
        _nearest(streams, demands, j, np.flatnonzero(family == wanted[j])) for j in range(DEMANDS)
    ]
    demand = np.repeat(np.arange(DEMANDS), [len(stream) for stream, _ in found])
    stream = np.concatenate([stream for stream, _ in found])
    distance = np.minimum(np.concatenate([distance for _, distance in found]), FARTHEST_KM)
    ends = streams.lat[stream], streams.lon[stream], demands.lat[demand], demands.lon[demand]
    haul = costs.haul_per_t(costs.trips_km(ends, distance))
    value = demands.price_per_t[demand] - haul - costs.handling_per_t - streams.ask_per_t[stream]
    order = np.lexsort((demand, -value, stream))
    return Instance(
        pairs=Pairs(pointers(stream, STREAMS), demand[order], value[order], distance[order]),
        compositions=Compositions(streams.typical, streams.minimum, streams.maximum),
        supply_t=streams.quantity_t,
        recipes=Recipes(demands.capacity_t, Limits(demands.lower, demands.upper)),
    )


def solved(instance: Instance) -> MarketBlend:
    return blend_market(instance.pairs, instance.compositions, instance.supply_t, instance.recipes)


def fitting_alone(instance: Instance) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which pairs hold every limit without a partner."""
    have = instance.compositions.typical[instance.pairs.row()]
    limits, demand = instance.recipes.limits, instance.pairs.demand
    fits = (have >= limits.lower[demand]) & (have <= limits.upper[demand])
    return np.asarray(fits.all(axis=1))


def unmixed(instance: Instance, alone: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Instance:
    """The market with only those pairs: every mixture of them holds, so it is an allocation."""
    pairs = instance.pairs
    kept = Pairs(
        pointers(pairs.row()[alone], STREAMS),
        pairs.demand[alone],
        pairs.value_per_t[alone],
        pairs.distance_km[alone],
    )
    return Instance(kept, instance.compositions, instance.supply_t, instance.recipes)


def value_by_plain_programme(instance: Instance) -> float:
    """The greatest value by one call of linprog, as one would write it first."""
    pairs, limits = instance.pairs, instance.recipes.limits
    stream, demand, every = pairs.row(), pairs.demand, np.arange(len(pairs))
    have, each = instance.compositions.typical[stream], np.ones(len(pairs))
    rows = [
        csr_array((each, (stream, every)), shape=(STREAMS, len(pairs))),
        csr_array((each, (demand, every)), shape=(DEMANDS, len(pairs))),
    ]
    for sign, limit in ((1.0, limits.upper), (-1.0, limits.lower)):
        for column in range(limit.shape[1]):
            asked = np.isfinite(limit[demand, column])
            over = sign * (have[asked, column] - limit[demand[asked], column])
            place = demand[asked], every[asked]
            rows.append(csr_array((over, place), shape=(DEMANDS, len(pairs))))
    matrix = vstack(rows, format="csr")
    bound = np.zeros(matrix.shape[0])
    bound[: STREAMS + DEMANDS] = np.append(instance.supply_t, instance.recipes.capacity_t)
    answer = LINPROG(-pairs.value_per_t, A_ub=matrix, b_ub=bound, method="highs")
    if answer.status != 0:
        raise AssertionError(f"the plain programme fails: {answer.message}")
    return -float(answer.fun)


def overrun(instance: Instance, blended: MarketBlend) -> float:
    """The worst overrun of a limit by the mixtures, measured from the tonnes alone."""
    pairs, limits, served = instance.pairs, instance.recipes.limits, blended.served
    have = instance.compositions.typical[pairs.row()]
    mass = np.zeros(limits.lower.shape)
    np.add.at(mass, pairs.demand, have * blended.flow_t[:, np.newaxis])
    total = np.bincount(pairs.demand, blended.flow_t, minlength=DEMANDS)[served]
    mixture = mass[served] / total[:, np.newaxis]
    worst = 0.0
    for sign, limit in ((1.0, limits.upper[served]), (-1.0, limits.lower[served])):
        asked = np.isfinite(limit)
        over = sign * (mixture[asked] - limit[asked]) / np.abs(limit[asked])
        worst = max(worst, float(over.max(initial=0.0)))
    return worst


def _nearest(
    streams: matching.Streams, demands: matching.Demands, j: int, chosen: Integers
) -> tuple[Integers, Floats]:
    """The nearest of the chosen streams, or of all where too few are chosen, and how far."""
    if len(chosen) < CANDIDATES:
        chosen = np.arange(STREAMS)
    here = np.full(len(chosen), demands.lat[j]), np.full(len(chosen), demands.lon[j])
    distance = matching.local_km(streams.lat[chosen], streams.lon[chosen], *here)
    nearest = np.argsort(distance, kind="stable")[:CANDIDATES]
    return chosen[nearest], distance[nearest]
