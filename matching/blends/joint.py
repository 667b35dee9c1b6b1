"""Blends for many demands that share the supply: one linear programme for each connected part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.blends.mixtures import Mixtures, mixtures
from matching.blends.parts import BlendMarket, BlendPart, PartBlend, blend_parts, solve_part
from matching.blends.recipes import Compositions, Recipes, as_compositions
from matching.blends.rows import (
    FORM,
    LOWER,
    UPPER,
    Candidates,
    limit_rows,
    overruns,
    row_values,
    screen,
    system,
)
from matching.checks import Flags, Floats, check_not_negative, check_shape, floats, refuse_where
from matching.market.pairs import Pairs, check_distinct, pointers
from matching.plans.components import Objective, checked_objective

LARGEST_OVERRUN = 1e-9
Kind = TypeVar("Kind", np.float64, np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class MarketShadow:
    """What one more unit of each bound is worth: currency, or tonnes when tonnes are maximised.

    | field        | shape          | meaning                                                      |
    |--------------|----------------|--------------------------------------------------------------|
    | lower, upper | (M, C) float64 | per unit by which the limit is relaxed: the lower lowered,   |
    |              |                | the upper raised                                             |
    | forms        | (M, R) float64 | per unit by which the bound is raised; 0 where the demand    |
    |              |                | has no such row                                              |
    | supply       | (N,) float64   | per tonne more of a stream                                   |
    | capacity     | (M,) float64   | per tonne more of a demand                                   |

    None is negative. NaN for a limit that every part must hold and that keeps a pair out: its worth
    is a step, not a slope. Where several bounds meet, it is the slope of one of them.
    """

    lower: Floats
    upper: Floats
    forms: Floats
    supply: Floats
    capacity: Floats


@dataclass(frozen=True, slots=True, eq=False)
class MarketBlend:
    """The best blends of a whole market.

    | field       | shape, dtype   | meaning                                                       |
    |-------------|----------------|---------------------------------------------------------------|
    | flow_t      | (E,) float64   | tonnes of each pair, in the order of the pairs given          |
    | value       | float          | Σ value per tonne · tonnes                                    |
    | tonnes      | float          | Σ tonnes                                                      |
    | served      | (M,) bool      | demands that get a mixture                                    |
    | received_t  | (M,) float64   | tonnes of the mixture                                         |
    | composition | (M, C) float64 | its expected values; NaN where not served, unknown or unmixed |
    | mixtures    | `Mixtures`     | guaranteed values too, and those held against the limits      |
    | shadow      | `MarketShadow` | what each bound is worth                                      |
    | violation   | float          | the worst overrun of a limit or form as a share of it, ≥ 0    |
    | untested    | (E,) bool      | pairs left out until missing values are tested                |
    | failing     | (E,) bool      | pairs left out because every part must hold what they fail    |
    """

    flow_t: Floats
    value: float
    tonnes: float
    served: Flags
    received_t: Floats
    composition: Floats
    mixtures: Mixtures
    shadow: MarketShadow
    violation: float
    untested: Flags
    failing: Flags


def blend_market(
    pairs: Pairs,
    compositions: Compositions | ArrayLike,
    supply_t: ArrayLike,
    recipes: Recipes,
    objective: Objective = "value",
) -> MarketBlend:
    """Return the tonnes of every pair that make the most of a market where mixtures count.

    `pairs` are candidates by stream, as of `all_pairs`: demand and value per tonne, which may be
    negative, for a stream that thins others can pay for itself. They need not meet a limit alone.
    `compositions` are those of the N streams, `supply_t` (N,) tonnes; `recipes` say what the M
    demands take. `objective` "value" maximises Σ value · tonnes; "tonnes" maximises tonnes and,
    among those, value.

    Components that share no stream and no demand are independent. They are always solved apart,
    small ones in batches that depend on the market alone, in the order of their first demand: so
    `ready_market`, `blend_parts`, `solve_part` on any machine and `join_parts` give these bits too.

    Bounds hold within 1e-9 of their size. Raises ValueError naming array and index for malformed
    input, a repeated pair and an unknown objective.
    """
    objective = checked_objective(objective)
    market = ready_market(pairs, compositions, supply_t, recipes)
    parts = list(blend_parts(market))
    answers = [solve_part(part, objective) for part in parts]
    return join_parts(market, compositions, recipes, zip(parts, answers, strict=True))


def ready_market(
    pairs: Pairs, compositions: Compositions | ArrayLike, supply_t: ArrayLike, recipes: Recipes
) -> BlendMarket:
    """Return the market with its pairs sorted and screened and its limits written as rows.

    Raises ValueError naming array and index when the arrays do not fit together or a pair stands
    there twice.
    """
    compositions = as_compositions(compositions)
    demands = len(recipes)
    check_shape("ptr", pairs.ptr.shape, (len(compositions) + 1,))
    supply = floats("supply_t", supply_t, (len(compositions),))
    check_not_negative("supply_t", supply)
    refuse_where(pairs.demand >= demands, "demand", f"is not below {demands}")
    check_distinct(pairs, demands)
    stream = pairs.row()
    order = np.lexsort((stream, pairs.demand))
    candidates = Candidates(pointers(pairs.demand, demands), stream[order])
    rows = limit_rows(candidates, compositions, recipes.limits, recipes.forms)
    untested, failing = screen(rows, len(pairs))
    return BlendMarket(
        order=order,
        value_per_t=pairs.value_per_t[order],
        supply_t=supply,
        capacity_t=recipes.capacity_t,
        candidates=candidates,
        rows=rows,
        binding=system(rows, ~(untested | failing)),
        untested=untested,
        failing=failing,
    )


def join_parts(
    market: BlendMarket,
    compositions: Compositions | ArrayLike,
    recipes: Recipes,
    answers: Iterable[tuple[BlendPart, PartBlend]],
) -> MarketBlend:
    """Return the blend of the whole market from its parts and their answers, in any order.

    Raises ArithmeticError when a limit is overrun by more than 1e-9 of it.
    """
    compositions = as_compositions(compositions)
    rows, binding = market.rows, market.binding
    tonnes, row_price = np.zeros(len(market.order)), np.zeros(len(binding.row))
    supply, capacity = np.zeros(len(market.supply_t)), np.zeros(len(market.capacity_t))
    for part, answer in answers:
        tonnes[part.pair] = answer.tonnes
        supply[part.streams], capacity[part.demands] = answer.supply, answer.capacity
        row_price[part.row] = answer.row
    value, weight = row_values(rows, tonnes)
    violation = float(np.max(overruns(rows, value), initial=0.0))
    if violation > LARGEST_OVERRUN:
        raise ArithmeticError(f"a blend overruns a bound by {violation:.1e} of it")
    worth = np.zeros(len(rows.bound))
    worth[binding.row] = row_price * weight[binding.row] / binding.scale
    worth[np.unique(rows.row[rows.broken])] = np.nan
    lower, upper, forms = _sorted_worth(market, recipes, worth)
    held = compositions.held(recipes.limits)
    mixed = mixtures(tonnes, market.candidates, compositions, held)
    received = np.bincount(market.demand(), tonnes, minlength=len(recipes)).astype(np.float64)
    return MarketBlend(
        flow_t=_given(market, tonnes),
        value=float(market.value_per_t @ tonnes),
        tonnes=float(tonnes.sum()),
        served=received > 0,
        received_t=received,
        composition=mixed.typical,
        mixtures=mixed,
        shadow=MarketShadow(lower, upper, forms, supply, capacity),
        violation=violation,
        untested=_given(market, market.untested),
        failing=_given(market, market.failing),
    )


def _given(market: BlendMarket, values: NDArray[Kind]) -> NDArray[Kind]:
    """Return what is known of the sorted pairs in the order of the given ones."""
    given = np.empty_like(values)
    given[market.order] = values
    return given


def _sorted_worth(
    market: BlendMarket, recipes: Recipes, worth: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the worth of the rows as tables of lower and upper limits, and of forms."""
    number = 0 if recipes.forms is None else len(recipes.forms)
    tables = []
    for kind, columns in (
        (LOWER, recipes.limits.lower.shape[1]),
        (UPPER, recipes.limits.upper.shape[1]),
        (FORM, number),
    ):
        table = np.zeros((len(recipes), columns))
        mine = market.rows.kind == kind
        table[market.rows.owner[mine], market.rows.index[mine]] = worth[mine]
        tables.append(table)
    return tables[0], tables[1], tables[2]
