"""Use cases of compliance: load the jurisdiction profiles, put papers on file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.catalogue.queries import code_ids_of
from app.compliance.inputs import FilePaper
from app.journal.services import record
from app.places.queries.sites import check_own_sites
from models.catalogue.tables import WasteCode
from models.compliance.events import PaperFiled
from models.compliance.tables import (
    CrossingRule,
    Jurisdiction,
    Paper,
    PaperCode,
    PaperRequirement,
    StageExemption,
)
from models.errors import Invalid
from models.permissions import Actor, Capability, require, require_organization

FACTS: Final = Path(__file__).parent / "facts"


def load_profiles(session: Session, *, actor: Actor) -> int:
    """Load the jurisdiction profiles anew; nothing refers to their rows but each other."""
    require(actor, Capability.LOAD_CATALOGUE)
    for table in (StageExemption, CrossingRule, PaperRequirement):
        session.execute(delete(table))
    for row in _facts("jurisdictions"):
        session.merge(Jurisdiction(**row))
    session.flush()
    requirements = [
        {
            "jurisdiction_code": row["jurisdiction"],
            "waste_kind": row["waste_kind"],
            "requirement": row["requirement"],
            "paper_kind": row["paper_kind"],
            "covers_codes": row["covers_codes"] == "1",
            "clause": row["clause"],
            "status": row["status"],
        }
        for row in _facts("paper_requirements")
    ]
    crossings = [
        {"jurisdiction_code": row.pop("jurisdiction"), **row} for row in _facts("crossing_rules")
    ]
    session.execute(insert(PaperRequirement), requirements)
    session.execute(insert(CrossingRule), crossings)
    exemptions = _exemptions(session)
    session.execute(insert(StageExemption), exemptions)
    return len(requirements) + len(crossings) + len(exemptions)


def file_papers(
    session: Session,
    commands: Sequence[FilePaper],
    *,
    actor: Actor,
    now: datetime,
    demonstration: bool = False,
) -> list[Paper]:
    """Put papers of one organization on file; from now on they count for the right to receive.

    Those of the demonstration are no news: whoever loads it has the market matched.
    """
    owner_id = require_organization(actor, Capability.MANAGE_PAPERS)
    check_own_sites(session, [command.site_id for command in commands], owner_id=owner_id)
    papers = []
    for command in commands:
        if command.valid_until is not None and command.valid_until < command.valid_from:
            raise Invalid(
                "paper-validity", "A paper cannot end before it begins.", field="valid_until"
            )
        papers.append(
            Paper(
                organization_id=owner_id,
                site_id=command.site_id,
                kind=command.kind,
                number=command.number,
                valid_from=command.valid_from,
                valid_until=command.valid_until,
                yearly_quota_g=command.yearly_quota_g,
                demonstration=demonstration,
                created_at=now,
            )
        )
    session.add_all(papers)
    session.flush()
    for paper, command in zip(papers, commands, strict=True):
        if command.codes:
            codes = code_ids_of(session, command.codes, field="codes")
            session.add_all(PaperCode(paper_id=paper.id, waste_code_id=code) for code in set(codes))
        if not demonstration:
            event = PaperFiled(paper_id=paper.id, site_id=paper.site_id)
            record(session, event, now=now, actor=actor)
    return papers


def _facts(name: str) -> Iterator[dict[str, str]]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _exemptions(session: Session) -> list[dict[str, object]]:
    rows = list(_facts("stage_exemptions"))
    ids = {
        (scheme, code): code_id
        for code_id, scheme, code in session.execute(
            select(WasteCode.id, WasteCode.scheme, WasteCode.code).where(
                WasteCode.code.in_({row["code"] for row in rows})
            )
        )
    }
    return [
        {
            "waste_code_id": ids[row["scheme"], row["code"]],
            "stage": row["stage"],
            "entry": int(row["entry"]),
            "clause": row["clause"],
            "status": row["status"],
        }
        for row in rows
    ]
