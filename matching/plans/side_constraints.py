"""Further linear limits on a plan: the components they touch are solved as linear programmes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array, csr_array, diags_array, issparse, vstack
from scipy.sparse.csgraph import connected_components

from matching.checks import Floats, Integers, check_not_negative, check_shape, floats
from matching.highs import linprog
from matching.plans.components import Network, Objective, solve_batch, split

Rows = csr_array[np.float64, tuple[int, int]]

NEAREST_UNIT: Final = 1e-6  # of a unit: what the solver's own rounding may take away
EXACT: Final = 1e-12  # of a bound: nothing but rounding
KEPT: Final = 1e-9  # of the greatest mass: what the second programme may give up of the first one's


@dataclass(frozen=True, slots=True, eq=False)
class SideConstraints:
    """R rows: Σ matrix[r, e] · flow_t[e] ≤ upper[r], such as the carriers' tonne-kilometres.

    | field  | shape, dtype                       | meaning                                        |
    |--------|------------------------------------|------------------------------------------------|
    | matrix | (R, E) float64, array or sparse    | a weight per tonne of each pair, none negative |
    | upper  | (R,) float64                       | the most that the row may reach, not negative  |

    Raises ValueError naming the array and the index when a number is negative or not finite.
    """

    matrix: Rows
    upper: Floats

    def __post_init__(self) -> None:
        rows = _sparse(self.matrix)
        row, column = rows.nonzero()
        for wrong, reason in (
            (~np.isfinite(rows.data), "is not a finite number"),
            (rows.data < 0, "is negative"),
        ):
            if wrong.any():
                at = np.flatnonzero(wrong)[0]
                raise ValueError(f"matrix[{row[at]}, {column[at]}]: {reason}")
        upper = floats("upper", self.upper, (rows.shape[0],))
        check_not_negative("upper", upper)
        object.__setattr__(self, "matrix", rows)
        object.__setattr__(self, "upper", upper)

    def over(self, at: Integers, pairs: int) -> SideConstraints:
        """Return the rows over the pairs `at` alone; raises ValueError unless E is `pairs`."""
        check_shape("matrix", self.matrix.shape, (None, pairs))
        return SideConstraints(self.matrix[:, at], self.upper)


def solve_with_sides(
    network: Network, side: SideConstraints, unit_t: float, objective: Objective
) -> Integers:
    """Return the flow of each arc, (A,) units, within the network and the rows over its arcs.

    Components that no row touches are solved exactly by `solve_batch`. The others, joined by the
    rows that touch them, are linear programmes (HiGHS, through SciPy), for "tonnes" two in turn:
    the mass, then the value at that mass. Their answer is rounded down to units.
    """
    rows = csr_array(side.matrix * unit_t)
    group = _groups(network, rows)
    touched = np.isin(group, group[rows.indices])
    flow = np.zeros(len(group), dtype=np.int64)
    free = np.flatnonzero(~touched)
    batch, arc = split(_part(network, free))
    flow[free[arc]] = solve_batch(batch, objective)
    for number in np.unique(group[touched]):
        arcs = np.flatnonzero(group == number)
        matrix, bound = _rows(_part(network, arcs), csr_array(rows[:, arcs]), side.upper)
        best = _best(network.gain[arcs], network.room[arcs], (matrix, bound), objective)
        flow[arcs] = _whole(best, network.room[arcs], matrix, bound)
    return flow


def _sparse(matrix: ArrayLike | Rows) -> Rows:
    given = matrix if isinstance(matrix, csr_array) else _dense(matrix)
    rows: Rows = given.astype(np.float64, copy=True)
    check_shape("matrix", rows.shape, (None, None))
    rows.sum_duplicates()
    rows.eliminate_zeros()
    return rows


def _dense(matrix: ArrayLike) -> Rows:
    if issparse(matrix):
        return csr_array(matrix)
    return csr_array(floats("matrix", matrix, (None, None)))


def _groups(network: Network, rows: Rows) -> Integers:
    """Return the component of each arc, (A,), where a row joins all that it touches."""
    sources, sinks = len(network.supply), len(network.capacity)
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    start = np.concatenate((network.source, sources + sinks + row))
    end = np.concatenate((sources + network.sink, network.source[rows.indices]))
    nodes = sources + sinks + rows.shape[0]
    graph = coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(nodes, nodes))
    label = connected_components(graph, directed=False)[1]
    return np.asarray(label[network.source], dtype=np.int64)


def _part(network: Network, arcs: Integers) -> Network:
    """Return the network with these arcs alone, and all its nodes."""
    chosen = {name: getattr(network, name)[arcs] for name in ("source", "sink", "gain", "room")}
    return replace(network, **chosen)


def _rows(network: Network, sides: Rows, upper: Floats) -> tuple[Rows, Floats]:
    """Return every row that binds these arcs, and its bound: supplies, capacities, sides."""
    arcs = np.arange(len(network.source))
    ones = np.ones(len(arcs))
    source, by_source = np.unique(network.source, return_inverse=True)
    sink, by_sink = np.unique(network.sink, return_inverse=True)
    touching = np.flatnonzero(np.diff(sides.indptr))
    matrix = vstack(
        (
            csr_array((ones, (by_source, arcs)), shape=(len(source), len(arcs))),
            csr_array((ones, (by_sink, arcs)), shape=(len(sink), len(arcs))),
            sides[touching],
        ),
        format="csr",
    )
    bounds = network.supply[source], network.capacity[sink], upper[touching]
    return csr_array(matrix), np.concatenate(bounds, dtype=np.float64)


def _best(
    gain: Integers, room: Integers, rows: tuple[Rows, Floats], objective: Objective
) -> Floats:
    """Return the real-valued optimum, (A,) units."""
    matrix, bound = rows
    worth = gain / max(1, int(np.abs(gain).max()))
    if objective == "value":
        return _optimum(worth, room, matrix, bound)
    mass = _optimum(np.ones(len(gain)), room, matrix, bound).sum()
    at_least = csr_array(-np.ones((1, len(gain))))
    matrix = csr_array(vstack((matrix, at_least), format="csr"))
    return _optimum(worth, room, matrix, np.append(bound, -mass * (1 - KEPT)))


def _optimum(worth: Floats, room: Integers, matrix: Rows, bound: Floats) -> Floats:
    # Each row is divided by its bound: supplies in units and sides of any scale differ too much.
    scale = np.where(bound == 0, 1.0, np.abs(bound))
    scaled = csr_array(diags_array(1 / scale) @ matrix)
    limits = np.column_stack((np.zeros(len(room)), room))
    answer = linprog(-worth, A_ub=scaled, b_ub=bound / scale, bounds=limits, method="highs")
    if answer.status != 0:
        raise RuntimeError(f"the solver stopped: {answer.message}")
    return np.asarray(answer.x, dtype=np.float64)


def _whole(amount: Floats, room: Integers, matrix: Rows, bound: Floats) -> Integers:
    """Return whole units that keep every row, by taking units off what weighs most in a broken one.

    Rounding down keeps the rows by itself, but for the solver's tolerance: it is about few units.
    """
    units = np.clip(np.floor(amount + NEAREST_UNIT), 0, room).astype(np.int64)
    while len(broken := np.flatnonzero(matrix @ units > bound * (1 + EXACT))):
        row = slice(matrix.indptr[broken[0]], matrix.indptr[broken[0] + 1])
        arcs, weights = matrix.indices[row], matrix.data[row]
        heaviest = np.argmax(np.where(units[arcs] > 0, weights, 0.0))
        excess = float(weights @ units[arcs]) - bound[broken[0]]
        fewer = max(1, int(np.ceil(excess / weights[heaviest])))
        units[arcs[heaviest]] = max(0, units[arcs[heaviest]] - fewer)
    return units
