"""The market plan: tonnes from every stream to every demand, for the greatest value or mass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from matching.checks import Flags, Floats, Integers, check_not_negative, floats, refuse_where
from matching.market.pairs import Pairs, check_distinct
from matching.plans.components import (
    Batch,
    Network,
    Objective,
    check_digits,
    checked_objective,
    solve_batch,
    split,
)
from matching.plans.side_constraints import SideConstraints, solve_with_sides
from matching.plans.whole_units import checked_unit, rounded, rounded_down, told


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """How finely a plan is drawn, and what else binds it.

    Flows are whole multiples of `unit_t`, tonnes (0.1 is 100 kg), and delivered values are rounded
    to multiples of `value_step`, currency per tonne. `side` are further linear limits on the flows.
    Raises ValueError unless both units are finite and above 0.
    """

    unit_t: float = 0.1
    value_step: float = 0.001
    side: SideConstraints | None = None

    def __post_init__(self) -> None:
        for name in ("unit_t", "value_step"):
            object.__setattr__(self, name, checked_unit(name, getattr(self, name)))


ROUNDING = 4 * float(np.finfo(np.float64).eps)  # of a product of two rounded numbers
AS_USUAL = Terms()


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """How many tonnes flow through each of E pairs, and what that is worth.

    | field        | shape, dtype     | meaning                                                  |
    |--------------|------------------|----------------------------------------------------------|
    | flow_t       | (E,) float64     | tonnes through each pair, in the order of the pairs      |
    | units        | (E,) int64       | the same as a number of `terms.unit_t`; exact            |
    | value        | float            | total delivered value, at values rounded to              |
    |              |                  | `terms.value_step`; exact but for the last rounding      |
    | tonnes       | float            | total mass                                               |
    | unplaced_t   | (N,) float64     | supply left over, what is below one unit included        |
    | unused_t     | (M,) float64     | capacity left over, likewise                             |
    | below_unit_t | float            | what all supplies hold below one unit each: never placed |
    | objective    | str              | "value" or "tonnes"                                      |
    | limit        | (E,) int64, None | most units each pair may carry by `max_share`            |
    | terms        | Terms            | units, and side constraints                              |
    """

    flow_t: Floats
    units: Integers
    value: float
    tonnes: float
    unplaced_t: Floats
    unused_t: Floats
    below_unit_t: float
    objective: Objective
    limit: Integers | None
    terms: Terms


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """The supplies and capacities of some pairs, checked, in tonnes and in whole units.

    | field                   | shape, dtype     | meaning                                    |
    |-------------------------|------------------|--------------------------------------------|
    | stream                  | (E,) int64       | the stream of each pair                    |
    | gain                    | (E,) int64       | its value per tonne, in `terms.value_step` |
    | supply_t, capacity_t    | (N,), (M,) float | tonnes                                     |
    | supply, capacity        | (N,), (M,) int64 | units, rounded down                        |
    """

    pairs: Pairs
    terms: Terms
    stream: Integers
    gain: Integers
    supply_t: Floats
    capacity_t: Floats
    supply: Integers
    capacity: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A plan to be made: solve each batch of components anywhere, then conclude.

    `batch` holds all components; `at` (A,) tells which pair each of its arcs is. Pairs that no plan
    would use are left out: without supply, capacity or, for "value", without a gain.
    """

    market: Market
    objective: Objective
    limit: Integers | None
    batch: Batch
    at: Integers

    def concluded(self, flow: Integers) -> Allocation:
        """Return the plan from the flows of all batches, joined in their order: (A,) units."""
        units = np.zeros(len(self.market.pairs), dtype=np.int64)
        units[self.at] = flow
        return plan_of(self.market, units, self.objective, self.limit)


def allocate(
    pairs: Pairs,
    supply_t: ArrayLike,
    capacity_t: ArrayLike,
    objective: Objective = "value",
    max_share: float | None = None,
    terms: Terms = AS_USUAL,
) -> Allocation:
    """Return the best plan over the pairs within supply (N,) and capacity (M,), both in tonnes.

    "value" finds the greatest total delivered value; "tonnes" the greatest mass and, among plans of
    that mass, the greatest value (then pairs of no or negative value may be used). With `max_share`
    no buyer gets more than this share of a producer's supply.

    This is the transport problem, max Σ mᵢⱼ xᵢⱼ with Σⱼ xᵢⱼ ≤ sᵢ and Σᵢ xᵢⱼ ≤ cⱼ, solved exactly in
    whole units and steps of value as a minimum-cost flow, for each connected component on its own:
    what happens in one component never changes the plan of another. With side constraints the
    components they touch are linear programmes whose answer is rounded down to units, so that it
    may lack a few units of the best.

    Raises ValueError, naming the array and the index, for a negative or infinite mass, shapes that
    do not fit the pairs, a repeated pair, a share outside (0, 1], an unknown objective, and where
    the whole numbers could leave 64 bits.
    """
    if terms.side is None:
        problem = pose(pairs, supply_t, capacity_t, objective, max_share, terms)
        return problem.concluded(solve_batch(problem.batch, problem.objective))
    market = read_market(pairs, supply_t, capacity_t, terms)
    limit = _limits(market, max_share)
    network, at = _network(market, checked_objective(objective), limit)
    check_digits(split(network)[0])
    units = np.zeros(len(pairs), dtype=np.int64)
    side = terms.side.over(at, len(pairs))
    units[at] = solve_with_sides(network, side, terms.unit_t, objective)
    return plan_of(market, units, objective, limit)


def pose(
    pairs: Pairs,
    supply_t: ArrayLike,
    capacity_t: ArrayLike,
    objective: Objective = "value",
    max_share: float | None = None,
    terms: Terms = AS_USUAL,
) -> Problem:
    """Return the components of a plan without side constraints, to be solved here or elsewhere.

    `problem.concluded(np.concatenate([solve_batch(b, objective) for b in problem.batch.parts(n)]))`
    is what `allocate` answers, bit for bit, for any n. Takes and raises what `allocate` does.
    """
    if terms.side is not None:
        raise ValueError("terms: side constraints join components; use allocate")
    known = checked_objective(objective)
    market = read_market(pairs, supply_t, capacity_t, terms)
    limit = _limits(market, max_share)
    network, at = _network(market, known, limit)
    batch, arc = split(network)
    check_digits(batch)
    return Problem(market=market, objective=known, limit=limit, batch=batch, at=at[arc])


def read_market(
    pairs: Pairs, supply_t: ArrayLike, capacity_t: ArrayLike, terms: Terms = AS_USUAL
) -> Market:
    """Return the pairs with their masses, checked and in whole units; raises as `allocate` does."""
    supply = floats("supply_t", supply_t, (len(pairs.ptr) - 1,))
    capacity = floats("capacity_t", capacity_t, (None,))
    check_not_negative("supply_t", supply)
    check_not_negative("capacity_t", capacity)
    refuse_where(pairs.demand >= len(capacity), "demand", f"is not below {len(capacity)}")
    stream = pairs.row()
    check_distinct(pairs, len(capacity))
    return Market(
        pairs=pairs,
        terms=terms,
        stream=stream,
        gain=rounded("value_per_t", pairs.value_per_t, terms.value_step),
        supply_t=supply,
        capacity_t=capacity,
        supply=rounded_down("supply_t", supply, terms.unit_t),
        capacity=rounded_down("capacity_t", capacity, terms.unit_t),
    )


def plan_of(
    market: Market, units: Integers, objective: Objective, limit: Integers | None
) -> Allocation:
    """Return a plan from the units through each pair, (E,)."""
    unit_t, step = market.terms.unit_t, market.terms.value_step
    placed = sums(market.stream, units, len(market.supply))
    taken = sums(market.pairs.demand, units, len(market.capacity))
    worth = np.asarray(int(units @ market.gain))
    return Allocation(
        flow_t=told(units, unit_t),
        units=units,
        value=float(told(told(worth, step), unit_t)),
        tonnes=float(told(np.asarray(units.sum()), unit_t)),
        unplaced_t=np.maximum(market.supply_t - told(placed, unit_t), 0.0),
        unused_t=np.maximum(market.capacity_t - told(taken, unit_t), 0.0),
        below_unit_t=float((market.supply_t - told(market.supply, unit_t)).sum()),
        objective=objective,
        limit=limit,
        terms=market.terms,
    )


def sums(place: Integers, units: Integers, count: int) -> Integers:
    """Return the sum of the units at each place, (count,) int64; exact."""
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, place, units)
    return total


def _network(
    market: Market, objective: Objective, limit: Integers | None
) -> tuple[Network, Integers]:
    """Return the arcs that a plan could use, and (A,) which pair each of them is."""
    demand = market.pairs.demand
    room = np.minimum(market.supply[market.stream], market.capacity[demand])
    if limit is not None:
        room = np.minimum(room, limit)
    useful: Flags = room > 0
    if objective == "value":
        useful &= market.gain > 0
    at = np.flatnonzero(useful)
    network = Network(
        source=market.stream[at],
        sink=demand[at],
        gain=market.gain[at],
        room=room[at],
        supply=market.supply,
        capacity=market.capacity,
    )
    return network, at


def _limits(market: Market, max_share: float | None) -> Integers | None:
    """Return the most units of each pair, (E,), or None where no share binds."""
    if max_share is None:
        return None
    share = floats("max_share", max_share, ())
    refuse_where(~((share > 0) & (share <= 1)), "max_share", "is outside (0, 1]")
    if share == 1:
        return None
    # Three tonnes times 0.3 come out a hair below 0.9 and must not lose a unit for that.
    shared = market.supply_t * share * (1 + ROUNDING)
    most = rounded_down("supply_t", shared, market.terms.unit_t)
    return most[market.stream]
