"""The trustee dossier of a receiver: a page, and the same as a PDF."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from app.clock import day_in, now_utc
from app.compliance.outputs import Words, dossier_sheet
from app.compliance.queries import Dossier, dossier_digest, dossier_of
from app.compliance.queries.dossiers import TellCapacities
from app.documents import render_pdf
from app.edge import begin, current_actor, installation
from app.i18n import current_language, show_tonnes

_TABLES = (
    "PAPERS",
    "PAPER_STATES",
    "WAYS",
    "RULES",
    "REASONS",
    "VERDICTS",
    "TO_FILE",
    "STANDINGS",
    "CLAUSES",
)


def dossier_pages(tell_capacities: TellCapacities) -> Blueprint:
    """Its pages; what a receiver takes is told by a feature that knows of demands."""
    pages = Blueprint("dossier_pages", __name__)

    def read(organization_id: int, now: datetime) -> Dossier:
        policy = installation().settings.compliance
        with begin() as session:
            return dossier_of(
                session,
                organization_id,
                actor=current_actor(),
                on=day_in(policy.time_zone, now),
                policy=policy,
                tell_capacities=tell_capacities,
            )

    @pages.get("/organizations/<int:organization_id>/dossier")
    def show_dossier(organization_id: int) -> ResponseReturnValue:
        dossier = read(organization_id, now_utc())
        return render_template(
            "compliance/dossier.html", dossier=dossier, digest=dossier_digest(dossier)
        )

    @pages.get("/organizations/<int:organization_id>/dossier.pdf")
    def download_dossier(organization_id: int) -> ResponseReturnValue:
        now = now_utc()
        dossier = read(organization_id, now)  # the transaction is over when the PDF is made
        sheet = dossier_sheet(dossier, dossier_digest(dossier), _words())
        response = make_response(render_pdf("compliance/dossier.typ", sheet, now=now))
        response.mimetype = "application/pdf"
        name = f"dossier-{organization_id}-{dossier.on.isoformat()}.pdf"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    return pages


def _words() -> Words:
    """The words of the pages, in the reader's language, for those who set the sheet."""
    # A module is kept by Jinja in the language it was first asked for: this one is made anew.
    module = current_app.jinja_env.get_template("compliance/words.html").make_module()
    return Words(
        tables={name: getattr(module, name) for name in _TABLES},
        labels=module.SHEET,  # type: ignore[attr-defined]  # a variable of the template
        name=_named,
        tonnes=show_tonnes,
    )


def _named(english: str | None, chinese: str | None) -> str:
    wanted, other = (chinese, english) if current_language() == "zh" else (english, chinese)
    return wanted or other or ""
