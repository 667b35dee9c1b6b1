"""A transport problem in whole numbers, cut into its connected components and solved one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from matching.checks import Flags, Integers
from matching.market.pairs import pointers

Objective = Literal["value", "tonnes"]
Numbers32 = NDArray[np.int32]
LARGEST_SUM = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Arcs from N sources to M sinks; how much each can give, take and carry, in whole units.

    No arc has more room than its source has supply or its sink capacity.

    | field    | shape, dtype | meaning                                             |
    |----------|--------------|-----------------------------------------------------|
    | source   | (E,) int64   | where an arc starts, ascending                      |
    | sink     | (E,) int64   | where it ends                                       |
    | gain     | (E,) int64   | what one unit that flows through it is worth, signed|
    | room     | (E,) int64   | how many units may flow through it                  |
    | supply   | (N,) int64   | how many units a source has                         |
    | capacity | (M,) int64   | how many units a sink takes                         |
    """

    source: Integers
    sink: Integers
    gain: Integers
    room: Integers
    supply: Integers
    capacity: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """K whole components, to be solved here or on another machine: plain arrays.

    Component k has the arcs arc_ptr[k]:arc_ptr[k + 1], and likewise sources and sinks. Nodes are
    numbered within their component, in the order of the market; arcs too stand in that order.

    | field              | shape, dtype   | meaning                                     |
    |--------------------|----------------|---------------------------------------------|
    | arc_ptr            | (K + 1,) int64 | pointers into source, sink, gain and room   |
    | source_ptr         | (K + 1,) int64 | pointers into supply                        |
    | sink_ptr           | (K + 1,) int64 | pointers into capacity                      |
    | source, sink       | (E,) int32     | the ends of an arc                          |
    | gain, room         | (E,) int64     | as in `Network`                             |
    | supply             | (N,) int64     | as in `Network`                             |
    | capacity           | (M,) int64     | as in `Network`                             |
    """

    arc_ptr: Integers
    source_ptr: Integers
    sink_ptr: Integers
    source: Numbers32
    sink: Numbers32
    gain: Integers
    room: Integers
    supply: Integers
    capacity: Integers

    def __len__(self) -> int:
        return len(self.arc_ptr) - 1

    def part(self, first: int, last: int) -> Batch:
        """Return the components first:last alone."""
        arc = slice(self.arc_ptr[first], self.arc_ptr[last])
        source = slice(self.source_ptr[first], self.source_ptr[last])
        sink = slice(self.sink_ptr[first], self.sink_ptr[last])
        return Batch(
            arc_ptr=self.arc_ptr[first : last + 1] - arc.start,
            source_ptr=self.source_ptr[first : last + 1] - source.start,
            sink_ptr=self.sink_ptr[first : last + 1] - sink.start,
            source=self.source[arc],
            sink=self.sink[arc],
            gain=self.gain[arc],
            room=self.room[arc],
            supply=self.supply[source],
            capacity=self.capacity[sink],
        )

    def parts(self, arcs: int) -> Iterator[Batch]:
        """Yield all components in order, in batches of at least so many arcs but for the last."""
        first = 0
        while first < len(self):
            last = int(np.searchsorted(self.arc_ptr, self.arc_ptr[first] + arcs))
            last = min(max(last, first + 1), len(self))
            yield self.part(first, last)
            first = last


def split(network: Network) -> tuple[Batch, Integers]:
    """Return the components of a network, and (E,) which of its arcs stands where in the batch.

    Nodes without an arc are left out. Components are numbered by their first source.
    """
    sources, sinks = len(network.supply), len(network.capacity)
    label = component_labels(network.source, network.sink, sources, sinks)
    count = int(label.max(initial=-1)) + 1
    arcs_of = np.bincount(label[network.source], minlength=count)
    number = np.cumsum(arcs_of > 0) - 1
    component = number[label[network.source]]
    arc = np.argsort(component, kind="stable")
    components = int(np.count_nonzero(arcs_of))
    source_ptr, supply_at, local_source = _placed(
        network.source, number[label[:sources]], components
    )
    sink_ptr, capacity_at, local_sink = _placed(network.sink, number[label[sources:]], components)
    batch = Batch(
        arc_ptr=pointers(component, components),
        source_ptr=source_ptr,
        sink_ptr=sink_ptr,
        source=local_source[network.source[arc]],
        sink=local_sink[network.sink[arc]],
        gain=network.gain[arc],
        room=network.room[arc],
        supply=network.supply[supply_at],
        capacity=network.capacity[capacity_at],
    )
    return batch, arc


def checked_objective(objective: Objective) -> Objective:
    """Return the objective, or refuse one that is neither of the two."""
    if objective not in get_args(Objective):
        raise ValueError(f"objective: {objective!r} is not one of value, tonnes")
    return objective


def component_labels(source: Integers, sink: Integers, sources: int, sinks: int) -> Integers:
    """Return the component of each source and then of each sink, (N + M,), nodes alone included.

    `source` must ascend. Components are numbered by their first node.
    """
    ptr = np.concatenate((pointers(source, sources), np.full(sinks, len(source))))
    links = np.ones(len(source), dtype=np.int8)
    graph = csr_array((links, sources + sink, ptr), shape=(sources + sinks, sources + sinks))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _placed(
    end: Integers, component: Integers, components: int
) -> tuple[Integers, Integers, Numbers32]:
    """Return pointers, the nodes in order of their component, and each node's number within it."""
    used = np.flatnonzero(np.bincount(end, minlength=len(component)))
    node = used[np.argsort(component[used], kind="stable")]
    ptr = pointers(component[node], components)
    local = np.zeros(len(component), dtype=np.int32)
    local[node] = np.arange(len(node)) - ptr[component[node]]
    return ptr, node, local


def solve_batch(batch: Batch, objective: Objective) -> Integers:
    """Return the best flow through each arc of a batch, (E,) int64, in units.

    "value" finds the greatest total gain, "tonnes" the greatest flow and among those the greatest
    gain. Each component is solved for itself, so its flow does not depend on what else is in the
    batch. Stars (one source or one sink) are filled greedily; the others are minimum-cost flows by
    cost scaling (Goldberg 1997, through OR-Tools), exact in integers. Raises ValueError where the
    arithmetic of the solver could leave 64 bits.
    """
    check_digits(batch)
    sources, sinks = np.diff(batch.source_ptr), np.diff(batch.sink_ptr)
    star = (sources == 1) | (sinks == 1)
    flow = np.zeros(len(batch.gain), dtype=np.int64)
    in_star = np.repeat(star, np.diff(batch.arc_ptr))
    flow[in_star] = _fill_stars(batch, in_star, sources == 1)
    solve = _most_units if objective == "tonnes" else _most_gain
    for k in np.flatnonzero(~star).tolist():
        flow[batch.arc_ptr[k] : batch.arc_ptr[k + 1]] = solve(batch.part(k, k + 1))
    return flow


def check_digits(batch: Batch) -> None:
    """Raise ValueError where a sum, or a cost times nodes, could leave 64 bits.

    Cost scaling multiplies gains by the number of nodes n, and each of its rounds lowers a price by
    at most 3 n times the accuracy of the round, which shrinks fivefold: 3.75 n² times the gain.
    """
    if not len(batch.gain):
        return
    gain = int(np.abs(batch.gain).max())
    units = max(float(batch.supply.sum(dtype=np.float64)), float(batch.capacity.sum(dtype=float)))
    nodes = int((np.diff(batch.source_ptr) + np.diff(batch.sink_ptr)).max()) + 3
    if max(gain, 1) * units > LARGEST_SUM or 8 * gain * nodes * nodes > LARGEST_SUM:
        raise ValueError(
            f"value_per_t: {gain} steps of value, {units:.3g} units of mass and {nodes} nodes "
            "do not fit 64 bits; take a coarser unit_t or value_step"
        )


def _fill_stars(batch: Batch, chosen: Flags, of_source: Flags) -> Integers:
    """Return the flow of the chosen arcs: the hub serves its dearest arc first, ties in order."""
    component = np.repeat(np.arange(len(batch)), np.diff(batch.arc_ptr))[chosen]
    hub = np.where(of_source, batch.supply[batch.source_ptr[:-1]], 0)
    hub = np.where(of_source, hub, batch.capacity[batch.sink_ptr[:-1]])
    order = np.lexsort((-batch.gain[chosen], component))
    room, owner = batch.room[chosen][order], component[order]
    wanted = np.concatenate(([0], np.cumsum(room)))
    before = wanted[:-1] - wanted[pointers(owner, len(batch))[owner]]
    flow = np.empty(len(room), dtype=np.int64)
    flow[order] = np.clip(hub[owner] - before, 0, room)
    return flow


class _Solver(Protocol):
    """The part of OR-Tools' SimpleMinCostFlow that is used here."""

    OPTIMAL: object

    def add_arcs_with_capacity_and_unit_cost(
        self, tails: Numbers32, heads: Numbers32, capacities: Integers, unit_costs: Integers
    ) -> Numbers32: ...
    def set_nodes_supplies(self, nodes: Numbers32, supplies: Integers) -> None: ...
    def solve(self) -> object: ...
    def solve_max_flow_with_min_cost(self) -> object: ...
    def flows(self, arcs: Numbers32) -> Integers: ...


def _solver() -> _Solver:
    from ortools.graph.python import min_cost_flow  # noqa: PLC0415 - few processes allocate

    solver: _Solver = min_cost_flow.SimpleMinCostFlow()
    return solver


def _most_gain(component: Batch) -> Integers:
    """Solve one component for the greatest gain.

    What flows nowhere goes to a last node for nothing. Costs are what is lost against the best arc
    of the source, so that none is negative, and the arcs to the last node come first: the same
    problem, but a quarter faster.
    """
    supply, capacity, gain = component.supply, component.capacity, component.gain
    sources, sinks = len(supply), len(capacity)
    best = np.zeros(sources, dtype=np.int64)
    np.maximum.at(best, component.source, gain)
    last = sources + sinks
    tail = np.concatenate((np.arange(last, dtype=np.int32), component.source))
    head = np.concatenate((np.full(last, last, np.int32), component.sink + np.int32(sources)))
    cost = np.concatenate((best, np.zeros(sinks, np.int64), best[component.source] - gain))
    solver = _solver()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        tail, head, np.concatenate((supply, capacity, component.room)), cost
    )
    balance = np.concatenate((supply, np.zeros(sinks, np.int64), [-supply.sum()]))
    solver.set_nodes_supplies(np.arange(last + 1, dtype=np.int32), balance)
    _check_solved(solver, solver.solve())
    return solver.flows(arcs[last:])


def _most_units(component: Batch) -> Integers:
    """Solve one component for the greatest flow, and among those for the greatest gain."""
    supply, capacity = component.supply, component.capacity
    solver = _solver()
    head = component.sink + np.int32(len(supply))
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        component.source, head, component.room, -component.gain
    )
    nodes = np.arange(len(supply) + len(capacity), dtype=np.int32)
    solver.set_nodes_supplies(nodes, np.concatenate((supply, -capacity)))
    _check_solved(solver, solver.solve_max_flow_with_min_cost())
    return solver.flows(arcs)


def _check_solved(solver: _Solver, status: object) -> None:
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the solver stopped with {status}")
