"""A market of blends cut into its connected components, and the solution of each for itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.sparse import csr_array, vstack

from matching.blends.rows import Candidates, Rows, System
from matching.blends.solver import Program, Solution, no_rows, ones, solve
from matching.checks import Flags, Floats, Integers
from matching.market.pairs import pointers
from matching.plans.components import Objective, checked_objective, component_labels

# Small components are solved together, up to about so many pairs: a call of the solver costs as
# much as solving some hundred pairs.
PART_PAIRS = 1000
SPARED: Final = (0.0, 1e-12, 1e-9)


@dataclass(frozen=True, slots=True, eq=False)
class BlendPart:
    """Whole connected components of a market as plain arrays: e pairs, n streams, m demands.

    | field             | shape, dtype   | meaning                                                 |
    |-------------------|----------------|---------------------------------------------------------|
    | pair              | (e,) int64     | which of the market's pairs sorted by demand, stream    |
    | stream, demand    | (e,) int64     | position in `supply_t`, in `capacity_t`                 |
    | value_per_t       | (e,) float64   | currency per tonne                                      |
    | streams, demands  | (n,), (m,)     | int64: which of the market's                            |
    | supply_t          | (n,) float64   | tonnes                                                  |
    | capacity_t        | (m,) float64   | tonnes                                                  |
    | row               | (s,) int64     | which of the market's limit rows                        |
    | data, column, ptr | CSR            | the scaled limit rows: matrix (s, e) · tonnes ≤ 0       |
    """

    pair: Integers
    stream: Integers
    demand: Integers
    value_per_t: Floats
    streams: Integers
    demands: Integers
    supply_t: Floats
    capacity_t: Floats
    row: Integers
    data: Floats
    column: Integers
    ptr: Integers


@dataclass(frozen=True, slots=True, eq=False)
class PartBlend:
    """The answer to a part: tonnes (e,), and what one more unit is worth, none negative.

    `supply` (n,) and `capacity` (m,) are per tonne, `row` (s,) per unit of a scaled row.
    """

    tonnes: Floats
    supply: Floats
    capacity: Floats
    row: Floats


@dataclass(frozen=True, slots=True, eq=False)
class BlendMarket:
    """A market made ready: E pairs sorted by demand and stream, screened, with their limit rows.

    `order` (E,) says where a sorted pair stands among the given ones; `value_per_t`, `untested`
    and `failing` (E,) are of the sorted pairs, as are `candidates`, `rows` and `binding`.
    """

    order: Integers
    value_per_t: Floats
    supply_t: Floats
    capacity_t: Floats
    candidates: Candidates
    rows: Rows
    binding: System
    untested: Flags
    failing: Flags

    def demand(self) -> Integers:
        """Return the demand of each sorted pair, (E,)."""
        return np.repeat(np.arange(len(self.capacity_t)), np.diff(self.candidates.ptr))


def blend_parts(market: BlendMarket) -> Iterator[BlendPart]:
    """Yield the market in parts of whole components, in the order of their first demand.

    Where it is cut depends on the market alone. Pairs that were screened out are in no part.
    """
    pair = np.flatnonzero(~(market.untested | market.failing))
    demand, stream = market.demand()[pair], market.candidates.stream[pair]
    part_of_demand, count = _parts(demand, stream, len(market.capacity_t), len(market.supply_t))
    part = part_of_demand[demand]
    order = np.argsort(part, kind="stable")
    pair, part, demand, stream = pair[order], part[order], demand[order], stream[order]
    pair_ptr = pointers(part, count)
    demands, demand_ptr, demand_at = _numbered(demand, part, len(market.capacity_t))
    streams, stream_ptr, stream_at = _numbered(stream, part, len(market.supply_t))
    row_part = part_of_demand[market.rows.owner[market.binding.row]]
    row = np.argsort(row_part, kind="stable")
    row_ptr = pointers(row_part[row], count)
    matrix = csr_array(market.binding.matrix[row])
    column_of = np.zeros(len(market.order), dtype=np.int64)
    column_of[pair] = np.arange(len(pair)) - pair_ptr[part]
    for k in range(count):
        own = slice(pair_ptr[k], pair_ptr[k + 1])
        first, last = row_ptr[k], row_ptr[k + 1]
        entries = slice(matrix.indptr[first], matrix.indptr[last])
        mine = slice(demand_ptr[k], demand_ptr[k + 1]), slice(stream_ptr[k], stream_ptr[k + 1])
        yield BlendPart(
            pair=pair[own],
            stream=stream_at[stream[own]],
            demand=demand_at[demand[own]],
            value_per_t=market.value_per_t[pair[own]],
            streams=streams[mine[1]],
            demands=demands[mine[0]],
            supply_t=market.supply_t[streams[mine[1]]],
            capacity_t=market.capacity_t[demands[mine[0]]],
            row=row[first:last],
            data=matrix.data[entries],
            column=column_of[matrix.indices[entries]],
            ptr=(matrix.indptr[first : last + 1] - entries.start).astype(np.int64),
        )


def solve_part(part: BlendPart, objective: Objective) -> PartBlend:
    """Return the best tonnes of one part, anywhere: plain arrays in, plain arrays out.

    "tonnes" is solved twice: for the greatest mass, then for the greatest value with that mass (or
    a share of 1e-9 less, where rounding asks for it); the prices are those of the mass. Raises
    ValueError for another objective, ArithmeticError when the solver fails.
    """
    objective = checked_objective(objective)
    pairs, streams = len(part.pair), len(part.supply_t)
    every = np.arange(pairs)
    limits = csr_array((part.data, part.column, part.ptr), shape=(len(part.row), pairs))
    each = np.ones(pairs)
    of_stream = csr_array((each, (part.stream, every)), shape=(streams, pairs))
    of_demand = csr_array((each, (part.demand, every)), shape=(len(part.capacity_t), pairs))
    unit = _unit(np.minimum(part.supply_t[part.stream], part.capacity_t[part.demand]))
    room = np.concatenate((part.supply_t, part.capacity_t)) / unit
    program = Program(
        cost=-each if objective == "tonnes" else -part.value_per_t,
        least=np.zeros(pairs),
        most=np.full(pairs, np.inf),
        matrix=vstack((of_stream, of_demand, limits), format="csr"),
        bound=np.concatenate((room, np.zeros(len(part.row)))),
        equal=no_rows(pairs),
    )
    best = solve(program)
    if best is None:  # to send nothing holds every row
        raise ArithmeticError("HiGHS finds no answer to a programme that has one")
    supply, capacity, row = np.split(np.maximum(-best.row, 0.0), [streams, len(room)])
    if objective == "tonnes":
        best = _dearest(replace(program, cost=-part.value_per_t), -best.cost)
    return PartBlend(tonnes=best.x * unit, supply=supply, capacity=capacity, row=row)


def _dearest(program: Program, mass: float) -> Solution:
    """Return the most valuable answer of so much mass, or of the share 1e-9 less.

    The mass was found within the tolerance of the solver, so that all of it may be a hair too much.
    """
    matrix = vstack((program.matrix, -ones(np.ones(len(program.cost), dtype=np.bool_))))
    for spared in SPARED:
        bound = np.append(program.bound, mass * (spared - 1.0))
        best = solve(replace(program, matrix=csr_array(matrix), bound=bound))
        if best is not None:
            return best
    raise ArithmeticError("HiGHS finds no answer to a programme that has one")


def _unit(tonnes: Floats) -> float:
    """Return a power of two near the usual flow, to measure by: scaling by it rounds nothing."""
    usual = float(np.median(tonnes[tonnes > 0])) if (tonnes > 0).any() else 1.0
    return float(2.0 ** np.round(np.log2(usual)))


def _parts(demand: Integers, stream: Integers, demands: int, streams: int) -> tuple[Integers, int]:
    """Return the part of each demand, (M,), and their number; demands without a pair get 0."""
    component = component_labels(demand, stream, demands, streams)[:demands]
    pairs = np.bincount(component[demand])
    before = np.cumsum(pairs) - pairs
    window, at = np.unique(before[component[demand]] // PART_PAIRS, return_inverse=True)
    part = np.zeros(demands, dtype=np.int64)
    part[demand] = at
    return part, len(window)


def _numbered(node: Integers, part: Integers, nodes: int) -> tuple[Integers, Integers, Integers]:
    """Return the used nodes in order of part, pointers to each part's, and numbers within it."""
    part_of = np.full(nodes, -1, dtype=np.int64)
    part_of[node] = part
    used = np.flatnonzero(part_of >= 0)
    used = used[np.argsort(part_of[used], kind="stable")]
    ptr = pointers(part_of[used], int(part.max(initial=-1)) + 1)
    number = np.zeros(nodes, dtype=np.int64)
    number[used] = np.arange(len(used)) - ptr[part_of[used]]
    return used, ptr, number
