"""Rules of compositions: conversion between bases, formulas, and what no analysis can be.

Values are whole millionths of the parameter's unit and every step is exact; what is returned was
rounded once, half away from zero.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol

from models.catalogue.vocabulary import AS_RECEIVED, DRY, NO_BASIS, NOT_MIXED, PARTS, SUM_GROUPS
from models.errors import Invalid
from models.quantities import MILLIONTHS_PER_UNIT, Millionths, divide_half_away

MOISTURE: Final = "moisture"
HUNDRED_PER_CENT: Final = 100 * MILLIONTHS_PER_UNIT
SUM_MAX: Final = 102 * MILLIONTHS_PER_UNIT  # a full analysis adds up to 100 within about 2 %


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRule:
    """What the rules need to know of a parameter."""

    code: str
    unit: str
    family: str
    basis: str
    mixing: str
    formula: str
    sum_group: str | None
    sum_unless: tuple[str, ...]
    plausible_min: Millionths
    plausible_max: Millionths


class Given(Protocol):
    """A value as it is handed in: a typical one, perhaps with its range."""

    @property
    def typical(self) -> Millionths: ...
    @property
    def minimum(self) -> Millionths | None: ...
    @property
    def maximum(self) -> Millionths | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One line of an analysis; `number` is its place, for the field that a refusal names."""

    rule: ParameterRule
    typical: Millionths
    minimum: Millionths | None = None
    maximum: Millionths | None = None
    number: int = 0

    @classmethod
    def of(cls, rule: ParameterRule, given: Given, number: int) -> Reading:
        return cls(
            rule=rule,
            typical=given.typical,
            minimum=given.minimum,
            maximum=given.maximum,
            number=number,
        )

    @property
    def field(self) -> str:
        return f"values-{self.number}-typical"


def follows_moisture(rule: ParameterRule) -> bool:
    """Tell whether a value scales with the share of dry mass.

    A share of the mass does. pH, fineness and strength do not, nor does a heating value, which
    loses the heat of evaporation too; and moisture itself is zero in what is dry.
    """
    return rule.mixing != NOT_MIXED and rule.family != "energy" and rule.code != MOISTURE


def on_basis(
    value: Millionths,
    rule: ParameterRule,
    from_basis: str,
    to_basis: str,
    moisture: Millionths | None,
) -> Millionths | None:
    """Convert between as received and dry: x_dry = x_ar / (1 − moisture), moisture in wt%.

    None where the moisture that is needed is unknown, or where no conversion exists (a heating
    value). A parameter without a basis is returned as it is. Source: ISO 1170, mass balance.
    """
    if from_basis == to_basis or NO_BASIS in (from_basis, to_basis) or rule.mixing == NOT_MIXED:
        return value
    if moisture is None or not follows_moisture(rule):
        return None
    if not 0 <= moisture < HUNDRED_PER_CENT:
        raise Invalid(
            "moisture-impossible",
            "Moisture must lie between 0 and below 100 %.",
            moisture_millionths=moisture,
        )
    assert {from_basis, to_basis} == {AS_RECEIVED, DRY}
    dry_share = HUNDRED_PER_CENT - moisture
    if to_basis == DRY:
        return Millionths(divide_half_away(value * HUNDRED_PER_CENT, dry_share))
    return Millionths(divide_half_away(value * dry_share, HUNDRED_PER_CENT))


def formula_parts(formula: str) -> frozenset[str]:
    """Return the codes that a formula is made of."""
    tree = ast.parse(formula, mode="eval")
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def formula_value(formula: str, values: Mapping[str, Millionths]) -> Millionths | None:
    """Compute a sum or ratio of parameters, each in its own unit.

    None where a part is missing or a denominator is zero. Only + − × ÷, brackets, decimal numbers
    and codes are known; anything else is a mistake in the catalogue and raises ValueError.
    """
    if not formula_parts(formula) <= values.keys():
        return None
    names = {name: Fraction(value, MILLIONTHS_PER_UNIT) for name, value in values.items()}
    try:
        exact = _exact(ast.parse(formula, mode="eval").body, formula, names)
    except ZeroDivisionError:
        return None
    return Millionths(divide_half_away(exact.numerator * MILLIONTHS_PER_UNIT, exact.denominator))


def _exact(node: ast.expr, formula: str, names: Mapping[str, Fraction]) -> Fraction:
    if isinstance(node, ast.Name):
        return names[node.id]
    if isinstance(node, ast.Constant):
        # The text, not the float: 0.658 is meant as 658/1000.
        return Fraction(ast.get_source_segment(formula, node) or "")
    if isinstance(node, ast.BinOp):
        left, right = _exact(node.left, formula, names), _exact(node.right, formula, names)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div):
            return left / right
    raise ValueError(f"formula holds more than arithmetic: {formula}")


def with_formulas(
    values: Mapping[str, Millionths], rules: Iterable[ParameterRule]
) -> dict[str, Millionths]:
    """Return the values with every formula parameter that can be computed and was not measured."""
    waiting = {rule.code: rule.formula for rule in rules if rule.formula}
    known = dict(values)
    progress = True
    while progress:
        progress = False
        for code, formula in waiting.items():
            if code not in known and (value := formula_value(formula, known)) is not None:
                known[code] = value
                progress = True
    return known


def check_composition(
    readings: Sequence[Reading], *, basis: str, moisture: Millionths | None
) -> None:
    """Refuse an analysis that cannot be: implausible, disordered, or above 100 % in sum.

    All values are on one basis. As received, the free water fills its part of the 100 % too.
    """
    for reading in readings:
        _check_range(reading)
    values = {reading.rule.code: reading.typical for reading in readings}
    rules = {reading.rule.code: reading.rule for reading in readings}
    water = moisture if basis == AS_RECEIVED and moisture is not None else Millionths(0)
    for group in SUM_GROUPS:
        shares = counted_shares(values, rules, group)
        # Parts of scrap are weighed wet: their water is already in them.
        total = sum(shares.values()) + (0 if group == PARTS else water)
        if shares and total > SUM_MAX:
            largest = max(readings, key=lambda reading: shares.get(reading.rule.code, -1))
            raise Invalid(
                "composition-above-100",
                "The parts add up to more than 100 %.",
                field=largest.field,
                sum_group=group,
                sum_millionths=total,
                limit_millionths=SUM_MAX,
            )


def _check_range(reading: Reading) -> None:
    rule = reading.rule
    given = [v for v in (reading.minimum, reading.typical, reading.maximum) if v is not None]
    if given != sorted(given):
        raise Invalid(
            "composition-disordered",
            "The minimum must not exceed the typical value, nor that the maximum.",
            field=reading.field,
            parameter=rule.code,
            minimum_millionths=reading.minimum,
            typical_millionths=reading.typical,
            maximum_millionths=reading.maximum,
        )
    for value in given:
        if not rule.plausible_min <= value <= rule.plausible_max:
            raise Invalid(
                "composition-implausible",
                "The value lies outside what is plausible for this parameter.",
                field=reading.field,
                parameter=rule.code,
                unit=rule.unit,
                value_millionths=value,
                lower_millionths=rule.plausible_min,
                upper_millionths=rule.plausible_max,
            )


def counted_shares(
    values: Mapping[str, Millionths], rules: Mapping[str, ParameterRule], group: str
) -> dict[str, Millionths]:
    """Return the shares that add up in one group, without what another given value contains.

    Their sum is a lower bound: total iron is counted as the element, and overlaps are left out.
    """
    return {
        code: value
        for code, value in values.items()
        if rules[code].sum_group == group
        and rules[code].unit == "wt%"
        and not values.keys() & set(rules[code].sum_unless)
    }
