"""Papers of an organization: what is on file, putting one on file, and taking one off it."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.clock import day_in, now_utc
from app.compliance.inputs import FilePaper, PaperStep
from app.compliance.queries import papers_of
from app.compliance.services import attach_document, file_paper, move_paper
from app.edge import begin, current_actor, form_fields, installation, read_form, sent_file
from app.places.queries.sites import own_sites
from app.problems import problem_of, status_of
from app.uploads.services import inspect_file
from models.compliance.papers import PAPER_MOVES, PaperAction
from models.compliance.rights import NAMING_KINDS, PAPER_KINDS, WAYS
from models.errors import Invalid, Refusal
from models.permissions import Capability, require_organization
from models.uploads.content import Purpose

compliance_pages = Blueprint("compliance_pages", __name__)
OWNERS_ACTIONS = frozenset({PaperAction.END, PaperAction.RESUBMIT})


@compliance_pages.get("/papers")
def show_papers() -> ResponseReturnValue:
    return _page({}, {})


@compliance_pages.post("/papers")
def submit_paper() -> ResponseReturnValue:
    uploads = installation().settings.uploads
    try:
        command = read_form(FilePaper)
        sent = sent_file("document")
        document = None
        if sent is not None:
            document = inspect_file(sent, purpose=Purpose.PERMIT, field="document", policy=uploads)
        with begin() as session:
            file_paper(
                session, command, document=document, actor=current_actor(), now=now_utc(),
                policy=uploads,
            )  # fmt: skip
    except Refusal as refusal:
        return _page(form_fields(), problem_of(refusal)), status_of(refusal)
    return redirect(url_for("compliance_pages.show_papers"), code=303)


@compliance_pages.post("/papers/<int:paper_id>/document")
def submit_document(paper_id: int) -> ResponseReturnValue:
    uploads = installation().settings.uploads
    try:
        sent = sent_file("document")
        if sent is None:
            raise Invalid("file-missing", "Choose a file.", field="document")
        document = inspect_file(sent, purpose=Purpose.PERMIT, field="document", policy=uploads)
        with begin() as session:
            attach_document(
                session, paper_id, document, actor=current_actor(), now=now_utc(), policy=uploads
            )
    except Refusal as refusal:
        return _page({}, problem_of(refusal)), status_of(refusal)
    return redirect(url_for("compliance_pages.show_papers"), code=303)


@compliance_pages.post("/papers/<int:paper_id>/<action>")
def submit_action(paper_id: int, action: str) -> ResponseReturnValue:
    if action not in OWNERS_ACTIONS:
        raise PageNotFound
    command = PaperStep(action=PaperAction(action))
    try:
        with begin() as session:
            move_paper(session, paper_id, command, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _page({}, problem_of(refusal)), status_of(refusal)
    return redirect(url_for("compliance_pages.show_papers"), code=303)


def _page(values: Mapping[str, object], problem: Mapping[str, object]) -> str:
    actor = current_actor()
    today = day_in(installation().settings.compliance.time_zone, now_utc())
    with begin() as session:
        owner_id = require_organization(actor, Capability.MANAGE_PAPERS)
        rows = papers_of(session, owner_id, on=today)
        sites = [(site.id, site.name) for site in own_sites(session, actor=actor)]
    steps = {
        row.id: [
            action.value
            for state, action in PAPER_MOVES
            if state is row.state and action in OWNERS_ACTIONS
        ]
        for row in rows
    }
    choices = SimpleNamespace(sites=sites, kinds=PAPER_KINDS, ways=WAYS, naming_kinds=NAMING_KINDS)
    return render_template(
        "compliance/papers.html",
        rows=rows,
        steps=steps,
        year=today.year,
        organization_id=owner_id,
        values=values,
        problem=problem,
        choices=choices,
    )
