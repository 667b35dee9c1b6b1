"""Jurisdiction profiles: what each asks for, and the facts of codes on which that depends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.catalogue.tables import WasteCode
from models.compliance.rights import (
    FORBIDDEN,
    UTILIZE,
    Gap,
    PaperFacts,
    Purpose,
    Question,
    Requirement,
    requirements_of,
)
from models.compliance.rules.crossing import check_crossing
from models.compliance.rules.manifests import check_number
from models.compliance.rules.receiving import Ruling, may_receive
from models.compliance.rules.verdicts import Verdict
from models.compliance.tables import (
    ControlledCode,
    CrossingRule,
    Indicator,
    JurisdictionScheme,
    NumberFormat,
    PaperRequirement,
    StageExemption,
    WeightLimit,
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
    """What one jurisdiction asks for; loaded once for many questions.

    `requirements` are those of a kind of waste and, beside them, those of a category of codes:
    keys are (kind, category), the category empty for all codes of the kind.
    """

    requirements: Mapping[tuple[str, str], tuple[Requirement, ...]]
    crossings: Mapping[tuple[str, str], tuple[str, str]]
    exempt_codes: Mapping[str, frozenset[int]]  # by stage
    controlled_codes: Mapping[str, frozenset[int]] = field(default_factory=dict)  # by category

    def requirements_for(self, code: CodeFacts) -> tuple[Requirement, ...]:
        found = self.requirements.get((code.kind, ""), ())
        for category, codes in self.controlled_codes.items():
            if code.lineage & codes:
                found += self.requirements.get((code.kind, category), ())
        return found

    def may_receive(
        self,
        code: CodeFacts,
        papers: Iterable[PaperFacts],
        *,
        on: date,
        way: str = UTILIZE,
        purpose: Purpose = Purpose.RANKING,
    ) -> Ruling:
        """Whether the holder of these papers may receive the code; strict when one deals."""
        question = self.question(code, on=on, way=way, purpose=purpose)
        return may_receive(self.requirements_for(code), tuple(papers), question)

    def question(self, code: CodeFacts, *, on: date, way: str, purpose: Purpose) -> Question:
        return Question(
            lineage=code.lineage,
            exempt=bool(code.lineage & self.exempt_codes.get(way, frozenset())),
            on=on,
            way=way,
            purpose=purpose,
        )

    def gaps(
        self,
        code: CodeFacts,
        papers: Iterable[PaperFacts],
        *,
        on: date,
        purpose: Purpose = Purpose.RANKING,
    ) -> tuple[Gap, ...]:
        """What keeps the holder of these papers from receiving the code for utilization."""
        return self.may_receive(code, papers, on=on, purpose=purpose).gaps

    @property
    def forbids_a_crossing(self) -> bool:
        return any(
            outcome == FORBIDDEN
            for (_, way), (outcome, _) in self.crossings.items()
            if way == UTILIZE
        )

    def crossing(self, code: CodeFacts, *, same_province: bool) -> tuple[str, str]:
        """Outcome and clause of carrying the code to be utilized, across a border or not."""
        verdict = check_crossing(
            self.crossings, waste_kind=code.kind, way=UTILIZE, same_province=same_province
        )
        outcome = verdict.reason.removeprefix("crossing_")
        return ("none", "") if same_province or outcome == "none" else (outcome, verdict.clause)


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
    requirement = PaperRequirement
    rows: dict[tuple[str, str], list[tuple[str, str, bool, str]]] = defaultdict(list)
    for kind, category, name, paper_kind, covers_codes, clause in session.execute(
        select(
            requirement.waste_kind,
            requirement.category,
            requirement.requirement,
            requirement.paper_kind,
            requirement.covers_codes,
            requirement.clause,
        ).where(requirement.jurisdiction_code == jurisdiction)
    ):
        rows[kind, category].append((name, paper_kind, covers_codes, clause))
    if not rows:
        # Who asks for nothing permits everything: a jurisdiction without a profile is a mistake.
        raise LookupError(f"no profile of jurisdiction {jurisdiction!r} is loaded")
    crossings = session.execute(
        select(
            CrossingRule.waste_kind, CrossingRule.purpose, CrossingRule.outcome, CrossingRule.clause
        ).where(CrossingRule.jurisdiction_code == jurisdiction)
    )
    return Profile(
        requirements={key: requirements_of(found) for key, found in rows.items()},
        crossings={(kind, purpose): (what, clause) for kind, purpose, what, clause in crossings},
        exempt_codes=_gathered(
            session.execute(select(StageExemption.stage, StageExemption.waste_code_id))
        ),
        controlled_codes=_gathered(
            session.execute(select(ControlledCode.category, ControlledCode.waste_code_id))
        ),
    )


def schemes_of(session: Session, jurisdiction: str) -> tuple[str, ...]:
    """The schemes of waste codes that a jurisdiction knows, its own first."""
    return tuple(
        session.scalars(
            select(JurisdictionScheme.scheme)
            .where(JurisdictionScheme.jurisdiction_code == jurisdiction)
            .order_by(JurisdictionScheme.rank)
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberForm:
    """The form of an official number, its source, and how sure we are of it."""

    pattern: str
    example: str
    clause: str
    status: str


class Numbered(Protocol):
    """A paper as far as its number goes."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def number(self) -> str: ...


def number_forms(session: Session, jurisdiction: str) -> dict[str, NumberForm]:
    """By subject: `manifest`, `register`, or a kind of paper."""
    rows = session.scalars(
        select(NumberFormat).where(NumberFormat.jurisdiction_code == jurisdiction)
    )
    return {
        row.subject: NumberForm(
            pattern=row.pattern, example=row.example, clause=row.clause, status=row.status
        )
        for row in rows
    }


def number_checks(
    session: Session, papers: Iterable[Numbered], jurisdiction: str
) -> dict[int, Verdict]:
    """Whether the number of each paper has the form of its kind; no entry where none is known."""
    forms = number_forms(session, jurisdiction)
    return {
        paper.id: check_number(paper.number, form.pattern, form.clause)
        for paper in papers
        if (form := forms.get(paper.kind)) is not None
    }


def weight_limits(session: Session, jurisdiction: str) -> dict[tuple[int, bool], Grams]:
    """What a vehicle may weigh, by its axles and whether it is a combination."""
    rows = session.execute(
        select(WeightLimit.axles, WeightLimit.combination, WeightLimit.gross_g).where(
            WeightLimit.jurisdiction_code == jurisdiction
        )
    )
    return {(axles, combination): gross_g for axles, combination, gross_g in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRow:
    """A figure of an indicator set: the formula that computes it, by name."""

    formula: str
    name_en: str
    name_zh: str
    source: str
    status: str


def indicator_sets(session: Session, jurisdiction: str) -> dict[str, tuple[IndicatorRow, ...]]:
    """The indicators of each set of a jurisdiction, in their order."""
    found: dict[str, list[IndicatorRow]] = defaultdict(list)
    for row in session.scalars(
        select(Indicator)
        .where(Indicator.jurisdiction_code == jurisdiction)
        .order_by(Indicator.indicator_set, Indicator.rank)
    ):
        found[row.indicator_set].append(
            IndicatorRow(
                formula=row.formula,
                name_en=row.name_en,
                name_zh=row.name_zh,
                source=row.source,
                status=row.status,
            )
        )
    return {name: tuple(rows) for name, rows in found.items()}


def _gathered(rows: Iterable[tuple[str, int]]) -> dict[str, frozenset[int]]:
    gathered: dict[str, set[int]] = defaultdict(set)
    for name, code_id in rows:
        gathered[name].add(code_id)
    return {name: frozenset(codes) for name, codes in gathered.items()}
