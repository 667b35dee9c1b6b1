"""When what came of waste is a product, and when waste is only called one.

GB 34330-2017 5.1-5.2 (three proofs, and uses that never end a waste), Transfer Measures 2021
art. 10 (hazardous waste may not be passed on as a by-product to who holds no permit).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from models.compliance.rules.verdicts import Outcome, Verdict

GB_34330: Final = "GB 34330-2017 5.1, 5.2"
ART_10: Final = "Measures for the Transfer of Hazardous Waste 2021 art. 10"
PROOFS: Final = ("product_standard", "pollution_limits", "stable_market")
# Uses in which it stays waste, however good it is.
WASTE_USES: Final = frozenset({"land_application", "road_material", "burning", "landfilling"})


def check_end_of_waste(proofs: Collection[str], *, use: str) -> Verdict:
    """Whether a product made of waste has ceased to be one; the first proof missing is named."""
    if use in WASTE_USES:
        return Verdict(
            rule="end_of_waste",
            outcome=Outcome.FORBIDDEN,
            reason="use_stays_waste",
            clause=GB_34330,
        )
    for proof in PROOFS:
        if proof not in proofs:
            return Verdict(
                rule="end_of_waste",
                outcome=Outcome.NEEDS_EVIDENCE,
                reason=f"proof_missing_{proof}",
                clause=GB_34330,
                paper_to_file=proof,
            )
    return Verdict(
        rule="end_of_waste", outcome=Outcome.ALLOWED, reason="proofs_complete", clause=GB_34330
    )


def check_by_product(
    *, on_hazardous_list: bool, legal_status: str | None, receiver_permitted: bool
) -> Verdict:
    """Whether a listed waste is passed off as a product to who may not have it (art. 10)."""
    disguised = on_hazardous_list and legal_status in {"by_product", "end_of_waste"}
    if disguised and not receiver_permitted:
        return Verdict(
            rule="by_product",
            outcome=Outcome.FORBIDDEN,
            reason="hazardous_as_product",
            clause=ART_10,
            paper_to_file="hazardous_permit",
        )
    reason = "listed_but_permitted" if disguised else "not_passed_off"
    return Verdict(rule="by_product", outcome=Outcome.ALLOWED, reason=reason, clause=ART_10)
