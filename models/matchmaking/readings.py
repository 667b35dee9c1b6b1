"""What a stream's values say on the basis and by the method that a limit asks for."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from models.catalogue.composition import (
    ParameterRule,
    formula_parts,
    formula_value,
    on_basis,
)
from models.quantities import Millionths


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value as it was measured, or as is typical of the material."""

    typical: Millionths
    minimum: Millionths | None
    maximum: Millionths | None
    basis: str
    moisture: Millionths | None
    method: str = ""


class Asked(NamedTuple):
    """What a limit is held against. An empty method means that any will do."""

    parameter: str
    basis: str
    method: str


class Range(NamedTuple):
    """In millionths; minimum and maximum equal the typical value where no range is known."""

    minimum: Millionths
    typical: Millionths
    maximum: Millionths


def answer(
    asked: Asked, readings: Mapping[str, Reading], rules: Mapping[str, ParameterRule]
) -> Range | None:
    """What the readings say of what is asked; None if only a test could tell.

    A value by another method than the limit's is no answer. A parameter that is a formula of
    others is computed where it was not measured itself: its range by the ranges of its parts
    where it is a weighted sum, which errs to the safe side, and without a range where parts are
    subtracted or divided by each other.
    """
    rule = rules[asked.parameter]
    reading = readings.get(asked.parameter)
    if reading is not None:
        if asked.method and reading.method != asked.method:
            return None
        return _converted(reading, rule, asked.basis)
    if not rule.formula or asked.method:
        return None
    parts = {}
    for code in formula_parts(rule.formula):
        part = answer(Asked(code, asked.basis, ""), readings, rules)
        if part is None:
            return None
        parts[code] = part
    return _computed(rule.formula, parts)


def _converted(reading: Reading, rule: ParameterRule, basis: str) -> Range | None:
    def convert(value: Millionths) -> Millionths | None:
        return on_basis(value, rule, reading.basis, basis, reading.moisture)

    typical = convert(reading.typical)
    if typical is None:
        return None
    minimum = typical if reading.minimum is None else convert(reading.minimum)
    maximum = typical if reading.maximum is None else convert(reading.maximum)
    assert minimum is not None
    assert maximum is not None
    return Range(minimum, typical, maximum)


def _is_weighted_sum(formula: str) -> bool:
    """Whether every part only adds to the value, so that the ends of its range are of use."""
    steps = [node for node in ast.walk(ast.parse(formula)) if isinstance(node, ast.BinOp)]
    return not any(
        isinstance(step.op, ast.Sub)
        or (isinstance(step.op, ast.Div) and formula_parts(ast.unparse(step.right)))
        for step in steps
    )


def _computed(formula: str, parts: Mapping[str, Range]) -> Range | None:
    typical = formula_value(formula, {code: part.typical for code, part in parts.items()})
    if typical is None:
        return None
    if not _is_weighted_sum(formula):
        return Range(typical, typical, typical)
    minimum = formula_value(formula, {code: part.minimum for code, part in parts.items()})
    maximum = formula_value(formula, {code: part.maximum for code, part in parts.items()})
    assert minimum is not None
    assert maximum is not None
    return Range(minimum, typical, maximum)
