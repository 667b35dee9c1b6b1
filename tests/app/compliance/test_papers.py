"""Papers verified, refused, submitted again and ended; what the operator sees of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.compliance.inputs import PaperStep
from app.compliance.queries import number_checks, paper_queue, papers_by_site, papers_of
from app.compliance.services import move_paper, warn_of_endings
from app.settings import CompliancePolicy
from models.compliance.papers import PaperState
from models.compliance.tables import PaperWarning
from models.errors import Conflict, Invalid, NotAllowed, NotFound
from models.journal.tables import StoredMessage
from models.permissions import SYSTEM, Actor, Limit, Role
from tests.app.compliance.permits import permit, verified_permit
from tests.app.streams.books import refused, told
from tests.market import NOON, TODAY

POLICY = CompliancePolicy()
DAY = timedelta(days=1)


def step(session, paper, action, actor, reason=""):
    command = PaperStep(action=action, reason=reason)
    return move_paper(session, paper.id, command, actor=actor, now=NOON)


def standing(session, market):
    found = papers_by_site(session, [market.recycler_site_id], on=TODAY)[market.recycler_site_id]
    return {paper.number: paper.verified for paper in found}


def test_a_paper_that_is_filed_stands_unverified_until_the_operator_has_looked(session, market):
    paper = permit(session, market)
    assert standing(session, market)["P-1"] is False
    moved, events, jobs = told(
        session, move_paper, paper.id, PaperStep(action="verify"), actor=market.operator, now=NOON
    )
    assert (moved.state, moved.decided_at, moved.decided_by) == (
        "verified", NOON, market.operator.user_id,
    )  # fmt: skip
    site_id = market.recycler_site_id
    assert events == [("paper.verified", {"paper_id": paper.id, "site_id": site_id})]
    assert jobs == [("matchmaking.refresh_site", {"site_id": site_id})]
    assert standing(session, market)["P-1"] is True


def test_a_refused_paper_gives_no_right_until_it_is_submitted_again(session, market):
    paper = permit(session, market)
    step(session, paper, "refuse", market.operator, "The number is not readable.")
    assert "P-1" not in standing(session, market)
    (row,) = [r for r in papers_of(session, paper.organization_id, on=TODAY) if r.id == paper.id]
    assert (row.state, row.refusal) == (PaperState.REFUSED, "The number is not readable.")
    step(session, paper, "resubmit", market.recycler)
    assert standing(session, market)["P-1"] is False
    assert (paper.refusal, paper.decided_at, paper.decided_by) == (None, None, None)


def test_a_refusal_says_what_is_wrong(session, market):
    paper = permit(session, market)
    command = PaperStep(action="refuse", reason="  ")
    refusal = refused(
        session, Invalid, move_paper, paper.id, command, actor=market.operator, now=NOON
    )
    assert (refusal.code, refusal.facts) == ("refusal-reason", {"field": "reason"})


def test_an_ended_paper_gives_no_right_and_never_comes_back(session, market):
    paper = verified_permit(session, market)
    step(session, paper, "end", market.recycler)
    assert (paper.state, paper.ended_at) == ("ended", NOON)
    assert "P-1" not in standing(session, market)
    for action, actor in (
        ("end", market.recycler), ("resubmit", market.recycler), ("verify", market.operator),
    ):  # fmt: skip
        command = PaperStep(action=action)
        refused(session, Conflict, move_paper, paper.id, command, actor=actor, now=NOON)


def test_the_same_decision_sent_twice_is_a_conflict(session, market):
    paper = permit(session, market)
    step(session, paper, "verify", market.operator)
    command = PaperStep(action="verify")
    refused(session, Conflict, move_paper, paper.id, command, actor=market.operator, now=NOON)


def test_only_the_operator_decides_and_only_the_owner_ends(session, market):
    paper = permit(session, market)
    organization_id = market.recycler.organization_id
    auditor = Actor(user_id=9, organization_id=market.operator.organization_id, role=Role.AUDITOR)
    viewer = Actor(user_id=9, organization_id=organization_id, role=Role.VIEWER)
    of_his_own = Actor(user_id=9, organization_id=organization_id, role=Role.OPERATOR)
    one_factor = Actor(
        user_id=market.operator.user_id, organization_id=market.operator.organization_id,
        role=Role.OPERATOR, limits=frozenset({Limit.NO_SECOND_FACTOR}),
    )  # fmt: skip
    for action, actor, kind, code in (
        ("verify", market.recycler, NotAllowed, "capability-missing"),
        ("verify", auditor, NotAllowed, "capability-missing"),
        ("verify", of_his_own, NotAllowed, "own-paper"),
        ("verify", one_factor, NotFound, "paper-unknown"),
        ("verify", market.stranger, NotFound, "paper-unknown"),
        ("end", market.stranger, NotFound, "paper-unknown"),
        ("end", viewer, NotAllowed, "capability-missing"),
        ("end", market.operator, NotAllowed, "capability-missing"),
    ):
        command = PaperStep(action=action)
        refusal = refused(session, kind, move_paper, paper.id, command, actor=actor, now=NOON)
        assert refusal.code == code, (action, actor.role)
    unknown = PaperStep(action="end")
    refused(session, NotFound, move_paper, 10**9, unknown, actor=market.recycler, now=NOON)


def test_whoever_belongs_to_both_verifies_no_paper_by_acting_for_the_operator(session, market):
    paper = permit(session, market)
    both = Actor(
        user_id=market.recycler.user_id, organization_id=market.operator.organization_id,
        role=Role.OPERATOR,
    )  # fmt: skip
    for action in ("verify", "refuse"):
        command = PaperStep(action=action, reason="why")
        refusal = refused(session, NotAllowed, move_paper, paper.id, command, actor=both, now=NOON)
        assert refusal.code == "own-paper"
    assert paper.state == "unverified"


def test_a_permit_says_what_it_allows(session, market):
    refusal = refused(session, Invalid, lambda s: permit(s, market, ways=[]))
    assert (refusal.code, refusal.facts) == ("paper-ways", {"field": "ways"})
    assert permit(session, market, kind="eia_approval", ways=[]).kind == "eia_approval"


def test_the_queue_holds_what_waits_the_oldest_first_and_what_was_decided_last(session, market):
    first = permit(session, market, "A")
    second = permit(session, market, "91370100MA3EXAMP1E001P", kind="discharge_permit")
    queue = paper_queue(session, on=TODAY)
    assert [row.id for row in queue.waiting][-2:] == [first.id, second.id]
    assert queue.decided == ()
    verdicts = number_checks(session, queue.waiting, "CN")
    assert verdicts[second.id].reason == "number_fits"
    assert first.id not in verdicts  # nobody knows the form of such a number
    step(session, first, "verify", market.operator)
    queue = paper_queue(session, on=TODAY)
    assert first.id not in [row.id for row in queue.waiting]
    assert [(row.id, row.decided_for_en) for row in queue.decided] == [(first.id, "operator")]


def warned(session, on):
    now = NOON + (on - TODAY)
    before = {message.id for message in session.scalars(select(StoredMessage))}
    count = warn_of_endings(session, actor=SYSTEM, now=now, policy=POLICY)
    messages = [m for m in session.scalars(select(StoredMessage)) if m.id not in before]
    return count, sorted((m.address, m.subject) for m in messages)


def test_the_owner_is_warned_90_30_and_7_days_before_the_end_once_each(session, market):
    last = TODAY + 400 * DAY
    permit(session, market, valid_until=str(last))
    said = []
    for days in (91, 90, 89, 31, 30, 29, 8, 7, 6, 0, -1):
        count, messages = warned(session, last - days * DAY)
        said += [(days, address) for address, _ in messages]
        assert count == len(messages)
        assert all("P-1" in subject for _, subject in messages)
    # The general papers of the market end long before, at day 100.
    assert [each for each in said if each[0] in (90, 30, 7)] == said
    assert said == [(90, "recycler@example.com"), (30, "recycler@example.com"),
                    (7, "recycler@example.com")]  # fmt: skip


def test_a_paper_filed_late_is_one_message_for_all_steps_it_has_passed(session, market):
    paper = permit(session, market, valid_until=str(TODAY + 5 * DAY))
    count, messages = warned(session, TODAY)
    assert (count, len(messages)) == (1, 1)
    assert "5 days left" in messages[0][1]
    given = select(PaperWarning.days_before).where(PaperWarning.paper_id == paper.id)
    assert sorted(session.scalars(given)) == [7, 30, 90]
    assert warned(session, TODAY + DAY) == (0, [])


def test_nobody_is_warned_of_papers_that_give_no_right(session, market):
    paper = permit(session, market, valid_until=str(TODAY + 5 * DAY))
    step(session, paper, "end", market.recycler)
    assert warned(session, TODAY) == (0, [])
    with pytest.raises(NotAllowed):
        warn_of_endings(session, actor=market.recycler, now=NOON, policy=POLICY)
