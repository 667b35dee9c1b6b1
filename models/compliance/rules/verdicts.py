"""What a rule answers: an outcome, the reason in one word, the clause, and the paper to file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    ALLOWED = "allowed"
    FILING = "filing"  # allowed once somebody has been told
    APPROVAL = "approval"  # allowed once somebody has agreed
    NEEDS_EVIDENCE = "needs_evidence"  # nobody can say before a proof is on file
    FORBIDDEN = "forbidden"


_GRAVITY: Final = (
    Outcome.ALLOWED,
    Outcome.FILING,
    Outcome.APPROVAL,
    Outcome.NEEDS_EVIDENCE,
    Outcome.FORBIDDEN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`rule` and `reason` are words that the screens put into both languages."""

    rule: str
    outcome: Outcome
    reason: str
    clause: str
    paper_to_file: str | None = None

    @property
    def stops(self) -> bool:
        """Whether nothing may move while it stands; a filing or an approval can be had."""
        return self.outcome in {Outcome.FORBIDDEN, Outcome.NEEDS_EVIDENCE}


def gravest(verdicts: Iterable[Verdict]) -> Outcome:
    """The outcome of several rules together; of none, that it is allowed."""
    return max(
        (verdict.outcome for verdict in verdicts), key=_GRAVITY.index, default=Outcome.ALLOWED
    )
