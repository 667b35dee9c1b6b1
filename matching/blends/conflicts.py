"""Why no mixture exists: which limits conflict, and what each would have to become."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from scipy.sparse import csr_array

from matching.blends.barred import barring, judged, let_in
from matching.blends.order import Order, cheapest
from matching.blends.rows import FORM, LOWER, UPPER, Rows, System, system
from matching.blends.solver import Program, no_rows, solve
from matching.checks import Flags, Floats, Integers

Kind = Literal["lower", "upper", "form", "amount", "lots", "sources"]
KINDS: Final[dict[int, Kind]] = {LOWER: "lower", UPPER: "upper", FORM: "form"}
AMOUNT: Final = -1
RELAXED: Final = 1e-9  # of a bound: less is rounding
NOTHING: Final = 2.0**-900  # of the mass: less is none, and near the end of the numbers
DEAREST: Final = 2.0**20  # what a smaller amount may cost beside an overrun of a whole bound


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
        """What a source can be of the least mass, (n,); +inf where it can be all of it."""
        shares = np.full(len(self.available_t), np.inf)
        few = self.available_t < self.least_t
        shares[few] = self.available_t[few] / self.least_t
        return shares

    @property
    def stretch(self) -> float:
        """A power of two: how many times all that is at hand must be had to be about the mass.

        Where that is very little, its shares are too small for HiGHS, which drops a coefficient
        below 1e-9; times this number they are not.
        """
        return float(2.0 ** max(0.0, -np.floor(np.log2(self.most_shares.sum()))))

    def conflict(self, member: int, needed: float) -> Clash:
        """Name a row, or the amount; `needed` is in the sign of the rows."""
        if member == AMOUNT:
            return Clash("amount", -1, self.least_t, needed)
        return _named(self, member, needed)


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
    usable = ~(untested | failing) & _at_hand(order)
    if not usable.any():
        return _unusable(order, rows, counts)
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
    to `least_t` / (1 + t), costs t. A single member is given the bound it needs at least.
    """
    rows, count = question.coefficient.shape
    stretch = question.stretch
    short = np.flatnonzero(np.isfinite(question.most_shares))
    limited = np.zeros((len(short), count + rows + 1))
    limited[np.arange(len(short)), short] = 1.0
    limited[:, -1] = -question.most_shares[short] * stretch
    overrun = np.hstack((question.coefficient, -np.eye(rows), np.zeros((rows, 1))))
    solution = solve(
        _program(
            cost=np.concatenate((np.zeros(count), np.ones(rows), [min(stretch, DEAREST)])),
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
    t = float(smaller[0]) * stretch
    if t > RELAXED:
        found.append((AMOUNT, question.least_t / (1.0 + t)))
    if len(found) == 1:
        member = found[0][0]
        return [(member, _needed(question, member, [*range(rows), AMOUNT]))]
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
    becomes a linear programme (Charnes and Cooper 1962), with a last column for the mass.
    """
    others = [other for other in members if other not in {member, AMOUNT}]
    count = len(question.available_t)
    if member == AMOUNT:
        program = _program(
            cost=-np.ones(count),
            matrix=question.coefficient[others],
            bound=np.zeros(len(others)),
            equal=None,
            most=question.most_shares * question.stretch,
        )
        solution = solve(program)
        if solution is None:
            return np.nan
        return -solution.cost * question.least_t / question.stretch
    matrix = np.hstack((question.coefficient[others], np.zeros((len(others), 1))))
    if AMOUNT in members:
        few = np.isfinite(question.most_shares)
        most = np.where(few, question.most_shares, 0.0)
        at_hand = np.hstack((np.eye(count), -most[:, np.newaxis]))
        mass = np.concatenate((-np.ones(count), [1.0]))
        matrix = np.vstack((matrix, at_hand[few], mass))
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


def _unusable(order: Order, rows: Rows, counts: str) -> InfeasibleBlend:
    """Return the refusal where no source is left: by what every part must hold, or with no stock.

    Only sources at hand whose values are all known are asked what they would need.
    """
    at_hand = _at_hand(order)
    known = judged(rows, len(at_hand))
    sources = np.flatnonzero(known & at_hand)
    conflicts: tuple[Clash, ...] = ()
    relaxations: tuple[Clash, ...] = ()
    if len(sources):
        conflicts = tuple(_named(rows, *barred) for barred in barring(rows, sources))
        needed, admitted = let_in(rows, sources, order.available_t, order.least_t)
        flags = np.zeros(len(at_hand), dtype=np.bool_)
        flags[admitted] = True
        question = _question(order, rows, system(rows, flags), flags)
        others = (question.conflict(*relaxation) for relaxation in _relaxations(question))
        relaxations = (*(_named(rows, *each) for each in needed), *others)
    elif known.any() or not at_hand.any():
        conflicts = relaxations = (Clash("amount", -1, order.least_t, 0.0),)
    named = "".join(f"; {conflict}" for conflict in conflicts)
    return InfeasibleBlend(f"no source can be used{counts}{named}", conflicts, relaxations)


def _at_hand(order: Order) -> Flags:
    """Return which sources there is more of than next to nothing of the mass, (n,)."""
    return np.asarray(order.available_t > NOTHING * order.most_t)


def _named(table: Rows | Question, member: int, needed: float) -> Clash:
    """Name a row; `needed` is in the sign of the rows."""
    kind, index = KINDS[int(table.kind[member])], int(table.index[member])
    sign = -1.0 if kind == "lower" else 1.0
    return Clash(kind, index, sign * float(table.bound[member]), sign * needed)


def _left_out_text(untested: Flags, failing: Flags) -> str:
    verdicts = (
        (int(untested.sum()), "to be tested first"),
        (int(failing.sum()), "failing what every part must hold"),
    )
    return "".join(f"; {count} {verdict}" for count, verdict in verdicts if count)
