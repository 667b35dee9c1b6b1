"""Carrying waste over the border of a province, or into the country.

Solid Waste Law 2020: art. 22 (storing and disposing elsewhere needs an approval, utilizing general
waste elsewhere a filing), art. 82 (hazardous waste needs an approval whatever it is carried for),
art. 23-24 (no import). Transfer Measures 2021 art. 24-27: an approval holds for twelve months and
never longer than the receiver's permit. Other jurisdictions hold their own outcomes as data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from models.compliance.rules.verdicts import Outcome, Verdict

IMPORT: Final = "import"
_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "none": Outcome.ALLOWED,
    "filing": Outcome.FILING,
    "approval": Outcome.APPROVAL,
    "forbidden": Outcome.FORBIDDEN,
}
_PAPERS: Final[Mapping[Outcome, str]] = {
    Outcome.FILING: "crossing_filing",
    Outcome.APPROVAL: "crossing_approval",
}

# Outcome and clause by (kind of waste, what it is carried for).
Crossings = Mapping[tuple[str, str], tuple[str, str]]


def check_crossing(
    crossings: Crossings, *, waste_kind: str, way: str, same_province: bool | None
) -> Verdict:
    """What carrying waste to be handled in this way takes; `same_province` None: nobody knows."""
    outcome, clause = crossings.get((waste_kind, way), ("none", ""))
    if same_province is True:
        return Verdict(
            rule="crossing", outcome=Outcome.ALLOWED, reason="same_province", clause=clause
        )
    if same_province is None and outcome != "none":
        return Verdict(
            rule="crossing",
            outcome=Outcome.NEEDS_EVIDENCE,
            reason="province_unknown",
            clause=clause,
        )
    found = _OUTCOMES[outcome]
    return Verdict(
        rule="crossing",
        outcome=found,
        reason=f"crossing_{outcome}",
        clause=clause,
        paper_to_file=_PAPERS.get(found),
    )


def check_import(
    crossings: Crossings, *, waste_kind: str, origin_country: str, country: str
) -> Verdict:
    """Whether waste of another country may be brought in (China: Solid Waste Law art. 23-24)."""
    if origin_country == country:
        return Verdict(rule="import", outcome=Outcome.ALLOWED, reason="same_country", clause="")
    outcome, clause = crossings.get((waste_kind, IMPORT), ("approval", ""))
    found = _OUTCOMES[outcome]
    return Verdict(
        rule="import",
        outcome=found,
        reason=f"import_{outcome}",
        clause=clause,
        paper_to_file=_PAPERS.get(found),
    )


def approval_holds_until(decided_on: date, *, permit_until: date | None) -> date:
    """The last day of an approval: twelve months, not beyond the permit (Transfer Measures 27).

    The day of the decision is the first, so the twelve months end on the day before its return;
    29 February returns on the first of March.
    """
    try:
        returns = decided_on.replace(year=decided_on.year + 1)
    except ValueError:
        returns = date(decided_on.year + 1, 3, 1)
    last = date.fromordinal(returns.toordinal() - 1)
    return last if permit_until is None else min(last, permit_until)
