"""Limits on composition: what a demand allows, and whether a set of limits makes sense."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.errors import Invalid
from models.quantities import Millionths

LIMITS_MAX: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Bounds in millionths of the parameter's unit; a strict bound fails itself.

    Of the limits that share `any_of`, one suffices. `method` names the test that alone counts.
    """

    parameter_id: int
    lower: Millionths | None
    upper: Millionths | None
    strict_lower: bool = False
    strict_upper: bool = False
    hard: bool = True
    basis: str = "none"
    method: str = ""
    any_of: str = ""


def check_limits(limits: Sequence[Limit]) -> None:
    """Refuse limits that no material could meet or that say nothing."""
    if len(limits) > LIMITS_MAX:
        raise Invalid("limits-too-many", "A demand can have sixty limits.", most=LIMITS_MAX)
    seen = set()
    for number, limit in enumerate(limits):
        if limit.lower is None and limit.upper is None:
            raise Invalid(
                "limit-empty",
                "A limit needs a minimum or a maximum.",
                field=f"limits-{number}-upper",
            )
        if limit.lower is not None and limit.upper is not None and _crossed(limit):
            raise Invalid(
                "limit-disorder",
                "The minimum of a limit lies above its maximum.",
                field=f"limits-{number}-lower",
            )
        key = (limit.parameter_id, limit.basis, limit.method, limit.hard, limit.any_of)
        if key in seen:
            raise Invalid(
                "limit-twice",
                "A parameter is limited twice.",
                field=f"limits-{number}-parameter",
            )
        seen.add(key)


def _crossed(limit: Limit) -> bool:
    assert limit.lower is not None
    assert limit.upper is not None
    strict = limit.strict_lower or limit.strict_upper
    return limit.lower > limit.upper or (strict and limit.lower == limit.upper)
