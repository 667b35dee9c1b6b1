"""Linear programmes through HiGHS, and the last step that makes their answers hold exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy.sparse import csr_array, diags_array, vstack
from scipy.sparse.linalg import lsmr

from matching.checks import Flags, Floats
from matching.highs import linprog

# Tolerance and whether to presolve, tried in turn: HiGHS takes no tolerance below 1e-10, may lack
# the digits for that one, and with presolve may leave open whether there is no answer or no end.
ATTEMPTS: Final = ((1e-10, True), (1e-10, False), (1e-8, True), (1e-7, False))
TIGHT: Final = 1e-9  # a row this close to its bound stays where it is when others are mended
EXACT: Final = 1e-14  # of the size of a row's terms: nothing but rounding
DUST: Final = 1e-12  # of the largest amount: no tonnes at all
COST_DIGITS: Final = 30  # costs up to 2^30 are handed to HiGHS as they are
OPTIMAL, INFEASIBLE = 0, 2


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Minimise cost · x over least ≤ x ≤ most where matrix · x ≤ bound and equal · x = total.

    `cost`, `least`, `most` are (E,), the matrices (R, E) and (Q, E), their right sides (R,), (Q,).
    """

    cost: Floats
    least: Floats
    most: Floats
    matrix: csr_array[np.float64]
    bound: Floats
    equal: csr_array[np.float64]
    total: Floats = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """An optimal x (E,), and what the cost changes by when a right side or bound grows by one.

    `row` (R,) and `most` (E,) are not positive, `least` (E,) not negative, `equal` (Q,) any sign.
    """

    x: Floats
    cost: float
    row: Floats
    equal: Floats
    least: Floats
    most: Floats


def solve(program: Program) -> Solution | None:
    """Return an optimal solution, or None when there is none that holds all rows.

    It is optimal within about 1e-10 of the largest cost, the tolerance of HiGHS, however large or
    small the costs are.

    Raises ArithmeticError when HiGHS neither solves the programme nor proves that nothing does.
    """
    cost, exponent = measured(program.cost)
    for tolerance, presolve in ATTEMPTS:
        answer = linprog(
            cost,
            A_ub=program.matrix,
            b_ub=program.bound,
            A_eq=program.equal,
            b_eq=program.total,
            bounds=np.column_stack((program.least, program.most)),
            method="highs",
            options={
                "presolve": presolve,
                "primal_feasibility_tolerance": tolerance,
                "dual_feasibility_tolerance": tolerance,
            },
        )
        if answer.status == INFEASIBLE:
            return None
        if answer.status == OPTIMAL:
            x = polished(program, np.asarray(answer.x))
            return Solution(
                x=x,
                cost=float(program.cost @ x),
                row=np.ldexp(answer.ineqlin.marginals, exponent),
                equal=np.ldexp(answer.eqlin.marginals, exponent),
                least=np.ldexp(answer.lower.marginals, exponent),
                most=np.ldexp(answer.upper.marginals, exponent),
            )
    raise ArithmeticError(f"HiGHS found no answer: {answer.message}")


def measured(cost: Floats) -> tuple[Floats, int]:
    """Return the costs as HiGHS can tell them apart, and the power of two they were divided by.

    Its tolerances are fixed numbers and 1e20 is infinite to it: the largest cost is brought between
    1 and 2^30, and left as it is where it lies there already. A power of two rounds nothing, but
    for costs so far below the largest that they do not count.
    """
    largest = float(np.max(np.abs(cost), initial=0.0))
    if largest == 0.0:
        return cost, 0
    digits = int(np.frexp(largest)[1])  # largest is between 2^(digits - 1) and 2^digits
    exponent = digits - min(max(digits, 1), COST_DIGITS)
    return np.ldexp(cost, -exponent), exponent


def polished(program: Program, x: Floats, rounds: int = 3) -> Floats:
    """Return x moved onto the rows it violates by rounding: the least relative change of it.

    A basic solution of HiGHS holds its rows within a tolerance, which is much for a row of small
    amounts; here the tight and the violated rows, each divided by its size, become equations in
    the amounts strictly between their bounds, solved by least squares (LSMR: Fong and Saunders
    2011).
    """
    x = np.clip(x, program.least, program.most)
    x[(x < DUST * np.max(x, initial=0.0)) & (program.least <= 0)] = 0.0
    for _ in range(rounds):
        over, size = _excess(program.matrix, program.bound, x)
        miss, whole = _excess(program.equal, program.total, x)
        if (over <= EXACT * size).all() and (np.abs(miss) <= EXACT * whole).all():
            break
        tight = over > -TIGHT * size
        free = (x > program.least) & (x < program.most)
        wrong = np.concatenate((np.maximum(over[tight], 0.0), miss))
        rows = vstack((program.matrix[tight], program.equal), format="csr")
        measure = np.concatenate((size[tight], whole))
        x = np.clip(x - _least_change(rows, wrong, measure, x * free), program.least, program.most)
    return x


def ones(pattern: Flags) -> csr_array[np.float64]:
    """Return a (1, E) row of ones where the flags (E,) are set."""
    return csr_array(pattern[np.newaxis].astype(np.float64))


def no_rows(columns: int) -> csr_array[np.float64]:
    """Return a matrix without rows."""
    return csr_array((0, columns), dtype=np.float64)


def _excess(matrix: csr_array[np.float64], bound: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Return matrix · x - bound, and the size of its terms, which rounding is measured by."""
    return matrix @ x - bound, abs(matrix) @ x + np.abs(bound)


def _least_change(
    rows: csr_array[np.float64], wrong: Floats, size: Floats, amounts: Floats
) -> Floats:
    """Return the change of the amounts that are not 0 by which the rows come right."""
    change = np.zeros(len(amounts))
    columns = np.flatnonzero(amounts)
    known = np.flatnonzero(size)
    if len(columns) and len(known):
        scaled = (
            diags_array(1 / size[known]) @ rows[known][:, columns] @ diags_array(amounts[columns])
        )
        shares = lsmr(scaled, wrong[known] / size[known], atol=1e-15, btol=1e-15, conlim=0)[0]
        change[columns] = amounts[columns] * shares
    return change
