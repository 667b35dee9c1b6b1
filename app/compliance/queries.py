"""Reads of the right to receive: profiles, papers, exemptions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import conditions
from models.catalogue.tables import WasteCode
from models.compliance.rights import (
    FORBIDDEN,
    Gap,
    PaperFacts,
    Requirement,
    missing_rights,
    requirements_of,
)
from models.compliance.tables import (
    CrossingRule,
    Paper,
    PaperCode,
    PaperRequirement,
    StageExemption,
)
from models.quantities import Grams


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFacts:
    """A waste code as far as the right to receive it depends on it."""

    id: int
    hazardous: bool
    lineage: frozenset[int]  # the code and the categories above it

    @property
    def kind(self) -> str:
        return "hazardous" if self.hazardous else "general"


@dataclass(frozen=True, slots=True)
class Profile:
    """What one jurisdiction asks for; loaded once for many questions."""

    requirements: Mapping[str, tuple[Requirement, ...]]
    crossings: Mapping[tuple[str, str], tuple[str, str]]
    exempt_codes: frozenset[int]

    def gaps(self, code: CodeFacts, papers: Iterable[PaperFacts], *, on: date) -> tuple[Gap, ...]:
        """What keeps the holder of these papers from receiving the code for utilization."""
        return missing_rights(
            self.requirements.get(code.kind, ()),
            tuple(papers),
            code_lineage=code.lineage,
            exempt=bool(code.lineage & self.exempt_codes),
            on=on,
        )

    @property
    def forbids_a_crossing(self) -> bool:
        return any(outcome == FORBIDDEN for outcome, _ in self.crossings.values())

    def crossing(self, code: CodeFacts, *, same_province: bool) -> tuple[str, str]:
        """Outcome and clause of carrying the code to be utilized, across a border or not."""
        if same_province:
            return ("none", "")
        return self.crossings.get((code.kind, "utilization"), ("none", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    id: int
    site_id: int
    kind: str
    number: str
    valid_from: date
    valid_until: date | None
    yearly_quota_g: Grams | None
    demonstration: bool


class CodeBook(dict[int, CodeFacts]):
    """Facts of every waste code, made when asked for: most questions are about a handful."""

    def __init__(self, rows: Mapping[int, tuple[int | None, bool | None]]) -> None:
        super().__init__()
        self._rows = rows

    def __missing__(self, code_id: int) -> CodeFacts:
        lineage: list[int] = []
        above: int | None = code_id
        while above is not None:
            lineage.append(above)
            above = self._rows[above][0]
        hazardous = self._rows[code_id][1] is not False  # unknown hazard is treated as hazard
        self[code_id] = CodeFacts(id=code_id, hazardous=hazardous, lineage=frozenset(lineage))
        return self[code_id]


def code_facts(session: Session) -> CodeBook:
    rows = session.execute(select(WasteCode.id, WasteCode.parent_id, WasteCode.hazardous))
    return CodeBook({code_id: (parent_id, hazard) for code_id, parent_id, hazard in rows})


def profile_of(session: Session, jurisdiction: str) -> Profile:
    rows: dict[str, list[tuple[str, str, bool, str]]] = defaultdict(list)
    for kind, requirement, paper_kind, covers_codes, clause in session.execute(
        select(
            PaperRequirement.waste_kind,
            PaperRequirement.requirement,
            PaperRequirement.paper_kind,
            PaperRequirement.covers_codes,
            PaperRequirement.clause,
        ).where(PaperRequirement.jurisdiction_code == jurisdiction)
    ):
        rows[kind].append((requirement, paper_kind, covers_codes, clause))
    crossings = session.execute(
        select(
            CrossingRule.waste_kind, CrossingRule.purpose, CrossingRule.outcome, CrossingRule.clause
        ).where(CrossingRule.jurisdiction_code == jurisdiction)
    )
    exempt = session.scalars(
        select(StageExemption.waste_code_id).where(StageExemption.stage == "utilization")
    )
    if not rows:
        # Who asks for nothing permits everything: a jurisdiction without a profile is a mistake.
        raise LookupError(f"no profile of jurisdiction {jurisdiction!r} is loaded")
    return Profile(
        requirements={kind: requirements_of(found) for kind, found in rows.items()},
        crossings={(kind, purpose): (what, clause) for kind, purpose, what, clause in crossings},
        exempt_codes=frozenset(exempt),
    )


def papers_by_site(
    session: Session, site_ids: Collection[int] | None = None
) -> dict[int, list[PaperFacts]]:
    """Papers of the sites asked for, or of all."""
    query = select(
        Paper.id, Paper.site_id, Paper.kind, Paper.number, Paper.valid_from, Paper.valid_until
    ).order_by(Paper.id)
    code_query = select(PaperCode.paper_id, PaperCode.waste_code_id).join(
        Paper, Paper.id == PaperCode.paper_id
    )
    found: list[tuple[int, int, str, str, date, date | None]] = []
    codes: dict[int, set[int]] = defaultdict(set)
    for wanted in conditions(Paper.site_id, site_ids):
        found += session.execute(query.where(wanted)).all()
        for paper_id, code_id in session.execute(code_query.where(wanted)):
            codes[paper_id].add(code_id)
    papers: dict[int, list[PaperFacts]] = defaultdict(list)
    for paper_id, site_id, kind, number, valid_from, valid_until in found:
        papers[site_id].append(
            PaperFacts(
                kind=kind,
                number=number,
                valid_from=valid_from,
                valid_until=valid_until,
                codes=frozenset(codes[paper_id]),
            )
        )
    return papers


def papers_of(session: Session, organization_id: int) -> list[PaperRow]:
    """All papers of an organization, those that end first on top."""
    query = (
        select(
            Paper.id,
            Paper.site_id,
            Paper.kind,
            Paper.number,
            Paper.valid_from,
            Paper.valid_until,
            Paper.yearly_quota_g,
            Paper.demonstration,
        )
        .where(Paper.organization_id == organization_id)
        .order_by(Paper.valid_until.is_(None), Paper.valid_until, Paper.id)
    )
    return [PaperRow(**row) for row in session.execute(query).mappings()]
