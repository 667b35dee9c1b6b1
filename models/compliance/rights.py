"""The right to receive a waste: which papers a jurisdiction asks for, and which are missing.

China, general industrial waste: no operating permit, but an approved environmental impact
assessment and a pollutant discharge permit or registration on file. Hazardous waste: an operating
permit that covers the code (Solid Waste Law 2020, art. 37 and art. 80), unless a stage exemption of
the national list applies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

WASTE_KINDS: Final = ("general", "hazardous")
PAPER_KINDS: Final = (
    "eia_approval",
    "discharge_permit",
    "discharge_registration",
    "hazardous_permit",
    "waste_permit",
    "exemption_evidence",
)
EXEMPTION: Final = "exemption_evidence"
FORBIDDEN: Final = "forbidden"
OUTCOMES: Final = ("none", "filing", "approval", FORBIDDEN)


class Fault(StrEnum):
    """Why a requirement is not met."""

    MISSING = "missing"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    CODE_NOT_COVERED = "code_not_covered"


# The fault to name when several papers fail: the one that is easiest to mend comes first.
_EASIEST: Final = (Fault.NOT_YET_VALID, Fault.EXPIRED, Fault.CODE_NOT_COVERED, Fault.MISSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Met by any one paper of `kinds`; with `covers_codes` only by one that names the code."""

    name: str
    kinds: frozenset[str]
    covers_codes: bool
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFacts:
    kind: str
    number: str
    valid_from: date
    valid_until: date | None
    codes: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A requirement that is not met, and what is wrong with the best paper there is."""

    requirement: str
    fault: Fault
    kinds: tuple[str, ...]
    number: str | None
    day: date | None
    clause: str


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
    requirements: Sequence[Requirement],
    papers: Sequence[PaperFacts],
    *,
    code_lineage: frozenset[int],
    exempt: bool,
    on: date,
) -> tuple[Gap, ...]:
    """What keeps a site from receiving a code on a day; empty means it may.

    `code_lineage` holds the id of the code and of the categories above it: a permit that names any
    of them covers it. Evidence of an exemption counts only where the list exempts the code:
    each exemption has conditions, so the list alone is not enough.
    """
    gaps = []
    for requirement in requirements:
        counting = [p for p in papers if exempt or p.kind != EXEMPTION]
        gap = _gap(requirement, counting, code_lineage, on)
        if gap is not None:
            gaps.append(gap)
    return tuple(gaps)


def _gap(
    requirement: Requirement, papers: Sequence[PaperFacts], lineage: frozenset[int], on: date
) -> Gap | None:
    faults: dict[Fault, list[PaperFacts]] = defaultdict(list)
    for paper in papers:
        if paper.kind not in requirement.kinds:
            continue
        fault = _fault(requirement, paper, lineage, on)
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
        day=_day(fault, paper_at_fault),
        clause=requirement.clause,
    )


def _fault(
    requirement: Requirement, paper: PaperFacts, lineage: frozenset[int], on: date
) -> Fault | None:
    if requirement.covers_codes and not paper.codes & lineage:
        return Fault.CODE_NOT_COVERED
    if paper.valid_until is not None and on > paper.valid_until:
        return Fault.EXPIRED
    if on < paper.valid_from:
        return Fault.NOT_YET_VALID
    return None


def _best(fault: Fault, papers: Sequence[PaperFacts]) -> PaperFacts | None:
    """Of papers with one fault the one that ended last or begins first; else the first filed."""
    if fault is Fault.EXPIRED:
        return max(papers, key=lambda paper: paper.valid_until or date.max)
    if fault is Fault.NOT_YET_VALID:
        return min(papers, key=lambda paper: paper.valid_from)
    return papers[0] if papers else None


def _day(fault: Fault, paper: PaperFacts | None) -> date | None:
    if paper is None or fault is Fault.CODE_NOT_COVERED:
        return None
    return paper.valid_until if fault is Fault.EXPIRED else paper.valid_from
