"""The check of the trustee, and the producer's own discharge paper."""

from __future__ import annotations

import pytest

from models.compliance.rules.receiving import Ruling
from models.compliance.rules.trustees import check_discharge, check_trustee
from models.compliance.rules.verdicts import Outcome, Verdict

GOOD = Ruling((), ())
BAD = Ruling((Verdict(rule="r", outcome=Outcome.FORBIDDEN, reason="x", clause=""),), ())


@pytest.mark.parametrize(
    ("ruling", "capacity", "contract", "reason", "paper"),
    [
        (GOOD, True, True, "trustee_checked", None),
        (BAD, True, True, "trustee_unqualified", None),
        (GOOD, False, True, "trustee_ability_unknown", "capacity_statement"),
        (GOOD, True, False, "trustee_contract_missing", "written_contract"),
        (BAD, False, False, "trustee_unqualified", None),
    ],
)
def test_the_first_thing_amiss_with_a_trustee_is_named(ruling, capacity, contract, reason, paper):
    verdict = check_trustee(ruling, capacity_stated=capacity, written_contract=contract)
    assert (verdict.reason, verdict.paper_to_file) == (reason, paper)
    assert (verdict.outcome is Outcome.ALLOWED) is (reason == "trustee_checked")


@pytest.mark.parametrize(
    ("papers", "hazardous", "outcome"),
    [
        ({"discharge_permit"}, False, Outcome.ALLOWED),
        ({"discharge_registration"}, False, Outcome.ALLOWED),
        ({"discharge_registration"}, True, Outcome.NEEDS_EVIDENCE),
        ({"discharge_permit"}, True, Outcome.ALLOWED),
        ({"eia_approval"}, False, Outcome.NEEDS_EVIDENCE),
        (set(), False, Outcome.NEEDS_EVIDENCE),
    ],
)
def test_who_generates_waste_holds_a_discharge_paper(papers, hazardous, outcome):
    assert check_discharge(papers, hazardous=hazardous).outcome is outcome
