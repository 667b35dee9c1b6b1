"""From an account to a verified organization, and what suspension ends."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.accounts.inputs.organizations import OpenOrganization
from app.accounts.queries.organizations import (
    organization_page,
    organization_queue,
    organizations_of,
    own_organization,
)
from app.accounts.services.organizations import (
    change_profile,
    open_organization,
    remove_document,
    submit_organization,
)
from app.accounts.services.verification import decide_on_organization
from models.accounts.standing import STANDING_MOVES, Standing, Step
from models.accounts.tables import Membership, Organization, OrganizationDocument
from models.errors import Conflict, Invalid, NotAllowed, NotFound
from models.journal.tables import AuditEntry, Job, StoredMessage
from models.permissions import CAPABILITIES, Actor, Capability, Limit, Role
from tests.app.accounts.houses import (
    CODES,
    browser,
    count,
    frame_of,
    join,
    letters,
    opened,
    opening,
    operator,
    person,
    refused,
    roles,
    topics,
    with_document,
)
from tests.market import NOON, make_actor


def submitted(session, who="anna", **changed):
    owner = opened(session, who, **changed)
    with_document(session, owner)
    submit_organization(session, actor=owner, now=NOON)
    return owner


def decide(session, owner, step, *, by, reason=""):
    return decide_on_organization(
        session, owner.organization_id, step, reason=reason, actor=by, now=NOON
    )


def standing(session, owner):
    return session.get_one(Organization, owner.organization_id).known_standing


def test_a_person_opens_an_organization_and_owns_it(session):
    owner = opened(session, register_number="91350100m000100y43", name_zh="工厂")
    organization = session.get_one(Organization, owner.organization_id)
    assert (organization.register_number, organization.standing) == (CODES[0], "new")
    assert (organization.name_zh, organization.verified_at) == ("工厂", None)
    assert roles(session, owner.organization_id) == {"anna": "owner"}
    assert topics(session) == ["organization.opened"]
    secret = browser(session, owner)
    assert frame_of(session, secret).actor.limits == {Limit.UNVERIFIED}
    limited = frame_of(session, browser(session, owner, second_factor=False)).actor
    assert limited.limits == {Limit.UNVERIFIED, Limit.NO_SECOND_FACTOR}


def test_an_unconfirmed_address_opens_nothing(session):
    guest = person(session, "bert", confirmed=False)
    code = refused(session, NotAllowed, open_organization, opening(), actor=guest, now=NOON)
    assert code == "address-unconfirmed"
    assert count(session, Organization) == 0


def test_one_person_owns_ten_organizations_at_most(session):
    guest = person(session, "bert")
    for number in range(10):
        command = opening(name=f"Works {number}")
        open_organization(session, command, actor=guest, now=NOON)
    code = refused(session, Conflict, open_organization, opening(), actor=guest, now=NOON)
    assert code == "organizations-many"
    assert len(organizations_of(session, guest.user_id)) == 10


def test_a_forged_credit_code_is_refused_and_nothing_is_stored(session):
    guest = person(session, "bert")
    command = opening(register_number="91350100M000100Y44")
    code = refused(session, Invalid, open_organization, command, actor=guest, now=NOON)
    assert code == "credit-code-check"
    assert (count(session, Organization), count(session, Membership)) == (0, 0)


def test_a_new_organization_prepares_and_neither_publishes_nor_makes_tokens(session):
    actor = frame_of(session, browser(session, opened(session))).actor
    may = {capability for capability in Capability if actor.may(capability)}
    withheld = {
        Capability.PUBLISH_LISTINGS,
        Capability.MANAGE_TOKENS,
        Capability.MANAGE_DRIVERS,
    }
    assert CAPABILITIES[Role.OWNER] - may == withheld


def test_nothing_is_submitted_without_a_document_or_a_number(session):
    owner = opened(session)
    assert refused(session, Invalid, submit_organization, actor=owner, now=NOON) == (
        "documents-missing"
    )
    registered = make_actor(session, "old")
    session.get_one(Organization, registered.organization_id).standing = "new"
    session.flush()
    assert refused(session, Invalid, submit_organization, actor=registered, now=NOON) == (
        "register-missing"
    )
    assert letters(session) == []


def test_what_was_submitted_is_sealed_until_it_is_returned(session):
    owner, boss = submitted(session), operator(session)
    document_id = session.scalars(select(OrganizationDocument.id)).one()
    correction = opening(name="Other works")
    for act, argument in ((change_profile, correction), (remove_document, document_id)):
        assert refused(session, Conflict, act, argument, actor=owner) == "profile-sealed"
    decide(session, owner, Step.RETURN, by=boss, reason="The copy is not readable.")
    change_profile(session, correction, actor=owner)
    remove_document(session, document_id, actor=owner)
    shown = own_organization(session, actor=owner)
    assert shown.organization.name == "Other works"
    assert shown.organization.standing_note == "The copy is not readable."
    assert shown.documents == ()


def test_every_step_from_every_standing_is_in_the_table_or_refused(session):
    boss = operator(session)
    reached, wanted = {}, {}
    for number, before in enumerate(Standing):
        for step in Step:
            owner = opened(session, f"p{number}{step.value}")
            with_document(session, owner)
            organization = session.get_one(Organization, owner.organization_id)
            organization.standing = before.value
            organization.register, organization.country = "foreign", "DE"
            organization.register_number = f"HRB {organization.id}"
            organization.verified_at = NOON if before in {"verified", "suspended"} else None
            session.flush()
            try:
                with session.begin_nested():
                    if step is Step.SUBMIT:
                        submit_organization(session, actor=owner, now=NOON)
                    else:
                        decide(session, owner, step, by=boss, reason="why")
                reached[before, step] = standing(session, owner)
            except Conflict as refusal:
                reached[before, step] = refusal.code
            move = STANDING_MOVES.get((before, step))
            wanted[before, step] = "standing-step" if move is None else move.target
    assert reached == wanted
    assert len(reached) == 25


def test_verification_is_told_to_the_owners_alone_and_lifts_the_limit(session):
    owner, boss = submitted(session), operator(session)
    viewer, _ = join(session, owner, "vera")
    decide(session, owner, Step.VERIFY, by=boss)
    assert frame_of(session, browser(session, owner)).actor.limits == frozenset()
    assert letters(session) == [
        ("anna@example.com", "organization.submit"),
        ("vera@example.com", "organization.invitation"),
        ("anna@example.com", "organization.verify"),
    ]
    assert [topic for topic in topics(session) if topic.startswith("organization")] == [
        "organization.opened",
        "organization.submitted",
        "organization.verified",
    ]
    trail = session.scalars(select(AuditEntry.topic).where(AuditEntry.role == "operator")).all()
    assert trail == ["organization.verified"]
    assert viewer.role is Role.VIEWER


def test_a_reason_is_needed_and_told(session):
    owner, boss = submitted(session), operator(session)
    assert refused(session, Invalid, decide, owner, Step.RETURN, by=boss) == "reason-missing"
    decide(session, owner, Step.RETURN, by=boss, reason="Page two\nis missing.")
    letter = session.scalars(select(StoredMessage).order_by(StoredMessage.id.desc())).first()
    assert letter is not None
    assert "Page two is missing." in letter.body
    assert "\n" not in letter.subject


def test_of_two_that_claim_a_number_one_is_verified(session):
    first, second, boss = submitted(session), submitted(session, "bert"), operator(session)
    page = organization_page(session, second.organization_id, actor=boss)
    assert [rival.id for rival in page.rivals] == [first.organization_id]
    decide(session, first, Step.VERIFY, by=boss)
    assert refused(session, Conflict, decide, second, Step.VERIFY, by=boss) == (
        "register-number-held"
    )
    decide(session, first, Step.SUSPEND, by=boss, reason="why")
    assert refused(session, Conflict, decide, second, Step.VERIFY, by=boss) == (
        "register-number-held"
    )
    assert standing(session, second) is Standing.SUBMITTED


@pytest.mark.parametrize("role", [role for role in Role if role not in {"operator", "system"}])
def test_nobody_but_the_operator_decides(session, role):
    owner = submitted(session)
    actor = Actor(user_id=owner.user_id, organization_id=owner.organization_id, role=role)
    for step in (Step.VERIFY, Step.RETURN):
        code = refused(session, NotAllowed, decide, owner, step, by=actor, reason="why")
        assert code == "capability-missing"
    assert standing(session, owner) is Standing.SUBMITTED


def test_an_operator_decides_on_no_organization_of_their_own_whatever_they_act_for(session):
    owner = submitted(session)
    boss = operator(session)
    both = Actor(user_id=owner.user_id, organization_id=boss.organization_id, role=Role.OPERATOR)
    for step in (Step.VERIFY, Step.RETURN):
        code = refused(session, NotAllowed, decide, owner, step, by=both, reason="why")
        assert code == "own-organization"
    decide(session, owner, Step.VERIFY, by=boss)
    for step in (Step.SUSPEND, Step.REINSTATE):
        if step is Step.REINSTATE:
            decide(session, owner, Step.SUSPEND, by=boss, reason="why")
        code = refused(session, NotAllowed, decide, owner, step, by=both, reason="why")
        assert code == "own-organization"
    assert standing(session, owner) is Standing.SUSPENDED


def test_the_auditor_reads_the_queue_and_the_papers_and_gets_no_buttons(session):
    owner, boss = submitted(session), operator(session)
    auditor = Actor(user_id=boss.user_id, organization_id=boss.organization_id, role=Role.AUDITOR)
    page = organization_page(session, owner.organization_id, actor=auditor)
    assert (page.steps, len(page.documents)) == ((), 1)
    assert organization_page(session, owner.organization_id, actor=boss).steps == (
        Step.VERIFY,
        Step.RETURN,
    )
    for actor in (owner, Actor(user_id=1, organization_id=1, role=Role.FACILITATOR)):
        assert refused(session, NotAllowed, organization_page, owner.organization_id, actor=actor)
    assert refused(session, NotFound, organization_page, 10**9, actor=boss) == (
        "organization-unknown"
    )


def test_the_queue_puts_what_waits_first_and_is_searched_literally(session):
    waiting, boss = submitted(session, "bert"), operator(session)
    opened(session, "carl", name="50%_off", register_number=CODES[1])
    queue = organization_queue(session, standing=None, sought="", page=1, actor=boss)
    assert next(row.id for row in queue.rows) == waiting.organization_id
    assert queue.counts == {Standing.SUBMITTED: 1, Standing.NEW: 1, Standing.VERIFIED: 1}

    def names(sought, standing=None, page=1):
        found = organization_queue(session, standing=standing, sought=sought, page=page, actor=boss)
        return [row.name for row in found.rows]

    assert names("%") == ["50%_off"]
    assert names("_off") == ["50%_off"]
    assert names(CODES[1][4:9]) == ["50%_off"]
    assert names("nobody") == []
    assert names("", Standing.VERIFIED, 99) == ["operator"]


def test_suspension_withholds_publishing_and_sends_both_sides_home(session):
    owner, boss = submitted(session), operator(session)
    decide(session, owner, Step.VERIFY, by=boss)
    decide(session, owner, Step.SUSPEND, by=boss, reason="why")
    actor = frame_of(session, browser(session, owner)).actor
    assert actor.limits == {Limit.SUSPENDED}
    assert not actor.may(Capability.PUBLISH_LISTINGS)
    assert actor.may(Capability.MANAGE_STREAMS)
    jobs = session.scalars(select(Job.kind).where(Job.kind.like("%.pause")).order_by(Job.kind))
    assert list(jobs) == ["demands.pause", "streams.pause"]
    decide(session, owner, Step.REINSTATE, by=boss)
    assert frame_of(session, browser(session, owner)).actor.limits == frozenset()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "=1+1"}, "name"),
        ({"country": "ZZ"}, "country"),
        ({"country": "china"}, "country"),
        ({"register_kind": "none"}, "register_kind"),
        ({"register_number": ""}, "register_number"),
        ({"standing": "verified"}, "standing"),
        ({"verified_at": "2026-01-01"}, "verified_at"),
        ({"demonstration": "true"}, "demonstration"),
    ],
)
def test_only_what_is_asked_for_can_be_said(changed, field):
    with pytest.raises(ValueError, match=field):
        OpenOrganization.model_validate(opening().model_dump() | changed)
