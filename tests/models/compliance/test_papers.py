"""The life of a paper, walked whole; warnings before its end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.compliance.papers import (
    PAPER_MOVES,
    PaperAction,
    PaperState,
    actions_open,
    ending_badge,
    next_state,
    warnings_due,
)
from models.errors import Conflict
from models.permissions import CAPABILITIES, Role

TODAY = date(2026, 6, 1)
POSSIBLE = {
    ("unverified", "verify"): ("verified", "verify_papers"),
    ("unverified", "refuse"): ("refused", "verify_papers"),
    ("verified", "refuse"): ("refused", "verify_papers"),
    ("refused", "resubmit"): ("unverified", "manage_papers"),
    ("unverified", "end"): ("ended", "manage_papers"),
    ("verified", "end"): ("ended", "manage_papers"),
    ("refused", "end"): ("ended", "manage_papers"),
}


@pytest.mark.parametrize("state", PaperState)
@pytest.mark.parametrize("action", PaperAction)
def test_every_step_from_every_state(state, action):
    if (state, action) in POSSIBLE:
        assert tuple(next_state(state, action)) == POSSIBLE[state, action]
    else:
        with pytest.raises(Conflict, match="does not stand"):
            next_state(state, action)


def test_nobody_can_take_the_steps_of_both_sides_but_the_system():
    for role in Role:
        steps = [a for state in PaperState for a in actions_open(state, CAPABILITIES[role])]
        both = {PaperAction.VERIFY, PaperAction.END} <= set(steps)
        assert both is (role is Role.SYSTEM)
    assert len(PAPER_MOVES) == len(POSSIBLE)


def ends(days):
    return TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "given", "due"),
    [
        (91, (), ()),
        (90, (), (90,)),
        (89, (90,), ()),
        (30, (90,), (30,)),
        (20, (), (90, 30)),  # filed late: one message for both
        (7, (90, 30), (7,)),
        (0, (90, 30), (7,)),
        (0, (90, 30, 7), ()),
        (-1, (), ()),
    ],
)
def test_each_step_before_the_end_is_spoken_of_once(days, given, due):
    assert warnings_due(ends(days), given=given, on=TODAY) == due


def test_a_paper_without_end_is_no_reason_to_warn():
    assert warnings_due(None, given=(), on=TODAY) == ()
    assert ending_badge(None, on=TODAY) == ""


@pytest.mark.parametrize(
    ("days", "badge"),
    [(91, ""), (90, "ends_90"), (31, "ends_90"), (30, "ends_30"), (7, "ends_7"), (0, "ends_7"),
     (-1, "ended")],
)  # fmt: skip
def test_the_badge_says_how_near_the_end_is(days, badge):
    assert ending_badge(ends(days), on=TODAY) == badge
