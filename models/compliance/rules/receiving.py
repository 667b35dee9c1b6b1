"""Whether a site may receive a waste: the one question of matching, dealing and transfers.

Solid Waste Law 2020 art. 80: hazardous waste goes only to who holds a permit for its code and way,
within the yearly scale and the validity. Art. 37: whoever entrusts general waste checks the
trustee's qualification and ability, of which the papers on file are the proof. Art. 67: electrical
waste and scrapped vehicles go only to qualified enterprises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.compliance.rights import (
    Fault,
    Gap,
    PaperFacts,
    Question,
    Requirement,
    missing_rights,
)
from models.compliance.rules.verdicts import Outcome, Verdict, gravest

# Without these nothing may be handed over; what else is missing can still be shown.
_BARRING: Final = frozenset(
    {"operating_permit", "waste_treatment", "weee_treatment", "vehicle_dismantling"}
)
# A paper that is there, and only has to be looked at or to begin, is a matter of evidence.
_MENDING: Final = frozenset({Fault.UNVERIFIED})


@dataclass(frozen=True, slots=True)
class Ruling:
    """One verdict a requirement, and the gaps behind those that stop."""

    verdicts: tuple[Verdict, ...]
    gaps: tuple[Gap, ...]

    @property
    def allowed(self) -> bool:
        return not any(verdict.stops for verdict in self.verdicts)

    @property
    def outcome(self) -> Outcome:
        return gravest(self.verdicts)


def may_receive(
    requirements: Sequence[Requirement],
    papers: Sequence[PaperFacts],
    question: Question,
    *,
    others: Sequence[Verdict] = (),
) -> Ruling:
    """Whether the holder of these papers may receive; `others` are verdicts on the way there.

    A ranking counts papers that nobody has verified yet; dealing does not (`Question.purpose`).
    """
    gaps = missing_rights(requirements, papers, question)
    by_name = {gap.requirement: gap for gap in gaps}
    verdicts = [
        _verdict(requirement, by_name.get(requirement.name)) for requirement in requirements
    ]
    return Ruling(verdicts=(*verdicts, *others), gaps=gaps)


def _verdict(requirement: Requirement, gap: Gap | None) -> Verdict:
    if gap is None:
        return Verdict(
            rule=requirement.name,
            outcome=Outcome.ALLOWED,
            reason="paper_in_order",
            clause=requirement.clause,
        )
    barred = requirement.name in _BARRING and gap.fault not in _MENDING
    return Verdict(
        rule=requirement.name,
        outcome=Outcome.FORBIDDEN if barred else Outcome.NEEDS_EVIDENCE,
        reason=f"paper_{gap.fault.value}",
        clause=requirement.clause,
        paper_to_file=gap.kinds[0] if gap.kinds else None,
    )
