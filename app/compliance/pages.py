"""Papers of an organization: what is on file, and putting one on file."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.clock import now_utc
from app.compliance.inputs import FilePaper
from app.compliance.queries import papers_of
from app.compliance.services import file_papers
from app.edge import begin, current_actor, form_fields, read_form
from app.places.queries.sites import own_sites
from app.problems import problem_of, status_of
from models.compliance.rights import PAPER_KINDS
from models.errors import Refusal
from models.permissions import Capability, require_organization

compliance_pages = Blueprint("compliance_pages", __name__)


@compliance_pages.get("/papers")
def show_papers() -> ResponseReturnValue:
    return _page({}, {})


@compliance_pages.post("/papers")
def submit_paper() -> ResponseReturnValue:
    try:
        command = read_form(FilePaper)
        with begin() as session:
            file_papers(session, [command], actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _page(form_fields(), problem_of(refusal)), status_of(refusal)
    return redirect(url_for("compliance_pages.show_papers"), code=303)


def _page(values: Mapping[str, object], problem: Mapping[str, object]) -> str:
    actor = current_actor()
    with begin() as session:
        rows = papers_of(session, require_organization(actor, Capability.MANAGE_PAPERS))
        sites = [(site.id, site.name) for site in own_sites(session, actor=actor)]
    choices = SimpleNamespace(sites=sites, kinds=PAPER_KINDS)
    return render_template(
        "compliance/papers.html", rows=rows, values=values, problem=problem, choices=choices
    )
