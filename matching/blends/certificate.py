"""What proves a blend and what its bounds are worth: certificate and shadow prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.blends.mixtures import Mixtures
from matching.blends.order import Order
from matching.blends.recipes import Limits
from matching.blends.rows import FORM, LOWER, UPPER, Rows, System, overruns
from matching.blends.solver import Solution
from matching.checks import Flags, Floats

BINDING = 1e-9  # a slack of at most this share of its bound binds; no overrun may be larger


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """What the mixture has, held against what is asked of it.

    | field                    | shape, dtype | meaning                                            |
    |--------------------------|--------------|----------------------------------------------------|
    | expected                 | (C,) float64 | from typical values; NaN where unknown, and where  |
    |                          |              | a parameter does not mix                           |
    | lowest, highest          | (C,) float64 | guaranteed range; of a parameter that does not mix,|
    |                          |              | the range over the parts                           |
    | low, high                | (C,) float64 | what is held against lower and upper limits        |
    | lower, upper             | (C,) float64 | the limits; -inf and +inf are none                 |
    | slack_lower, slack_upper | (C,) float64 | low - lower, upper - high; +inf without a limit    |
    | binds_lower, binds_upper | (C,) bool    | slack of at most 1e-9 of the bound                 |
    | forms                    | (R,) float64 | value of each form, from `low` and `high`; NaN     |
    |                          |              | without a bound                                    |
    | slack_forms              | (R,) float64 | bound - value; +inf without a bound                |
    | binds_forms              | (R,) bool    | slack of at most 1e-9 of the bound                 |
    | violation                | float        | the worst overrun as a share of its bound, ≥ 0     |

    All values are NaN when nothing is mixed, which only an amount of "at most" allows.
    """

    expected: Floats
    lowest: Floats
    highest: Floats
    low: Floats
    high: Floats
    lower: Floats
    upper: Floats
    slack_lower: Floats
    slack_upper: Floats
    binds_lower: Flags
    binds_upper: Flags
    forms: Floats
    slack_forms: Floats
    binds_forms: Flags
    violation: float


@dataclass(frozen=True, slots=True, eq=False)
class Shadow:
    """What one unit of each bound is worth: the slope of the cost, in currency per unit.

    | field        | shape        | meaning                                                        |
    |--------------|--------------|----------------------------------------------------------------|
    | lower, upper | (C,) float64 | saved per unit by which the limit is relaxed, the lower one    |
    |              |              | lowered, the upper one raised; never negative                  |
    | forms        | (R,) float64 | saved per unit by which the bound is raised; never negative    |
    | available    | (n,) float64 | saved by one more tonne of the source; never negative; NaN for |
    |              |              | a source left out                                              |
    | amount       | float        | added to the cost by one more tonne of the mixture, signed: of |
    |              |              | an exact amount, or of the end of the interval that binds; 0   |

    NaN for a limit that every part must hold and that keeps a source out: its worth is a step, not
    a slope. Where several bounds meet in a corner, the slope is one of those that meet. With lots
    or a number of sources the slopes are those of the sources chosen.
    """

    lower: Floats
    upper: Floats
    forms: Floats
    available: Floats
    amount: float


def certify(
    mixture: Mixtures, limits: Limits, rows: Rows, values: Floats, forms: int
) -> Certificate:
    """Return the certificate of one mixture; `values` are those of the rows, `forms` their number.

    Raises ArithmeticError when a bound is overrun by more than 1e-9 of it: no answer is better than
    a wrong one.
    """
    violation = float(np.max(overruns(rows, values), initial=0.0))
    if violation > BINDING:
        raise ArithmeticError(f"the blend overruns a bound by {violation:.1e} of it")
    of_form = rows.kind == FORM
    value, bound = np.full(forms, np.nan), np.full(forms, np.inf)
    value[rows.index[of_form]], bound[rows.index[of_form]] = values[of_form], rows.bound[of_form]
    low, high = mixture.low[0], mixture.high[0]
    slack_lower = np.where(np.isneginf(limits.lower), np.inf, low - limits.lower)
    slack_upper = np.where(np.isposinf(limits.upper), np.inf, limits.upper - high)
    slack_forms = np.where(np.isposinf(bound), np.inf, bound - value)
    return Certificate(
        expected=mixture.typical[0],
        lowest=mixture.lowest[0],
        highest=mixture.highest[0],
        low=low,
        high=high,
        lower=limits.lower,
        upper=limits.upper,
        slack_lower=slack_lower,
        slack_upper=slack_upper,
        binds_lower=_binds(slack_lower, limits.lower, low),
        binds_upper=_binds(slack_upper, limits.upper, high),
        forms=value,
        slack_forms=slack_forms,
        binds_forms=_binds(slack_forms, bound, _sizes(rows, of_form, forms)),
        violation=violation,
    )


def priced(
    solution: Solution, order: Order, rows: Rows, binding: System, weight: Floats
) -> tuple[Floats, float]:
    """Return what each of the R rows saves per unit of its bound, and what a tonne more costs.

    Raising the bound of a row by d frees weight · d / scale of it, with `weight` (R,) the tonnes or
    dry tonnes that the row is a share of.
    """
    count = len(binding.row)
    saved = np.zeros(len(rows.bound))
    saved[binding.row] = (
        np.maximum(-solution.row[:count], 0.0) * weight[binding.row] / binding.scale
    )
    saved[np.unique(rows.row[rows.broken])] = np.nan
    if order.exact:
        return saved, float(solution.equal[0])
    least, most = solution.row[count:].tolist()
    return saved, most - least


def shadow_of(
    rows: Rows, prices: tuple[Floats, float], available: Floats, shape: tuple[int, int]
) -> Shadow:
    """Sort the prices of the rows and of a tonne by what they belong to; `shape` is (C, forms)."""
    saved, amount = prices
    columns, forms = shape

    def of(kind: int, length: int) -> Floats:
        result = np.zeros(length)
        mine = rows.kind == kind
        result[rows.index[mine]] = saved[mine]
        return result

    return Shadow(of(LOWER, columns), of(UPPER, columns), of(FORM, forms), available, amount)


def _binds(slack: Floats, bound: Floats, value: Floats) -> Flags:
    """Return where a finite bound has next to no slack; a bound of 0 is measured by the value."""
    finite = np.isfinite(bound)
    size = np.where(finite & (bound != 0), np.abs(bound), np.abs(value))
    return finite & (slack <= BINDING * size)


def _sizes(rows: Rows, of_form: Flags, forms: int) -> Floats:
    """Return the largest value of each form held against its bound, (forms,)."""
    largest = np.zeros(forms)
    mine = of_form[rows.row] & ~np.isnan(rows.held)
    np.maximum.at(largest, rows.index[rows.row[mine]], np.abs(rows.held[mine]))
    return largest
