"""The life of a listing: which action, with which capability, leads from which state to which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from models.errors import Conflict
from models.permissions import Capability


class State(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    CLOSED = "closed"


# What is or was on the market and may come back to it: what others are let into, beside drafts.
OPEN_STATES: Final = (State.PUBLISHED, State.PAUSED)


class Action(StrEnum):
    CHANGE = "change"
    PUBLISH = "publish"
    PAUSE = "pause"
    CLOSE = "close"


class Move(NamedTuple):
    target: State
    capability: Capability


Moves = Mapping[tuple[State, Action], Move]


def moves_with(capability: Capability) -> Moves:
    """The one life that streams and demands share, under the capability that manages each.

    To publish is to start trading, which not everybody who keeps listings may do at all times.
    """
    targets = {
        (State.DRAFT, Action.CHANGE): State.DRAFT,
        (State.DRAFT, Action.PUBLISH): State.PUBLISHED,
        (State.DRAFT, Action.CLOSE): State.CLOSED,
        (State.PUBLISHED, Action.CHANGE): State.PUBLISHED,
        (State.PUBLISHED, Action.PAUSE): State.PAUSED,
        (State.PUBLISHED, Action.CLOSE): State.CLOSED,
        (State.PAUSED, Action.CHANGE): State.PAUSED,
        (State.PAUSED, Action.PUBLISH): State.PUBLISHED,
        (State.PAUSED, Action.CLOSE): State.CLOSED,
    }
    return {
        (state, action): Move(
            target, Capability.PUBLISH_LISTINGS if action is Action.PUBLISH else capability
        )
        for (state, action), target in targets.items()
    }


STREAM_MOVES: Final = moves_with(Capability.MANAGE_STREAMS)


def next_move(moves: Moves, state: State, action: Action) -> Move:
    """The move that `action` makes from `state`, or a refusal."""
    move = moves.get((state, action))
    if move is None:
        raise Conflict("listing-state", "The listing is not in a state for this.", state=state)
    return move


def possible_actions(moves: Moves, state: State) -> tuple[Action, ...]:
    return tuple(action for action in Action if (state, action) in moves)
