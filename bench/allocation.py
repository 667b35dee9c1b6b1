"""The market plan and its prices, against the linear programming solver HiGHS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_array

import matching
from bench.figures import Figure, worked
from bench.market import market
from matching.checks import Floats, Integers
from matching.market.pairs import Pairs, pointers
from matching.plans.allocation import Allocation, allocate, read_market
from matching.plans.components import Network, split
from matching.plans.prices import clearing_prices, reduced_costs

STREAMS: Final = 100_000
DEMANDS: Final = 20_000
PARTNERS: Final = 10
REPEATS: Final = 3
EQUAL: Final = 1e-9  # relative: the programmes answer in floats
LINPROG: Final[Callable[..., Any]] = linprog  # its stubs know no sparse arrays


@dataclass(frozen=True, slots=True)
class Case:
    """The pairs of a market, and what it has and takes in tonnes."""

    pairs: Pairs
    supply_t: Floats
    capacity_t: Floats


def measure() -> list[Figure]:
    case = best_pairs()
    masses = case.supply_t, case.capacity_t
    allocate(case.pairs, *masses)  # loads the solver, which happens once in a process
    plan_s, plan = worked(lambda: allocate(case.pairs, *masses), REPEATS)
    tonnes_s, heaviest = worked(lambda: allocate(case.pairs, *masses, "tonnes"), REPEATS)
    prices_s, prices = worked(lambda: clearing_prices(case.pairs, plan, *masses), REPEATS)
    check_prices(case, plan)
    split_s, in_parts = worked(lambda: by_programmes(case))
    whole_s, at_once = worked(lambda: by_programme(case))
    for name, value in (("split", in_parts), ("whole", at_once)):
        if abs(value - plan.value) > EQUAL * plan.value:
            raise AssertionError(f"HiGHS, {name}, finds {value}, the plan is worth {plan.value}")
    if heaviest.tonnes < plan.tonnes or heaviest.value > plan.value:
        raise AssertionError("the plan for tonnes has fewer tonnes, or more value")
    unique = float(np.mean(prices.supply_low == prices.supply_high))

    def against(name: str, seconds: float, baseline: str, least: float) -> Figure:
        times = seconds / plan_s
        return Figure(
            subject="allocation",
            name=name,
            value=times,
            unit="×",
            ratio=1 / times,
            baseline=baseline,
            least=least,
        )

    def figure(name: str, value: float, unit: str, most: float | None = None) -> Figure:
        return Figure(subject="allocation", name=name, value=value, unit=unit, most=most)

    return [
        figure("pairs", len(case.pairs), "pairs"),
        figure("plan of the greatest value", plan_s, "CPU s"),
        figure("plan of the most tonnes", tonnes_s, "CPU s"),
        against("plan, times faster than HiGHS", whole_s, "HiGHS on the whole", 10),
        against("plan, times faster than HiGHS, split", split_s, "HiGHS by component", 3),
        figure("both ends of all prices, share of the plan", prices_s / plan_s, "", most=0.10),
        figure("streams with a single price", 100 * unique, "%"),
    ]


def best_pairs() -> Case:
    """The pairs of each stream with its best demands."""
    streams, demands, costs = market(STREAMS, DEMANDS)
    ranking = matching.top_k(streams, demands, costs, PARTNERS)
    row, rank = np.nonzero(ranking.demand >= 0)
    pairs = Pairs(
        ptr=pointers(row, STREAMS),
        demand=ranking.demand[row, rank],
        value_per_t=ranking.value_per_t[row, rank],
        distance_km=ranking.distance_km[row, rank],
    )
    return Case(pairs, streams.quantity_t, demands.capacity_t)


def check_prices(case: Case, plan: Allocation) -> None:
    """Prove by its prices, in whole numbers, that the plan is optimal."""
    prices = clearing_prices(case.pairs, plan, case.supply_t, case.capacity_t)
    known = read_market(case.pairs, case.supply_t, case.capacity_t)
    gain = int(plan.units @ known.gain)
    exact = prices.exact
    for supply, demand in (
        (exact.supply_low, exact.demand_high),
        (exact.supply_high, exact.demand_low),
    ):
        if int(known.supply @ supply) + int(known.capacity @ demand) != gain:
            raise AssertionError("there is a gap between the plan and its prices")
    lacks = reduced_costs(case.pairs, prices)
    if lacks.min() < 0 or lacks[plan.units > 0].any():
        raise AssertionError("a pair in use does not earn what its prices add up to")


def by_programme(case: Case) -> float:
    """The greatest value by one linear programme over all pairs, from the same rounded numbers."""
    known = read_market(case.pairs, case.supply_t, case.capacity_t)
    return best_value(known.stream, case.pairs.demand, known.gain, (known.supply, known.capacity))


def by_programmes(case: Case) -> float:
    """Likewise by a linear programme for each connected component, cut as the plan cuts it."""
    known = read_market(case.pairs, case.supply_t, case.capacity_t)
    network = Network(
        source=known.stream,
        sink=case.pairs.demand,
        gain=known.gain,
        room=np.minimum(known.supply[known.stream], known.capacity[case.pairs.demand]),
        supply=known.supply,
        capacity=known.capacity,
    )
    batch, _ = split(network)
    parts = (batch.part(k, k + 1) for k in range(len(batch)))
    return sum(
        best_value(
            part.source.astype(np.int64),
            part.sink.astype(np.int64),
            part.gain,
            (part.supply, part.capacity),
        )
        for part in parts
    )


def best_value(
    stream: Integers, demand: Integers, gain: Integers, masses: tuple[Integers, Integers]
) -> float:
    """The optimum of max Σ gain x under both kinds of rows, in currency."""
    supply, capacity = masses
    ends = np.column_stack((stream, len(supply) + demand)).ravel()
    rows = csc_array(
        (np.ones(len(ends)), ends, np.arange(0, len(ends) + 1, 2)),
        shape=(len(supply) + len(capacity), len(gain)),
    )
    bound = np.concatenate((supply, capacity)) / 10
    answer = LINPROG(-gain / 1000, A_ub=rows, b_ub=bound, method="highs")
    if answer.status != 0:
        raise AssertionError(f"HiGHS stopped: {answer.message}")
    return -float(answer.fun)
