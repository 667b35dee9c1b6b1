"""May this site receive this waste: one row a rule and edge."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.compliance.rights import EXEMPTION, PaperFacts, Purpose, Question, Requirement
from models.compliance.rules.receiving import may_receive
from models.compliance.rules.verdicts import Outcome, Verdict
from models.quantities import Grams

TODAY = date(2026, 6, 1)
DAY = timedelta(days=1)
CODE, CATEGORY, STRANGER = 31, 3, 99
PERMIT = Requirement(
    name="operating_permit", kinds=frozenset({"hazardous_permit", EXEMPTION}), covers_codes=True,
    clause="art. 80",
)  # fmt: skip
DISCHARGE = Requirement(
    name="discharge", kinds=frozenset({"discharge_permit"}), covers_codes=False, clause="art. 39"
)
WEEE = Requirement(
    name="weee_treatment", kinds=frozenset({"weee_qualification"}), covers_codes=False,
    clause="art. 67",
)  # fmt: skip


def paper(kind="hazardous_permit", **changed):
    facts = {
        "number": "P", "valid_from": TODAY - 9 * DAY, "valid_until": TODAY + 9 * DAY,
        "codes": frozenset({CODE}),
    }  # fmt: skip
    return PaperFacts(kind=kind, **facts | changed)


def ask(requirements, papers, *, exempt=False, others=(), **changed):
    question = {"lineage": frozenset({CODE, CATEGORY}), "exempt": exempt, "on": TODAY}
    return may_receive(requirements, papers, Question(**question | changed), others=others)


ALLOWED, EVIDENCE, FORBIDDEN = Outcome.ALLOWED, Outcome.NEEDS_EVIDENCE, Outcome.FORBIDDEN
DEALING = {"purpose": Purpose.DEALING}


@pytest.mark.parametrize(
    ("held", "asked", "outcome", "reason"),
    [
        # Art. 80: kind, category, way, quota, validity.
        (None, {}, FORBIDDEN, "paper_missing"),
        (paper("waste_permit"), {}, FORBIDDEN, "paper_missing"),
        (paper(), {}, ALLOWED, "paper_in_order"),
        (paper(codes=frozenset({CATEGORY})), {}, ALLOWED, "paper_in_order"),
        (paper(codes=frozenset({STRANGER})), {}, FORBIDDEN, "paper_code_not_covered"),
        (paper(ways=frozenset({"dispose"})), {}, FORBIDDEN, "paper_way_not_covered"),
        (paper(ways=frozenset({"dispose"})), {"way": "dispose"}, ALLOWED, "paper_in_order"),
        (paper(ways=frozenset()), {}, FORBIDDEN, "paper_way_not_covered"),
        (paper(valid_until=TODAY), {}, ALLOWED, "paper_in_order"),
        (paper(valid_until=TODAY - DAY), {}, FORBIDDEN, "paper_expired"),
        (paper(valid_from=TODAY), {}, ALLOWED, "paper_in_order"),
        (paper(valid_from=TODAY + DAY), {}, FORBIDDEN, "paper_not_yet_valid"),
        (paper(left_g=Grams(1)), {}, ALLOWED, "paper_in_order"),
        (paper(left_g=Grams(0)), {}, FORBIDDEN, "paper_quota_exhausted"),
        (paper(left_g=None), {}, ALLOWED, "paper_in_order"),
        # Who ranks counts what nobody has looked at; who deals does not.
        (paper(verified=False), {}, ALLOWED, "paper_in_order"),
        (paper(verified=False), DEALING, EVIDENCE, "paper_unverified"),
        (paper(verified=True), DEALING, ALLOWED, "paper_in_order"),
        (paper(verified=False, left_g=Grams(0)), DEALING, FORBIDDEN, "paper_quota_exhausted"),
        # The stage of an exemption, with its evidence.
        (paper(EXEMPTION), {}, FORBIDDEN, "paper_missing"),
        (paper(EXEMPTION), {"exempt": True}, ALLOWED, "paper_in_order"),
        (paper(EXEMPTION, ways=frozenset({"collect"})), {"exempt": True}, FORBIDDEN,
         "paper_way_not_covered"),
    ],
)  # fmt: skip
def test_hazardous_waste_goes_only_to_who_holds_a_permit_for_it(held, asked, outcome, reason):
    ruling = ask([PERMIT], [] if held is None else [held], **asked)
    (verdict,) = ruling.verdicts
    assert (verdict.outcome, verdict.reason, verdict.clause) == (outcome, reason, "art. 80")
    assert ruling.allowed is (outcome is ALLOWED)
    assert (verdict.paper_to_file is None) is (outcome is ALLOWED)


def test_what_general_waste_lacks_is_a_matter_of_proof_with_the_paper_to_file():
    (verdict,) = ask([DISCHARGE], []).verdicts
    assert verdict == Verdict(
        rule="discharge", outcome=EVIDENCE, reason="paper_missing", clause="art. 39",
        paper_to_file="discharge_permit",
    )  # fmt: skip


def test_electrical_waste_is_not_for_the_unqualified():
    assert ask([DISCHARGE, WEEE], [paper("discharge_permit")]).outcome is FORBIDDEN
    papers = [paper("discharge_permit"), paper("weee_qualification")]
    assert ask([DISCHARGE, WEEE], papers).outcome is ALLOWED


def test_a_verdict_from_elsewhere_joins_and_a_filing_does_not_stop():
    filing = Verdict(rule="crossing", outcome=Outcome.FILING, reason="crossing_filing", clause="22")
    ruling = ask([PERMIT], [paper()], others=[filing])
    assert (ruling.allowed, ruling.outcome) == (True, Outcome.FILING)
    barred = Verdict(rule="import", outcome=FORBIDDEN, reason="import_forbidden", clause="23")
    assert ask([PERMIT], [paper()], others=[filing, barred]).allowed is False


def test_the_gaps_are_those_behind_the_verdicts_that_stop():
    ruling = ask([PERMIT, DISCHARGE], [paper(left_g=Grams(0))])
    assert [(gap.requirement, gap.fault.value, gap.day) for gap in ruling.gaps] == [
        ("operating_permit", "quota_exhausted", date(2027, 1, 1)),
        ("discharge", "missing", None),
    ]
