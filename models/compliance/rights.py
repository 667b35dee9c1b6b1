"""The right to receive a waste: which papers a jurisdiction asks for, and which are missing.

China, general industrial waste: no operating permit, but an approved environmental impact
assessment and a pollutant discharge permit or registration on file. Hazardous waste: an operating
permit that covers the code and the way (Solid Waste Law 2020, art. 37 and art. 80) and has some of
its yearly scale left, unless a stage exemption of the national list applies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from models.quantities import Grams

WASTE_KINDS: Final = ("general", "hazardous")
PAPER_KINDS: Final = (
    "eia_approval",
    "discharge_permit",
    "discharge_registration",
    "hazardous_permit",
    "waste_permit",
    "exemption_evidence",
    "weee_qualification",
    "vehicle_qualification",
)
EXEMPTION: Final = "exemption_evidence"
# Kinds that name codes, and the ways in which these may be handled.
NAMING_KINDS: Final = ("hazardous_permit", "waste_permit", EXEMPTION)
# What a permit lets its holder do (Operating Permit Measures art. 3 and 10), and the stages at
# which the national list exempts a waste: both speak of collecting, of utilizing and disposing.
UTILIZE: Final = "utilize"
WAYS: Final = ("collect", "store", UTILIZE, "dispose")
STAGES: Final = ("collect", "transport", UTILIZE, "dispose")
# Wastes that ask for a paper of their own, whatever their code's kind.
CATEGORIES: Final = ("weee", "vehicle")
FORBIDDEN: Final = "forbidden"
OUTCOMES: Final = ("none", "filing", "approval", FORBIDDEN)


class Fault(StrEnum):
    """Why a requirement is not met."""

    MISSING = "missing"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    CODE_NOT_COVERED = "code_not_covered"
    WAY_NOT_COVERED = "way_not_covered"
    QUOTA_EXHAUSTED = "quota_exhausted"
    UNVERIFIED = "unverified"


class Purpose(StrEnum):
    """What the question is asked for: a ranking may rest on papers that nobody has looked at."""

    RANKING = "ranking"
    DEALING = "dealing"


# The fault to name when several papers fail: the one that is easiest to mend comes first.
_EASIEST: Final = (
    Fault.UNVERIFIED,
    Fault.QUOTA_EXHAUSTED,
    Fault.NOT_YET_VALID,
    Fault.EXPIRED,
    Fault.WAY_NOT_COVERED,
    Fault.CODE_NOT_COVERED,
    Fault.MISSING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Met by any one paper of `kinds`; with `covers_codes` only by one that names the code."""

    name: str
    kinds: frozenset[str]
    covers_codes: bool
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFacts:
    """A paper that stands: neither refused by the operator nor ended by its owner."""

    id: int = 0
    kind: str
    number: str
    valid_from: date
    valid_until: date | None
    codes: frozenset[int]
    ways: frozenset[str] = frozenset({UTILIZE})
    verified: bool = True
    # What is left of the scale of the year that is asked about; None: the paper sets none.
    left_g: Grams | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A requirement that is not met, and what is wrong with the best paper there is."""

    requirement: str
    fault: Fault
    kinds: tuple[str, ...]
    number: str | None
    day: date | None
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether a code may be received in a way on a day.

    `lineage` holds the id of the code and of the categories above it: a permit that names any of
    them covers it. `exempt`: the national list exempts the code at the stage of this name.
    """

    lineage: frozenset[int]
    exempt: bool
    on: date
    way: str = UTILIZE
    purpose: Purpose = Purpose.RANKING


def requirements_of(rows: Iterable[tuple[str, str, bool, str]]) -> tuple[Requirement, ...]:
    """Gather rows (requirement, paper kind, covers codes, clause) into requirements, by name."""
    kinds: dict[str, set[str]] = defaultdict(set)
    rest: dict[str, tuple[bool, str]] = {}
    for name, kind, covers_codes, clause in rows:
        kinds[name].add(kind)
        rest[name] = (covers_codes, clause)
    return tuple(
        Requirement(
            name=name,
            kinds=frozenset(kinds[name]),
            covers_codes=rest[name][0],
            clause=rest[name][1],
        )
        for name in sorted(kinds)
    )


def missing_rights(
    requirements: Sequence[Requirement], papers: Sequence[PaperFacts], question: Question
) -> tuple[Gap, ...]:
    """What keeps a site from receiving a code on a day; empty means it may.

    Evidence of an exemption counts only where the list exempts the code: each exemption has
    conditions, so the list alone is not enough.
    """
    counting = [paper for paper in papers if question.exempt or paper.kind != EXEMPTION]
    gaps = (_gap(requirement, counting, question) for requirement in requirements)
    return tuple(gap for gap in gaps if gap is not None)


def fault_of(requirement: Requirement, paper: PaperFacts, question: Question) -> Fault | None:
    """What keeps a paper of the right kind from meeting the requirement; the gravest first."""
    named = requirement.covers_codes
    ended = paper.valid_until is not None and question.on > paper.valid_until
    faults = (
        (named and not paper.codes & question.lineage, Fault.CODE_NOT_COVERED),
        (named and question.way not in paper.ways, Fault.WAY_NOT_COVERED),
        (ended, Fault.EXPIRED),
        (question.on < paper.valid_from, Fault.NOT_YET_VALID),
        (paper.left_g is not None and paper.left_g <= 0, Fault.QUOTA_EXHAUSTED),
        (question.purpose is Purpose.DEALING and not paper.verified, Fault.UNVERIFIED),
    )
    return next((fault for true, fault in faults if true), None)


def papers_within_year(
    requirement: Requirement, papers: Sequence[PaperFacts], question: Question
) -> tuple[PaperFacts, ...]:
    """The papers that meet a requirement from the day asked about, or later in its year.

    What is left of their scale is not asked: it is what the caller wants to know.
    """
    last = date(question.on.year, 12, 31)
    meeting = []
    for paper in papers:
        counts = question.exempt or paper.kind != EXEMPTION
        if counts and paper.kind in requirement.kinds:
            day = min(max(question.on, paper.valid_from), last)
            asked = replace(question, on=day)
            if fault_of(requirement, replace(paper, left_g=None), asked) is None:
                meeting.append(paper)
    return tuple(meeting)


def _gap(requirement: Requirement, papers: Sequence[PaperFacts], question: Question) -> Gap | None:
    faults: dict[Fault, list[PaperFacts]] = defaultdict(list)
    for paper in papers:
        if paper.kind not in requirement.kinds:
            continue
        fault = fault_of(requirement, paper, question)
        if fault is None:
            return None
        faults[fault].append(paper)
    fault = next((fault for fault in _EASIEST if fault in faults), Fault.MISSING)
    paper_at_fault = _best(fault, faults.get(fault, ()))
    return Gap(
        requirement=requirement.name,
        fault=fault,
        kinds=tuple(sorted(requirement.kinds)),
        number=paper_at_fault.number if paper_at_fault else None,
        day=_day(fault, paper_at_fault, question),
        clause=requirement.clause,
    )


def _best(fault: Fault, papers: Sequence[PaperFacts]) -> PaperFacts | None:
    """Of papers with one fault the one that ended last or begins first; else the first filed."""
    if fault is Fault.EXPIRED:
        return max(papers, key=lambda paper: paper.valid_until or date.max)
    if fault is Fault.NOT_YET_VALID:
        return min(papers, key=lambda paper: paper.valid_from)
    return papers[0] if papers else None


def _day(fault: Fault, paper: PaperFacts | None, question: Question) -> date | None:
    """The day that matters: the last or first of the paper, or that on which its scale is whole."""
    if paper is None:
        return None
    days = {
        Fault.EXPIRED: paper.valid_until,
        Fault.NOT_YET_VALID: paper.valid_from,
        Fault.QUOTA_EXHAUSTED: date(question.on.year + 1, 1, 1),
    }
    return days.get(fault)
