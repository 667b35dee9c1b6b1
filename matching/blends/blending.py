"""The cheapest mixture of several sources for one demand, with its certificate and its prices."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from matching.blends.certificate import Certificate, Shadow, certify, priced, shadow_of
from matching.blends.conflicts import InfeasibleBlend, conflict_of, lots_conflict
from matching.blends.mixtures import mixtures
from matching.blends.order import Order, cheapest, program_of
from matching.blends.recipes import Amount, Compositions, Forms, Limits, as_amount, as_compositions
from matching.blends.rows import (
    Candidates,
    Rows,
    System,
    limit_rows,
    marked,
    row_values,
    screen,
    system,
)
from matching.blends.solver import solve
from matching.checks import Flags, Floats, check_finite, check_shape, floats, refuse_where


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """The cheapest mixture of n sources.

    | field       | shape, dtype  | meaning                                                        |
    |-------------|---------------|----------------------------------------------------------------|
    | tonnes      | (n,) float64  | of each source, as received; 0 is not used                     |
    | composition | (C,) float64  | the expected mixture, as in the certificate                    |
    | cost        | float         | Σ cost per tonne · tonnes                                      |
    | shadow      | `Shadow`      | what relaxing each bound would be worth                        |
    | status      | str           | "optimal": there is no other, an impossible blend is raised    |
    | certificate | `Certificate` | value, limit and slack of each parameter and form              |
    | untested    | (n, C) bool   | values that must be tested before the source may be used       |
    | failing     | (n, C) bool   | values that fail what every part must hold                     |

    Sources with a value to test or failing are left out of the mixture.
    """

    tonnes: Floats
    composition: Floats
    cost: float
    shadow: Shadow
    status: str
    certificate: Certificate
    untested: Flags
    failing: Flags


def blend(
    compositions: Compositions | ArrayLike,
    cost_per_t: ArrayLike,
    available_t: ArrayLike,
    limits: Limits,
    amount_t: float | Amount,
    forms: Forms | None = None,
) -> Blend:
    """Return the cheapest mixture of n sources that one demand may take, and what proves it.

    `compositions` are `Compositions` or plain (n, C) numbers; `cost_per_t` (n,) is signed and
    finite, what a tonne costs delivered; `available_t` (n,) tonnes, +inf for as much as one likes;
    `limits` are (C,). `amount_t` is exactly so many tonnes, or an `Amount`: an interval, smallest
    lots, a largest number of sources.

    A limit Σ w a x / Σ w x ≤ u becomes the row Σ w (a - u) x ≤ 0, where w are the tonnes, or dry
    tonnes, in one tonne of a source: a linear programme, solved by HiGHS; with lots or a number of
    sources a mixed-integer one. Bounds hold within 1e-9 of their size, the amount likewise. The
    same input gives the same bits.

    Raises InfeasibleBlend, a ValueError that says which limits conflict and what they would have to
    be, when no mixture will do; ValueError naming array and index for malformed input.
    """
    compositions = as_compositions(compositions)
    count, columns = compositions.typical.shape
    check_shape("lower", limits.lower.shape, (columns,))
    order = _order(count, cost_per_t, available_t, as_amount(amount_t))
    if not count:
        raise InfeasibleBlend("no source can be used: there is none")
    candidates = Candidates(np.array([0, count]), np.arange(count))
    table = replace(limits, lower=limits.lower[np.newaxis], upper=limits.upper[np.newaxis])
    rows = limit_rows(candidates, compositions, table, forms)
    left_out = screen(rows, count)
    usable = ~(left_out[0] | left_out[1])
    binding = system(rows, usable)
    solution = cheapest(program_of(order, binding, usable), order)
    to_test = marked(rows, rows.unknown, compositions, table, forms)
    broken = marked(rows, rows.broken, compositions, table, forms)
    if solution is None:
        refusal = _refusal(order, rows, binding, left_out)
        refusal.untested, refusal.failing = to_test, broken
        raise refusal
    tonnes = order.tonnes(solution.x)
    mixture = mixtures(tonnes, candidates, compositions, compositions.held(limits))
    value, weight = row_values(rows, tonnes)
    number = 0 if forms is None else len(forms)
    prices = priced(solution, order, rows, binding, weight)
    saved = np.maximum(-(solution.least + solution.most), 0.0)
    return Blend(
        tonnes=tonnes,
        composition=mixture.typical[0],
        cost=float(order.cost_per_t @ tonnes),
        shadow=shadow_of(rows, prices, np.where(usable, saved, np.nan), (columns, number)),
        status="optimal",
        certificate=certify(mixture, limits, rows, value, number),
        untested=to_test,
        failing=broken,
    )


def _order(count: int, cost_per_t: ArrayLike, available_t: ArrayLike, amount: Amount) -> Order:
    cost = floats("cost_per_t", cost_per_t, (count,))
    available = floats("available_t", available_t, (count,))
    check_finite("cost_per_t", cost)
    refuse_where(np.isnan(available), "available_t", "is NaN")
    refuse_where(available < 0, "available_t", "is negative")
    return Order(
        cost_per_t=cost,
        available_t=available,
        lots_t=amount.lots(count),
        least_t=float(amount.least_t),
        most_t=float(amount.most_t),
        most_sources=amount.most_sources,
    )


def _refusal(
    order: Order, rows: Rows, binding: System, left_out: tuple[Flags, Flags]
) -> InfeasibleBlend:
    """Say what conflicts: lots and number of sources only where all else could be held."""
    program = program_of(order, binding, ~(left_out[0] | left_out[1]))
    if solve(program) is not None:
        return lots_conflict(program, order, left_out)
    return conflict_of(order, rows, binding, left_out)
