"""Why no mixture exists: which limits conflict, and what each would have to become."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from scipy.sparse import csr_array

from matching.blend_order import Order, cheapest
from matching.blend_rows import FORM, LOWER, UPPER, Rows, System
from matching.blend_solver import Program, no_rows, solve
from matching.checks import Flags, Floats, Integers

Kind = Literal["lower", "upper", "form", "amount", "lots", "sources"]
KINDS: Final[dict[int, Kind]] = {LOWER: "lower", UPPER: "upper", FORM: "form"}
AMOUNT: Final = -1
RELAXED: Final = 1e-9  # of a bound: less is rounding


@dataclass(frozen=True, slots=True)
class Clash:
    """One bound among those that cannot be held together, and what it would have to become.

    `kind` is "lower" or "upper" of parameter `index`, "form" of row `index`, or, with `index` -1,
    "amount" (the least tonnes), "lots" (the smallest lots) or "sources" (their largest number).
    `needed` is NaN where no value of this bound alone would do, and for lots.
    """

    kind: Kind
    index: int
    bound: float
    needed: float

    def __str__(self) -> str:
        name = self.kind if self.index < 0 else f"{self.kind}[{self.index}]"
        if self.kind == "lots":
            return "the smallest lots"
        if np.isnan(self.needed):
            return f"{name} {self.bound:g}"
        return f"{name} {self.bound:g} (needs {self.needed:.6g})"


class InfeasibleBlend(ValueError):
    """No mixture meets limits, forms and amount.

    `conflicts` is an irreducible set: without any one of them the rest can be held, and `needed` is
    the bound with which that one could stay. Where several such sets exist, settling one may leave
    another. `relaxations` settle all at once, with the least sum of relative changes: there
    `needed` is the bound to set, each together with the others; there are none for lots.
    `untested` and `failing`, (n, C) bool, are the values that keep sources out, as in a `Blend`.
    """

    def __init__(
        self,
        message: str,
        conflicts: tuple[Clash, ...] = (),
        relaxations: tuple[Clash, ...] = (),
    ) -> None:
        super().__init__(message)
        self.conflicts = conflicts
        self.relaxations = relaxations
        self.untested: Flags = np.zeros((0, 0), dtype=np.bool_)
        self.failing: Flags = np.zeros((0, 0), dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What n usable sources cannot all hold: S rows as dense (S, n), bounds and scales (S,).

    `kind` and `index` (S,) name the rows; `least_t` is the mass that must come from
    `available_t` (n,).
    """

    kind: Integers
    index: Integers
    bound: Floats
    held: Floats
    weight: Floats
    scale: Floats
    available_t: Floats
    least_t: float

    @property
    def coefficient(self) -> Floats:
        return self.weight * (self.held - self.bound[:, np.newaxis]) / self.scale[:, np.newaxis]

    @property
    def most_shares(self) -> Floats:
        """What a source can be of the least mass, (n,)."""
        if self.least_t == 0:
            return np.full(len(self.available_t), np.inf)
        return self.available_t / self.least_t

    def conflict(self, member: int, needed: float) -> Clash:
        """Name a row, or the amount; `needed` is in the sign of the rows."""
        if member == AMOUNT:
            return Clash("amount", -1, self.least_t, needed)
        kind, index = KINDS[int(self.kind[member])], int(self.index[member])
        sign = -1.0 if kind == "lower" else 1.0
        return Clash(kind, index, sign * float(self.bound[member]), sign * needed)


def conflict_of(
    order: Order, rows: Rows, binding: System, left_out: tuple[Flags, Flags]
) -> InfeasibleBlend:
    """Return the refusal of an order whose rows no mixture holds, lots aside.

    `left_out` are the untested and the failing sources, (n,) each. An elastic programme (all rows
    may be overrun at a price) finds the least changes; a deletion filter over the rows, those that
    had to change last, leaves an irreducible set (Chinneck, Feasibility and Infeasibility in
    Optimization, 2008, sections 6.2 and 6.4).
    """
    untested, failing = left_out
    counts = _left_out_text(untested, failing)
    usable = ~(untested | failing) & (order.available_t > 0)
    if not usable.any():
        parts = _broken_parts(rows)
        named = "".join(f"; {part}" for part in parts)
        return InfeasibleBlend(f"no source can be used{counts}{named}", parts, parts)
    question = _question(order, rows, binding, usable)
    relaxations = _relaxations(question)
    conflicts = _irreducible(question, [member for member, _ in relaxations])
    together = " and ".join(str(conflict) for conflict in conflicts)
    return InfeasibleBlend(
        f"no mixture of {int(usable.sum())} sources holds {together}{counts}",
        conflicts,
        tuple(question.conflict(*relaxation) for relaxation in relaxations),
    )


def lots_conflict(program: Program, order: Order, left_out: tuple[Flags, Flags]) -> InfeasibleBlend:
    """Return the refusal of an order that could be met but for its lots or number of sources."""
    lots = Clash("lots", -1, float(order.lots_t.max()), np.nan)
    conflicts: tuple[Clash, ...] = (lots,)
    if cheapest(program, replace(order, most_sources=None)) is not None:
        number = next(
            count
            for count in range(1, len(order.lots_t) + 1)
            if cheapest(program, replace(order, most_sources=count)) is not None
        )
        sources = Clash("sources", -1, float(order.most_sources or 0), float(number))
        without_lots = replace(order, lots_t=np.zeros_like(order.lots_t))
        alone = cheapest(program, without_lots) is None
        conflicts = (sources,) if alone else (lots, sources)
    together = " and ".join(str(conflict) for conflict in conflicts)
    return InfeasibleBlend(
        f"limits and amount can be held, but not with {together}{_left_out_text(*left_out)}",
        conflicts,
    )


def _question(order: Order, rows: Rows, binding: System, usable: Flags) -> Question:
    # With one demand every row has an entry for every source, in their order.
    shape = len(rows.bound), len(usable)
    chosen = binding.row
    return Question(
        kind=rows.kind[chosen],
        index=rows.index[chosen],
        bound=rows.bound[chosen],
        held=rows.held.reshape(shape)[chosen][:, usable],
        weight=rows.weight.reshape(shape)[chosen][:, usable],
        scale=binding.scale,
        available_t=order.available_t[usable],
        least_t=order.least_t,
    )


def _relaxations(question: Question) -> list[tuple[int, float]]:
    """Return members and the bounds that together suffice, with the least sum of overruns.

    An overrun is measured in shares of the bound and of the mass; a smaller amount, from `least_t`
    to `least_t` / (1 + t), costs t.
    """
    rows, count = question.coefficient.shape
    short = np.flatnonzero(np.isfinite(question.most_shares))
    limited = np.zeros((len(short), count + rows + 1))
    limited[np.arange(len(short)), short] = 1.0
    limited[:, -1] = -question.most_shares[short]
    overrun = np.hstack((question.coefficient, -np.eye(rows), np.zeros((rows, 1))))
    solution = solve(
        _program(
            cost=np.concatenate((np.zeros(count), np.ones(rows + 1))),
            matrix=np.vstack((overrun, limited)),
            bound=np.concatenate((np.zeros(rows), question.most_shares[short])),
            equal=np.concatenate((np.ones(count), np.zeros(rows + 1))),
        )
    )
    if solution is None:  # every overrun is allowed
        raise ArithmeticError("HiGHS finds no answer to a programme that has one")
    shares, over, smaller = np.split(solution.x, [count, count + rows])
    mass = question.weight * shares
    value = (mass * question.held).sum(axis=1) / mass.sum(axis=1)
    found = [(int(r), float(value[r])) for r in np.flatnonzero(over > RELAXED)]
    if smaller[0] > RELAXED:
        found.append((AMOUNT, question.least_t / (1.0 + float(smaller[0]))))
    return found


def _irreducible(question: Question, relaxed: list[int]) -> tuple[Clash, ...]:
    """Drop one member after the other while the rest stays impossible; name what remains."""
    members = [*range(len(question.bound)), AMOUNT]
    for member in sorted(members, key=lambda each: (each in relaxed, each == AMOUNT)):
        rest = [other for other in members if other != member]
        if not _possible(question, rest):
            members = rest
    return tuple(
        question.conflict(member, _needed(question, member, members)) for member in members
    )


def _possible(question: Question, members: list[int]) -> bool:
    """Return whether some mixture holds these rows, and is at hand if the amount is among them."""
    rows = [member for member in members if member != AMOUNT]
    count = len(question.available_t)
    program = _program(
        cost=np.zeros(count),
        matrix=question.coefficient[rows],
        bound=np.zeros(len(rows)),
        equal=np.ones(count),
        most=question.most_shares if AMOUNT in members else None,
    )
    return solve(program) is not None


def _needed(question: Question, member: int, members: list[int]) -> float:
    """Return the bound with which `member` could stay beside the others of an irreducible set.

    The least value of a row is a ratio of two linear forms; scaled so that the lower one is 1, it
    becomes a linear programme (Charnes and Cooper 1962). `unit` stands for one tonne then.
    """
    others = [other for other in members if other not in {member, AMOUNT}]
    count = len(question.available_t)
    finite = np.isfinite(question.available_t)
    if member == AMOUNT:
        program = _program(
            cost=-np.ones(count),
            matrix=question.coefficient[others],
            bound=np.zeros(len(others)),
            equal=None,
            most=question.available_t,
        )
        solution = solve(program)
        return np.nan if solution is None else -solution.cost
    matrix = np.hstack((question.coefficient[others], np.zeros((len(others), 1))))
    if AMOUNT in members:
        at_hand = np.hstack((np.eye(count), -np.where(finite, question.available_t, 0)[:, None]))
        mass = np.concatenate((-np.ones(count), [question.least_t]))
        matrix = np.vstack((matrix, at_hand[finite], mass))
    program = _program(
        cost=np.concatenate((question.weight[member] * question.held[member], [0.0])),
        matrix=matrix,
        bound=np.zeros(len(matrix)),
        equal=np.concatenate((question.weight[member], [0.0])),
    )
    solution = solve(program)
    return np.nan if solution is None else solution.cost


def _program(
    *,
    cost: Floats,
    matrix: Floats,
    bound: Floats,
    equal: Floats | None,
    most: Floats | None = None,
) -> Program:
    count = len(cost)
    return Program(
        cost=cost,
        least=np.zeros(count),
        most=np.full(count, np.inf) if most is None else most,
        matrix=csr_array(matrix),
        bound=bound,
        equal=no_rows(count) if equal is None else csr_array(equal[np.newaxis]),
        total=np.empty(0) if equal is None else np.ones(1),
    )


def _broken_parts(rows: Rows) -> tuple[Clash, ...]:
    """Name what every part has to hold and some source fails, with the best that a source has."""
    found = []
    for row in np.unique(rows.row[rows.broken]).tolist():
        held = rows.held[rows.row == row]
        kind, index = KINDS[int(rows.kind[row])], int(rows.index[row])
        sign = -1.0 if kind == "lower" else 1.0
        needed = sign * float(np.nanmin(held))
        found.append(Clash(kind, index, sign * float(rows.bound[row]), needed))
    return tuple(found)


def _left_out_text(untested: Flags, failing: Flags) -> str:
    verdicts = (
        (int(untested.sum()), "to be tested first"),
        (int(failing.sum()), "failing what every part must hold"),
    )
    return "".join(f"; {count} {verdict}" for count, verdict in verdicts if count)
