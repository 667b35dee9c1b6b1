"""How an organization stands with the operator, and what leads from one standing to another."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from models.errors import Conflict
from models.permissions import Capability, Limit, Role

REGISTERS: Final = ("none", "cn_credit_code", "foreign")
DOCUMENT_KINDS: Final = ("business_licence", "register_extract", "authority_letter", "other")


class Standing(StrEnum):
    NEW = "new"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VERIFIED = "verified"
    SUSPENDED = "suspended"


class Step(StrEnum):
    SUBMIT = "submit"
    VERIFY = "verify"
    RETURN = "return"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"


class Move(NamedTuple):
    target: Standing
    capability: Capability


STANDING_MOVES: Final[Mapping[tuple[Standing, Step], Move]] = {
    (Standing.NEW, Step.SUBMIT): Move(Standing.SUBMITTED, Capability.MANAGE_ORGANIZATION),
    (Standing.RETURNED, Step.SUBMIT): Move(Standing.SUBMITTED, Capability.MANAGE_ORGANIZATION),
    (Standing.SUBMITTED, Step.VERIFY): Move(Standing.VERIFIED, Capability.VERIFY_ORGANIZATIONS),
    (Standing.SUBMITTED, Step.RETURN): Move(Standing.RETURNED, Capability.VERIFY_ORGANIZATIONS),
    (Standing.VERIFIED, Step.SUSPEND): Move(Standing.SUSPENDED, Capability.VERIFY_ORGANIZATIONS),
    (Standing.SUSPENDED, Step.REINSTATE): Move(Standing.VERIFIED, Capability.VERIFY_ORGANIZATIONS),
}

# Who is told no has to be told why.
REASONED_STEPS: Final = frozenset({Step.RETURN, Step.SUSPEND})
# What an organization says of itself is sealed once the operator looks at it.
CHANGEABLE: Final = frozenset({Standing.NEW, Standing.RETURNED})

# Roles that may sign in without a second factor: they change nothing of anybody's.
ONE_FACTOR_ROLES: Final = frozenset({Role.GUEST, Role.VIEWER, Role.DRIVER})


def next_standing(standing: Standing, step: Step) -> Move:
    """The move that `step` makes from `standing`, or a refusal."""
    move = STANDING_MOVES.get((standing, step))
    if move is None:
        raise Conflict("standing-step", "The organization does not stand where this is possible.")
    return move


def check_changeable(standing: Standing) -> None:
    """Refuse to change what the operator looks at, or has verified."""
    if standing not in CHANGEABLE:
        raise Conflict(
            "profile-sealed", "What was submitted for verification is not changed any more."
        )


def possible_steps(standing: Standing) -> tuple[Step, ...]:
    """What the operator can do with an organization that stands so."""
    return tuple(
        step
        for step in Step
        if (move := STANDING_MOVES.get((standing, step))) is not None
        and move.capability is Capability.VERIFY_ORGANIZATIONS
    )


def limits_of(role: Role, standing: Standing | None, *, second_factor: bool) -> frozenset[Limit]:
    """What keeps somebody, for now, from what the role allows."""
    limits = set()
    if role not in ONE_FACTOR_ROLES and not second_factor:
        limits.add(Limit.NO_SECOND_FACTOR)
    if standing is Standing.SUSPENDED:
        limits.add(Limit.SUSPENDED)
    elif standing is not None and standing is not Standing.VERIFIED:
        limits.add(Limit.UNVERIFIED)
    return frozenset(limits)
