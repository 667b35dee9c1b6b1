"""When a product is one, and when waste only goes by that name."""

from __future__ import annotations

import pytest

from models.compliance.rules.products import PROOFS, check_by_product, check_end_of_waste
from models.compliance.rules.verdicts import Outcome

STANDARD, LIMITS, MARKET = PROOFS


@pytest.mark.parametrize(
    ("proofs", "use", "outcome", "reason", "paper"),
    [
        (PROOFS, "cement", Outcome.ALLOWED, "proofs_complete", None),
        ((LIMITS, MARKET), "cement", Outcome.NEEDS_EVIDENCE,
         "proof_missing_product_standard", STANDARD),
        ((STANDARD, MARKET), "cement", Outcome.NEEDS_EVIDENCE,
         "proof_missing_pollution_limits", LIMITS),
        ((STANDARD, LIMITS), "cement", Outcome.NEEDS_EVIDENCE,
         "proof_missing_stable_market", MARKET),
        ((), "cement", Outcome.NEEDS_EVIDENCE, "proof_missing_product_standard", STANDARD),
        (PROOFS, "road_material", Outcome.FORBIDDEN, "use_stays_waste", None),
        (PROOFS, "land_application", Outcome.FORBIDDEN, "use_stays_waste", None),
        (PROOFS, "burning", Outcome.FORBIDDEN, "use_stays_waste", None),
        (PROOFS, "landfilling", Outcome.FORBIDDEN, "use_stays_waste", None),
    ],
)  # fmt: skip
def test_waste_ends_with_three_proofs_and_never_in_some_uses(proofs, use, outcome, reason, paper):
    verdict = check_end_of_waste(proofs, use=use)
    assert (verdict.outcome, verdict.reason, verdict.paper_to_file) == (outcome, reason, paper)


@pytest.mark.parametrize(
    ("listed", "status", "permitted", "outcome"),
    [
        (True, "by_product", False, Outcome.FORBIDDEN),
        (True, "end_of_waste", False, Outcome.FORBIDDEN),
        (True, "by_product", True, Outcome.ALLOWED),
        (True, "waste", False, Outcome.ALLOWED),
        (True, None, False, Outcome.ALLOWED),
        (False, "by_product", False, Outcome.ALLOWED),
    ],
)
def test_hazardous_waste_is_not_passed_off_as_a_product(listed, status, permitted, outcome):
    verdict = check_by_product(
        on_hazardous_list=listed, legal_status=status, receiver_permitted=permitted
    )
    assert verdict.outcome is outcome
