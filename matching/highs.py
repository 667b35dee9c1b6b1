"""The solver HiGHS, which SciPy carries: loaded when the first programme is to be solved."""

from __future__ import annotations

from typing import Any


def linprog(*arguments: Any, **options: Any) -> Any:
    """Call `scipy.optimize.linprog`; it takes sparse arrays, which its stubs do not know."""
    from scipy.optimize import linprog as solve  # noqa: PLC0415 - loading takes half a second

    return solve(*arguments, **options)


def milp(*arguments: Any, **options: Any) -> Any:
    """Call `scipy.optimize.milp`; constraints are tuples of matrix, lower and upper bound."""
    from scipy.optimize import milp as solve  # noqa: PLC0415 - loading takes half a second

    return solve(*arguments, **options)
