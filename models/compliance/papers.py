"""The life of a paper on file: who looks at it, who ends it, and when its owner is warned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from models.errors import Conflict
from models.permissions import Capability

# Days before the last one on which the owner is told, once each.
WARNING_DAYS: Final = (90, 30, 7)


class PaperState(StrEnum):
    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    REFUSED = "refused"
    ENDED = "ended"


class PaperAction(StrEnum):
    VERIFY = "verify"
    REFUSE = "refuse"
    RESUBMIT = "resubmit"
    END = "end"


class PaperMove(NamedTuple):
    target: PaperState
    capability: Capability


# A paper that was verified by mistake can still be refused; one that was ended never comes back.
PAPER_MOVES: Final[Mapping[tuple[PaperState, PaperAction], PaperMove]] = {
    (PaperState.UNVERIFIED, PaperAction.VERIFY): PaperMove(
        PaperState.VERIFIED, Capability.VERIFY_PAPERS
    ),
    (PaperState.UNVERIFIED, PaperAction.REFUSE): PaperMove(
        PaperState.REFUSED, Capability.VERIFY_PAPERS
    ),
    (PaperState.VERIFIED, PaperAction.REFUSE): PaperMove(
        PaperState.REFUSED, Capability.VERIFY_PAPERS
    ),
    (PaperState.REFUSED, PaperAction.RESUBMIT): PaperMove(
        PaperState.UNVERIFIED, Capability.MANAGE_PAPERS
    ),
    (PaperState.UNVERIFIED, PaperAction.END): PaperMove(PaperState.ENDED, Capability.MANAGE_PAPERS),
    (PaperState.VERIFIED, PaperAction.END): PaperMove(PaperState.ENDED, Capability.MANAGE_PAPERS),
    (PaperState.REFUSED, PaperAction.END): PaperMove(PaperState.ENDED, Capability.MANAGE_PAPERS),
}
# The others give no right, whatever is written on them.
STANDING_STATES: Final = (PaperState.UNVERIFIED, PaperState.VERIFIED)


def next_state(state: PaperState, action: PaperAction) -> PaperMove:
    """The move that `action` makes from `state`, or a refusal."""
    move = PAPER_MOVES.get((state, action))
    if move is None:
        raise Conflict("paper-state", "The paper does not stand where this is possible.")
    return move


def actions_open(state: PaperState, held: Collection[Capability]) -> tuple[PaperAction, ...]:
    """What somebody with these capabilities can do with a paper in this state."""
    return tuple(
        action
        for (start, action), move in PAPER_MOVES.items()
        if start is state and move.capability in held
    )


def days_left(valid_until: date | None, *, on: date) -> int | None:
    """Whole days until the last one; 0 on that day, below zero afterwards; None without end."""
    return None if valid_until is None else (valid_until - on).days


def warnings_due(valid_until: date | None, *, given: Collection[int], on: date) -> tuple[int, ...]:
    """The steps of `WARNING_DAYS` that have been reached and not been spoken of.

    A paper that is filed late has reached several at once: they are one message, of the days that
    are really left. Nobody is warned of what has already ended.
    """
    left = days_left(valid_until, on=on)
    if left is None or left < 0:
        return ()
    return tuple(step for step in WARNING_DAYS if left <= step and step not in given)


def ending_badge(valid_until: date | None, *, on: date) -> str:
    """How a list marks a paper: `ended`, `ends_7`, `ends_30`, `ends_90` or nothing."""
    left = days_left(valid_until, on=on)
    if left is None or left > max(WARNING_DAYS):
        return ""
    if left < 0:
        return "ended"
    return f"ends_{min(step for step in WARNING_DAYS if left <= step)}"
