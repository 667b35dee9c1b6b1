"""Use cases of papers: put them on file, verify or refuse them, end them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.accounts.queries.holding import belongs_to
from app.catalogue.queries import code_ids_of
from app.compliance.inputs import FilePaper, PaperStep
from app.compliance.queries.papers import lock_paper
from app.journal.services import record
from app.places.queries.sites import check_own_sites
from app.settings import UploadPolicy
from app.uploads.inputs import InspectedFile
from app.uploads.services import store_upload
from models.compliance.events import (
    PaperEnded,
    PaperFiled,
    PaperRefused,
    PaperResubmitted,
    PaperVerified,
)
from models.compliance.papers import PaperAction, PaperState, next_state
from models.compliance.rights import NAMING_KINDS
from models.compliance.tables import Paper, PaperCode, PaperWay
from models.errors import Conflict, Invalid, NotAllowed, NotFound
from models.permissions import Actor, Capability, require, require_organization

_EVENTS: Final = {
    PaperAction.VERIFY: PaperVerified,
    PaperAction.REFUSE: PaperRefused,
    PaperAction.RESUBMIT: PaperResubmitted,
    PaperAction.END: PaperEnded,
}


def file_papers(
    session: Session,
    commands: Sequence[FilePaper],
    *,
    actor: Actor,
    now: datetime,
    demonstration: bool = False,
) -> list[Paper]:
    """Put papers of one organization on file; from now on they count for the ranking of partners.

    For dealing they count once the operator has verified them. Those of the demonstration are
    verified by definition, and no news: whoever loads it has the market matched.
    """
    owner_id = require_organization(actor, Capability.MANAGE_PAPERS)
    check_own_sites(session, [command.site_id for command in commands], owner_id=owner_id)
    papers = []
    for command in commands:
        _check(command)
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
                state=(PaperState.VERIFIED if demonstration else PaperState.UNVERIFIED).value,
                decided_at=now if demonstration else None,
                created_at=now,
            )
        )
    session.add_all(papers)
    session.flush()
    for paper, command in zip(papers, commands, strict=True):
        _name_codes(session, paper, command)
        if not demonstration:
            event = PaperFiled(paper_id=paper.id, site_id=paper.site_id)
            record(session, event, now=now, actor=actor)
    return papers


def file_paper(
    session: Session,
    command: FilePaper,
    *,
    document: InspectedFile | None,
    actor: Actor,
    now: datetime,
    policy: UploadPolicy,
) -> Paper:
    """Put one paper on file with its scan, which the operator compares it with."""
    (paper,) = file_papers(session, [command], actor=actor, now=now)
    if document is not None:
        upload = store_upload(session, document, actor=actor, now=now, policy=policy)
        paper.upload_id = upload.id
        session.flush()
    return paper


def attach_document(
    session: Session,
    paper_id: int,
    document: InspectedFile,
    *,
    actor: Actor,
    now: datetime,
    policy: UploadPolicy,
) -> Paper:
    """Add the scan that a paper has not got yet; what was verified is not exchanged."""
    owner_id = require_organization(actor, Capability.MANAGE_PAPERS)
    paper = lock_paper(session, paper_id)
    if paper is None or paper.organization_id != owner_id:
        raise NotFound("paper-unknown", "You have no such paper.")
    state = paper.known_state
    open_for_one = state is PaperState.REFUSED or (
        paper.upload_id is None and state is not PaperState.ENDED
    )
    if not open_for_one:
        raise Conflict("paper-has-document", "This paper has its file already.", field="document")
    upload = store_upload(session, document, actor=actor, now=now, policy=policy)
    paper.upload_id = upload.id
    session.flush()
    return paper


def move_paper(
    session: Session, paper_id: int, command: PaperStep, *, actor: Actor, now: datetime
) -> Paper:
    """Verify, refuse, resubmit or end a paper; the same step sent twice is a conflict."""
    paper = lock_paper(session, paper_id)
    owns = paper is not None and actor.organization_id == paper.organization_id
    if paper is None or not (owns or actor.may(Capability.READ_VERIFICATIONS)):
        raise NotFound("paper-unknown", "You have no such paper.")
    move = next_state(paper.known_state, command.action)
    require(actor, move.capability)
    decides = move.capability is Capability.VERIFY_PAPERS
    # Whoever belongs to both must not file for one and verify for the other.
    if decides and (owns or belongs_to(session, actor.user_id, paper.organization_id)):
        raise NotAllowed("own-paper", "Nobody verifies the papers of their own organization.")
    if not decides and not owns:
        raise NotAllowed("owned-by-others", "This belongs to another organization.")
    if command.action is PaperAction.REFUSE and not command.reason:
        raise Invalid("refusal-reason", "Say what is wrong with the paper.", field="reason")
    paper.state = move.target.value
    paper.refusal = command.reason if command.action is PaperAction.REFUSE else None
    if decides:
        paper.decided_at, paper.decided_by = now, actor.user_id
        paper.decided_for_id = actor.organization_id
    elif command.action is PaperAction.RESUBMIT:
        paper.decided_at = paper.decided_by = paper.decided_for_id = None
    else:
        paper.ended_at = now
    session.flush()
    event = _EVENTS[command.action](paper_id=paper.id, site_id=paper.site_id)
    record(session, event, now=now, actor=actor)
    return paper


def _check(command: FilePaper) -> None:
    if command.valid_until is not None and command.valid_until < command.valid_from:
        raise Invalid("paper-validity", "A paper cannot end before it begins.", field="valid_until")
    if command.kind in NAMING_KINDS and not command.ways:
        raise Invalid(
            "paper-ways", "Say what the paper allows: choose at least one way.", field="ways"
        )


def _name_codes(session: Session, paper: Paper, command: FilePaper) -> None:
    if command.codes:
        codes = code_ids_of(session, command.codes, field="codes")
        session.add_all(PaperCode(paper_id=paper.id, waste_code_id=code) for code in set(codes))
    if command.kind in NAMING_KINDS:
        session.add_all(PaperWay(paper_id=paper.id, way=way) for way in set(command.ways))
