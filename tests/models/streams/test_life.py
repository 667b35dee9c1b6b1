"""The life of a listing, every state against every action."""

from __future__ import annotations

from itertools import product

import pytest

from models.errors import Conflict
from models.permissions import Capability
from models.streams.life import STREAM_MOVES, Action, State, next_move, possible_actions

ALLOWED = {
    State.DRAFT: {Action.CHANGE: "draft", Action.PUBLISH: "published", Action.CLOSE: "closed"},
    State.PUBLISHED: {Action.CHANGE: "published", Action.PAUSE: "paused", Action.CLOSE: "closed"},
    State.PAUSED: {Action.CHANGE: "paused", Action.PUBLISH: "published", Action.CLOSE: "closed"},
    State.CLOSED: {},
}


@pytest.mark.parametrize(("state", "action"), list(product(State, Action)))
def test_every_action_in_every_state_leads_on_or_is_refused(state, action):
    target = ALLOWED[state].get(action)
    if target is None:
        with pytest.raises(Conflict) as refusal:
            next_move(STREAM_MOVES, state, action)
        assert (refusal.value.code, refusal.value.facts) == ("listing-state", {"state": state})
    else:
        move = next_move(STREAM_MOVES, state, action)
        starts_trade = action is Action.PUBLISH
        needed = Capability.PUBLISH_LISTINGS if starts_trade else Capability.MANAGE_STREAMS
        assert (move.target, move.capability) == (State(target), needed)


@pytest.mark.parametrize("state", State)
def test_what_is_offered_is_what_would_be_done(state):
    assert set(possible_actions(STREAM_MOVES, state)) == set(ALLOWED[state])


def test_a_closed_listing_stays_closed():
    assert possible_actions(STREAM_MOVES, State.CLOSED) == ()
