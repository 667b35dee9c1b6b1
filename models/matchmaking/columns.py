"""Limits of many demands as columns that every stream answers once.

A column is a parameter on a basis by a method. Limits of which any one suffices become a column of
their own, which the demand limits to 1. Its value is 1 where the stream meets one of them; where it
fails all, 1 + the smallest relative overrun, so that a near miss weighs as little as it misses; and
unknown otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan, nextafter
from typing import Final, NamedTuple

from models.catalogue.composition import ParameterRule
from models.demands.limits import Limit
from models.matchmaking.readings import Asked, Range, Reading, answer
from models.quantities import MILLIONTHS_PER_UNIT, Millionths


class Alternative(NamedTuple):
    """One of several limits, with the bounds as numbers in the parameter's unit."""

    asked: Asked
    lower: float
    upper: float


Column = Asked | tuple[Alternative, ...]
MET: Final = 1.0


@dataclass(frozen=True, slots=True)
class Bound:
    """What one demand allows in one column, in the parameter's unit."""

    column: Column
    lower: float
    upper: float


def bounds_of(limits: Sequence[Limit], codes: Mapping[int, str]) -> tuple[Bound, ...]:
    """The hard limits of a demand as bounds of columns; wishes are no gates.

    A strict bound moves to the next number inside, so that the bound itself fails.
    """
    bounds: dict[Column, Bound] = {}
    groups: dict[str, list[Alternative]] = {}
    for limit in limits:
        if not limit.hard:
            continue
        alternative = _alternative(limit, codes)
        if limit.any_of:
            groups.setdefault(limit.any_of, []).append(alternative)
            continue
        asked, lower, upper = alternative
        earlier = bounds.get(asked, Bound(asked, -inf, inf))
        bounds[asked] = Bound(asked, max(lower, earlier.lower), min(upper, earlier.upper))
    for group in groups.values():
        column = tuple(group)
        bounds[column] = Bound(column, -inf, MET)
    return tuple(bounds.values())


def columns_of(bounds: Iterable[Bound]) -> tuple[Column, ...]:
    """The distinct columns, in the order in which they first occur."""
    return tuple(dict.fromkeys(bound.column for bound in bounds))


def values_in(
    columns: Sequence[Column],
    readings: Mapping[str, Reading],
    rules: Mapping[str, ParameterRule],
) -> list[tuple[float, float, float]]:
    """Minimum, typical and maximum of a stream in each column; NaN where only a test could tell."""
    found = []
    for column in columns:
        if isinstance(column, Asked):
            said = answer(column, readings, rules)
            found.append((nan, nan, nan) if said is None else _numbers(said))
        else:
            verdict = _any_of(column, readings, rules)
            found.append((verdict, verdict, verdict))
    return found


def _any_of(
    column: Sequence[Alternative],
    readings: Mapping[str, Reading],
    rules: Mapping[str, ParameterRule],
) -> float:
    unknown, overruns = False, [inf]
    for asked, lower, upper in column:
        said = answer(asked, readings, rules)
        if said is None:
            unknown = True
            continue
        minimum, _, maximum = _numbers(said)
        if lower <= minimum and maximum <= upper:
            return MET
        overruns.append(max(_overrun(lower - minimum, lower), _overrun(maximum - upper, upper)))
    return nan if unknown else MET + min(overruns)


def _overrun(miss: float, bound: float) -> float:
    """By how much of the bound it is missed; a bound of zero has no scale and counts as whole."""
    if miss <= 0:
        return 0.0
    return miss / abs(bound) if bound else 1.0


def _alternative(limit: Limit, codes: Mapping[int, str]) -> Alternative:
    lower, upper = _number(limit.lower, -inf), _number(limit.upper, inf)
    return Alternative(
        Asked(codes[limit.parameter_id], limit.basis, limit.method),
        nextafter(lower, inf) if limit.strict_lower else lower,
        nextafter(upper, -inf) if limit.strict_upper else upper,
    )


def _number(value: Millionths | None, missing: float) -> float:
    return missing if value is None else value / MILLIONTHS_PER_UNIT


def _numbers(said: Range) -> tuple[float, float, float]:
    return (
        said.minimum / MILLIONTHS_PER_UNIT,
        said.typical / MILLIONTHS_PER_UNIT,
        said.maximum / MILLIONTHS_PER_UNIT,
    )
