"""The life of a demand is that of every listing, under its own capability."""

from __future__ import annotations

from models.demands.life import DEMAND_MOVES
from models.permissions import Capability
from models.streams.life import STREAM_MOVES, Action


def test_demands_live_as_streams_do():
    targets = {key: move.target for key, move in DEMAND_MOVES.items()}
    assert targets == {key: move.target for key, move in STREAM_MOVES.items()}


def test_every_move_of_a_demand_asks_for_the_capability_of_demands():
    needed = {(action is Action.PUBLISH, m.capability) for (_, action), m in DEMAND_MOVES.items()}
    assert needed == {(True, Capability.PUBLISH_LISTINGS), (False, Capability.MANAGE_DEMANDS)}
