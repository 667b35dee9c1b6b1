"""One demand's order as a linear programme in shares of its mass, and the choice of its sources."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, diags_array, hstack, vstack

from matching.blends.rows import System
from matching.blends.solver import (
    INFEASIBLE,
    OPTIMAL,
    Program,
    Solution,
    measured,
    no_rows,
    ones,
    solve,
)
from matching.checks import Flags, Floats
from matching.highs import milp

COST_SIZE = 1e4  # HiGHS stops at a gap of 1e-6: with costs of this size, at 1e-10 of the largest


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """What is bought from n sources: costs, tonnes at hand and smallest lots (n,), and how much."""

    cost_per_t: Floats
    available_t: Floats
    lots_t: Floats
    least_t: float
    most_t: float
    most_sources: int | None

    @property
    def exact(self) -> bool:
        return self.least_t == self.most_t

    def tonnes(self, shares: Floats) -> Floats:
        """Return the tonnes of shares of the largest amount; an exact amount is met as exactly."""
        tonnes: Floats = shares * self.most_t
        return tonnes * (self.most_t / tonnes.sum()) if self.exact else tonnes


def program_of(order: Order, binding: System, usable: Flags) -> Program:
    """Return the programme in shares of the largest amount, (n,).

    Its rows are those of `binding`; without an exact amount the least and the most mass follow.
    Enough of a source is no bound, so that the price of the amount is not taken for its price.
    """
    count = len(usable)
    enough = order.available_t >= order.most_t
    most = np.where(enough, np.inf, np.minimum(order.available_t, order.most_t) / order.most_t)
    everything = ones(np.ones(count, dtype=np.bool_))
    between = vstack((binding.matrix, -everything, everything), format="csr")
    window = np.array([-order.least_t / order.most_t, 1.0])
    zeros = np.zeros(len(binding.row))
    return Program(
        cost=order.cost_per_t,
        least=np.zeros(count),
        most=np.where(usable, most, 0.0),
        matrix=binding.matrix if order.exact else between,
        bound=zeros if order.exact else np.concatenate((zeros, window)),
        equal=everything if order.exact else no_rows(count),
        total=np.ones(1) if order.exact else np.empty(0),
    )


def cheapest(program: Program, order: Order) -> Solution | None:
    """Return the cheapest shares that hold the rows, the lots and the number of sources, or None.

    A mixed-integer programme chooses the sources, where the linear one breaks lots or number; the
    linear one with that choice fixed says how much of each. HiGHS takes a row for held within 1e-6:
    a choice that holds no better is put aside, and the next is asked for.
    """
    solution = solve(program)
    if solution is None or _in_lots(solution.x * order.most_t, order):
        return solution
    aside: list[Flags] = []
    while (chosen := _choice(program, order, aside)) is not None:
        lots = order.lots_t / order.most_t
        fixed = replace(
            program,
            least=np.where(chosen, lots, 0.0),
            most=np.where(chosen, program.most, 0.0),
        )
        solution = solve(fixed)
        if solution is not None:
            return solution
        aside.append(chosen)
    return None


def _in_lots(tonnes: Floats, order: Order) -> bool:
    used = tonnes > 0
    few = order.most_sources is None or int(used.sum()) <= order.most_sources
    return few and bool((tonnes[used] >= order.lots_t[used]).all())


def _choice(program: Program, order: Order, aside: list[Flags]) -> Flags | None:
    """Return which sources the cheapest mixture uses, (n,), none of the choices put aside."""
    count = len(program.cost)
    lots = order.lots_t / order.most_t
    most = np.minimum(program.most, 1.0)
    each = diags_array(np.ones(count))
    shares = _beside(program.matrix), -np.inf, program.bound
    mass = _beside(program.equal), program.total, program.total
    switched = hstack((each, -diags_array(most)), format="csr")
    in_lots = hstack((-each, diags_array(lots)), format="csr")
    number = count if order.most_sources is None else order.most_sources
    picks, least = [np.ones(count)], [-np.inf]
    for other in aside:
        picks.append(np.where(other, -1.0, 1.0))
        least.append(1.0 - other.sum())
    several = csr_array(np.hstack((np.zeros((len(picks), count)), np.array(picks))))
    cost = measured(program.cost)[0]
    largest = np.abs(cost).max(initial=0.0) or 1.0
    answer = milp(
        np.concatenate((cost * (COST_SIZE / largest), np.zeros(count))),
        integrality=np.repeat([0, 1], count),
        bounds=(0.0, np.concatenate((most, (lots <= most) & (most > 0)))),
        constraints=[
            shares,
            mass,
            (switched, -np.inf, 0.0),
            (in_lots, -np.inf, 0.0),
            (several, least, [number, *[np.inf] * len(aside)]),
        ],
        options={"mip_rel_gap": 0.0},
    )
    if answer.status == INFEASIBLE:
        return None
    if answer.status != OPTIMAL or answer.x is None:
        raise ArithmeticError(f"HiGHS found no choice of sources: {answer.message}")
    return np.asarray(answer.x[count:] > 0.5)


def _beside(matrix: csr_array[np.float64]) -> csr_array[np.float64]:
    """Return the matrix with as many empty columns on its right, for the switches."""
    return hstack((matrix, csr_array(matrix.shape, dtype=np.float64)), format="csr")
