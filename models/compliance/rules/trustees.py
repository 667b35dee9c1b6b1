"""What the producer has to see to before waste leaves: its trustee, and its own papers.

Solid Waste Law 2020 art. 37 (check the trustee's qualification and technical ability, and sign a
written contract with terms against pollution; the trustee reports back) and art. 39 (whoever
generates industrial waste holds a pollutant discharge permit or registration).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from models.compliance.rules.receiving import Ruling
from models.compliance.rules.verdicts import Outcome, Verdict

ART_37: Final = "Solid Waste Law 2020 art. 37"
ART_39: Final = "Solid Waste Law 2020 art. 39"
DISCHARGE_PAPERS: Final = frozenset({"discharge_permit", "discharge_registration"})


def check_trustee(ruling: Ruling, *, capacity_stated: bool, written_contract: bool) -> Verdict:
    """Whether the check that art. 37 asks for has been passed; the first thing amiss is named."""
    found = (
        (ruling.allowed, "trustee_unqualified", None),
        (capacity_stated, "trustee_ability_unknown", "capacity_statement"),
        (written_contract, "trustee_contract_missing", "written_contract"),
    )
    for passed, reason, paper in found:
        if not passed:
            return Verdict(
                rule="trustee",
                outcome=Outcome.NEEDS_EVIDENCE,
                reason=reason,
                clause=ART_37,
                paper_to_file=paper,
            )
    return Verdict(rule="trustee", outcome=Outcome.ALLOWED, reason="trustee_checked", clause=ART_37)


def check_discharge(papers_in_force: Collection[str], *, hazardous: bool) -> Verdict:
    """Whether who generates the waste may do so; a registration is not enough for hazardous."""
    wanted = frozenset({"discharge_permit"}) if hazardous else DISCHARGE_PAPERS
    if wanted & frozenset(papers_in_force):
        return Verdict(
            rule="generator_discharge",
            outcome=Outcome.ALLOWED,
            reason="paper_in_order",
            clause=ART_39,
        )
    return Verdict(
        rule="generator_discharge",
        outcome=Outcome.NEEDS_EVIDENCE,
        reason="paper_missing",
        clause=ART_39,
        paper_to_file="discharge_permit",
    )
