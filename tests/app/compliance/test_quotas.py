"""The yearly scale: held, used, let go; never above 100 per cent, and each reason once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DatabaseError

from app.compliance.queries import papers_by_site, papers_of, profile_of
from app.compliance.queries.profiles import code_facts
from app.compliance.services import quotas, release_quota, reserve_quota, use_quota
from app.database import write_transaction
from app.settings import CompliancePolicy
from models.compliance.quota import QuotaShare
from models.compliance.rights import Fault
from models.compliance.tables import Paper, QuotaEntry, QuotaPosting
from models.errors import Conflict, NotFound
from tests.app.compliance.permits import code_id, permit, verified_permit, verify_all
from tests.app.streams.books import refused, told
from tests.market import NOON, TODAY, make_market

POLICY = CompliancePolicy()
TONNE = 1_000_000


@pytest.fixture
def share(session, market):
    return QuotaShare(
        site_id=market.recycler_site_id, waste_code_id=code_id(session), way="utilize", year=2026,
        mass_g=60 * TONNE,
    )  # fmt: skip


def post(session, market, act, share, key, **changed):
    named = {"reason_key": key, "actor": market.recycler, "now": NOON, "policy": POLICY}
    return act(session, share, **named | changed)


def let_go(session, market, released, key, mass_g=None):
    return release_quota(
        session, released, reason_key=key, mass_g=mass_g, actor=market.recycler, now=NOON
    )


def left(session, market):
    """What is held, used and left of each permit, in tonnes."""
    rows = papers_of(session, market.recycler.organization_id, on=TODAY)
    return {
        row.number: (row.reserved_g // TONNE, row.used_g // TONNE, row.left_g // TONNE)
        for row in rows
        if row.yearly_quota_g is not None
    }


def stop(session, act, *arguments, **named):
    """The refusal of an act that leaves no posting behind."""
    before = session.scalar(select(func.count()).select_from(QuotaPosting))
    refusal = refused(session, Conflict, act, *arguments, **named)
    assert session.scalar(select(func.count()).select_from(QuotaPosting)) == before
    return refusal


def test_what_is_reserved_used_and_let_go_adds_up(session, market, share):
    verified_permit(session, market)
    post(session, market, reserve_quota, share, "contract:17")
    assert left(session, market) == {"P-1": (60, 0, 40)}
    drawn = replace(share, mass_g=25 * TONNE, draws_on="contract:17")
    post(session, market, use_quota, drawn, "transfer:1")
    assert left(session, market) == {"P-1": (35, 25, 40)}
    let_go(session, market, "contract:17", "contract:17:end")
    assert left(session, market) == {"P-1": (0, 25, 75)}
    post(session, market, use_quota, replace(share, mass_g=5 * TONNE), "transfer:2")
    assert left(session, market) == {"P-1": (0, 30, 70)}


def test_a_use_above_its_reservation_takes_the_rest_from_what_is_free(session, market, share):
    verified_permit(session, market)
    post(session, market, reserve_quota, share, "contract:17")
    more = replace(share, mass_g=70 * TONNE, draws_on="contract:17")
    post(session, market, use_quota, more, "transfer:1")
    assert left(session, market) == {"P-1": (0, 70, 30)}
    too_much = replace(share, mass_g=31 * TONNE, draws_on="contract:17")
    stop(session, use_quota, too_much, reason_key="transfer:2", actor=market.recycler, now=NOON,
         policy=POLICY)  # fmt: skip


def test_a_retry_posts_once_and_a_reason_is_not_used_for_something_else(session, market, share):
    verified_permit(session, market)
    first = post(session, market, reserve_quota, share, "contract:17")
    assert post(session, market, reserve_quota, share, "contract:17") is first
    assert left(session, market) == {"P-1": (60, 0, 40)}
    for changed in (
        replace(share, mass_g=61 * TONNE), replace(share, year=2027), replace(share, way="store"),
    ):  # fmt: skip
        refusal = stop(session, reserve_quota, changed, reason_key="contract:17",
                       actor=market.recycler, now=NOON, policy=POLICY)  # fmt: skip
        assert refusal.code == "reason-reused"
    refusal = stop(session, use_quota, share, reason_key="contract:17", actor=market.recycler,
                   now=NOON, policy=POLICY)  # fmt: skip
    assert refusal.code == "reason-reused"


def test_releases_are_posted_once_too(session, market, share):
    verified_permit(session, market)
    post(session, market, reserve_quota, share, "contract:17")
    first = let_go(session, market, "contract:17", "end", 10 * TONNE)
    assert let_go(session, market, "contract:17", "end", 10 * TONNE) is first
    assert left(session, market) == {"P-1": (50, 0, 50)}
    refusal = stop(session, release_quota, "contract:17", reason_key="end", mass_g=11 * TONNE,
                   actor=market.recycler, now=NOON)  # fmt: skip
    assert refusal.code == "reason-reused"
    refusal = stop(session, release_quota, "contract:17", reason_key="end2", mass_g=51 * TONNE,
                   actor=market.recycler, now=NOON)  # fmt: skip
    assert (refusal.code, refusal.facts) == ("quota-not-held", {"held_mass_g": 50 * TONNE})
    let_go(session, market, "contract:17", "rest")
    assert let_go(session, market, "contract:17", "nothing left") is None


def test_what_was_used_by_mistake_is_taken_back_by_a_mirror_entry(session, market, share):
    verified_permit(session, market)
    post(session, market, use_quota, share, "transfer:1")
    let_go(session, market, "transfer:1", "correction:1", 20 * TONNE)
    assert left(session, market) == {"P-1": (0, 40, 60)}
    assert [(e.reserved_g, e.used_g) for e in session.scalars(
        select(QuotaEntry).order_by(QuotaEntry.posting_id))] == [
        (0, 60 * TONNE), (0, -20 * TONNE),
    ]  # fmt: skip


def test_a_reason_that_nobody_gave_is_unknown(session, market, share):
    verified_permit(session, market)
    unknown = replace(share, draws_on="contract:99")
    for act, what, more in (
        (use_quota, unknown, {"policy": POLICY}), (release_quota, "contract:99", {}),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            act(session, what, reason_key="x", actor=market.recycler, now=NOON, **more)


def test_a_reservation_for_one_waste_is_not_used_for_another(session, market, share):
    verified_permit(session, market)
    post(session, market, reserve_quota, share, "contract:17")
    other = replace(share, year=2027, draws_on="contract:17")
    refusal = stop(session, use_quota, other, reason_key="t", actor=market.recycler, now=NOON,
                   policy=POLICY)  # fmt: skip
    assert refusal.code == "reservation-other"


def test_never_more_than_the_whole_scale_of_a_year(session, market, share):
    verified_permit(session, market)
    post(session, market, reserve_quota, replace(share, mass_g=100 * TONNE), "contract:1")
    refusal = stop(session, reserve_quota, replace(share, mass_g=1), reason_key="contract:2",
                   actor=market.recycler, now=NOON, policy=POLICY)  # fmt: skip
    assert (refusal.code, refusal.facts) == ("quota-exhausted", {"left_mass_g": 0})


def test_each_calendar_year_has_its_own_scale(session, market, share):
    verified_permit(session, market, valid_until="2027-12-31")
    session.execute(update(Paper).values(valid_until=date(2027, 12, 31)))
    post(session, market, reserve_quota, replace(share, mass_g=100 * TONNE), "contract:1")
    post(session, market, reserve_quota, replace(share, year=2027), "contract:2")
    assert left(session, market) == {"P-1": (100, 0, 0)}


def test_of_several_permits_the_one_that_ends_first_is_used_first_and_freed_last(
    session, market, share
):
    verified_permit(session, market, "LATE", valid_until="2027-12-31")
    verified_permit(session, market, "SOON", valid_until="2026-07-31")
    post(session, market, reserve_quota, replace(share, mass_g=130 * TONNE), "contract:1")
    assert left(session, market) == {"SOON": (100, 0, 0), "LATE": (30, 0, 70)}
    drawn = replace(share, mass_g=10 * TONNE, draws_on="contract:1")
    post(session, market, use_quota, drawn, "transfer:1")
    assert left(session, market) == {"SOON": (90, 10, 0), "LATE": (30, 0, 70)}
    let_go(session, market, "contract:1", "less", 40 * TONNE)
    assert left(session, market) == {"SOON": (80, 10, 10), "LATE": (0, 0, 100)}


def test_only_verified_papers_that_cover_waste_and_way_are_charged(session, market, share):
    permit(session, market)
    named = {"reason_key": "c", "actor": market.recycler, "now": NOON, "policy": POLICY}
    assert stop(session, reserve_quota, share, **named).code == "right-missing"
    verify_all(session)
    for other in (replace(share, way="dispose"), replace(share, year=2027)):
        assert stop(session, reserve_quota, other, **named).code == "right-missing"
    post(session, market, reserve_quota, share, "c")


def test_without_a_scale_nothing_is_counted_and_the_reason_still_stands(session, market, share):
    verified_permit(session, market, yearly_quota_t="")
    posting = post(session, market, reserve_quota, share, "contract:17")
    assert left(session, market) == {}
    assert session.scalar(select(func.count()).select_from(QuotaEntry)) == 0
    assert post(session, market, reserve_quota, share, "contract:17") is posting
    post(session, market, use_quota, replace(share, draws_on="contract:17"), "transfer:1")


def test_the_last_day_of_the_year_is_that_of_the_market(session, market, share):
    verified_permit(session, market, valid_until="2026-12-31")
    late = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # half past midnight in China
    named = {"reason_key": "c", "actor": market.recycler, "now": late, "policy": POLICY}
    assert stop(session, reserve_quota, replace(share, year=2027), **named).code == "right-missing"


def test_a_receiver_with_nothing_left_has_no_right_for_the_year(session, market, share):
    verified_permit(session, market)
    whole = replace(share, mass_g=100 * TONNE)
    _, events, jobs = told(
        session, reserve_quota, whole, reason_key="c", actor=market.recycler, now=NOON,
        policy=POLICY,
    )  # fmt: skip
    site_id = market.recycler_site_id
    assert events == [("quota.turned", {"site_id": site_id, "year": 2026})]
    assert jobs == [("matchmaking.refresh_site", {"site_id": site_id})]
    code = code_facts(session)[share.waste_code_id]

    def faults(day):
        held = papers_by_site(session, [site_id], on=day)[site_id]
        found = profile_of(session, "CN").gaps(code, held, on=day)
        return [(gap.fault, gap.number, gap.day) for gap in found]

    assert faults(TODAY) == [(Fault.QUOTA_EXHAUSTED, "P-1", TODAY.replace(2027, 1, 1))]
    _, events, _ = told(
        session, release_quota, "c", reason_key="c:less", mass_g=1, actor=market.recycler, now=NOON
    )
    assert [topic for topic, _ in events] == ["quota.turned"]
    assert faults(TODAY) == []
    _, events, _ = told(session, release_quota, "c", reason_key="c:all", actor=market.recycler,
                        now=NOON)  # fmt: skip
    assert events == []  # nothing turned: it was free already


@pytest.mark.parametrize("table", ["quota_posting", "quota_entry"])
@pytest.mark.parametrize("change", ["UPDATE {} SET year = 2027", "DELETE FROM {}"])
def test_what_was_posted_cannot_be_changed_or_forgotten(session, market, share, table, change):
    verified_permit(session, market)
    post(session, market, reserve_quota, share, "contract:17")
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text(change.format(table)))
    assert left(session, market) == {"P-1": (60, 0, 40)}


def test_a_rival_that_comes_at_the_worst_moment_waits_and_is_refused(trading, monkeypatch):
    """Between counting what is left and writing it down, somebody else asks for the same."""
    with write_transaction(trading) as session:
        market = make_market(session)
        verified_permit(session, market)
        share = QuotaShare(site_id=market.recycler_site_id, waste_code_id=code_id(session),
                           way="utilize", year=2026, mass_g=60 * TONNE)  # fmt: skip
    answers, count = [], quotas.share_among
    rivals = []

    def rival():
        try:
            with write_transaction(trading) as session:
                post(session, market, reserve_quota, share, "rival")
                answers.append("taken")
        except Conflict as refusal:
            answers.append((refusal.code, refusal.facts["left_mass_g"]))

    def count_while_a_rival_comes(papers, mass_g):
        parts = count(papers, mass_g)
        if not rivals:
            rivals.append(threading.Thread(target=rival))
            rivals[0].start()
            rivals[0].join(0.3)
            assert answers == []  # it waits for us
        return parts

    monkeypatch.setattr(quotas, "share_among", count_while_a_rival_comes)
    with write_transaction(trading) as session:
        post(session, market, reserve_quota, share, "first")
    rivals[0].join(20)
    assert answers == [("quota-exhausted", 40 * TONNE)]
    with trading() as session:
        assert left(session, market) == {"P-1": (60, 0, 40)}
